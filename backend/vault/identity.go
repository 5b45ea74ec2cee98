package vault

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"

	"filippo.io/age"

	"countersign/backend/secret"
)

// identityPrefix begins the text of an X25519 identity, and of no other kind.
const identityPrefix = "AGE-SECRET-KEY-1"

// identitySize is how long that text is: the prefix, 52 characters for 32 bytes, and a
// checksum of 6 (BIP 173).
const identitySize = len(identityPrefix) + 52 + 6

// Identity is an age X25519 identity: a private key and the recipient that belongs to
// it. The zero value is none. It prints as "[elided]", and copies share its memory.
type Identity struct {
	text      secret.Bytes // as age writes it
	recipient string
}

// NewIdentity makes one.
func NewIdentity() (i Identity, err error) {
	secret.Confined(func() {
		var key *age.X25519Identity
		if key, err = age.GenerateX25519Identity(); err == nil {
			i = identityOf(key)
		}
	})
	return i, err
}

func identityOf(key *age.X25519Identity) Identity {
	return Identity{secret.NewBytes([]byte(key.String())), key.Recipient().String()}
}

// ParseIdentity reads the text of an identity, "AGE-SECRET-KEY-1…", as a person may have
// typed it: in any case, with white space anywhere.
//
// Errors: ErrIdentity, which says nothing of the text.
func ParseIdentity(text secret.Text) (i Identity, err error) {
	if len(text.Reveal()) > 8*identitySize {
		return Identity{}, ErrIdentity
	}
	secret.Confined(func() {
		var tidy strings.Builder
		for _, r := range text.Reveal() {
			switch {
			case r >= 'a' && r <= 'z':
				tidy.WriteRune(r - 'a' + 'A')
			case !unicode.IsSpace(r):
				tidy.WriteRune(r)
			}
		}
		i, err = parse(tidy.String())
	})
	return i, err
}

func parse(text string) (Identity, error) {
	if len(text) != identitySize || !strings.HasPrefix(text, identityPrefix) {
		return Identity{}, ErrIdentity
	}
	key, err := age.ParseX25519Identity(text)
	if err != nil {
		return Identity{}, ErrIdentity // age's error repeats the text
	}
	return identityOf(key), nil
}

// Text is the identity in age's own form, upper case: for the Emergency Kit. Empty where
// there is none.
func (i Identity) Text() secret.Text {
	if i.Empty() {
		return secret.Text{}
	}
	return secret.NewText(string(i.text.Reveal()))
}

// Recipient is the public half, "age1…".
func (i Identity) Recipient() string { return i.recipient }

// Empty reports whether there is no identity in it, or not any more.
func (i Identity) Empty() bool { return i.text.Len() == 0 || i.text.Reveal()[0] == 0 }

// Wipe overwrites the private half, in every copy. Nothing may be using it.
func (i Identity) Wipe() { i.text.Wipe() }

// key is what age takes. It cannot be wiped: drop it soon.
func (i Identity) key() (*age.X25519Identity, error) {
	if i.Empty() {
		return nil, ErrIdentity
	}
	key, err := age.ParseX25519Identity(string(i.text.Reveal()))
	if err != nil {
		return nil, ErrIdentity
	}
	return key, nil
}

// Format implements fmt.Formatter for every verb.
func (i Identity) Format(f fmt.State, verb rune) { i.text.Format(f, verb) }

// MarshalText implements encoding.TextMarshaler, and so JSON and XML.
func (i Identity) MarshalText() ([]byte, error) { return i.text.MarshalText() }

// LogValue implements slog.LogValuer.
func (i Identity) LogValue() slog.Value { return i.text.LogValue() }
