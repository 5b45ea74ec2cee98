package backend_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurity_EachTestThatItNamesExists keeps SECURITY.md honest. A promise names
// a Go test, or the file of an end-to-end test.
func TestSecurity_EachTestThatItNamesExists(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, root := range []string{".", "../app", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllSubmatch(source, -1) {
				there[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(doc, -1)
	if len(named) < 30 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if !there[string(m[1])] {
			t.Errorf("there is no %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`(e2e/[^`]+)`").FindAllSubmatch(doc, -1) {
		if st, err := os.Stat(filepath.Join("..", string(m[1]))); err != nil || !st.Mode().IsRegular() || !strings.HasSuffix(string(m[1]), ".test.mjs") {
			t.Errorf("there is no end-to-end test %s", m[1])
		}
	}
	for _, row := range regexp.MustCompile(`(?m)^\| [^|]+\.\s\| ([^|]*) \|$`).FindAllSubmatch(doc, -1) {
		if !regexp.MustCompile("`(Test|e2e/)").Match(row[1]) {
			t.Errorf("a promise without a test: %s", row[0])
		}
	}
}
