package main

import (
	"context"
	"fmt"
	"strings"

	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

var (
	errNeedsYes = cli.Fail("confirmation_needed", cli.ExitUsage, words.TerminalFailureConfirmationNeeded, nil)
	errDeclined = cli.Fail("declined", cli.ExitInterrupted, words.TerminalFailureDeclined, nil)
)

// canAsk refuses an act that asks first where no one can answer, before anyone enters a
// password.
func (e *env) canAsk() error {
	if e.yes || !e.fromStdin && isTerminal(e.stdin) {
		return nil
	}
	return errNeedsYes
}

// confirm asks before an act that takes something away, unless --yes has answered. Only
// yes is a yes.
func (e *env) confirm(ctx context.Context, question words.Key, args words.Args) error {
	if e.yes {
		return nil
	}
	fmt.Fprint(e.stderr, cli.Wrap(e.stderr, cli.Printable(say(question, args))))
	answer, err := e.ask(ctx, words.TerminalAskYes, true)
	if err != nil {
		return err
	}
	if a := strings.ToLower(strings.TrimSpace(answer.Reveal())); a != "yes" && a != "y" {
		return errDeclined
	}
	return nil
}
