package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
	"countersign/backend/workspace"
)

// The people and their words.
const (
	email = "amara.okafor@example.com"
	pass  = "tundra velvet orchard 91"
)

// clock is a time of day that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// fixture is a workspace on a real store.
type fixture struct {
	*testing.T
	path    string
	store   teststore.Store
	files   *faultyFiles
	server  store.Blobs // of a server's store; nil: they are in a folder
	secrets *faulty
	clock   *clock
	w       *client.Local
	marks   int64 // events between two marks, 0 for the default
	count   int   // of people: see next
}

// What hashing costs here.
var (
	cheap      = password.Cheap
	cheapCodes = recovery.Cheap
)

func newFixture(t *testing.T) *fixture {
	t.Helper()
	h := &fixture{
		T: t, path: filepath.Join(t.TempDir(), "workspace.db"), secrets: &faulty{Secrets: keychain.NewMemory()},
		clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)},
	}
	if secrets, files := teststore.Server(context.WithoutCancel(h.Context()), h.T, h.path); secrets != nil {
		h.secrets.Secrets, h.server = secrets, files
	}
	h.open()
	return h
}

// file is the path of the database, for a test that is about SQLite's file: one that edits it, puts an older
// one in its place, or makes a backup, in which it is.
func (h *fixture) file() string {
	h.Helper()
	return teststore.File(h, h.path)
}

// open opens the file, as a start of the program does.
func (h *fixture) open() {
	h.Helper()
	var err error
	if h.store, err = teststore.Open(h.Context(), h.T, h.path); err != nil {
		h.Fatal(err)
	}
	store := h.store
	h.Cleanup(func() { _ = store.Close() })
	h.files = &faultyFiles{Blobs: h.server}
	if h.server == nil {
		h.files.Blobs, err = documents.Open(filepath.Join(filepath.Dir(h.path), "documents"))
		h.ok(err)
	}
	if h.w, err = local.Open(h.Context(), local.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes, MarkEvery: h.marks, Sentence: searched}); err != nil {
		h.Fatal(err)
	}
	if err := h.w.RecoverAll(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// restart ends the process's hold on the file, as a crash would, and starts again.
func (h *fixture) restart() {
	h.Helper()
	if err := h.store.Close(); err != nil {
		h.Fatal(err)
	}
	h.open()
}

// created is a fixture with a workspace and its owner signed in.
func created(t *testing.T) (*fixture, *client.Session) {
	t.Helper()
	h := newFixture(t)
	s, err := h.w.Create(h.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(pass)})
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

// phone is an authenticator app: it makes codes on its own, with its own clock.
type phone struct {
	key   string
	clock *clock
	ahead time.Duration
}

func (p phone) at(t time.Time) string {
	code, err := hotp.GenerateCodeCustom(p.key, uint64(t.Add(p.ahead).Unix()/30), hotp.ValidateOpts{Digits: 6, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		panic(err)
	}
	return code
}

func (p phone) code() string { return p.at(p.clock.now()) }

// onlyNow reports whether the phone shows its code at no other time by which an enrolment tells how far off a clock is.
func (p phone) onlyNow() bool {
	const steps = int(15 * time.Hour / (30 * time.Second))
	step := func(t time.Time) int64 { return t.Unix() / 30 }
	now := p.clock.now()
	for i := -steps; i <= steps; i++ {
		other := now.Add(time.Duration(i) * 30 * time.Second) // by a clock that is right
		if step(other) != step(now.Add(p.ahead)) && p.at(other.Add(-p.ahead)) == p.code() {
			return false
		}
	}
	return true
}

// wrong is a code that the phone does not show within 15 hours: an enrolment tells by a code that
// a phone's clock is up to 14 hours off.
func (p phone) wrong() string {
	const steps = int(15 * time.Hour / (30 * time.Second))
	near := map[string]bool{}
	for i := -steps; i <= steps; i++ {
		near[p.at(p.clock.now().Add(time.Duration(i)*30*time.Second))] = true
	}
	for n := 0; ; n++ {
		if c := fmt.Sprintf("%06d", n); !near[c] {
			return c
		}
	}
}

func (h *fixture) phoneOf(shown service.Shown) phone {
	return phone{key: strings.Join(shown.Groups, ""), clock: h.clock}
}

// enabled is a fixture whose owner has 2FA on. The clock stands after the code of
// the enrolment, so that the phone shows a new one.
func enabled(t *testing.T) (*fixture, *client.Session, phone, []string) {
	t.Helper()
	h, s := created(t)
	p, codes := h.enable(s)
	h.clock.step(time.Minute)
	return h, s, p, codes
}

func (h *fixture) enable(s *client.Session) (phone, []string) {
	h.Helper()
	shown, err := s.BeginEnable(h.Context(), secret.NewText(pass))
	h.ok(err)
	p := h.phoneOf(shown)
	issued, err := s.Confirm(h.Context(), secret.NewText(p.code()))
	h.ok(err)
	codes := display(issued)
	h.ok(s.Continue(h.Context()))
	return p, codes
}

func display(i *client.Issued) (codes []string) {
	for _, c := range i.Codes {
		codes = append(codes, c.Display())
	}
	return codes
}

// challenge gives the right password and expects the second factor to be due.
func (h *fixture) challenge() *client.Challenge {
	h.Helper()
	s, c, err := h.w.SignIn(h.Context(), email, secret.NewText(pass))
	h.ok(err)
	if s != nil || c == nil {
		h.Fatal("the password alone opened the profile")
	}
	return c
}

func (h *fixture) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused expects a code of refusal.
func (h *fixture) refused(err error, code service.Code) *service.Error {
	h.Helper()
	var e *service.Error
	if !errors.As(err, &e) || e.Code != code {
		h.Fatalf("got %v, want %s", err, code)
	}
	if m := message(e); strings.ContainsAny(m, "{}") || m == string(e.Code) {
		h.Fatalf("%s has no words: %q", e.Code, m)
	}
	return e
}

// strange expects that another phone's code was refused. One in 300 is by chance a code that this phone shows within
// 14 hours, which is told.
func (h *fixture) strange(err error) {
	h.Helper()
	for _, code := range []service.Code{service.CodeCodeWrong, service.CodeCodeClock, service.CodeCodeExpired, service.CodeCodeUsed} {
		if service.IsCode(err, code) {
			return
		}
	}
	h.Fatalf("another phone's code: %v", err)
}

// status reads the profile.
func (h *fixture) status(s *client.Session) service.TwoFactor {
	h.Helper()
	o, err := s.Overview(h.Context())
	h.ok(err)
	return o.TwoFactor
}

// items counts the keychain's items for TOTP secrets.
func (h *fixture) items() (n int) {
	for _, name := range h.secrets.names() {
		if strings.Contains(name, "/totp/") {
			n++
		}
	}
	return n
}

// intents counts what is under way.
func (h *fixture) intents() (n int) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		all, err := tx.Intents()
		n = len(all)
		return err
	}))
	return n
}

// faulty is a keychain that can be told to fail, and remembers its names.
type faulty struct {
	store.Secrets
	mu      sync.Mutex
	set     error // of the next Sets
	get     error // of the Gets of TOTP secrets
	del     error
	swallow bool   // Set says yes and stores nothing
	slow    func() // what happens while the Set of a TOTP secret takes its time
	anchors func() // see during
	known   map[string]bool
}

func (f *faulty) names() (all []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := range f.known {
		all = append(all, n)
	}
	return all
}

// prefix is the workspace's, before the first slash.
func (f *faulty) prefix() string {
	for _, n := range f.names() {
		return n[:strings.Index(n, "/")]
	}
	return ""
}

func (f *faulty) Set(ctx context.Context, name string, v secret.Bytes) error {
	f.mu.Lock()
	if anchors := f.anchors; anchors != nil && strings.HasSuffix(name, "/anchor") {
		f.mu.Unlock()
		anchors()
		f.mu.Lock()
	}
	defer f.mu.Unlock()
	if f.slow != nil && strings.Contains(name, "/totp/") {
		f.slow()
	}
	if f.set != nil {
		return f.set
	}
	if f.swallow {
		return nil
	}
	if f.known == nil {
		f.known = map[string]bool{}
	}
	f.known[name] = true
	return f.Secrets.Set(ctx, name, secret.NewBytes(bytes.Clone(v.Reveal())))
}

func (f *faulty) Get(ctx context.Context, name string) (secret.Bytes, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.get != nil && strings.Contains(name, "/totp/") {
		return secret.Bytes{}, f.get
	}
	return f.Secrets.Get(ctx, name)
}

func (f *faulty) Delete(ctx context.Context, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.del != nil {
		return f.del
	}
	delete(f.known, name)
	return f.Secrets.Delete(ctx, name)
}

// during says what happens before the anchor is written: the commit stands by then.
func (f *faulty) during(anchors func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.anchors = anchors
}

func (f *faulty) fail(set, get, del error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set, f.get, f.del = set, get, del
}

// eachEvent walks through the log after an event.
func eachEvent(tx store.ReadTx, after int64, fn func(e audit.Event, seal []byte) error) error {
	for e, err := range tx.Events(after) {
		if err == nil {
			err = fn(e.Event, e.Signature)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachRow walks through all rows but the log's.
func eachRow(tx store.ReadTx, fn func(k store.Key, row any) error) error {
	for r, err := range tx.Rows() {
		if err == nil {
			err = fn(r.Key, r.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func second[A, B any](_ A, b B) B { return b }

func third[A, B, C any](_ A, _ B, c C) C { return c }

// inner is the half behind a client's.
func inner(w *client.Local) *workspace.Workspace { return workspace.Of(w.Workspace.Workspace) }
