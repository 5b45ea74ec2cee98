package app

import (
	"errors"
	"io/fs"
	"os"

	"countersign/app/platform"
	"countersign/backend/bundle"
	"countersign/backend/secret"
)

// exportFaults are the codes for a file that is not what it should be. A field is
// what was typed wrong.
var exportFaults = []struct {
	err   error
	code  string
	field string
}{
	{bundle.ErrNotAge, codeExportUnknown, ""},
	{bundle.ErrNotBundle, codeExportForeign, ""},
	{bundle.ErrNewer, codeExportNewer, ""},
	{bundle.ErrPassphrase, codeExportPassphrase, "passphrase"},
	{bundle.ErrNotForKey, codeExportKey, "key"},
	{bundle.ErrWork, codeExportWork, ""},
	{bundle.ErrCutShort, codeExportCut, ""},
	{bundle.ErrEnd, codeExportEnd, ""},
	{bundle.ErrEdited, codeExportEdited, ""},
	{bundle.ErrFiles, codeExportFiles, ""},
	{bundle.ErrSignature, codeExportSignature, ""},
	{bundle.ErrHostile, codeExportHostile, ""},
	{bundle.ErrSigner, codeExportChanged, ""},
	{bundle.ErrNeedsKey, codeExportChanged, ""},
	{bundle.ErrNeedsPassphrase, codeExportChanged, ""},
}

// exportFault says what is wrong with a file of this name.
func exportFault(name string, err error) error {
	var own *shellError
	if errors.As(err, &own) {
		return err
	}
	for _, f := range exportFaults {
		if errors.Is(err, f.err) {
			return &shellError{code: f.code, field: f.field, args: map[string]any{"name": name}}
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
			code: codeExportExists, args: map[string]any{"name": folder},
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
		code: codeExportUnreadable, args: map[string]any{"name": name}, cause: cause,
	}
}

func exportNone() error {
	return &shellError{code: codeExportNone}
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
		code: codeExportKeyForm, field: "key",
		args: map[string]any{"name": name, "line": lines[0].Line, "why": why},
	}
}
