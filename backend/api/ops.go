package api

import (
	"time"

	"countersign/backend/audit"
	"countersign/backend/service"
)

// Begun is an attempt that has begun: what its terms say is proven with its token.
type Begun[T any] struct {
	Token Text
	Terms T
}

// SessionStart is somebody who is in.
type SessionStart struct {
	Token     Text
	ProfileID string
	Welcome   service.Welcome
	Own       OwnKeys
}

// ChallengeStart is a right password whose second factor, or whose longer password, is still due.
type ChallengeStart struct {
	Token              Text
	Name               string
	Email              string
	MustEnrol          bool
	MustChoosePassword bool
	RequiredSince      time.Time
}

// EnrolmentStart is somebody who got in as far as enrolling a phone.
type EnrolmentStart struct {
	Token Text
	Kind  service.EnrolmentKind
}

// Entered has one of the two, or none with an error.
type Entered struct {
	Session   *SessionStart   `json:",omitempty"`
	Challenge *ChallengeStart `json:",omitempty"`
}

// Requests of one value.
type (
	// Email names a person.
	Email struct{ Email string }
	// ID names a profile, an approval or a document.
	ID struct{ ID string }
	// Name is a new name.
	Name struct{ Name string }
	// On is a switch.
	On struct{ On bool }
	// Code is a code as it was typed.
	Code struct{ Code Text }
	// CodeProof is what a client has made of a recovery code or of a one-time code: recovery.Proof.
	CodeProof struct{ Proof Bytes }
	// Next is a password that was chosen.
	Next struct{ Next NewPassword }
	// IDs name profiles or documents.
	IDs struct{ IDs []string }
	// StepUpRequest names a group of acts.
	StepUpRequest struct{ Acts service.Acts }
	// ByFactor is an act that takes a second factor.
	ByFactor struct{ Factor Factor }
	// Word is a check word as it was typed.
	Word struct{ Word Text }
	// KeyPair is a key pair of one's own.
	KeyPair struct{ Pair service.WrappedKeyPair }
	// NoteCheckedRequest is that of NoteChecked.
	NoteCheckedRequest struct{ All, Bad, Unknown int }
	// AdminRequest asks for what an admin may do; Watch as in AdminIn.
	AdminRequest struct{ Watch bool }
	// People are those to be added.
	People struct{ People []service.NewMember }
	// Run names a print run.
	Run struct{ Run int }
	// Before begins a page: the number before which it ends, or 0.
	Before struct{ Before int }
	// Minutes is a length of time.
	Minutes struct{ Minutes int }
	// Contact is whom to ask for help.
	Contact struct{ Contact string }
	// Message is what is to be signed, as it is.
	Message struct{ Message []byte }
	// Held is whether it is stopped for now.
	Held struct{ Held bool }
	// EndRotationRequest is that of EndRotation.
	EndRotationRequest struct{ Given []service.GivenKeys }
	// ByProof is an act that takes a proof and nothing else.
	ByProof struct{ Proof Proof }
	// OnApproval is such an act, which may need a second admin.
	OnApproval struct {
		Approval string
		Proof    Proof
	}
	// OnMember is such an act on a member.
	OnMember struct {
		ID, Approval string
		Proof        Proof
	}
	// CodeFor is one that gives a code out.
	CodeFor struct {
		ID, Approval string
		Code         NewOneTime
		Proof        Proof
	}
)

// Before anybody has signed in.
var (
	Workspace   = Op[None, None]{Name: "workspace"}
	Support     = Op[None, service.Support]{Name: "support"}
	BeginSignIn = Op[Email, Begun[service.PasswordTerms]]{Name: "sign-in/begin"}
	SignIn      = Op[SignInRequest, Entered]{Name: "sign-in"}
	BeginRedeem = Op[Email, Begun[service.CodeTerms]]{Name: "redeem/begin"}
	CheckCode   = Op[CodeProof, service.Redeemed]{Name: "redeem/check"}
	Redeem      = Op[Next, Entered]{Name: "redeem"}
	LeaveRedeem = Op[None, None]{Name: "redeem/leave"}
	BeginKit    = Op[None, Begun[service.KitTerms]]{Name: "kit/begin"}
	UseKit      = Op[UseKitRequest, Entered]{Name: "kit"}
)

// Of a challenge.
var (
	AuthenticatorOff      = Op[None, bool]{Name: "challenge/authenticator-off"}
	Verify                = Op[Code, *SessionStart]{Name: "challenge/verify"}
	BeginChallengeCodes   = Op[None, service.CodeTerms]{Name: "challenge/recovery-terms"}
	Recover               = Op[CodeProof, *SessionStart]{Name: "challenge/recover"}
	BeginHelp             = Op[None, service.CodeTerms]{Name: "challenge/help-terms"}
	UseHelpCode           = Op[CodeProof, *EnrolmentStart]{Name: "challenge/help"}
	ChallengeEnrol        = Op[None, *EnrolmentStart]{Name: "challenge/enrol"}
	ChallengeKeys         = Op[None, OwnKeys]{Name: "challenge/keys"}
	ChallengeNextPassword = Op[Next, *SessionStart]{Name: "challenge/choose-password"}
	LeaveChallenge        = Op[None, None]{Name: "challenge/leave"}
)

// Of a session and of an enrolment session.
var (
	Look            = Op[None, None]{Name: "session"} // for its state alone: it is no use of the session
	Touch           = Op[None, None]{Name: "session/touch"}
	End             = Op[None, None]{Name: "session/end"}
	Confirm         = Op[ConfirmRequest, *service.Issued]{Name: "enrolment/confirm"}
	Continue        = Op[None, None]{Name: "enrolment/continue"}
	CancelEnrolment = Op[None, None]{Name: "enrolment/cancel"}
	Showing         = Op[None, service.Issued]{Name: "enrolment/showing"}
	ShowingKey      = Op[None, Text]{Name: "enrolment/showing-key"}
)

// Of an enrolment session.
var (
	Begin = Op[None, Shown]{Name: "enrolment/begin"}
	Enter = Op[None, *SessionStart]{Name: "enrolment/enter"}
)

// ProofTerms is what Session.BeginProof gives.
type ProofTerms struct {
	Terms       service.PasswordTerms
	Name, Email string
}

// Waiting is a vault with those who wait for its keys, or who hold them.
type Waiting struct {
	Vault   service.Vault
	Holders []service.KeyHolder
}

// Of a session.
var (
	Overview         = Op[None, service.Overview]{Name: "session/overview"}
	OwnLog           = Op[OwnLogRequest, service.LogPage]{Name: "session/log"}
	Checklist        = Op[None, service.Checklist]{Name: "session/checklist"}
	PutChecklistAway = Op[On, None]{Name: "session/checklist/away"}
	Rename           = Op[Name, None]{Name: "session/rename"}
	CheckEmail       = Op[Email, None]{Name: "session/check-email"}
	ChangeEmail      = Op[ChangeEmailRequest, None]{Name: "session/change-email"}
	ChangePassword   = Op[ChangePasswordRequest, None]{Name: "session/change-password"}

	StepUp           = Op[StepUpRequest, service.StepUpNeeds]{Name: "session/step-up"}
	BeginProof       = Op[None, ProofTerms]{Name: "session/proof-terms"}
	ForOneAct        = Op[None, None]{Name: "session/for-one-act"}
	BeginEnable      = Op[ByProof, Shown]{Name: "session/enable"}
	BeginChangePhone = Op[ByProof, Shown]{Name: "session/change-phone"}
	Disable          = Op[ByFactor, None]{Name: "session/disable"}

	BeginRecovery  = Op[None, service.CodeTerms]{Name: "session/recovery-terms"}
	BeginNewCodes  = Op[BeginNewCodesRequest, *service.Issued]{Name: "session/new-codes"}
	KeepNewCodes   = Op[None, None]{Name: "session/new-codes/keep"}
	CancelNewCodes = Op[None, None]{Name: "session/new-codes/cancel"}
	Acknowledge    = Op[Word, None]{Name: "session/acknowledge"}
	NotMe          = Op[None, None]{Name: "session/not-me"}

	SaveKeyPair = Op[KeyPair, None]{Name: "keys/pair"}
	Vault       = Op[None, service.Vault]{Name: "keys/vault"}
	WaitingKeys = Op[None, Waiting]{Name: "keys/waiting"}
	GiveKeys    = Op[GiveKeysRequest, int]{Name: "keys/give"}

	FoundVault = Op[FoundVaultRequest, None]{Name: "keys/found-vault"}

	ReadDocuments   = Op[service.DocumentQuery, service.DocumentRows]{Name: "documents"}
	AddDocuments    = Op[AddDocumentsRequest, bool]{Name: "documents/add"}
	ChangeDocuments = Op[ChangeDocumentsRequest, None]{Name: "documents/change"}
	EmptyBin        = Op[None, int]{Name: "documents/empty-bin"}
	NoteOpened      = Op[NoteOpenedRequest, None]{Name: "documents/opened"}
	NoteChecked     = Op[NoteCheckedRequest, None]{Name: "documents/checked"}
	MissingFiles    = Op[IDs, map[string]bool]{Name: "documents/missing-files"}
	UnknownFiles    = Op[None, []string]{Name: "documents/unknown-files"}

	Admin = Op[AdminRequest, None]{Name: "admin"}
)

// AdminIn is a request of an admin. Watch says that nobody has asked for it: it is no use of the session.
type AdminIn[T any] struct {
	Watch bool `json:",omitempty"`
	In    T
}

// AdminOp is an operation of an admin.
type AdminOp[In, Out any] struct{ Op[AdminIn[In], Out] }

func adminOp[In, Out any](name string) AdminOp[In, Out] {
	return AdminOp[In, Out]{Op[AdminIn[In], Out]{Name: "admin/" + name}}
}

func longAdminOp[In, Out any](name string) AdminOp[In, Out] {
	return AdminOp[In, Out]{Op[AdminIn[In], Out]{Name: "admin/" + name, Long: true}}
}

// MemberError is a service.MemberError.
type MemberError struct {
	Index int
	Err   *Error
}

// RotationEndState is what Admin.RotationEnd gives.
type RotationEndState struct {
	Waiting
	Ready bool
}

// Of an admin.
var (
	Prove = adminOp[ProveRequest, None]("prove")

	Members            = adminOp[None, []service.Member]("members")
	Member             = adminOp[ID, service.Member]("member")
	CheckMembers       = adminOp[People, []MemberError]("members/check")
	AddMember          = adminOp[AddMemberRequest, service.GivenOut]("member/add")
	AddMembers         = adminOp[AddMembersRequest, []service.GivenOut]("members/add")
	WaitingInvitations = adminOp[IDs, []string]("invitations/waiting")
	InviteAgain        = adminOp[InviteAgainRequest, []service.GivenOut]("invitations/again")
	ResetPassword      = adminOp[CodeFor, service.GivenOut]("member/reset-password")
	HelpCode           = adminOp[CodeFor, service.GivenOut]("member/help-code")
	OpenCodes          = adminOp[None, []service.OpenCode]("codes")
	EndCode            = adminOp[EndCodeRequest, None]("code/end")
	Reset2FA           = adminOp[OnMember, None]("member/reset-2fa")
	SetRole            = adminOp[SetRoleRequest, None]("member/role")
	Suspend            = adminOp[ID, None]("member/suspend")
	Resume             = adminOp[ID, None]("member/resume")
	Remove             = adminOp[RemoveRequest, None]("member/remove")

	PreviewRun     = adminOp[IDs, service.RunPreview]("run/preview")
	BeginRun       = adminOp[BeginRunRequest, *service.RunPlan]("run/begin")
	MakeSheets     = adminOp[MakeSheetsRequest, []service.RunSheet]("run/sheets")
	PutInForce     = longAdminOp[Run, service.RunResult]("run/activate")
	CancelRun      = adminOp[Run, service.RunResult]("run/cancel")
	Runs           = adminOp[Before, []service.RunSummary]("runs")
	Ledger         = adminOp[Run, service.Ledger]("run/ledger")
	Unacknowledged = adminOp[None, []service.LedgerEntry]("sheets/unacknowledged")
	HandOver       = adminOp[Sheets, int]("sheets/hand-over")
	VoidSheets     = adminOp[Sheets, int]("sheets/void")

	Policy          = adminOp[None, service.Policy]("policy")
	Rehearse        = adminOp[None, service.Rehearsal]("policy/rehearse")
	Require2FA      = adminOp[Require2FARequest, None]("policy/require-2fa")
	DropRequirement = adminOp[OnApproval, None]("policy/drop-requirement")
	SetTwoPeople    = adminOp[SetTwoPeopleRequest, None]("policy/two-people")
	SetIdle         = adminOp[Minutes, None]("policy/idle")
	SetSupport      = adminOp[Contact, None]("policy/support")
	NameAdmins      = adminOp[On, None]("policy/name-admins")
	RenameWorkspace = adminOp[Name, None]("policy/rename")

	Approvals   = adminOp[None, []service.AskedApproval]("approvals")
	AskApproval = adminOp[AskApprovalRequest, service.Approval]("approval/ask")
	Approve     = adminOp[ApproveRequest, None]("approval/approve")
	Refuse      = adminOp[ID, None]("approval/refuse")

	Log        = adminOp[service.LogQuery, service.LogPage]("log")
	LogHead    = adminOp[None, audit.Head]("log/head")
	VerifyLog  = longAdminOp[None, service.LogReport]("log/verify")
	ExportLog  = longAdminOp[None, service.LogExport]("log/export")
	NoteExport = adminOp[NoteExportRequest, None]("log/note-export")
	SigningKey = adminOp[None, []byte]("signing-key")
	Sign       = adminOp[Message, []byte]("sign")

	KitState        = adminOp[None, service.KitState]("kit")
	MakeKit         = adminOp[MakeKitRequest, service.KitMade]("kit/make")
	Rotation        = adminOp[None, service.Rotation]("rotation")
	RotationStart   = adminOp[None, Waiting]("rotation/start")
	BeginRotation   = adminOp[BeginRotationRequest, None]("rotation/begin")
	RotateDocuments = adminOp[RotateDocumentsRequest, None]("rotation/documents")
	HoldRotation    = adminOp[Held, None]("rotation/hold")
	RotationEnd     = adminOp[None, RotationEndState]("rotation/end-state")
	EndRotation     = adminOp[EndRotationRequest, bool]("rotation/end")

	Clock        = adminOp[None, service.Clock]("clock")
	ConfirmClock = adminOp[ByProof, None]("clock/confirm")
)

// Sheets are some of a print run.
type Sheets struct {
	Run    int
	Sheets []int
}

// Files is where documents are: PUT, GET with Range, and DELETE of Files + "/" + name, and PUT of Index. A file that is PUT is kept once all
// of it has come: its last bytes are followed by the trailer Kept, or it is dropped.
const (
	Files = Prefix + "files"
	Index = Prefix + "index"
	Kept  = "Countersign-Kept" // "1"
)
