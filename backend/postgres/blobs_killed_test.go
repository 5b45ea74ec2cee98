package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/store"
)

// writerEnv makes of this test a process that writes a document into the database of a connection string, and waits
// to be killed; keeperEnv lets it keep the document before.
const (
	writerEnv = "COUNTERSIGN_TEST_WRITE"
	keeperEnv = "COUNTERSIGN_TEST_KEEP"
)

func writeAndSay(connString string, keep bool) error {
	d, err := postgres.Open(context.Background(), connString)
	if err != nil {
		return err
	}
	n, err := d.Workspace("w").Blobs(context.Background()).Create("a.1.age")
	if err != nil {
		return err
	}
	if _, err := n.Write(chunks); err != nil {
		return err
	}
	if keep {
		if err := n.Keep(); err != nil {
			return err
		}
	}
	fmt.Println("written")
	return nil
}

// killed starts the writer, kills it when it has written, and waits until it is gone.
func killed(t *testing.T, connString string, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), writerEnv+"="+connString), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if killErr := cmd.Process.Kill(); killErr != nil {
		t.Error(killErr)
	}
	_ = cmd.Wait() // it was killed
	if err != nil || line != "written\n" {
		t.Fatalf("%q %v", line, err)
	}
}

func TestBlobs_KilledServerLeavesNothingThatIsSeen(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	killed(t, connString)
	if _, err := content(b, "a.1.age"); !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("it is there: %v", err)
	}
	if err := b.List(func(name string, _ bool, _ int64) error { return errors.New(name) }); err != nil {
		t.Errorf("it is listed: %v", err)
	}
	if err := b.Tidy(); err != nil || rowsOf(t, connString) != 3 {
		t.Errorf("in its lease, %d rows are left, %v", rowsOf(t, connString), err)
	}
	keptBlob(t, b, "a.1.age", []byte("by another")) // the name is free
	sneak(t, connString, "UPDATE blobs SET held_until = 0 WHERE state = 'writing'")
	if err := b.Tidy(); err != nil || rowsOf(t, connString) != 2 {
		t.Errorf("%d rows are left, %v", rowsOf(t, connString), err)
	}
	blobIs(t, "by another", b, "a.1.age", []byte("by another"))
}

func TestBlobs_WhatAKilledServerHasKeptIsWhole(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	b := blobsOf(t, connString)
	killed(t, connString, keeperEnv+"=1")
	if err := errors.Join(b.Tidy(), b.Settle("a.1.age")); err != nil {
		t.Error(err)
	}
	blobIs(t, "kept", b, "a.1.age", chunks)
}

// TestBlobs_ConnectionThatIsCutLeavesNothing cuts it at the commit of a chunk, and at that of Keep: there
// nobody knows whether the document was kept, so it must be gone.
func TestBlobs_ConnectionThatIsCutLeavesNothing(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	p, proxied := through(t, connString)
	b := blobsOf(t, proxied)
	for name, where := range map[string]cut{"before the server": beforeTheServer, "before the client": beforeTheClient} {
		n := begun(t, b, "a.1.age", chunks)
		p.arm(where)
		_, err := n.Write(chunks)
		is(t, "a chunk, "+name, err, store.ErrBlobsFailed, store.ErrUnknownOutcome)
		is(t, "then kept", n.Keep(), store.ErrBlobsFailed)
		n = begun(t, b, "a.1.age", chunks)
		p.arm(where)
		is(t, "kept, "+name, n.Keep(), store.ErrBlobsFailed, store.ErrUnknownOutcome)
		if left := rowsOf(t, connString); left > 0 {
			t.Errorf("%s: %d rows are left", name, left)
		}
	}
	keptBlob(t, b, "a.1.age", chunks)
	p.arm(beforeTheClient)
	is(t, "settled", b.Settle("a.1.age"), store.ErrBlobsFailed)
	if err := b.Settle("a.1.age"); err != nil { // whoever does not know asks again
		t.Error(err)
	}
	blobIs(t, "settled", b, "a.1.age", chunks)
}
