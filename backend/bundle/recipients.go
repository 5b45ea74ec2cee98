package bundle

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"

	"countersign/backend/secret"
)

// MaxRecipients is how many keys a bundle may be for.
const MaxRecipients = 100

// workFactor is the binary logarithm of scrypt's N for new bundles: 256 MiB, about a second.
// It is what the age tool uses.
const workFactor = 18

// cheapFactor costs next to nothing. Only a test binary takes it: a test that is about what a bundle
// holds spends nearly all its time on the passphrase otherwise.
const cheapFactor = 4

// ErrNoPassphrase means that a passphrase is empty.
var ErrNoPassphrase = errors.New("bundle: the passphrase is empty")

// Recipients says who can open a bundle. The zero value is nobody, which Create refuses.
type Recipients struct {
	passphrase secret.Text
	work       int
	keys       []age.Recipient
	texts      []string
}

// ToPassphrase locks with a passphrase, whose quality is the caller's business. It is
// composed (NFC) first, so that every keyboard gives the same bytes.
//
// Errors: ErrNoPassphrase.
func ToPassphrase(p secret.Text) (Recipients, error) {
	if p.Empty() {
		return Recipients{}, ErrNoPassphrase
	}
	work := workFactor
	if testing.Testing() {
		work = cheapFactor
	}
	return Recipients{passphrase: composed(p), work: work}, nil
}

func composed(p secret.Text) secret.Text { return secret.NewText(norm.NFC.String(p.Reveal())) }

// Keys returns the public keys, as they were given and each once; none for a passphrase.
func (r Recipients) Keys() []string { return r.texts }

func (r Recipients) forAge() ([]age.Recipient, error) {
	if r.passphrase.Empty() {
		if len(r.keys) == 0 {
			return nil, errors.New("bundle: nobody could open this bundle")
		}
		return r.keys, nil
	}
	s, err := age.NewScryptRecipient(r.passphrase.Reveal())
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	s.SetWorkFactor(r.work)
	return []age.Recipient{s}, nil
}

// Reason says what is wrong with a line of keys.
type Reason string

// The reasons.
const (
	ReasonForm    Reason = "form"    // no key that is known here
	ReasonTypo    Reason = "typo"    // a key in which some character is wrong or missing
	ReasonPrivate Reason = "private" // a private key, which is not to be given away
	ReasonPublic  Reason = "public"  // a public key where a private one is wanted
	ReasonOther   Reason = "other"   // an SSH key, or one that needs a plugin
	ReasonMixed   Reason = "mixed"   // post-quantum and other keys, of which one would undo the other's strength
	ReasonMany    Reason = "many"    // more than MaxRecipients
	ReasonLocked  Reason = "locked"  // a key file that is itself encrypted
	ReasonNone    Reason = "none"    // no line holds a key; Line is 0
)

// LineError is what is wrong with one line. It never repeats the line, which may hold a
// private key by mistake.
type LineError struct {
	Line   int // from 1
	Reason Reason
}

// LinesError is everything that is wrong with a list of keys, by line.
type LinesError []LineError

func (e LinesError) Error() string {
	var parts []string
	for _, l := range e {
		parts = append(parts, fmt.Sprintf("line %d: %s", l.Line, l.Reason))
	}
	return "bundle: the list of keys: " + strings.Join(parts, ", ")
}

// ParseRecipients reads public keys (age1…), one to a line. Empty lines and lines that begin with #
// are left out, and a key that is there twice counts once.
//
// Errors: LinesError, with every line that is wrong.
func ParseRecipients(text string) (Recipients, error) {
	var r Recipients
	var wrong LinesError
	seen := map[string]bool{}
	quantum := -1 // whether the keys so far are post-quantum, once it is known
	for n, line := range keyLines(text) {
		reason := Reason("")
		key, isQuantum, err := parseRecipient(line)
		switch {
		case err != nil:
			reason = recipientReason(line)
		case seen[line]:
			continue
		case quantum >= 0 && quantum != isQuantum:
			reason = ReasonMixed
		case len(r.keys) == MaxRecipients:
			reason = ReasonMany
		}
		if reason != "" {
			wrong = append(wrong, LineError{n, reason})
			continue
		}
		seen[line], quantum = true, isQuantum
		r.keys, r.texts = append(r.keys, key), append(r.texts, line)
	}
	if len(wrong) == 0 && len(r.keys) == 0 {
		wrong = LinesError{{0, ReasonNone}}
	}
	if len(wrong) > 0 {
		return Recipients{}, wrong
	}
	return r, nil
}

// keyLines yields the lines that should hold a key, with their numbers.
func keyLines(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			n++
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(n, line) {
				return
			}
		}
	}
}

func parseRecipient(line string) (key age.Recipient, quantum int, err error) {
	if strings.HasPrefix(line, "age1pq1") {
		key, err = age.ParseHybridRecipient(line)
		return key, 1, err
	}
	key, err = age.ParseX25519Recipient(line)
	return key, 0, err
}

func recipientReason(line string) Reason {
	upper := strings.ToUpper(line)
	switch {
	case strings.HasPrefix(upper, "AGE-SECRET-KEY-"), strings.HasPrefix(upper, "AGE-PLUGIN-"), strings.Contains(upper, "PRIVATE KEY"):
		return ReasonPrivate
	case strings.HasPrefix(upper, "SSH-"), strings.HasPrefix(upper, "ECDSA-"), isPlugin(line):
		return ReasonOther
	case strings.HasPrefix(upper, "AGE1"):
		return ReasonTypo
	}
	return ReasonForm
}

// isPlugin reports whether a key is of the form that plugins have, age1name1….
func isPlugin(line string) bool {
	rest, ok := strings.CutPrefix(line, "age1")
	name, key, found := strings.Cut(rest, "1")
	return ok && found && name != "" && name != "pq" && key != ""
}
