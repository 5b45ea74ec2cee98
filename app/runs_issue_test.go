package app

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

func (o *office) save(r RunRequest) (RunOutcome, error) {
	o.Helper()
	if r.Members == nil {
		r.Members = o.ids
	}
	r.Reason, r.Paper = "Renewal", "a4"
	return o.runs.Save(o.in.Token, r, o.page.proof(pass, "none", ""))
}

// untouched fails unless everybody's old codes are good and nothing was left in a folder.
func (o *office) untouched(dir string) {
	o.Helper()
	left, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		o.Fatal(err)
	}
	if len(left) > 0 {
		o.Errorf("left behind: %v", left)
	}
	for i, who := range people {
		if !o.opens(who, o.old[i]) {
			o.Errorf("the old code of %s is not good any more", who)
		}
	}
}

var codeForm = regexp.MustCompile(`([0-9A-Z]{4}-){3}[0-9A-Z]{4}`)

func TestPrintRun_EachFormatHasCodesThatWork(t *testing.T) {
	t.Parallel()
	for format, ending := range map[string]string{"pdf": ".pdf", "csv": ".csv", "text": ".txt"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			dir := t.TempDir()
			o.desk.saveTo = filepath.Join(dir, "run")
			out, err := o.save(RunRequest{Format: format})
			o.ok(err)
			if out.State != "done" || out.InForce != 2 || out.Of != 2 || out.Name != "run"+ending || out.Folder != dir || len(out.Skipped) > 0 {
				t.Errorf("%+v", out)
			}
			path := filepath.Join(dir, out.Name)
			st, err := os.Stat(path)
			o.ok(err)
			if st.Mode().Perm() != 0o600 {
				t.Errorf("it is %v", st.Mode())
			}
			text, err := os.ReadFile(path)
			if format == "pdf" {
				text, err = exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
			}
			o.ok(err)
			sheets := string(text)
			if format == "pdf" { // behind the cover, whose fingerprint looks like a code
				_, sheets, _ = strings.Cut(sheets, "\f")
			}
			codes := codeForm.FindAllString(sheets, -1)
			if len(codes) != 20 || !strings.Contains(string(text), "Member <b>"+people[0]) {
				t.Fatalf("%d codes in\n%s", len(codes), text)
			}
			if !o.opens(people[0], codes[0]) || !o.opens(people[1], codes[10]) || o.opens(people[0], o.old[0]) {
				t.Error("the new codes are not the ones that open")
			}
		})
	}
}

func TestPrintRun_IsEncryptedUnlessAskedOtherwise(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dir := t.TempDir()
	o.desk.saveTo = filepath.Join(dir, "run")
	const words = "seven walnut ribbons in a row"
	out, err := o.save(RunRequest{Format: "no such format", Passphrase: o.page.typed(holdsPassphrase, words)})
	o.ok(err)
	f, err := os.Open(filepath.Join(dir, out.Name))
	o.ok(err)
	defer func() { _ = f.Close() }()
	if wrong, err := bundle.Open(f, bundle.WithPassphrase(secret.NewText("another passphrase"))); err == nil {
		if _, err := wrong.Verify(); err == nil {
			t.Error("another passphrase opens it")
		}
	}
	_, err = f.Seek(0, io.SeekStart)
	o.ok(err)
	r, err := bundle.Open(f, bundle.WithPassphrase(secret.NewText(words)))
	o.ok(err)
	var names, codes []string
	_, err = r.Each(func(file bundle.File, content io.Reader) error {
		names = append(names, file.Name)
		if filepath.Ext(file.Name) != ".csv" {
			_, err := io.Copy(io.Discard, content)
			return err
		}
		rows, err := csv.NewReader(content).ReadAll()
		for _, row := range rows {
			codes = append(codes, codeForm.FindAllString(strings.Join(row, " "), -1)...)
		}
		return err
	})
	o.ok(err)
	if want := []string{"recovery-sheets.pdf", "recovery-codes.csv", "recovery-codes.json"}; !slices.Equal(names[:3], want) {
		t.Errorf("it holds %v", names)
	}
	if len(codes) != 20 || !o.opens(people[1], codes[10]) {
		t.Errorf("%d codes that do not open", len(codes))
	}
}

func TestPrintRun_ForAKeyOpensWithThatKey(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.desk.saveTo = filepath.Join(t.TempDir(), "run.age")
	key, err := age.GenerateX25519Identity()
	o.ok(err)
	_, err = o.save(RunRequest{Recipients: key.Recipient().String()})
	o.ok(err)
	f, err := os.Open(o.desk.saveTo)
	o.ok(err)
	defer func() { _ = f.Close() }()
	if _, err := age.Decrypt(f, key); err != nil {
		t.Error(err)
	}
}

func TestPrintRun_NotSavedLeavesNoFileAndTheOldCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dir := t.TempDir()
	for _, c := range []struct{ place, code string }{
		{filepath.Join(dir, "no such folder", "run.pdf"), codeSaveFailed},
		{"/proc/run.pdf", codeSaveFailed}, // where nobody can write, be they root
	} {
		o.desk.saveTo = c.place
		_, err := o.save(RunRequest{Format: "pdf"})
		if e := o.refused(err, c.code); e.Args["name"] != "run.pdf" {
			t.Errorf("%+v", e)
		}
	}
	o.desk.saveTo = filepath.Join(dir, "run.age")
	_, err := o.save(RunRequest{Passphrase: o.page.typed(holdsPassphrase, "short")})
	if e := o.refused(err, codePassphraseWeak); e.Field != "passphrase" {
		t.Errorf("%+v", e)
	}
	_, err = o.save(RunRequest{Recipients: "age1nonsense"})
	if e := o.refused(err, codeRecipientsWrong); e.Field != "recipients" {
		t.Errorf("%+v", e)
	}
	o.desk.saveErr = errors.New("no dialog")
	_, err = o.save(RunRequest{Format: "pdf"})
	o.refused(err, codeSaveFailed)
	o.desk.saveErr, o.desk.saveTo = nil, ""
	if out, err := o.save(RunRequest{Format: "pdf"}); err != nil || out.Number != 0 {
		t.Errorf("dismissed: %+v %v", out, err)
	}
	o.untouched(dir)
}

// runDesk does something once, when a run has come to a phase.
type runDesk struct {
	*fakeDesktop
	phase string
	then  func()
}

func (d *runDesk) Emit(event string, payload any) {
	if p, ok := payload.(map[string]any); ok && event == "run-progress" && p["phase"] == d.phase && d.then != nil {
		then := d.then
		d.then = nil
		then()
	}
	d.fakeDesktop.Emit(event, payload)
}

func TestPrintRun_CancelledWhileSavedLeavesNoFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dir := t.TempDir()
	o.desk.saveTo = filepath.Join(dir, "run.pdf")
	o.s.desktop = &runDesk{o.desk, "making", func() {
		out, err := o.runs.Cancel(o.in.Token)
		o.ok(err)
		if out.State != "cancelled" || out.InForce != 0 {
			t.Errorf("%+v", out)
		}
	}}
	_, err := o.save(RunRequest{Format: "pdf"})
	o.refused(err, "run_cancelled")
	o.untouched(dir)
}

func TestPrintRun_LockWhileSavedLeavesNoFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dir := t.TempDir()
	o.desk.saveTo = filepath.Join(dir, "run.pdf")
	o.s.desktop = &runDesk{o.desk, "making", func() { o.auth.Lock(o.in.Token) }}
	if _, err := o.save(RunRequest{Format: "pdf"}); err == nil {
		t.Error("it was saved after the lock")
	}
	o.back()
	o.untouched(dir)
}

func TestPrintRun_MemberRemovedMeanwhileIsNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	dir := t.TempDir()
	o.desk.saveTo = filepath.Join(dir, "run.csv")
	other, _, err := o.s.opened.workspace.SignIn(t.Context(), email, secret.NewText(pass))
	o.ok(err)
	admin, err := other.Admin(t.Context())
	o.ok(err)
	o.s.desktop = &runDesk{o.desk, "making", func() { o.ok(admin.Suspend(context.Background(), o.ids[1])) }}
	out, err := o.save(RunRequest{Format: "csv"})
	o.ok(err)
	if out.InForce != 1 || len(out.Skipped) != 1 || out.Skipped[0].Reason != "member_suspended" {
		t.Errorf("%+v", out)
	}
	text, err := os.ReadFile(o.desk.saveTo)
	o.ok(err)
	codes := codeForm.FindAllString(string(text), -1)
	if !o.opens(people[0], codes[0]) {
		t.Error("the one who is left has no new codes")
	}
}

func TestPrintRun_PrintedCodesWorkOnceOnPaper(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.page.mailbox()
	request := RunRequest{Members: o.ids, Reason: "Renewal", Paper: "letter"}
	made, err := o.runs.Make(o.in.Token, request, o.page.proof(pass, "none", ""), m.PublicKey)
	o.ok(err)
	codes := m.open(holdsCodes, made.Codes)
	if len(codes) != 20 || len(made.Sheets) != 2 || made.Number != 1 || made.LogHead == "" || made.LogEvent == 0 || len(made.LogCode) != 19 || made.Signature == "" {
		t.Fatalf("%+v", made)
	}
	o.ok(o.runs.Print(o.in.Token))
	for _, pages := range []int{-1, 0, 2} { // the dialog was cancelled, or a page is missing
		_, err = o.runs.PutInForce(o.in.Token, pages)
		o.refused(err, codePagesMissing)
	}
	ledger, err := o.runs.Get(o.in.Token, made.Number)
	o.ok(err)
	for _, sheet := range ledger.Sheets {
		if sheet.State != "made" {
			t.Errorf("sheet %d is not on paper, and is %s", sheet.Sheet, sheet.State)
		}
	}
	out, err := o.runs.PutInForce(o.in.Token, 3)
	o.ok(err)
	if out.InForce != 2 || o.desk.printed != 1 {
		t.Errorf("%+v", out)
	}
	_, err = o.runs.PutInForce(o.in.Token, 3)
	o.refused(err, "run_over")
	if !o.opens(people[0], codes[9]) {
		t.Error("the printed code does not open")
	}

	made, err = o.runs.Make(o.in.Token, request, o.page.proof(pass, "none", ""), m.PublicKey)
	o.ok(err)
	o.auth.Lock(o.in.Token) // with sheets on the way
	o.back()
	if o.opens(people[0], m.open(holdsCodes, made.Codes)[0]) || !o.opens(people[0], codes[8]) {
		t.Error("locking did not throw the sheets away")
	}
}

func TestPrintRun_SaysWhoseSheetsAreLeftToAnOwner(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.page.mailbox()
	made, err := o.runs.Make(o.in.Token, RunRequest{Members: o.ids, Reason: "Renewal", Paper: "a4"}, o.page.proof(pass, "none", ""), m.PublicKey)
	o.ok(err)
	_, err = o.runs.PutInForce(o.in.Token, 3)
	o.ok(err)
	leftOf := func() (left []string) {
		ledger, err := o.runs.Get(o.in.Token, made.Number)
		o.ok(err)
		for _, sheet := range ledger.Sheets {
			if sheet.ForOwner {
				left = append(left, sheet.Member)
			}
		}
		return left
	}
	for _, id := range o.ids {
		o.ok((&Members{o.s}).SetRole(o.in.Token, id, "admin", o.page.proof(pass, "none", "")))
	}
	if left := leftOf(); len(left) > 0 {
		t.Errorf("an owner may not mark those of %v", left)
	}
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[1], pass)
	o.ok(err)
	o.in, err = o.auth.UseRecoveryCode(res.Challenge.Token, m.open(holdsCodes, made.Codes)[10])
	o.ok(err)
	if left := leftOf(); !slices.Equal(left, o.ids[:1]) {
		t.Errorf("an admin may not mark those of %v, but those of %v", left, o.ids[:1])
	}
}
