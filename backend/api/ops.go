package api

import (
	"time"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
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

// LockedStart is a session that the password alone opens again, once its window was locked.
type LockedStart struct {
	Token     Text
	Terms     service.PasswordTerms
	Remaining time.Duration
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
	// Event names an event of the log.
	Event struct{ Event int64 }
	// Name is a new name.
	Name struct{ Name string }
	// Language is a tag such as "de", or empty.
	Language struct{ Language string }
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
	// After is what an answer has told of before: its Seq, or 0.
	After struct{ After int64 }
	// Days is a length of time.
	Days struct{ Days int }
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
	Workspace   = op[None, None](ByNobody, "workspace", "Tells what a workspace tells everybody, which is in each answer’s State.", again)
	Support     = op[None, service.Support](ByNobody, "support", "Tells whom to ask for help.", again)
	BeginSignIn = op[BeginSignInRequest, Begun[service.PasswordTerms]](ByNobody, "sign-in/begin", "Begins a sign-in. What it answers has the same form for an unknown email, and for a computer that is none of the person’s.", again)
	SignIn      = op[service.SignIn, Entered](BySignIn, "sign-in", "Proves the password and the computer with a signature of each. It leads to a session, or to a challenge where more is due.", again)
	BeginRedeem = op[BeginRedeemRequest, Begun[service.CodeTerms]](ByNobody, "redeem/begin", "Begins to choose a password with an invitation or a password reset, or to add a computer with a code for one.", again)
	CheckCode   = op[CodeProof, service.Redeemed](ByRedeem, "redeem/check", "Proves the one-time code.", again, keyed)
	Redeem      = op[Next, Entered](ByRedeem, "redeem", "Chooses the password, once the code is proven.")
	AddComputer = op[service.NewComputer, None](ByRedeem, "redeem/computer", "Adds a computer, once the code for it is proven.")
	LeaveRedeem = op[None, None](ByRedeem, "redeem/leave", "Gives up after a right code, whose guess is then not counted.", again, ends)
	BeginKit    = op[None, Begun[service.KitTerms]](ByNobody, "kit/begin", "Begins to come in with the Emergency Kit.", again)
	UseKit      = op[UseKitRequest, Entered](ByKit, "kit", "Proves the Emergency Kit with a signature, and comes in as an owner.")
)

// Of a challenge.
var (
	AuthenticatorOff      = op[None, bool](ByChallenge, "challenge/authenticator-off", "Tells whether the authenticator app is paused after wrong codes.", again)
	Verify                = op[Code, *SessionStart](ByChallenge, "challenge/verify", "Takes a verification code.", again, keyed)
	BeginChallengeCodes   = op[None, service.CodeTerms](ByChallenge, "challenge/recovery-terms", "Gives what a proof of a recovery code is made with.", again)
	Recover               = op[CodeProof, *SessionStart](ByChallenge, "challenge/recover", "Takes a recovery code, which is then used.")
	BeginHelp             = op[None, service.CodeTerms](ByChallenge, "challenge/help-terms", "Gives what a proof of a temporary code is made with.", again)
	UseHelpCode           = op[CodeProof, *EnrolmentStart](ByChallenge, "challenge/help", "Takes a temporary code from an admin. It leads to an enrolment session.")
	ChallengeEnrol        = op[None, *EnrolmentStart](ByChallenge, "challenge/enrol", "Begins to enroll a phone where 2FA is required and off.")
	ChallengeKeys         = op[None, OwnKeys](ByChallenge, "challenge/keys", "Gives what unwraps the profile’s key pair, where a longer password is due.", again)
	ChallengeNextPassword = op[Next, *SessionStart](ByChallenge, "challenge/choose-password", "Chooses a longer password, where that is due.")
	LeaveChallenge        = op[None, None](ByChallenge, "challenge/leave", "Ends the challenge.", again, ends)
)

// Of a session whose window was locked.
var (
	Unlock      = op[service.SignIn, *SessionStart](ByLocked, "locked/unlock", "Proves the password and the computer with a signature of each. It leads to a session that lasts no longer than the first would have.", again, keyed)
	LeaveLocked = op[None, None](ByLocked, "locked/leave", "Gives up what a password alone would open.", again, ends)
)

// Of a session and of an enrolment session.
var (
	Look            = op[None, None](ByEnrolling, "session", "Tells how long the session lasts. It is no use of the session.", again)
	Touch           = op[None, None](ByEnrolling, "session/touch", "Tells that the person is there.", again)
	End             = op[None, None](ByEnrolling, "session/end", "Ends the session, and undoes what has not taken effect.", again, ends)
	Confirm         = op[ConfirmRequest, *service.Issued](ByEnrolling, "enrolment/confirm", "Takes the new phone’s first code, and ten recovery codes’ proofs.")
	Continue        = op[None, None](ByEnrolling, "enrolment/continue", "Turns 2FA on, or moves it to the new phone.")
	CancelEnrolment = op[None, None](ByEnrolling, "enrolment/cancel", "Undoes an enrolment that has not taken effect.")
	Showing         = op[None, service.Issued](ByEnrolling, "enrolment/showing", "Gives the recovery set that is being shown.", again)
	ShowingKey      = op[None, Text](ByEnrolling, "enrolment/showing-key", "Gives the authenticator key that is being shown.", again)
)

// Of an enrolment session.
var (
	Begin = op[None, Shown](ByEnrolment, "enrolment/begin", "Makes a key for the phone.")
	Enter = op[None, *SessionStart](ByEnrolment, "enrolment/enter", "Goes in, once the phone is enrolled. The token stays.", again)
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
	Overview         = op[None, service.Overview](BySession, "session/overview", "Gives the profile and where its 2FA stands.", again)
	OwnLog           = op[OwnLogRequest, service.LogPage](BySession, "session/log", "Gives a page of the profile’s own audit log.", again)
	Checkpoint       = op[service.CheckpointQuery, service.Checkpoint](BySession, "session/checkpoint", "Gives a signed checkpoint of the audit log, with the proof that it leads on from another.", again)
	WhatHappened     = op[After, service.Happened](BySession, "session/happened", "Waits until others have done something that concerns the person, for up to half a minute. It is no use of the session, and no other request of it waits.", again)
	Checklist        = op[None, service.Checklist](BySession, "session/checklist", "Gives the steps that a person should take once.", again)
	PutNewsAway      = op[PutNewsAwayRequest, None](BySession, "session/news/away", "Puts a piece of news that stays away, for sign-ins at this computer.", again)
	PutChecklistAway = op[On, None](BySession, "session/checklist/away", "Hides the checklist, or shows it.")
	Rename           = op[Name, None](BySession, "session/rename", "Changes the profile’s name.")
	SetLanguage      = op[Language, None](BySession, "session/language", "Notes in which language the profile’s person reads.")
	CheckEmail       = op[Email, None](BySession, "session/check-email", "Tells whether an email could be the profile’s.", again)
	ChangeEmail      = op[ChangeEmailRequest, None](BySession, "session/change-email", "Changes the profile’s email.")
	ChangePassword   = op[ChangePasswordRequest, None](BySession, "session/change-password", "Changes the password. Other sessions of the profile end.")

	Computers        = op[None, service.Computers](BySession, "computers", "Lists the person’s computers. It is no use of the session.", again)
	GiveComputerCode = op[GiveComputerCodeRequest, service.GivenOut](BySession, "computers/code", "Keeps a code with which the person adds another computer.")
	EndComputerCode  = op[None, None](BySession, "computers/end-code", "Ends a code for another computer that was not used.")
	RenameComputer   = op[RenameComputerRequest, None](BySession, "computers/rename", "Sets the name of a computer.", again)
	RemoveComputers  = op[RemoveComputersRequest, None](BySession, "computers/remove", "Removes computers of the person, whose share is replaced.")
	SaveComputer     = op[service.NewComputer, None](BySession, "computers/save", "Adds the computer that the session is at, where the person has none.")
	StepUp           = op[StepUpRequest, service.StepUpNeeds](BySession, "session/step-up", "Tells what a sensitive act will ask for.", again)
	BeginProof       = op[None, ProofTerms](BySession, "session/proof-terms", "Begins a proof: gives what is signed with the password’s key.", again)
	ForOneAct        = op[None, None](BySession, "session/for-one-act", "Takes the sign-in of a moment ago as the proof of one act, once in a session. It is for a program that signs in, acts and ends.")
	ForUnlock        = op[None, *LockedStart](BySession, "session/for-unlock", "Gives what the password alone opens, once the window is locked for want of use, where the policy allows it. It is no use of the session.", again)
	BeginEnable      = op[ByProof, Shown](BySession, "session/enable", "Begins to turn 2FA on.")
	BeginChangePhone = op[ChangePhoneRequest, Shown](BySession, "session/change-phone", "Begins to change the phone of an authenticator app.")
	BeginAddApp      = op[AddAppRequest, Shown](BySession, "apps/add", "Begins to add an authenticator app.")
	RenameApp        = op[RenameAppRequest, None](BySession, "apps/rename", "Sets the name of an authenticator app.")
	RemoveApp        = op[RemoveAppRequest, None](BySession, "apps/remove", "Removes an authenticator app that isn’t the only one.")
	Disable          = op[ByFactor, None](BySession, "session/disable", "Turns 2FA off.")

	BeginRecovery  = op[None, service.CodeTerms](BySession, "session/recovery-terms", "Gives what a proof of a recovery code is made with.", again)
	BeginNewCodes  = op[BeginNewCodesRequest, *service.Issued](BySession, "session/new-codes", "Begins to replace the recovery codes.")
	KeepNewCodes   = op[None, None](BySession, "session/new-codes/keep", "Activates the new recovery codes.")
	CancelNewCodes = op[None, None](BySession, "session/new-codes/cancel", "Drops the new recovery codes.")
	Acknowledge    = op[Word, None](BySession, "session/acknowledge", "Takes the check word of a printed sheet.")
	CheckCodes     = op[Word, None](BySession, "session/check-codes", "Takes the check word or the number of the sheet that works.")
	PostponeCheck  = op[None, None](BySession, "session/postpone-check", "Puts the question for the sheet off for a week.")
	NotMe          = op[None, None](BySession, "session/not-me", "Reports that another person used a recovery code or the password. The profile’s other sessions end, and so do its recovery codes.")

	SaveKeyPair = op[KeyPair, None](BySession, "keys/pair", "Saves a key pair for a profile that has none, or its own as it is wrapped anew.")
	Vault       = op[None, service.Vault](BySession, "keys/vault", "Gives the vault’s keys, encrypted to the profile’s key pair.", again)
	WaitingKeys = op[None, Waiting](BySession, "keys/waiting", "Lists who waits for the vault’s keys.", again)
	GiveKeys    = op[GiveKeysRequest, int](BySession, "keys/give", "Gives others the vault’s keys, encrypted to their key pairs.", large)
	FoundVault  = op[FoundVaultRequest, None](BySession, "keys/found-vault", "Makes the vault of a new workspace, whose first owner has its key.")

	ReadDocuments   = op[service.DocumentQuery, service.DocumentRows](BySession, "documents", "Reads rows of contracts.", again, large)
	AddDocuments    = op[AddDocumentsRequest, bool](BySession, "documents/add", "Adds contracts whose files were kept.", large)
	ChangeDocuments = op[ChangeDocumentsRequest, None](BySession, "documents/change", "Renames, tags, removes, restores or deletes contracts.", large)
	EmptyBin        = op[None, int](BySession, "documents/empty-bin", "Deletes contracts that have been in the bin for their time.")
	NoteOpened      = op[NoteOpenedRequest, None](BySession, "documents/opened", "Logs that a contract was opened or copied.")
	NoteChecked     = op[NoteCheckedRequest, None](BySession, "documents/checked", "Logs that all contracts were checked.")
	MissingFiles    = op[IDs, map[string]bool](BySession, "documents/missing-files", "Tells of which contracts the files are missing.", again, large)
	UnknownFiles    = op[None, []string](BySession, "documents/unknown-files", "Lists files that belong to no contract.", again)

	Admin = op[AdminRequest, None](BySession, "admin", "Looks whether the session is an owner’s or an admin’s.", again)
)

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
	Prove = adminOp[ProveRequest, None]("prove", "Gives a proof for a group of acts.")

	Members            = adminOp[None, []service.Member]("members", "Lists the members.", again)
	Member             = adminOp[ID, service.Member]("member", "Gives one member.", again)
	CheckMembers       = adminOp[People, []MemberError]("members/check", "Tells which people can’t be added.", again, large)
	AddMember          = adminOp[AddMemberRequest, service.GivenOut]("member/add", "Adds a member, with an invitation.")
	AddMembers         = adminOp[AddMembersRequest, []service.GivenOut]("members/add", "Adds members, with their invitations.", large)
	WaitingInvitations = adminOp[IDs, []string]("invitations/waiting", "Tells which of these profiles haven’t used their invitation.", again, large)
	InviteAgain        = adminOp[InviteAgainRequest, []service.GivenOut]("invitations/again", "Replaces invitations that weren’t used.", large)
	ResetPassword      = adminOp[CodeFor, service.GivenOut]("member/reset-password", "Gives a member a one-time code to choose a password with.")
	HelpCode           = adminOp[CodeFor, service.GivenOut]("member/help-code", "Gives a member a temporary code for a new phone.")
	OpenCodes          = adminOp[None, []service.OpenCode]("codes", "Lists one-time codes that can be used.", again)
	EndCode            = adminOp[EndCodeRequest, None]("code/end", "Ends a one-time code.")
	Reset2FA           = adminOp[OnMember, None]("member/reset-2fa", "Turns a member’s 2FA off.")
	SetRole            = adminOp[SetRoleRequest, None]("member/role", "Changes a member’s role.")
	SetLanguageOf      = adminOp[SetLanguageRequest, None]("members/language", "Notes in which language members read.", large)
	Suspend            = adminOp[ID, None]("member/suspend", "Suspends a member.")
	Resume             = adminOp[ID, None]("member/resume", "Lets a suspended member sign in again.")
	Remove             = adminOp[RemoveRequest, None]("member/remove", "Removes a member.")
	ComputersOf        = adminOp[ID, service.MemberComputers]("member/computers", "Lists a member’s computers.", again)
	RemoveComputer     = adminOp[RemoveComputerRequest, None]("member/remove-computer", "Removes a member’s computer. With the last one, their password stops working.")

	PreviewRun     = adminOp[IDs, service.RunPreview]("run/preview", "Tells what a print run would do.", again, large)
	BeginRun       = adminOp[BeginRunRequest, *service.RunPlan]("run/begin", "Begins a print run. A session has one at a time.", large)
	MakeSheets     = adminOp[MakeSheetsRequest, []service.RunSheet]("run/sheets", "Makes sheets of a print run.", large)
	PutInForce     = adminOp[Run, service.RunResult]("run/activate", "Activates a print run’s codes. It goes on if the client hangs up.", long)
	CancelRun      = adminOp[Run, service.RunResult]("run/cancel", "Cancels a print run.")
	Runs           = adminOp[Before, []service.RunSummary]("runs", "Lists print runs.", again)
	Ledger         = adminOp[Run, service.Ledger]("run/ledger", "Gives a print run with its sheets.", again)
	Unacknowledged = adminOp[None, []service.LedgerEntry]("sheets/unacknowledged", "Lists sheets that were handed over and not acknowledged.", again)
	HandOver       = adminOp[Sheets, int]("sheets/hand-over", "Marks sheets as handed over.", large)
	VoidSheets     = adminOp[Sheets, int]("sheets/void", "Cancels sheets.", large)

	Policy          = adminOp[None, service.Policy]("policy", "Gives the workspace’s policy.", again)
	Rehearse        = adminOp[None, service.Rehearsal]("policy/rehearse", "Tells whom a requirement of 2FA would concern.", again)
	Require2FA      = adminOp[Require2FARequest, None]("policy/require-2fa", "Requires 2FA from a date on.")
	DropRequirement = adminOp[OnApproval, None]("policy/drop-requirement", "Stops requiring 2FA.")
	SetTwoPeople    = adminOp[SetTwoPeopleRequest, None]("policy/two-people", "Requires a second admin’s approval, or stops that.")
	SetIdle         = adminOp[Minutes, None]("policy/idle", "Sets after how many minutes without use a session ends.")
	SetCheckDays    = adminOp[Days, None]("policy/check-days", "Sets after how many days people are asked for their recovery codes.")
	SetQuickUnlock  = adminOp[SetQuickUnlockRequest, None]("policy/quick-unlock", "Lets the password alone open a session whose window was locked for want of use, or stops that.")
	SetSupport      = adminOp[Contact, None]("policy/support", "Sets whom to ask for help.")
	NameAdmins      = adminOp[On, None]("policy/name-admins", "Shows the admins’ names before sign-in, or hides them.")
	RenameWorkspace = adminOp[Name, None]("policy/rename", "Changes the workspace’s name.")

	Approvals   = adminOp[None, []service.AskedApproval]("approvals", "Lists requests for approval.", again)
	AskApproval = adminOp[AskApprovalRequest, service.Approval]("approval/ask", "Asks a second admin for approval.", large)
	Approve     = adminOp[ApproveRequest, None]("approval/approve", "Approves another admin’s request.")
	Refuse      = adminOp[ID, None]("approval/refuse", "Refuses or withdraws a request.")

	Log        = adminOp[service.LogQuery, service.LogPage]("log", "Gives a page of the audit log.", again)
	LogHead    = adminOp[None, audit.Head]("log/head", "Gives the newest event’s number and signature.", again)
	VerifyLog  = adminOp[None, service.LogReport]("log/verify", "Verifies the audit log.", again, long)
	ProveEvent = adminOp[Event, []byte]("log/prove", "Gives the proof that an event is in the audit log.", again)
	ExportLog  = adminOp[None, service.LogExport]("log/export", "Writes the audit log, as lines of Data.", again, long)
	NoteExport = adminOp[NoteExportRequest, None]("log/note-export", "Logs what was done with an encrypted file.")
	SigningKey = adminOp[None, []byte]("signing-key", "Gives the public key that exports are signed with.", again)
	Sign       = adminOp[Message, []byte]("sign", "Signs the manifest of an export or a backup that the admin makes.", again, large)

	KitState        = adminOp[None, service.KitState]("kit", "Tells what is known of the Emergency Kit.", again)
	MakeKit         = adminOp[MakeKitRequest, service.KitMade]("kit/make", "Logs a new Emergency Kit, and activates its key.")
	Rotation        = adminOp[None, service.Rotation]("rotation", "Tells how far a rotation of the vault’s key has come.", again)
	RotationStart   = adminOp[None, Waiting]("rotation/start", "Gives whom a new key of the vault has to be given to.", again)
	BeginRotation   = adminOp[BeginRotationRequest, None]("rotation/begin", "Begins to rotate the vault’s key.", large)
	RotateDocuments = adminOp[RotateDocumentsRequest, None]("rotation/documents", "Replaces rows of contracts by rows under the newest key.", large)
	HoldRotation    = adminOp[Held, None]("rotation/hold", "Stops a rotation for now, or goes on with it.")
	RotationEnd     = adminOp[None, RotationEndState]("rotation/end-state", "Tells whether a rotation can be ended, and who needs which keys then.", again)
	EndRotation     = adminOp[EndRotationRequest, bool]("rotation/end", "Ends a rotation, and gives everybody the newest key alone.", large)

	Clock        = adminOp[None, service.Clock]("clock", "Compares the server’s clock with the audit log.", again)
	ConfirmClock = adminOp[ByProof, None]("clock/confirm", "Confirms that the server’s clock is right.")
)

// Sheets are some of a print run.
type Sheets struct {
	Run    int
	Places []int // on its list
}

// Files is where documents are: PUT, GET with Range, and DELETE of Files + "/" + name, and PUT of Index. A file that is PUT is kept once all
// of it has come: its last bytes are followed by the trailer Kept, or it is dropped.
const (
	Files = Prefix + "files"
	Index = Prefix + "index"
	Kept  = "Countersign-Kept" // "1"
)

// IsFile reports whether a name is one that a document's file can have.
func IsFile(name string) bool {
	id, _, ok := store.ParseBlobName(name)
	return ok && service.IDFits(id) && store.CheckBlobName(name) == nil
}
