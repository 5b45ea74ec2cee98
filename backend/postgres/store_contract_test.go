package postgres_test

import (
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/store"
	"countersign/backend/store/storetest"
)

// open opens a database as one instance of a server does.
func open(t *testing.T, connString string) *postgres.Database {
	t.Helper()
	d, err := postgres.Open(t.Context(), connString)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestStore_KeepsTheContract(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all")
	}
	t.Parallel()
	storetest.Run(t, func(t *testing.T) (one, other store.Store) {
		connString := migrated(t)
		return open(t, connString).Workspace("w"), open(t, connString).Workspace("w")
	})
}
