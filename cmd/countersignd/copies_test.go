package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/cmd/internal/cli"
)

const filePassphrase = "harbour granite lantern 47"

// lease is larger than what age encrypts at once, so that a file that is cut or changed at its end has a good beginning.
var lease = strings.Repeat("The rent is nine hundred a month. ", 10_000)

// owner is who owns the workspace, with their computer, phone and sheet.
type owner struct {
	secrets *keychain.Memory
	phone   string // the key
	codes   []string
}

func (o *owner) codeOf(t testing.TB, at time.Time) secret.Text {
	t.Helper()
	code, err := hotp.GenerateCodeCustom(o.phone, uint64(at.Unix()/30), hotp.ValidateOpts{Digits: 6, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return secret.NewText(code)
}

// enrol turns 2FA on, and adds a contract.
func (o *owner) enrol(t testing.TB, s *client.Session, pass string) {
	t.Helper()
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	if err != nil {
		t.Fatal(err)
	}
	o.phone = strings.Join(shown.Groups, "")
	issued, err := s.Confirm(t.Context(), o.codeOf(t, time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range issued.Codes {
		o.codes = append(o.codes, c.Display())
	}
	if err := s.Continue(t.Context()); err != nil {
		t.Fatal(err)
	}
	source := client.Source{Name: "Lease", Size: int64(len(lease)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(lease)), nil }}
	if _, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{source}), nil); err != nil {
		t.Fatal(err)
	}
}

// at gives the workspace at a server, from the owner's computer.
func (o *owner) at(s *serving, fingerprint string) *client.Workspace {
	s.p.Helper()
	key, err := remote.ParseFingerprint(fingerprint)
	if err != nil {
		s.p.Fatal(err)
	}
	r, err := remote.Dial(s.p.Context(), remote.Config{Server: s.main, Key: key})
	if err != nil {
		s.p.Fatal(err)
	}
	s.p.Cleanup(r.Close)
	w, err := client.Open(s.p.Context(), r, client.Config{Secrets: o.secrets, Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)})
	if err != nil {
		s.p.Fatal(err)
	}
	return w
}

// enter signs in with the password and a recovery code.
func (o *owner) enter(t testing.TB, w *client.Workspace, code string) *client.Session {
	t.Helper()
	_, c, err := w.SignIn(context.WithoutCancel(t.Context()), ownerEmail, secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Recover(context.WithoutCancel(t.Context()), secret.NewText(code))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reads opens the one contract.
func reads(t testing.TB, s *client.Session) {
	t.Helper()
	all, err := s.Documents(t.Context())
	if err != nil || len(all) != 1 || all[0].Name != "Lease" {
		t.Fatalf("%+v, %v", all, err)
	}
	report, err := s.CheckDocuments(t.Context(), nil)
	if err != nil || report.Good != 1 || len(report.Bad) > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
}

// inUse is a place whose server has had an owner with 2FA on and a contract. It has ended.
func inUse(t *testing.T) (*place, *owner, founded) {
	t.Helper()
	p := newPlace(t)
	v := p.init()
	s := p.serve()
	o := &owner{secrets: keychain.NewMemory()}
	in, _, err := o.at(s, v.Fingerprint).Redeem(context.WithoutCancel(t.Context()), v.Email, secret.NewText(v.Code), secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	o.enrol(t, in, ownerPass)
	a, err := in.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	proof := client.Proof{Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(o.codes[0])}}
	if _, err := a.AddMember(t.Context(), service.NewMember{Name: "Ben Hall", Email: "ben@example.com", Role: store.RoleMember}, proof); err != nil {
		t.Fatal(err)
	}
	s.end()
	return p, o, v
}

// sealedWith sets the passphrase for a file.
func (p *place) sealedWith(passphrase string) *place {
	p.write("passphrase", passphrase+"\n")
	p.settings["passphrase-file"] = p.path("passphrase")
	return p
}

// beside is another empty database for the same key and certificate.
func (p *place) beside() *place {
	p.Helper()
	other := newPlace(p.T)
	for _, name := range []string{"server-key", "certificate", "certificate-key"} {
		other.settings[name] = p.settings[name]
	}
	return other.sealedWith(filePassphrase)
}

// backUp makes a backup.
func (p *place) backUp() (file string, r copied) {
	p.Helper()
	file = p.path("backup.age")
	p.sealedWith(filePassphrase)
	if err := json.Unmarshal([]byte(p.good("backup", file, "--json")), &r); err != nil {
		p.Fatal(err)
	}
	return file, r
}

// untouched expects a database without a workspace.
func (p *place) untouched() {
	p.Helper()
	code := "no_workspace"
	if _, err := os.Stat(p.settings["server-key"]); err != nil {
		code = "key_missing" // nothing was made that a key is for
	}
	p.refused(cli.ExitUnavailable, code, "verify")
	db := p.sql()
	defer db.Close(context.Background())
	for _, table := range []string{"profiles", "events", "secrets", "blobs", "blob_chunks"} {
		var n int
		if err := db.QueryRow(p.Context(), "SELECT count(*) FROM countersign."+table).Scan(&n); err != nil || n != 0 {
			p.Errorf("%s has %d rows: %v", table, n, err)
		}
	}
}

func (p *place) sql() *pgx.Conn {
	p.Helper()
	db, err := pgx.Connect(p.Context(), p.database)
	if err != nil {
		p.Fatal(err)
	}
	return db
}

func TestRestore_IsTheWorkspaceOfTheBackup(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	file, made := p.backUp()
	if st, err := os.Stat(file); err != nil || st.Mode() != 0o600 || made.Documents != 1 || made.Missing != 0 || made.Workspace != "Northwind Legal" {
		t.Errorf("%+v, %v", made, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{o.phone, ownerEmail, lease[:20]} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("the backup says %q", secret)
		}
	}
	q := p.beside()
	var r taken
	if err := json.Unmarshal([]byte(q.good("restore", file, "--json")), &r); err != nil {
		t.Fatal(err)
	}
	if r.Workspace != "Northwind Legal" || r.Documents != 1 || r.Event != made.Event || r.SignedBy != made.SignedBy {
		t.Errorf("%+v, of %+v", r, made)
	}
	if r.LogEvent <= r.Event || len(r.LogCode) != 19 {
		t.Errorf("the log’s code of event %d is %q", r.LogEvent, r.LogCode)
	}
	q.good("verify")
	s := q.serve()
	w := o.at(s, v.Fingerprint)
	_, c, err := w.SignIn(t.Context(), ownerEmail, secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Verify(t.Context(), o.codeOf(t, time.Now())); !service.IsCode(err, service.CodeCodeUsed) {
		t.Errorf("a code that may have been used since: %v", err)
	}
	in := o.enter(t, w, o.codes[1])
	news := in.Welcome().News
	if len(news) != 1 || news[0].Kind != "server-restored" || news[0].Detail["made"] == "" {
		t.Errorf("the owner is told %+v", news)
	}
	reads(t, in)
	a, err := in.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	members, err := a.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if m.State == store.ProfileInvited && !m.InvitedUntil.IsZero() {
			t.Errorf("an invitation of before works: %+v", m)
		}
	}
	page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace})
	if err != nil || page.Entries[0].Kind != "server-restored" || page.Entries[0].Actor != nil || page.Entries[0].Subject != nil || page.Entries[1].Kind != "server-backup-begun" {
		t.Errorf("%+v, %v", page, err)
	}
	s.end()
}

func TestBackup_IsOfOneMomentWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	s := p.serve()
	in := o.enter(t, o.at(s, v.Fingerprint), o.codes[1])
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	over := make(chan error)
	go func() {
		for n := 0; ; n++ {
			if err := in.Rename(ctx, "Amara Okafor "+strings.Repeat("I", 1+n%3)); err != nil {
				over <- err
				return
			}
		}
	}()
	file, _ := p.backUp()
	stop()
	if err := <-over; !errors.Is(err, context.Canceled) && ctx.Err() == nil {
		t.Fatal(err)
	}
	q := p.beside()
	q.good("restore", file)
	q.good("verify")
}

func TestBackup_ReplacesNoFileAndLeavesNone(t *testing.T) {
	t.Parallel()
	p, _, _ := inUse(t)
	p.sealedWith(filePassphrase)
	p.write("backup.age", "mine")
	p.refused(cli.ExitUsage, "file_exists", "backup", p.path("backup.age"))
	if p.read("backup.age") != "mine" {
		t.Error("the file was replaced")
	}
	p.refused(cli.ExitUnavailable, "file_unwritable", "backup", p.path("none/backup.age"))
	p.sealedWith("short")
	p.refused(cli.ExitUsage, "passphrase_weak", "backup", p.path("new.age"))
	delete(p.settings, "passphrase-file")
	p.refused(cli.ExitUsage, "usage", "backup", p.path("new.age"))
	p.refused(cli.ExitUsage, "recipient_key", "backup", p.path("new.age"), "--recipient", "age1x")
	if p.there("new.age") {
		t.Error("there is a file")
	}
	left, err := filepath.Glob(p.path(".countersign*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestBackup_IsMadeWhenItsFileIsThere(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	p.sealedWith(filePassphrase)
	p.refused(cli.ExitUnavailable, "file_unwritable", "backup", p.path(strings.Repeat("a", 300))) // which no file can have as its name
	p.good("backup", p.path("backup.age"))
	a, err := o.enter(t, o.at(p.serve(), v.Fingerprint), o.codes[1]).Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"server-backup-made", "server-backup-begun", "server-backup-begun"} {
		if page.Entries[i].Kind != kind {
			t.Errorf("the log says %s, not %s", page.Entries[i].Kind, kind)
		}
	}
}

func TestBackup_ForAKeyOpensWithIt(t *testing.T) {
	t.Parallel()
	p, _, _ := inUse(t)
	id, recipient := ageKey(t)
	p.good("backup", p.path("backup.age"), "--recipient", recipient)
	p.write("key.txt", id)
	q := p.beside()
	q.refused(cli.ExitUsage, "usage", "restore", p.path("backup.age"))
	other, _ := ageKey(t)
	q.write("other.txt", other)
	q.refused(cli.ExitRefused, "key_wrong", "restore", p.path("backup.age"), "--identity", q.path("other.txt"))
	q.good("restore", p.path("backup.age"), "--identity", p.path("key.txt"))
}

func TestRestore_NeedsTheKeyOfTheBackup(t *testing.T) {
	t.Parallel()
	p, _, v := inUse(t)
	file, _ := p.backUp()
	q := newPlace(t).sealedWith(filePassphrase)
	q.refused(cli.ExitUnavailable, "key_missing", "restore", file)
	own := newPlace(t)
	own.init()
	q.settings["server-key"] = own.path("server.key")
	if why := q.refused(cli.ExitUnavailable, "key_other", "restore", file); !strings.Contains(why, v.ServerKey) {
		t.Errorf("%s", why)
	}
	q.settings["server-key"] = p.path("server.key") // the database is not the other key's
	q.good("restore", file)
}

func TestRestore_NeverReplacesAWorkspace(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	file, _ := p.backUp()
	p.refused(cli.ExitRefused, "workspace_exists", "restore", file)
	s := p.serve()
	reads(t, o.enter(t, o.at(s, v.Fingerprint), o.codes[1]))
	s.end()
}

func TestRestore_TakesNothingThatIsNotWhole(t *testing.T) {
	t.Parallel()
	p, _, _ := inUse(t)
	file, _ := p.backUp()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	q := p.beside()
	q.good("migrate")
	for name, c := range map[string]struct {
		content []byte
		exit    int
		code    string
	}{
		"cut in the middle":  {b[:len(b)/2], cli.ExitWrong, "export_end"},
		"cut between chunks": {b[:len(b)-1], cli.ExitWrong, "export_end"},
		"changed":            {changedAt(b, len(b)-200), cli.ExitWrong, "export_end"},
		"no file of ours":    {[]byte("workspace"), cli.ExitWrong, "export_unknown"},
	} {
		q.write("copy.age", string(c.content))
		if code, _, told := q.run("restore", q.path("copy.age"), "--json"); code != c.exit || !strings.Contains(told, c.code) && !strings.Contains(told, "export_cut") && !strings.Contains(told, "export_edited") {
			t.Errorf("%s: %d, %s", name, code, told)
		}
		q.refused(cli.ExitUnavailable, "no_workspace", "verify")
	}
	q.sealedWith("harbour granite lantern 48")
	q.refused(cli.ExitRefused, "passphrase_wrong", "restore", file)
	q.refused(cli.ExitUsage, "file_unreadable", "restore", q.path("none.age"))
	q.untouched()
	q.sealedWith(filePassphrase)
	q.good("restore", file)
}

func changedAt(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func TestInit_FoundsWhereARestoreWasKilled(t *testing.T) {
	t.Parallel()
	p, _, _ := inUse(t)
	file, _ := p.backUp()
	q := p.beside()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	q.write("copy.age", string(b[:len(b)-1]))
	if code, _, _ := q.run("restore", q.path("copy.age")); code != cli.ExitWrong {
		t.Errorf("exit code %d", code)
	}
	q.untouched()
	q.serveNew()
}

// serveNew founds a workspace, and lets its owner in.
func (p *place) serveNew() {
	p.Helper()
	v := p.init()
	s := p.serve()
	s.join(v)
	s.end()
}

func openTo(t *testing.T, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// ageKey makes a key of the age tool's.
func ageKey(t *testing.T) (private, public string) {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key.String(), key.Recipient().String()
}

// TestNoteRestored_OpensAWayForADatabaseThatWasPutBack: a dump that is put back, a point in time, a standby without the last changes: PostgreSQL puts all of the database back,
// with its anchor and its sessions. Only a computer that knows more can tell.
func TestNoteRestored_OpensAWayForADatabaseThatWasPutBack(t *testing.T) {
	t.Parallel()
	p, o, v := inUse(t)
	s := p.serve()
	w := o.at(s, v.Fingerprint)
	o.enter(t, w, o.codes[1])
	s.end()
	q := p.beside()
	q.database = postgrestest.Like(t, p.database) // as it is now
	q.write("database", q.database+"\n")

	s = p.serve()
	w = o.at(s, v.Fingerprint)
	o.enter(t, w, o.codes[2]) // which the copy lacks
	s.end()

	s = q.serve()
	w = o.at(s, v.Fingerprint)
	entering := func(code string) (*client.Session, error) {
		t.Helper()
		_, c, err := w.SignIn(t.Context(), ownerEmail, secret.NewText(ownerPass))
		if err != nil {
			return nil, err
		}
		return c.Recover(t.Context(), secret.NewText(code))
	}
	if _, err := entering(o.codes[3]); !service.IsCode(err, service.CodeLogNotAuthentic) {
		t.Fatalf("the owner's computer says of a database that was put back: %v", err)
	}
	if err := w.AcceptRestored(t.Context(), "ABCD-EFGH-JKLM-NPQR"); !service.IsCode(err, service.CodeLogCode) {
		t.Errorf("a database that does not say that it was put back can be accepted: %v", err)
	}
	said := q.refused(cli.ExitUsage, "usage", "note-restored")
	if !strings.Contains(said, "--yes") {
		t.Errorf("%s", said)
	}
	if _, err := entering(o.codes[4]); !service.IsCode(err, service.CodeLogNotAuthentic) {
		t.Errorf("something was said without --yes: %v", err)
	}
	var r putBack
	if err := json.Unmarshal([]byte(q.good("note-restored", "--yes", "--json")), &r); err != nil { // while the server runs
		t.Fatal(err)
	}
	if !r.OK || r.Workspace != "Northwind Legal" || r.LogEvent <= r.Event || len(r.LogCode) != 19 || r.At.IsZero() {
		t.Errorf("%+v", r)
	}
	q.good("verify")
	refused := new(service.Error)
	if _, err := entering(o.codes[5]); !errors.As(err, &refused) || refused.Code != service.CodeLogRestored || refused.Args["event"] != int(r.LogEvent) {
		t.Fatalf("%v, %+v", err, refused)
	}
	if err := w.AcceptRestored(t.Context(), "ABCD-EFGH-JKLM-NPQR"); !service.IsCode(err, service.CodeLogCodeOther) {
		t.Errorf("another code: %v", err)
	}
	if err := w.AcceptRestored(t.Context(), r.LogCode); err != nil {
		t.Fatal(err)
	}
	in, err := entering(o.codes[6])
	if err != nil {
		t.Fatal(err)
	}
	reads(t, in)
	a, err := in.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace})
	if err != nil || page.Entries[0].Kind != "server-restored" || page.Entries[0].Detail["made"] == "" {
		t.Errorf("%+v, %v", page, err)
	}
	s.end()

	// Who has the database alone can't say it, and who has altered it isn't believed.
	other := newPlace(t)
	other.init()
	q.settings["server-key"] = other.path("server.key")
	q.refused(cli.ExitUnavailable, "key_other", "note-restored", "--yes")
	q.settings["server-key"] = p.path("server.key")
	db := q.sql()
	defer db.Close(context.Background())
	if _, err := db.Exec(t.Context(), "UPDATE profiles SET name = 'Mallory' WHERE email = $1", ownerEmail); err != nil {
		t.Fatal(err)
	}
	if code, _, told := q.run("note-restored", "--yes"); code == 0 {
		t.Errorf("a database with an altered row was noted as restored: %s", told)
	}
}
