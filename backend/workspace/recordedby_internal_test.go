package workspace

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/vault"
)

// RecordOutside writes an event where no change is under way.
func RecordOutside(w *Workspace, ctx context.Context) error {
	return w.view(ctx, func(tx Tx) error { return w.record(tx, w.now(), eventRenamed, "", "", nil) })
}

// RecordTwice writes two events in one change.
func RecordTwice(w *Workspace, ctx context.Context) error {
	return w.update(ctx, func(tx Tx) error {
		if err := w.record(tx, w.now(), eventRenamed, "", "", nil); err != nil {
			return err
		}
		return w.record(tx, w.now(), eventRenamed, "", "", nil)
	})
}

// RecordBy writes an event by one who was not looked at, but another was.
func RecordBy(w *Workspace, ctx context.Context, actor, looked string) error {
	return w.update(ctx, func(tx Tx) error {
		if looked != "" {
			looksAt(tx, looked)
		}
		return w.record(tx, w.now(), eventRenamed, actor, actor, nil)
	})
}

// ChangeSilently changes a name without an event.
func ChangeSilently(w *Workspace, ctx context.Context, id string) error {
	return w.update(ctx, func(tx Tx) error {
		p, err := tx.Profile(id)
		if err != nil {
			return err
		}
		p.Name = "Somebody Else"
		return tx.UpdateProfile(p)
	})
}

// ReadUnknown hashes a row of a table that there isn't.
func ReadUnknown(w *Workspace, ctx context.Context) error {
	return w.view(ctx, func(tx Tx) error {
		_, err := w.rowHash(tx, Key{"nothing", "x"})
		return err
	})
}

func TestNoFiles_RefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	var f noFiles
	_, created := f.Create("x")
	_, opened := f.Open("x")
	_, read := f.ReadIndex()
	_, free := f.Free()
	for name, err := range map[string]error{
		"create": created, "open": opened, "settle": f.Settle("x"), "remove": f.Remove("x"), "sync": f.Sync(),
		"write the index": f.WriteIndex(func(io.Writer) error { return nil }), "read the index": read, "free": free,
	} {
		if !errors.Is(err, ErrFilesFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExpand_LeavesABraceThatStandsAlone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a {n} b": "a 7 b", "a {n": "a {n", "{n}{n": "7{n", "} {": "} {"} {
		if got := expand(in, map[string]any{"n": 7}); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}

// What was sealed under the vault's key is a document only if all of it is.
func TestUnseal_TakesWholeFactsOnly(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	digest := strings.Repeat("ab", 32)
	for plain, good := range map[string]bool{
		`{"name":"a","sha256":"` + digest + `"}`:              true,
		`{"name":"a","sha256":"` + digest + `","size":"one"}`: false,
		`{"name":"a","sha256":"abab"}`:                        false,
		`{"name":"a","sha256":"` + digest + `ab"}`:            false,
		`{"name":"a"}`: false,
		`{"name":"a","sha256":"` + digest[:63] + `x"}`: false,
		`{"name":`: false,
	} {
		sealed, err := keys.Seal("id", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		_, err = DocumentRow{ID: "id", Sealed: sealed}.unseal(keys)
		if good && err != nil || !good && !IsCode(err, CodeDocumentDamaged) {
			t.Errorf("%s: %v", plain, err)
		}
	}
}
