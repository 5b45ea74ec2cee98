package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"countersign/backend/bundle"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/sealed"
)

func exportVerify(ctx context.Context, e *env, args []string) error {
	c, err := e.readBundle(ctx, args, (*bundle.Reader).Verify)
	if err != nil {
		return err
	}
	return e.reportBundle(c, "")
}

func exportOpen(ctx context.Context, e *env, args []string) error {
	if _, err := os.Lstat(e.into); err == nil {
		return intoExists(e.into)
	}
	c, err := e.readBundle(ctx, args, func(r *bundle.Reader) (bundle.Contents, error) { return r.Extract(e.into) })
	if err != nil {
		return err
	}
	return e.reportBundle(c, e.into)
}

func intoExists(path string) error {
	return cli.Fail("file_exists", cli.ExitUsage, words.TerminalFailureFolderExists, words.Args{"folder": path})
}

// readBundle opens the file with what it is locked with, and reads all of it.
func (e *env) readBundle(ctx context.Context, args []string, read func(*bundle.Reader) (bundle.Contents, error)) (c bundle.Contents, err error) {
	noted, err := e.notedKey()
	if err != nil {
		return c, err
	}
	f, err := openInput(ctx, args[0])
	if err != nil {
		return c, unreadable(err)
	}
	defer f.Close()
	lock, err := bundle.LockOf(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return c, e.bundleFault(err)
	}
	with, err := e.unlock(ctx, lock)
	if err != nil {
		return c, err
	}
	in, done := e.watched(f)
	defer done()
	r, err := bundle.Open(in, with)
	if err != nil {
		return c, e.bundleFault(err)
	}
	if noted != nil {
		r.Expect(*noted)
	}
	if c, err = read(r); err != nil {
		return c, e.bundleFault(err)
	}
	return c, nil
}

// notedKey reads --fingerprint.
func (e *env) notedKey() (*bundle.Fingerprint, error) {
	if e.fingerprint == "" {
		return nil, nil
	}
	f, err := bundle.ParseFingerprint(e.fingerprint)
	if err != nil {
		return nil, cli.Usage(words.TerminalUsageFingerprint, nil)
	}
	return &f, nil
}

// unlock asks for what the file is locked with.
func (e *env) unlock(ctx context.Context, lock bundle.Lock) (with bundle.Identities, err error) {
	switch {
	case lock == bundle.LockPassphrase && e.identity != "":
		return with, cli.Usage(words.TerminalUsageNotForKey, nil)
	case lock == bundle.LockKeys && e.identity == "":
		return with, cli.Usage(words.TerminalUsageForKey, nil)
	case lock == bundle.LockKeys:
		return readIdentities(ctx, e.identity)
	}
	typed, err := e.ask(ctx, words.TerminalAskPassphrase, false)
	return bundle.WithPassphrase(typed), err
}

func readIdentities(ctx context.Context, name string) (with bundle.Identities, err error) {
	f, err := openInput(ctx, name)
	if err != nil {
		return with, unreadable(err)
	}
	defer f.Close()
	with, err = sealed.Identities(f, name)
	var own *cli.Failure
	if err != nil && !errors.As(err, &own) {
		err = unreadable(err)
	}
	return with, err
}

func unreadable(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return cli.Fail("file_unreadable", cli.ExitUsage, words.TerminalFailureFileUnreadable, words.Args{"why": err})
}

// watched shows how far the reading is to a person who watches. done ends the line.
func (e *env) watched(f input) (in io.Reader, done func()) {
	info, err := f.Stat()
	if e.json || err != nil || info.Size() == 0 || !isTerminal(e.stderr) {
		return f, func() {}
	}
	w := &watch{f: f, to: e.stderr, size: info.Size(), shown: -1}
	return w, func() { fmt.Fprintln(e.stderr) }
}

type watch struct {
	f     input
	to    io.Writer
	size  int64
	read  int64
	shown int64
}

func (w *watch) Read(b []byte) (int, error) {
	n, err := w.f.Read(b)
	w.read += int64(n)
	if percent := min(100, 100*w.read/w.size); percent != w.shown {
		w.shown = percent
		fmt.Fprint(w.to, "\r"+say(words.TerminalProgressRead, words.Args{"percent": percent}))
	}
	return n, err
}

func (e *env) bundleFault(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, bundle.ErrExists) {
		return intoExists(e.into)
	}
	if f := sealed.Fault(err); f != err {
		return f
	}
	var system *os.PathError
	if e.into != "" && errors.As(err, &system) {
		return unwritable(e.into, system.Err)
	}
	if errors.As(err, &system) {
		return unreadable(err)
	}
	return err
}

// bundleReport is what --json prints.
type bundleReport struct {
	OK      bool   `json:"ok"`
	Folder  string `json:"folder,omitempty"`
	Matches bool   `json:"fingerprintMatches"` // false: --fingerprint was not given
	bundle.Contents
}

func (e *env) reportBundle(c bundle.Contents, folder string) error {
	var b strings.Builder
	line := func(key words.Key, args words.Args) { b.WriteString(cli.Printable(say(key, args)) + "\n") }
	line(words.TerminalExportContents, words.Args{
		"kind": strings.ReplaceAll(string(c.Kind), "-", "_"), "workspace": c.Workspace, "at": second(c.CreatedAt), "by": c.CreatedBy,
	})
	var keys []string
	for k := range c.Details {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "%s: %s\n", cli.Printable(k), cli.Printable(c.Details[k]))
	}
	for _, f := range c.Files {
		fmt.Fprintf(&b, "  %-32s %18s\n", f.Name, say(words.TerminalExportSize, words.Args{"n": f.Size}))
	}
	line(words.TerminalExportSigned, nil)
	fmt.Fprintln(&b, c.SignedBy)
	if e.fingerprint == "" {
		b.WriteString(say(words.TerminalExportCompare, nil) + "\n")
	} else {
		line(words.TerminalExportMatches, nil)
	}
	if folder != "" {
		line(words.TerminalExportOpenDone, words.Args{"folder": folder})
	}
	return e.print(bundleReport{true, folder, e.fingerprint != "", c}, b.String())
}
