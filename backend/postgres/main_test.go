package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
)

func TestMain(m *testing.M) {
	if connString := os.Getenv(writerEnv); connString != "" {
		if err := writeAndSay(connString, os.Getenv(keeperEnv) != ""); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		select {} // only a signal ends it
	}
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

var (
	templateOnce sync.Once
	template     string
	templateErr  error
)

// migrated gives a new database with our schema, and with no row.
func migrated(t testing.TB) (connString string) {
	t.Helper()
	templateOnce.Do(func() {
		template = postgrestest.Template(t)
		templateErr = postgres.Migrate(context.Background(), template)
	})
	if templateErr != nil {
		t.Fatal(templateErr)
	}
	return postgrestest.Like(t, template)
}
