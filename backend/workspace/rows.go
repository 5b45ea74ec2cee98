package workspace

import (
	"time"

	"countersign/backend/password"
	"countersign/backend/recovery"
)

// Info is the workspace itself. CreatedAt is zero until its maker's profile is in.
type Info struct {
	ID         string
	Name       string
	CreatedAt  time.Time
	Require2FA bool
	LastSheet  int // the highest sheet number that was given out
}

// Role says what a profile may do.
type Role string

// The roles.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
)

// Profile is one person's account.
type Profile struct {
	ID           string
	Email        string
	EmailKey     string // what two spellings of one address have in common; unique
	Name         string
	Role         Role
	CreatedAt    time.Time
	Password     PasswordRecord
	LastSignInAt time.Time // zero: never
	Generation   int       // highest generation of a TOTP secret that was ever given out
	Epoch        int       // a session or challenge of an older epoch is over
}

// PasswordRecord verifies a password; it does not help to guess it without the
// keychain's device secret.
type PasswordRecord struct {
	Salt      []byte
	Params    password.Params
	Verifier  []byte
	ChangedAt time.Time
}

// Factor is an active authenticator app. Its secret is the keychain's item Item.
type Factor struct {
	ProfileID  string
	Generation int
	Item       string
	Since      time.Time // when 2FA was turned on
	PhoneSince time.Time // when this phone was enrolled
	LastStep   int64     // the highest TOTP step that was used
	LastUsedAt time.Time
	LastUse    Use
}

// Use says what a code was used for.
type Use string

// The uses of a code.
const (
	UseSignIn      Use = "sign-in"
	UseEnrolment   Use = "enrolment"
	UsePhoneChange Use = "phone-change"
	UseStepUp      Use = "step-up"
	UseDisable     Use = "disable"
)

// Intent is an act on the keychain that is under way.
type Intent struct {
	ID            string
	Kind          IntentKind
	ProfileID     string
	Item          string
	Generation    int
	ConfirmedStep int64 // 0 until the right code was typed
	CreatedAt     time.Time
}

// IntentKind says what was begun.
type IntentKind string

// The kinds of intent.
const (
	IntentCreate      IntentKind = "create"       // a workspace key is being made
	IntentEnrol       IntentKind = "enrol"        // Enable 2FA
	IntentChangePhone IntentKind = "change-phone" // Change phone
	IntentDelete      IntentKind = "delete-item"  // the item is no longer needed
)

// SetState is where a recovery set stands.
type SetState string

// The states of a recovery set.
const (
	SetPending  SetState = "pending"  // shown, not yet in force
	SetActive   SetState = "active"   // in force
	SetReplaced SetState = "replaced" // by a newer set
	SetVoided   SetState = "voided"   // by its holder, or with 2FA
)

// Set is a recovery set; its codes are kept as hashes.
type Set struct {
	ID        string
	ProfileID string
	Sheet     int
	State     SetState
	Salt      []byte
	Params    recovery.Params
	IssuedAt  time.Time
	IssuedBy  string // a person's name at the time
	Replaces  int    // sheet number, 0 for none
	EndedAt   time.Time
}

// CodeRow is one recovery code of a set.
type CodeRow struct {
	Number int // 1 to 10, the order on the sheet
	Hash   []byte
	UsedAt time.Time // zero: not used
	Use    Use
}

// Kind is what is being guessed; each kind is counted on its own.
type Kind string

// The kinds of guess.
const (
	KindPassword Kind = "password"
	KindCode     Kind = "code"     // a verification code of the active factor
	KindRecovery Kind = "recovery" // a recovery code
	KindConfirm  Kind = "confirm"  // the first code of a new phone
)

// Attempts counts failures in a row. Subject is a profile ID or, for an email
// that nobody has, a keyed hash of it, so that both answer alike.
type Attempts struct {
	Subject     string
	Kind        Kind
	Failures    int       // in a row
	SinceSignIn int       // since the last sign-in, shown at the next one
	ChargedAt   time.Time // of the last charge
	BeforeAt    time.Time // of the charge before it, which a refund brings back
	LockedUntil time.Time // zero: not locked
}
