package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

const (
	email      = "amara.okafor@example.com"
	firstPass  = "tundra velvet orchard 91"
	secondPass = "granite lagoon whisper 47"
	shortPass  = "qv7#Lm2z" // while 2FA is required
)

// person is the owner at the keyboard of a running program. What goes wrong in
// what they do panics: it is then the test that is wrong.
type person struct {
	ctx     context.Context
	home    home
	clock   *clock
	store   store.Store // as the program sees it, watched
	secrets store.Secrets
	files   store.Blobs // nil: as they are
	random  io.Reader   // nil: crypto/rand
	marks   int64
	log     *slog.Logger // nil: none
	seat    int
	w       *client.Local
}

// failure is an error that nobody expected here.
type failure struct{ error }

func (f failure) Error() string { return fmt.Sprintf("%v (%v)", f.error, errors.Unwrap(f.error)) }

func must(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func got[T any](v T, err error) T {
	must(err)
	return v
}

func (p *person) config() local.Config {
	if p.files == nil {
		p.files = got(documents.Open(p.home.documentsDir()))
	}
	return local.Config{Store: p.store, Secrets: p.secrets, Files: p.files, Now: p.clock.now, Password: cheap, MarkEvery: p.marks, Log: p.log, Recovery: cheapCodes, Rand: p.random}
}

func (p *person) start() {
	p.w = got(local.Open(p.ctx, p.config()))
	must(p.w.RecoverAll(p.ctx))
}

func (p *person) note(n note) { must(p.home.write(n)) }

func (p *person) paper() paper { return got(p.home.paper()) }

// phone is the key of the nth phone that was shown, from 0.
func (p *person) phone(n int) string { return p.paper().Phones[n] }

// code is what the nth phone shows now.
func (p *person) code(n int) string { return code(p.phone(n), p.clock.now()) }

func (p *person) recovery(sheet, number int) string {
	return p.paper().Sheets[sheetOf(email, sheet)][number-1]
}

func (p *person) create() *client.Session {
	p.note(note{Password: firstPass})
	return got(p.w.Create(p.ctx, client.NewWorkspace{
		Workspace: "Northwind Legal", Name: "Amara Okafor", Email: email, Password: secret.NewText(firstPass),
	}))
}

// challenge gives the password where the second factor is due.
func (p *person) challenge() *client.Challenge {
	_, c, err := p.w.SignIn(p.ctx, email, secret.NewText(firstPass))
	must(err)
	if c == nil {
		panic("2FA is off")
	}
	return c
}

// signIn gives the password and, where it is due, the code of the first phone.
func (p *person) signIn() *client.Session {
	s, c, err := p.w.SignIn(p.ctx, email, secret.NewText(firstPass))
	must(err)
	if c == nil {
		return s
	}
	p.clock.step(time.Minute)
	return got(c.Verify(p.ctx, secret.NewText(p.code(0))))
}

// show notes what the screen shows, as a person who scans and prints it does.
func (p *person) show(shown service.Shown, err error) {
	must(err)
	p.note(note{Phone: strings.Join(shown.Groups, "")})
}

func (p *person) print(issued *client.Issued, err error) {
	must(err)
	n := note{Email: issued.Email, Sheet: issued.Sheet}
	for _, c := range issued.Codes {
		n.Codes = append(n.Codes, c.Display())
	}
	p.note(n)
}

func (p *person) beginEnable(s *client.Session) {
	p.show(s.BeginEnable(p.ctx, secret.NewText(firstPass)))
}

// confirm types the code of the newest phone.
func (p *person) confirm(s *client.Session) (*client.Issued, error) {
	phones := p.paper().Phones
	return s.Confirm(p.ctx, secret.NewText(code(phones[len(phones)-1], p.clock.now())))
}

func (p *person) enable(s *client.Session) {
	p.beginEnable(s)
	p.print(p.confirm(s))
	must(s.Continue(p.ctx))
}

// secondApp adds another app to the one that the person has.
func (p *person) secondApp() {
	p.start()
	s := p.signIn()
	p.show(s.BeginAddApp(p.ctx, "Tablet", p.proof()))
	_, err := p.confirm(s)
	must(err)
	must(s.End(p.ctx))
}

// app is the number of the nth app, from 0.
func (p *person) app(s *client.Session, n int) int {
	return got(s.Overview(p.ctx)).TwoFactor.Apps[n].Number
}

// proof is a step-up with a new code of the first phone.
func (p *person) proof() client.Proof {
	p.clock.step(time.Minute)
	return client.Proof{Password: secret.NewText(firstPass), Factor: byCode(p.code(0))}
}

func byCode(c string) client.FactorInput {
	return client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(c)}
}

func byRecovery(c string) client.FactorInput {
	return client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(c)}
}

var noFactor = client.FactorInput{Kind: service.FactorNone}

// expect panics unless err is this refusal.
func expect(err error, c service.Code) {
	switch {
	case err == nil:
		panic("want " + string(c))
	case !service.IsCode(err, c):
		panic(failure{err})
	}
}

// A base is a home in which use cases begin. It is made once and copied.
type base struct {
	name string
	make func(p *person)
	once sync.Once
	home home
	err  error
}

var (
	empty   = &base{name: "empty", make: func(*person) {}}
	created = &base{name: "created", make: func(p *person) {
		p.start()
		p.create()
	}}
	enabled = &base{name: "enabled", make: func(p *person) {
		p.start()
		p.enable(p.create())
	}}
)

// refusing is a keychain that says no to what fails says.
type refusing struct {
	store.Secrets
	fails func(verb, name string) bool
}

func (r refusing) Set(ctx context.Context, name string, v secret.Bytes) error {
	if r.fails("set", name) {
		return store.ErrKeychainFailed
	}
	return r.Secrets.Set(ctx, name, v)
}

func (r refusing) Delete(ctx context.Context, name string) error {
	if r.fails("delete", name) {
		return store.ErrKeychainFailed
	}
	return r.Secrets.Delete(ctx, name)
}

// copyTo copies the base, and does there what is given.
func (b *base) copyTo(ctx context.Context, dir string, given func(*person)) (home, error) {
	b.once.Do(func() {
		b.home = home{filepath.Join(scratch, b.name)}
		b.err = errors.Join(b.home.make(), b.home.furnish(context.WithoutCancel(ctx), begin, b.make))
	})
	if b.err != nil {
		return home{}, b.err
	}
	h, err := b.home.copyTo(dir)
	if err == nil && given != nil {
		err = h.furnish(ctx, begin.Add(time.Hour), given)
	}
	return h, err
}

// furnish lets a person do something in the home, in this process. The store is
// closed after it, and nothing else is tidied up: what a session had begun stays
// as a crash would leave it.
func (h home) furnish(ctx context.Context, at time.Time, act func(*person)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("furnishing: %v", r)
		}
	}()
	store := got(sqlite.Open(ctx, h.database()))
	act(&person{ctx: ctx, home: h, clock: &clock{t: at}, store: store, secrets: h.keychain()})
	return store.Close()
}

// accept proves an owner and takes a sealed workspace as it is.
func accept(ctx context.Context, s *client.Quarantine, email string, pw secret.Text, factor client.FactorInput) error {
	a, err := s.Prove(ctx, email, pw, factor)
	if err != nil {
		return err
	}
	return a.Accept(ctx)
}
