package postgres_test

import (
	"context"
	"testing"

	"countersign/backend/keychain/contracttest"
	"countersign/backend/postgres"
	"countersign/backend/serverkey"
	"countersign/backend/store"
	"countersign/backend/store/blobstest"
	"countersign/backend/store/tokenstest"
)

// newKey makes a server's key.
func newKey(t testing.TB) *serverkey.Key {
	t.Helper()
	k, err := serverkey.Create(t.TempDir() + "/server.key")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// taken is the server's key as a database has taken it.
func taken(t testing.TB, d *postgres.Database, k *serverkey.Key) *postgres.Key {
	t.Helper()
	key, err := d.TakeKey(context.WithoutCancel(t.Context()), k)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSecrets_KeepTheContractOfAKeychain(t *testing.T) {
	t.Parallel()
	contracttest.Keep(t, func(t *testing.T) store.Secrets {
		d := open(t, migrated(t))
		return taken(t, d, newKey(t)).Secrets(d.Workspace("w"))
	})
}

func TestBlobs_KeepTheContract(t *testing.T) {
	t.Parallel()
	blobstest.Run(t, func(t *testing.T) (one, other store.Blobs) {
		connString := migrated(t)
		return open(t, connString).Workspace("w").Blobs(t.Context()), open(t, connString).Workspace("w").Blobs(t.Context())
	})
}

func TestTokens_KeepTheContract(t *testing.T) {
	t.Parallel()
	tokenstest.Run(t, func(t *testing.T) (one, other store.Tokens) {
		connString := migrated(t)
		return open(t, connString).Workspace("w").Tokens(), open(t, connString).Workspace("w").Tokens()
	})
}
