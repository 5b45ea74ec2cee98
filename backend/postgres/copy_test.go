package postgres_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/postgres"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// fill makes a workspace with a profile, an event, a secret and a document, unless end fails.
func fill(t *testing.T, s *postgres.Store, k *postgres.Key, end error) error {
	t.Helper()
	return s.Fill(t.Context(), func(f *postgres.Filling) error {
		return errors.Join(
			f.Put(store.Row{Key: store.Key{Table: "workspace"}, Value: store.Info{ID: "i", Name: "N", CreatedAt: monday, LastRun: 3}}),
			f.Put(store.Row{Key: store.Key{Table: "profile", ID: "a"}, Value: person("a")}),
			f.Append(store.SignedEvent{Event: audit.Event{Seq: 1, At: monday, Kind: "k"}, Signature: []byte("seal"), Tree: []byte("tree")}),
			f.Secrets(k).Set(t.Context(), "i/lock", secret.NewBytes([]byte("value"))),
			f.PutDocument("d.1.age", strings.NewReader("ciphertext")),
			end,
		)
	})
}

// rows counts what there is of any workspace.
func rows(t *testing.T, connString string) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, table := range []string{"workspaces", "profiles", "events", "secrets", "blobs", "blob_chunks"} {
		if n := count(t, connString, "SELECT count(*) FROM "+table); n > 0 {
			all[table] = n
		}
	}
	return all
}

func TestFill_IsSeenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	s, k := d.Workspace("w"), taken(t, d, newKey(t))
	failed := errors.New("failed")
	is(t, "a function that fails", fill(t, s, k, failed), failed)
	if left := rows(t, connString); len(left) > 0 {
		t.Errorf("it has left %v", left)
	}
	if err := fill(t, s, k, nil); err != nil {
		t.Fatal(err)
	}
	if !there(t, s, "a") {
		t.Error("the profile is not there")
	}
	itemIs(t, "afterwards", k.Secrets(s), "i/lock", "value")
	view(t, s, func(tx store.ReadTx) error {
		i, err := tx.Info()
		if err != nil || i.LastRun != 3 {
			t.Errorf("%+v, %v", i, err)
		}
		return err
	})
	if err := s.Blobs(t.Context()).List(func(name string, settled bool, size int64) error {
		if name != "d.1.age" || !settled || size != 10 {
			t.Errorf("%s, settled %t, %d bytes", name, settled, size)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestFill_ReplacesNoWorkspace(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	s, k := d.Workspace("w"), taken(t, d, newKey(t))
	if err := fill(t, s, k, nil); err != nil {
		t.Fatal(err)
	}
	before := rows(t, connString)
	is(t, "a second one", fill(t, s, k, nil), postgres.ErrOccupied)
	if after := rows(t, connString); len(after) != len(before) || !there(t, s, "a") || after["blobs"] != 1 {
		t.Errorf("%v, and then %v", before, after)
	}
	other := d.Workspace("other")
	if err := fill(t, other, k, nil); err != nil {
		t.Errorf("another workspace: %v", err)
	}
}

func TestFill_TakesThePlaceOfOneThatWasNeverMade(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	s, k := d.Workspace("w"), taken(t, d, newKey(t))
	update(t, s, func(tx store.WriteTx) error {
		return errors.Join(tx.InsertInfo(store.Info{ID: "x", Name: "begun"}), tx.InsertIntent(store.Intent{ID: "n", Kind: store.IntentCreate, Item: "x/lock", CreatedAt: monday}))
	})
	setItem(t, k.Secrets(s), "x/lock", "old")
	old, err := s.Blobs(t.Context()).Create("old.1.age")
	if err == nil {
		_, err = io.WriteString(old, "of nobody")
	}
	if err := errors.Join(err, old.Keep()); err != nil {
		t.Fatal(err)
	}
	if err := fill(t, s, k, nil); err != nil {
		t.Fatal(err)
	}
	itemIs(t, "what was begun", k.Secrets(s), "x/lock", "")
	if n := rows(t, connString); n["workspaces"] != 1 || n["secrets"] != 1 || n["blobs"] != 1 {
		t.Errorf("there is %v", n)
	}
}

func TestFill_ForgetsEveryTableThatAWorkspaceHasRowsIn(t *testing.T) {
	t.Parallel()
	known := append(postgres.TablesOfRows(), "factors", "apps", "recovery_sets", "recovery_codes", "one_time_codes", "computers", // which go with their profiles
		"blobs", "blob_chunks") // which no rows need
	list := "'" + strings.Join(known, "', '") + "'"
	of := "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'countersign' AND column_name = 'workspace' AND table_name "
	connString := migrated(t)
	if n := count(t, connString, of+"NOT IN ("+list+")"); n > 0 {
		t.Errorf("what is in %d tables stays", n)
	}
	if n := count(t, connString, of+"IN ("+list+")"); n != len(known) {
		t.Errorf("%d of %d tables are there", n, len(known))
	}
}

func TestViewWhole_IsOfOneMoment(t *testing.T) {
	t.Parallel()
	connString := migrated(t)
	d := open(t, connString)
	s, k := d.Workspace("w"), taken(t, d, newKey(t))
	if err := fill(t, s, k, nil); err != nil {
		t.Fatal(err)
	}
	err := s.ViewWhole(t.Context(), func(w postgres.Whole) error {
		if _, err := w.Head(); err != nil {
			return err
		}
		ctx := context.WithoutCancel(t.Context())
		update(t, s, func(tx store.WriteTx) error { return tx.InsertProfile(person("b")) })
		setItem(t, k.Secrets(s), "i/lock", "newer")
		setItem(t, k.Secrets(s), "i/more", "new")
		if err := s.Blobs(ctx).Remove("d.1.age"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Profile("b"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a profile of later: %v", err)
		}
		all, err := w.Secrets()
		if err != nil || len(all) != 1 || all[0].Name != "i/lock" {
			t.Fatalf("%v, %v", all, err)
		}
		if value, err := k.Open(s, all[0]); err != nil || string(value.Reveal()) != "value" {
			t.Errorf("%q, %v", value.Reveal(), err)
		}
		all[0].Name = "i/other"
		if _, err := k.Open(s, all[0]); !errors.Is(err, store.ErrSecretsDamaged) {
			t.Errorf("at another place: %v", err)
		}
		f, err := w.OpenDocument("d.1.age")
		if err != nil {
			return err
		}
		defer f.Close()
		text, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
		if string(text) != "ciphertext" {
			t.Errorf("%q, %v", text, err)
		}
		_, err = w.OpenDocument("none.1.age")
		is(t, "a document that is not there", err, store.ErrBlobMissing)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
