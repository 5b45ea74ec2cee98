package secretsfile

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"golang.org/x/crypto/chacha20poly1305"

	"countersign/backend/secret"
)

const (
	keySize      = chacha20poly1305.KeySize
	sealOverhead = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
)

// What separates the keys that follow from the file's (HKDF-SHA256, RFC 5869).
const (
	itemInfo = "countersign secrets file item v1"
	fileInfo = "countersign secrets file seal v1"
)

// keys open and encrypt what is in the file.
type keys struct {
	item secret.Bytes // of each value
	file secret.Bytes // of the whole
}

// keysFrom is called in secret.Confined.
func keysFrom(key []byte) keys { return keys{expand(key, itemInfo), expand(key, fileInfo)} }

func expand(key []byte, info string) secret.Bytes {
	out, err := hkdf.Key(sha256.New, key, nil, info, keySize)
	if err != nil {
		panic(err) // only for a length above 255 hashes, and ours is one
	}
	return secret.NewBytes(out)
}

func (k keys) empty() bool { return k.item.Len() == 0 }

func (k keys) wipe() { k.item.Wipe(); k.file.Wipe() }

// encrypt encrypts a value as a nonce of 24 bytes, drawn at random, and the value under
// XChaCha20-Poly1305. It opens again under its name only.
func (k keys) encrypt(name string, value secret.Bytes) (sealed []byte, err error) {
	nonce := make([]byte, chacha20poly1305.NonceSizeX, sealOverhead+value.Len())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	secret.Confined(func() {
		aead, fault := chacha20poly1305.NewX(k.item.Reveal())
		if err = fault; err == nil {
			sealed = aead.Seal(nonce, nonce, value.Reveal(), []byte(name))
		}
	})
	return sealed, err
}

// open opens what encrypt made, into memory that is the caller's to wipe.
func (k keys) open(name string, sealed []byte) (value secret.Bytes, err error) {
	if len(sealed) < sealOverhead {
		return secret.Bytes{}, damaged("an item is cut short")
	}
	secret.Confined(func() {
		aead, fault := chacha20poly1305.NewX(k.item.Reveal())
		if err = fault; err != nil {
			return
		}
		nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
		plain, fault := aead.Open(nil, nonce, text, []byte(name))
		if fault != nil {
			err = damaged("an item does not open")
			return
		}
		value = secret.NewBytes(plain)
	})
	return value, err
}

func (k keys) mac(b []byte) []byte {
	h := hmac.New(sha256.New, k.file.Reveal())
	h.Write(b)
	return h.Sum(nil)
}

func (k keys) verifies(b, mac []byte) bool { return hmac.Equal(k.mac(b), mac) }
