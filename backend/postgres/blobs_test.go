package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/secret"
	"countersign/backend/store"
	"countersign/backend/store/blobstest"
)

func blobsOf(t *testing.T, connString string) *postgres.Blobs {
	t.Helper()
	return open(t, connString).Workspace("w").Blobs(t.Context())
}

func begun(t *testing.T, b store.Blobs, name string, content []byte) store.NewBlob {
	t.Helper()
	n, err := b.Create(name)
	if err == nil {
		_, err = n.Write(content)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func keptBlob(t *testing.T, b store.Blobs, name string, content []byte) {
	t.Helper()
	if err := begun(t, b, name, content).Keep(); err != nil {
		t.Fatal(err)
	}
}

// content is what a document holds.
func content(b store.Blobs, name string) ([]byte, error) {
	s, err := b.Open(name)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
	return got, errors.Join(err, s.Close())
}

func blobIs(t *testing.T, what string, b store.Blobs, name string, want []byte) {
	t.Helper()
	if got, err := content(b, name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %s has %d bytes, %v, that are not the %d it should have", what, name, len(got), err, len(want))
	}
}

// rowsOf counts what the database has of documents, seen or not.
func rowsOf(t *testing.T, connString string) int {
	t.Helper()
	return count(t, connString, "SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM blob_chunks)")
}

// chunks is a document of three chunks, the last of which is not full.
var chunks = noise(2*postgres.ChunkSize + 1000)

func TestBlobs_KeepTheContractBesideANeighbour(t *testing.T) {
	t.Parallel()
	blobstest.Run(t, func(t *testing.T) (one, other store.Blobs) {
		connString := migrated(t)
		d := open(t, connString)
		beside := d.Workspace("neighbour").Blobs(context.WithoutCancel(t.Context()))
		index := []byte("the neighbour's index")
		if err := beside.WriteIndex(func(w io.Writer) error { _, err := w.Write(index); return err }); err != nil {
			t.Fatal(err)
		}
		names := []string{"a0.1.age", "a1.1.age", "b2.1.age", "c3.1.age"}
		for _, name := range names {
			keptBlob(t, beside, name, []byte("the neighbour's "+name))
		}
		abandoned := begun(t, beside, "a1.1.age", chunks)
		sneak(t, connString, "UPDATE blobs SET held_until = 0") // which nobody but its own Tidy may take away
		t.Cleanup(func() {
			for _, name := range names {
				blobIs(t, "the neighbour's", beside, name, []byte("the neighbour's "+name))
			}
			r, err := beside.ReadIndex()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, index) {
				t.Errorf("the neighbour's index is %q, %v", got, err)
			}
			if err := errors.Join(beside.Remove("a1.1.age"), abandoned.Keep()); err != nil {
				t.Errorf("what the neighbour was writing: %v", err)
			}
			blobIs(t, "what the neighbour was writing", beside, "a1.1.age", chunks)
		})
		return d.Workspace("w").Blobs(t.Context()), blobsOf(t, connString)
	})
}

func TestTidy_RemovesOnlyWhatIsOutOfItsLease(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	one, other := blobsOf(t, connString), blobsOf(t, connString)
	keptBlob(t, one, "k.1.age", chunks)
	at, left := begun(t, one, "a.1.age", chunks), begun(t, one, "l.1.age", chunks)
	sneak(t, connString, "UPDATE blobs SET held_until = 0 WHERE name = 'l.1.age'")
	before := rowsOf(t, connString)
	if err := other.Tidy(); err != nil {
		t.Fatal(err)
	}
	if gone := before - rowsOf(t, connString); gone != 3 { // its row and two chunks
		t.Errorf("%d rows are gone", gone)
	}
	_, err := left.Write(chunks)
	is(t, "written on", err, store.ErrBlobsFailed)
	_, err = left.Write(nil)
	is(t, "written on with nothing", err, store.ErrBlobsFailed)
	is(t, "kept", left.Keep(), store.ErrBlobsFailed)
	if err := errors.Join(left.Drop(), at.Keep()); err != nil {
		t.Error(err)
	}
	blobIs(t, "kept before", other, "k.1.age", chunks)
	blobIs(t, "at work", other, "a.1.age", chunks)
	if _, err := content(other, "l.1.age"); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("left: %v", err)
	}
}

// What is there goes once its row needs it no more, or once no row has come for it in a day.
func TestTidy_RemovesWhatNoRowNeeds(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	if err := b.WriteIndex(func(w io.Writer) error { return second(w.Write([]byte("contents"))) }); err != nil {
		t.Fatal(err)
	}
	stays := []string{
		"spoken-of.1.age",   // by a row whose commit was the last that a server did
		"removed.1.age",     // in the bin
		"moving.9.age",      // settled, and its row is there
		"moving.10.age",     // kept just now, for a row that follows
		"new.1.age",         // as well
		"unknown.1.age",     // settled, and without a row: somebody has to look at that
		"no-generation.age", // nothing that this version makes
		"odd.x1.age",
	}
	goes := []string{"gone.1.age", "gone.2.age", "moving.8.age", "never.1.age", "stopped.3.age"}
	for _, name := range append(stays, goes...) {
		keptBlob(t, b, name, chunks)
	}
	sneak(t, connString,
		"INSERT INTO documents VALUES ('w', 'spoken-of', 1, '', 0, 'x'), ('w', 'removed', 1, 'removed', 1, 'x'), ('w', 'moving', 9, '', 0, 'x'), ('w', 'gone', 1, 'purged', 1, 'x'), ('w', 'odd', 3, '', 0, 'x'), ('w', 'no-generation', 3, '', 0, 'x'), ('w', 'stopped', 2, '', 0, 'x'), ('another', 'never', 1, '', 0, 'x'), ('another', 'new', 9, 'purged', 1, 'x')",
		"UPDATE blobs SET state = 'settled' WHERE name IN ('removed.1.age', 'moving.8.age', 'moving.9.age', 'gone.1.age', 'gone.2.age', 'unknown.1.age', 'no-generation.age', 'odd.x1.age')",
		"UPDATE blobs SET held_until = 0 WHERE name NOT IN ('moving.10.age', 'new.1.age')")
	const day = "SELECT count(*) FROM blobs WHERE held_until BETWEEN (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 23 * 3600000 AND (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 24 * 3600000"
	if n := count(t, connString, day); n != 2 {
		t.Errorf("%d have a day", n)
	}
	if err := b.Tidy(); err != nil {
		t.Fatal(err)
	}
	for _, name := range stays {
		blobIs(t, "it was to stay", b, name, chunks)
	}
	for _, name := range goes {
		if _, err := content(b, name); !errors.Is(err, store.ErrBlobMissing) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if _, err := b.ReadIndex(); err != nil {
		t.Error(err)
	}
	if n := rowsOf(t, connString); n != 4*len(stays)+2 {
		t.Errorf("%d rows are left", n)
	}
}

func TestTidy_LittleThatWasLostIsNotKept(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	n := begun(t, b, "a.1.age", []byte("less than a chunk"))
	sneak(t, connString, "UPDATE blobs SET held_until = 0")
	is(t, "kept", errors.Join(b.Tidy(), n.Keep()), store.ErrBlobsFailed)
	going := begun(t, b, "g.1.age", chunks) // another Tidy is in the middle of it
	sneak(t, connString, "UPDATE blobs SET state = 'removed'")
	_, err := going.Write(chunks)
	is(t, "written on", err, store.ErrBlobsFailed)
	if err := errors.Join(b.Tidy(), going.Drop()); err != nil {
		t.Error(err)
	}
	empty := begun(t, b, "e.1.age", nil)
	sneak(t, connString, "UPDATE blobs SET held_until = 0")
	is(t, "kept", errors.Join(b.Tidy(), empty.Keep()), store.ErrBlobsFailed)
	if n := rowsOf(t, connString); n > 0 {
		t.Errorf("%d rows are left", n)
	}
}

// TestRemove_GoesInStepsAndTidyEndsWhatWasInterrupted has more chunks than go at once.
func TestRemove_GoesInStepsAndTidyEndsWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	sneak(t, connString, "CREATE FUNCTION public.few() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT count(*) FROM gone) > "+fmt.Sprint(postgres.SweepSize)+" THEN RAISE 'too many at once'; END IF; RETURN NULL; END $$",
		"CREATE TRIGGER few AFTER DELETE ON blob_chunks REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.few()")
	for _, n := range []int{0, 1, postgres.SweepSize - 1, postgres.SweepSize, postgres.SweepSize + 1, 3*postgres.SweepSize + 7} {
		plant := func(state string) {
			sneak(t, connString, "INSERT INTO blobs VALUES ('w', '00000000-0000-0000-0000-000000000001', 'a.1.age', '"+state+"', "+fmt.Sprint(n)+", 1, 0)",
				fmt.Sprintf("INSERT INTO blob_chunks SELECT 'w', '00000000-0000-0000-0000-000000000001', n, 'x' FROM generate_series(0, %d) n", n-1))
		}
		plant("settled")
		if err := b.Remove("a.1.age"); err != nil || rowsOf(t, connString) > 0 {
			t.Errorf("of %d chunks, %d rows are left, %v", n, rowsOf(t, connString), err)
		}
		plant("removed")
		_, openErr := b.Open("a.1.age")
		is(t, "Open", openErr, store.ErrBlobMissing)
		is(t, "Settle", b.Settle("a.1.age"), store.ErrBlobMissing)
		if err := b.List(func(name string, _ bool, _ int64) error { return errors.New(name) }); err != nil {
			t.Errorf("it is listed: %v", err)
		}
		keptBlob(t, b, "a.1.age", []byte("another"))
		if err := b.Tidy(); err != nil || rowsOf(t, connString) != 2 {
			t.Errorf("tidied, %d rows are there, %v", rowsOf(t, connString), err)
		}
		if err := b.Remove("a.1.age"); err != nil {
			t.Error(err)
		}
	}
}

// TestWrite_RenewsTheLease has a lease that is nearly over: a chunk gives it its time again.
func TestWrite_RenewsTheLease(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	n := begun(t, b, "a.1.age", nil)
	const later = "SELECT count(*) FROM blobs WHERE held_until > (extract(epoch FROM clock_timestamp()) * 1000)::bigint + "
	if count(t, connString, later+"50 * 60000") != 1 {
		t.Error("it begins without a lease of an hour")
	}
	sneak(t, connString, "UPDATE blobs SET held_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 20 * 60000")
	for range 2 {
		if _, err := n.Write(chunks); err != nil {
			t.Fatal(err)
		}
		if count(t, connString, later+"50 * 60000") != 1 {
			t.Error("it is not renewed")
		}
	}
	// A lease with most of its time left costs no write.
	sneak(t, connString, "UPDATE blobs SET held_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 55 * 60000")
	if _, err := n.Write(chunks); err != nil || count(t, connString, later+"56 * 60000") != 0 {
		t.Errorf("it is renewed with each chunk, %v", err)
	}
}

// TestKeep_WaitsForTheStandbyAndChunksDoNot has a server that waits for a standby which never comes.
func TestKeep_WaitsForTheStandbyAndChunksDoNot(t *testing.T) {
	t.Parallel()
	on := postgrestest.New(t)
	connString := on.Database(t)
	if err := postgres.Migrate(t.Context(), connString); err != nil {
		t.Fatal(err)
	}
	_, secrets := instance(t, connString, newKey(t))
	b := blobsOf(t, connString)
	on.Admin(t, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
	waitFor(t, on, "SELECT current_setting('synchronous_standby_names') = '*'")
	n := begun(t, b, "a.1.age", chunks)
	// ends waits until somebody waits for the standby, and lets nobody go on waiting.
	ends := func(act func() error) error {
		done := make(chan error, 1)
		go func() { done <- act() }()
		waitFor(t, on, "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep')")
		for {
			select {
			case err := <-done:
				return err
			default:
				on.Admin(t, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
			}
		}
	}
	is(t, "Keep", ends(n.Keep), store.ErrBlobsFailed, store.ErrUnknownOutcome)
	if _, err := content(b, "a.1.age"); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("it was kept: %v", err)
	}
	for name, act := range map[string]func() error{
		"Set":    func() error { return secrets.Set(t.Context(), "w/a", secret.NewBytes([]byte("1"))) },
		"Delete": func() error { return secrets.Delete(t.Context(), "w/b") },
	} {
		if name == "Delete" { // what changes nothing waits for nobody
			_ = ends(func() error { return secrets.Set(t.Context(), "w/b", secret.NewBytes([]byte("1"))) })
		}
		is(t, name, ends(act), store.ErrUnknownOutcome)
	}
	on.Admin(t, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
	waitFor(t, on, "SELECT current_setting('synchronous_standby_names') = ''")
	itemIs(t, "set", secrets, "w/a", "1")
	keptBlob(t, b, "a.1.age", chunks)
	if err := b.Tidy(); err != nil || rowsOf(t, connString) != 4 {
		t.Errorf("%d rows are left, %v", rowsOf(t, connString), err)
	}
}

// TestKeep_WhatWasLostMeanwhileIsNotKept is what a failover makes of chunks that were not on the disk yet.
func TestKeep_WhatWasLostMeanwhileIsNotKept(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	for name, statement := range map[string]string{
		"the first":   "DELETE FROM blob_chunks WHERE number = 0",
		"the last":    "DELETE FROM blob_chunks WHERE number = 1",
		"all":         "DELETE FROM blob_chunks",
		"a part":      "UPDATE blob_chunks SET ciphertext = substring(ciphertext FROM 2) WHERE number = 1",
		"its own row": "DELETE FROM blobs",
	} {
		n := begun(t, b, "a.1.age", chunks)
		sneak(t, connString, statement)
		is(t, name, n.Keep(), store.ErrBlobsFailed)
		if left := rowsOf(t, connString); left > 0 {
			t.Errorf("%s: %d rows are left", name, left)
		}
	}
}

func TestKeep_OfTwoAtOnceOneWins(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	one, other := blobsOf(t, connString), blobsOf(t, connString)
	for round := range 5 {
		name := fmt.Sprintf("a%d.1.age", round)
		var all sync.WaitGroup
		var won atomic.Int32
		for i := range 6 {
			mine := slices.Concat(chunks, []byte{byte(i)})
			n := begun(t, []store.Blobs{one, other}[i%2], name, mine)
			all.Go(func() {
				err := n.Keep()
				if err == nil {
					won.Add(1)
					blobIs(t, "the winner's", other, name, mine)
				} else if !errors.Is(err, store.ErrBlobsFailed) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if rows := rowsOf(t, connString); won.Load() != 1 || rows != 4*(round+1) {
			t.Errorf("%d have won, and there are %d rows", won.Load(), rows)
		}
	}
}

func TestWriteIndex_OfSeveralAtOnceEachIsWhole(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	one, other := blobsOf(t, connString), blobsOf(t, connString)
	var all sync.WaitGroup
	for i := range 8 {
		b := []store.Blobs{one, other}[i%2]
		all.Go(func() {
			if err := b.WriteIndex(func(w io.Writer) error { _, err := w.Write(bytes.Repeat([]byte{byte(i)}, 100_000)); return err }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	r, err := one.ReadIndex()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || len(got) != 100_000 || !bytes.Equal(got, bytes.Repeat(got[:1], 100_000)) || rowsOf(t, connString) != 2 {
		t.Errorf("%d bytes, %v; there are %d rows", len(got), err, rowsOf(t, connString))
	}
}

func TestReadAt_DamagedDocumentIsNotMissing(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a chunk less":     "DELETE FROM blob_chunks WHERE number = 1",
		"a shorter chunk":  "UPDATE blob_chunks SET ciphertext = substring(ciphertext FROM 2) WHERE number = 1",
		"a longer chunk":   "UPDATE blob_chunks SET ciphertext = ciphertext || 'x' WHERE number = 1",
		"a larger size":    "UPDATE blobs SET size = size + 1",
		"a size below 0":   "UPDATE blobs SET size = -1",
		"chunks too large": fmt.Sprintf("WITH one AS (DELETE FROM blob_chunks WHERE number > 0) UPDATE blobs SET chunk_size = 17 << 20, size = %d", postgres.ChunkSize),
	} {
		connString := migrated(t)
		b := blobsOf(t, connString)
		keptBlob(t, b, "a.1.age", chunks)
		sneak(t, connString, statement)
		_, err := content(b, "a.1.age")
		is(t, name, err, store.ErrBlobsFailed, store.ErrBlobMissing)
	}
}

func TestReadAt_FailureIsNotRememberedAsAChunk(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	keptBlob(t, b, "a.1.age", chunks)
	s, err := b.Open("a.1.age")
	if err != nil {
		t.Fatal(err)
	}
	sneak(t, connString, "UPDATE blob_chunks SET ciphertext = substring(ciphertext FROM 2) WHERE number = 1")
	for range 2 {
		got := make([]byte, 1000)
		if _, err := s.ReadAt(got, 5); err != nil || !bytes.Equal(got, chunks[5:1005]) {
			t.Errorf("the first chunk: %v, or something else", err)
		}
		n, err := s.ReadAt(got, postgres.ChunkSize-10)
		is(t, "the second", err, store.ErrBlobsFailed, store.ErrBlobMissing)
		if n != 10 || !bytes.Equal(got[:n], chunks[postgres.ChunkSize-10:postgres.ChunkSize]) {
			t.Errorf("%d bytes were read up to it", n)
		}
	}
	sneak(t, connString, "UPDATE blobs SET state = 'removed'") // and its chunks are still going
	_, err = s.ReadAt(make([]byte, 1), 2*postgres.ChunkSize)
	is(t, "removed", err, store.ErrBlobMissing, store.ErrBlobsFailed)
	sneak(t, connString, "DELETE FROM blob_chunks")
	_, err = s.ReadAt(make([]byte, 1), postgres.ChunkSize)
	is(t, "removed, and its chunks", err, store.ErrBlobMissing, store.ErrBlobsFailed)
}

func TestList_AsManyAsThereAre(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	for _, n := range []int{0, 1, postgres.PageSize - 1, postgres.PageSize, postgres.PageSize + 1, 2*postgres.PageSize + 3} {
		sneak(t, connString, "DELETE FROM blobs", fmt.Sprintf(`INSERT INTO blobs (workspace, id, name, state, size, chunk_size, held_until)
			SELECT 'w', gen_random_uuid(), 'a' || n || '.1.age', CASE n %% 2 WHEN 0 THEN 'kept' ELSE 'settled' END, n, 1, 0 FROM generate_series(1, %d) n`, n))
		seen := map[string]bool{}
		if err := b.List(func(name string, settled bool, size int64) error {
			if name != fmt.Sprintf("a%d.1.age", size) || settled != (size%2 == 1) || seen[name] {
				t.Errorf("%s, %t, %d", name, settled, size)
			}
			seen[name] = true
			return nil
		}); err != nil || len(seen) != n {
			t.Errorf("%d of %d are listed, %v", len(seen), n, err)
		}
	}
}

// TestBlobs_HoldNoConnection has one connection for all that is under way.
func TestBlobs_HoldNoConnection(t *testing.T) {
	t.Parallel()
	b := blobsOf(t, migrated(t)+" pool_max_conns=1")
	keptBlob(t, b, "k.1.age", chunks)
	s, err := b.Open("k.1.age")
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 10)
	_, err = s.ReadAt(first, 0)
	at, other := begun(t, b, "a.1.age", chunks), begun(t, b, "b.1.age", chunks)
	err = errors.Join(err, b.WriteIndex(func(w io.Writer) error {
		_, err := w.Write(chunks)
		return errors.Join(err, other.Drop(), b.List(func(name string, _ bool, _ int64) error { return b.Settle(name) }))
	}), at.Keep(), s.Close())
	if err != nil || !bytes.Equal(first, chunks[:10]) {
		t.Error(err)
	}
}
