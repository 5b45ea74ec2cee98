// Package computer has the keys by which a workspace at a server knows a person's computers, and those by which they hand each other
// the person's share.
//
// A share is 32 random bytes in the keychain of each computer of a person. A password makes no key without it (see package password), so
// that a server, which has none, can't be used to guess passwords. Each computer has a Key of its own: it signs the sign-in, and opens
// what is encrypted to the computer.
//
// Nothing that a server says of a person's computers is believed that the share has not signed: otherwise its operator could have the
// share encrypted to a key of theirs, or give a computer a share of theirs, under which a password is then guessed.
package computer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"countersign/backend/secret"
)

const (
	// Size is the length of a share, of a seed, of the key of a code and of a seal in bytes.
	Size = 32
	// KeySize is the length of each of a computer's two public keys in bytes.
	KeySize = 32
	// MaxBox is how long a share is that was encrypted, in bytes.
	MaxBox = 32 + 2*Size + 16
)

// What separates the keys that are made of the same input.
const (
	shareName   = "countersign share name v1\x00"
	computerID  = "countersign computer name v1\x00"
	signingInfo = "countersign computer signature v1"
	boxInfo     = "countersign computer box v1"
	sealInfo    = "countersign computer seal v1"
	handInfo    = "countersign share handed over v1"
	codeInfo    = "countersign share under a code v1\x00"
)

// ErrBox means that a share could not be opened, or was not put there by a computer of the same person.
var ErrBox = errors.New("computer: the share can't be opened")

// ShareID names a share, and tells nothing of it: 128 bits of SHA-256 in hex.
func ShareID(share secret.Bytes) string { return name(shareName, share.Reveal()) }

func name(what string, of []byte) string {
	sum := sha256.Sum256(append([]byte(what), of...))
	return hex.EncodeToString(sum[:16])
}

// Public is what others know of a computer.
type Public struct {
	SigningKey []byte // Ed25519 (RFC 8032)
	BoxKey     []byte // X25519 (RFC 7748)
}

// ID names the computer: 128 bits of SHA-256 of its signing key, in hex.
func (p Public) ID() string { return name(computerID, p.SigningKey) }

// Valid reports whether both keys have the form of keys.
func (p Public) Valid() bool { return len(p.SigningKey) == KeySize && len(p.BoxKey) == KeySize }

// Signed reports whether the computer has signed a message.
func (p Public) Signed(message, signature []byte) bool {
	return len(p.SigningKey) == ed25519.PublicKeySize && ed25519.Verify(p.SigningKey, message, signature)
}

// Seal says to the person's other computers that this one is theirs: HMAC-SHA-256 of its keys, by the share.
func (p Public) Seal(share secret.Bytes, workspace string) []byte {
	return p.mac(sealInfo, share, workspace, nil)
}

// SealedBy reports whether Seal has made a seal with the share.
func (p Public) SealedBy(share secret.Bytes, workspace string, seal []byte) bool {
	return p.Valid() && hmac.Equal(seal, p.Seal(share, workspace))
}

func (p Public) mac(info string, share secret.Bytes, workspace string, more []byte) (sum []byte) {
	secret.Confined(func() {
		key := expand(share, info)
		defer clear(key)
		h := hmac.New(sha256.New, key)
		h.Write([]byte(workspace + "\x00"))
		h.Write(p.SigningKey) // each is of a fixed length: see Valid
		h.Write(p.BoxKey)
		h.Write(more)
		sum = h.Sum(nil)
	})
	return sum
}

// HandOver encrypts a new share to a computer (HPKE, RFC 9180), with a proof that it comes from somebody who had the share before.
// Errors: a key that is none.
func (p Public) HandOver(workspace string, before, next secret.Bytes) (box []byte, err error) {
	public, err := ecdh.X25519().NewPublicKey(p.BoxKey)
	if err != nil {
		return nil, err
	}
	to, err := hpke.NewDHKEMPublicKey(public)
	if err != nil {
		return nil, err
	}
	secret.Confined(func() {
		text := append(append(make([]byte, 0, 2*Size), next.Reveal()...), p.mac(handInfo, before, workspace, next.Reveal())...)
		defer clear(text)
		box, err = hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(handInfo+"\x00"+workspace), text)
	})
	return box, err
}

// Key is a computer's own.
type Key struct {
	Public
	seed secret.Bytes
}

// NewKey makes it of 32 random bytes, which the computer's keychain keeps. Errors: another length.
func NewKey(seed secret.Bytes) (k Key, err error) {
	if seed.Len() != Size {
		return k, errors.New("computer: the seed has another length")
	}
	k.seed = seed
	secret.Confined(func() {
		k.SigningKey = k.signing().Public().(ed25519.PublicKey)
		box, fault := k.box()
		if err = fault; err == nil {
			k.BoxKey = box.PublicKey().Bytes()
		}
	})
	return k, err
}

func (k Key) signing() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(expand(k.seed, signingInfo)) }

func (k Key) box() (*ecdh.PrivateKey, error) {
	return ecdh.X25519().NewPrivateKey(expand(k.seed, boxInfo))
}

// Sign signs a message, which begins with what it is for.
func (k Key) Sign(message []byte) (signature []byte) {
	secret.Confined(func() {
		key := k.signing()
		defer clear(key)
		signature = ed25519.Sign(key, message)
	})
	return signature
}

// TakeOver opens what HandOver has made for this computer, and says which of the shares that it knows the new one takes the place of.
// Errors: ErrBox.
func (k Key) TakeOver(workspace string, known []secret.Bytes, box []byte) (next secret.Bytes, place int, err error) {
	err = ErrBox
	secret.Confined(func() {
		private, fault := k.box()
		if fault != nil {
			return
		}
		own, fault := hpke.NewDHKEMPrivateKey(private)
		if fault != nil {
			return
		}
		text, fault := hpke.Open(own, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(handInfo+"\x00"+workspace), box)
		if fault != nil || len(text) != 2*Size {
			return
		}
		for i, before := range known {
			if hmac.Equal(text[Size:], k.mac(handInfo, before, workspace, text[:Size])) {
				next, place, err = secret.NewBytes(text[:Size:Size]), i, nil
				return
			}
		}
	})
	return next, place, err
}

// LockUnder encrypts a share under the key of a one-time code (AES-256-GCM, SP 800-38D), for a computer to come. Errors: a key of another length.
func LockUnder(key secret.Bytes, workspace string, share secret.Bytes) (box []byte, err error) {
	err = withCode(key, func(aead cipher.AEAD) error {
		box = aead.Seal(nil, nil, share.Reveal(), []byte(codeInfo+workspace))
		return nil
	})
	return box, err
}

// UnlockUnder opens what LockUnder has made. Errors: ErrBox.
func UnlockUnder(key secret.Bytes, workspace string, box []byte) (share secret.Bytes, err error) {
	err = withCode(key, func(aead cipher.AEAD) error {
		text, err := aead.Open(nil, nil, box, []byte(codeInfo+workspace))
		if err != nil || len(text) != Size {
			return ErrBox
		}
		share = secret.NewBytes(text)
		return nil
	})
	return share, err
}

func withCode(key secret.Bytes, use func(cipher.AEAD) error) (err error) {
	if key.Len() != Size {
		return errors.New("computer: the key of the code has another length")
	}
	secret.Confined(func() {
		block, fault := aes.NewCipher(key.Reveal())
		if err = fault; err != nil {
			return
		}
		aead, fault := cipher.NewGCMWithRandomNonce(block)
		if err = fault; err == nil {
			err = use(aead)
		}
	})
	return err
}

// expand is HKDF-SHA-256 (RFC 5869) without a salt: its input is 32 random bytes.
func expand(of secret.Bytes, info string) []byte {
	out, err := hkdf.Expand(sha256.New, of.Reveal(), info, Size)
	if err != nil {
		panic(err) // only for a length above 255 hashes, and ours is one
	}
	return out
}
