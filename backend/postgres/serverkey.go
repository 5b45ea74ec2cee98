package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/serverkey"
	"countersign/backend/store"
)

// ErrOtherKey is TakeKey's answer to a key that is not the database's.
var ErrOtherKey = errors.New("this database belongs to another server key")

// secretsPurpose separates the key of the secrets from others that follow from a server's.
const secretsPurpose = "secrets in PostgreSQL"

// Key is a server's key that the database has taken.
type Key struct {
	db  *Database
	box *serverkey.Box
}

// TakeKey checks that a server's key is the one that this database belongs to. A database that belongs to none yet
// is the key's from then on. Every server of a database has the same key. Call it before anything is written: a server
// that has another database's key, or a new one, ends here. Errors: ErrOtherKey; store.ErrAltered where there are secrets
// and nothing says of which key; those of Open, and store.ErrUnknownOutcome.
func (d *Database) TakeKey(ctx context.Context, key *serverkey.Key) (*Key, error) {
	mine, known := key.Fingerprint(), ""
	look := func(conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, "SELECT fingerprint FROM server_key").Scan(&known)
	}
	err := d.run(ctx, simple, func(conn *pgxpool.Conn) error {
		err := look(conn)
		if !errors.Is(err, pgx.ErrNoRows) {
			return within(ctx, err)
		}
		// One of several that come first at once waits here for the other.
		_, err = conn.Exec(ctx, "INSERT INTO server_key (fingerprint) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM secrets) ON CONFLICT DO NOTHING", mine)
		if err == nil {
			err = look(conn)
		}
		if errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("%w: it has secrets, and does not say of which server key they are", store.ErrAltered)
		}
		if err != nil {
			return within(ctx, err)
		}
		return commit(ctx, conn)
	})
	if err != nil {
		return nil, err
	}
	if known != mine {
		return nil, fmt.Errorf("%w: its fingerprint is %.32q, and this key's is %s", ErrOtherKey, known, mine)
	}
	return &Key{d, key.For(secretsPurpose)}, nil
}

// Close wipes what follows from the server's key. Secrets that it has given are of no use afterwards.
func (k *Key) Close() { k.box.Close() }
