package sealed

import (
	"errors"
	"io"
	"strings"

	"countersign/backend/bundle"
	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// FaultOf is the sentence for what may be wrong with a file.
type FaultOf struct {
	Err error
	As  *cli.Failure
}

// Faults are all of them.
var Faults = []FaultOf{
	{bundle.ErrNotAge, cli.Fail("export_unknown", cli.ExitWrong, words.TerminalFailureExportUnknown, nil)},
	{bundle.ErrNotBundle, cli.Fail("export_foreign", cli.ExitWrong, words.TerminalFailureExportForeign, nil)},
	{bundle.ErrNewer, cli.Fail("export_newer", cli.ExitWrong, words.TerminalFailureExportNewer, nil)},
	{bundle.ErrPassphrase, cli.Fail("passphrase_wrong", cli.ExitRefused, words.TerminalFailurePassphraseWrong, nil)},
	{bundle.ErrNotForKey, cli.Fail("key_wrong", cli.ExitRefused, words.TerminalFailureKeyWrong, nil)},
	{bundle.ErrWork, cli.Fail("export_work", cli.ExitWrong, words.TerminalFailureExportWork, nil)},
	{bundle.ErrCutShort, cli.Fail("export_cut", cli.ExitWrong, words.TerminalFailureExportCut, nil)},
	{bundle.ErrEnd, cli.Fail("export_end", cli.ExitWrong, words.TerminalFailureExportEnd, nil)},
	{bundle.ErrEdited, cli.Fail("export_edited", cli.ExitWrong, words.TerminalFailureExportEdited, nil)},
	{bundle.ErrFiles, cli.Fail("export_files", cli.ExitWrong, words.TerminalFailureExportFiles, nil)},
	{bundle.ErrSignature, cli.Fail("export_signature", cli.ExitWrong, words.TerminalFailureExportSignature, nil)},
	{bundle.ErrHostile, cli.Fail("export_hostile", cli.ExitWrong, words.TerminalFailureExportHostile, nil)},
}

// Fault puts what is wrong with a file into words, and leaves any other error as it is.
func Fault(err error) error {
	if errors.Is(err, bundle.ErrSigner) {
		signer := strings.TrimPrefix(err.Error(), bundle.ErrSigner.Error()+": ")
		return cli.Fail("export_signer", cli.ExitWrong, words.TerminalFailureExportSigner, words.Args{"key": signer})
	}
	for _, f := range Faults {
		if errors.Is(err, f.Err) {
			return f.As
		}
	}
	return err
}

// maxKeyFile bounds a file of private keys.
const maxKeyFile = 1 << 20

// Identities reads a file of private keys, which is called name.
func Identities(r io.Reader, name string) (with bundle.Identities, err error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	defer clear(text)
	if err != nil {
		return with, err
	}
	if len(text) > maxKeyFile {
		return with, cli.Fail("key_file", cli.ExitUsage, words.TerminalFailureKeyFileLong, words.Args{"file": name})
	}
	with, err = bundle.ParseIdentities(secret.NewText(string(text)))
	var lines bundle.LinesError
	if errors.As(err, &lines) {
		why, ok := keyFileFaults[lines[0].Reason]
		if !ok {
			why = words.TerminalFailureKeyFileForm
		}
		return with, cli.Fail("key_file", cli.ExitUsage, why, words.Args{"file": name, "line": lines[0].Line})
	}
	return with, err
}

// keyFileFaults are the sentences for what may be wrong with a file of keys.
var keyFileFaults = map[bundle.Reason]words.Key{
	bundle.ReasonNone:   words.TerminalFailureKeyFileNone,
	bundle.ReasonLocked: words.TerminalFailureKeyFileLocked,
	bundle.ReasonTypo:   words.TerminalFailureKeyFileTypo,
	bundle.ReasonPublic: words.TerminalFailureKeyFilePublic,
	bundle.ReasonOther:  words.TerminalFailureKeyFileOther,
}

// Recipients reads public keys.
func Recipients(keys []string) (to bundle.Recipients, err error) {
	to, err = bundle.ParseRecipients(strings.Join(keys, "\n"))
	var lines bundle.LinesError
	if errors.As(err, &lines) {
		err = cli.Fail("recipient_key", cli.ExitUsage, words.TerminalFailureRecipientKey, nil)
	}
	return to, err
}
