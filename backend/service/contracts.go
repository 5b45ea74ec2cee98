package service

import (
	"time"
)

// DocumentQuery chooses rows of documents.
type DocumentQuery struct {
	IDs    []string        // these alone, as far as they are there; nil: all
	States []DocumentState // nil: any
	Behind int             // so many under an older key at most, and none unless a rotation runs; 0: under any key
}

// DocumentRows are rows as they all stood at one moment.
type DocumentRows struct {
	Vault       Vault
	Rows        []DocumentRow
	Name        string // of the profile that is signed in
	Now         time.Time
	ClockBehind bool // Now cannot be relied on: see Admin.Clock
	All, Older  int  // of a rotation that runs: documents in all, and those under an older key
}

// DocumentAct is what is done with documents that are there.
type DocumentAct string

// The acts.
const (
	DocumentsRename  DocumentAct = "rename"
	DocumentsTag     DocumentAct = "tag"
	DocumentsRemove  DocumentAct = "remove"  // to the bin
	DocumentsRestore DocumentAct = "restore" // from the bin
	DocumentsPurge   DocumentAct = "purge"   // from the bin, for good, by an admin
)

// From is where a document must stand for an act.
func (a DocumentAct) From() DocumentState {
	if a == DocumentsRestore || a == DocumentsPurge {
		return DocumentRemoved
	}
	return DocumentKept
}

// ChangedDocument is a row that takes the place of another.
type ChangedDocument struct {
	Was []byte // the ciphertext of the row that was read
	Row DocumentRow
}

// SealedKeys are the vault's keys, encrypted to one recipient. The zero value is none.
type SealedKeys struct {
	Ciphertext []byte
	Generation int  // of the newest
	OnlyOne    bool // there are no older ones with it
}

// KeyHolder has a key pair: a profile, or an invitation or a password reset that is open.
type KeyHolder struct {
	Holder    string
	Recipient string // the public half
	Signature []byte // of HolderMessage, with the vault's key: whoever has that has made the key pair, and given it out
}

// GivenKeys are the vault's keys on their way to a holder.
type GivenKeys struct {
	KeyHolder
	SealedKeys
}

// Vault is what the workspace says of the vault to one profile.
type Vault struct {
	Generation int        // of the newest key; 0: there is no vault yet
	PublicKey  string     // hex; of that key: see vault.Keys.PublicKey
	Links      string     // hex; from the first key to that one: for each generation the public key, and its signature with the key before (VaultMessage)
	Holder     string     // the profile, as it is named among holders
	Keys       SealedKeys // to the profile's key pair
}

// KitMade says what stands on an Emergency Kit beside the vault's key, which the workspace does not have.
type KitMade struct {
	Workspace  string
	MadeBy     string // name
	MadeAt     time.Time
	Generation int
}

// KitState is what is known of the Emergency Kit.
type KitState struct {
	MadeAt  time.Time // zero: never
	MadeBy  string    // name
	Current bool      // it opens what is added today
}

// NewOwner is who comes in with an Emergency Kit.
type NewOwner struct {
	Name     string
	Email    string
	Password NewPassword // its key pair comes with the vault's keys, which are on the kit
}

// Rotation is where a rotation of the vault key stands.
type Rotation struct {
	Running bool // not every document is under the newest key
	Held    bool // somebody has stopped it for now
	Done    int  // of Total documents
	Total   int
}

// KitTerms are what a client needs to prove that it has the Emergency Kit: which key it is, and what it signs (KitMessage).
type KitTerms struct {
	WorkspaceID string
	Nonce       []byte
	Generation  int    // of the key that is on the kit
	PublicKey   string // hex; of that key
}
