package service

import (
	"countersign/backend/audit"
	"countersign/backend/store"
)

// What packages store and audit declare and answers tell of. None of these holds a secret, or what one could be
// guessed against.
type (
	Argon2id      = store.Argon2id
	Role          = store.Role
	ProfileState  = store.ProfileState
	Use           = store.Use
	SetState      = store.SetState
	OneTimeKind   = store.OneTimeKind
	Run           = store.Run
	RunKind       = store.RunKind
	RunState      = store.RunState
	Approval      = store.Approval
	ApprovalKind  = store.ApprovalKind
	ApprovalState = store.ApprovalState
	Member        = store.Member
	DocumentRow   = store.DocumentRow
	DocumentState = store.DocumentState
	SheetState    = store.SheetState
	LedgerEntry   = store.LedgerEntry
	Report        = audit.Mismatch
	Finding       = audit.Finding
	FindingKind   = audit.FindingKind
	LogBreak      = audit.LogBreak
	LogBreakKind  = audit.LogBreakKind
)

// The words in them.
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
	UseAppAdded            = store.UseAppAdded
	UseStepUp              = store.UseStepUp
	UseDisable             = store.UseDisable
	UseApproval            = store.UseApproval
	SetPending             = store.SetPending
	SetActive              = store.SetActive
	SetReplaced            = store.SetReplaced
	SetVoided              = store.SetVoided
	SetDropped             = store.SetDropped
	OneTimeInvitation      = store.OneTimeInvitation
	OneTimeReset           = store.OneTimeReset
	OneTimeHelp            = store.OneTimeHelp
	OneTimeComputer        = store.OneTimeComputer
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
	ApproveQuickUnlock     = store.ApproveQuickUnlock
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
	FoundOlderCopy         = audit.FoundOlderCopy
	FoundLogBroken         = audit.FoundLogBroken
	FoundAnchorMissing     = audit.FoundAnchorMissing
	FoundRowChanged        = audit.FoundRowChanged
	FoundRowAdded          = audit.FoundRowAdded
	FoundRowRemoved        = audit.FoundRowRemoved
	BreakEventChanged      = audit.BreakEventChanged
	BreakEventMissing      = audit.BreakEventMissing
	BreakUnreadable        = audit.BreakUnreadable
	BreakCount             = audit.BreakCount
	BreakOlderCopy         = audit.BreakOlderCopy
	BreakAnchor            = audit.BreakAnchor
	BreakAnchorMissing     = audit.BreakAnchorMissing
)
