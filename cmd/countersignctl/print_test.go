package main

import (
	"bytes"
	"strings"
	"testing"

	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// TestPrint_NothingMovesTheCursor has what a server may say in its answers.
func TestPrint_NothingMovesTheCursor(t *testing.T) {
	t.Parallel()
	hostile := "ok\x1b[2J\u202eevil\r\nSigned in\u009b31m"
	for what, text := range map[string]string{
		"an argument of a message": say(words.TerminalComputersRemoveDone, words.Args{"name": hostile}) + "\n",
		"a cell of a table":        codeTable([]codeView{{Kind: hostile, By: "Amara"}}),
		"a text":                   "a heading\n" + strings.ReplaceAll(hostile, "\n", "") + "\n",
	} {
		var out bytes.Buffer
		if err := (&env{stdout: &out}).print(nil, text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		if want := strings.Count(text, "\n") + 1; len(lines) != want || what != "a text" && len(lines) > 3 {
			t.Errorf("%s has %d lines: %q", what, len(lines), lines)
		}
		for _, line := range lines {
			if cli.Printable(line) != line {
				t.Errorf("%s: %q", what, line)
			}
		}
	}
}
