package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

	mu   sync.Mutex
	held *pgx.Conn // the connection that has the lock, nil outside of an Exclusive
}

var _ store.Store = (*Store)(nil)

// cleanUp is how long a rollback or an unlock may take whose caller has gone. A connection that
// does not answer within it is closed, which has the same effect at the server.
const cleanUp = 5 * time.Second

// Exclusive runs fn while nobody else, in any process, is in an Exclusive of the same workspace:
// today's log has one writer. It waits as long as ctx lets it; a deadline that passes meanwhile is ErrBusy.
//
// The lock belongs to a connection, and is lost with it. Then an Update that has not committed
// fails (ErrFailed), and Exclusive is ErrUnknownOutcome if fn has not failed: what fn committed
// stands, but others may have been at work beside its end. While an Update that still counts on
// the lock can commit, no other gets in: it holds the fence, at which the next holder of the lock waits.
func (s *Store) Exclusive(ctx context.Context, fn func() error) (err error) {
	select {
	case s.inside <- struct{}{}:
		defer func() { <-s.inside }()
	case <-ctx.Done():
		return busy(ctx.Err())
	}
	conn, err := s.db.locks.Acquire(ctx)
	if err != nil {
		return within(ctx, err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", s.lock); err != nil {
		return within(ctx, err)
	}
	defer func() {
		s.setHeld(nil)
		if lost := unlock(ctx, conn.Conn(), s.lock); lost != nil && err == nil {
			err = fmt.Errorf("%w: %w", store.ErrUnknownOutcome, lost)
		}
	}()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1), pg_advisory_unlock($1)", s.fence); err != nil {
		return within(ctx, err)
	}
	s.setHeld(conn.Conn())
	return fn()
}

func (s *Store) setHeld(conn *pgx.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = conn
}

// unlock gives a lock back, or closes the connection that may have it.
func unlock(ctx context.Context, conn *pgx.Conn, lock int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUp)
	defer cancel()
	var had bool
	err := conn.QueryRow(ctx, "SELECT pg_advisory_unlock($1)", lock).Scan(&had)
	if err == nil && had {
		return nil
	}
	return errors.Join(errLockLost, translate(err), conn.Close(ctx))
}

// inExclusive reports whether this Store is in an Exclusive.
func (s *Store) inExclusive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held != nil
}

// checkHeld asks whether the connection is there that has the lock.
func (s *Store) checkHeld(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return fmt.Errorf("%w: %w", store.ErrFailed, errLockLost)
	}
	if err := s.held.Ping(ctx); err != nil {
		if ctx.Err() != nil {
			return within(ctx, err)
		}
		return fmt.Errorf("%w: %w: %w", store.ErrFailed, errLockLost, translate(err))
	}
	return nil
}

// Update runs fn in a transaction that is serializable: what two of them do, they could have done one
// after the other. One of two that could not is ErrConflict. It may say so at any statement or at the commit.
func (s *Store) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	return s.run(ctx, "BEGIN ISOLATION LEVEL SERIALIZABLE", func(conn *pgxpool.Conn, t *readTx) error {
		fenced := s.inExclusive()
		if fenced {
			if _, err := conn.Exec(ctx, "SELECT pg_advisory_xact_lock_shared($1)", s.fence); err != nil {
				return within(ctx, err)
			}
		}
		if err := t.settle(fn(&tx{t})); err != nil {
			return err
		}
		if fenced {
			if err := s.checkHeld(ctx); err != nil {
				return err
			}
		}
		return commit(ctx, conn)
	})
}

// View runs fn on one snapshot. It takes no locks, and never conflicts.
func (s *Store) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.run(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", func(_ *pgxpool.Conn, t *readTx) error {
		return t.settle(fn(t))
	})
}

// settle is what came of a function. Where a statement failed, so does the transaction, whatever the
// function made of it: no error that is overlooked becomes an answer.
func (t *readTx) settle(err error) error {
	if t.failed != nil && !errors.Is(err, t.failed) {
		return t.failed
	}
	return err
}

// run runs fn in a transaction, and rolls back what fn did not commit.
func (s *Store) run(ctx context.Context, begin string, fn func(*pgxpool.Conn, *readTx) error) error {
	conn, err := s.db.begin(ctx, begin)
	if err != nil {
		return within(ctx, err)
	}
	defer release(ctx, conn) // of a function that panics, too
	return fn(conn, &readTx{ctx: ctx, conn: conn.Conn(), workspace: s.workspace})
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
