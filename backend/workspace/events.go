package workspace

// The kinds of event in the audit log. Once written they are never renamed.
const (
	eventWorkspaceCreated = "workspace-created"
	eventSignedIn         = "signed-in"       // factor: none, code, recovery; number
	eventRenamed          = "profile-renamed" // from, to
	eventEmailChanged     = "email-changed"   // from, to
	eventPasswordChanged  = "password-changed"
	eventEnabled          = "2fa-enabled" // sheet
	eventPhoneChanged     = "phone-changed"
	eventCodesReplaced    = "recovery-codes-replaced" // sheet, replaces
	eventCodesVoided      = "recovery-codes-voided"   // sheet, left
	eventDisabled         = "2fa-disabled"
	eventSteppedUp        = "stepped-up" // factor, number

	eventAccepted = "state-accepted" // findings, head, anchor

	// Steps on the way, which the log keeps so that no row changes without it.
	eventCounted     = "guess-counted"   // kind
	eventWrong       = "guess-wrong"     // kind
	eventReturned    = "guess-returned"  // kind
	eventClockBack   = "clock-set-back"  // kind
	eventBegun       = "enrolment-begun" // enrolment: enrol or change-phone
	eventConfirmed   = "enrolment-confirmed"
	eventAbandoned   = "enrolment-abandoned"
	eventItemDeleted = "secret-deleted"
	eventShown       = "recovery-codes-shown" // sheet
	eventDropped     = "recovery-codes-dropped"
)
