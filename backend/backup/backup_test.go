package backup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"countersign/backend/backup"
	"countersign/backend/bundle"
	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/joined"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

const (
	email      = "amara.okafor@example.com"
	pass       = "tundra velvet orchard 91"
	passphrase = "harbour granite lantern 47"
)

var start = time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)

// home is a data folder with its keychain, and the time of day.
type home struct {
	*testing.T
	path    string
	secrets *keychain.Memory
	now     time.Time
}

func newHome(t *testing.T) *home {
	return &home{T: t, path: filepath.Join(t.TempDir(), "data"), secrets: keychain.NewMemory(), now: start}
}

func (h *home) settings(c *local.Config) {
	c.Now = func() time.Time { return h.now }
	c.Password, c.Recovery = password.Cheap, recovery.Cheap
}

func (h *home) open() *client.Local {
	h.Helper()
	if err := os.MkdirAll(h.path, 0o700); err != nil {
		h.Fatal(err)
	}
	store, err := sqlite.Open(h.Context(), filepath.Join(h.path, "workspace.db"))
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = store.Close() })
	files, err := documents.Open(filepath.Join(h.path, "documents"))
	h.ok(err)
	c := local.Config{Store: store, Secrets: h.secrets, Files: files}
	h.settings(&c)
	w, err := local.Open(h.Context(), c)
	if err != nil {
		h.Fatal(err)
	}
	return w
}

func (h *home) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// phone makes codes from the key, on its own.
type phone struct{ key string }

func (p phone) at(t time.Time) string {
	code, err := hotp.GenerateCodeCustom(p.key, uint64(t.Unix()/30), hotp.ValidateOpts{Digits: 6, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		panic(err)
	}
	return code
}

// inUse is a home with a workspace whose owner has 2FA on and is signed in, with
// the clock after the code of the enrolment.
func inUse(t *testing.T) (*home, *client.Session, phone, []string) {
	t.Helper()
	h := newHome(t)
	s, err := h.open().Create(t.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)})
	h.ok(err)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	p := phone{strings.Join(shown.Groups, "")}
	issued, err := s.Confirm(t.Context(), secret.NewText(p.at(h.now)))
	h.ok(err)
	var codes []string
	for _, c := range issued.Codes {
		codes = append(codes, c.Display())
	}
	h.ok(s.Continue(t.Context()))
	h.now = h.now.Add(time.Minute)
	return h, s, p, codes
}

// inMemory is a file that nobody sees.
type inMemory struct{ bytes.Buffer }

func (*inMemory) Keep() error { return nil }

// back makes a backup, and leaves the clock after the code that it took.
func (h *home) back(s *client.Session, p phone) []byte {
	h.Helper()
	to, err := bundle.ToPassphrase(secret.NewText(passphrase))
	h.ok(err)
	return h.backTo(to, s, p)
}

func (h *home) backTo(to bundle.Recipients, s *client.Session, p phone) []byte {
	h.Helper()
	a, err := s.Admin(h.Context())
	h.ok(err)
	var out inMemory
	proof := client.Proof{Password: secret.NewText(pass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.at(h.now))}}
	h.ok(backup.Create(h.Context(), &out, to, a, proof, nil))
	h.now = h.now.Add(time.Minute)
	return out.Bytes()
}

func (h *home) place() backup.Place {
	return backup.Place{Folder: h.path, Secrets: h.secrets, Settings: h.settings}
}

func (h *home) restore(file []byte, o backup.Owner) (backup.Restored, error) {
	return backup.Restore(h.Context(), h.place(), bytes.NewReader(file), bundle.WithPassphrase(secret.NewText(passphrase)), nil, o)
}

func owner(pw, code string) backup.Owner {
	return backup.Owner{Email: email, Password: secret.NewText(pw), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(code)}}
}

// empty expects a home without a workspace, in folder and keychain.
func (h *home) empty() {
	h.Helper()
	if names := h.secrets.Names(); len(names) != 0 {
		h.Errorf("the keychain has %v", names)
	}
	files, err := os.ReadDir(h.path)
	h.ok(err)
	for _, f := range files {
		if f.Name() != "in-use" {
			h.Errorf("the folder has %s", f.Name())
		}
	}
}

func TestRestore_OpensWithTheSamePhoneElsewhere(t *testing.T) {
	t.Parallel()
	h, s, p, codes := inUse(t)
	lease := strings.Repeat("The rent is nine hundred a month. ", 10_000)
	_, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{{Name: "Lease", Size: int64(len(lease)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(lease)), nil
	}}}), nil)
	h.ok(err)
	file := h.back(s, p)
	if bytes.Contains(file, []byte("SQLite format 3")) || bytes.Contains(file, []byte(p.key)) {
		t.Error("the backup is not encrypted")
	}
	elsewhere := newHome(t)
	elsewhere.now = h.now
	done, err := elsewhere.restore(file, owner(pass, p.at(elsewhere.now)))
	elsewhere.ok(err)
	if done.Workspace != "Northwind Legal" || done.MadeBy != "Amara Okafor" || done.Items != 6 || done.Documents != 1 {
		t.Errorf("%+v", done)
	}
	elsewhere.now = elsewhere.now.Add(time.Minute)
	w := elsewhere.open()
	elsewhere.ok(w.RecoverAll(t.Context()))
	_, c, err := w.SignIn(t.Context(), email, secret.NewText(pass))
	elsewhere.ok(err)
	back, err := c.Verify(t.Context(), secret.NewText(p.at(elsewhere.now)))
	elsewhere.ok(err)
	_, c, err = w.SignIn(t.Context(), email, secret.NewText(pass))
	elsewhere.ok(err)
	_, err = c.Recover(t.Context(), secret.NewText(codes[4]))
	elsewhere.ok(err)
	report, err := back.CheckDocuments(t.Context(), nil)
	elsewhere.ok(err)
	there, err := back.Documents(t.Context())
	elsewhere.ok(err)
	if report.Good != 1 || len(report.Unknown) > 0 || there[0].Name != "Lease" || there[0].Size != int64(len(lease)) {
		t.Errorf("the contracts are not back: %+v, %+v", report, there)
	}
	a, err := back.Admin(t.Context())
	elsewhere.ok(err)
	page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace})
	elsewhere.ok(err)
	if kinds := page.Entries[0].Kind + " " + page.Entries[1].Kind; kinds != "workspace-restored backup-begun" {
		t.Errorf("the log says %s", kinds)
	}
	if r, err := a.VerifyLog(t.Context(), nil); err != nil || r.Breaks != 0 {
		t.Errorf("the log does not verify: %+v %v", r, err)
	}
}

func TestRestore_TakesTheFactorsOfAnOwner(t *testing.T) {
	t.Parallel()
	h, s, p, codes := inUse(t)
	file := h.back(s, p)
	for name, o := range map[string]backup.Owner{
		"a wrong password":   owner("quartz velvet orchard 91", p.at(h.now)),
		"a wrong code":       owner(pass, "000000"),
		"no second factor":   {Email: email, Password: secret.NewText(pass)},
		"an unknown email":   {Email: "x@example.com", Password: secret.NewText(pass)},
		"a code of long ago": owner(pass, p.at(start)),
	} {
		elsewhere := newHome(t)
		elsewhere.now = h.now
		if _, err := elsewhere.restore(file, o); err == nil {
			t.Errorf("restored with %s", name)
		}
		elsewhere.empty()
	}
	elsewhere := newHome(t)
	elsewhere.now = h.now
	_, err := elsewhere.restore(file, backup.Owner{
		Email: email, Password: secret.NewText(pass), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(codes[0])},
	})
	elsewhere.ok(err)
}

func TestBackup_OnlyAnOwnerMakesOne(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	a, err := s.Admin(t.Context())
	h.ok(err)
	code := client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.at(h.now))}
	given, err := a.AddMember(t.Context(), service.NewMember{Name: "Ben", Email: "ben@example.com", Role: store.RoleAdmin}, client.Proof{Password: secret.NewText(pass), Factor: code})
	h.ok(err)
	w := h.open()
	ben, _, err := w.Redeem(t.Context(), "ben@example.com", secret.NewText(given.Code.Display()), secret.NewText("copper meadow lantern 12"))
	h.ok(err)
	admin, err := ben.Admin(t.Context())
	h.ok(err)
	to, err := bundle.ToPassphrase(secret.NewText(passphrase))
	h.ok(err)
	err = backup.Create(t.Context(), &inMemory{}, to, admin, client.Proof{Password: secret.NewText("copper meadow lantern 12")}, nil)
	if !service.IsCode(err, service.CodeForbidden) {
		t.Errorf("an admin: %v", err)
	}
}

// notKept is a file that fails when all of it was written.
type notKept struct {
	inMemory
	failure error
}

func (f *notKept) Keep() error { return f.failure }

func TestCreate_BackupIsMadeWhenItsFileIsKept(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	a, err := s.Admin(t.Context())
	h.ok(err)
	to, err := bundle.ToPassphrase(secret.NewText(passphrase))
	h.ok(err)
	is := func(made bool, kinds ...string) {
		t.Helper()
		list, err := s.Checklist(t.Context())
		h.ok(err)
		for _, step := range list.Steps {
			if step.Item == service.StepBackup && step.Done != made {
				t.Errorf("a backup was made: %t", step.Done)
			}
		}
		page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace, Limit: len(kinds)})
		h.ok(err)
		for i, kind := range kinds {
			if page.Entries[i].Kind != kind {
				t.Errorf("the log says %s, not %s", page.Entries[i].Kind, kind)
			}
		}
	}
	full := errors.New("the disk is full")
	proof := client.Proof{Password: secret.NewText(pass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.at(h.now))}}
	if err := backup.Create(t.Context(), &notKept{failure: full}, to, a, proof, nil); !errors.Is(err, full) {
		t.Fatal(err)
	}
	h.now = h.now.Add(time.Minute)
	is(false, "backup-begun")
	h.back(s, p)
	is(true, "backup-made", "backup-begun", "backup-begun")
}

func TestRestore_NeverReplacesAWorkspace(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	before, err := os.ReadFile(filepath.Join(h.path, "workspace.db"))
	h.ok(err)
	if _, err := h.restore(file, owner(pass, p.at(h.now))); !errors.Is(err, backup.ErrOccupied) {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(h.path, "workspace.db"))
	h.ok(err)
	if !bytes.Equal(before, after) {
		t.Error("the database was touched")
	}
}

func TestRestore_LeavesAKeychainWithOtherItems(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now = h.now
	var pepper string
	for _, n := range h.secrets.Names() {
		if strings.HasSuffix(n, "/pepper") {
			pepper = n
		}
	}
	h.ok(elsewhere.secrets.Set(t.Context(), pepper, secret.NewBytes([]byte("another"))))
	if _, err := elsewhere.restore(file, owner(pass, p.at(elsewhere.now))); !errors.Is(err, backup.ErrConflict) {
		t.Fatal(err)
	}
	if names := elsewhere.secrets.Names(); len(names) != 1 {
		t.Errorf("the keychain has %v", names)
	}
}

func TestRestore_DamagedBackupLeavesNothing(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	edited := bytes.Clone(file)
	edited[len(edited)/2] ^= 1
	for name, f := range map[string][]byte{"cut short": file[:len(file)-100], "edited": edited, "empty": nil, "of another kind": []byte("SQLite format 3\x00")} {
		elsewhere := newHome(t)
		elsewhere.now = h.now
		if _, err := elsewhere.restore(f, owner(pass, p.at(elsewhere.now))); err == nil {
			t.Errorf("restored from a file that is %s", name)
		}
		elsewhere.empty()
	}
}

func TestRestore_FolderThatHasJoinedIsLeftFirst(t *testing.T) {
	t.Parallel()
	h, s, p, _ := inUse(t)
	file := h.back(s, p)
	elsewhere := newHome(t)
	elsewhere.now = h.now
	h.ok(os.MkdirAll(elsewhere.path, 0o700))
	named := filepath.Join(elsewhere.path, joined.File)
	h.ok(os.WriteFile(named, []byte(`{"workspace":"`+strings.Repeat("a", 26)+`"}`), 0o600))
	if _, err := elsewhere.restore(file, owner(pass, p.at(h.now))); !errors.Is(err, backup.ErrOccupied) {
		t.Fatalf("into a folder that has joined: %v", err)
	}
	at := elsewhere.place()
	failed := errors.New("failed")
	restore := func(leave error) error {
		elsewhere.now = elsewhere.now.Add(time.Minute)
		at.Leave = func(context.Context) error { return leave }
		_, err := backup.Restore(t.Context(), at, bytes.NewReader(file), bundle.WithPassphrase(secret.NewText(passphrase)), nil, owner(pass, p.at(elsewhere.now)))
		return err
	}
	if err := restore(failed); !errors.Is(err, failed) {
		t.Fatalf("%v", err)
	}
	if names := elsewhere.secrets.Names(); len(names) > 0 {
		t.Errorf("a restore that could not leave has left %q", names)
	}
	h.ok(restore(nil))
	if taken, err := backup.Occupied(t.Context(), elsewhere.path); err != nil || !taken {
		t.Errorf("%t, %v", taken, err)
	}
}
