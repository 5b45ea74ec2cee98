// Package teststore opens what the tests of use cases run over: SQLite with a fake of the keychain and a folder, or PostgreSQL for all
// three with COUNTERSIGN_TEST_STORE=postgres (make test-postgres). What they promise holds over both.
package teststore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/serverkey"
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

// Server gives the Secrets and the Blobs of a path where a server's store was chosen, and nil elsewhere: there a test has a fake of the
// keychain, and a folder. As these do, they stay when the store is closed. The Blobs are in the database of the store. The Secrets of all
// tests are in another one, each in a workspace of its own: a test that puts an older database back must not put the anchor back with it.
func Server(ctx context.Context, t postgrestest.T, path string) (store.Secrets, store.Blobs) {
	t.Helper()
	if chosen != "postgres" {
		return nil, nil
	}
	key, d, err := secretsDatabase(ctx, t)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := postgres.Open(ctx, database(t, path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(beside.Close)
	return key.Secrets(d.Workspace(path)), beside.Workspace(tested).Blobs(ctx)
}

var (
	secretsMu sync.Mutex
	secretsIn *postgres.Database
	secretKey *postgres.Key
)

// secretsDatabase opens the database with the secrets of all tests, which has a new server's key.
func secretsDatabase(ctx context.Context, t postgrestest.T) (*postgres.Key, *postgres.Database, error) {
	t.Helper()
	secretsMu.Lock()
	defer secretsMu.Unlock()
	if secretKey != nil {
		return secretKey, secretsIn, nil
	}
	dir, err := os.MkdirTemp("", "countersign-key-")
	if err != nil {
		return nil, nil, err
	}
	key, err := serverkey.Create(filepath.Join(dir, "server.key"))
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return nil, nil, err
	}
	connString := postgrestest.Template(t)
	if err := postgres.Migrate(ctx, connString); err != nil {
		return nil, nil, err
	}
	if secretsIn, err = postgres.Open(ctx, connString); err != nil {
		return nil, nil, err
	}
	secretKey, err = secretsIn.TakeKey(ctx, key)
	return secretKey, secretsIn, err
}

// Files gives the folder of the documents to a test that is about its files. Such a test is skipped where there is
// no folder.
func Files(t T, dir string) string {
	t.Helper()
	if chosen == "postgres" {
		t.Skip("this test is about the folder of the documents")
	}
	return dir
}

// Stop ends what Open and Server may have started. No test may follow.
func Stop() {
	if secretsIn != nil {
		secretsIn.Close()
	}
	postgrestest.Stop()
}

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
