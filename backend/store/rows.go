package store

import (
	"slices"
	"time"

	"countersign/backend/audit"
)

// Info is the workspace itself. CreatedAt is zero until its maker's profile is in.
type Info struct {
	ID         string
	Name       string
	CreatedAt  time.Time
	Require2FA bool

	RequireFrom time.Time // with Require2FA: from when; zero: at once
	TwoPeople   bool      // print runs, resets and help codes need a second admin
	IdleMinutes int       // 0: as the program has it
	LastRun     int       // the highest print run number that was given out
	BackupAt    time.Time // when a backup was made last
	Support     string    // whom to ask for help: words, an email or a link
	HideAdmins  bool      // at the sign-in, owners and admins are not named
	CheckDays   int       // after so many days people are asked whether they still have their recovery codes; 0: never
	QuickUnlock bool      // after an idle lock the password alone opens the session again

	VaultGeneration int       // of the key that documents are encrypted to; 0: none yet
	Rotating        bool      // documents of an older generation are being encrypted anew
	RotationHeld    bool      // and somebody has stopped that
	KitAt           time.Time // when the Emergency Kit was made
	KitBy           string    // a profile's ID
	KitGeneration   int
	KitPublicKey    string // hex; recognises the kit's key
	VaultPublicKey  string // hex; recognises the vault's key
	VaultLinks      string // hex; leads from the first key to that one: for each generation since then its public key and a signature with the key before
}

// HasKit reports whether there is an Emergency Kit for the key that is in force.
func (i Info) HasKit() bool { return i.KitGeneration > 0 && i.KitGeneration == i.VaultGeneration }

// Requires reports whether 2FA is required of everybody at the time now.
func (i Info) Requires(now time.Time) bool { return i.Require2FA && !now.Before(i.RequireFrom) }

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
	State        ProfileState
	StateAt      time.Time // since when

	ChecklistAway bool // the person has put the checklist away
	LastSheet     int  // the highest number of a recovery sheet of theirs that was given out

	// Language is what their sheets are printed in, a tag such as "de"; empty: that of whoever prints. Without one, a row is encoded as before there were any.
	Language string `json:",omitzero"`
}

// ProfileState says whether a profile can sign in.
type ProfileState string

// The states of a profile.
const (
	ProfileActive    ProfileState = ""
	ProfileInvited   ProfileState = "invited" // has no password yet
	ProfileSuspended ProfileState = "suspended"
	ProfileRemoved   ProfileState = "removed" // its row stays for the log and the ledger
)

// Argon2id is the cost of a hash. It has the form of password.Params and of
// recovery.Params, whose checks it needs before it is used.
type Argon2id struct {
	MemoryKiB, Time uint32
	Threads         uint8
}

// PasswordRecord recognises a password by what it signs; it does not help to guess it without the
// share in the keychain of its person's computer.
type PasswordRecord struct {
	Salt      []byte
	Params    Argon2id
	PublicKey []byte // see password.PublicKey
	Lock      []byte // encrypted: the lock of what is wrapped under the password, see password.WrappingKey
	Share     string // names the share that the public key is made with; empty: of a profile without a password
	ChangedAt time.Time
}

// Factor is a profile's 2FA, which is on, with its authenticator apps: the log tells of them as one row.
type Factor struct {
	ProfileID string
	Since     time.Time // when 2FA was turned on
	Apps      []App     // at least one; by generation
}

// App is an active authenticator app. Its secret is the keychain's item Item.
type App struct {
	Generation int    // of the profile's; it names the app
	Name       string // empty: its person has given it none
	Item       string
	AddedAt    time.Time
	LastStep   int64 // the highest TOTP step that was used
	LastUsedAt time.Time
	LastUse    Use
}

// App finds one of the apps.
func (f Factor) App(generation int) (App, bool) {
	i := slices.IndexFunc(f.Apps, func(a App) bool { return a.Generation == generation })
	if i < 0 {
		return App{}, false
	}
	return f.Apps[i], true
}

// LastStep is the highest TOTP step that was used of any of the apps.
func (f Factor) LastStep() (step int64) {
	for _, a := range f.Apps {
		step = max(step, a.LastStep)
	}
	return step
}

// Use says what a code was used for.
type Use string

// The uses of a code.
const (
	UseSignIn      Use = "sign-in"
	UseEnrolment   Use = "enrolment"
	UsePhoneChange Use = "phone-change"
	UseAppAdded    Use = "app-added"
	UseStepUp      Use = "step-up"
	UseDisable     Use = "disable"
	UseApproval    Use = "approval"
)

// Intent is an act on the keychain that is under way.
type Intent struct {
	ID            string
	Kind          IntentKind
	ProfileID     string
	Item          string
	Generation    int
	Name          string // of the app that is added
	Replaces      int    // the generation of the app that is replaced; 0: none, or all
	ConfirmedStep int64  // 0 until the right code was typed
	CreatedAt     time.Time
	HeldUntil     time.Time // whoever began it may be at work until then; zero: nobody
}

// IntentKind says what was begun.
type IntentKind string

// The kinds of intent.
const (
	IntentCreate      IntentKind = "create"       // a workspace key is being made
	IntentEnrol       IntentKind = "enrol"        // Enable 2FA
	IntentChangePhone IntentKind = "change-phone" // Change phone
	IntentAddApp      IntentKind = "add-app"      // Add an app
	IntentDelete      IntentKind = "delete-item"  // the item is no longer needed
)

// SetState is where a recovery set stands.
type SetState string

// The states of a recovery set.
const (
	SetPending  SetState = "pending"  // shown, not yet in force
	SetActive   SetState = "active"   // in force
	SetReplaced SetState = "replaced" // by a newer set
	SetVoided   SetState = "voided"   // by its holder, with 2FA, or by a reset
	SetDropped  SetState = "dropped"  // of a print run that ended before it was in force
)

// Set is a recovery set; its codes are kept as hashes.
type Set struct {
	ID        string
	ProfileID string
	Sheet     int // 1 for the first of its profile
	State     SetState
	Salt      []byte
	Params    Argon2id
	IssuedAt  time.Time
	IssuedBy  string // a person's name at the time
	Replaces  int    // sheet number, 0 for none
	EndedAt   time.Time

	Run            int // the print run, 0: issued by its holder
	Place          int // on the run’s list, from 1
	HandedOverAt   time.Time
	AcknowledgedAt time.Time // its holder typed the check word
	CheckedAt      time.Time // its holder last said that they have it
	RemindAt       time.Time // and does not want to be asked before
	HeldUntil      time.Time // while pending: whoever is shown it may keep it until then; zero: its run tells
}

// SetRow is a set with its codes: the log tells of them as one row.
type SetRow struct {
	Set   Set
	Codes []CodeRow // by number
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

	KindInvitation Kind = "invitation" // an invitation or a password reset
	KindHelp       Kind = "help"       // a help code
	KindCheckWord  Kind = "check-word" // the check word of a sheet
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

// OneTimeKind says what a one-time code is for.
type OneTimeKind string

// The kinds of one-time code.
const (
	OneTimeInvitation OneTimeKind = "invitation"     // the first password of a new member
	OneTimeReset      OneTimeKind = "password-reset" // a new password
	OneTimeHelp       OneTimeKind = "help"           // in place of a lost phone
	OneTimeComputer   OneTimeKind = "computer"       // another computer of a person, who made it
)

// OneTime is a one-time code, kept as a hash. An admin gave it out, or its own person.
type OneTime struct {
	ProfileID string
	Kind      OneTimeKind
	Salt      []byte
	Params    Argon2id
	Hash      []byte
	IssuedAt  time.Time
	IssuedBy  string // a profile's ID
	ExpiresAt time.Time
	EndedAt   time.Time // before its time: what allowed it has changed
	Box       []byte    // of a code for a computer: the share, encrypted under the code
}

// Run is a print run: the sheets that an admin issued together.
type Run struct {
	Number  int
	At      time.Time
	ByID    string
	ByName  string // at the time
	Reason  string
	Kind    RunKind
	State   RunState
	Members []string // profile IDs: for whom it was begun
	Sheets  []int    // the numbers of their sheets, in the same order
	EndedAt time.Time

	HeldUntil time.Time // whoever began it may be at work until then
}

// RunKind says how a run's sheets leave the app.
type RunKind string

// The kinds of print run.
const (
	RunPrint  RunKind = "print"
	RunExport RunKind = "export"
)

// RunState is where a print run stands.
type RunState string

// The states of a print run.
const (
	RunIssuing     RunState = "issuing" // codes are being made; none is in force
	RunReady       RunState = "ready"   // the sheets are on paper or in a file; they are being put in force
	RunDone        RunState = "done"
	RunCancelled   RunState = "cancelled"   // some members may have their new set, the others the old
	RunInterrupted RunState = "interrupted" // likewise, by a crash
)

// Approval is an act that waits for a second admin.
type Approval struct {
	ID        string
	Kind      ApprovalKind
	Members   []string // profile IDs
	Reason    string
	ByID      string
	At        time.Time
	ExpiresAt time.Time
	State     ApprovalState
	DecidedBy string // a profile's ID
	DecidedAt time.Time
}

// ApprovalKind says which act is asked for.
type ApprovalKind string

// The acts that a second admin may have to approve.
const (
	ApprovePrintRun      ApprovalKind = "print-run"
	ApproveReset2FA      ApprovalKind = "reset-2fa"
	ApproveResetPassword ApprovalKind = "reset-password"
	ApproveHelpCode      ApprovalKind = "help-code"

	ApproveDropRequirement ApprovalKind = "drop-requirement" // of 2FA, or to require it later
	ApproveTwoPeopleOff    ApprovalKind = "two-people-off"
	ApproveQuickUnlock     ApprovalKind = "quick-unlock"
)

// ApprovalState is where an approval stands.
type ApprovalState string

// The states of an approval.
const (
	ApprovalWaiting   ApprovalState = "waiting"
	ApprovalApproved  ApprovalState = "approved"
	ApprovalRefused   ApprovalState = "refused"
	ApprovalWithdrawn ApprovalState = "withdrawn"
	ApprovalUsed      ApprovalState = "used"
	ApprovalEnded     ApprovalState = "ended" // what allowed it has changed
)

// Member is a row of Settings → Members.
type Member struct {
	ID           string
	Name         string
	Email        string
	Role         Role
	State        ProfileState
	CreatedAt    time.Time
	LastSignInAt time.Time
	On           bool      // 2FA
	OnSince      time.Time // when it was turned on; zero while it is off
	Sheet        int       // in force, 0 for none
	Run          int       // of that sheet, 0: issued by its holder
	IssuedAt     time.Time // of that sheet
	HandedOverAt time.Time
	Acknowledged time.Time
	Checked      time.Time // when its holder last said that they have it
	CodesLeft    int
	InvitedUntil time.Time // when an open invitation or reset ends; zero for none
	Language     string    // of what is printed for them; empty: that of whoever prints
}

// Computer is one of a person's, from which they sign in to a workspace at a server. A profile without any signs in from everywhere.
type Computer struct {
	ProfileID  string
	ID         string // made of SigningKey: see package computer
	Name       string
	SigningKey []byte // Ed25519 public key
	BoxKey     []byte // X25519 public key
	Seal       []byte // of both keys, by the person's share: only their computers make one
	Box        []byte // the share, encrypted to BoxKey, where it was replaced since the computer signed in; else nil
	AddedAt    time.Time
	LastUsedAt time.Time
}

// VaultKey is how one holder gets at the vault's keys: a profile, or an open
// invitation or password reset. Its own private key is wrapped under what its
// person knows; the vault's keys are encrypted to its recipient, so that they can
// be given and rotated without its person.
type VaultKey struct {
	Holder     string // profile/ID, invitation/ID, password-reset/ID
	Recipient  string
	Signature  []byte // of the recipient, with the vault's key; empty: nobody who has the key has signed it
	Wrapped    []byte
	Ciphertext []byte `json:"Sealed"` // empty: no one has given the keys yet; the tag is its name in digests
	Generation int    // of the newest key in it, 0: none
	OnlyOne    bool   // it holds no older one
}

// DocumentRow is a document as it is stored: what it says of it is encrypted.
type DocumentRow struct {
	ID         string
	Generation int // of the key that its file and Ciphertext are encrypted to
	State      DocumentState
	RemovedAt  time.Time // zero where it is kept
	Ciphertext []byte    `json:"Sealed"`
}

// BinLife is how long a removed document can be restored.
const BinLife = 30 * 24 * time.Hour

// GoneAt is when a removed document can no longer be restored.
func (d DocumentRow) GoneAt() time.Time { return d.RemovedAt.Add(BinLife) }

// DocumentState is where a document stands.
type DocumentState string

// The states of a document.
const (
	DocumentKept    DocumentState = ""
	DocumentRemoved DocumentState = "removed" // lies in the bin
	DocumentPurged  DocumentState = "purged"  // its file is gone; its name stays for the log
)

// LedgerEntry is a sheet of a print run with its holder.
type LedgerEntry struct {
	SetID          string
	Sheet          int
	Run            int
	Place          int // on the run’s list, from 1
	ProfileID      string
	Name           string
	Email          string
	State          SetState
	IssuedAt       time.Time
	HandedOverAt   time.Time
	AcknowledgedAt time.Time
	EndedAt        time.Time
	CodesLeft      int
}

// SheetState is where a sheet of a print run stands.
type SheetState string

// The states of a sheet in the ledger.
const (
	SheetMade         SheetState = "made" // not in force yet
	SheetIssued       SheetState = "issued"
	SheetHandedOver   SheetState = "handed-over"
	SheetAcknowledged SheetState = "acknowledged"
	SheetReplaced     SheetState = "replaced"
	SheetVoided       SheetState = "voided"
)

// SheetState says where the sheet stands.
func (e LedgerEntry) SheetState() SheetState {
	switch {
	case e.State == SetPending:
		return SheetMade
	case e.State == SetReplaced:
		return SheetReplaced
	case e.State != SetActive:
		return SheetVoided
	case !e.AcknowledgedAt.IsZero():
		return SheetAcknowledged
	case !e.HandedOverAt.IsZero():
		return SheetHandedOver
	}
	return SheetIssued
}

// Key names a row. The tables are workspace, profile, factor, intent, set (with
// its codes), attempts, onetime, run, approval, vaultkey, document
// and computer.
type Key struct{ Table, ID string }

func (k Key) String() string { return k.Table + "/" + k.ID }

// Row is a row of any table but the log's. Value is an Info, Profile, Factor,
// Intent, SetRow, Attempts, OneTime, Run, Approval, VaultKey, DocumentRow or Computer.
type Row struct {
	Key   Key
	Value any
}

// Head is the newest event of the log.
type Head struct {
	Seq       int64
	Signature []byte
	State     audit.Sum
	At        time.Time
	Tree      []byte // as SignedEvent has it
}

// SignedEvent is an event as the log has it.
type SignedEvent struct {
	audit.Event
	Signature []byte
	Tree      []byte // see audit.TreeOf
}
