package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/backend/audit"
	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/store"
)

var monday = time.Date(2026, 11, 23, 9, 0, 10, 5e6, time.UTC)

// patience is how long a test waits for what has to come.
const patience = time.Minute

func person(id string) store.Profile {
	return store.Profile{ID: id, Email: id + "@example.com", EmailKey: id, Name: id, Role: store.RoleMember, CreatedAt: monday}
}

func set(id, profile string, sheet int, state store.SetState) store.Set {
	return store.Set{ID: id, ProfileID: profile, Sheet: sheet, State: state, Salt: []byte("salt"), Params: store.Argon2id{MemoryKiB: 19 << 10, Time: 2, Threads: 1}, IssuedAt: monday, IssuedBy: "a", Run: 1}
}

// staffed is a store with a workspace and profiles of these names.
func staffed(t *testing.T, names ...string) (s *postgres.Store, connString string) {
	t.Helper()
	connString = migrated(t)
	s = open(t, connString).Workspace("w")
	put(t, s, names...)
	return s, connString
}

func put(t *testing.T, s *postgres.Store, names ...string) {
	t.Helper()
	update(t, s, func(tx store.WriteTx) error {
		err := tx.InsertInfo(store.Info{ID: "w", Name: "Northwind Legal"})
		for _, n := range names {
			err = errors.Join(err, tx.InsertProfile(person(n)))
		}
		return err
	})
}

func update(t *testing.T, s *postgres.Store, fn func(store.WriteTx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *postgres.Store, fn func(store.ReadTx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// there reports whether a profile is there.
func there(t *testing.T, s *postgres.Store, id string) (yes bool) {
	t.Helper()
	view(t, s, func(tx store.ReadTx) error {
		_, err := tx.Profile(id)
		if yes = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return yes
}

// sneak changes a database as somebody could who has the right to.
func sneak(t *testing.T, connString string, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience) // the test's own has ended in its cleanup
	defer cancel()
	conn, err := pgx.Connect(ctx, connString)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(ctx, "SET search_path = countersign")
	for _, s := range statements {
		if err == nil {
			_, err = conn.Exec(ctx, s)
		}
	}
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatal(err)
	}
}

// count asks a database for a number.
func count(t *testing.T, connString, question string) (n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, connString+" search_path=countersign")
	if err != nil {
		t.Fatal(err)
	}
	err = conn.QueryRow(ctx, question).Scan(&n)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return n
}

// terminate ends a process of the server, and waits until it is gone.
func terminate(t *testing.T, on *postgrestest.Server, process uint32) {
	t.Helper()
	on.Admin(t, fmt.Sprintf("SELECT pg_terminate_backend(%d)", process))
	waitFor(t, on, fmt.Sprintf("SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = %d)", process))
}

// waitFor asks until the answer is yes: the server tells nobody of these by itself.
func waitFor(t *testing.T, on *postgrestest.Server, question string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, on.ConnString("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for {
		var yes bool // a process that waits for nothing has no wait_event
		if err := conn.QueryRow(ctx, "SELECT coalesce(("+question+"), false)").Scan(&yes); err != nil {
			t.Fatalf("%s: %v", question, err)
		}
		if yes {
			return
		}
	}
}

// is holds an error to be one of these and none of those.
func is(t *testing.T, what string, err error, want error, not ...error) {
	t.Helper()
	if !errors.Is(err, want) || slices.ContainsFunc(not, func(n error) bool { return errors.Is(err, n) }) {
		t.Errorf("%s: %v, not %v", what, err, want)
	}
}

// proxy stands between a client and the server, and cuts the connection at a commit when it is told to.
type proxy struct {
	to string

	mu    sync.Mutex
	cut   cut
	armed bool
}

// cut says where the connection ends.
type cut int

const (
	beforeTheServer cut = iota // the commit does not come to the server
	beforeTheClient            // its answer does not come back
)

func (p *proxy) arm(where cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.armed = where, true
}

// fires reports whether to cut at this message.
func (p *proxy) fires(message []byte) (where cut, yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if yes = p.armed && slices.Contains([]string{"COMMIT\x00"}, tail(message, 7)); yes {
		p.armed = false
	}
	return p.cut, yes
}

func tail(b []byte, n int) string { return string(b[max(0, len(b)-n):]) }

// through gives a connection string whose connections go through a proxy.
func through(t *testing.T, connString string) (*proxy, string) {
	t.Helper()
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{to: filepath.Join(config.Host, ".s.PGSQL.5432")}
	var all sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); all.Wait() })
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.carry(client) })
		}
	})
	at := listener.Addr().(*net.TCPAddr)
	return p, fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable", at.IP, at.Port, config.User, config.Database)
}

// carry carries what the two say until one of them ends or the proxy cuts.
func (p *proxy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	answers, swallow := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(answers)
		defer client.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := server.Read(b)
			select {
			case <-swallow: // the answer to the commit
				return
			default:
			}
			if _, failed := client.Write(b[:n]); err != nil || failed != nil {
				return
			}
		}
	}()
	b := make([]byte, 64<<10)
	for {
		n, err := client.Read(b)
		if where, yes := p.fires(b[:n]); yes {
			if where == beforeTheClient {
				close(swallow)
				_, _ = server.Write(b[:n])
				<-answers
			}
			return
		}
		if _, failed := server.Write(b[:n]); err != nil || failed != nil {
			if err == io.EOF {
				server.Close()
			}
			return
		}
	}
}

// event is one that is about a profile and by one.
func event(seq int64, kind, actor, subject string) store.SignedEvent {
	return store.SignedEvent{Event: audit.Event{
		Seq: seq, At: monday.Add(time.Duration(seq) * time.Second), Kind: kind, Actor: actor, Subject: subject, Detail: map[string]string{"n": fmt.Sprint(seq)},
		Rows: []audit.Row{{Key: "profile/" + subject, Digest: "d"}}, State: audit.Sum{byte(seq)},
	}, Signature: []byte{byte(seq), 1}, Tree: []byte{byte(seq), 2}}
}

var brokenLog = audit.ErrBroken
