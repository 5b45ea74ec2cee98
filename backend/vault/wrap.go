package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"

	"countersign/backend/secret"
)

// A wrapped identity is a version byte, a nonce of 12 bytes, and the identity's text with the
// vault that its holder has pinned, under AES-256-GCM (SP 800-38D).
const (
	wrapVersion = 1
	wrapInfo    = "countersign wrapped identity v1\x00"
	kekSize     = 32
	wrapSize    = 1 + 12 + identitySize + PinSize + 16
)

// Wrap encrypts an identity under a key of 32 bytes, for one holder: whoever keeps it
// says who they are again to Unwrap. With it goes the vault that the holder believes in, which nobody without
// the key can change; zero where there is none yet. The key is used for little else, as each nonce is
// drawn at random.
func Wrap(kek secret.Bytes, holder string, i Identity, pinned Pin) (wrapped []byte, err error) {
	if i.Empty() {
		return nil, ErrIdentity
	}
	secret.Confined(func() {
		var aead cipher.AEAD
		if aead, err = wrapper(kek); err == nil {
			wrapped = append(make([]byte, 0, wrapSize), wrapVersion)
			plain := append(append(make([]byte, 0, identitySize+PinSize), i.text.Reveal()...), pinned.Bytes()...)
			wrapped = aead.Seal(wrapped, nil, plain, wrapData(holder))
			clear(plain)
		}
	})
	return wrapped, err
}

// Unwrap opens what Wrap made.
//
// Errors: ErrWrap, for the wrong key, another holder and changed bytes alike.
func Unwrap(kek secret.Bytes, holder string, wrapped []byte) (i Identity, pinned Pin, err error) {
	if len(wrapped) != wrapSize || wrapped[0] != wrapVersion {
		return Identity{}, Pin{}, ErrWrap
	}
	secret.Confined(func() {
		aead, fault := wrapper(kek)
		if fault != nil {
			err = fault
			return
		}
		plain, fault := aead.Open(nil, nil, wrapped[1:], wrapData(holder))
		if fault != nil {
			err = ErrWrap
			return
		}
		defer clear(plain)
		pin, fault := ParsePin(plain[identitySize:])
		if fault == nil {
			i, fault = parse(string(plain[:identitySize]))
		}
		if fault != nil {
			err = ErrWrap
			return
		}
		pinned = pin
	})
	return i, pinned, err
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
