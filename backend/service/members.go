package service

import (
	"time"

	"countersign/backend/secret"
)

// NewMember is a person to add.
type NewMember struct {
	Name  string
	Email string
	Role  Role

	Language string `json:",omitempty"` // one of Languages; empty: none is known. A server of before takes no other field
}

// MemberError is a NewMember that cannot be added: the error with its place in
// the list, from 0.
type MemberError struct {
	Index int
	Err   *Error
}

// MaxImport is how many members can be added in one step.
const MaxImport = 10_000

// NewInvitation takes the place of the invitation that a member has not used. The client has made its code.
type NewInvitation struct {
	ProfileID string
	Code      NewOneTime
}

// OneTimeLife is how long an invitation, a password reset and a help code are
// good (SP 800-63B-4 §4.2.2.2 allows a week for one that is sent by post).
const OneTimeLife = 48 * time.Hour

// NewOneTime is what a client makes of a one-time code of 80 random bits, which it does not tell.
type NewOneTime struct {
	Salt    []byte
	Params  Argon2id
	Proof   secret.Bytes   // recovery.Proof of the code
	KeyPair WrappedKeyPair // wrapped under the code, with the vault's keys; empty for a temporary code and a computer's
	Box     []byte         // the person's share, for a computer's: computer.LockUnder
}

// GivenOut is a one-time code on its way to a person. Only the client that has made it knows the code.
type GivenOut struct {
	Kind      OneTimeKind
	ProfileID string
	Name      string
	Email     string
	Language  string // of the person; empty: none is known
	Workspace string
	IssuedBy  string // name
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// CodeTerms are what a client needs to make a proof of a one-time code or a recovery code (recovery.Proof).
type CodeTerms struct {
	Salt   []byte
	Params Argon2id
}

// RedeemKind says which codes an attempt is for.
type RedeemKind string

// The kinds of attempt with a one-time code.
const (
	RedeemPassword RedeemKind = ""         // an invitation or a password reset
	RedeemComputer RedeemKind = "computer" // another computer of the person
)

// OpenCode is a one-time code that was given out, and can be used until it expires.
type OpenCode struct {
	ProfileID string
	Kind      OneTimeKind
	IssuedBy  string // name
	IssuedAt  time.Time
	ExpiresAt time.Time
}
