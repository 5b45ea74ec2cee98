// Package secret holds the two types in which secrets travel through the
// program. Both print as "[elided]" whatever verb, encoder or logger gets hold
// of them, so that a secret reaches the outside only where the code says
// Reveal, a word that is easy to search for.
//
// Use Bytes for what can be wiped: keys, TOTP secrets, derived material. Use
// Text for what arrives as a Go string and therefore cannot be: passwords and
// codes that the window hands over, and recovery codes on their way to paper.
package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Elided is what every secret prints as.
const Elided = "[elided]"

// Bytes is secret material that its holder wipes when done. The zero value is
// empty. Copies share the same memory: wiping one wipes all.
type Bytes struct{ b []byte }

// NewBytes takes ownership of b: the caller must not keep or change it.
func NewBytes(b []byte) Bytes { return Bytes{b} }

// Reveal returns the material itself, not a copy. Do not keep it beyond the call.
func (s Bytes) Reveal() []byte { return s.b }

// Len returns the number of bytes.
func (s Bytes) Len() int { return len(s.b) }

// Wipe overwrites the material with zeros. Go may have copied it before, as a
// garbage collector is free to do with stacks; SECURITY.md says what that means.
func (s Bytes) Wipe() { clear(s.b) }

// Equal compares in constant time.
func (s Bytes) Equal(o Bytes) bool { return subtle.ConstantTimeCompare(s.b, o.b) == 1 }

// Format implements fmt.Formatter for every verb, %x and %#v included.
func (s Bytes) Format(f fmt.State, _ rune) { elide(f) }

// MarshalText implements encoding.TextMarshaler, and so JSON and XML.
func (s Bytes) MarshalText() ([]byte, error) { return []byte(Elided), nil }

// LogValue implements slog.LogValuer.
func (s Bytes) LogValue() slog.Value { return slog.StringValue(Elided) }

// Text is a secret that arrived as a string.
type Text struct{ s string }

// NewText wraps s.
func NewText(s string) Text { return Text{s} }

// Reveal returns the string itself.
func (s Text) Reveal() string { return s.s }

// Empty reports whether there is nothing in it.
func (s Text) Empty() bool { return s.s == "" }

// Format implements fmt.Formatter for every verb.
func (s Text) Format(f fmt.State, _ rune) { elide(f) }

// MarshalText implements encoding.TextMarshaler.
func (s Text) MarshalText() ([]byte, error) { return []byte(Elided), nil }

// LogValue implements slog.LogValuer.
func (s Text) LogValue() slog.Value { return slog.StringValue(Elided) }

func elide(w io.Writer) { _, _ = io.WriteString(w, Elided) }
