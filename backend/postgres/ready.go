package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/store"
)

// Ready gives what the database's clock shows, if it would take a change now and has a schema that serves this program. Nothing is changed.
// Errors: those of Open.
func (d *Database) Ready(ctx context.Context) (now time.Time, err error) {
	if _, err := d.checkVersion(ctx, true); err != nil {
		return now, within(ctx, err)
	}
	err = d.run(ctx, simple, func(conn *pgxpool.Conn) error {
		var readOnly bool
		// A number for the transaction is what a server in recovery does not give.
		err := conn.QueryRow(ctx, "SELECT clock_timestamp(), current_setting('transaction_read_only')::boolean FROM pg_current_xact_id()").Scan(&now, &readOnly)
		if err == nil && readOnly {
			d.leave()
			err = fmt.Errorf("%w: the server takes no writes", store.ErrReadOnly)
		}
		return within(ctx, err)
	})
	return now, err
}

// Fingerprint tells which server key the database belongs to; it is empty before TakeKey was called for the first time. Errors: those of Open.
func (d *Database) Fingerprint(ctx context.Context) (fingerprint string, err error) {
	err = d.pool.QueryRow(ctx, "SELECT fingerprint FROM server_key").Scan(&fingerprint)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return fingerprint, within(ctx, err)
}

// CheckConnString refuses what is no connection string. What it says has nothing of the string but the name of a file that can't be read, which is
// an fs.PathError. Errors: store.ErrFailed.
func CheckConnString(connString string) error {
	_, err := configure(connString)
	return err
}

// Connections are those of a pool of this process.
type Connections struct {
	InUse, Idle, Most int
	Waits             int64         // how often one was not there at once
	Waited            time.Duration // for connections, in all
}

// Connections gives those for transactions, and those for the locks of Exclusive.
func (d *Database) Connections() (transactions, locks Connections) {
	return connections(d.pool.Stat()), connections(d.locks.Stat())
}

func connections(s *pgxpool.Stat) Connections {
	return Connections{InUse: int(s.AcquiredConns()), Idle: int(s.IdleConns()), Most: int(s.MaxConns()), Waits: s.EmptyAcquireCount(), Waited: s.AcquireDuration()}
}
