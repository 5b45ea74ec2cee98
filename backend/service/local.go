package service

import (
	"context"
	"time"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// What only a workspace on this computer has. A server's is made, repaired and copied where the server is.

// Maker is what makes a workspace in an empty data folder, and what cleans up when it is opened.
type Maker interface {
	Created() bool
	CheckNew(in NewWorkspace) error
	BeginCreate(ctx context.Context, in NewWorkspace) error
	Create(ctx context.Context, in NewWorkspace, pw NewPassword, v NewVault) (Session, error)
	Recover(ctx context.Context) error
	RecoverAll(ctx context.Context) error
	// ComeBack makes a workspace that was at a server one on this computer.
	ComeBack(ctx context.Context) error
	Close()
}

// LocalAdmin is what an owner may do beside Admin.
type LocalAdmin interface {
	// Backup hands a copy of the workspace to take, which has to encrypt it: it holds every secret there is.
	Backup(ctx context.Context, proof Proof, progress Progress, take func(BackupCopy) error) error
	// Move hands a copy of the workspace for a server to take. Nobody can change the workspace until take returns.
	Move(ctx context.Context, proof Proof, take func(BackupCopy) error) error
	NoteRestored(ctx context.Context, made time.Time) error
	NoteSecretsPassphrase(ctx context.Context) error
}

// Quarantine is a workspace whose database does not fit its log. All it can do is to be accepted as it is, by an owner.
type Quarantine interface {
	Report() Report
	BeginProve(ctx context.Context, email string) (ReviewAttempt, error)
}

// ReviewAttempt is an owner's attempt to be proven.
type ReviewAttempt interface {
	Terms() ReviewTerms
	Prove(ctx context.Context, signature []byte, factor FactorInput) (Acceptance, error)
}

// Acceptance is an owner who was proven, and may take a quarantined workspace as it is.
type Acceptance interface {
	OwnKeys(ctx context.Context) (ReviewKeys, error)
	Look(ctx context.Context, signature []byte) error
	Review() Review
	Accept(ctx context.Context) error
}

// BackupCopy is everything that a new machine needs, as of one moment.
type BackupCopy struct {
	Workspace   string
	WorkspaceID string
	By          string // name
	At          time.Time
	Head        int64        // the newest event
	Database    []byte       // a whole SQLite file; nothing in it is a secret
	State       store.ReadTx // in its place, of Move: good until take returns
	Items       []BackupItem // of the keychain
	Documents   []string     // file names, of the documents that are there
	Missing     int          // files of documents that are not there

	// OpenDocument reads one of them; they are encrypted.
	OpenDocument func(name string) (store.StoredBlob, error)
}

// BackupItem is an item of the keychain.
type BackupItem struct {
	Name  string
	Value secret.Bytes
}

// Wipe forgets the items.
func (c BackupCopy) Wipe() {
	for _, i := range c.Items {
		i.Value.Wipe()
	}
}
