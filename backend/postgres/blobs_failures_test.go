package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/store"
)

func TestBlobs_FailuresOfTheDatabaseHaveTheirMeaning(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{"53100": store.ErrBlobsFull, "25006": store.ErrBlobsReadOnly, "XX001": store.ErrBlobsFailed, "40001": store.ErrBlobsFailed, "53300": store.ErrBusy} {
		connString := migrated(t)
		b := blobsOf(t, connString)
		keptBlob(t, b, "k.1.age", chunks)
		at := begun(t, b, "a.1.age", nil)
		last := begun(t, b, "l.1.age", []byte("little"))
		sneak(t, connString, "CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = '"+code+"'; END $$",
			"CREATE TRIGGER no BEFORE INSERT OR UPDATE ON blob_chunks FOR EACH ROW EXECUTE FUNCTION public.no()",
			"CREATE TRIGGER new BEFORE INSERT ON blobs FOR EACH ROW EXECUTE FUNCTION public.no()",
			"CREATE TRIGGER changed BEFORE UPDATE ON blobs FOR EACH ROW WHEN (OLD.state <> 'writing' OR NEW.state <> 'removed') EXECUTE FUNCTION public.no()")
		n, err := at.Write(chunks)
		_, createErr := b.Create("c.1.age")
		for act, err := range map[string]error{
			"Write": err, "Keep": at.Keep(), "Keep of the last": last.Keep(), "Create": createErr, "Settle": b.Settle("k.1.age"), "Remove": b.Remove("k.1.age"),
			"WriteIndex": b.WriteIndex(func(io.Writer) error { return nil }),
		} {
			is(t, code+": "+act, err, want, store.ErrConflict, store.ErrUnknownOutcome, store.ErrBlobMissing)
		}
		if left := rowsOf(t, connString); n > 0 || left != 4 { // what was kept
			t.Errorf("%s: %d bytes were written, and %d rows are left", code, n, left)
		}
		blobIs(t, "kept before", b, "k.1.age", chunks)
	}
}

func TestBlobs_WithoutADatabaseNothingIsMissing(t *testing.T) {
	t.Parallel()
	d := open(t, migrated(t))
	b := d.Workspace("w").Blobs(t.Context())
	keptBlob(t, b, "k.1.age", chunks)
	s, err := b.Open("k.1.age")
	if err != nil {
		t.Fatal(err)
	}
	at := begun(t, b, "a.1.age", chunks)
	d.Close()
	_, createErr := b.Create("c.1.age")
	_, openErr := b.Open("k.1.age")
	_, readErr := s.ReadAt(make([]byte, 10), 0)
	_, indexErr := b.ReadIndex()
	_, writeErr := at.Write(chunks)
	for act, err := range map[string]error{
		"Create": createErr, "Open": openErr, "ReadAt": readErr, "ReadIndex": indexErr, "Write": writeErr, "Keep": at.Keep(), "Drop": at.Drop(),
		"Settle": b.Settle("k.1.age"), "Remove": b.Remove("k.1.age"), "List": b.List(nil), "Tidy": b.Tidy(), "WriteIndex": b.WriteIndex(nil),
	} {
		is(t, act, err, store.ErrBlobsFailed, store.ErrBlobMissing, store.ErrUnknownOutcome)
	}
	_, freeErr := b.Free()
	is(t, "Free", freeErr, errors.ErrUnsupported)
}

func TestBlobs_EndWithTheirContextAndCleanUp(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	ctx, cancel := context.WithCancel(t.Context())
	b := open(t, connString).Workspace("w").Blobs(ctx)
	n, kept := begun(t, b, "a.1.age", chunks), begun(t, b, "k.1.age", chunks)
	cancel()
	_, writeErr := n.Write(chunks)
	for act, err := range map[string]error{"Write": writeErr, "Keep": kept.Keep(), "Tidy": b.Tidy()} {
		is(t, act, err, context.Canceled, store.ErrUnknownOutcome)
		is(t, act, err, store.ErrBlobsFailed)
	}
	if err := n.Drop(); err != nil || rowsOf(t, connString) > 0 {
		t.Errorf("%d rows are left, %v", rowsOf(t, connString), err)
	}
}

// TestBlobs_ReaderGoesOnAfterItsConnectionHasEnded is a failover while a document is read.
func TestBlobs_ReaderGoesOnAfterItsConnectionHasEnded(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString+" pool_max_conns=1")
	s := d.Workspace("w")
	b := s.Blobs(t.Context())
	keptBlob(t, b, "k.1.age", chunks)
	r, err := b.Open("k.1.age")
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(chunks))
	_, err = r.ReadAt(got[:10], 0)
	var process uint32
	view(t, s, func(tx store.ReadTx) error { process = postgres.Server(tx); return nil })
	terminate(t, postgrestest.Shared(t), process)
	_, again := r.ReadAt(got[10:], 10)
	if err := errors.Join(err, again); err != nil || !bytes.Equal(got, chunks) {
		t.Error(err)
	}
}

// TestBlobs_MemoryIsFlat writes and reads 64 times what may be in memory for it.
func TestBlobs_MemoryIsFlat(t *testing.T) {
	const size, most = 128 << 20, 24 << 20
	b := blobsOf(t, migrated(t))
	piece := chunks[:64<<10]
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	check := func(what string, at int) {
		if at%(8<<20) != 0 {
			return
		}
		runtime.GC()
		runtime.ReadMemStats(&now)
		if grown := int64(now.HeapAlloc) - int64(before.HeapAlloc); grown > most {
			t.Fatalf("%s at %d MiB: %d MiB more are in use", what, at>>20, grown>>20)
		}
	}
	n := begun(t, b, "a.1.age", nil)
	for at := 0; at < size; at += len(piece) {
		if _, err := n.Write(piece); err != nil {
			t.Fatal(err)
		}
		check("written", at)
	}
	if err := n.Keep(); err != nil {
		t.Fatal(err)
	}
	s, err := b.Open("a.1.age")
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(piece))
	for at := 0; at < size; at += len(got) {
		if _, err := s.ReadAt(got, int64(at)); err != nil || !bytes.Equal(got, piece) {
			t.Fatalf("at %d: %v, or something else", at, err)
		}
		check("read", at)
	}
}
