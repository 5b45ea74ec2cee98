// Package wordstest makes a language for tests. It is none that anybody speaks: English with accents,
// and longer, so that a test sees whether a text comes from the catalogue and what has no room.
package wordstest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	for key, message := range messages {
		messages[key] = Translate(message)
	}
	messages["language.tag"] = Tag
	out, err := json.Marshal(messages)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var accents = strings.NewReplacer("a", "á", "e", "ê", "i", "ï", "o", "ø", "u", "ü", "n", "ñ", "A", "Á", "E", "Ê", "I", "Ï", "O", "Ø", "U", "Ü", "N", "Ñ")

// Translate puts a message into the made-up language: accents on what is text, which is what stands
// in an even number of braces, and a tail of 40 % of its length.
func Translate(message string) string {
	var out strings.Builder
	depth, letters := 0, 0
	for _, r := range message {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case depth%2 == 0:
			letters++
			out.WriteString(accents.Replace(string(r)))
			continue
		}
		out.WriteRune(r)
	}
	if letters > 0 {
		out.WriteString(strings.Repeat("~", letters*2/5+1))
	}
	return out.String()
}
