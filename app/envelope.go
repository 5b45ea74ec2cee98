package app

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"sync"
	"unicode/utf8"

	"countersign/backend/secret"
)

// Envelope carries one secret between the page and us. Between them lie Wails and
// the system's web view, which copy each message several times and overwrite none
// of the copies; so that those hold nothing, secrets cross in HPKE (RFC 9180) with
// keys that open one envelope and are then forgotten.
//
// It keeps secrets out of memory that is not ours. It keeps nothing from a script
// in the page, which can ask for keys as the page does. A replay finds no key.
//
// The zero Envelope holds the empty text.
type Envelope struct {
	Key string `json:"key"` // the PublicKey.ID that it was closed for
	Box string `json:"box"` // base64: encapsulated key (65 bytes), ciphertext, tag
}

// PublicKey closes one envelope.
type PublicKey struct {
	ID    string `json:"id"`
	Point string `json:"point"` // base64: a point of P-256, uncompressed
}

// What an envelope may hold. It cannot be opened as anything else.
const (
	holdsPassword    = "password"
	holdsNewPassword = "new password"
	holdsCode        = "code"
	holdsRecovery    = "recovery code"
	holdsFactor      = "factor"     // a verification or recovery code, at a step-up
	holdsInvitation  = "invitation" // of an invitation or a password reset
	holdsHelp        = "help code"
	holdsWord        = "check word"
	holdsPassphrase  = "passphrase"  // of an encrypted file
	holdsPrivateKey  = "private key" // that opens one
	holdsQR          = "qr"          // SVG path data
	holdsKey         = "key"         // groups of a TOTP key, a space between them
	holdsCodes       = "codes"       // recovery codes, a space between them
	holdsKit         = "kit key"     // of an Emergency Kit
)

// The suite is the one that every engine's WebCrypto has.
var (
	kem  = hpke.DHKEM(ecdh.P256())
	kdf  = hpke.HKDFSHA256()
	aead = hpke.AES256GCM()
)

func purpose(what string) []byte { return []byte("countersign/" + what) }

// maxEnvelopeKeys is how many keys may wait for their envelope; a form needs three.
const maxEnvelopeKeys = 16

// envelopeKeys are the keys whose envelopes have not arrived yet.
type envelopeKeys struct {
	mu      sync.Mutex
	waiting []waitingKey // oldest first
}

type waitingKey struct {
	id  string
	key hpke.PrivateKey
}

// newKey makes a key for one envelope. Where too many wait, the oldest goes.
func (k *envelopeKeys) newKey() (PublicKey, error) {
	key, err := kem.GenerateKey()
	if err != nil {
		return PublicKey{}, err
	}
	id := rand.Text()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.waiting) >= maxEnvelopeKeys {
		k.waiting = slices.Delete(k.waiting, 0, len(k.waiting)-maxEnvelopeKeys+1)
	}
	k.waiting = append(k.waiting, waitingKey{id, key})
	return PublicKey{ID: id, Point: base64.StdEncoding.EncodeToString(key.PublicKey().Bytes())}, nil
}

// take gives a key and forgets it, whatever the envelope turns out to be.
func (k *envelopeKeys) take(id string) hpke.PrivateKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.waiting, func(w waitingKey) bool { return w.id == id })
	if i < 0 {
		return nil
	}
	key := k.waiting[i].key
	k.waiting = slices.Delete(k.waiting, i, i+1)
	return key
}

// forget drops all keys: what was closed for them stays closed.
func (k *envelopeKeys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting = nil
}

// open takes the text out. It fails for an envelope that was opened before, that is
// older than the last lock, or that holds something else. What Go needs no more is
// overwritten when it is collected: a build with clobberfree, and every lock, see
// to that.
func (k *envelopeKeys) open(what string, e Envelope) (secret.Text, error) {
	if e == (Envelope{}) {
		return secret.Text{}, nil
	}
	key := k.take(e.Key)
	box, err := base64.StdEncoding.DecodeString(e.Box)
	if key == nil || err != nil {
		return secret.Text{}, errEnvelope()
	}
	var text secret.Text
	secret.Confined(func() {
		var plain []byte
		plain, err = hpke.Open(key, kdf, aead, purpose(what), box)
		defer clear(plain)
		if err != nil || !utf8.Valid(plain) {
			err = errEnvelope()
			return
		}
		text = secret.NewText(string(plain))
	})
	return text, err
}

func errEnvelope() error {
	return &shellError{code: codeEnvelopeFailed}
}

// recipient is the page, as far as an answer with secrets goes.
type recipient struct{ key hpke.PublicKey }

// answerTo reads the page's key. Call it before the act whose answer it closes:
// secrets that cannot be handed over must not be made.
func answerTo(k PublicKey) (recipient, error) {
	point, err := base64.StdEncoding.DecodeString(k.Point)
	if err != nil {
		return recipient{}, errEnvelope()
	}
	key, err := kem.NewPublicKey(point)
	if err != nil {
		return recipient{}, errEnvelope()
	}
	return recipient{key}, nil
}

// close puts text into an envelope for the page, and wipes it.
func (r recipient) close(what string, text []byte) (Envelope, error) {
	defer clear(text)
	var box []byte
	var err error
	secret.Confined(func() { box, err = hpke.Seal(r.key, kdf, aead, purpose(what), text) })
	if err != nil {
		return Envelope{}, err
	}
	return Envelope{Box: base64.StdEncoding.EncodeToString(box)}, nil
}

// spaced joins parts with a space between them, in bytes that can be wiped.
func spaced(parts []string) []byte {
	var n int
	for _, p := range parts {
		n += len(p) + 1
	}
	out := make([]byte, 0, n)
	for i, p := range parts {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, p...)
	}
	return out
}
