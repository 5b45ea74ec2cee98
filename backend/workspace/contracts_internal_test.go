package workspace

import (
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/service"
	"countersign/backend/vault"
)

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
		_, err = unseal(DocumentRow{ID: "id", Sealed: sealed}, keys)
		if good && err != nil || !good && !service.IsCode(err, service.CodeDocumentDamaged) {
			t.Errorf("%s: %v", plain, err)
		}
	}
}
