//go:build slow && linux

package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// The ways in which operators put a database back. What note-restored says and refuses is in copies_test.go.

// TestNoteRestored_AfterPgRestoreIntoANewDatabase takes PostgreSQL's own dump of a database in use. Its rows are written anew: nothing of how they lay is kept.
func TestNoteRestored_AfterPgRestoreIntoANewDatabase(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	s := p.serve()
	w := o.at(s, v.Fingerprint)
	dump := filepath.Join(t.TempDir(), "dump")
	postgrestest.Client(t, "pg_dump", "--format=custom", "--file="+dump, "--dbname="+p.database) // while the server runs
	o.enter(t, w, o.codes[1])                                                                    // which the dump lacks
	s.end()

	q := p.beside()
	postgrestest.Client(t, "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+q.database, dump)
	goesOnAsOf(t, q, o, v, o.codes[2:])
}

// TestNoteRestored_AfterAStandbyWasPromotedThatLackedChanges loses the primary and the standby that had all that was answered.
func TestNoteRestored_AfterAStandbyWasPromotedThatLackedChanges(t *testing.T) {
	t.Parallel()
	c := postgrestest.NewCluster(t)
	p := newPlace(t)
	p.database = c.Database(t, "members")
	p.write("database", p.database+"\n")
	v := p.init()
	s := p.serve()
	o := &owner{secrets: keychain.NewMemory()}
	w := o.at(s, v.Fingerprint)
	in, _, err := w.Redeem(context.WithoutCancel(t.Context()), v.Email, secret.NewText(v.Code), secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	o.enrol(t, in, ownerPass)
	c.FallBehind(t)
	o.enter(t, w, o.codes[0]) // which that standby lacks, and which was answered
	s.end()

	c.PromoteBehind(t)
	goesOnAsOf(t, p, o, v, o.codes[1:])
}

// goesOnAsOf serves a database that was put back: the owner's computer, which knows more, refuses it until the operator has said so and the owner has
// entered the log code. Then all is there that the database has, and it takes changes.
func goesOnAsOf(t *testing.T, q *place, o *owner, v founded, codes []string) {
	t.Helper()
	s := q.serve()
	defer s.end()
	w := o.at(s, v.Fingerprint)
	entering := func(code string) error {
		t.Helper()
		_, c, err := w.SignIn(t.Context(), ownerEmail, secret.NewText(ownerPass))
		if err == nil {
			_, err = c.Recover(t.Context(), secret.NewText(code))
		}
		return err
	}
	if err := entering(codes[0]); !service.IsCode(err, service.CodeLogNotAuthentic) {
		t.Fatalf("the owner's computer says of a database that was put back: %v", err)
	}
	q.good("verify")
	var r putBack
	if err := json.Unmarshal([]byte(q.good("note-restored", "--yes", "--json")), &r); err != nil {
		t.Fatal(err)
	}
	if err := entering(codes[1]); !service.IsCode(err, service.CodeLogRestored) {
		t.Fatalf("after note-restored, it says %v", err)
	}
	if err := w.AcceptRestored(t.Context(), r.LogCode); err != nil {
		t.Fatal(err)
	}
	in := o.enter(t, w, codes[2])
	reads(t, in)
	if added, err := in.AddDocuments(t.Context(), slices.Values([]client.Source{paper("Deed.txt", "Deed of the mill")}), nil); err != nil || len(added.IDs) != 1 {
		t.Errorf("a contract after it: %+v, %v", added, err)
	}
	q.good("verify")
}
