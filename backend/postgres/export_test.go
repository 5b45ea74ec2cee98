package postgres

import "testing"

// Describe gives the description of a database's schema.
func Describe(t *testing.T, connString string) []string {
	t.Helper()
	d, err := connect(t.Context(), connString)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	lines, err := d.describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
