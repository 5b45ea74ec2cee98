package service

import (
	"context"
	"io"
	"time"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// Session is a profile that is signed in, with all the factors it has on.
type Session interface {
	ProfileID() string
	Welcome() Welcome
	Remaining() time.Duration
	LimitReached() bool
	Overdue() bool
	Touch() error
	Whole() error
	Work(ctx context.Context) (_ context.Context, end func(), err error)
	End(ctx context.Context) error

	Overview(ctx context.Context) (Overview, error)
	Happened(ctx context.Context, after int64) (Happened, error)
	OwnLog(ctx context.Context, before int64, limit int) (LogPage, error)
	Checkpoint(ctx context.Context, q CheckpointQuery) (Checkpoint, error)
	Checklist(ctx context.Context) (Checklist, error)
	PutChecklistAway(ctx context.Context, away bool) error
	PutNewsAway(ctx context.Context, number int64) error
	Rename(ctx context.Context, name string) error
	SetLanguage(ctx context.Context, tag string) error
	CheckEmail(ctx context.Context, email string) error
	ChangeEmail(ctx context.Context, email string, proof Proof) error
	ChangePassword(ctx context.Context, current Proof, next NewPassword) error

	Computers(ctx context.Context) (Computers, error)
	GiveComputerCode(ctx context.Context, code NewOneTime, proof Proof) (GivenOut, error)
	EndComputerCode(ctx context.Context) error
	RenameComputer(ctx context.Context, id, name string) error
	RemoveComputers(ctx context.Context, ids []string, current Proof, next NewPassword) error
	SaveComputer(ctx context.Context, c NewComputer) error

	StepUp(ctx context.Context, acts Acts) (StepUpNeeds, error)
	BeginProof(ctx context.Context) (t PasswordTerms, name, email string, err error)
	ForOneAct(ctx context.Context) error
	ForUnlock(ctx context.Context) (Locked, error)

	BeginEnable(ctx context.Context, proof Proof) (Shown, error)
	BeginChangePhone(ctx context.Context, app int, proof Proof) (Shown, error)
	BeginAddApp(ctx context.Context, name string, proof Proof) (Shown, error)
	Confirm(ctx context.Context, input secret.Text, made NewSet) (*Issued, error)
	Continue(ctx context.Context) error
	CancelEnrolment(ctx context.Context) error
	RenameApp(ctx context.Context, app int, name string) error
	RemoveApp(ctx context.Context, app int, proof Proof) error
	Disable(ctx context.Context, in FactorInput) error

	BeginRecovery(ctx context.Context) (CodeTerms, error)
	BeginNewCodes(ctx context.Context, made NewSet, proof Proof) (*Issued, error)
	KeepNewCodes(ctx context.Context) error
	CancelNewCodes(ctx context.Context) error
	Acknowledge(ctx context.Context, word secret.Text) error
	CheckCodes(ctx context.Context, typed secret.Text) error
	PostponeCheck(ctx context.Context) error
	NotMe(ctx context.Context) error
	Showing(ctx context.Context) (Issued, error)
	ShowingKey(ctx context.Context) (secret.Text, error)

	OwnKeys() OwnKeys
	SaveKeyPair(ctx context.Context, pair WrappedKeyPair) error
	Vault(ctx context.Context) (Vault, error)
	WaitingKeys(ctx context.Context) (Vault, []KeyHolder, error)
	GiveKeys(ctx context.Context, publicKey string, given []GivenKeys) (saved int, err error)
	FoundVault(ctx context.Context, publicKey string, own WrappedKeyPair) error

	ReadDocuments(ctx context.Context, q DocumentQuery) (DocumentRows, error)
	AddDocuments(ctx context.Context, generation int, rows []DocumentRow) (added bool, err error)
	ChangeDocuments(ctx context.Context, act DocumentAct, generation int, all []ChangedDocument) error
	EmptyBin(ctx context.Context) (int, error)
	NoteOpened(ctx context.Context, id string, copied bool) error
	NoteChecked(ctx context.Context, all, bad, unknown int) error
	MissingFiles(ctx context.Context, ids []string) (map[string]bool, error)
	UnknownFiles(ctx context.Context) ([]string, error)
	Files() Files

	Admin(ctx context.Context) (Admin, error)
	Watcher(ctx context.Context) (Admin, error)
}

// Files are streams of bytes: the contracts' ciphertext, and the encrypted table of contents. What Create and Open give outlives their context
// and ends with the session.
type Files interface {
	Create(ctx context.Context, name string) (store.NewBlob, error)
	Open(ctx context.Context, name string) (store.StoredBlob, error)
	Remove(ctx context.Context, name string) error
	WriteIndex(ctx context.Context, write func(io.Writer) error) error
}

// FactorKind says which second factor a proof holds.
type FactorKind string

// The kinds of second factor.
const (
	FactorNone     FactorKind = "none"
	FactorCode     FactorKind = "code"
	FactorRecovery FactorKind = "recovery"
)

// FactorInput is a second factor: a verification code as it was typed, or what the client has made of a recovery code.
type FactorInput struct {
	Kind  FactorKind
	Code  secret.Text  // for FactorCode
	Proof secret.Bytes // for FactorRecovery: recovery.Proof
}

// Given reports whether there is one.
func (f FactorInput) Given() bool { return f.Kind != FactorNone && f.Kind != "" }

// Proof is what a step-up takes: the password and, where 2FA is on, a second factor.
type Proof struct {
	Nonce     []byte // see Session.BeginProof
	Signature []byte // with the password's key, of ProofMessage; empty: no password was typed
	Factor    FactorInput
}

// Acts are acts that ask for a proof and that one proof is good for, for ConfirmLife: an admin who goes through a list of members
// proves themself once. What is not among them asks each time: what ends one's own protection or changes how one comes in, what takes
// the vault's key or everything out of the workspace, and approvals, which are a person's own word.
type Acts string

// The groups of acts.
const (
	EachTime   Acts = "" // not a group
	MemberActs Acts = "members"
	RunActs    Acts = "runs" // on paper; a file is asked for each time
	PolicyActs Acts = "policy"
)
