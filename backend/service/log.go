package service

import (
	"time"

	"countersign/backend/audit"
)

// LogQuery chooses events. The zero LogQuery is the newest page.
type LogQuery struct {
	Before int64 // only events with a lower number: LogPage.Next; 0: from the newest
	After  int64 // only events with a higher number, to follow the log; 0: all
	Limit  int   // entries of a page, 1 to LogLimit; 0: 50

	Group  LogGroup  // empty: all
	Person string    // who did it or whom it was done to: a profile's ID or email
	Since  time.Time // not before; zero: no bound
	Until  time.Time // before, not at; zero: no bound
	Text   string    // words that all occur in the sentence, the names or the details

	// Language is the one of Languages in which Text was typed, and the sentence is read; empty, and of any other: English. A server of before
	// takes no other field.
	Language string `json:",omitempty"`

	Steps bool // with technical steps, such as guesses that are being counted
}

// LogLimit is how many entries a page may have.
const LogLimit = 500

// LogPage is some of the log, newest first.
type LogPage struct {
	Entries []LogEntry
	Next    int64 // Before for the next page; 0: this is the last
	Head    int64 // the newest event of the whole log: After, to follow it
}

// LogPerson is whom an event names. Name and Email are those of today, and empty
// where the profile is gone.
type LogPerson struct{ ID, Name, Email string }

// LogEntry is an event with the names of its people. Sentence puts it into words.
type LogEntry struct {
	Seq     int64
	At      time.Time
	Kind    string
	Group   LogGroup
	Step    bool       // a technical step
	Actor   *LogPerson // nil: nobody had signed in
	Subject *LogPerson // nil: no profile
	Detail  map[string]string
}

// CheckpointQuery asks for a checkpoint of the log.
type CheckpointQuery struct {
	At    int64 // as of this event; 0: of the newest
	After int64 // proves that the log was this long before, and had the same events; 0: nothing
}

// Checkpoint is what the log says of itself, signed: see audit.Checkpoint.
type Checkpoint struct {
	Key        string   // that it is signed with
	Signed     []byte   // audit.OpenCheckpoint reads it
	Consistent [][]byte // that it leads on from CheckpointQuery.After; none where that is not before it
}

// LogExport is what an export says of itself.
type LogExport struct {
	Events   int64
	Head     audit.Head // to be noted elsewhere
	BrokenAt int64      // the first event that does not fit its signature; 0: all do
}

// ExportAct is what somebody did with an encrypted file of Countersign's.
type ExportAct string

// The acts. What an act shows or saves is shown or saved only once it is noted.
const (
	ExportOpened  ExportAct = "opened"  // all of it was verified, and what it holds is to be shown
	ExportSaved   ExportAct = "saved"   // its files are to be saved in clear
	ExportRefused ExportAct = "refused" // it is not as it was written: see ExportFlaw
)

// ExportFlaw is how a file is not as it was written.
type ExportFlaw string

// The flaws.
const (
	FlawCut       ExportFlaw = "cut"       // it ends too early, or its end was changed
	FlawEdited    ExportFlaw = "edited"    // it was changed
	FlawFiles     ExportFlaw = "files"     // its files are not those of its manifest
	FlawSignature ExportFlaw = "signature" // its signature is wrong
	FlawHostile   ExportFlaw = "hostile"   // it holds what none may hold
)

// SeenExport is what the log says of an encrypted file. Only what was verified goes
// into it, and no text that whoever has signed the file chose: another workspace's
// manifest can say anything.
type SeenExport struct {
	Backup bool
	Run    int        // of sheets that this workspace has signed; 0: unknown
	Signer string     // fingerprint of a key that is not this workspace's; empty: it is
	Flaw   ExportFlaw // of ExportRefused
}

// Progress is told how far a long act has come. It is called at most once for
// each thousand events, and must not take long.
type Progress func(done, total int64)

// LogReport is what Verify log finds.
type LogReport struct {
	Events  int64 // that the log should hold: the number of its newest
	Checked int64 // that were looked at: fewer where one could not be read
	HeadAt  time.Time
	Breaks  int64      // places that do not fit; 0: the log is as it was written
	First   *LogBreak  // the first of them
	Taken   []LogEntry // times that an owner went on with a database that did not fit
}

// LogGroup is what an event is about, to filter by.
type LogGroup string

// The groups of events.
const (
	GroupSignIn    LogGroup = "sign-in"    // signing in, proving oneself, guesses
	GroupTwoFactor LogGroup = "two-factor" // 2FA on, off, another phone
	GroupRecovery  LogGroup = "recovery"   // recovery codes
	GroupProfile   LogGroup = "profile"    // names, emails, passwords
	GroupWorkspace LogGroup = "workspace"
	GroupMembers   LogGroup = "members"    // added, roles, suspended, reset
	GroupRuns      LogGroup = "print-runs" // and their sheets
	GroupContracts LogGroup = "contracts"  // and the vault's key
)

// LogGroups are all groups, in the order in which to offer them.
var LogGroups = []LogGroup{GroupSignIn, GroupTwoFactor, GroupRecovery, GroupProfile, GroupMembers, GroupRuns, GroupContracts, GroupWorkspace}
