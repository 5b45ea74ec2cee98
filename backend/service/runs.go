package service

import "context"

// RunBatch is how many members can share a commit while a run is made and put in
// force: enough that hashing, not the disk, is what takes the time.
const RunBatch = 32

// MaxRun is how many members a print run can have.
const MaxRun = 10_000

// PrintRun is a print run under way.
type PrintRun interface {
	Plan() RunPlan
	MakeSheets(ctx context.Context, made []NewSet) ([]RunSheet, error)
	PutInForce(ctx context.Context, progress Progress) (RunResult, error)
	Cancel(ctx context.Context) (RunResult, error)
}

// Skipped is a member of a run who keeps the old set, and why.
type Skipped struct {
	ID, Name string
	Reason   Code // member_gone, member_suspended, two_factor_off, forbidden, codes_changed
}

// RunRequest is what a print run is to do.
type RunRequest struct {
	Members  []string // profile IDs
	Reason   string
	Kind     RunKind
	Approval string // where two people are needed
}

// RunPreview is what a run would do.
type RunPreview struct {
	Ready  []Member // get a sheet
	Voids  []Member // of these, who holds one that it replaces
	Barred []Barred // do not
}

// Barred is a member who cannot be in a run.
type Barred struct {
	Member Member
	Reason Code // two_factor_off, member_suspended, forbidden
}

// RunPlan is what the cover page says.
type RunPlan struct {
	Run
	Workspace   string
	WorkspaceID string
	ApprovedBy  string // name; empty where nobody had to
	Names       []string
	Emails      []string
}

// RunResult says how a run ended.
type RunResult struct {
	State   RunState
	InForce int       // members who have the new set
	Skipped []Skipped // members who keep the old one
}

// RunSheet is a sheet of a run on its way to paper. Only the client that has made them knows its codes.
type RunSheet struct {
	Issued
	Run       int
	CheckWord string
}

// RunSummary is a line of Print runs.
type RunSummary struct {
	Run
	Sheets map[SheetState]int
}

// Ledger is a run with its sheets, and the members it was begun for who have no
// sheet of it.
type Ledger struct {
	Run     Run
	Entries []LedgerEntry
	Without []Member
	Left    []string // IDs of the members whose sheets in force only an owner marks or voids; empty for an owner
}
