package main

import (
	"bytes"
	"os"
	"testing"
)

func TestKeys_AreCurrent(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../en.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate(source)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../keys.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("keys.go is behind en.json: run go generate ./backend/words")
	}
}

func TestGenerate_Refuses(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"NoArea": `{"title": ""}`,
		"Blank":  `{"a.b c": ""}`,
		"Same":   `{"a.b_c": "", "a.b.c": ""}`,
		"Twice":  `{"a.b": "", "a.b": ""}`,
		"Apart":  `{"a.b": "", "c.d": "", "a.e": ""}`,
		"NoJSON": `{"a.b"`,
	} {
		if out, err := generate([]byte(source)); err == nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}
