package secretsfile_test

import (
	"testing"

	"countersign/backend/keychain/contracttest"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/secretsfile"
	"countersign/backend/store"
)

// cheap is the lowest cost that is read back.
var cheap = password.Cheap

var phrase = secret.NewText("lantern gravel oboe nineteen")

func create(t *testing.T, dir string) *secretsfile.File {
	t.Helper()
	f, err := secretsfile.Create(t.Context(), dir, phrase, cheap)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func open(t *testing.T, dir string) *secretsfile.File {
	t.Helper()
	f, err := secretsfile.Open(t.Context(), dir, phrase)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func TestFile_KeepsTheContractOfAKeychain(t *testing.T) {
	t.Parallel()
	contracttest.Keep(t, func(t *testing.T) store.Secrets { return create(t, t.TempDir()) })
}
