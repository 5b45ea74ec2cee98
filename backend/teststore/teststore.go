// Package teststore opens the store that the tests of use cases run over: SQLite, or PostgreSQL with
// COUNTERSIGN_TEST_STORE=postgres (make test-postgres). What they promise holds over every store.
package teststore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// Store is a store that its test closes.
type Store interface {
	store.Store
	io.Closer
}

// tested is what the server calls the workspace under test.
const tested = "tested"

// chosen is the store that the environment names.
var chosen = os.Getenv("COUNTERSIGN_TEST_STORE")

// Open opens the store of a path as often as it is called. Where PostgreSQL was chosen, the path
// only names a database, which is made when it is opened first and dropped when t ends.
func Open(ctx context.Context, t postgrestest.T, path string) (Store, error) {
	t.Helper()
	switch chosen {
	case "", "sqlite":
		return sqlite.Open(ctx, path)
	case "postgres":
		d, err := postgres.Open(ctx, database(t, path))
		if err != nil {
			return nil, err
		}
		return onServer{d.Workspace(tested), d}, nil
	}
	return nil, fmt.Errorf("COUNTERSIGN_TEST_STORE names no store: %s", chosen)
}

// File gives the path of the database's file to a test that is about this file: one that edits, copies or
// measures it. Such a test is skipped where the store has none.
func File(t T, path string) string {
	t.Helper()
	if chosen == "postgres" {
		t.Skip("this test is about SQLite's file")
	}
	return path
}

func fileContent(t T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Stop ends what Open may have started. No test may follow.
func Stop() { postgrestest.Stop() }

// onServer is a workspace in a database that is closed with it.
type onServer struct {
	*postgres.Store
	database *postgres.Database
}

func (s onServer) Close() error { s.database.Close(); return nil }

var (
	mu        sync.Mutex
	databases = map[string]string{} // connection strings by path
	template  string                // of a database with the schema, once there is one
)

func database(t postgrestest.T, path string) (connString string) {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if connString, known := databases[path]; known {
		return connString
	}
	if template == "" {
		fresh := postgrestest.Template(t)
		if err := errors.Join(postgres.Migrate(context.Background(), fresh), editable(fresh)); err != nil {
			t.Fatal(err)
		}
		template = fresh
	}
	databases[path] = postgrestest.Like(t, template)
	return databases[path]
}
