package postgres

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/store"
)

// Tokens implements store.Tokens for one workspace of a Database. None of it waits for an Exclusive.
type Tokens struct{ s *Store }

var (
	_ store.Tokens = (*Tokens)(nil)
	_ store.Acts   = (*tx)(nil)
)

// Tokens gives the tokens of the workspace.
func (s *Store) Tokens() *Tokens { return &Tokens{s} }

// write runs fn in a transaction. No transaction of one row, or of one person's, conflicts.
func (k *Tokens) write(ctx context.Context, begin string, fn func(*tx) error) error {
	return k.s.run(ctx, begin, func(conn *pgxpool.Conn, t *readTx) error {
		if err := t.settle(fn(&tx{t})); err != nil {
			return err
		}
		return commit(ctx, conn)
	})
}

// ended is the condition of a token that has to be ended.
const ended = "kind IN ('enrolment', 'entered', 'session')"

// begunNow is the database's clock, finer than now: it says who came first.
const begunNow = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

func until(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Add implements store.Tokens.
func (k *Tokens) Add(ctx context.Context, t store.Token, most int, holder string, lease time.Duration) (added bool, err error) {
	err = k.write(ctx, lazily, func(tx *tx) (err error) {
		added, err = tx.guarded("INSERT INTO tokens (workspace, digest, kind, person, state, begun_at, until, holder, held_until, asked, answer) VALUES ($1, $2, $3, $4, $5, "+begunNow+", $6, $7, "+now+" + $8, $9, $10) ON CONFLICT DO NOTHING",
			t.Digest[:], t.Kind, t.Person, octetsOf(t.State), until(t.Until), holder, lease.Milliseconds(), digestOrNone(t.Asked), octetsOf(t.Answer))
		if err != nil || !added || t.Person == "" {
			return err
		}
		return tx.exec(`UPDATE tokens SET until = 0 WHERE workspace = $1 AND digest IN (SELECT digest FROM tokens
			WHERE workspace = $1 AND person = $2 AND until <> 0 AND (`+ended+`) = $3 ORDER BY begun_at DESC, digest OFFSET $4)`, t.Person, t.Kind.Ends(), most)
	})
	return added, err
}

// octetsOf is a state that is there, if only without content.
func octetsOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// digestOrNone is a digest, or without content where it is zero.
func digestOrNone(d store.Digest) []byte {
	if d == (store.Digest{}) {
		return []byte{}
	}
	return d[:]
}

const selectToken = "kind, person, state, until, asked, answer"

func scanToken(row scanner, d store.Digest, more ...any) (t store.Token, err error) {
	t.Digest = d
	var ms int64
	var asked []byte
	if err := row.Scan(append([]any{&t.Kind, &t.Person, &t.State, &ms, &asked, &octets{&t.Answer}}, more...)...); err != nil {
		return t, err
	}
	copy(t.Asked[:], asked)
	if ms != 0 {
		t.Until = time.UnixMilli(ms)
	}
	return t, nil
}

// Look implements store.Tokens.
func (k *Tokens) Look(ctx context.Context, d store.Digest) (t store.Token, err error) {
	err = k.s.ask(ctx, func(tx *readTx) (err error) {
		t, err = scanToken(tx.one("SELECT "+selectToken+" FROM tokens WHERE workspace = $1 AND digest = $2", d[:]), d)
		return err
	})
	return t, err
}

// Take implements store.Tokens.
func (k *Tokens) Take(ctx context.Context, d store.Digest, holder string, lease time.Duration, asks store.Digest) (t store.Token, err error) {
	err = k.write(ctx, lazily, func(tx *tx) (err error) {
		var done []byte
		t, err = scanToken(tx.one("UPDATE tokens SET holder = $3, held_until = "+now+" + $4 WHERE workspace = $1 AND digest = $2 AND held_until <= "+now+" RETURNING "+selectToken+
			", (SELECT request FROM acts WHERE acts.workspace = $1 AND acts.digest = $5)", d[:], holder, lease.Milliseconds(), digestOrNone(asks)), d, &done)
		copy(t.Done[:], done)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		var there bool
		if err := tx.row("SELECT EXISTS (SELECT FROM tokens WHERE workspace = $1 AND digest = $2)", []any{d[:]}, &there); err != nil {
			return err
		}
		if there {
			return store.ErrHeld
		}
		return err
	})
	return t, err
}

// mine is the condition of a token that its holder, $3, still holds.
const mine = "workspace = $1 AND digest = $2 AND holder = $3 AND held_until > " + now

// held makes one change of a token that is held.
func (k *Tokens) held(ctx context.Context, begin, statement string, args ...any) error {
	return k.write(ctx, begin, func(tx *tx) error {
		had, err := tx.guarded(statement, args...)
		if err == nil && !had {
			err = store.ErrHeld
		}
		return err
	})
}

// Renew implements store.Tokens.
func (k *Tokens) Renew(ctx context.Context, d store.Digest, holder string, lease time.Duration) error {
	return k.held(ctx, lazily, "UPDATE tokens SET held_until = "+now+" + $4 WHERE "+mine, d[:], holder, lease.Milliseconds())
}

// keeping leaves it to those who had to make room to have made it.
const keeping = "UPDATE tokens SET kind = $4, person = $5, state = $6, until = CASE WHEN until = 0 THEN 0 ELSE $7::bigint END, asked = $8, answer = $9"

func kept(t store.Token) []any {
	return []any{t.Kind, t.Person, octetsOf(t.State), until(t.Until), digestOrNone(t.Asked), octetsOf(t.Answer)}
}

// Keep implements store.Tokens.
func (k *Tokens) Keep(ctx context.Context, t store.Token, holder string) error {
	return k.held(ctx, simple, keeping+" WHERE "+mine, append([]any{t.Digest[:], holder}, kept(t)...)...)
}

// Leave implements store.Tokens.
func (k *Tokens) Leave(ctx context.Context, t store.Token, holder string) error {
	return k.held(ctx, lazily, keeping+", holder = '', held_until = 0 WHERE "+mine, append([]any{t.Digest[:], holder}, kept(t)...)...)
}

// Remove implements store.Tokens.
func (k *Tokens) Remove(ctx context.Context, d store.Digest, holder string) error {
	return k.held(ctx, simple, "DELETE FROM tokens WHERE "+mine, d[:], holder)
}

// Over implements store.Tokens.
func (k *Tokens) Over(ctx context.Context, by time.Time, most int) (due []store.Digest, err error) {
	const over = "workspace = $1 AND until <= $2 AND held_until <= " + now
	err = k.write(ctx, lazily, func(tx *tx) (err error) {
		if err := tx.exec("DELETE FROM tokens WHERE workspace = $1 AND digest IN (SELECT digest FROM tokens WHERE "+over+" AND NOT "+ended+" LIMIT $3 FOR UPDATE SKIP LOCKED)", until(by), most); err != nil {
			return err
		}
		if err := tx.exec("DELETE FROM acts WHERE workspace = $1 AND digest IN (SELECT digest FROM acts WHERE workspace = $1 AND until <= $2 LIMIT $3 FOR UPDATE SKIP LOCKED)", until(by), most); err != nil {
			return err
		}
		due, err = all(tx.readTx, func(row scanner) (d store.Digest, err error) {
			var b []byte
			err = row.Scan(&b)
			copy(d[:], b)
			return d, err
		}, "SELECT digest FROM tokens WHERE "+over+" AND "+ended+" LIMIT $3", until(by), most)
		return err
	})
	return due, err
}

// NoteAct implements store.Acts. One that is being noted elsewhere is waited for: it is known by then whether it stands.
func (t *tx) NoteAct(a store.Act) error {
	noted, err := t.guarded("INSERT INTO acts (workspace, digest, request, until) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", a.Digest[:], a.Request[:], until(a.Until))
	if err != nil || noted {
		return err
	}
	var request []byte
	if err := t.row("SELECT request FROM acts WHERE workspace = $1 AND digest = $2", []any{a.Digest[:]}, &request); err != nil {
		return err
	}
	if !bytes.Equal(request, a.Request[:]) {
		return store.ErrOtherAct
	}
	return store.ErrRepeated
}
