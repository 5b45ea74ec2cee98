package main

import (
	"slices"
	"strings"
	"testing"

	"countersign/backend/words"
)

// Where a key is chosen in one place and put into words in another, the test of package words does not see what the message is given.
func TestWords_PutInNoMoreThanTheyAreGiven(t *testing.T) {
	t.Parallel()
	given := func(what string, key words.Key, names ...string) {
		t.Helper()
		for _, name := range words.English().Arguments(key) {
			if !slices.Contains(names, name) {
				t.Errorf("%s puts in %s, and is given %v", what, name, names)
			}
		}
	}
	for _, k := range keys {
		given(k.name, k.text, "default")
	}
	for _, f := range databaseFaults {
		given(f.code, f.text, "why")
	}
	for _, x := range exits {
		given("an exit code", x.means)
	}
	for _, x := range errorCodes {
		given(strings.Join(x.codes, " "), x.means)
	}
	for name, key := range map[string]words.Key{
		"key_missing": words.TerminalServerFailureKeyMissing, "key_exposed": words.TerminalServerFailureKeyExposed, "key_form": words.TerminalServerFailureKeyForm, "key_unreadable": words.TerminalServerFailureKeyUnreadable,
	} {
		given(name, key, "where", "why")
	}
}

// Each code that the program fails with is in the manual page.
func TestManual_NamesEachCodeOfADatabase(t *testing.T) {
	t.Parallel()
	var all []string
	for _, x := range errorCodes {
		all = append(all, x.codes...)
	}
	for _, f := range databaseFaults {
		if !slices.Contains(all, f.code) {
			t.Errorf("%s is not in the manual page", f.code)
		}
	}
}
