package main

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// say is what the terminal says: a message of the catalogue.
func say(key words.Key, args words.Args) string { return cli.Say(key, args) }

func minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// exits says what each exit code means, for the manual page.
var exits = []struct {
	code  int
	means words.Key
}{
	{cli.ExitDone, words.TerminalManExitDone},
	{cli.ExitFailed, words.TerminalManExitFailed},
	{cli.ExitUsage, words.TerminalServerManExitUsage},
	{cli.ExitWrong, words.TerminalServerManExitWrong},
	{cli.ExitRefused, words.TerminalServerManExitRefused},
	{cli.ExitUnavailable, words.TerminalServerManExitUnavailable},
	{cli.ExitInterrupted, words.TerminalServerManExitInterrupted},
}

// errorCodes are those that a script may meet, with the exit code that goes with them, for the manual page.
var errorCodes = []struct {
	exit  int
	codes []string
	means words.Key
}{
	{cli.ExitUsage, []string{"usage", "config"}, words.TerminalServerManErrorConfig},
	{cli.ExitUnavailable, []string{"key_missing", "key_exposed", "key_form", "key_other", "key_unreadable"}, words.TerminalServerManErrorKey},
	{cli.ExitUnavailable, []string{"certificate", "listen"}, words.TerminalServerManErrorCertificate},
	{cli.ExitUnavailable, []string{"database_older", "database_newer", "database_altered", "database_read_only", "database_busy", "database_full", "database_failed", "outcome_unknown"}, words.TerminalServerManErrorDatabase},
	{cli.ExitUnavailable, []string{"no_workspace"}, words.TerminalServerManErrorNoWorkspace},
	{cli.ExitRefused, []string{"workspace_exists"}, words.TerminalServerManErrorWorkspaceExists},
	{cli.ExitRefused, []string{"workspace_required", "workspace_long", "workspace_form", "name_required", "name_long", "name_form", "email_required", "email_form", "email_long"}, words.TerminalServerManErrorFields},
	{cli.ExitWrong, []string{"not_authentic"}, words.TerminalServerManErrorNotAuthentic},
	{cli.ExitUsage, []string{"file_exists", "file_unreadable", "passphrase_weak", "passphrase_differs", "recipient_key", "key_file"}, words.TerminalServerManErrorFile},
	{cli.ExitUnavailable, []string{"file_unwritable"}, words.TerminalServerManErrorFileUnwritable},
	{cli.ExitRefused, []string{"passphrase_wrong", "key_wrong"}, words.TerminalServerManErrorFileLocked},
	{cli.ExitWrong, []string{"not_backup", "backup_of_computer", "backup_of_server", "backup_not_authentic"}, words.TerminalServerManErrorNotBackup},
	{cli.ExitWrong, []string{"export_unknown", "export_foreign", "export_newer", "export_work", "export_cut", "export_end", "export_edited", "export_files", "export_signature", "export_signer", "export_hostile"}, words.TerminalServerManErrorDamaged},
	{cli.ExitInterrupted, []string{"interrupted"}, words.TerminalManErrorInterrupted},
	{cli.ExitFailed, []string{"internal"}, words.TerminalManErrorInternal},
}

// manual is what the manual page says beside the commands.
func manual() []cli.Section {
	var status, errors, variables [][2]string
	for _, x := range exits {
		status = append(status, [2]string{strconv.Itoa(x.code), say(x.means, nil)})
	}
	for _, x := range errorCodes {
		errors = append(errors, [2]string{strings.Join(x.codes, ", "), say(words.TerminalManError, words.Args{"means": say(x.means, nil), "exit": x.exit})})
	}
	for _, k := range keys {
		variables = append(variables, [2]string{k.name + ", " + k.variable(), cli.Sentence(say(k.text, words.Args{"default": k.fallback}))})
	}
	return []cli.Section{
		{Title: say(words.TerminalServerManConfig, nil), Paragraphs: []string{say(words.TerminalServerManConfigForm, words.Args{"file": defaultConfig, "prefix": environment})}, Items: variables},
		{Title: say(words.TerminalManExits, nil), Items: status},
		{Title: say(words.TerminalManErrors, nil), Items: errors},
	}
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
	case errors.As(err, &known) && known.Code == service.CodeWorkspaceExists:
		return cli.Told{Code: string(known.Code), Message: say(words.TerminalServerInitExists, nil)}, cli.ExitRefused
	case errors.As(err, &known) && known.Code == service.CodeNotAuthentic:
		return cli.Told{Code: string(known.Code), Message: say(words.TerminalServerFailureNotAuthentic, nil)}, cli.ExitWrong
	case errors.As(err, &known):
		return cli.Told{Code: string(known.Code), Message: sentences.Refusal(cli.Words(), known), Args: known.Args}, cli.ExitRefused
	}
	return cli.Told{Code: "internal", Message: err.Error()}, cli.ExitFailed
}

// fail prints an error to standard error and returns its exit code.
func (e *env) fail(err error) int {
	told, code := explain(databaseFault(err))
	if !errors.Is(err, errFound) {
		cli.Tell(e.stderr, "countersignd", told, e.json)
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
