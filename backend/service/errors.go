package service

import (
	"errors"

	"countersign/backend/store"
)

// Code names an error. Its words are in the catalogues of package words, by
// this name; the domain has none.
type Code string

// The codes, with their arguments.
const (
	CodeNameRequired      Code = "name_required"
	CodeNameLong          Code = "name_long"
	CodeNameForm          Code = "name_form"
	CodeWorkspaceRequired Code = "workspace_required"
	CodeWorkspaceLong     Code = "workspace_long"
	CodeWorkspaceForm     Code = "workspace_form"
	CodeEmailRequired     Code = "email_required"
	CodeEmailForm         Code = "email_form" // why: at, ending, space, start, form
	CodeEmailLong         Code = "email_long"
	CodeEmailTaken        Code = "email_taken"
	CodePasswordRequired  Code = "password_required"
	CodePasswordShort     Code = "password_short" // minimum, length
	CodePasswordLong      Code = "password_long"  // max
	CodePasswordCommon    Code = "password_common"
	CodePasswordSame      Code = "password_same"
	CodePasswordWrong     Code = "password_wrong" // left, pause

	CodeCredentialsWrong Code = "credentials_wrong" // pause: it has begun
	CodeThrottled        Code = "throttled"         // seconds, kind
	CodeCodeRequired     Code = "code_required"
	CodeCodeForm         Code = "code_form"
	CodeCodeWrong        Code = "code_wrong" // left, pause
	CodeCodeUsed         Code = "code_used"
	CodeCodeExpired      Code = "code_expired"
	CodeCodeClock        Code = "code_clock" // minutes, direction
	CodeCodesAhead       Code = "codes_ahead"
	CodeAuthenticatorOff Code = "authenticator_off"
	CodeRecoveryRequired Code = "recovery_required"
	CodeRecoveryForm     Code = "recovery_form"  // length
	CodeRecoveryWrong    Code = "recovery_wrong" // sheet, left, pause
	CodeRecoveryUsed     Code = "recovery_used"  // number
	CodeRecoveryNone     Code = "recovery_none"
	CodeFactorRequired   Code = "factor_required"

	CodeSessionEnded         Code = "session_ended"
	CodeChallengeEnded       Code = "challenge_ended"
	CodeEnrolmentEnded       Code = "enrolment_ended"
	CodeEnrolmentUnconfirmed Code = "enrolment_unconfirmed"
	CodeTwoFactorOn          Code = "two_factor_on"
	CodeTwoFactorOff         Code = "two_factor_off"
	CodeRequiredByWorkspace  Code = "required_by_workspace"
	CodeEnableFirst          Code = "enable_first"
	CodeWorkspaceExists      Code = "workspace_exists"
	CodeForbidden            Code = "forbidden"
	CodeSuspendedSelf        Code = "suspended_self"
	CodeComputerUnknown      Code = "computer_unknown"
	CodeComputerGone         Code = "computer_gone"
	CodeComputerHere         Code = "computer_here"
	CodeComputersFull        Code = "computers_full" // max
	CodeComputerName         Code = "computer_name"  // max
	CodeAppGone              Code = "app_gone"
	CodeAppLast              Code = "app_last"
	CodeAppsFull             Code = "apps_full" // max
	CodeAppName              Code = "app_name"  // max
	CodeAppNameTaken         Code = "app_name_taken"

	CodeInvitationRequired Code = "invitation_required"
	CodeInvitationForm     Code = "invitation_form"  // length
	CodeInvitationWrong    Code = "invitation_wrong" // pause: it has begun
	CodeHelpRequired       Code = "help_required"
	CodeHelpForm           Code = "help_form"        // length
	CodeHelpWrong          Code = "help_wrong"       // left, pause
	CodeOneTimeExpired     Code = "one_time_expired" // kind
	CodeOneTimeUsed        Code = "one_time_used"
	CodeOneTimeGone        Code = "one_time_gone" // for who would end it
	CodeOneTimeEnded       Code = "one_time_ended"

	CodeLanguageUnknown   Code = "language_unknown"
	CodeRoleUnknown       Code = "role_unknown"
	CodeEmailTwice        Code = "email_twice"
	CodeImportLong        Code = "import_long" // max
	CodeNobodyChosen      Code = "nobody_chosen"
	CodeMemberGone        Code = "member_gone"
	CodeMemberInvited     Code = "member_invited"
	CodeMemberSuspended   Code = "member_suspended"
	CodeNotYourself       Code = "not_yourself"
	CodeLastOwner         Code = "last_owner"
	CodeReasonRequired    Code = "reason_required"
	CodeReasonLong        Code = "reason_long" // max
	CodeReasonForm        Code = "reason_form"
	CodeApprovalNeeded    Code = "approval_needed"
	CodeApprovalGone      Code = "approval_gone"
	CodeApprovalOwn       Code = "approval_own"
	CodeTwoPeopleAlone    Code = "two_people_alone"
	CodeRequireAlone      Code = "require_alone" // ready
	CodeRequirePast       Code = "require_past"
	CodeRequireFar        Code = "require_far"  // years
	CodeIdleRange         Code = "idle_range"   // min, max
	CodeSupportLong       Code = "support_long" // max
	CodeSupportForm       Code = "support_form"
	CodeSupportLink       Code = "support_link"
	CodeRunLong           Code = "run_long" // max
	CodeRunOver           Code = "run_over"
	CodeRunCancelled      Code = "run_cancelled"
	CodeRunUnknown        Code = "run_unknown"
	CodeCodesChanged      Code = "codes_changed"
	CodeCheckWordRequired Code = "check_word_required"
	CodeCheckWordWrong    Code = "check_word_wrong" // sheet, left, pause
	CodeCheckWordNone     Code = "check_word_none"
	CodeSheetRequired     Code = "sheet_required"
	CodeSheetWrong        Code = "sheet_wrong" // sheet
	CodeCheckDays         Code = "check_days"

	CodeEventUnknown    Code = "event_unknown"     // event
	CodeLogNotAuthentic Code = "log_not_authentic" // event, code: what this computer knows
	CodeLogRestored     Code = "log_restored"      // event: of the restore
	CodeLogCode         Code = "log_code"          // the form of the code
	CodeLogCodeOther    Code = "log_code_other"

	CodeVaultWaiting         Code = "vault_waiting"
	CodeVaultExists          Code = "vault_exists"
	CodeVaultNotAuthentic    Code = "vault_not_authentic"
	CodeTermsWeak            Code = "terms_weak"
	CodeDocumentGone         Code = "document_gone"
	CodeDocumentMissing      Code = "document_missing"
	CodeDocumentDamaged      Code = "document_damaged"
	CodeDocumentNameRequired Code = "document_name_required"
	CodeDocumentNameLong     Code = "document_name_long" // max
	CodeDocumentNameForm     Code = "document_name_form"
	CodeTagLong              Code = "tag_long" // max
	CodeTagForm              Code = "tag_form"
	CodeTagsMany             Code = "tags_many" // max
	CodeAlreadyAdding        Code = "already_adding"
	CodePreviewOver          Code = "preview_over"
	CodeRotationRunning      Code = "rotation_running"
	CodeKitForm              Code = "kit_form"
	CodeKitWrong             Code = "kit_wrong"
	CodeKitNone              Code = "kit_none"

	CodeKeychainAbsent      Code = "keychain_absent"
	CodeKeychainLocked      Code = "keychain_locked"
	CodeKeychainSlow        Code = "keychain_slow"
	CodeKeychainDismissed   Code = "keychain_dismissed"
	CodeKeychainMismatch    Code = "keychain_mismatch"
	CodeKeychainItemMissing Code = "keychain_item_missing"
	CodeKeychainFailed      Code = "keychain_failed"

	CodeSecretsFileLocked  Code = "secrets_file_locked"
	CodeSecretsFileDamaged Code = "secrets_file_damaged" // file
	CodeSecretsFileRefused Code = "secrets_file_refused"
	CodeSecretsFileNone    Code = "secrets_file_none"
	CodePassphraseRequired Code = "passphrase_required"
	CodePassphraseShort    Code = "passphrase_short" // minimum, length
	CodePassphraseLong     Code = "passphrase_long"  // max
	CodePassphraseCommon   Code = "passphrase_common"
	CodePassphraseWrong    Code = "passphrase_wrong"

	CodeInvitationLink    Code = "invitation_link"
	CodeServerAddress     Code = "server_address"
	CodeServerKey         Code = "server_key"
	CodeServerUnreachable Code = "server_unreachable"
	CodeServerOther       Code = "server_other"       // another key than the invitation says
	CodeServerCertificate Code = "server_certificate" // it has run out
	CodeServerFailed      Code = "server_failed"

	CodeFolderReadOnly  Code = "folder_read_only"
	CodeFolderFull      Code = "folder_full"
	CodeFolderFailed    Code = "folder_failed"
	CodeDatabaseDamaged Code = "database_damaged"
	CodeDatabaseNewer   Code = "database_newer"
	CodeDatabaseBusy    Code = "database_busy"
	CodeOutcomeUnknown  Code = "outcome_unknown"
	CodeAnswerLost      Code = "answer_lost" // it was carried out
	CodeInUse           Code = "in_use"
	CodeClockWrong      Code = "clock_wrong"
	CodeClockBehind     Code = "clock_behind"  // clock, log: RFC 3339
	CodeNotAuthentic    Code = "not_authentic" // the report is beneath
	CodeAcceptChanged   Code = "accept_changed"
)

// Error is what a use case refuses with. Field names the input that it is
// about, Args what its words put in. Package sentences puts it into words.
type Error struct {
	Code  Code
	Field string
	Args  map[string]any
	cause error
}

// Error returns the code, for logs. The cause, which may name files or system
// calls, is left to the log: see Unwrap.
func (e *Error) Error() string { return string(e.Code) }

// Unwrap gives what lies beneath, for errors.Is and for the log.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, &Error{Code: c}) match on the code alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Refuse makes an Error.
func Refuse(c Code) *Error { return &Error{Code: c} }

// At names the input that the refusal is about.
func (e *Error) At(field string) *Error { e.Field = field; return e }

// With gives an argument of its words.
func (e *Error) With(key string, value any) *Error {
	if e.Args == nil {
		e.Args = map[string]any{}
	}
	e.Args[key] = value
	return e
}

// Because notes what lies beneath.
func (e *Error) Because(err error) *Error { e.cause = err; return e }

// ErrMalformed is for what no client of ours sends.
var ErrMalformed = errors.New("what the client has sent is malformed")

// IsCode reports whether err is an Error with this code.
func IsCode(err error, c Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == c
}

// beneath names the code for each answer of a Store or a Secrets.
var beneath = []struct {
	err  error
	code Code
}{
	{store.ErrSecretMissing, CodeKeychainItemMissing},
	{store.ErrKeychainAbsent, CodeKeychainAbsent},
	{store.ErrKeychainLocked, CodeKeychainLocked},
	{store.ErrKeychainSlow, CodeKeychainSlow},
	{store.ErrKeychainDismissed, CodeKeychainDismissed},
	{store.ErrKeychainFailed, CodeKeychainFailed},
	{store.ErrSecretsDamaged, CodeSecretsFileDamaged},
	{store.ErrSecretsLocked, CodeSecretsFileLocked},
	{store.ErrUnknownOutcome, CodeOutcomeUnknown}, // before what it is wrapped around
	{store.ErrBusy, CodeDatabaseBusy},
	{store.ErrConflict, CodeDatabaseBusy},
	{store.ErrFull, CodeFolderFull},
	{store.ErrReadOnly, CodeFolderReadOnly},
	{store.ErrDamaged, CodeDatabaseDamaged},
	{store.ErrNewer, CodeDatabaseNewer},
	{store.ErrAltered, CodeNotAuthentic},
	{store.ErrFailed, CodeFolderFailed},
	{store.ErrBlobMissing, CodeDocumentMissing},
	{store.ErrBlobsFull, CodeFolderFull},
	{store.ErrBlobsReadOnly, CodeFolderReadOnly},
	{store.ErrBlobsFailed, CodeFolderFailed},
}

// Explain turns an answer of a Store or a Secrets into an Error. An
// Error stays as it is, and what has no code stays what it was.
func Explain(err error) error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	for _, b := range beneath {
		if errors.Is(err, b.err) {
			return Refuse(b.code).Because(err)
		}
	}
	return err
}

// StoreFailed reports whether a Store is the cause of err, as against what it keeps.
func StoreFailed(err error) bool {
	for _, cause := range []error{store.ErrBusy, store.ErrConflict, store.ErrUnknownOutcome, store.ErrFull, store.ErrReadOnly, store.ErrDamaged, store.ErrAltered, store.ErrFailed} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// Fault makes an Error for what is found before a workspace is open: the
// folder or the database that args name.
func Fault(c Code, args map[string]any, cause error) *Error {
	return &Error{Code: c, Args: args, cause: cause}
}

// Cause is what a program's log says of an error: what is behind the words of a refusal.
func Cause(err error) error {
	var e *Error
	if errors.As(err, &e) && e.cause != nil {
		return e.cause
	}
	return err
}

// Afterwards is what an act has met, or rather what a store has that failed while it
// was being taken back: that one is never told as a refusal.
func Afterwards(met, undoing error) error {
	if undoing != nil {
		return errors.Join(undoing, met)
	}
	return met
}
