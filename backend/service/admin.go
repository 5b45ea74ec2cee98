package service

import (
	"context"
	"crypto"
	"io"
	"time"

	"countersign/backend/audit"
)

// Admin is a session of an owner or an admin, with what only they may do. What it may is looked at again in each call.
type Admin interface {
	Prove(ctx context.Context, acts Acts, proof Proof) error

	Members(ctx context.Context) ([]Member, error)
	Member(ctx context.Context, id string) (Member, error)
	CheckMembers(ctx context.Context, people []NewMember) (wrong []MemberError, err error)
	AddMember(ctx context.Context, n NewMember, code NewOneTime, proof Proof) (GivenOut, error)
	AddMembers(ctx context.Context, people []NewMember, codes []NewOneTime, proof Proof) ([]GivenOut, error)
	WaitingInvitations(ctx context.Context, ids []string) ([]string, error)
	InviteAgain(ctx context.Context, again []NewInvitation, proof Proof) ([]GivenOut, error)
	ResetPassword(ctx context.Context, id, approval string, code NewOneTime, proof Proof) (GivenOut, error)
	HelpCode(ctx context.Context, id, approval string, code NewOneTime, proof Proof) (GivenOut, error)
	OpenCodes(ctx context.Context) ([]OpenCode, error)
	EndCode(ctx context.Context, id string, kind OneTimeKind) error
	Reset2FA(ctx context.Context, id, approval string, proof Proof) error
	SetRole(ctx context.Context, id string, role Role, proof Proof) error
	SetLanguageOf(ctx context.Context, ids []string, tag string) error
	Suspend(ctx context.Context, id string) error
	Resume(ctx context.Context, id string) error
	Remove(ctx context.Context, id string, proof Proof) error
	ComputersOf(ctx context.Context, id string) (MemberComputers, error)
	RemoveComputer(ctx context.Context, id, computer string, proof Proof) error

	PreviewRun(ctx context.Context, members []string) (RunPreview, error)
	BeginRun(ctx context.Context, r RunRequest, proof Proof) (PrintRun, error)
	Runs(ctx context.Context, before int) ([]RunSummary, error)
	Ledger(ctx context.Context, run int) (Ledger, error)
	Unacknowledged(ctx context.Context) ([]LedgerEntry, error)
	HandOver(ctx context.Context, run int, places []int) (n int, err error)
	VoidSheets(ctx context.Context, run int, places []int) (n int, err error)

	Policy(ctx context.Context) (Policy, error)
	Rehearse(ctx context.Context) (Rehearsal, error)
	Require2FA(ctx context.Context, from time.Time, approval string, proof Proof) error
	DropRequirement(ctx context.Context, approval string, proof Proof) error
	SetTwoPeople(ctx context.Context, on bool, approval string, proof Proof) error
	SetIdle(ctx context.Context, minutes int) error
	SetCheckDays(ctx context.Context, days int) error
	SetQuickUnlock(ctx context.Context, on bool, approval string, proof Proof) error
	SetSupport(ctx context.Context, contact string) error
	NameAdmins(ctx context.Context, named bool) error
	RenameWorkspace(ctx context.Context, name string) error

	Approvals(ctx context.Context) ([]AskedApproval, error)
	AskApproval(ctx context.Context, kind ApprovalKind, members []string, reason string, proof Proof) (Approval, error)
	Approve(ctx context.Context, id string, proof Proof) error
	Refuse(ctx context.Context, id string) error

	Log(ctx context.Context, q LogQuery) (LogPage, error)
	LogHead(ctx context.Context) (audit.Head, error)
	VerifyLog(ctx context.Context, progress Progress) (LogReport, error)
	ProveEvent(ctx context.Context, seq int64) ([]byte, error)
	ExportLog(ctx context.Context, out io.Writer, progress Progress) (LogExport, error)
	NoteExport(ctx context.Context, act ExportAct, e SeenExport) error
	SigningKey(ctx context.Context) (crypto.Signer, error) // its public key is an ed25519.PublicKey

	KitState(ctx context.Context) (KitState, error)
	MakeKit(ctx context.Context, proof Proof, publicKey string) (KitMade, error)
	Rotation(ctx context.Context) (Rotation, error)
	RotationStart(ctx context.Context) (Vault, []KeyHolder, error)
	BeginRotation(ctx context.Context, proof Proof, publicKey string, link []byte, given []GivenKeys) error
	RotateDocuments(ctx context.Context, generation int, all []ChangedDocument) error
	HoldRotation(ctx context.Context, held bool) error
	RotationEnd(ctx context.Context) (v Vault, all []KeyHolder, ready bool, err error)
	EndRotation(ctx context.Context, given []GivenKeys) (ended bool, err error)

	Clock(ctx context.Context) (Clock, error)
	ConfirmClock(ctx context.Context, proof Proof) error
}
