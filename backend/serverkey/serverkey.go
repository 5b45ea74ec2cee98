// Package serverkey has the key of a workspace server: 32 random bytes in a file, or in a credential that
// systemd hands over, and never in the database or its backups. What the server must be able to read by
// itself, and whoever has the database must not, is encrypted under it.
//
// Create makes a key once; Read and Credential read it at each start. For gives a Box, which encrypts small
// values for one purpose. Fingerprint tells two keys apart and says nothing about either.
package serverkey

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"countersign/backend/secret"
)

// What this package answers, to be matched with errors.Is. The sentence around each names the file.
var (
	ErrMissing  = errors.New("there is no server key")
	ErrThere    = errors.New("there is a file already")
	ErrExposed  = errors.New("others can read or change the server key")
	ErrForm     = errors.New("this is not a server key")
	ErrNotOpen  = errors.New("the value does not open under the server key")
	errTooShort = fmt.Errorf("%w: it is cut short", ErrNotOpen)
)

const keySize = chacha20poly1305.KeySize

// What separates the keys that follow from the server's (HKDF-SHA256, RFC 5869).
const (
	fingerprintInfo = "countersign server key fingerprint v1"
	purposeInfo     = "countersign server key for v1: "
)

// Key is a server's key.
type Key struct{ key secret.Bytes }

// Close wipes the key. Boxes that were given out have keys of their own.
func (k *Key) Close() { k.key.Wipe() }

// Fingerprint is 32 letters and digits that no other key has.
func (k *Key) Fingerprint() string {
	sum := k.derive(fingerprintInfo)
	return hex.EncodeToString(sum.Reveal()[:16])
}

func (k *Key) derive(info string) (derived secret.Bytes) {
	secret.Confined(func() {
		out, err := hkdf.Key(sha256.New, k.key.Reveal(), nil, info, keySize)
		if err != nil {
			panic(err) // only for a length above 255 hashes, and ours is one
		}
		derived = secret.NewBytes(out)
	})
	return derived
}

// Box encrypts values under a key of its own, which follows from the server's and the purpose.
type Box struct{ key secret.Bytes }

// For gives the box for a purpose. What one box has encrypted no other opens.
func (k *Key) For(purpose string) *Box { return &Box{k.derive(purposeInfo + purpose)} }

// Close wipes the box's key. The box opens and encrypts nothing of use afterwards.
func (b *Box) Close() { b.key.Wipe() }

// The form of an encrypted value:
//
//	 1 byte   1, the form
//	24 bytes  nonce, drawn at random
//	the rest  the value under XChaCha20-Poly1305, bound to the form and the place
//
// A nonce of 24 bytes can be drawn as often as one likes. The 12 bytes of AES-GCM can be drawn 2³² times (SP
// 800-38D §8.3), and the anchor of each workspace is encrypted anew with each change.
const (
	form     = 1
	nonceAt  = 1
	textAt   = nonceAt + chacha20poly1305.NonceSizeX
	overhead = textAt + chacha20poly1305.Overhead
)

// Encrypt encrypts a value for a place, such as a workspace and a name in it: it opens at this place only.
func (b *Box) Encrypt(value secret.Bytes, place ...string) (ciphertext []byte, err error) {
	ciphertext = make([]byte, textAt, overhead+value.Len())
	ciphertext[0] = form
	_, _ = rand.Read(ciphertext[nonceAt:]) // never fails
	secret.Confined(func() {
		aead, fault := chacha20poly1305.NewX(b.key.Reveal())
		if err = fault; err == nil {
			ciphertext = aead.Seal(ciphertext, ciphertext[nonceAt:textAt], value.Reveal(), bound(place))
		}
	})
	return ciphertext, err
}

// Decrypt opens what Encrypt made for the same place, into memory that is the caller's to wipe. Errors: ErrNotOpen.
func (b *Box) Decrypt(ciphertext []byte, place ...string) (value secret.Bytes, err error) {
	if len(ciphertext) < overhead {
		return secret.Bytes{}, errTooShort
	}
	if ciphertext[0] != form {
		return secret.Bytes{}, fmt.Errorf("%w: it has the form %d, which this version does not know", ErrNotOpen, ciphertext[0])
	}
	secret.Confined(func() {
		aead, fault := chacha20poly1305.NewX(b.key.Reveal())
		if err = fault; err != nil {
			return
		}
		plain, fault := aead.Open(nil, ciphertext[nonceAt:textAt], ciphertext[textAt:], bound(place))
		if fault != nil {
			err = fmt.Errorf("%w: it was changed, or is of another key or place", ErrNotOpen)
			return
		}
		value = secret.NewBytes(plain)
	})
	return value, err
}

// bound is what a value is bound to: the form, and each part of the place behind its length, so that no two places meet.
func bound(place []string) []byte {
	all := []byte{form}
	for _, part := range place {
		all = append(binary.AppendUvarint(slices.Grow(all, len(part)+2), uint64(len(part))), part...)
	}
	return all
}
