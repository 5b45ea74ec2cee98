package main

import (
	"context"
	"fmt"
	"strings"

	"countersign/cmd/internal/cli"
)

var (
	errNeedsYes = cli.Fail("confirmation_needed", "This command asks before it acts, and no one can answer here. Add --yes to act without asking.", cli.ExitUsage)
	errDeclined = cli.Fail("declined", "Nothing was changed.", cli.ExitInterrupted)
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
func (e *env) confirm(ctx context.Context, form string, args ...any) error {
	if e.yes {
		return nil
	}
	fmt.Fprint(e.stderr, cli.Wrap(e.stderr, cli.Printable(fmt.Sprintf(form, args...))))
	answer, err := e.ask(ctx, "Type yes to continue", true)
	if err != nil {
		return err
	}
	if a := strings.ToLower(strings.TrimSpace(answer.Reveal())); a != "yes" && a != "y" {
		return errDeclined
	}
	return nil
}
