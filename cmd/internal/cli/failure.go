package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"countersign/backend/words"
)

// The exit codes of every program.
const (
	ExitDone        = 0
	ExitFailed      = 1   // unexpected
	ExitUsage       = 2   // the command line
	ExitWrong       = 3   // what was looked at is wrong
	ExitRefused     = 4   // signing in, or the role
	ExitUnavailable = 5   // no workspace; folder, database or keychain
	ExitInterrupted = 130 // Ctrl+C, as shells have it
)

// CodeUsage is the code of a mistake in the command line.
const CodeUsage = "usage"

// Failure is an error of the program's own: a code for scripts, the exit code, and sentences for
// people.
type Failure struct {
	Code string
	Exit int
	key  words.Key
	args words.Args
}

func (f *Failure) Error() string { return say(f.key, f.args) }

// Fail makes a Failure, whose sentences are a message of the catalogue.
func Fail(code string, exit int, key words.Key, args words.Args) *Failure {
	return &Failure{Code: code, Exit: exit, key: key, args: args}
}

// Usage says what is wrong with a command line. Execute adds where help is.
func Usage(key words.Key, args words.Args) error { return Fail(CodeUsage, ExitUsage, key, args) }

func say(key words.Key, args words.Args) string { return Words().Text(key, args) }

// Told is an error as it is printed.
type Told struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Args    map[string]any `json:"args,omitempty"`
}

// Tell prints an error to w, as a line or as JSON. There is nowhere to say that it
// could not be printed.
func Tell(w io.Writer, program string, t Told, asJSON bool) {
	if asJSON {
		_ = WriteJSON(w, map[string]Told{"error": t})
		return
	}
	fmt.Fprintln(w, program+":", Printable(t.Message))
}

// PrintableLines is Printable for a text of several lines.
func PrintableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = Printable(l)
	}
	return strings.Join(lines, "\n")
}

// Say is a message of the catalogue for the terminal. What is put in may come from a server or from another person: it stays in its line.
func Say(key words.Key, args words.Args) string {
	printable := make(words.Args, len(args))
	for name, v := range args {
		if text, ok := v.(string); ok {
			v = Printable(text)
		}
		printable[name] = v
	}
	return Words().Text(key, printable)
}

// WriteJSON writes v as one line.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Printable keeps names and details from moving the cursor, colouring the terminal or
// turning the direction of text.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
