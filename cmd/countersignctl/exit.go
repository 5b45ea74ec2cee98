package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"countersign/backend/workspace"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1   // something that was not foreseen
	exitUsage       = 2   // the command line
	exitWrong       = 3   // what was looked at is not right
	exitRefused     = 4   // signing in, or the role
	exitUnavailable = 5   // no workspace; folder, database or keychain
	exitInterrupted = 130 // Ctrl+C, as shells have it
)

// exits says what each exit code means, for the manual page.
var exits = []struct {
	code int
	text string
}{
	{exitDone, "It was done, and all that was looked at is right."},
	{exitFailed, "Something went wrong that was not foreseen."},
	{exitUsage, "The command line is not right."},
	{exitWrong, "What was looked at is not right: doctor found a fault, or a log or export does not verify."},
	{exitRefused, "The sign-in was refused, your role does not allow it, or the passphrase or key does not open the file."},
	{exitUnavailable, "There is no workspace, or its folder, database or keychain cannot be used."},
	{exitInterrupted, "It was interrupted."},
}

// errorCodes are those that a script may meet, with the exit code that goes with
// them, for the manual page.
var errorCodes = []struct {
	exit  int
	codes string
	text  string
}{
	{exitUsage, "usage, file_exists, file_unreadable, key_file", "A command or flag, or a file that it names, is not right."},
	{exitWrong, "export_unknown, export_foreign, export_newer, export_work", "The file is no export, or not one that this version can open."},
	{exitWrong, "export_cut, export_end, export_edited, export_files, export_signature, export_signer, export_hostile", "The export is not as the workspace's key has signed it."},
	{exitRefused, "passphrase_wrong, key_wrong", "The passphrase or the key does not open the export, or the secrets file."},
	{exitUsage, "import_empty, import_spreadsheet, import_not_text, import_one_column, import_no_email, import_no_name, import_large, import_many", "The file is no list of members."},
	{exitUsage, "member_unknown, nobody_chosen", "Nobody is, or can be, meant."},
	{exitWrong, "not_authentic", "The database does not match its log, or its log the keychain."},
	{exitRefused, "email_required, password_required, credentials_wrong, throttled, code_required, code_form, code_wrong, code_used, code_expired, code_clock, codes_ahead, authenticator_off, recovery_required, recovery_form, recovery_wrong, recovery_used, recovery_none, challenge_ended, session_ended", "The sign-in was refused, or has ended."},
	{exitRefused, "forbidden", "The profile is neither an owner nor an admin."},
	{exitUsage, "passphrase_weak, passphrase_differs, recipient_key", "The passphrase or key that a file is to be encrypted with is not right."},
	{exitRefused, "two_factor_due, not_owner", "The workspace requires 2FA, which is off; or only an owner may do it."},
	{exitRefused, "password_due", "Without 2FA, the password needs 15 characters or more. Sign in with Countersign to choose one."},
	{exitWrong, "not_backup", "The file is no backup of a workspace."},
	{exitUnavailable, "workspace_there, workspace_elsewhere, keychain_conflict", "The folder or the keychain has a workspace or its items already."},
	{exitRefused, "name_required, name_long, name_form, email_form, email_long, email_taken, email_twice, role_unknown, import_long", "A member cannot be added so. Members import says it of each row, as it does cell_long and quote_open."},
	{exitRefused, "reason_long, reason_form, run_long, run_over, run_cancelled, member_gone, member_suspended, two_factor_off, approval_needed, approval_gone", "The print run cannot be made, or was ended from elsewhere."},
	{exitUnavailable, "no_workspace, no_home", "There is no workspace in the folder, or no folder is named."},
	{exitUnavailable, "database_older, database_newer, database_busy, database_damaged", "The database is of another version, in use, or no database."},
	{exitUnavailable, "folder_read_only, folder_full, folder_failed, file_unwritable", "Nothing can be written there."},
	{exitUnavailable, "keychain_absent, keychain_locked, keychain_slow, keychain_dismissed, keychain_mismatch, keychain_item_missing, keychain_failed, clock_wrong, clock_behind", "The keychain or the clock cannot be used."},
	{exitUnavailable, "secrets_file_damaged, secrets_file_refused", "The secrets file is not as it was written, or is not wanted: the system has a keychain."},
	{exitRefused, "passphrase_required, passphrase_short, passphrase_long, passphrase_common", "The new passphrase of a secrets file is not right."},
	{exitInterrupted, "interrupted", "Somebody pressed Ctrl+C."},
	{exitFailed, "internal", "It was not foreseen; the message is for whoever mends it."},
}

// failure is an error of this program's own, with its code for machines.
type failure struct {
	code string
	text string
	exit int
}

func (f *failure) Error() string { return f.text }

func usage(form string, args ...any) error {
	return &failure{"usage", fmt.Sprintf(form, args...) + ". See countersignctl --help.", exitUsage}
}

var errInterrupted = &failure{"interrupted", "It was interrupted.", exitInterrupted}

// errFound ends a command that has already said what it found.
var errFound = &failure{"found", "", exitWrong}

// said is an error as it is printed.
type said struct {
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Args    map[string]any `json:"args,omitempty"`
}

// explain gives an error its words and its exit code.
func explain(err error) (said, int) {
	var own *failure
	var known *workspace.Error
	switch {
	case errors.As(err, &own):
		return said{Code: own.code, Message: own.text}, own.exit
	case errors.As(err, &known):
		return said{string(known.Code), refusal(known), known.Args}, exitOf(known.Code)
	}
	return said{Code: "internal", Message: err.Error()}, exitFailed
}

func exitOf(c workspace.Code) int {
	switch {
	case c == workspace.CodeNotAuthentic:
		return exitWrong
	case c == workspace.CodeInUse, c == workspace.CodeClockWrong, c == workspace.CodeClockBehind:
		return exitUnavailable
	}
	for _, place := range []string{"keychain_", "secrets_file_", "folder_", "database_"} {
		if strings.HasPrefix(string(c), place) {
			return exitUnavailable
		}
	}
	return exitRefused
}

// fail prints an error to standard error and returns its exit code.
func (e *env) fail(err error) int {
	s, code := explain(err)
	switch {
	case errors.Is(err, errFound):
	case e.json:
		_ = writeJSON(e.stderr, map[string]said{"error": s}) // there is nowhere else to say it
	default:
		fmt.Fprintln(e.stderr, "countersignctl:", printable(s.Message))
	}
	return code
}

// print writes a result: v as JSON, or text.
func (e *env) print(v any, text string) error {
	if e.json {
		return writeJSON(e.stdout, v)
	}
	_, err := io.WriteString(e.stdout, text)
	return err
}

// notice tells a person something beside the result.
func (e *env) notice(form string, args ...any) {
	text := printable(fmt.Sprintf(form, args...))
	if e.json {
		_ = writeJSON(e.stderr, map[string]string{"notice": text}) // it is said beside the result, which stands
		return
	}
	fmt.Fprintln(e.stderr, text)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// printable keeps names and details from moving the cursor, colouring the
// terminal or turning the direction of text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
