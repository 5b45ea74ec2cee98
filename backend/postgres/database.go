// Package postgres is the Store of many workspaces in one PostgreSQL database, through pgx.
//
// Migrate makes the schema, which lives in a PostgreSQL schema of its own, and Open opens it.
// Database.Workspace gives the Store of one workspace. Each row carries its workspace, and so does
// each query. Several programs may use one database: what they must not do at once is decided by
// PostgreSQL, and nothing is kept in memory.
//
// Session locks are used, so nothing that hands one connection to several clients by turns, such as
// PgBouncer in its transaction mode, may stand between.
package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/store"
)

// Database is a PostgreSQL database with the schema of this program.
type Database struct {
	pool *pgxpool.Pool // for transactions
	// locks are for Exclusive. They are apart: while one is held, its holder needs a connection
	// for its transactions, and would wait for ever where locks had taken them all.
	locks *pgxpool.Pool
}

// mostLocks is how many workspaces can be in an Exclusive at once, or wait for one, in this process.
// More wait for those.
const mostLocks = 16

// settings are sent at the beginning of each connection, and come before those of the server, the
// database and the role.
//
//   - search_path: our schema, and nothing that a temporary table could stand in front of.
//   - client_min_messages: a commit that no standby has confirmed is told as a warning only.
//   - statement_timeout: to end a statement that commits would leave its outcome unknown. Whoever
//     waits has a context.
//   - tcp_keepalives: the server notices within half a minute that a computer is gone, and lets go
//     of its locks. The system's own default is two hours.
var settings = map[string]string{
	"application_name": "countersign", "search_path": namespace + ", pg_temp", "client_min_messages": "warning", "statement_timeout": "0",
	"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
}

// A host that does not answer must not hold up those who wait for another to take writes: without these, that would be minutes.
const (
	timeToConnect = 5 * time.Second // to each host, unless the connection string says otherwise
	// timeToAcknowledge is how long what was sent may stay without a sign that the other computer has it, and also how long a connection
	// on which nothing is sent may be dead. It is that of settings, at the other end.
	timeToAcknowledge = keepIdle + keepCount*keepInterval
	keepIdle          = 10 * time.Second
	keepInterval      = 5 * time.Second
	keepCount         = 3
)

// configure reads a connection string. What it says of a string that cannot be read has nothing of
// the string, which may have a password, but the name of a file that the string names, such as an authority's certificate, and can't be read.
func configure(connString string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(connString)
	if file := (*fs.PathError)(nil); errors.As(err, &file) {
		return nil, fmt.Errorf("%w: %w", store.ErrFailed, file)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the connection string has no form that PostgreSQL knows", store.ErrFailed)
	}
	for name, value := range settings {
		config.ConnConfig.RuntimeParams[name] = value
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = timeToConnect
	}
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount}, Control: acknowledged}
	config.ConnConfig.DialFunc = dialer.DialContext
	known := &hosts{addresses: map[string][]string{}}
	config.ConnConfig.LookupFunc = known.lookUp(config.ConnConfig.LookupFunc)
	config.BeforeConnect = known.order
	config.ConnConfig.ValidateConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		err := checkWritable(ctx, conn)
		if err == nil {
			known.took(conn)
		}
		return err
	}
	config.ConnConfig.OnNotice = noteWarning
	config.AfterConnect = prepare
	return config, nil
}

// checkWritable refuses a server that takes no writes, so that the next host is tried: it is
// target_session_attrs=read-write, with an error of ours.
func checkWritable(ctx context.Context, conn *pgconn.PgConn) error {
	results, err := conn.Exec(ctx, "SHOW transaction_read_only").ReadAll()
	if err != nil {
		return err
	}
	if string(results[0].Rows[0][0]) == "on" {
		return fmt.Errorf("%w: the server takes no writes", store.ErrReadOnly)
	}
	return nil
}

// prepare sees to it that a commit is on the disk when it is answered, whatever the server, the
// database and the role have set. What asks for more than that, such as remote_apply, stays.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')")
	return err
}

// warned is where a connection keeps the SQLSTATE of its last warning.
const warned = "countersign warned"

func noteWarning(conn *pgconn.PgConn, notice *pgconn.Notice) {
	if notice.SeverityUnlocalized == "WARNING" {
		conn.CustomData()[warned] = notice.Code
	}
}

// Open opens a database that Migrate has brought up to date. connString is a URL or a list of
// keywords as libpq has them (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING).
// It may name several hosts: whatever it says of target_session_attrs, the first that takes writes
// is used, and one that does not answer within connect_timeout, or 5 seconds, is passed over. pool_max_conns in it says how many transactions can run at once. Errors:
// store.ErrNewer, ErrOlderSchema, store.ErrAltered, ErrBusy, ErrReadOnly and ErrFailed.
func Open(ctx context.Context, connString string) (*Database, error) {
	return open(ctx, connString, false)
}

// OpenBeside is Open for a program that goes on beside a newer one: the database may be one that a newer program has migrated, if that says that
// it serves this one. It is not for what reads everything, such as a backup: what the newer program has added would not be in it.
func OpenBeside(ctx context.Context, connString string) (*Database, error) {
	return open(ctx, connString, true)
}

func open(ctx context.Context, connString string, beside bool) (*Database, error) {
	d, err := connect(ctx, connString)
	if err != nil {
		return nil, err
	}
	isNewer, err := d.checkVersion(ctx, beside)
	if err != nil {
		d.Close()
		return nil, within(ctx, err)
	}
	if err := d.checkSchema(ctx, isNewer); err != nil {
		d.Close()
		return nil, within(ctx, err)
	}
	return d, nil
}

func connect(ctx context.Context, connString string) (*Database, error) {
	config, err := configure(connString)
	if err != nil {
		return nil, err
	}
	forLocks := config.Copy()
	forLocks.MaxConns, forLocks.MinConns = mostLocks, 0
	// Both begin without a connection, and fail only for what no configuration of ours has.
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, translate(err)
	}
	locks, err := pgxpool.NewWithConfig(ctx, forLocks)
	if err != nil {
		pool.Close()
		return nil, translate(err)
	}
	return &Database{pool, locks}, nil
}

// checkEncoding refuses a database that cannot hold every text.
func (d *Database) checkEncoding(ctx context.Context) error {
	var encoding string
	if err := d.pool.QueryRow(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("%w: the database has the encoding %s, and needs UTF8", store.ErrFailed, encoding)
	}
	return nil
}

// Close ends all connections. It waits for the transactions that are under way.
func (d *Database) Close() {
	d.pool.Close()
	d.locks.Close()
}

// leave gives up all connections to a server that takes no writes any more: where there are several
// hosts, another does by now, or will.
func (d *Database) leave() {
	d.pool.Reset()
	d.locks.Reset()
}

// lockKey is the number under which PostgreSQL knows a lock (https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS).
func lockKey(name string) int64 {
	sum := sha256.Sum256([]byte("countersign " + name))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// Workspace gives the Store of one workspace, which need not exist yet. id is the name under which
// the server keeps it, and is in each of its rows: two IDs are two workspaces. It is chosen before
// the workspace is made, and so before Info.ID is.
func (d *Database) Workspace(id string) *Store {
	return &Store{db: d, workspace: id, inside: make(chan struct{}, 1), lock: lockKey("exclusive " + id), fence: lockKey("fence " + id)}
}

var errLockLost = errors.New("the lock of the workspace was lost")
