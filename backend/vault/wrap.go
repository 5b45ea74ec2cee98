package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"

	"countersign/backend/secret"
)

// A wrapped identity is a version byte, a nonce of 12 bytes, and the identity's text
// under AES-256-GCM (SP 800-38D).
const (
	wrapVersion = 1
	wrapInfo    = "countersign wrapped identity v1\x00"
	kekSize     = 32
	wrapSize    = 1 + 12 + identitySize + 16
)

// Wrap encrypts an identity under a key of 32 bytes, for one holder: whoever keeps it
// says who they are again to Unwrap. The key is used for little else, as each nonce is
// drawn at random.
func Wrap(kek secret.Bytes, holder string, i Identity) (wrapped []byte, err error) {
	if i.Empty() {
		return nil, ErrIdentity
	}
	secret.Confined(func() {
		var aead cipher.AEAD
		if aead, err = wrapper(kek); err == nil {
			wrapped = append(make([]byte, 0, wrapSize), wrapVersion)
			wrapped = aead.Seal(wrapped, nil, i.text.Reveal(), wrapData(holder))
		}
	})
	return wrapped, err
}

// Unwrap opens what Wrap made.
//
// Errors: ErrWrap, for the wrong key, another holder and changed bytes alike.
func Unwrap(kek secret.Bytes, holder string, wrapped []byte) (i Identity, err error) {
	if len(wrapped) != wrapSize || wrapped[0] != wrapVersion {
		return Identity{}, ErrWrap
	}
	secret.Confined(func() {
		aead, fault := wrapper(kek)
		if fault != nil {
			err = fault
			return
		}
		text, fault := aead.Open(nil, nil, wrapped[1:], wrapData(holder))
		if fault != nil {
			err = ErrWrap
			return
		}
		defer clear(text)
		if i, fault = parse(string(text)); fault != nil {
			err = ErrWrap
		}
	})
	return i, err
}

func wrapper(kek secret.Bytes) (cipher.AEAD, error) {
	if kek.Len() != kekSize {
		return nil, errors.New("vault: a key that wraps has 32 bytes")
	}
	block, err := aes.NewCipher(kek.Reveal())
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func wrapData(holder string) []byte { return []byte(wrapInfo + holder) }
