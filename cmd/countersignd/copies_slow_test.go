//go:build slow

package main

import (
	"testing"

	"countersign/cmd/internal/cli"
)

// TestRestore_KilledLeavesNothing stops a restore where it waits for a table, at each that it writes, and kills it.
func TestRestore_KilledLeavesNothing(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	file, _ := p.backUp()
	for _, table := range []string{"workspaces", "secrets", "profiles", "recovery_codes", "documents", "events", "blobs", "blob_chunks"} {
		q := p.beside()
		q.good("migrate")
		db := q.sql()
		hold, err := db.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hold.Exec(t.Context(), "LOCK TABLE countersign."+table+" IN SHARE MODE"); err != nil {
			t.Fatal(err)
		}
		cmd := q.program("restore", file)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		watch := q.sql()
		for waits := false; !waits; {
			if err := watch.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = ('countersign."+table+"')::regclass)").Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if err := hold.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		q.refused(cli.ExitUnavailable, "no_workspace", "verify")
		q.good("restore", file)
		q.good("verify")
		if table == "events" {
			s := q.serve()
			reads(t, o.enter(t, o.at(s, v.Fingerprint), o.codes[1]))
			s.end()
		}
		_ = db.Close(t.Context())
		_ = watch.Close(t.Context())
	}
}
