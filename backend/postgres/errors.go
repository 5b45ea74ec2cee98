package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"countersign/backend/store"
)

// refusal is what PostgreSQL answered in place of what it was asked. It keeps what says where and
// why, and nothing that can hold a value of a row: PostgreSQL puts values into the detail, the hint
// and the context of its errors, and in some classes into the message.
type refusal struct {
	meaning    error // one of store's
	code       string
	constraint string
	message    string // of a class that is about the server
}

func (r *refusal) Error() string {
	said := fmt.Sprintf("%v: SQLSTATE %s", r.meaning, r.code)
	if r.constraint != "" {
		said += " by " + r.constraint
	}
	if r.message != "" {
		said += ": " + r.message
	}
	return said
}

func (r *refusal) Unwrap() error { return r.meaning }

// aboutTheServer are the classes of error whose messages tell of the server, the connection or the
// schema (https://www.postgresql.org/docs/15/errcodes-appendix.html). Those about data, such as 22
// and 23, are not among them, nor is P0, which any trigger can raise.
var aboutTheServer = []string{"08", "25", "28", "3D", "3F", "40", "53", "54", "55", "57", "58", "XX"}

func refused(answer *pgconn.PgError) *refusal {
	r := &refusal{meaning: meaning(answer.Code), code: answer.Code, constraint: answer.ConstraintName}
	for _, class := range aboutTheServer {
		if strings.HasPrefix(answer.Code, class) {
			r.message = answer.Message
		}
	}
	return r
}

// meaning is what a SQLSTATE is to a store.
func meaning(code string) error {
	switch code {
	case "40001", "40P01": // serialization failure, deadlock
		return store.ErrConflict
	case "53100": // disk full
		return store.ErrFull
	case "25006", "42501": // read-only transaction; no right to, which a read-only disk is told as, too
		return store.ErrReadOnly
	case "53300", "55P03", "57P03": // too many connections; lock not available; starting or stopping
		return store.ErrBusy
	case "XX001", "XX002": // data, index corrupted
		return store.ErrDamaged
	}
	return store.ErrFailed
}

// translate turns the driver's and the server's answers into the Store's.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var unread pgx.ScanArgError
	if errors.As(err, &unread) { // such as 257 where a byte was written, which the driver's own words show
		return fmt.Errorf("%w: what is in %s", store.ErrAltered, unread.FieldName)
	}
	for _, known := range []error{
		store.ErrNotFound, store.ErrBusy, store.ErrDamaged, store.ErrFailed, store.ErrFull, store.ErrNewer, store.ErrReadOnly,
		store.ErrAltered, store.ErrConflict, store.ErrUnknownOutcome, ErrOlderSchema, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return store.ErrNotFound
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return refused(answer)
	}
	return fmt.Errorf("%w: %w", store.ErrFailed, err)
}

// within translates what came of something that was waited for as long as ctx lets it. A wait that
// a deadline has ended is ErrBusy.
func within(ctx context.Context, err error) error {
	var answer *pgconn.PgError
	if ended := ctx.Err(); err != nil && ended != nil && !errors.As(err, &answer) {
		return busy(ended)
	}
	return translate(err)
}

// busy is what the end of a wait means: others kept the database busy until a deadline.
func busy(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", store.ErrBusy, err)
	}
	return err
}
