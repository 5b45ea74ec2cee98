package runexport_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/runexport"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sheet"
	"countersign/backend/sqlite"
	"countersign/backend/words"
)

const (
	email      = "amara.okafor@example.com"
	pass       = "tundra velvet orchard 91"
	passphrase = "quarry lantern mosaic 58"
)

// desk is where an owner with 2FA on issues codes for herself.
type desk struct {
	*testing.T
	now   time.Time
	w     *client.Local
	admin *client.Admin
	id    string
	code  func() string
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	ctx := t.Context()
	d := &desk{T: t, now: time.Now()}
	store, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "workspace.db"))
	d.ok(err)
	t.Cleanup(func() { d.ok(store.Close()) })
	d.w, err = local.Open(ctx, local.Config{
		Store: store, Secrets: keychain.NewMemory(), Now: func() time.Time { return d.now },
		Password: password.Cheap, Recovery: recovery.Cheap,
	})
	d.ok(err)
	s, err := d.w.Create(ctx, client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)})
	d.ok(err)
	shown, err := s.BeginEnable(ctx, secret.NewText(pass))
	d.ok(err)
	d.code = func() string {
		d.now = d.now.Add(time.Minute)
		text, err := totp.GenerateCode(strings.Join(shown.Groups, ""), d.now)
		d.ok(err)
		return text
	}
	_, err = s.Confirm(ctx, secret.NewText(d.code()))
	d.ok(err)
	d.ok(s.Continue(ctx))
	d.admin, err = s.Admin(ctx)
	d.ok(err)
	d.id = s.ProfileID()
	return d
}

func (d *desk) begin() *client.PrintRun {
	d.Helper()
	run, err := d.admin.BeginRun(d.Context(), service.RunRequest{Members: []string{d.id}, Reason: "Yearly renewal", Kind: service.RunExport}, client.Proof{
		Password: secret.NewText(pass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(d.code())},
	})
	d.ok(err)
	return run
}

// opens reports whether a recovery code signs in.
func (d *desk) opens(code string) bool {
	d.Helper()
	d.now = d.now.Add(time.Minute)
	_, c, err := d.w.SignIn(d.Context(), email, secret.NewText(pass))
	d.ok(err)
	_, err = c.Recover(d.Context(), secret.NewText(code))
	return err == nil
}

func TestWrite_EachFormatHasTheCodesThatSignIn(t *testing.T) {
	t.Parallel()
	for format, first := range map[runexport.Format]func(*desk, []byte) string{
		runexport.CSV: func(d *desk, b []byte) string { return firstOfCSV(d, b) },
		runexport.Text: func(_ *desk, b []byte) string {
			_, after, _ := strings.Cut(string(b), "[ ]   1  ")
			return after[:min(19, len(after))]
		},
		runexport.Age: firstOfBundle,
	} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			target := runexport.Target{Format: format}
			if format == runexport.Age {
				var err error
				target.To, err = bundle.ToPassphrase(secret.NewText(passphrase))
				d.ok(err)
			}
			var b bytes.Buffer
			run := d.begin()
			d.ok(runexport.Write(t.Context(), &b, d.admin, run, target, nil))
			code := first(d, b.Bytes())
			if d.opens(code) {
				t.Error("it opens before it is in force")
			}
			_, err := run.PutInForce(t.Context(), nil)
			d.ok(err)
			if !d.opens(code) {
				t.Errorf("%q does not open", code)
			}
		})
	}
}

// The cover is in the language of whoever prints, and the sheet in that of its member.
func TestWrite_SheetIsInItsMembersLanguage(t *testing.T) {
	t.Parallel()
	printer := words.For("de")
	for language, theirs := range map[string]*words.Catalogue{"": printer, "fr": words.For("fr"), "ja": words.For("ja"), "ar": words.For("ar")} {
		t.Run("of "+language, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.ok(d.admin.SetLanguageOf(t.Context(), []string{d.id}, language))
			var b, text bytes.Buffer
			d.ok(runexport.Write(t.Context(), &b, d.admin, d.begin(), runexport.Target{Format: runexport.PDF, Words: printer}, nil))
			cmd := exec.CommandContext(t.Context(), "pdftotext", "-", "-")
			cmd.Stdin, cmd.Stdout = &b, &text
			d.ok(cmd.Run())
			pages := strings.Split(text.String(), "\f")
			for i, want := range []string{printer.Text(words.CoverTitle, words.Args{"run": 1}), theirs.Text(words.SheetTitle, nil)} {
				if !strings.Contains(pages[i], want) {
					t.Errorf("page %d has no %q:\n%s", i+1, want, pages[i])
				}
			}
		})
	}
}

func TestInvitation_IsInItsMembersLanguage(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"": "de", "es": "es"} {
		got := runexport.Invitation(words.For("de"), client.GivenOut{GivenOut: service.GivenOut{Language: language}}, "").Words
		if got != words.For(want) {
			t.Errorf("%q: %s", language, got.Language())
		}
	}
}

func firstOfCSV(d *desk, b []byte) string {
	d.Helper()
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	d.ok(err)
	if len(rows) != 2 || rows[1][4] != email {
		d.Fatalf("%d rows", len(rows))
	}
	return rows[1][len(rows[1])-recovery.SetSize]
}

// firstOfBundle opens the encrypted file, and finds the same codes in each of its files.
func firstOfBundle(d *desk, b []byte) string {
	d.Helper()
	if bytes.Contains(b, []byte(email)) {
		d.Error("the file is not encrypted")
	}
	r, err := bundle.Open(bytes.NewReader(b), bundle.WithPassphrase(secret.NewText(passphrase)))
	d.ok(err)
	signer, err := runexport.Signer(d.Context(), d.admin)
	d.ok(err)
	r.Expect(signer)
	into := filepath.Join(d.TempDir(), "run")
	c, err := r.Extract(into)
	d.ok(err)
	if c.Details["reason"] != "Yearly renewal" || c.Details["run"] != "1" || len(c.Files) != 3 {
		d.Errorf("%+v", c)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(into, name))
		d.ok(err)
		return b
	}
	var object struct{ Sheets []struct{ Codes []string } }
	d.ok(json.Unmarshal(read("recovery-codes.json"), &object))
	code := firstOfCSV(d, read("recovery-codes.csv"))
	if object.Sheets[0].Codes[0] != code || !bytes.HasPrefix(read("recovery-sheets.pdf"), []byte("%PDF-")) {
		d.Error("the files hold different codes")
	}
	return code
}

type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

var errFull = errors.New("the disk is full")

func TestWrite_FailingWriterActivatesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to, err := bundle.ToPassphrase(secret.NewText(passphrase))
	d.ok(err)
	for format, want := range map[runexport.Format]error{
		runexport.PDF: errFull, runexport.CSV: errFull, runexport.Text: errFull, runexport.Age: errFull, "doc": runexport.ErrFormat,
	} {
		run := d.begin()
		if err := runexport.Write(t.Context(), &full{100}, d.admin, run, runexport.Target{Format: format, Paper: sheet.Letter, To: to}, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v", format, err)
		}
		res, err := run.Cancel(t.Context())
		d.ok(err)
		if m, err := d.admin.Member(t.Context(), d.id); err != nil || m.Run > 0 || res.State != service.RunCancelled {
			t.Errorf("%s: a sheet is in force that nobody has: %+v %v", format, res, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	run := d.begin()
	stop()
	if err := runexport.Write(ctx, &full{1 << 20}, d.admin, run, runexport.Target{Format: runexport.PDF}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFormat_HasItsEnding(t *testing.T) {
	t.Parallel()
	for format, want := range map[runexport.Format]string{runexport.Age: ".age", runexport.PDF: ".pdf", runexport.CSV: ".csv", runexport.Text: ".txt"} {
		if got := format.Ending(); got != want {
			t.Errorf("%s ends with %s", format, got)
		}
	}
}
