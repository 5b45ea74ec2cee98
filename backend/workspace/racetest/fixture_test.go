// Package racetest_test is what the workspace promises of things that happen at once. It has a package of its own, so
// that the race detector runs these tests and no others: make test-race.
package racetest_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

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
)

const (
	ownerEmail = "amara.okafor@example.com"
	pass       = "tundra velvet orchard 91" // of everybody
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

// office is a workspace on a real store.
type office struct {
	*testing.T
	path    string
	store   teststore.Store
	secrets store.Secrets
	files   store.Blobs
	clock   *clock
	w       *client.Local
}

// person is somebody with what they have in hand.
type person struct {
	o     *office
	id    string
	email string
	key   string // of the phone; empty with 2FA off
	codes []string
}

// newOffice has a workspace and its owner, 2FA off.
func newOffice(t *testing.T) (*office, *person) {
	t.Helper()
	folder := t.TempDir()
	o := &office{
		T: t, path: filepath.Join(folder, "workspace.db"), secrets: keychain.NewMemory(),
		clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)},
	}
	o.reopen()
	var err error
	if secrets, files := teststore.Server(context.WithoutCancel(t.Context()), t, o.path); secrets != nil {
		o.secrets, o.files = secrets, files
	} else {
		o.files, err = documents.Open(filepath.Join(folder, "documents"))
		o.ok(err)
	}
	o.w, err = local.Open(t.Context(), o.config())
	o.ok(err)
	s, err := o.w.Create(t.Context(), client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara Okafor", Email: ownerEmail, Password: secret.NewText(pass)})
	o.ok(err)
	return o, &person{o: o, id: s.ProfileID(), email: ownerEmail}
}

// reopen opens the file.
func (o *office) reopen() {
	o.Helper()
	store, err := teststore.Open(o.Context(), o.T, o.path)
	o.ok(err)
	o.Cleanup(func() { _ = store.Close() })
	o.store = store
}

// config hashes at the least cost that the bounds allow.
func (o *office) config() local.Config {
	return local.Config{
		Store: o.store, Secrets: o.secrets, Files: o.files, Now: o.clock.now,
		Password: password.Cheap, Recovery: recovery.Cheap,
	}
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// join adds somebody, who chooses a password and leaves 2FA off.
func (p *person) join(name string, role store.Role) *person {
	p.o.Helper()
	given, err := p.admin().AddMember(p.o.Context(), service.NewMember{Name: name, Email: name + "@example.com", Role: role}, p.proof())
	p.o.ok(err)
	_, _, err = p.o.w.Redeem(p.o.Context(), given.Email, secret.NewText(given.Code.Display()), secret.NewText(pass))
	p.o.ok(err)
	return &person{o: p.o, id: given.ProfileID, email: given.Email}
}

// enable turns 2FA on.
func (p *person) enable() *person {
	p.o.Helper()
	s := p.signIn()
	shown, err := s.BeginEnable(p.o.Context(), secret.NewText(pass))
	p.o.ok(err)
	p.key = strings.Join(shown.Groups, "")
	issued, err := s.Confirm(p.o.Context(), secret.NewText(p.newCode()))
	p.o.ok(err)
	for _, c := range issued.Codes {
		p.codes = append(p.codes, c.Display())
	}
	p.o.ok(s.Continue(p.o.Context()))
	return p
}

// code is what the phone shows so many steps from now.
func (p *person) code(steps int64) string {
	p.o.Helper()
	code, err := hotp.GenerateCodeCustom(p.key, uint64(p.o.clock.now().Unix()/30+steps), hotp.ValidateOpts{Digits: 6, Algorithm: otp.AlgorithmSHA1})
	p.o.ok(err)
	return code
}

// newCode waits until the phone shows a new one.
func (p *person) newCode() string {
	p.o.clock.step(30 * time.Second)
	return p.code(0)
}

// wrong is a code that the phone does not show within 15 hours: an enrolment tells by a code that
// a phone's clock is up to 14 hours off.
func (p *person) wrong() string {
	p.o.Helper()
	const steps = int64(15 * time.Hour / (30 * time.Second))
	near := map[string]bool{}
	for step := -steps; step <= steps; step++ {
		near[p.code(step)] = true
	}
	for n := 0; ; n++ {
		if c := fmt.Sprintf("%06d", n); !near[c] {
			return c
		}
	}
}

// challenge gives the password where more is due.
func (p *person) challenge() *client.Challenge {
	p.o.Helper()
	_, c, err := p.o.w.SignIn(p.o.Context(), p.email, secret.NewText(pass))
	p.o.ok(err)
	if c == nil {
		p.o.Fatal("the password alone opened the profile")
	}
	return c
}

// signIn gives the password and, with 2FA on, a code.
func (p *person) signIn() *client.Session {
	p.o.Helper()
	ctx := context.WithoutCancel(p.o.Context())
	s, c, err := p.o.w.SignIn(ctx, p.email, secret.NewText(pass))
	p.o.ok(err)
	if c != nil {
		s, err = c.Verify(ctx, secret.NewText(p.newCode()))
		p.o.ok(err)
	}
	return s
}

func (p *person) admin() *client.Admin {
	p.o.Helper()
	a, err := p.signIn().Admin(p.o.Context())
	p.o.ok(err)
	return a
}

// proof is a step-up: the password and, with 2FA on, a new code.
func (p *person) proof() client.Proof {
	proof := client.Proof{Password: secret.NewText(pass)}
	if p.key != "" {
		proof.Factor = client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.newCode())}
	}
	return proof
}

// atOnce does each act in a goroutine of its own, begun as nearly together as possible, and returns their errors.
func atOnce(acts ...func() error) []error {
	errs := make([]error, len(acts))
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i, act := range acts {
		all.Go(func() {
			<-begin
			errs[i] = act()
		})
	}
	close(begin)
	all.Wait()
	return errs
}

// succeeded counts those that went well. Of the others each has to be refused with one of the codes.
func (o *office) succeeded(errs []error, codes ...service.Code) (n int) {
	o.Helper()
	for _, err := range errs {
		if err == nil {
			n++
		} else if !oneOf(err, codes) {
			o.Errorf("unexpected: %v", err)
		}
	}
	return n
}

func oneOf(err error, codes []service.Code) bool {
	for _, code := range codes {
		if service.IsCode(err, code) {
			return true
		}
	}
	return false
}
