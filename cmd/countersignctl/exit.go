package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// exits says what each exit code means, for the manual page.
var exits = []struct {
	code int
	text string
}{
	{cli.ExitDone, "It was done, and all that was looked at is right."},
	{cli.ExitFailed, "Unexpected error."},
	{cli.ExitUsage, "The command line is wrong."},
	{cli.ExitWrong, "What was looked at is wrong: doctor found a fault, or a log or export does not verify."},
	{cli.ExitRefused, "The sign-in was refused, your role does not allow it, the workspace does not allow it now, or the passphrase or key does not open the file."},
	{cli.ExitUnavailable, "There is no workspace, or its folder, database or keychain cannot be used."},
	{cli.ExitInterrupted, "It was interrupted, or its question was not answered with yes."},
}

// errorCodes are those that a script may meet, with the exit code that goes with
// them, for the manual page.
var errorCodes = []struct {
	exit  int
	codes string
	text  string
}{
	{cli.ExitUsage, "usage, file_exists, file_unreadable, key_file", "The command line is wrong, or a file that it names is there already or can’t be read."},
	{cli.ExitWrong, "export_unknown, export_foreign, export_newer, export_work", "The file isn’t an export, or this version can’t open it."},
	{cli.ExitWrong, "export_cut, export_end, export_edited, export_files, export_signature, export_signer, export_hostile", "The export isn’t as the workspace’s key signed it."},
	{cli.ExitRefused, "passphrase_wrong, key_wrong", "The passphrase or the key doesn’t open the export or the secrets file."},
	{cli.ExitUsage, "import_empty, import_spreadsheet, import_not_text, import_one_column, import_no_email, import_no_name, import_large, import_many", "The file isn’t a list of members."},
	{cli.ExitUsage, "member_unknown, nobody_chosen", "No matching member."},
	{cli.ExitUsage, "sheet_unknown", "The print run has no such sheet."},
	{cli.ExitUsage, "confirmation_needed", "The command asks before it acts, and no one is there to answer. Add --yes."},
	{cli.ExitWrong, "not_authentic", "The database doesn’t match its log, or the log doesn’t match the keychain."},
	{cli.ExitRefused, "email_required, password_required, credentials_wrong, throttled, code_required, code_form, code_wrong, code_used, code_expired, code_clock, codes_ahead, authenticator_off, factor_required, recovery_required, recovery_form, recovery_wrong, recovery_used, recovery_none, challenge_ended, session_ended, confirmed_late", "The sign-in was refused, or has ended."},
	{cli.ExitRefused, "forbidden", "Your role doesn’t allow this."},
	{cli.ExitUsage, "passphrase_weak, passphrase_differs, recipient_key", "The passphrase is too weak, was entered in two ways, or the key isn’t a public key."},
	{cli.ExitRefused, "two_factor_due, not_owner", "The workspace requires 2FA, and yours is off; or only an owner can do it."},
	{cli.ExitRefused, "password_due", "Without 2FA, the password needs 15 characters or more. Sign in with Countersign to choose one."},
	{cli.ExitWrong, "not_backup", "The file isn’t a backup of a workspace."},
	{cli.ExitUnavailable, "workspace_there, workspace_elsewhere, keychain_conflict", "The folder has a workspace already, or the keychain has its items."},
	{cli.ExitRefused, "name_required, name_long, name_form, email_form, email_long, email_taken, email_twice, role_unknown, import_long", "A member can’t be added like this. members import says it of each row, and also cell_long and quote_open."},
	{cli.ExitRefused, "member_gone, member_invited, member_suspended, not_yourself, last_owner, two_factor_off", "It can’t be done to this member, or not by you."},
	{cli.ExitRefused, "approval_needed, approval_gone, approval_own", "A second admin has to approve it first, or the approval doesn’t cover it."},
	{cli.ExitRefused, "reason_required, reason_long, reason_form, run_long, run_over, run_cancelled", "The print run can’t be made, or was ended from elsewhere."},
	{cli.ExitRefused, "run_unknown", "There is no such print run."},
	{cli.ExitRefused, "check_word_required, check_word_wrong, check_word_none", "The check word is wrong, or you have no sheet to confirm."},
	{cli.ExitRefused, "require_alone, require_past, require_far, two_people_alone, idle_range", "The policy can’t be like this, or not yet."},
	{cli.ExitUnavailable, "no_workspace, no_home", "There is no workspace in the folder, or no folder is known."},
	{cli.ExitUnavailable, "database_older, database_newer, database_busy, database_damaged", "The database is of another version, in use, or damaged."},
	{cli.ExitUnavailable, "folder_read_only, folder_full, folder_failed, file_unwritable", "The folder or the file can’t be written."},
	{cli.ExitUnavailable, "keychain_absent, keychain_locked, keychain_slow, keychain_dismissed, keychain_mismatch, keychain_item_missing, keychain_failed, clock_wrong, clock_behind", "The keychain or the clock can’t be used."},
	{cli.ExitUnavailable, "secrets_file_damaged, secrets_file_refused", "The secrets file was damaged or changed, or isn’t needed because the system has a keychain."},
	{cli.ExitRefused, "passphrase_required, passphrase_short, passphrase_long, passphrase_common", "The new passphrase of a secrets file can’t be used."},
	{cli.ExitInterrupted, "interrupted", "Someone pressed Ctrl+C."},
	{cli.ExitInterrupted, "declined", "The question before the act was not answered with yes. Nothing was changed."},
	{cli.ExitFailed, "internal", "Unexpected error. Report it with the message."},
}

var errInterrupted = cli.Fail("interrupted", "It was interrupted.", cli.ExitInterrupted)

// errFound ends a command that has already said what it found.
var errFound = cli.Fail("found", "", cli.ExitWrong)

// explain gives an error its words and its exit code.
func explain(err error) (cli.Told, int) {
	var own *cli.Failure
	var known *workspace.Error
	switch {
	case errors.As(err, &own):
		return cli.Told{Code: own.Code, Message: own.Text}, own.Exit
	case errors.As(err, &known):
		return cli.Told{Code: string(known.Code), Message: refusal(known), Args: known.Args}, exitOf(known.Code)
	}
	return cli.Told{Code: "internal", Message: err.Error()}, cli.ExitFailed
}

func exitOf(c workspace.Code) int {
	switch {
	case c == workspace.CodeNotAuthentic:
		return cli.ExitWrong
	case c == workspace.CodeInUse, c == workspace.CodeClockWrong, c == workspace.CodeClockBehind:
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
	_, err := io.WriteString(e.stdout, text)
	return err
}

// notice tells a person something beside the result.
func (e *env) notice(form string, args ...any) {
	text := cli.Printable(fmt.Sprintf(form, args...))
	if e.json {
		_ = cli.WriteJSON(e.stderr, map[string]string{"notice": text}) // it is said beside the result, which stands
		return
	}
	fmt.Fprintln(e.stderr, text)
}
