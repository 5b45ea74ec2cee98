package service

import "countersign/backend/secret"

// NewPassword is what a client makes of a password that was chosen. Its rules are the client's.
type NewPassword struct {
	Salt      []byte
	Params    Argon2id
	PublicKey []byte       // of the key pair that signs: password.PublicKey
	Lock      secret.Bytes // new with each password
	Short     bool         // it is too short to stand alone
	KeyPair   WrappedKeyPair
	Share     string        // names the share that PublicKey is made with: computer.ShareID
	Computers []NewComputer // that are the person's from now on: the one that this comes from, and with a share that is replaced all that stay
}

// WrappedKeyPair is a person's key pair, wrapped under the key that is made of their password.
type WrappedKeyPair struct {
	Recipient string // the public half
	Wrapped   []byte
	Keys      SealedKeys // the vault's, for a key pair that the workspace does not know yet
	Signature []byte     // see KeyHolder; empty: whoever has made it does not have the vault's keys
}

// OwnKeys is what unwraps a person's key pair, together with their password.
type OwnKeys struct {
	Lock      secret.Bytes
	Recipient string // empty: there is no key pair
	Wrapped   []byte
}

// PasswordTerms are what a client needs to prove a password: how the key pair is made of it, and what it signs.
type PasswordTerms struct {
	WorkspaceID string
	Nonce       []byte
	Salt        []byte
	Params      Argon2id
	Share       string // names the share that it is made with
	Box         []byte // that share for this computer, where it was replaced since: computer.Public.HandOver
}
