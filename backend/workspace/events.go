package workspace

// The kinds of event in the audit log. Once written they are never renamed.
const (
	eventWorkspaceCreated = "workspace-created"
	eventSignedIn         = "signed-in"       // factor: none, code, recovery, help; number, as-far-as, chose-password, at: the ID of the computer
	eventUnlocked         = "unlocked"        // at: the ID of the computer
	eventRenamed          = "profile-renamed" // from, to
	eventLanguageSet      = "language-set"    // language: its tag, empty for none
	eventLanguagesSet     = "languages-set"   // language, count, members
	eventEmailChanged     = "email-changed"   // from, to; how it was proven: factor, number
	eventPasswordChanged  = "password-changed"
	eventEnabled          = "2fa-enabled" // sheet
	eventPhoneChanged     = "phone-changed"
	eventAppAdded         = "app-added"               // app: its name
	eventAppRenamed       = "app-renamed"             // from, to
	eventAppRemoved       = "app-removed"             // app: its name; or named: no
	eventPhoneAndCodes    = "phone-and-codes-changed" // sheet, replaces: after a help code
	eventCodesReplaced    = "recovery-codes-replaced" // sheet, replaces
	eventCodesVoided      = "recovery-codes-voided"   // sheet, left
	eventOthersEnded      = "other-sessions-ended"
	eventDisabled         = "2fa-disabled"
	eventSteppedUp        = "stepped-up" // factor, number
	eventComputerCode     = "computer-code-made"
	eventComputerAdded    = "computer-added"   // name, at: its ID
	eventComputerRenamed  = "computer-renamed" // from, to
	eventComputerRemoved  = "computer-removed" // name; of several, with commas between

	// What admins do. A detail of several members is their IDs, with spaces between.
	eventMemberAdded         = "member-added"     // role
	eventMembersImported     = "members-imported" // count
	eventInvitedAgain        = "invited-again"
	eventMembersInvitedAgain = "members-invited-again" // count, members
	eventRoleChanged         = "role-changed"          // from, to
	eventMemberSuspended     = "member-suspended"
	eventMemberResumed       = "member-resumed"
	eventMemberRemoved       = "member-removed"           // email, role
	eventMembersComputer     = "members-computer-removed" // name; last: yes, no
	eventFactorReset         = "2fa-reset"
	eventPasswordReset       = "password-reset-given"
	eventHelpGiven           = "help-code-given"
	eventOneTimeEnded        = "one-time-ended"    // kind
	eventWorkspaceRenamed    = "workspace-renamed" // from, to
	eventIdleSet             = "idle-time-set"     // minutes
	eventQuickUnlockOn       = "quick-unlock-on"
	eventQuickUnlockOff      = "quick-unlock-off"
	eventRequired            = "2fa-required" // from, blocked
	eventRequirementDropped  = "2fa-requirement-dropped"
	eventClockConfirmed      = "clock-confirmed" // from, to
	eventTwoPeopleOn         = "two-people-on"
	eventTwoPeopleOff        = "two-people-off"
	eventSupportSet          = "support-set" // to
	eventSupportRemoved      = "support-removed"
	eventAdminsNamed         = "admins-named"
	eventAdminsHidden        = "admins-hidden"
	eventApprovalAsked       = "approval-asked" // for, count, reason
	eventApprovalGiven       = "approval-given"
	eventApprovalRefused     = "approval-refused"
	eventApprovalWithdrawn   = "approval-withdrawn"
	eventRunBegun            = "run-begun"          // run, count, sheets, reason, kind
	eventRunSheetsMade       = "run-sheets-made"    // run, count, sheets, members
	eventRunReady            = "run-ready"          // run
	eventRunSheetIssued      = "run-sheet-issued"   // run, sheets; about its one member
	eventRunSheetsIssued     = "run-sheets-issued"  // run, count, sheets, members
	eventRunSheetsDropped    = "run-sheets-dropped" // run
	eventRunDone             = "run-done"           // run, count, of
	eventRunCancelled        = "run-cancelled"      // run, count, of
	eventRunInterrupted      = "run-interrupted"    // run
	eventSheetVoided         = "run-sheet-voided"   // run, sheet
	eventHandedOver          = "sheets-handed-over" // run, count, sheets
	eventBackupBegun         = "backup-begun"
	eventBackupMade          = "backup-made"
	eventRestored            = "workspace-restored" // made; about the workspace
	eventMoveWritten         = "move-written"
	eventServerBackupBegun   = "server-backup-begun" // by nobody, as what follows: whoever runs the server did it
	eventServerBackupMade    = "server-backup-made"
	eventServerExported      = "server-exported"
	eventServerRestored      = "server-restored" // made; about the workspace
	eventServerLeft          = "server-left"     // about the workspace: it is on one computer from now on
	eventServerTaken         = "server-taken"    // about the workspace: it is at a server from now on
	eventSecretsPassphrase   = "secrets-passphrase-changed"
	eventAcknowledged        = "sheet-acknowledged"       // run, sheet
	eventCodesChecked        = "recovery-codes-checked"   // sheet
	eventCheckPostponed      = "recovery-check-postponed" // sheet
	eventCheckDaysSet        = "check-days-set"           // days
	eventExportOpened        = "export-opened"            // run, signer
	eventExportSaved         = "export-saved"             // run, signer
	eventExportRefused       = "export-refused"           // flaw
	eventBackupOpened        = "backup-opened"            // signer

	// The contracts. A detail of documents is their IDs, with spaces between: their
	// names are encrypted.
	eventDocumentsAdded    = "contracts-added"    // count, documents
	eventDocumentsOpened   = "contracts-opened"   // count, documents
	eventDocumentsCopied   = "contracts-copied"   // count, documents
	eventDocumentsRenamed  = "contracts-renamed"  // count, documents
	eventDocumentsTagged   = "contracts-tagged"   // count, documents
	eventDocumentsRemoved  = "contracts-removed"  // count, documents
	eventDocumentsRestored = "contracts-restored" // count, documents
	eventDocumentsPurged   = "contracts-purged"   // count, documents
	eventDocumentsChecked  = "contracts-checked"  // count, bad, unknown
	eventRotationBegun     = "rotation-begun"     // generation
	eventRotationStep      = "rotation-step"      // count, documents
	eventRotationHeld      = "rotation-held"
	eventRotationResumed   = "rotation-resumed"
	eventRotated           = "vault-key-rotated" // generation
	eventKeyPairMade       = "key-pair-made"
	eventVaultNoted        = "vault-noted"
	eventKeysGiven         = "vault-keys-given" // count
	eventKitMade           = "emergency-kit-made"
	eventKitUsed           = "emergency-kit-used" // email
	eventWorkspaceFounded  = "workspace-founded"  // workspace; by nobody: see Found
	eventVaultFounded      = "vault-founded"
	eventWorkspaceRescued  = "workspace-rescued" // workspace, count

	eventAccepted = "state-accepted" // findings, head, anchor

	// Each event has a detail of its own, clock, where that was behind the log: what
	// it showed, beside the time of the newest event, which the event then has.

	// Steps on the way, which the log keeps so that no row changes without it.
	eventCounted     = "guess-counted"   // kind
	eventRight       = "guess-right"     // kind; see recordResult
	eventWrong       = "guess-wrong"     // kind; step: see clockOff
	eventReturned    = "guess-returned"  // kind
	eventClockBack   = "clock-set-back"  // kind
	eventBegun       = "enrolment-begun" // enrolment: enrol, change-phone or add-app
	eventConfirmed   = "enrolment-confirmed"
	eventAbandoned   = "enrolment-abandoned"
	eventItemDeleted = "secret-deleted"
	eventShown       = "recovery-codes-shown" // sheet
	eventDropped     = "recovery-codes-dropped"
	eventChecklist   = "checklist-set" // away: true, false
	eventNewsPutAway = "news-put-away" // news: the number of an event; at: the ID of the computer
)

// aside lists what a request leaves in the log before what it asks for, and what it takes up where it was cut off: see journal.Config.
var aside = map[string]bool{
	eventCounted: true, eventRight: true, eventWrong: true, eventReturned: true, eventClockBack: true, eventSteppedUp: true,
	eventAbandoned: true, eventItemDeleted: true, eventDropped: true,
	eventRunCancelled: true, eventRunInterrupted: true, eventSheetVoided: true,
}

// tellsMember lists what a person is told of at the next sign-in.
var tellsMember = map[string]bool{
	eventFactorReset: true, eventPasswordReset: true, eventHelpGiven: true,
	eventMembersComputer: true, eventRoleChanged: true, eventSheetVoided: true, eventMemberSuspended: true, eventMemberResumed: true,
}
