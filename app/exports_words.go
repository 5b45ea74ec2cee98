package app

import (
	"errors"
	"io/fs"
	"os"

	"countersign/app/platform"
	"countersign/backend/bundle"
	"countersign/backend/secret"
)

// exportFaults are the words for a file that is not what it should be. A field is
// what was typed wrong.
var exportFaults = []struct {
	err     error
	code    string
	field   string
	message string
}{
	{bundle.ErrNotAge, codeExportUnknown, "", "This is not an encrypted file. Choose another."},
	{bundle.ErrNotBundle, codeExportForeign, "", "Countersign did not make this file. The age tool can open it."},
	{bundle.ErrNewer, codeExportNewer, "", "A newer version of Countersign made this file. Open it with that version."},
	{bundle.ErrPassphrase, codeExportPassphrase, "passphrase", "The passphrase does not open the file. Try again."},
	{bundle.ErrNotForKey, codeExportKey, "key", "The file is for another key. Use the one that it was made for."},
	{bundle.ErrWork, codeExportWork, "", "To try a passphrase would take more memory and time than any honest file asks for. Do not trust it."},
	{bundle.ErrCutShort, codeExportCut, "", "The file ends too early. Copy it again."},
	{bundle.ErrEnd, codeExportEnd, "", "The end of the file is missing or was changed. Copy it again."},
	{bundle.ErrEdited, codeExportEdited, "", "The file was changed after it was written. Do not trust it."},
	{bundle.ErrFiles, codeExportFiles, "", "The files are not those that its maker has signed. Do not trust it."},
	{bundle.ErrSignature, codeExportSignature, "", "The signature is wrong. Do not trust it."},
	{bundle.ErrHostile, codeExportHostile, "", "It holds what no file of Countersign holds. Do not trust it."},
	{bundle.ErrSigner, codeExportChanged, "", "Another file has taken its place. Open it again."},
	{bundle.ErrNeedsKey, codeExportChanged, "", "Another file has taken its place. Open it again."},
	{bundle.ErrNeedsPassphrase, codeExportChanged, "", "Another file has taken its place. Open it again."},
}

// exportFault says what is wrong with a file of this name.
func exportFault(name string, err error) error {
	var own *shellError
	if errors.As(err, &own) {
		return err
	}
	for _, f := range exportFaults {
		if errors.Is(err, f.err) {
			return &shellError{code: f.code, field: f.field, message: f.message, args: map[string]any{"name": name}}
		}
	}
	var system *fs.PathError
	if errors.As(err, &system) || errors.Is(err, platform.ErrNotRegular) {
		return exportUnreadable(name, err)
	}
	return err
}

// extractFault is exportFault where a folder is written, too.
func extractFault(file, folder string, err error) error {
	if errors.Is(err, bundle.ErrExists) {
		return &shellError{
			code: codeExportExists, message: "There is something of that name already. Choose another name.", args: map[string]any{"name": folder},
		}
	}
	for _, f := range exportFaults {
		if errors.Is(err, f.err) {
			return exportFault(file, err)
		}
	}
	var system *fs.PathError
	var moved *os.LinkError
	if errors.As(err, &system) && system.Op != "read" || errors.As(err, &moved) {
		return saveFailed(folder, err)
	}
	return exportFault(file, err)
}

func exportUnreadable(name string, cause error) error {
	return &shellError{
		code: codeExportUnreadable, message: "The file could not be read. Check that you may read it.", args: map[string]any{"name": name}, cause: cause,
	}
}

func exportNone() error {
	return &shellError{code: codeExportNone, message: "No file is open. Choose one."}
}

// parseKeys reads private keys, typed or from a file of this name.
func parseKeys(text secret.Text, name string) (keys bundle.Identities, err error) {
	secret.Confined(func() { keys, err = bundle.ParseIdentities(text) })
	var lines bundle.LinesError
	if !errors.As(err, &lines) {
		return keys, err
	}
	why := string(lines[0].Reason)
	if lines[0].Reason == bundle.ReasonOther { // in the words, other is anything else
		why = "unsupported"
	}
	return keys, &shellError{
		code: codeExportKeyForm, field: "key", message: "That is not a private key. It begins with AGE-SECRET-KEY-1.",
		args: map[string]any{"name": name, "line": lines[0].Line, "why": why},
	}
}
