package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// maxLine is how long an answer may be, in bytes.
const maxLine = 16 << 10

// ask reads an answer: the next line of standard input with --stdin, and else
// what is typed at the terminal, which is shown only where echo is on. What is asked for is
// a name in lower case, without the colon.
func (e *env) ask(ctx context.Context, what words.Key, echo bool) (secret.Text, error) {
	if e.stdin == nil {
		return secret.Text{}, cli.Usage(words.TerminalUsageNoInput, nil)
	}
	fd := int(e.stdin.Fd())
	if e.fromStdin {
		line, err := readLine(cancellable{ctx, e.stdin})
		if errors.Is(err, io.EOF) {
			return secret.Text{}, cli.Usage(words.TerminalUsageInputEnded, words.Args{"what": say(what, nil)})
		}
		return secret.NewText(line), err
	}
	if !term.IsTerminal(fd) {
		return secret.Text{}, cli.Usage(words.TerminalUsageNoTerminal, nil)
	}
	show := func() error { return nil }
	if !echo { // before the question, so that nothing shows that is typed at once
		var err error
		if show, err = hideTyping(fd); err != nil {
			return secret.Text{}, err
		}
	}
	fmt.Fprint(e.stderr, cli.Capital(say(what, nil))+": ")
	type answer struct {
		text string
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		line, err := readLine(e.stdin)
		typed <- answer{line, err}
	}()
	select {
	case a := <-typed:
		err := errors.Join(a.err, show())
		if !echo {
			fmt.Fprintln(e.stderr)
		}
		if errors.Is(a.err, io.EOF) {
			err = errInterrupted
		}
		return secret.NewText(a.text), err
	case <-ctx.Done():
		err := errors.Join(ctx.Err(), show())
		fmt.Fprintln(e.stderr)
		return secret.Text{}, err
	}
}

// readLine reads up to a line break and nothing beyond it, since the rest is for
// the next question. A last line without a break counts.
func readLine(r io.Reader) (string, error) {
	var line []byte
	defer func() { clear(line) }()
	one := make([]byte, 1)
	for {
		n, err := r.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			if len(line) > 0 && line[len(line)-1] == '\r' {
				line = line[:len(line)-1]
			}
			return string(line), nil
		case n == 1 && len(line) == maxLine:
			return "", cli.Usage(words.TerminalUsageAnswerLong, words.Args{"most": maxLine})
		case n == 1:
			line = append(line, one[0])
		case err == io.EOF && len(line) > 0:
			return string(line), nil
		case err != nil:
			return "", err
		}
	}
}

// isTerminal reports whether a person watches the file.
func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
