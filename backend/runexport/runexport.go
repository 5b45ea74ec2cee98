// Package runexport puts the sheets of a print run into a file: for the window and for
// terminals alike. Write makes the sheets and writes them; that puts none in force. The order
// that leaves nobody without codes is: create the file, begin the run, Write, keep the file, and
// only then run.PutInForce. After any error before that, drop the file and cancel the run.
package runexport

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/sheet"
	"countersign/backend/words"
)

// Format is what a file of sheets is.
type Format string

// The formats. Age is an encrypted, signed file that holds PDF, CSV and JSON; the others have
// the codes in clear.
const (
	Age  Format = "age"
	PDF  Format = "pdf"
	CSV  Format = "csv"
	Text Format = "text"
)

// Ending is how names of such files end.
func (f Format) Ending() string {
	if f == Text {
		return ".txt"
	}
	return "." + string(f)
}

// Target says how sheets leave the workspace.
type Target struct {
	Format Format
	Paper  sheet.Paper
	To     bundle.Recipients // for Age: who can open it
	Words  *words.Catalogue  // the language of whoever prints; nil is English
}

// ErrFormat means that there is no such format.
var ErrFormat = errors.New("runexport: no such format")

// errStopped ends a run whose sheets are not wanted any more.
var errStopped = errors.New("runexport: the writer has stopped")

// Write makes the sheets of a run that was begun, and writes each as it is made. An error
// leaves an unusable beginning on w, and the run to be cancelled. Errors: those of
// PrintRun.Issue; ErrFormat; the writer's.
func Write(ctx context.Context, w io.Writer, a *client.Admin, run *client.PrintRun, t Target, progress service.Progress) error {
	plan := run.Plan()
	cover, err := Cover(ctx, a, t.Words, plan)
	if err != nil {
		return err
	}
	var issuing error
	sheets := func(yield func(sheet.Sheet) bool) {
		issuing = run.Issue(ctx, progress, func(s client.RunSheet) error {
			if !yield(Sheet(t.Words, s)) {
				return errStopped
			}
			return nil
		})
	}
	out := bufio.NewWriterSize(w, 1<<16)
	switch t.Format {
	case PDF:
		err = sheet.RunPDF(out, cover, sheets, t.Paper)
	case CSV:
		err = sheet.CSV(out, inEnglish(cover), sheets)
	case Text:
		err = sheet.RunText(out, cover, sheets)
	case Age:
		err = encrypted(ctx, out, a, plan, cover, sheets, t)
	default:
		return ErrFormat
	}
	if issuing != nil && !errors.Is(issuing, errStopped) { // it is why there were too few
		return issuing
	}
	return errors.Join(err, out.Flush())
}

// encrypted puts the sheets as PDF, CSV and JSON into one encrypted, signed file.
func encrypted(ctx context.Context, w io.Writer, a *client.Admin, plan service.RunPlan, cover sheet.Run, sheets iter.Seq[sheet.Sheet], t Target) error {
	key, err := a.SigningKey(ctx)
	if err != nil {
		return err
	}
	b, err := bundle.Create(w, t.To, key, bundle.Manifest{
		Kind: bundle.KindSheets, Workspace: plan.Workspace, WorkspaceID: plan.WorkspaceID, CreatedAt: plan.At, CreatedBy: plan.ByName,
		Details: map[string]string{"run": fmt.Sprint(plan.Number), "sheets": fmt.Sprint(len(plan.Names)), "reason": plan.Reason},
	})
	if err != nil {
		return err
	}
	// The codes of a run are 160 bytes a sheet: kept for the two small files.
	all := make([]sheet.Sheet, 0, len(plan.Names))
	defer func() { clear(all) }()
	err = b.AddFunc("recovery-sheets.pdf", func(w io.Writer) error {
		return sheet.RunPDF(w, cover, func(yield func(sheet.Sheet) bool) {
			for s := range sheets {
				if all = append(all, s); !yield(s) {
					return
				}
			}
		}, t.Paper)
	})
	if err != nil {
		return err
	}
	if err := b.AddFunc("recovery-codes.csv", func(w io.Writer) error { return sheet.CSV(w, inEnglish(cover), slices.Values(all)) }); err != nil {
		return err
	}
	if err := b.AddFunc("recovery-codes.json", func(w io.Writer) error { return sheet.JSON(w, cover, slices.Values(all)) }); err != nil {
		return err
	}
	return b.Close()
}

// Cover is a run as its cover page has it: with the log's head, the code of its newest checkpoint and the fingerprint of the key
// that signs exports. Errors: forbidden, session_ended, log_not_authentic, log_restored; folder and keychain.
func Cover(ctx context.Context, a *client.Admin, in *words.Catalogue, plan service.RunPlan) (sheet.Run, error) {
	head, err := a.LogHead(ctx)
	if err != nil {
		return sheet.Run{}, err
	}
	log, err := a.LogState(ctx)
	if err != nil {
		return sheet.Run{}, err
	}
	signer, err := Signer(ctx, a)
	if err != nil {
		return sheet.Run{}, err
	}
	r := sheet.Run{
		Number: plan.Number, Workspace: plan.Workspace, IssuedAt: plan.At, IssuedBy: plan.ByName, ApprovedBy: plan.ApprovedBy, Reason: plan.Reason,
		LogHead: head.String(), LogEvent: log.Event, LogCode: log.Code, SigningKey: signer.String(), Location: time.Local, Words: in,
	}
	for i, name := range plan.Names {
		r.Members = append(r.Members, sheet.Member{Sheet: plan.Sheets[i], Name: name, Email: plan.Emails[i]})
	}
	return r, nil
}

// inEnglish is a run as programs read it: the columns have the same names in each language.
func inEnglish(r sheet.Run) sheet.Run {
	r.Words = nil
	return r
}

// Signer is the fingerprint of the key that signs what leaves the workspace.
func Signer(ctx context.Context, a *client.Admin) (bundle.Fingerprint, error) {
	key, err := a.SigningKey(ctx)
	if err != nil {
		return bundle.Fingerprint{}, err
	}
	return bundle.FingerprintOf(key.Public().(ed25519.PublicKey)), nil
}

// Language is the language in which something is printed for somebody who reads theirs: that of in, whoever prints, where none is known, and
// where this computer has no fonts for theirs.
func Language(theirs string, in *words.Catalogue) *words.Catalogue {
	if theirs == "" {
		return in
	}
	c := words.For(theirs)
	if can, err := sheet.Draws(c); err != nil || !can {
		return in
	}
	return c
}

// Sheet is a sheet of a run as it is drawn, in the language of its member.
func Sheet(in *words.Catalogue, s client.RunSheet) sheet.Sheet {
	return sheet.Sheet{
		Number: s.Sheet, Run: s.Run, Workspace: s.Workspace, Name: s.Name, Email: s.Email, IssuedAt: s.IssuedAt, IssuedBy: s.IssuedBy,
		Replaces: s.Replaces, Support: s.Support, Codes: s.Codes, CheckWord: s.CheckWord, Location: time.Local, Words: Language(s.Language, in),
	}
}

// Invitation is a one-time code as it is drawn in the language of its member, with whom to ask for help.
func Invitation(in *words.Catalogue, g client.GivenOut, support string) sheet.Invitation {
	return sheet.Invitation{
		Reset: g.Kind == service.OneTimeReset, Workspace: g.Workspace, Name: g.Name, Email: g.Email, Code: g.Code, IssuedAt: g.IssuedAt,
		IssuedBy: g.IssuedBy, ExpiresAt: g.ExpiresAt, Support: support, Server: g.At.Server, ServerKey: g.At.Key, Location: time.Local, Words: Language(g.Language, in),
	}
}

// Vault is the fingerprint of the vault that the admin's client believes in, and how many keys it has had; empty where none is known.
func Vault(ctx context.Context, a *client.Admin) (fingerprint string, generation int, err error) {
	key, generation, err := a.KnownVault(ctx)
	if err != nil || key == nil {
		return "", 0, err
	}
	return bundle.FingerprintOf(key).String(), generation, nil
}
