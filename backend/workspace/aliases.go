package workspace

import (
	"countersign/backend/journal"
	"countersign/backend/store"
)

// What packages store and journal declare, under this package's name:
// they are in its results and its Config, so a shell that calls it needs no second
// package for them. What only a store needs is not here.

// What a workspace stands on.
type (
	ReadTx     = store.ReadTx
	WriteTx    = store.WriteTx
	Store      = store.Store
	Secrets    = store.Secrets
	Files      = store.Blobs
	NewFile    = store.NewBlob
	StoredFile = store.StoredBlob
)

// The rows and the words in them.
type (
	Argon2id       = store.Argon2id
	Info           = store.Info
	Role           = store.Role
	Profile        = store.Profile
	ProfileState   = store.ProfileState
	PasswordRecord = store.PasswordRecord
	Factor         = store.Factor
	Use            = store.Use
	Intent         = store.Intent
	IntentKind     = store.IntentKind
	SetState       = store.SetState
	Set            = store.Set
	SetRow         = store.SetRow
	CodeRow        = store.CodeRow
	Kind           = store.Kind
	Attempts       = store.Attempts
	OneTimeKind    = store.OneTimeKind
	OneTime        = store.OneTime
	Run            = store.Run
	RunKind        = store.RunKind
	RunState       = store.RunState
	Approval       = store.Approval
	ApprovalKind   = store.ApprovalKind
	ApprovalState  = store.ApprovalState
	Member         = store.Member
	VaultKey       = store.VaultKey
	DocumentRow    = store.DocumentRow
	DocumentState  = store.DocumentState
	SheetState     = store.SheetState
	LedgerEntry    = store.LedgerEntry
	Key            = store.Key
	Head           = store.Head
)

const (
	RoleOwner              = store.RoleOwner
	RoleAdmin              = store.RoleAdmin
	RoleMember             = store.RoleMember
	ProfileActive          = store.ProfileActive
	ProfileInvited         = store.ProfileInvited
	ProfileSuspended       = store.ProfileSuspended
	ProfileRemoved         = store.ProfileRemoved
	UseSignIn              = store.UseSignIn
	UseEnrolment           = store.UseEnrolment
	UsePhoneChange         = store.UsePhoneChange
	UseStepUp              = store.UseStepUp
	UseDisable             = store.UseDisable
	UseApproval            = store.UseApproval
	IntentCreate           = store.IntentCreate
	IntentEnrol            = store.IntentEnrol
	IntentChangePhone      = store.IntentChangePhone
	IntentDelete           = store.IntentDelete
	SetPending             = store.SetPending
	SetActive              = store.SetActive
	SetReplaced            = store.SetReplaced
	SetVoided              = store.SetVoided
	SetDropped             = store.SetDropped
	KindPassword           = store.KindPassword
	KindCode               = store.KindCode
	KindRecovery           = store.KindRecovery
	KindConfirm            = store.KindConfirm
	KindInvitation         = store.KindInvitation
	KindHelp               = store.KindHelp
	KindCheckWord          = store.KindCheckWord
	OneTimeInvitation      = store.OneTimeInvitation
	OneTimeReset           = store.OneTimeReset
	OneTimeHelp            = store.OneTimeHelp
	RunPrint               = store.RunPrint
	RunExport              = store.RunExport
	RunIssuing             = store.RunIssuing
	RunReady               = store.RunReady
	RunDone                = store.RunDone
	RunCancelled           = store.RunCancelled
	RunInterrupted         = store.RunInterrupted
	ApprovePrintRun        = store.ApprovePrintRun
	ApproveReset2FA        = store.ApproveReset2FA
	ApproveResetPassword   = store.ApproveResetPassword
	ApproveHelpCode        = store.ApproveHelpCode
	ApproveDropRequirement = store.ApproveDropRequirement
	ApproveTwoPeopleOff    = store.ApproveTwoPeopleOff
	ApprovalWaiting        = store.ApprovalWaiting
	ApprovalApproved       = store.ApprovalApproved
	ApprovalRefused        = store.ApprovalRefused
	ApprovalWithdrawn      = store.ApprovalWithdrawn
	ApprovalUsed           = store.ApprovalUsed
	ApprovalEnded          = store.ApprovalEnded
	DocumentKept           = store.DocumentKept
	DocumentRemoved        = store.DocumentRemoved
	DocumentPurged         = store.DocumentPurged
	SheetMade              = store.SheetMade
	SheetIssued            = store.SheetIssued
	SheetHandedOver        = store.SheetHandedOver
	SheetAcknowledged      = store.SheetAcknowledged
	SheetReplaced          = store.SheetReplaced
	SheetVoided            = store.SheetVoided
)

// What they answer.
var (
	ErrSecretMissing     = store.ErrSecretMissing
	ErrKeychainAbsent    = store.ErrKeychainAbsent
	ErrKeychainLocked    = store.ErrKeychainLocked
	ErrKeychainSlow      = store.ErrKeychainSlow
	ErrKeychainDismissed = store.ErrKeychainDismissed
	ErrKeychainFailed    = store.ErrKeychainFailed
	ErrSecretsDamaged    = store.ErrSecretsDamaged
	ErrSecretsLocked     = store.ErrSecretsLocked

	ErrNotFound      = store.ErrNotFound
	ErrStoreBusy     = store.ErrBusy
	ErrStoreFull     = store.ErrFull
	ErrStoreReadOnly = store.ErrReadOnly
	ErrStoreDamaged  = store.ErrDamaged
	ErrStoreNewer    = store.ErrNewer
	ErrStoreAltered  = store.ErrAltered
	ErrStoreFailed   = store.ErrFailed
	ErrStoreConflict = store.ErrConflict

	ErrUnknownOutcome = store.ErrUnknownOutcome

	ErrFileMissing   = store.ErrBlobMissing
	ErrFilesFull     = store.ErrBlobsFull
	ErrFilesReadOnly = store.ErrBlobsReadOnly
	ErrFilesFailed   = store.ErrBlobsFailed
)

// What the journal finds.
type (
	Report       = journal.Report
	Finding      = journal.Finding
	FindingKind  = journal.FindingKind
	LogBreak     = journal.LogBreak
	LogBreakKind = journal.LogBreakKind
	Checker      = journal.Checker
)

const (
	FoundOlderCopy     = journal.FoundOlderCopy
	FoundLogBroken     = journal.FoundLogBroken
	FoundAnchorMissing = journal.FoundAnchorMissing
	FoundRowChanged    = journal.FoundRowChanged
	FoundRowAdded      = journal.FoundRowAdded
	FoundRowRemoved    = journal.FoundRowRemoved
	BreakEventChanged  = journal.BreakEventChanged
	BreakEventMissing  = journal.BreakEventMissing
	BreakUnreadable    = journal.BreakUnreadable
	BreakCount         = journal.BreakCount
	BreakOlderCopy     = journal.BreakOlderCopy
	BreakAnchor        = journal.BreakAnchor
	BreakAnchorMissing = journal.BreakAnchorMissing
)
