package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
)

// Secrets keeps named secrets in the operating system's keychain, or in a file
// that a passphrase opens where there is none. Names are
// "WORKSPACE-ID/…" of letters, digits, '-', '/' and '.'; a name is set once and
// never rewritten, so no item is ever half old and half new.
type Secrets interface {
	// Set stores value under name. Some keychains answer yes and store nothing
	// (a dismissed prompt on Linux), so callers read the item back.
	Set(ctx context.Context, name string, value secret.Bytes) error
	// Get returns ErrSecretMissing only when the keychain has answered that it
	// has no such item; every other trouble is another error.
	Get(ctx context.Context, name string) (secret.Bytes, error)
	// Delete removes the item; one that is not there is fine.
	Delete(ctx context.Context, name string) error
}

// What a Secrets may answer, to be matched with errors.Is.
var (
	ErrSecretMissing     = errors.New("the keychain has no such item")
	ErrKeychainAbsent    = errors.New("there is no keychain")
	ErrKeychainLocked    = errors.New("the keychain is locked")
	ErrKeychainSlow      = errors.New("the keychain does not answer")
	ErrKeychainDismissed = errors.New("the keychain's prompt was dismissed")
	ErrKeychainFailed    = errors.New("the keychain failed")
	ErrSecretsDamaged    = errors.New("the secrets file is damaged")
	ErrSecretsLocked     = errors.New("the secrets file is locked")
)

// What a Store may answer, to be matched with errors.Is.
var (
	ErrNotFound      = errors.New("not in the store")
	ErrStoreBusy     = errors.New("the database is busy")
	ErrStoreFull     = errors.New("the disk is full")
	ErrStoreReadOnly = errors.New("the database cannot be written")
	ErrStoreDamaged  = errors.New("the database is damaged")
	ErrStoreNewer    = errors.New("the database is from a newer version")
	ErrStoreAltered  = errors.New("the database's schema is not the one this program made")
	ErrStoreFailed   = errors.New("the database failed")
)

// Store keeps everything that is not secret. A function given to Update runs in
// one transaction that holds the write lock from its start; when it returns nil
// the transaction is durable before Update returns, and when it returns an error
// nothing of it remains. Neither function may be called from within the other,
// and no keychain call is made inside one.
type Store interface {
	Update(ctx context.Context, fn func(Tx) error) error
	View(ctx context.Context, fn func(Tx) error) error
	// Exclusive runs fn while nobody else, in any process, is in an Exclusive of
	// this store: a commit and its anchor belong together. It waits as long as ctx lets
	// it, and a deadline that passes meanwhile is ErrStoreBusy.
	Exclusive(ctx context.Context, fn func() error) error
	// Snapshot gives a whole copy of the database as a file, as of one moment.
	Snapshot(ctx context.Context) ([]byte, error)
}

// Tx is one transaction. Lookups that find nothing return ErrNotFound. Methods
// that return a bool are guarded updates: true means that exactly one row was
// changed by this call, and is the only yes.
type Tx interface {
	Info() (Info, error)
	InsertInfo(Info) error
	MarkCreated(at time.Time) (bool, error)
	DropWorkspace() error  // only one that was never marked as created
	UpdateInfo(Info) error // all but the numbers that Next… gives
	NextSheet() (int, error)
	NextRun() (int, error)

	Profile(id string) (Profile, error)
	ProfileByEmail(emailKey string) (Profile, error)
	InsertProfile(Profile) error
	UpdateProfile(Profile) error
	Members(fn func(Member) error) error // all that are not removed, by name
	Member(id string) (Member, error)    // removed or not
	CountOwners() (int, error)           // that can sign in
	Owners() ([]Profile, error)          // these

	Factor(profileID string) (Factor, error)
	FactorItems() ([]string, error) // the keychain items of all active factors
	InsertFactor(Factor) error
	// SwapFactor replaces the active generation from by f.
	SwapFactor(f Factor, from int) (bool, error)
	DeleteFactor(profileID string, generation int) (bool, error)
	// ConsumeStep raises last_step to step where it is lower, for this generation.
	ConsumeStep(profileID string, generation int, step int64, at time.Time, use Use) (bool, error)

	Intents() ([]Intent, error)
	Intent(id string) (Intent, error)
	PendingEnrolment(profileID string) (Intent, error)
	InsertIntent(Intent) error
	// ConfirmIntent records the step of the right code, once.
	ConfirmIntent(id string, step int64) (bool, error)
	// CondemnIntent turns an unfinished enrolment into an order to delete its item.
	CondemnIntent(id string) (bool, error)
	DeleteIntent(id string) (bool, error)

	InsertSet(Set, [][]byte) error
	Set(id string) (Set, error)
	ActiveSet(profileID string) (Set, error)
	LatestSet(profileID string) (Set, error) // active, else the newest that was active
	MoveSet(id string, from, to SetState, at time.Time) (bool, error)
	// HandOverSet and AcknowledgeSet note the time once, on a set that is in force.
	HandOverSet(id string, at time.Time) (bool, error)
	AcknowledgeSet(id string, at time.Time) (bool, error)
	PendingSets(profileID string) ([]string, error) // IDs; every profile's where profileID is empty
	DeleteSet(id string) error
	Codes(setID string) ([]CodeRow, error)
	ConsumeCode(setID string, number int, at time.Time, use Use) (bool, error)

	OneTime(profileID string, kind OneTimeKind) (OneTime, error)
	OneTimes() ([]OneTime, error)                // everybody's
	OneTimesBy(issuer string) ([]OneTime, error) // that have not ended
	InsertOneTime(OneTime) error
	// EndOneTime notes once that a code ended before its time.
	EndOneTime(profileID string, kind OneTimeKind, at time.Time) (bool, error)
	DeleteOneTime(profileID string, kind OneTimeKind) (bool, error)

	Run(number int) (Run, error)
	Runs(before, limit int) ([]Run, error) // newest first; before 0: from the newest
	RunsIn(state RunState) ([]Run, error)
	InsertRun(Run) error
	MoveRun(number int, from, to RunState, at time.Time) (bool, error)
	Ledger(run int, fn func(LedgerEntry) error) error // by sheet; run 0: of all runs, what is in force and not acknowledged

	Approval(id string) (Approval, error)
	Approvals() ([]Approval, error) // waiting or approved, oldest first
	InsertApproval(Approval) error
	DecideApproval(id string, from, to ApprovalState, by string, at time.Time) (bool, error)

	VaultKey(holder string) (VaultKey, error)
	VaultKeysBehind(generation int) ([]VaultKey, error) // whose newest key is older, or who have none
	VaultKeysWithMore() ([]VaultKey, error)             // who hold older keys beside the newest
	SaveVaultKey(VaultKey) error
	DeleteVaultKey(holder string) error

	Document(id string) (DocumentRow, error)
	Documents(fn func(DocumentRow) error) error
	DocumentsBefore(generation, limit int) ([]DocumentRow, error)
	CountDocuments(generation int) (all, behind int, err error)
	InsertDocument(DocumentRow) error
	UpdateDocument(DocumentRow) error

	Attempts(subject string, kind Kind) (Attempts, error)
	SaveAttempts(Attempts) error
	StaleAttempts(before time.Time) (subjects []string, err error) // of unknown emails only, some at a time
	DeleteAttempts(subject string, kind Kind) error

	CountEvents() (int64, error)
	// Rows hands on every row but the log's, each as what a look-up by its key gives:
	// an Info, Profile, Factor, Intent, SetRow, Attempts, OneTime, Run, Approval,
	// VaultKey or DocumentRow. They are in no order that counts.
	Rows(fn func(k Key, row any) error) error
	// CheckIndexes is ErrStoreDamaged where a look-up by something else than a key
	// could find another row than the table has, or none.
	CheckIndexes() error
	Head() (Head, error) // zero for an empty log
	AppendEvent(e audit.Event, seal []byte) error
	Events(after int64, fn func(e audit.Event, seal []byte) error) error
	// EventsAbout gives what others have done to a profile after an event, newest first.
	EventsAbout(subject string, after int64, fn func(e audit.Event) error) error
	// EventsOf gives all that was done to a profile, by itself too, newest first.
	EventsOf(subject string, fn func(e audit.Event) error) error
	// KitEvents gives what was done with the Emergency Kit after an event, newest first.
	KitEvents(after int64, fn func(e audit.Event) error) error
	// SheetsIssued gives with which events sheets of print runs came into force after
	// an event, newest first.
	SheetsIssued(after int64, fn func(e audit.Event) error) error
	EventsBefore(before int64, fn func(e audit.Event, seal []byte) error) error // newest first
}

// Key names a row. The tables are workspace, profile, factor, intent, set (with
// its codes), attempts, onetime, run, approval, vaultkey and document.
type Key struct{ Table, ID string }

func (k Key) String() string { return k.Table + "/" + k.ID }

// Head is the newest event of the log.
type Head struct {
	Seq   int64
	Seal  []byte
	State audit.Sum
	At    time.Time
}
