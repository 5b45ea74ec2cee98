package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"countersign/backend/store"
)

var errDriver = errors.New("an injected fault of the driver")

// driverFaults counts what a connection is asked, and lets one call fail, or one row hold
// what no column of ours can be read from.
type driverFaults struct {
	mu                  sync.Mutex
	armed               bool
	damage              bool // the fault is called one
	calls, rows         int
	failCall, failedRow int
	committed           func() // if not nil, it is called after each commit
}

func (f *driverFaults) fault() error {
	if f.damage {
		return fmt.Errorf("%w: %w", store.ErrDamaged, errDriver)
	}
	return errDriver
}

func (f *driverFaults) call() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return nil
	}
	if f.calls++; f.calls == f.failCall {
		return f.fault()
	}
	return nil
}

func (f *driverFaults) spoils() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return false
	}
	f.rows++
	return f.rows == f.failedRow
}

// faultyConnector makes connections of the real driver that may fail.
type faultyConnector struct {
	driver driver.Driver
	dsn    string
	*driverFaults
	copies bool // its connections can copy the database
}

func (c faultyConnector) Driver() driver.Driver { return c.driver }

func (c faultyConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if c.copies {
		return copyingConn{faultyConn{conn, c.driverFaults}}, err
	}
	return faultyConn{conn, c.driverFaults}, err
}

type copyingConn struct{ faultyConn }

func (c copyingConn) Serialize() ([]byte, error) { return []byte("part"), c.call() }

type faultyConn struct {
	driver.Conn
	*driverFaults
}

func (c faultyConn) Close() error { return errors.Join(c.call(), c.Conn.Close()) }

func (c faultyConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	return faultyTx{tx, c.driverFaults}, err
}

func (c faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	r, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	return faultyResult{r, c.driverFaults}, err
}

func (c faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.call(); err != nil {
		return nil, err
	}
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	return faultyRows{rows, c.driverFaults}, err
}

type faultyTx struct {
	driver.Tx
	*driverFaults
}

func (t faultyTx) Commit() error {
	if err := t.call(); err != nil {
		return errors.Join(err, t.Tx.Rollback())
	}
	err := t.Tx.Commit()
	if t.committed != nil {
		t.committed()
	}
	return err
}

func (t faultyTx) Rollback() error { return errors.Join(t.call(), t.Tx.Rollback()) }

type faultyResult struct {
	driver.Result
	*driverFaults
}

func (r faultyResult) RowsAffected() (int64, error) {
	if err := r.call(); err != nil {
		return 0, err
	}
	return r.Result.RowsAffected()
}

type faultyRows struct {
	driver.Rows
	*driverFaults
}

func (r faultyRows) Next(into []driver.Value) error {
	if err := r.call(); err != nil {
		return err
	}
	err := r.Rows.Next(into)
	if err == nil && r.spoils() {
		for i := range into {
			into[i] = struct{}{}
		}
	}
	return err
}
