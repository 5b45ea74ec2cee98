package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"countersign/backend/store"
)

// Blobs implements store.Blobs for one workspace of a Database: a row for each document, and its ciphertext in chunks.
//
// A document is written in transactions of its own, a chunk each, so that one which comes in slowly holds no connection and
// no snapshot. Nobody sees it until Keep. While it is written it has a lease, which each chunk renews, and once it is kept
// it has one until a row speaks of it: Tidy removes only what is out of its lease, so several servers may be at work. What
// is kept has an ID of its own, so that a reader never gets a chunk of the document that came in its place.
type Blobs struct {
	s   *Store
	ctx context.Context
}

var _ store.Blobs = (*Blobs)(nil)

const (
	// chunkSize is how much goes into one row. BenchmarkPlain compares: smaller ones are slower, larger ones are not faster,
	// and each document that is written or read takes the memory of a few.
	chunkSize = 1 << 20
	// mostChunkSize bounds what a row may say of its chunks, and so the memory that a reader takes.
	mostChunkSize = 16 << 20
	// lease is how long a document may rest between two chunks, by the database's clock.
	lease = time.Hour
	// keptLease is how long one that was kept may wait for the row that speaks of it. A client adds many at once, after the largest of them
	// has come; no session lasts as long.
	keptLease = 24 * time.Hour
	// answerTime is how long the database may take for one transaction: store.Blobs has no contexts, and without an end
	// a server that hangs would be waited for until the system notices.
	answerTime = 2 * time.Minute
	// pageSize is how many names List asks for at once.
	pageSize = 1000
	// sweepSize is how many chunks are deleted in one transaction, so that this takes a second or two.
	sweepSize = 256
)

// seen is the condition of a document that is there.
const seen = "state IN ('kept', 'settled')"

// Blobs gives the documents' ciphertext of the workspace. store.Blobs has no contexts: its calls end with ctx.
func (s *Store) Blobs(ctx context.Context) *Blobs { return &Blobs{s, ctx} }

// lazily begins a transaction that is answered before it is on the disk. Keep waits for the disk, and with
// its commit all that came before it is there; should that have been lost, Keep finds it missing.
const lazily = simple + "; SET LOCAL synchronous_commit = off"

func (b *Blobs) write(ctx context.Context, begin string, fn func(*tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return blobError(b.s.run(ctx, begin, func(conn *pgxpool.Conn, t *readTx) error {
		if err := t.settle(fn(&tx{t})); err != nil {
			return err
		}
		return commit(ctx, conn)
	}))
}

func (b *Blobs) read(fn func(*readTx) error) error {
	ctx, cancel := context.WithTimeout(b.ctx, answerTime)
	defer cancel()
	return blobError(b.s.ask(ctx, fn))
}

// blobError is what a Store's error means to Blobs. Those that call for an act of their own, such as to run
// something again, do not come through: a document that was not kept has to be written anew.
func blobError(err error) error {
	if answer, is := errors.AsType[*refusal](err); is && answer.constraint == "one_blob" {
		return fmt.Errorf("%w: the document's file is there already", store.ErrBlobsFailed)
	}
	switch {
	case err == nil, errors.Is(err, store.ErrBlobMissing), errors.Is(err, store.ErrBlobsFailed):
		return err
	case errors.Is(err, store.ErrNotFound):
		return store.ErrBlobMissing
	case errors.Is(err, store.ErrFull):
		return fmt.Errorf("%w: %v", store.ErrBlobsFull, err)
	case errors.Is(err, store.ErrReadOnly):
		return fmt.Errorf("%w: %v", store.ErrBlobsReadOnly, err)
	case errors.Is(err, store.ErrBusy), errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: %w", store.ErrBlobsFailed, err)
	}
	return fmt.Errorf("%w: %v", store.ErrBlobsFailed, err)
}

// blobID names what was written, whatever it is called.
type blobID = [16]byte

// now is the database's clock, as held_until has it.
const now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

// Create begins a document.
func (b *Blobs) Create(name string) (store.NewBlob, error) {
	if err := store.CheckBlobName(name); err != nil {
		return nil, err
	}
	return b.create(name)
}

func (b *Blobs) create(name string) (*newBlob, error) {
	n := &newBlob{b: b}
	_, _ = rand.Read(n.id[:]) // never fails
	return n, b.write(b.ctx, lazily, func(t *tx) error {
		return t.exec("INSERT INTO blobs (workspace, id, name, state, chunk_size, held_until) VALUES ($1, $2, $3, 'writing', $4, "+now+" + $5)",
			n.id, name, chunkSize, lease.Milliseconds())
	})
}

type newBlob struct {
	b       *Blobs
	id      blobID
	pending []byte // less than a chunk
	chunks  int64
	size    int64
	failed  error // of the first chunk that could not be written
	ended   bool  // kept or dropped
}

// Write appends to the document.
func (n *newBlob) Write(p []byte) (done int, err error) {
	for n.failed == nil && len(p) > 0 {
		take := min(len(p), chunkSize-len(n.pending))
		if take == chunkSize {
			n.failed = n.send(p[:take])
		} else if n.pending = append(n.pending, p[:take]...); len(n.pending) == chunkSize {
			n.failed = n.send(n.pending)
			n.pending = n.pending[:0]
		}
		if n.failed == nil {
			p, done = p[take:], done+take
		}
	}
	return done, n.failed
}

func (n *newBlob) send(chunk []byte) error {
	return n.b.write(n.b.ctx, lazily, func(t *tx) error { return n.put(t, chunk) })
}

// put writes the next chunk, and renews the lease where a part of it is over. Where Tidy has removed the document, there
// is none to write on.
func (n *newBlob) put(t *tx, chunk []byte) error {
	there, err := t.guarded(`WITH renewed AS (UPDATE blobs SET held_until = `+now+` + $5 WHERE workspace = $1 AND id = $2 AND state = 'writing' AND held_until < `+now+` + $5 * 3 / 4)
		INSERT INTO blob_chunks (workspace, blob, number, ciphertext) SELECT $1, $2, $3, $4 FROM blobs WHERE workspace = $1 AND id = $2 AND state = 'writing'`,
		n.id, n.chunks, chunk, lease.Milliseconds())
	if err == nil && !there {
		return errGone
	}
	if err == nil {
		n.chunks++
		n.size += int64(len(chunk))
	}
	return err
}

var errGone = fmt.Errorf("%w: what was written of the document is not there any more", store.ErrBlobsFailed)

// Keep makes the document one that is there, and is on the disk when it returns. Neither a settled one nor one that waits may have its name.
func (n *newBlob) Keep() error {
	return n.keep(func(t *tx) error { return n.show(t, "kept") })
}

func (n *newBlob) keep(how func(*tx) error) error {
	err := n.failed
	if err == nil {
		err = n.b.write(n.b.ctx, simple, func(t *tx) error {
			if len(n.pending) > 0 {
				if err := n.put(t, n.pending); err != nil {
					return err
				}
			}
			return how(t)
		})
	}
	n.pending = nil
	if err != nil { // where nobody knows whether it was kept, it must not be either
		return errors.Join(err, n.Drop())
	}
	n.ended = true
	return nil
}

// show makes the document one that is there, if all of it is.
func (n *newBlob) show(t *tx, state string) error {
	whole, err := t.guarded(`UPDATE blobs SET state = $3, size = $4, held_until = `+now+` + $5 WHERE workspace = $1 AND id = $2 AND state = 'writing'
		AND (SELECT coalesce(sum(octet_length(ciphertext)), 0) FROM blob_chunks WHERE workspace = $1 AND blob = $2) = $4`,
		n.id, state, n.size, keptLease.Milliseconds())
	if err == nil && !whole {
		return errGone
	}
	return err
}

// Drop removes the document unless it was kept. It does so even when the context has ended.
func (n *newBlob) Drop() error {
	if n.ended {
		return nil
	}
	err := n.b.remove(context.WithoutCancel(n.b.ctx), "id = $2 AND state IN ('writing', 'kept')", n.id)
	n.ended, n.pending = err == nil, nil
	return err
}

// Settle gives a kept document its name for good; fine where it has it. Errors: store.ErrBlobMissing.
func (b *Blobs) Settle(name string) error {
	if err := store.CheckBlobName(name); err != nil {
		return err
	}
	return b.write(b.ctx, simple, func(t *tx) error {
		return t.must("UPDATE blobs SET state = 'settled' WHERE workspace = $1 AND name = $2 AND "+seen, name)
	})
}

// Remove deletes a document, settled or not; one that is not there is fine. First it is not seen any more, then
// its chunks go, some at a time; what is left of that when it is interrupted goes with Tidy.
func (b *Blobs) Remove(name string) error {
	if err := store.CheckBlobName(name); err != nil {
		return err
	}
	return b.remove(b.ctx, "name = $2 AND "+seen, name)
}

// remove removes the documents of a condition.
func (b *Blobs) remove(ctx context.Context, which string, args ...any) error {
	var ids []blobID
	err := b.write(ctx, simple, func(t *tx) (err error) {
		ids, err = all(t.readTx, func(row scanner) (id blobID, err error) {
			err = row.Scan(&id)
			return id, translate(err)
		}, "UPDATE blobs SET state = 'removed' WHERE workspace = $1 AND "+which+" RETURNING id", args...)
		return err
	})
	for _, id := range ids {
		for left := err == nil; left; {
			left, err = b.sweep(ctx, id)
		}
	}
	return err
}

// sweep deletes some chunks of what was removed, and with the last of them its row.
func (b *Blobs) sweep(ctx context.Context, id blobID) (left bool, err error) {
	err = b.write(ctx, lazily, func(t *tx) error {
		n, err := t.changed("DELETE FROM blob_chunks WHERE workspace = $1 AND blob = $2 AND number IN (SELECT number FROM blob_chunks WHERE workspace = $1 AND blob = $2 LIMIT $3)", id, sweepSize)
		if left = n == sweepSize; err != nil || left {
			return err
		}
		return t.exec("DELETE FROM blobs WHERE workspace = $1 AND id = $2", id)
	})
	return left && err == nil, err
}

// List names every document that was kept. fn is called between the questions, and in no transaction.
func (b *Blobs) List(fn func(name string, settled bool, size int64) error) error {
	type entry struct {
		name    string
		settled bool
		size    int64
	}
	last := ""
	for {
		var page []entry
		err := b.read(func(t *readTx) (err error) {
			page, err = all(t, func(row scanner) (e entry, err error) {
				err = row.Scan(&e.name, &e.settled, &e.size)
				return e, translate(err)
			}, "SELECT name, state = 'settled', size FROM blobs WHERE workspace = $1 AND "+seen+" AND name > $2 AND name <> $3 ORDER BY name LIMIT $4",
				last, store.BlobIndex, pageSize)
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := fn(e.name, e.settled, e.size); err != nil {
				return err
			}
			last = e.name
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// Sync has nothing to do: each commit is on the disk, or with the standbys, when it is answered.
func (b *Blobs) Sync() error { return nil }

// WriteIndex replaces the encrypted table of contents, whole or not at all. An error of write comes through.
func (b *Blobs) WriteIndex(write func(io.Writer) error) error {
	n, err := b.create(store.BlobIndex)
	if err != nil {
		return err
	}
	if err := write(n); err != nil {
		return errors.Join(err, n.Drop())
	}
	return n.keep(func(t *tx) error {
		// One of two waits here for the other's commit, and then replaces what that has written.
		if err := t.exec("SELECT pg_advisory_xact_lock($2) WHERE $1::text IS NOT NULL", lockKey("index "+b.s.workspace)); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM blobs WHERE workspace = $1 AND name = $2 AND "+seen, store.BlobIndex); err != nil {
			return err
		}
		return n.show(t, "settled")
	})
}

// ReadIndex opens it. Errors: store.ErrBlobMissing, also in the middle of one that is replaced.
func (b *Blobs) ReadIndex() (io.ReadCloser, error) {
	s, err := openBlob(b.read, store.BlobIndex)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(s, 0, s.size), s}, nil
}

// Conditions of documents that are there: in neither case does a row need them. BlobName has the forms of their names.
const (
	// outlived has a row that is purged by now, or has a file of a newer generation.
	outlived = seen + ` AND EXISTS (SELECT 1 FROM documents d WHERE d.workspace = blobs.workspace AND d.id = split_part(name, '.', 1)
		AND CASE WHEN name ~ '^[^.]+\.[0-9]+\.age$' THEN d.state = 'purged' OR d.generation > split_part(name, '.', 2)::numeric END)`
	// unspokenOf was kept long ago, and no row has come for it.
	unspokenOf = `state = 'kept' AND held_until < ` + now + ` AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.workspace = blobs.workspace
		AND d.id = split_part(name, '.', 1) AND name = d.id || '.' || d.generation || '.age')`
)

// Tidy removes what was begun and is out of its lease: nobody is at work with it any more. It removes what a Remove has left,
// too, and what no row of the workspace needs. It may be called at any time.
func (b *Blobs) Tidy() error {
	return b.remove(b.ctx, "(state = 'removed' OR state = 'writing' AND held_until < "+now+" OR "+unspokenOf+" OR "+outlived+")")
}

// Free is errors.ErrUnsupported: PostgreSQL does not tell how much its disk still takes, and the size of a database says
// nothing about that. A document that does not fit is store.ErrBlobsFull where it is written.
func (b *Blobs) Free() (uint64, error) {
	return 0, fmt.Errorf("PostgreSQL does not say how much its disk still takes: %w", errors.ErrUnsupported)
}
