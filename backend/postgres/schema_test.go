package postgres_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
)

var write = flag.Bool("write", false, "write schema.txt anew from what the migrations make")

// TestSchema_IsWhatTheMigrationsMake is also how schema.txt is written after a migration was added:
// go test ./backend/postgres -run TestSchema_IsWhatTheMigrationsMake -write
func TestSchema_IsWhatTheMigrationsMake(t *testing.T) {
	t.Parallel()
	connString := postgrestest.Database(t)
	if err := postgres.Migrate(t.Context(), connString); err != nil && !*write {
		t.Fatal(err)
	}
	made := strings.Join(postgres.Describe(t, connString), "\n") + "\n"
	if *write {
		if err := os.WriteFile("schema.txt", []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile("schema.txt"); err != nil || made != string(want) {
		t.Errorf("the schema is not that of schema.txt (%v):\n%s", err, made)
	}
}
