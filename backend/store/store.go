package store

import (
	"context"
	"iter"
	"time"
)

// Store keeps everything that is not secret. Texts are UTF-8 without a NUL: not every store keeps others.
//
// A function given to Update runs in one transaction, as if no other writer were there: a store lets
// them in one after the other, or tells one of two that could not have come so (ErrConflict).
// When it returns nil, the transaction is durable before Update returns. When Update
// returns an error, nothing of it remains, unless the error is ErrUnknownOutcome. After
// ErrConflict the caller may run the function again: it must not count on running once.
//
// Where the store could not do or answer what the function asked, Update and View return that
// error, whatever the function returns. What is not found is an answer, and so is a row that was
// found and cannot be read (ErrDamaged, ErrAltered).
//
// A function given to View sees one state of the whole store.
//
// Neither function may be called from within the other, and no keychain call is made
// inside one. Both wait as long as the context lets them. A transaction is of no use
// after its function has returned.
type Store interface {
	View(ctx context.Context, fn func(ReadTx) error) error
	Update(ctx context.Context, fn func(WriteTx) error) error
	// Exclusive runs fn while nobody else, in any process, is in an Exclusive of
	// this store: a commit and its anchor belong together. It waits as long as ctx lets
	// it, and a deadline that passes meanwhile is ErrBusy.
	Exclusive(ctx context.Context, fn func() error) error
}

// ReadTx reads within one transaction. Lookups that find nothing return ErrNotFound.
// While a sequence is walked, nothing else may be asked of the transaction.
type ReadTx interface {
	Info() (Info, error)

	Profile(id string) (Profile, error)
	ProfileByEmail(emailKey string) (Profile, error)
	Members() ([]Member, error)       // all that are not removed, by name
	Member(id string) (Member, error) // removed or not
	CountOwners() (int, error)        // that can sign in
	Owners() ([]Profile, error)       // these, in the order in which they came
	Administer() ([]Profile, error)   // owners that can sign in, by name, and then admins

	Factor(profileID string) (Factor, error)
	FactorItems() ([]string, error) // the keychain items of all active authenticator apps

	Intents() ([]Intent, error) // oldest first
	Intent(id string) (Intent, error)
	PendingEnrolment(profileID string) (Intent, error)

	Set(id string) (Set, error)
	ActiveSet(profileID string) (Set, error)
	LatestSet(profileID string) (Set, error)        // active, else the newest that was voided
	PendingSets(profileID string) ([]string, error) // IDs; every profile's where profileID is empty
	Codes(setID string) ([]CodeRow, error)          // by number

	OneTime(profileID string, kind OneTimeKind) (OneTime, error)
	OneTimes() ([]OneTime, error)                // everybody's
	OneTimesBy(issuer string) ([]OneTime, error) // that have not ended

	Run(number int) (Run, error)
	Runs(before, limit int) ([]Run, error) // newest first; before 0: from the newest
	RunsIn(state RunState) ([]Run, error)  // oldest first
	Ledger(run int) ([]LedgerEntry, error) // by sheet; run 0: of all runs, what is in force and not acknowledged

	Approval(id string) (Approval, error)
	Approvals() ([]Approval, error) // waiting or approved, oldest first

	VaultKey(holder string) (VaultKey, error)
	VaultKeysBehind(generation int) ([]VaultKey, error) // whose newest key is older, or who have none
	VaultKeysWithMore() ([]VaultKey, error)             // who hold older keys beside the newest

	Computer(profileID, id string) (Computer, error)
	Computers(profileID string) ([]Computer, error) // in the order in which they were added

	Document(id string) (DocumentRow, error)
	Documents() ([]DocumentRow, error)
	DocumentsBefore(generation, limit int) ([]DocumentRow, error) // those of the oldest generation first
	CountDocuments(generation int) (all, behind int, err error)

	// Attempts gives the subject and the kind with ErrNotFound, too.
	Attempts(subject string, kind Kind) (Attempts, error)
	StaleAttempts(before time.Time) (subjects []string, err error) // of unknown emails only, some at a time

	// Rows walks over every row but the log's, each as what a look-up by its key
	// gives. They are in no order that counts.
	Rows() iter.Seq2[Row, error]

	Head() (Head, error) // zero for an empty log
	// Trees gives what the log has in SignedEvent.Tree of some events; nothing for one that is not there.
	Trees(seqs []int64) (map[int64][]byte, error)
	CountEvents() (int64, error)
	Events(after int64) iter.Seq2[SignedEvent, error]        // oldest first
	EventsBefore(before int64) iter.Seq2[SignedEvent, error] // newest first
	// EventsAbout gives what others have done to a profile after an event, newest first.
	EventsAbout(subject string, after int64) iter.Seq2[SignedEvent, error]
	// EventsOf gives all that was done to a profile, by itself too, newest first.
	EventsOf(subject string) iter.Seq2[SignedEvent, error]
	// OwnNews gives what somebody has changed of how they come in, and what they have put away of that, newest first.
	OwnNews(subject string) iter.Seq2[SignedEvent, error]
	// KitEvents gives what was done with the Emergency Kit after an event, newest first.
	KitEvents(after int64) iter.Seq2[SignedEvent, error]
	// SheetsIssued gives with which events sheets of print runs came into force after
	// an event, newest first.
	SheetsIssued(after int64) iter.Seq2[SignedEvent, error]
}

// WriteTx reads and writes within one transaction, and sees what it has written.
// Methods that return a bool are guarded updates: true means that exactly one row
// was changed by this call, and is the only yes.
type WriteTx interface {
	ReadTx

	InsertInfo(Info) error
	MarkCreated(at time.Time) (bool, error)
	DropWorkspace() error  // only one that was never marked as created
	UpdateInfo(Info) error // all but the number that NextRun gives
	NextSheet(profileID string) (int, error)
	NextRun() (int, error)

	InsertProfile(Profile) error
	UpdateProfile(Profile) error // all but the number that NextSheet gives

	InsertFactor(Factor) error // with its apps
	DeleteFactor(profileID string) (bool, error)
	InsertApp(profileID string, a App) error
	// SwapApp replaces the app of the generation from by a.
	SwapApp(profileID string, a App, from int) (bool, error)
	RenameApp(profileID string, generation int, name string) (bool, error)
	DeleteApp(profileID string, generation int) (bool, error)
	// ConsumeStep raises last_step to step where it is lower, for this app.
	ConsumeStep(profileID string, generation int, step int64, at time.Time, use Use) (bool, error)

	InsertIntent(Intent) error
	// ConfirmIntent records the step of the right code, once.
	ConfirmIntent(id string, step int64) (bool, error)
	// MarkForDeletion turns an unfinished enrolment into an order to delete its item.
	MarkForDeletion(intentID string) (bool, error)
	DeleteIntent(id string) (bool, error)

	InsertSet(Set, [][]byte) error
	MoveSet(id string, from, to SetState, at time.Time) (bool, error)
	// HandOverSet and AcknowledgeSet note the time once, on a set that is in force.
	HandOverSet(id string, at time.Time) (bool, error)
	AcknowledgeSet(id string, at time.Time) (bool, error)
	// CheckSet notes when the holder of a set that is in force last had it, and PostponeSet until when they are not asked.
	CheckSet(id string, at time.Time) (bool, error)
	PostponeSet(id string, until time.Time) (bool, error)
	DeleteSet(id string) error
	// ConsumeCode uses up a code that was not used, of a set that is active.
	ConsumeCode(setID string, number int, at time.Time, use Use) (bool, error)

	InsertOneTime(OneTime) error
	// EndOneTime notes once that a code ended before its time.
	EndOneTime(profileID string, kind OneTimeKind, at time.Time) (bool, error)
	DeleteOneTime(profileID string, kind OneTimeKind) (bool, error)

	InsertRun(Run) error
	MoveRun(number int, from, to RunState, at time.Time) (bool, error)
	// HoldRun notes that a run in this state is worked on until then.
	HoldRun(number int, state RunState, until time.Time) (bool, error)

	InsertApproval(Approval) error
	DecideApproval(id string, from, to ApprovalState, by string, at time.Time) (bool, error)

	SaveVaultKey(VaultKey) error
	DeleteVaultKey(holder string) error

	SaveComputer(Computer) error
	DeleteComputer(profileID, id string) (bool, error)

	InsertDocument(DocumentRow) error
	UpdateDocument(DocumentRow) error

	SaveAttempts(Attempts) error
	DeleteAttempts(subject string, kind Kind) error

	AppendEvent(e SignedEvent) error
}
