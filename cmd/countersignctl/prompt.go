package main

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"

	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/sealed"
)

// ask reads an answer: the next line of standard input with --stdin, and else
// what is typed at the terminal, which is shown only where echo is on. What is asked for is
// a name in lower case, without the colon.
func (e *env) ask(ctx context.Context, what words.Key, echo bool) (secret.Text, error) {
	if e.stdin == nil {
		return secret.Text{}, cli.Usage(words.TerminalUsageNoInput, nil)
	}
	fd := int(e.stdin.Fd())
	if e.fromStdin {
		line, err := sealed.ReadLine(cancellable{ctx, e.stdin})
		if errors.Is(err, io.EOF) {
			return secret.Text{}, cli.Usage(words.TerminalUsageInputEnded, words.Args{"what": say(what, nil)})
		}
		return secret.NewText(line), err
	}
	if !term.IsTerminal(fd) {
		return secret.Text{}, cli.Usage(words.TerminalUsageNoTerminal, nil)
	}
	typed, err := sealed.Ask(ctx, e.stdin, e.stderr, what, echo)
	if errors.Is(err, sealed.ErrEnded) {
		err = errInterrupted
	}
	return typed, err
}

// isTerminal reports whether a person watches the file.
func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
