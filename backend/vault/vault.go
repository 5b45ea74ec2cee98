// Package vault holds the keys of the contracts and does everything that needs them:
// it hands the keys on, and encrypts documents and what is known of them.
//
// The vault's key is an age X25519 identity with a generation number. Whoever may read
// has an identity of their own, whose private half lies under a key that only they can
// derive (Wrap), and to whose public half the vault's identities are encrypted (EncryptTo).
// So a new generation reaches everybody without their passwords.
//
// On sign-in call Unwrap, then Identity.Open, and keep the Keys for as long as the
// session lasts; Wipe both at its end. Encrypt and Decrypt stream, At reads at any place,
// EncryptData and DecryptData are for the small things of which there are many. All documents are
// plain age files, so that the age tool opens them with Identity.Text and nothing else.
//
// Nothing here knows of files, rows or people. What an error says never holds a secret.
package vault

import "errors"

// What the package answers, to be matched with errors.Is.
var (
	ErrIdentity   = errors.New("vault: this is no age identity")
	ErrRecipient  = errors.New("vault: this is no age recipient")
	ErrWrap       = errors.New("vault: the wrapped identity does not open with this key for this holder")
	ErrCiphertext = errors.New("vault: the sealed data was changed, or is of another place")
	ErrNoKey      = errors.New("vault: the key of this generation is not there")
	ErrPin        = errors.New("vault: this pins no vault")
	ErrDocument   = errors.New("vault: the document was cut or edited, or is encrypted to another key")
)

// Sum is what the plain bytes of a document are recognised by.
type Sum struct {
	Size   int64
	SHA256 [32]byte
}
