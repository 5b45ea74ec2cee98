package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/recovery"
	"countersign/backend/runexport"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// interrupting is a store that tells when an event of a kind was committed.
type interrupting struct {
	store.Store
	kind      string
	committed func()
}

func (s *interrupting) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	var told eventTx
	err := s.Store.Update(ctx, func(tx store.WriteTx) error {
		told = eventTx{WriteTx: tx}
		return fn(&told)
	})
	if err == nil && told.kind != "" && told.kind == s.kind {
		s.committed()
	}
	return err
}

type eventTx struct {
	store.WriteTx
	kind string
}

func (t *eventTx) AppendEvent(e store.SignedEvent) error {
	t.kind = e.Kind
	return t.WriteTx.AppendEvent(e)
}

// office is a workspace whose owner issues codes for everybody.
type office struct {
	*testing.T
	db    *interrupting
	admin *client.Admin
	ids   []string
	env   *env
	out   *bytes.Buffer
}

// newOffice makes a workspace of n people with 2FA on. The rows of the others are
// written behind its back and then accepted: to enrol them would take minutes.
func newOffice(t *testing.T, n int) *office {
	t.Helper()
	ctx := t.Context()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "workspace.db"))
	ok(err)
	t.Cleanup(func() { ok(db.Close()) })
	now := time.Now()
	o := &office{T: t, db: &interrupting{Store: db}, out: &bytes.Buffer{}}
	keys := keychain.NewMemory()
	c := local.Config{Store: o.db, Secrets: keys, Password: cheap, Recovery: recovery.Cheap, Now: func() time.Time { return now }}
	w, err := local.Open(ctx, c)
	ok(err)
	s, err := w.Create(ctx, client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: ownerEmail, Password: secret.NewText(ownPassword)})
	ok(err)
	shown, err := s.BeginEnable(ctx, secret.NewText(ownPassword))
	ok(err)
	code := func() string {
		now = now.Add(time.Minute)
		text, err := totp.GenerateCode(strings.Join(shown.Groups, ""), now)
		ok(err)
		return text
	}
	_, err = s.Confirm(ctx, secret.NewText(code()))
	ok(err)
	ok(s.Continue(ctx))
	ok(db.Update(ctx, func(tx store.WriteTx) error {
		p, err := tx.ProfileByEmail(ownerEmail)
		for i := 1; i < n && err == nil; i++ {
			p.ID, p.Name, p.Email, p.Role = fmt.Sprintf("m%d", i), fmt.Sprintf("Member %d", i), fmt.Sprintf("member.%d@example.com", i), service.RoleMember
			p.EmailKey = p.Email
			err = errors.Join(tx.InsertProfile(p), tx.InsertFactor(store.Factor{ProfileID: p.ID, Since: now, Apps: []store.App{{Generation: 1, Item: p.ID, AddedAt: now}}}))
		}
		return err
	}))
	sealed, err := local.OpenQuarantined(ctx, c)
	ok(err)
	ok(accept(ctx, sealed, ownerEmail, secret.NewText(ownPassword), client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(code())}))
	w, err = local.Open(ctx, c)
	ok(err)
	_, challenge, err := w.SignIn(ctx, ownerEmail, secret.NewText(ownPassword))
	ok(err)
	s, err = challenge.Verify(ctx, secret.NewText(code()))
	ok(err)
	ok(s.ForOneAct(ctx))
	o.admin, err = s.Admin(ctx)
	ok(err)
	for _, m := range o.members() {
		o.ids = append(o.ids, m.ID)
	}
	quiet, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	ok(err)
	t.Cleanup(func() { ok(quiet.Close()) })
	o.env = &env{stdout: o.out, stderr: quiet, now: c.Now}
	o.env.output, o.env.reason = filepath.Join(t.TempDir(), "sheets.csv"), "Yearly renewal"
	return o
}

func (o *office) members() []service.Member {
	o.Helper()
	all, err := o.admin.Members(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	return all
}

// withNew is how many have a sheet of the run.
func (o *office) withNew() (n int) {
	for _, m := range o.members() {
		if m.Run > 0 {
			n++
		}
	}
	return n
}

// issueUntil issues for everybody, with Ctrl+C when an event of that kind is committed.
func (o *office) issueUntil(kind string) error {
	ctx, stop := context.WithCancel(o.Context())
	defer stop()
	o.db.kind, o.db.committed = kind, stop
	return o.env.issue(ctx, o.admin, o.ids, runexport.Target{Format: runexport.CSV})
}

func TestAnIssueInterruptedBeforeItsFileIsWholeLeavesEverybodyTheOldCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 3)
	if err := o.issueUntil("run-sheets-made"); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(o.env.output)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if n := o.withNew(); n > 0 || o.out.Len() > 0 {
		t.Errorf("%d have new codes; it says %q", n, o.out)
	}
	runs, err := o.admin.Runs(t.Context(), 0)
	if err != nil || len(runs) != 1 || runs[0].State != service.RunCancelled {
		t.Errorf("%+v %v", runs, err)
	}
}

func TestAnIssueInterruptedWhileItIsPutInForceSaysWhatItHasLeft(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 34)
	if err := o.issueUntil("run-sheets-issued"); !errors.Is(err, errInterrupted) {
		t.Errorf("it ends with %v", err)
	}
	if n := o.withNew(); n != 32 { // as many as share a commit
		t.Errorf("%d have new codes", n)
	}
	for _, want := range []string{"Print run 1: 32 of 34 members have their new codes. The sheets are in", "Destroy the sheets of the others"} {
		if !strings.Contains(o.out.String(), want) {
			t.Errorf("it does not say %q: %s", want, o.out)
		}
	}
	f, err := os.Open(o.env.output)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := csv.NewReader(f).ReadAll(); err != nil || len(rows) != 35 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}
