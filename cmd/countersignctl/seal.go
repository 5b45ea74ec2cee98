package main

import (
	"context"
	"errors"
	"strings"

	"countersign/backend/bundle"
	"countersign/backend/password"
	"countersign/cmd/internal/cli"
)

var errPassphraseDiffers = cli.Fail("passphrase_differs", "The two passphrases are not the same. Start again.", cli.ExitUsage)

// sealFor says for whom a file is encrypted: the keys of --recipient, or else a
// passphrase that is asked for twice.
func (e *env) sealFor(ctx context.Context) (to bundle.Recipients, err error) {
	if len(e.recipients) > 0 {
		to, err = bundle.ParseRecipients(strings.Join(e.recipients, "\n"))
		var lines bundle.LinesError
		if errors.As(err, &lines) {
			return to, cli.Fail("recipient_key", "--recipient: this is not a public key that begins with age1. Copy it again.", cli.ExitUsage)
		}
		return to, err
	}
	typed, err := e.ask(ctx, "New passphrase for the file", false)
	if err != nil {
		return to, err
	}
	if password.Check(typed, password.MinLength, nil) != nil {
		return to, cli.Fail("passphrase_weak", "The passphrase is too short or easy to guess. Use 15 characters or more.", cli.ExitUsage)
	}
	again, err := e.ask(ctx, "The same passphrase again", false)
	if err != nil {
		return to, err
	}
	if again.Reveal() != typed.Reveal() {
		return to, errPassphraseDiffers
	}
	return bundle.ToPassphrase(typed)
}
