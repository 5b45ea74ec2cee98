package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// exits says what each exit code means, for the manual page.
var exits = []struct {
	code  int
	means words.Key
}{
	{cli.ExitDone, words.TerminalManExitDone},
	{cli.ExitFailed, words.TerminalManExitFailed},
	{cli.ExitUsage, words.TerminalManExitUsage},
	{cli.ExitWrong, words.TerminalManExitWrong},
	{cli.ExitRefused, words.TerminalManExitRefused},
	{cli.ExitUnavailable, words.TerminalManExitUnavailable},
	{cli.ExitInterrupted, words.TerminalManExitInterrupted},
}

// errorCodes are those that a script may meet, with the exit code that goes with
// them, for the manual page.
var errorCodes = []struct {
	exit  int
	codes []string
	means words.Key
}{
	{cli.ExitUsage, []string{"usage", "file_exists", "file_unreadable", "key_file"}, words.TerminalManErrorUsage},
	{cli.ExitWrong, []string{"export_unknown", "export_foreign", "export_newer", "export_work"}, words.TerminalManErrorExport},
	{cli.ExitWrong, []string{"export_cut", "export_end", "export_edited", "export_files", "export_signature", "export_signer", "export_hostile"}, words.TerminalManErrorExportChanged},
	{cli.ExitRefused, []string{"passphrase_wrong", "key_wrong"}, words.TerminalManErrorPassphrase},
	{cli.ExitUsage, []string{"import_empty", "import_spreadsheet", "import_not_text", "import_one_column", "import_no_email", "import_no_name", "import_large", "import_many"}, words.TerminalManErrorImport},
	{cli.ExitUsage, []string{"member_unknown", "nobody_chosen"}, words.TerminalManErrorMemberUnknown},
	{cli.ExitUsage, []string{"kind_needed"}, words.TerminalManErrorKindNeeded},
	{cli.ExitUsage, []string{"computer_ambiguous"}, words.TerminalManErrorComputerAmbiguous},
	{cli.ExitRefused, []string{"app_gone", "app_last", "apps_full", "app_name", "app_name_taken"}, words.TerminalManErrorApp},
	{cli.ExitRefused, []string{"computer_unknown", "computer_gone", "computer_here", "computers_full", "computer_name"}, words.TerminalManErrorComputer},
	{cli.ExitUsage, []string{"sheet_unknown"}, words.TerminalManErrorSheetUnknown},
	{cli.ExitRefused, []string{"invitation_link", "invitation_required", "invitation_form", "invitation_wrong", "server_address", "server_key", "server_unreachable", "server_other", "server_certificate", "server_failed"}, words.TerminalManErrorJoin},
	{cli.ExitUsage, []string{"password_differs"}, words.TerminalManErrorPasswordDiffers},
	{cli.ExitRefused, []string{"password_short", "password_long", "password_common"}, words.TerminalManErrorNewPassword},
	{cli.ExitUnavailable, []string{"not_joined"}, words.TerminalManErrorNotJoined},
	{cli.ExitUsage, []string{"news_unknown"}, words.TerminalManErrorNewsUnknown},
	{cli.ExitUsage, []string{"confirmation_needed"}, words.TerminalManErrorConfirmation},
	{cli.ExitWrong, []string{"not_authentic", "log_not_authentic"}, words.TerminalManErrorNotAuthentic},
	{cli.ExitRefused, []string{"email_required", "password_required", "credentials_wrong", "throttled", "code_required", "code_form", "code_wrong", "code_used", "code_expired", "code_clock", "codes_ahead", "authenticator_off", "factor_required", "recovery_required", "recovery_form", "recovery_wrong", "recovery_used", "recovery_none", "challenge_ended", "session_ended", "confirmed_late"}, words.TerminalManErrorSignIn},
	{cli.ExitRefused, []string{"log_restored", "log_not_restored", "log_code", "log_code_other", "event_unknown"}, words.TerminalManErrorLog},
	{cli.ExitRefused, []string{"forbidden"}, words.TerminalManErrorForbidden},
	{cli.ExitUsage, []string{"passphrase_weak", "passphrase_differs", "recipient_key"}, words.TerminalManErrorSeal},
	{cli.ExitRefused, []string{"two_factor_due", "not_owner"}, words.TerminalManErrorTwoFactorDue},
	{cli.ExitRefused, []string{"password_due"}, words.TerminalManErrorPasswordDue},
	{cli.ExitWrong, []string{"not_backup", "backup_of_server"}, words.TerminalManErrorNotBackup},
	{cli.ExitUnavailable, []string{"workspace_there", "workspace_elsewhere", "keychain_conflict", "no_share"}, words.TerminalManErrorRestore},
	{cli.ExitRefused, []string{"name_required", "name_long", "name_form", "email_form", "email_long", "email_taken", "email_twice", "role_unknown", "language_unknown", "import_long"}, words.TerminalManErrorMemberWrong},
	{cli.ExitRefused, []string{"member_gone", "member_invited", "member_suspended", "not_invited", "not_yourself", "last_owner", "two_factor_off", "one_time_gone"}, words.TerminalManErrorMember},
	{cli.ExitRefused, []string{"approval_needed", "approval_gone", "approval_own"}, words.TerminalManErrorApproval},
	{cli.ExitRefused, []string{"reason_required", "reason_long", "reason_form", "run_long", "run_over", "run_cancelled"}, words.TerminalManErrorRun},
	{cli.ExitRefused, []string{"run_unknown"}, words.TerminalManErrorRunUnknown},
	{cli.ExitRefused, []string{"check_word_required", "check_word_wrong", "check_word_none", "sheet_required", "sheet_wrong"}, words.TerminalManErrorCheckWord},
	{cli.ExitRefused, []string{"require_alone", "require_past", "require_far", "two_people_alone", "idle_range", "check_days", "workspace_required", "workspace_long", "workspace_form", "support_form", "support_long", "support_link"}, words.TerminalManErrorPolicy},
	{cli.ExitUnavailable, []string{"no_workspace", "no_home"}, words.TerminalManErrorNoWorkspace},
	{cli.ExitUnavailable, []string{"database_older", "database_newer", "database_busy", "database_damaged"}, words.TerminalManErrorDatabase},
	{cli.ExitUnavailable, []string{"outcome_unknown"}, words.TerminalManErrorOutcomeUnknown},
	{cli.ExitUnavailable, []string{"folder_read_only", "folder_full", "folder_failed", "file_unwritable"}, words.TerminalManErrorFolder},
	{cli.ExitUnavailable, []string{"keychain_absent", "keychain_locked", "keychain_slow", "keychain_dismissed", "keychain_mismatch", "keychain_item_missing", "keychain_failed", "clock_wrong", "clock_behind"}, words.TerminalManErrorKeychain},
	{cli.ExitUnavailable, []string{"secrets_file_damaged", "secrets_file_refused"}, words.TerminalManErrorSecretsFile},
	{cli.ExitRefused, []string{"passphrase_required", "passphrase_short", "passphrase_long", "passphrase_common"}, words.TerminalManErrorNewPassphrase},
	{cli.ExitInterrupted, []string{"interrupted"}, words.TerminalManErrorInterrupted},
	{cli.ExitInterrupted, []string{"declined"}, words.TerminalManErrorDeclined},
	{cli.ExitFailed, []string{"internal"}, words.TerminalManErrorInternal},
}

var errInterrupted = cli.Fail("interrupted", cli.ExitInterrupted, words.TerminalFailureInterrupted, nil)

// errFound ends a command that has already said what it found.
var errFound = &cli.Failure{Code: "found", Exit: cli.ExitWrong}

// explain gives an error its words and its exit code.
func explain(err error) (cli.Told, int) {
	var own *cli.Failure
	var known *service.Error
	switch {
	case errors.As(err, &own):
		return cli.Told{Code: own.Code, Message: own.Error()}, own.Exit
	case errors.As(err, &known):
		return cli.Told{Code: string(known.Code), Message: refusal(known), Args: known.Args}, exitOf(known.Code)
	}
	return cli.Told{Code: "internal", Message: err.Error()}, cli.ExitFailed
}

func exitOf(c service.Code) int {
	switch {
	case c == service.CodeNotAuthentic, c == service.CodeLogNotAuthentic:
		return cli.ExitWrong
	case c == service.CodeInUse, c == service.CodeOutcomeUnknown, c == service.CodeAnswerLost, c == service.CodeClockWrong, c == service.CodeClockBehind:
		return cli.ExitUnavailable
	}
	for _, place := range []string{"keychain_", "secrets_file_", "folder_", "database_"} {
		if strings.HasPrefix(string(c), place) {
			return cli.ExitUnavailable
		}
	}
	return cli.ExitRefused
}

// fail prints an error to standard error and returns its exit code.
func (e *env) fail(err error) int {
	told, code := explain(err)
	if !errors.Is(err, errFound) {
		cli.Tell(e.stderr, "countersignctl", told, e.json)
	}
	return code
}

// print writes a result: v as JSON, or text.
func (e *env) print(v any, text string) error {
	if e.json {
		return cli.WriteJSON(e.stdout, v)
	}
	_, err := io.WriteString(e.stdout, cli.PrintableLines(text))
	return err
}

// notice tells a person something beside the result.
func (e *env) notice(key words.Key, args words.Args) {
	text := cli.Printable(say(key, args))
	if e.json {
		_ = cli.WriteJSON(e.stderr, map[string]string{"notice": text}) // it is said beside the result, which stands
		return
	}
	fmt.Fprintln(e.stderr, text)
}
