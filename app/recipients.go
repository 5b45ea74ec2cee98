package app

import (
	"errors"
	"strings"

	"countersign/backend/bundle"
	"countersign/backend/password"
)

// encryptTo reads for whom a file is encrypted: recipient keys, or else a passphrase.
func (in *signIn) encryptTo(recipients string, passphrase Envelope) (bundle.Recipients, error) {
	if strings.TrimSpace(recipients) != "" {
		to, err := bundle.ParseRecipients(recipients)
		var lines bundle.LinesError
		if errors.As(err, &lines) {
			return to, &shellError{
				code: codeRecipientsWrong, field: "recipients",
				args: map[string]any{"line": lines[0].Line, "why": string(lines[0].Reason)},
			}
		}
		return to, err
	}
	typed, err := in.keys.open(holdsPassphrase, passphrase)
	if err != nil {
		return bundle.Recipients{}, err
	}
	if err := password.Check(typed, password.MinLength, nil); err != nil {
		return bundle.Recipients{}, &shellError{
			code: codePassphraseWeak, field: "passphrase",
			args: map[string]any{"minimum": password.MinLength}, cause: err,
		}
	}
	return bundle.ToPassphrase(typed)
}
