package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/store"
)

// Store implements store.Store for one workspace of a Database.
type Store struct {
	db        *Database
	workspace string
	inside    chan struct{} // full while this Store is in an Exclusive, or waits for the lock
	lock      int64         // one Exclusive among all programs
	fence     int64         // see Exclusive
	token     atomic.Int64  // of the Exclusive that this Store is in; 0: of none
}

var _ store.Store = (*Store)(nil)

// cleanUp is how long a rollback or an unlock may take whose caller has gone. A connection that
// does not answer within it is closed, which has the same effect at the server.
const cleanUp = 5 * time.Second

// Exclusive runs fn while nobody else, in any process, is in an Exclusive of the same workspace:
// today's log has one writer. It waits as long as ctx lets it; a deadline that passes meanwhile is ErrBusy.
//
// The lock belongs to a session of the server, and is lost with it. Then an Update that has not committed
// fails (ErrFailed), and Exclusive is ErrUnknownOutcome if fn has not failed: what fn committed
// stands, but others may have been at work beside its end.
//
// Two more locks make sure of that. The session takes a token, which nobody else knows, after the lock: while
// an Update finds the token taken, the lock is held, at the server to which it commits. And each
// Update has a share in the fence before it looks, at which the next holder of the lock waits: so none
// commits that has looked, after another has begun.
func (s *Store) Exclusive(ctx context.Context, fn func() error) (err error) {
	select {
	case s.inside <- struct{}{}:
		defer func() { <-s.inside }()
	case <-ctx.Done():
		return busy(ctx.Err())
	}
	token := newToken()
	conn, err := s.locked(ctx, token)
	if err != nil {
		return within(ctx, err)
	}
	defer conn.Release()
	defer func() {
		s.token.Store(0)
		if lost := unlock(ctx, conn.Conn(), s.lock, token); lost != nil && err == nil {
			err = fmt.Errorf("%w: %w", store.ErrUnknownOutcome, lost)
		}
	}()
	s.token.Store(token)
	return fn()
}

// locked gives a session of the server that has the lock and the token. As in begin, one that is found closed is replaced.
func (s *Store) locked(ctx context.Context, token int64) (*pgxpool.Conn, error) {
	for tries := 0; ; tries++ {
		conn, err := s.db.locks.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		// PostgreSQL evaluates a list from left to right.
		if _, err = conn.Exec(ctx, "SELECT pg_advisory_lock($1), pg_advisory_lock($2), pg_advisory_unlock($2), pg_advisory_lock($3)", s.lock, s.fence, token); err == nil {
			return conn, nil
		}
		closed := conn.Conn().IsClosed()
		_ = unlock(ctx, conn.Conn(), s.lock, token) // it may have the first of them
		conn.Release()
		if !closed || ctx.Err() != nil || tries >= mostLocks {
			return nil, err
		}
	}
}

// newToken is a number that no other Exclusive has, and not 0.
func newToken() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint64(b[:]) | 1)
}

// unlock gives locks back, or closes the connection that may have them.
func unlock(ctx context.Context, conn *pgx.Conn, locks ...int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	var had bool
	err := conn.QueryRow(ctx, "SELECT bool_and(pg_advisory_unlock(lock)) FROM unnest($1::bigint[]) AS lock", locks).Scan(&had)
	if err == nil && had {
		return nil
	}
	return errors.Join(errLockLost, translate(err), conn.Close(ctx))
}

// checkHeld asks, in a transaction that has its share in the fence, whether the session of a token is there.
func checkHeld(ctx context.Context, conn *pgxpool.Conn, token int64) error {
	var free bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock_shared($1)", token).Scan(&free); err != nil {
		return within(ctx, err)
	}
	if free {
		return fmt.Errorf("%w: %w", store.ErrFailed, errLockLost)
	}
	return nil
}

// How transactions begin. Those of use cases are serializable, or a snapshot. What is one statement, or
// one row, needs neither, and cannot conflict.
const (
	serializable = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	snapshot     = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
	simple       = "BEGIN ISOLATION LEVEL READ COMMITTED"
)

// Update runs fn in a transaction that is serializable: what two of them do, they could have done one
// after the other. One of two that could not is ErrConflict. It may say so at any statement or at the commit.
func (s *Store) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	return s.update(ctx, serializable, func(t *tx) error { return fn(t) })
}

// update commits what fn does. While this Store is in an Exclusive, it commits only if the lock is still held.
func (s *Store) update(ctx context.Context, begin string, fn func(*tx) error) error {
	token := s.token.Load()
	if token != 0 {
		begin = fmt.Sprintf("%s; SELECT pg_advisory_xact_lock_shared(%d)", begin, s.fence)
	}
	return s.run(ctx, begin, func(conn *pgxpool.Conn, t *readTx) error {
		if err := t.settle(fn(&tx{t})); err != nil {
			return err
		}
		if token != 0 {
			if err := checkHeld(ctx, conn, token); err != nil {
				return err
			}
		}
		return commit(ctx, conn)
	})
}

// View runs fn on one snapshot. It takes no locks, and never conflicts.
func (s *Store) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.run(ctx, snapshot, func(_ *pgxpool.Conn, t *readTx) error { return t.settle(fn(t)) })
}

// ask runs fn, which is one question, outside of a transaction: that would take three answers in place of one. As in begin, a
// connection that is found closed is replaced, and fn is then run again.
func (s *Store) ask(ctx context.Context, fn func(*readTx) error) error {
	for tries := int32(0); ; tries++ {
		conn, err := s.db.pool.Acquire(ctx)
		if err != nil {
			return within(ctx, err)
		}
		t := &readTx{ctx: ctx, conn: conn.Conn(), workspace: s.workspace}
		err = t.settle(fn(t))
		closed := conn.Conn().IsClosed()
		conn.Release()
		if !closed || ctx.Err() != nil || tries >= s.db.pool.Config().MaxConns {
			return err
		}
	}
}

// settle is what came of a function. Where a statement failed, so does the transaction, whatever the
// function made of it: no error that is overlooked becomes an answer.
func (t *readTx) settle(err error) error {
	if t.failed != nil && !errors.Is(err, t.failed) {
		return t.failed
	}
	return err
}

// run runs fn in a transaction of the workspace.
func (s *Store) run(ctx context.Context, begin string, fn func(*pgxpool.Conn, *readTx) error) error {
	return s.db.run(ctx, begin, func(conn *pgxpool.Conn) error {
		t := &readTx{ctx: ctx, conn: conn.Conn(), workspace: s.workspace, of: s}
		if strings.HasPrefix(begin, serializable) || begin == snapshot {
			t.known = known{}
		}
		return fn(conn, t)
	})
}

// run runs fn in a transaction, and rolls back what fn did not commit.
func (d *Database) run(ctx context.Context, begin string, fn func(*pgxpool.Conn) error) error {
	conn, err := d.begin(ctx, begin)
	if err != nil {
		return within(ctx, err)
	}
	defer release(ctx, conn) // of a function that panics, too
	err = fn(conn)
	if answer, is := errors.AsType[*refusal](err); is && answer.code == "25006" {
		d.leave()
	}
	return err
}

// begin begins a transaction. Where it finds out that a connection of the pool was closed at the other
// end, as all of them are after a failover, it takes another: nothing has been asked yet.
func (d *Database) begin(ctx context.Context, begin string) (*pgxpool.Conn, error) {
	for tries := int32(0); ; tries++ {
		conn, err := d.pool.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		if _, err = conn.Exec(ctx, begin); err == nil {
			return conn, nil
		}
		closed := conn.Conn().IsClosed()
		release(ctx, conn)
		if !closed || ctx.Err() != nil || tries >= d.pool.Config().MaxConns {
			return nil, err
		}
	}
}

// release gives a connection back to the pool without a transaction. One whose rollback fails is
// closed by the pool, with which the server rolls back.
func release(ctx context.Context, conn *pgxpool.Conn) {
	defer conn.Release()
	if conn.Conn().IsClosed() || conn.Conn().PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	_, _ = conn.Exec(ctx, "ROLLBACK")
}

// commit commits. It is ErrUnknownOutcome wherever the server may have committed and has not said
// so: the connection or the context ended before the answer came, or the answer came with a warning. The
// warning tells of a commit that nobody waited for to reach a standby
// (https://www.postgresql.org/docs/15/warm-standby.html#SYNCHRONOUS-REPLICATION-HA).
func commit(ctx context.Context, conn *pgxpool.Conn) error {
	told := conn.Conn().PgConn().CustomData()
	delete(told, warned)
	tag, err := conn.Exec(ctx, "COMMIT")
	var answer *pgconn.PgError
	switch warning := told[warned]; {
	case err == nil && tag.String() == "ROLLBACK":
		return fmt.Errorf("%w: the server rolled back in place of a commit", store.ErrFailed)
	case err == nil && warning != nil:
		return fmt.Errorf("%w: the server answered with a warning, SQLSTATE %v", store.ErrUnknownOutcome, warning)
	case err == nil:
		return nil
	case errors.As(err, &answer) && answer.SeverityUnlocalized == "ERROR": // and not FATAL, which says only that the session ended
		return refused(answer)
	case pgconn.SafeToRetry(err): // it was not sent: the context had ended, or the connection was known to be closed
		return within(ctx, err)
	}
	// The error is not wrapped: that a context ended must not be taken for an act that did not happen.
	return fmt.Errorf("%w: %v", store.ErrUnknownOutcome, translate(err))
}
