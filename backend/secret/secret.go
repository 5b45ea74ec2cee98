// Package secret holds the two types in which secrets travel through the
// program. Both print as "[elided]" whatever verb, encoder or logger gets hold
// of them, so that a secret reaches the outside only where the code says
// Reveal, a word that is easy to search for.
//
// Use Bytes for what can be wiped: keys, TOTP secrets, derived material. Use
// Text for what arrives as a Go string and therefore cannot be: passwords and
// codes that the window hands over, and recovery codes on their way to paper. Run
// what hashes, opens or takes apart a secret in Confined: it leaves pieces in the stack.
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
//
// The material lies behind two pointers, since fmt does not ask unexported fields
// how they want to be printed, and follows one: what it prints is then an address.
type Bytes struct{ p **[]byte }

// NewBytes takes ownership of b: the caller must not keep or change it.
func NewBytes(b []byte) Bytes { p := &b; return Bytes{&p} }

// Reveal returns the material itself, not a copy. Do not keep it beyond the call.
func (s Bytes) Reveal() []byte {
	if s.p == nil {
		return nil
	}
	return **s.p
}

// Len returns the number of bytes.
func (s Bytes) Len() int { return len(s.Reveal()) }

// Wipe overwrites the material with zeros. Go may have copied it before, as a
// garbage collector is free to do with stacks; SECURITY.md says what that means.
func (s Bytes) Wipe() { clear(s.Reveal()) }

// Equal compares in constant time.
func (s Bytes) Equal(o Bytes) bool { return subtle.ConstantTimeCompare(s.Reveal(), o.Reveal()) == 1 }

// Format implements fmt.Formatter for every verb, %x and %#v included.
func (s Bytes) Format(f fmt.State, _ rune) { elide(f) }

// MarshalText implements encoding.TextMarshaler, and so JSON and XML.
func (s Bytes) MarshalText() ([]byte, error) { return []byte(Elided), nil }

// LogValue implements slog.LogValuer.
func (s Bytes) LogValue() slog.Value { return slog.StringValue(Elided) }

// Text is a secret that arrived as a string.
type Text struct{ p **string }

// NewText wraps s.
func NewText(s string) Text { p := &s; return Text{&p} }

// Reveal returns the string itself.
func (s Text) Reveal() string {
	if s.p == nil {
		return ""
	}
	return **s.p
}

// Empty reports whether there is nothing in it.
func (s Text) Empty() bool { return s.Reveal() == "" }

// Format implements fmt.Formatter for every verb.
func (s Text) Format(f fmt.State, _ rune) { elide(f) }

// MarshalText implements encoding.TextMarshaler.
func (s Text) MarshalText() ([]byte, error) { return []byte(Elided), nil }

// LogValue implements slog.LogValuer.
func (s Text) LogValue() slog.Value { return slog.StringValue(Elided) }

func elide(w io.Writer) { _, _ = io.WriteString(w, Elided) }
