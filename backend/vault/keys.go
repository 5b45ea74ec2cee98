package vault

import (
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/crypto/chacha20poly1305"

	"countersign/backend/secret"
)

// What is derived from an identity's text (HKDF-SHA256, RFC 5869).
const (
	rowsInfo = "countersign sealed rows v1"
	signInfo = "countersign vault signature v1"
)

const (
	maxGenerations = 1000    // that Keys hold; everybody's copy grows with each
	maxGeneration  = 1 << 30 // the highest number of one
)

// Keys are the vault's identities, newest first, each with its generation. The zero
// value holds none. They never change: Next gives others. They print as "[elided]", and
// copies share their memory.
type Keys struct{ held []*held }

// held is behind a pointer so that its holder prints as an address at most.
type held struct {
	generation int
	identity   Identity
	rows       cipher.AEAD
}

// NewKeys begins a vault, with generation 1.
func NewKeys() (Keys, error) { return Keys{}.Next() }

// KeysOf are the keys of one generation, as from an Emergency Kit. They are empty where
// the identity is, or the generation is not from 1 up.
func KeysOf(generation int, i Identity) Keys {
	if i.Empty() || generation < 1 || generation > maxGeneration {
		return Keys{}
	}
	return Keys{[]*held{holding(generation, i)}}
}

func holding(generation int, i Identity) *held {
	h := &held{generation: generation, identity: i}
	secret.Confined(func() {
		key, err := hkdf.Key(sha256.New, i.text.Reveal(), nil, rowsInfo, chacha20poly1305.KeySize)
		if err == nil {
			h.rows, err = chacha20poly1305.NewX(key)
		}
		if err != nil {
			panic(err) // only for lengths, and ours are right
		}
		clear(key)
	})
	return h
}

// Next are the keys with a new identity before those there are.
func (k Keys) Next() (Keys, error) {
	if len(k.held) == maxGenerations || k.Generation() == maxGeneration {
		return Keys{}, errors.New("vault: there are too many generations")
	}
	i, err := NewIdentity()
	if err != nil {
		return Keys{}, err
	}
	return Keys{append([]*held{holding(k.Generation()+1, i)}, k.held...)}, nil
}

// OnlyNewest are the keys without the older ones, for when nothing needs these any more.
func (k Keys) OnlyNewest() Keys {
	if k.Empty() {
		return Keys{}
	}
	return Keys{k.held[:1:1]}
}

// Empty reports whether there is no key, or not any more.
func (k Keys) Empty() bool { return len(k.held) == 0 || k.held[0].identity.Empty() }

// Generation is that of the newest, 0 for none.
func (k Keys) Generation() int {
	if len(k.held) == 0 {
		return 0
	}
	return k.held[0].generation
}

// Has reports whether the key of a generation is there.
func (k Keys) Has(generation int) bool { return k.at(generation) != nil }

// Newest is the identity that encrypts. It is empty where there is none.
func (k Keys) Newest() Identity {
	if k.Empty() {
		return Identity{}
	}
	return k.held[0].identity
}

func (k Keys) at(generation int) *held {
	for _, h := range k.held {
		if h.generation == generation && !h.identity.Empty() {
			return h
		}
	}
	return nil
}

// PublicKey is of the key pair that the newest identity signs with (Ed25519, RFC 8032), which is
// derived from it (HKDF-SHA256, RFC 5869). Whoever has the vault's key is recognised by it. It is
// nil where there is none.
func (k Keys) PublicKey() (public ed25519.PublicKey) {
	k.sign(func(key ed25519.PrivateKey) { public = key.Public().(ed25519.PublicKey) })
	return public
}

// Sign signs with the newest identity's key pair. What is signed begins with what it is for,
// so that no signature passes for another. It is nil where there is none.
func (k Keys) Sign(message []byte) (signature []byte) {
	k.sign(func(key ed25519.PrivateKey) { signature = ed25519.Sign(key, message) })
	return signature
}

// Signed reports whether one of the keys has signed a message, the newest or one from before it that is still there.
func (k Keys) Signed(message, signature []byte) bool {
	for _, h := range k.held {
		one := Keys{[]*held{h}}
		if public := one.PublicKey(); public != nil && ed25519.Verify(public, message, signature) {
			return true
		}
	}
	return false
}

func (k Keys) sign(use func(ed25519.PrivateKey)) {
	if k.Empty() {
		return
	}
	secret.Confined(func() {
		seed, err := hkdf.Key(sha256.New, k.held[0].identity.text.Reveal(), nil, signInfo, ed25519.SeedSize)
		if err != nil {
			panic(err) // only for a length above 255 hashes, and ours is one
		}
		key := ed25519.NewKeyFromSeed(seed)
		use(key)
		clear(seed)
		clear(key)
	})
}

// Wipe overwrites the identities, in every copy and in what Next and OnlyNewest gave or
// came from. Nothing may be using them. What age or a cipher holds goes with its memory.
func (k Keys) Wipe() {
	for _, h := range k.held {
		h.identity.Wipe()
	}
}

// Format implements fmt.Formatter for every verb.
func (k Keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secret.Elided) }

// MarshalText implements encoding.TextMarshaler, and so JSON and XML.
func (k Keys) MarshalText() ([]byte, error) { return []byte(secret.Elided), nil }

// LogValue implements slog.LogValuer.
func (k Keys) LogValue() slog.Value { return slog.StringValue(secret.Elided) }
