package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"countersign/backend/secret"
)

// maxWork is the highest work factor that is tried: 1 GiB and a few seconds. The age tool
// writes 18; what asks for more than 20 was made to stall whoever opens it.
const maxWork = 20

// Identities is what opens a bundle: a passphrase, or private keys. It prints as
// "[elided]".
type Identities struct{ passphrase, keys secret.Text }

// Format implements fmt.Formatter for every verb.
func (i Identities) Format(f fmt.State, verb rune) { i.passphrase.Format(f, verb) }

// MarshalText implements encoding.TextMarshaler.
func (i Identities) MarshalText() ([]byte, error) { return i.passphrase.MarshalText() }

// WithPassphrase opens what was locked with a passphrase.
func WithPassphrase(p secret.Text) Identities { return Identities{passphrase: composed(p)} }

// ParseIdentities reads private keys (AGE-SECRET-KEY-1…), one to a line, as the age tool keeps
// them in a file. Empty lines and lines that begin with # are left out.
//
// Errors: LinesError, with every line that is wrong.
func ParseIdentities(text secret.Text) (Identities, error) {
	var wrong LinesError
	found := false
	for n, line := range keyLines(text.Reveal()) {
		if _, err := parseIdentity(line); err != nil {
			wrong = append(wrong, LineError{n, identityReason(line)})
			if wrong[0].Reason == ReasonLocked {
				break // what follows are not lines
			}
		}
		found = true
	}
	if !found && len(wrong) == 0 {
		wrong = LinesError{{0, ReasonNone}}
	}
	if len(wrong) > 0 {
		return Identities{}, wrong
	}
	return Identities{keys: text}, nil
}

func parseIdentity(line string) (age.Identity, error) {
	if strings.HasPrefix(line, "AGE-SECRET-KEY-PQ-1") {
		return age.ParseHybridIdentity(line)
	}
	return age.ParseX25519Identity(line)
}

func identityReason(line string) Reason {
	upper := strings.ToUpper(line)
	switch {
	case strings.HasPrefix(upper, "AGE-SECRET-KEY-"):
		return ReasonTypo
	case strings.HasPrefix(upper, "AGE1"):
		return ReasonPublic
	case strings.HasPrefix(upper, "AGE-ENCRYPTION.ORG/"), strings.HasPrefix(upper, "-----BEGIN AGE ENCRYPTED"):
		return ReasonLocked
	case strings.HasPrefix(upper, "AGE-PLUGIN-"), strings.Contains(upper, "PRIVATE KEY"):
		return ReasonOther
	}
	return ReasonForm
}

// Unwrap implements age.Identity, with errors that say which of the two is missing.
func (i Identities) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	locked := len(stanzas) == 1 && stanzas[0].Type == "scrypt"
	switch {
	case i.passphrase.Empty() && locked:
		return nil, ErrNeedsPassphrase
	case i.passphrase.Empty():
		return i.tryKeys(stanzas)
	case !locked:
		return nil, ErrNeedsKey
	}
	return i.tryPassphrase(stanzas)
}

func (i Identities) tryPassphrase(stanzas []*age.Stanza) ([]byte, error) {
	// Two digits are a hundred at most, and age takes no sign and no leading zero.
	if args := stanzas[0].Args; len(args) == 2 && (len(args[1]) > 2 || len(args[1]) == 2 && args[1] > fmt.Sprint(maxWork)) {
		return nil, ErrWork
	}
	id, err := age.NewScryptIdentity(i.passphrase.Reveal())
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	id.SetMaxWorkFactor(maxWork)
	key, err := id.Unwrap(stanzas)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity):
		return nil, ErrPassphrase
	case err != nil:
		return nil, ErrEdited
	}
	return key, nil
}

func (i Identities) tryKeys(stanzas []*age.Stanza) ([]byte, error) {
	for _, line := range keyLines(i.keys.Reveal()) {
		id, err := parseIdentity(line)
		if err != nil {
			return nil, fmt.Errorf("bundle: %w", err)
		}
		key, err := id.Unwrap(stanzas)
		switch {
		case errors.Is(err, age.ErrIncorrectIdentity):
		case err != nil:
			return nil, ErrEdited
		default:
			return key, nil
		}
	}
	return nil, ErrNotForKey
}

// Lock is what a file is locked with.
type Lock int

// A file is locked with a passphrase, or for one or more keys.
const (
	LockPassphrase Lock = iota + 1
	LockKeys
)

// LockOf looks at the beginning of a file, so that the right thing is asked for. It
// proves nothing about the file.
//
// Errors: ErrNotAge, ErrNewer, ErrCutShort, ErrEdited, and the reader's.
func LockOf(r io.Reader) (Lock, error) {
	src := newSource(r)
	if err := src.intro(); err != nil {
		return 0, err
	}
	header, err := age.ExtractHeader(src.r)
	if err != nil {
		return 0, src.headerFault(err)
	}
	for line := range bytes.Lines(header) {
		if bytes.HasPrefix(line, []byte("-> scrypt ")) {
			return LockPassphrase, nil
		}
	}
	return LockKeys, nil
}
