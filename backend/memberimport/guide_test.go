package memberimport_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/memberimport"
)

// TestGuide_HeadingsThatItNamesAreUnderstood reads what admins read of the columns.
func TestGuide_HeadingsThatItNamesAreUnderstood(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/admin/csv.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (name|email|role|language) \| ([^|]*) \|`).FindAllSubmatch(guide, -1)
	if len(rows) != 4 {
		t.Fatalf("the guide tells of %d columns", len(rows))
	}
	columns := map[string]string{"name": "Name", "email": "Email", "role": "Role", "language": "Language"}
	read := func(headings [4]string, name string) {
		t.Helper()
		// In the order in which columns without headings aren’t read.
		list, err := memberimport.Read(strings.NewReader(fmt.Sprintf("%s,%s,%s,%s\nowner,sam@example.com,%s,ja\n", headings[0], headings[1], headings[2], headings[3], name)), 10)
		if err != nil || len(list.Rows) != 1 || !strings.Contains(list.Rows[0].Name, name) || list.Rows[0].Email != "sam@example.com" || list.Rows[0].Role != "owner" || list.Rows[0].Language != "ja" {
			t.Errorf("%q: %v, %v", headings, list.Rows, err)
		}
	}
	for _, row := range rows {
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(string(row[2]), -1)
		if len(names) < 4 {
			t.Fatalf("%s has %v", row[1], names)
		}
		for _, n := range names {
			c := maps.Clone(columns)
			c[string(row[1])] = n[1]
			read([4]string{c["role"], c["email"], c["name"], c["language"]}, "Sam Porter")
		}
	}
}
