package workspace_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// A run has some 30 steps with real hashing on a real file, so there are fewer of
// them than rapid would make. -rapid.checks=N says otherwise.
func init() {
	for name, value := range map[string]string{"rapid.checks": modelRuns, "rapid.shrinktime": "10s"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

const otherPass = "granite lagoon whisper 47"

// standing is what the database says of the one profile: the truth that each
// step is judged by.
type standing struct {
	on       bool
	phone    string // its key
	sheet    int    // in force, 0 for none
	used     string // numbers of its used codes
	name     string
	password string // its salt
	failures string // by kind
	step     int64  // the last one that was used
}

// but leaves out what every guess may change.
func (s standing) but() standing {
	s.failures, s.step = "", 0
	return s
}

// machine drives a workspace at random and holds it to what it may do.
type machine struct {
	*rapid.T
	ctx     context.Context
	path    string
	clock   *clock
	weather *weather
	memory  *keychain.Memory
	secrets *roughSecrets
	file    teststore.Store
	w       *client.Local

	passwords []string         // the first is the right one, if no trouble came at a change
	phones    []string         // keys that were shown
	sheets    map[int][]string // codes that were shown
	confirmed string           // the code of the newest enrolment's confirmation
	opened    map[string]bool  // codes that have opened or proven something: "key step" and "recovery code"

	sessions   []*client.Session
	challenges []*client.Challenge
	stale      []*client.Challenge // of challenges, those that are over
}

func newMachine(t *rapid.T) *machine {
	dir, err := os.MkdirTemp("", "countersign-model-")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{
		T: t, ctx: context.Background(), path: filepath.Join(dir, "workspace.db"), weather: &weather{}, memory: keychain.NewMemory(),
		clock:     &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)},
		passwords: []string{pass}, sheets: map[int][]string{}, opened: map[string]bool{},
	}
	m.secrets = &roughSecrets{Secrets: m.memory, weather: m.weather}
	t.Cleanup(func() {
		m.close()
		_ = os.RemoveAll(dir)
	})
	m.start()
	return m
}

func (m *machine) close() {
	m.sessions, m.challenges, m.stale = nil, nil, nil
	if m.file != nil {
		if err := m.file.Close(); err != nil {
			m.Error(err)
		}
	}
	m.file = nil
}

func (m *machine) config() local.Config {
	return local.Config{Store: roughStore{m.file, m.weather}, Secrets: m.secrets, Now: m.clock.now, Password: cheap, Recovery: cheapCodes}
}

// try opens the file in whatever weather there is.
func (m *machine) try() (err error) {
	m.close()
	if m.file, err = teststore.Open(m.ctx, m.T, m.path); err != nil {
		m.Fatal(err)
	}
	if m.w, err = local.Open(m.ctx, m.config()); err != nil {
		return err
	}
	return m.w.RecoverAll(m.ctx)
}

// start opens the file in fine weather, which has to work, and finds everything
// tidied up.
func (m *machine) start() {
	m.calm()
	if err := m.try(); err != nil {
		m.Fatalf("it does not start: %v (%v)", err, errors.Unwrap(err))
	}
	m.tidy()
}

// calm ends whatever trouble was coming.
func (m *machine) calm() {
	m.weather.turn(forecast{})
	m.secrets.clear()
}

// tidy is how everything is after a start.
func (m *machine) tidy() {
	want := map[string]bool{}
	m.view(func(tx store.ReadTx) error {
		intents, err := tx.Intents()
		if err != nil || len(intents) > 0 {
			m.Errorf("after a start there are intents: %+v %v", intents, err)
		}
		pending, err := tx.PendingSets("")
		if err != nil || len(pending) > 0 {
			m.Errorf("after a start there are codes that nobody kept: %v %v", pending, err)
		}
		info, err := tx.Info()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		for _, key := range []string{"device", "lock", "pepper", "integrity", "anchor"} {
			want[info.ID+"/"+key] = true
		}
		if p, err := tx.ProfileByEmail(email); err == nil {
			if f, err := tx.Factor(p.ID); err == nil {
				for _, app := range f.Apps {
					want[app.Item] = true
				}
			}
		}
		return err
	})
	for _, name := range m.memory.Names() {
		if !want[name] {
			m.Errorf("after a start the keychain keeps %s for nothing", name)
		}
		delete(want, name)
	}
	for name := range want {
		m.Errorf("after a start the keychain lacks %s", name)
	}
}

func (m *machine) view(fn func(store.ReadTx) error) {
	if err := m.file.View(m.ctx, fn); err != nil {
		m.Fatal(err)
	}
}

// stand reads the truth.
func (m *machine) stand() (s standing) {
	m.view(func(tx store.ReadTx) error {
		p, err := tx.ProfileByEmail(email)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		s.name, s.password = p.Name, fmt.Sprintf("%x", p.Password.Salt)
		for _, kind := range []store.Kind{store.KindPassword, store.KindCode, store.KindRecovery, store.KindConfirm} {
			a, err := tx.Attempts(p.ID, kind)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			s.failures += fmt.Sprintf("%s %d ", kind, a.Failures)
		}
		f, err := tx.Factor(p.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		s.on, s.step = true, f.LastStep()
		for _, app := range f.Apps {
			if key, err := m.memory.Get(m.ctx, app.Item); err == nil {
				s.phone += string(key.Reveal())
			}
		}
		set, err := tx.ActiveSet(p.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		codes, err := tx.Codes(set.ID)
		s.sheet = set.Sheet
		for _, c := range codes {
			if !c.UsedAt.IsZero() {
				s.used += fmt.Sprint(c.Number, " ")
			}
		}
		return err
	})
	return s
}

// step does one thing and judges what came of it. may says what the step could
// lead to, beside counting a guess: the same, or one of these.
func (m *machine) step(what string, act func() error, may ...func(before, after standing) bool) error {
	before := m.stand()
	m.weather.troubles()
	err := act()
	after := m.stand()
	rough := m.weather.troubles() > 0
	m.worded(what, err)
	same := before.but() == after.but()
	led := slices.ContainsFunc(may, func(f func(before, after standing) bool) bool { return f(before, after) })
	switch {
	case !same && !led:
		m.Fatalf("%s (%v) led from %+v to %+v", what, err, before, after)
	case err != nil && !same && !rough:
		m.Fatalf("%s was refused (%v), and changed %+v to %+v", what, err, before, after)
	case err == nil && same && len(may) > 0 && !led:
		m.Fatalf("%s was done, and changed nothing: %+v", what, after)
	}
	if after.on && !slices.Contains(m.phones, after.phone) {
		m.Fatalf("%s: 2FA is on with a key that nobody has seen", what)
	}
	if after.sheet > 0 && m.sheets[after.sheet] == nil {
		m.Fatalf("%s: codes are in force that nobody has seen", what)
	}
	if after.on != before.on {
		m.Logf("%s: 2FA on is now %v", what, after.on)
	}
	return err
}

// worded holds each refusal to its promise: words, and nothing of what was typed.
func (m *machine) worded(what string, err error) {
	if err == nil {
		return
	}
	var e *service.Error
	if !errors.As(err, &e) {
		m.Fatalf("%s was refused without words: %v", what, err)
	}
	if text := message(e); text == string(e.Code) || strings.ContainsAny(text, "{}") {
		m.Fatalf("%s has no words for %s: %q", what, e.Code, text)
	}
}

// once notes that a code has opened or proven something.
func (m *machine) once(code string, err error) {
	if err != nil {
		return
	}
	if m.opened[code] {
		m.Fatalf("%s opened twice", code)
	}
	m.opened[code] = true
}

func TestModel_FaultsOpenNothingTwiceAndLeaveNothingHalfDone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		m.create()
		if rapid.Bool().Draw(t, "enabled") {
			m.calm()
			m.enable()
			m.confirm()
			m.goOn()
		}
		t.Repeat(map[string]func(*rapid.T){
			"come in":         func(*rapid.T) { m.comeIn() },
			"guess":           func(*rapid.T) { m.guess() },
			"sign in":         func(*rapid.T) { m.signIn() },
			"enable at once":  func(*rapid.T) { m.enable(); m.confirm(); m.goOn() },
			"other phone":     func(*rapid.T) { m.comeIn(); m.changePhone(); m.confirm() },
			"other codes":     func(*rapid.T) { m.comeIn(); m.newCodes(); m.keepNewCodes() },
			"too late":        func(*rapid.T) { m.comeIn(); m.password(); m.changePassword(); m.time(); m.verify() },
			"verify":          func(*rapid.T) { m.verify() },
			"enable":          func(*rapid.T) { m.enable() },
			"change phone":    func(*rapid.T) { m.changePhone() },
			"confirm":         func(*rapid.T) { m.confirm() },
			"continue":        func(*rapid.T) { m.goOn() },
			"cancel":          func(*rapid.T) { m.cancel() },
			"new codes":       func(*rapid.T) { m.newCodes() },
			"keep new codes":  func(*rapid.T) { m.keepNewCodes() },
			"not me":          func(*rapid.T) { m.notMe() },
			"disable":         func(*rapid.T) { m.disable() },
			"change password": func(*rapid.T) { m.changePassword() },
			"rename":          func(*rapid.T) { m.rename() },
			"lock":            func(*rapid.T) { m.lock() },
			"restart":         func(*rapid.T) { m.restart() },
			"tamper":          func(*rapid.T) { m.tamper() },
			"time":            func(*rapid.T) { m.time() },
			"weather":         func(*rapid.T) { m.change() },
		})
		m.finish()
	})
}
