package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/backend/bundle"
	"countersign/backend/folder"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/sealed"
)

// sealFlags are for whom a file is encrypted, beside the passphrase.
func sealFlags(c *cobra.Command, o *options) {
	c.Flags().StringArrayVar(&o.recipients, "recipient", nil, say(words.TerminalFlagRecipient, nil))
}

// openFlags are what opens a file, beside the passphrase.
func openFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.identity, "identity", "", say(words.TerminalFlagIdentity, nil))
	files(c, "identity")
}

// sealFor says for whom a file is encrypted: the keys of --recipient, or else a passphrase from the settings or the terminal.
func (e *env) sealFor(ctx context.Context, c *config) (to bundle.Recipients, err error) {
	if len(e.recipients) > 0 {
		return sealed.Recipients(e.recipients)
	}
	typed := c.passphrase
	if typed.Empty() {
		if typed, err = e.ask(ctx, words.TerminalAskFilePassphrase); err != nil {
			return to, err
		}
		again, err := e.ask(ctx, words.TerminalAskAgain)
		if err != nil {
			return to, err
		}
		if again.Reveal() != typed.Reveal() {
			return to, cli.Fail("passphrase_differs", cli.ExitUsage, words.TerminalFailurePassphraseDiffers, nil)
		}
	}
	if password.Check(typed, password.MinLength, nil) != nil {
		return to, cli.Fail("passphrase_weak", cli.ExitUsage, words.TerminalFailurePassphraseWeak, words.Args{"minimum": password.MinLength})
	}
	return bundle.ToPassphrase(typed)
}

// ask asks at the terminal.
func (e *env) ask(ctx context.Context, what words.Key) (secret.Text, error) {
	if e.stdin == nil || !term.IsTerminal(int(e.stdin.Fd())) {
		return secret.Text{}, cli.Usage(words.TerminalServerUsageNoPassphrase, nil)
	}
	typed, err := sealed.Ask(ctx, e.stdin, e.terminal, what, false)
	if errors.Is(err, sealed.ErrEnded) {
		err = errInterrupted
	}
	return typed, err
}

// sealedFile is a file that is read from its beginning, more than once.
type sealedFile struct {
	*os.File
	with bundle.Identities
}

// open opens a file and asks for what it is locked with.
func (e *env) open(ctx context.Context, c *config, name string) (in *sealedFile, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, unreadable(err)
	}
	in = &sealedFile{File: f}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, unreadable(errors.Join(err, errors.New("it’s not a file")))
	}
	lock, err := bundle.LockOf(f)
	if err != nil {
		return nil, fileFault(err)
	}
	switch {
	case lock == bundle.LockKeys && e.identity == "":
		return nil, cli.Usage(words.TerminalUsageForKey, nil)
	case lock == bundle.LockPassphrase && e.identity != "":
		return nil, cli.Usage(words.TerminalUsageNotForKey, nil)
	case lock == bundle.LockKeys:
		in.with, err = readIdentities(e.identity)
		return in, err
	}
	typed := c.passphrase
	if typed.Empty() {
		typed, err = e.ask(ctx, words.TerminalAskPassphrase)
	}
	in.with = bundle.WithPassphrase(typed)
	return in, err
}

func readIdentities(name string) (with bundle.Identities, err error) {
	f, err := os.Open(name)
	if err != nil {
		return with, unreadable(err)
	}
	defer f.Close()
	with, err = sealed.Identities(f, name)
	return with, fileFault(err)
}

// again reads the bundle from its beginning. The reading ends with ctx.
func (f *sealedFile) again(ctx context.Context) (*bundle.Reader, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return bundle.Open(untilDone{ctx, f.File}, f.with)
}

// untilDone is a file whose reading a signal ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}

func unreadable(err error) error {
	return cli.Fail("file_unreadable", cli.ExitUsage, words.TerminalFailureFileUnreadable, words.Args{"why": err})
}

// fileFault puts what is wrong with a file into words, and leaves any other error as it is.
func fileFault(err error) error {
	var system *os.PathError
	if errors.As(err, &system) {
		return unreadable(err)
	}
	return sealed.Fault(err)
}

// writeFresh writes a file that is complete or absent, and never in the place of another. Only its owner can read it.
func writeFresh(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fileExists(path)
	}
	f, err := folder.CreateWhole(path)
	if err != nil {
		return unwritable(path, err)
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	if err := write(f); err != nil {
		if folder.IsFull(err) || errors.Is(err, folder.ErrFull) {
			return unwritable(path, err)
		}
		return err
	}
	_, err = f.KeepFree(slices.Values([]string{path}))
	if errors.Is(err, fs.ErrExist) {
		return fileExists(path)
	}
	if err != nil {
		return unwritable(path, err)
	}
	return nil
}

func fileExists(path string) error {
	return cli.Fail("file_exists", cli.ExitUsage, words.TerminalServerFailureFileExists, words.Args{"file": path})
}

func unwritable(path string, err error) error {
	return cli.Fail("file_unwritable", cli.ExitUnavailable, words.TerminalFailureFileUnwritable, words.Args{"file": path, "why": bare(err)})
}
