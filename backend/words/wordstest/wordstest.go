// Package wordstest makes a language for tests: that of package pseudo, with other numbers than the English ones.
package wordstest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/words/pseudo"
)

// Tag is the language's tag. Its numbers are written as 1.234, unlike the English ones.
const Tag = "de"

// Pseudo returns the catalogue of the made-up language, as words.Read takes it.
func Pseudo(t testing.TB) []byte {
	t.Helper()
	root, err := os.Getwd() // a test begins in the folder of its package
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("the test is not in the source tree")
		}
		root = filepath.Dir(root)
	}
	source, err := os.ReadFile(filepath.Join(root, "backend/words/en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var messages map[string]string
	if err := json.Unmarshal(source, &messages); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(pseudo.Catalogue(messages, Tag))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
