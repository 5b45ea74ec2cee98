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
	"countersign/backend/folder"
	"countersign/backend/secret"
	"countersign/cmd/internal/cli"
)

// maxKeyFile is how long a file of private keys may be, in bytes.
const maxKeyFile = 1 << 20

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
	return cli.Fail("file_exists", fmt.Sprintf("%s is there already. Choose the name of a folder that is not.", path), cli.ExitUsage)
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
		return nil, cli.Usagef("--fingerprint: %s", err)
	}
	return &f, nil
}

// unlock asks for what the file is locked with.
func (e *env) unlock(ctx context.Context, lock bundle.Lock) (with bundle.Identities, err error) {
	switch {
	case lock == bundle.LockPassphrase && e.identity != "":
		return with, cli.Usagef("The file is locked with a passphrase, not for a key. Leave out --identity")
	case lock == bundle.LockKeys && e.identity == "":
		return with, cli.Usagef("The file is locked for a key. Add --identity with your key file")
	case lock == bundle.LockKeys:
		return readIdentities(ctx, e.identity)
	}
	typed, err := e.ask(ctx, "Passphrase", false)
	return bundle.WithPassphrase(typed), err
}

func readIdentities(ctx context.Context, name string) (with bundle.Identities, err error) {
	f, err := openInput(ctx, name)
	if err != nil {
		return with, unreadable(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	defer clear(text)
	if err != nil {
		return with, unreadable(err)
	}
	if len(text) > maxKeyFile {
		return with, cli.Fail("key_file", fmt.Sprintf("%s is too long for a file of keys. Check its name.", name), cli.ExitUsage)
	}
	with, err = bundle.ParseIdentities(secret.NewText(string(text)))
	var lines bundle.LinesError
	if errors.As(err, &lines) {
		return with, cli.Fail("key_file", fmt.Sprintf("%s: %s", name, keyFileWords(lines[0])), cli.ExitUsage)
	}
	return with, err
}

func keyFileWords(l bundle.LineError) string {
	switch l.Reason {
	case bundle.ReasonNone:
		return "there is no key in it. A key begins with AGE-SECRET-KEY-1."
	case bundle.ReasonLocked:
		return "it is itself encrypted. Decrypt it with the age tool first."
	}
	why := map[bundle.Reason]string{
		bundle.ReasonTypo:   "is a key with a wrong or missing character. Copy it again.",
		bundle.ReasonPublic: "is a public key. The private one that belongs to it is needed.",
		bundle.ReasonOther:  "is a key of a kind that only the age tool can use.",
	}[l.Reason]
	if why == "" {
		why = "is no key. A key begins with AGE-SECRET-KEY-1."
	}
	return fmt.Sprintf("line %d %s", l.Line, why)
}

func unreadable(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return cli.Fail("file_unreadable", fmt.Sprintf("The file can’t be read: %v. Check its name.", err), cli.ExitUsage)
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
		fmt.Fprintf(w.to, "\r%d %% read", percent)
	}
	return n, err
}

// bundleFaults are the sentences for what may be wrong with a file.
var bundleFaults = []struct {
	err error
	as  *cli.Failure
}{
	{bundle.ErrNotAge, cli.Fail("export_unknown", "This is not an encrypted export. Check that it is the right file.", cli.ExitWrong)},
	{bundle.ErrNotBundle, cli.Fail("export_foreign", "The file could be decrypted, but Countersign did not make it. The age tool can take out what is in it.", cli.ExitWrong)},
	{bundle.ErrNewer, cli.Fail("export_newer", "The file was made by a newer version of Countersign. Open it with that version.", cli.ExitWrong)},
	{bundle.ErrPassphrase, cli.Fail("passphrase_wrong", "The passphrase does not open the file. Try it again.", cli.ExitRefused)},
	{bundle.ErrNotForKey, cli.Fail("key_wrong", "The file is for another key. Give the file with the right one.", cli.ExitRefused)},
	{bundle.ErrWork, cli.Fail("export_work", "To try a passphrase for this file would take more memory and time than any honest file does. Do not trust it.", cli.ExitWrong)},
	{bundle.ErrCutShort, cli.Fail("export_cut", "The file ends too early: a part of it is missing. Copy it again.", cli.ExitWrong)},
	{bundle.ErrEnd, cli.Fail("export_end", "The end of the file is missing or was changed. Copy it again.", cli.ExitWrong)},
	{bundle.ErrEdited, cli.Fail("export_edited", "The file was changed after it was written. Copy it again, and do not trust this one.", cli.ExitWrong)},
	{bundle.ErrFiles, cli.Fail("export_files", "The files in it are not those of its manifest. Do not trust it.", cli.ExitWrong)},
	{bundle.ErrSignature, cli.Fail("export_signature", "The signature of its manifest is wrong. Do not trust it.", cli.ExitWrong)},
	{bundle.ErrHostile, cli.Fail("export_hostile", "It contains something that Countersign never writes. Don’t trust it.", cli.ExitWrong)},
}

func (e *env) bundleFault(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, bundle.ErrExists) {
		return intoExists(e.into)
	}
	if errors.Is(err, bundle.ErrSigner) {
		signer := strings.TrimPrefix(err.Error(), bundle.ErrSigner.Error()+": ")
		return cli.Fail("export_signer", fmt.Sprintf("The file is whole, but it was signed by another key: %s. Do not trust it.", signer), cli.ExitWrong)
	}
	for _, f := range bundleFaults {
		if errors.Is(err, f.err) {
			return f.as
		}
	}
	var system *os.PathError
	if e.into != "" && errors.As(err, &system) {
		why := error(system.Err)
		if folder.IsFull(err) {
			why = errors.New("the disk is full")
		}
		return cli.Fail("file_unwritable", fmt.Sprintf("%s can’t be written: %v. Choose another place.", e.into, why), cli.ExitUnavailable)
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

var kindWords = map[bundle.Kind]string{bundle.KindSheets: "Recovery sheets", bundle.KindBackup: "A backup"}

func (e *env) reportBundle(c bundle.Contents, folder string) error {
	var b strings.Builder
	kind := kindWords[c.Kind]
	if kind == "" {
		kind = cli.Printable(string(c.Kind))
	}
	fmt.Fprintf(&b, "%s of the workspace %s, made on %s by %s.\n", kind, cli.Printable(c.Workspace), c.CreatedAt.Local().Format("2006-01-02 15:04:05"), cli.Printable(c.CreatedBy))
	var keys []string
	for k := range c.Details {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "%s: %s\n", cli.Printable(k), cli.Printable(c.Details[k]))
	}
	for _, f := range c.Files {
		fmt.Fprintf(&b, "  %-32s %12d bytes\n", f.Name, f.Size)
	}
	fmt.Fprintf(&b, "Every file is as it was when it was signed by the key\n%s\n", c.SignedBy)
	if e.fingerprint == "" {
		b.WriteString("Compare it with the signing key that the workspace shows or that is printed on a run's cover,\nor give that one with --fingerprint: someone else may have made the whole file.\n")
	} else {
		b.WriteString("That is the key that you gave.\n")
	}
	if folder != "" {
		fmt.Fprintf(&b, "The files are in %s, and anyone who can read that folder can read them. Remove them when you are done.\n", cli.Printable(folder))
	}
	return e.print(bundleReport{true, folder, e.fingerprint != "", c}, b.String())
}
