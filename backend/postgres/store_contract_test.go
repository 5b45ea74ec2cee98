package postgres_test

import (
	"testing"

	"countersign/backend/postgres"
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
