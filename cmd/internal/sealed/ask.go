// Package sealed is what the command-line programs have in common that work with encrypted files: asking for a passphrase, reading
// private keys, and the sentences for what may be wrong with a file.
package sealed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

func say(key words.Key, args words.Args) string { return cli.Words().Text(key, args) }

// ErrEnded is Ask's answer where the terminal was closed.
var ErrEnded = errors.New("the input has ended")

// maxLine is how long an answer may be, in bytes.
const maxLine = 16 << 10

// Ask asks at the terminal that in is. What is typed is shown only where echo is on. What is asked for is a
// name in lower case, without the colon.
func Ask(ctx context.Context, in, out *os.File, what words.Key, echo bool) (secret.Text, error) {
	show := func() error { return nil }
	if !echo { // before the question, so that nothing shows that is typed at once
		var err error
		if show, err = hideTyping(int(in.Fd())); err != nil {
			return secret.Text{}, err
		}
	}
	fmt.Fprint(out, cli.Capital(say(what, nil))+": ")
	type answer struct {
		text string
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		line, err := ReadLine(in)
		typed <- answer{line, err}
	}()
	select {
	case a := <-typed:
		err := errors.Join(a.err, show())
		if !echo {
			fmt.Fprintln(out)
		}
		if errors.Is(a.err, io.EOF) {
			err = ErrEnded
		}
		return secret.NewText(a.text), err
	case <-ctx.Done():
		err := errors.Join(ctx.Err(), show())
		fmt.Fprintln(out)
		return secret.Text{}, err
	}
}

// ReadLine reads up to a line break and nothing beyond it, since the rest is for
// the next question. A last line without a break counts.
func ReadLine(r io.Reader) (string, error) {
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
