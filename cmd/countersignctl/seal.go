package main

import (
	"context"

	"countersign/backend/bundle"
	"countersign/backend/password"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/sealed"
)

var errPassphraseDiffers = cli.Fail("passphrase_differs", cli.ExitUsage, words.TerminalFailurePassphraseDiffers, nil)

// sealFor says for whom a file is encrypted: the keys of --recipient, or else a
// passphrase that is asked for twice.
func (e *env) sealFor(ctx context.Context) (to bundle.Recipients, err error) {
	if len(e.recipients) > 0 {
		return sealed.Recipients(e.recipients)
	}
	typed, err := e.ask(ctx, words.TerminalAskFilePassphrase, false)
	if err != nil {
		return to, err
	}
	if password.Check(typed, password.MinLength, nil) != nil {
		return to, cli.Fail("passphrase_weak", cli.ExitUsage, words.TerminalFailurePassphraseWeak, words.Args{"minimum": password.MinLength})
	}
	again, err := e.ask(ctx, words.TerminalAskAgain, false)
	if err != nil {
		return to, err
	}
	if again.Reveal() != typed.Reveal() {
		return to, errPassphraseDiffers
	}
	return bundle.ToPassphrase(typed)
}
