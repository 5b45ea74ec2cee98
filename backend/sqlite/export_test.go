package sqlite

import (
	"database/sql"
	"testing"
)

// Connections gives n connections of the pool at once.
func Connections(t *testing.T, s *Store, n int) (all []*sql.Conn) {
	t.Helper()
	for range n {
		c, err := s.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		all = append(all, c)
	}
	return all
}
