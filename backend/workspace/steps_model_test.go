package workspace_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// typed is a second factor as somebody might type it.
type typed struct {
	input client.FactorInput
	id    string // of a right code: what it is good for once
}

// at names a code of a phone by its time step. A code is good for the steps
// beside it, too, so the name is that of the code and not of the moment.
func (m *machine) codeOf(key string, off int) typed {
	at := m.clock.now().Add(time.Duration(off) * 30 * time.Second)
	return typed{byCode(phone{key: key, clock: m.clock}.at(at)), fmt.Sprintf("%s %d", key, at.Unix()/30)}
}

func (m *machine) anyFactor(label string) typed {
	kind := rapid.SampledFrom([]string{"code", "code", "code", "recovery", "recovery", "wrong", "garbage", "none"}).Draw(m.T, label)
	switch {
	case kind == "code" && len(m.phones) > 0:
		return m.codeOf(rapid.SampledFrom(latest(m.phones)).Draw(m.T, "phone"), rapid.SampledFrom([]int{0, 0, 0, 1, -1, 2}).Draw(m.T, "step"))
	case kind == "recovery" && len(m.sheets) > 0:
		sheet := rapid.SampledFrom(slices.Sorted(maps.Keys(m.sheets))).Draw(m.T, "sheet")
		code := rapid.SampledFrom(m.sheets[sheet]).Draw(m.T, "number")
		return typed{byRecovery(code), code}
	case kind == "garbage":
		return typed{byCode("12 34"), ""}
	case kind == "none":
		return typed{client.FactorInput{Kind: service.FactorNone}, ""}
	}
	return typed{byRecovery("ABCD-EFGH-JKMN-PQRS"), ""}
}

// newest draws one of n, the last most of the time.
func (m *machine) newest(n int) int {
	return max(0, n-1-rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 5}).Draw(m.T, "which"))
}

// latest makes the newest of some likelier.
func latest[E any](all []E) []E {
	return append(slices.Clone(all), all[len(all)-1], all[len(all)-1])
}

func (m *machine) anyPassword() string {
	right := m.passwords[0]
	return rapid.SampledFrom([]string{right, right, right, right, m.passwords[len(m.passwords)-1], "not the password at all"}).Draw(m.T, "password")
}

func (m *machine) session() *client.Session {
	if len(m.sessions) == 0 {
		m.Skip("nobody is signed in")
	}
	return m.sessions[m.newest(len(m.sessions))]
}

// create makes the workspace, in any weather, until it is there: the next try has
// to work, or to say why not.
func (m *machine) create() {
	m.change()
	for range 3 {
		s, err := m.w.Create(m.ctx, client.NewWorkspace{Workspace: "Northwind Legal", Name: "Amara", Email: email, Password: secret.NewText(pass)})
		m.worded("create", err)
		if err == nil {
			m.sessions = append(m.sessions, s)
			return
		}
		m.calm()
		if service.IsCode(err, service.CodeWorkspaceExists) {
			break // the commit stood, and the answer was lost
		}
	}
	s, _, err := m.w.SignIn(m.ctx, email, secret.NewText(pass))
	if err != nil {
		m.Fatalf("the workspace exists, and its owner cannot sign in: %v", err)
	}
	m.sessions = append(m.sessions, s)
}

func (m *machine) signIn() {
	pw := m.anyPassword()
	who := rapid.SampledFrom([]string{email, email, strings.ToUpper(email), "nobody@example.com"}).Draw(m.T, "email")
	on := m.stand().on
	_ = m.step("sign in", func() error {
		s, c, err := m.w.SignIn(m.ctx, who, secret.NewText(pw))
		if s != nil && on {
			m.Fatal("the password alone opened a profile with 2FA on")
		}
		if s != nil {
			m.sessions = append(m.sessions, s)
		}
		if c != nil {
			m.challenges = append(m.challenges, c)
		}
		return err
	})
}

// password gives the right one.
func (m *machine) password() {
	m.clock.step(time.Minute)
	_ = m.step("password", func() error {
		s, c, err := m.w.SignIn(m.ctx, email, secret.NewText(m.passwords[0]))
		if s != nil {
			m.sessions = append(m.sessions, s)
		}
		if c != nil {
			m.challenges = append(m.challenges, c)
		}
		return err
	})
}

// comeIn gives the right password and then some second factor.
func (m *machine) comeIn() {
	m.password()
	if len(m.challenges) > 0 {
		m.verify()
	}
}

// guess tries a few wrong ones in a row: no more of them are looked at than the
// throttle allows.
func (m *machine) guess() {
	_, c, err := m.w.SignIn(m.ctx, email, secret.NewText(m.passwords[0]))
	m.worded("sign in", err)
	for range rapid.IntRange(1, 7).Draw(m.T, "guesses") {
		_ = m.step("guess", func() error {
			var s *client.Session
			var err error
			switch {
			case c == nil:
				s, _, err = m.w.SignIn(m.ctx, email, secret.NewText("not the password at all"))
			case len(m.phones) > 0:
				s, err = c.Verify(m.ctx, secret.NewText(phone{key: m.phones[len(m.phones)-1], clock: m.clock}.wrong()))
			}
			if s != nil {
				m.Fatal("a wrong guess opened")
			}
			return err
		})
	}
	if c != nil {
		m.challenges = append(m.challenges, c)
		m.verify()
	}
}

func (m *machine) verify() {
	if len(m.challenges) == 0 {
		m.Skip("no second factor is due")
	}
	c := m.challenges[m.newest(len(m.challenges))]
	f := m.anyFactor("factor")
	before := m.stand()
	use := func(kind store.Kind, verify func(context.Context, secret.Text) (*client.Session, error), may ...func(before, after standing) bool) {
		barred := m.barred(kind)
		err := m.step("second factor", func() error {
			s, err := verify(m.ctx, f.input.Value)
			if s != nil {
				switch {
				case f.id == "":
					m.Fatal("a wrong code opened")
				case barred:
					m.Fatal("a code opened while none may")
				case slices.Contains(m.stale, c):
					m.Fatal("a challenge opened that was over")
				}
				m.sessions = append(m.sessions, s)
			}
			return err
		}, may...)
		m.once(f.id, err)
		if err == nil && f.input.Kind == service.FactorCode && m.stand().step <= before.step {
			m.Fatal("a code opened and was not used up")
		}
	}
	switch f.input.Kind {
	case service.FactorCode:
		use(store.KindCode, c.Verify)
	case service.FactorRecovery:
		use(store.KindRecovery, c.Recover, codeUsed)
	default:
		c.Leave()
	}
}

// show notes what the screen shows.
func (m *machine) show(shown service.Shown, err error) error {
	if err == nil {
		m.phones = append(m.phones, strings.Join(shown.Groups, ""))
	}
	return err
}

func (m *machine) print(issued *client.Issued, err error) error {
	if err == nil && issued != nil {
		m.sheets[issued.Sheet] = display(issued)
	}
	return err
}

func (m *machine) enable() {
	s, pw := m.session(), m.anyPassword()
	_ = m.step("begin to enable", func() error { return m.show(s.BeginEnable(m.ctx, secret.NewText(pw))) })
}

// proven does something that asks for a step-up.
func (m *machine) proven(what string, act func(client.Proof) error) {
	f := m.anyFactor("proof")
	before := m.stand()
	err := m.provenStep(what, f, act)
	// A grant from before may have spared the code, so only what was used counts.
	if after := m.stand(); err == nil && (after.used != before.used || after.step != before.step) {
		m.once(f.id, nil)
	}
}

func (m *machine) provenStep(what string, f typed, act func(client.Proof) error) error {
	p := client.Proof{Password: secret.NewText(m.anyPassword()), Factor: f.input}
	before := m.stand()
	err := act(p)
	m.worded(what, err)
	if after := m.stand(); before.but() != after.but() && !codeUsed(before, after) {
		m.Fatalf("%s (%v) led from %+v to %+v", what, err, before, after)
	}
	return err
}

func (m *machine) changePhone() {
	s := m.session()
	m.proven("begin to change phone", func(p client.Proof) error { return m.show(s.BeginChangePhone(m.ctx, 0, p)) })
}

func (m *machine) confirm() {
	s := m.session()
	if len(m.phones) == 0 {
		m.Skip("no phone was shown")
	}
	f := m.codeOf(rapid.SampledFrom(latest(m.phones)).Draw(m.T, "phone"), rapid.SampledFrom([]int{0, 0, 0, 1, 20}).Draw(m.T, "step"))
	before := m.stand()
	_ = m.step("confirm", func() error {
		issued, err := s.Confirm(m.ctx, f.input.Value)
		if issued != nil {
			m.confirmed = f.id
		}
		return m.print(issued, err)
	}, otherPhone, unchanged)
	if after := m.stand(); after.on && after.phone != before.phone {
		m.opened[f.id] = true // a confirmation counts as use
	}
}

func (m *machine) goOn() {
	s := m.session()
	err := m.step("continue", func() error { return s.Continue(m.ctx) }, turnedOn)
	m.alone(s, err)
	if m.stand().on {
		m.opened[m.confirmed] = true
	}
}

func (m *machine) cancel() {
	s := m.session()
	_ = m.step("cancel the enrolment", func() error { return s.CancelEnrolment(m.ctx) })
	_ = m.step("cancel the new codes", func() error { return s.CancelNewCodes(m.ctx) })
}

func (m *machine) newCodes() {
	s := m.session()
	m.proven("begin new codes", func(p client.Proof) error { return m.print(s.BeginNewCodes(m.ctx, p)) })
}

func (m *machine) keepNewCodes() {
	s := m.session()
	_ = m.step("keep new codes", func() error { return s.KeepNewCodes(m.ctx) }, otherSheet)
}

func (m *machine) notMe() {
	s := m.session()
	m.alone(s, m.step("not me", func() error { return s.NotMe(m.ctx) }, noSheet))
}

func (m *machine) disable() {
	s, f := m.session(), m.anyFactor("factor")
	err := m.step("disable", func() error { return s.Disable(m.ctx, f.input) }, turnedOff)
	m.once(f.id, err)
	m.alone(s, err)
}

func (m *machine) changePassword() {
	s, f := m.session(), m.anyFactor("factor")
	current := m.anyPassword()
	next := pass
	if m.passwords[0] == pass {
		next = otherPass
	}
	before := m.stand()
	err := m.step("change password", func() error {
		return s.ChangePassword(m.ctx, secret.NewText(current), secret.NewText(next), f.input)
	}, otherPassword, codeUsed)
	m.alone(s, err)
	if after := m.stand(); after.password != before.password {
		m.passwords = []string{next, m.passwords[0]}
		if err == nil && (after.used != before.used || after.step != before.step) {
			m.once(f.id, nil)
		}
	}
}

// alone sees to it that after an act which ends every other session and challenge
// they are over.
func (m *machine) alone(s *client.Session, err error) {
	if err != nil {
		return
	}
	m.weather.turn(forecast{})
	for _, other := range m.sessions {
		if _, err := other.Overview(m.ctx); other != s && !service.IsCode(err, service.CodeSessionEnded) {
			m.Fatalf("another session goes on: %v", err)
		}
	}
	m.sessions = []*client.Session{s}
	m.stale = append(m.stale, m.challenges...)
}

// barred reports whether a second factor of this kind may not open now, right or
// wrong: a pause lasts, or the authenticator app is off.
func (m *machine) barred(kind store.Kind) (barred bool) {
	m.view(func(tx store.ReadTx) error {
		p, err := tx.ProfileByEmail(email)
		if err != nil {
			return err
		}
		a, err := tx.Attempts(p.ID, kind)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		now := m.clock.now()
		barred = a.LockedUntil.After(now) || !a.LockedUntil.IsZero() && now.Before(a.ChargedAt) || kind == store.KindCode && a.Failures >= 20
		return err
	})
	return barred
}

func (m *machine) rename() {
	s := m.session()
	name := rapid.SampledFrom([]string{"Amara", "Amara N. Okafor", "أميرة", "", "\x00"}).Draw(m.T, "name")
	before := m.stand().name
	if name == before {
		m.Skip("it is the name already")
	}
	_ = m.step("rename", func() error { return s.Rename(m.ctx, name) }, otherName)
}

func (m *machine) lock() {
	s := m.session()
	m.sessions = slices.DeleteFunc(m.sessions, func(o *client.Session) bool { return o == s })
	_ = m.step("lock", func() error { return s.End(m.ctx) })
	_, err := s.Overview(m.ctx)
	if !service.IsCode(err, service.CodeSessionEnded) {
		m.Fatalf("a session that has ended answers %v", err)
	}
}

// restart is a crash and a start, in any weather; a start in fine weather has to
// work.
func (m *machine) restart() {
	_ = m.step("start", func() error { return m.try() })
	m.start()
}

// tamper changes the file while it is closed, finds it sealed, and puts it back.
func (m *machine) tamper() {
	file := teststore.File(m.T, m.path)
	m.start()
	before := m.stand()
	m.close()
	good, err := os.ReadFile(file)
	if err != nil {
		m.Fatal(err)
	}
	statement := rapid.SampledFrom([]string{
		"DELETE FROM factors", "UPDATE apps SET last_step = 1", "UPDATE recovery_codes SET used_at = 0, use = '' WHERE used_at > 0",
		"UPDATE attempts SET failures = 0 WHERE failures > 0", "DELETE FROM attempts", "UPDATE recovery_sets SET state = 'active' WHERE state = 'replaced'",
		"DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)", "DELETE FROM events WHERE seq = 2", "UPDATE events SET at = at + 1 WHERE seq = 2",
		"UPDATE profiles SET role = 'admin'", "UPDATE workspace SET last_sheet = last_sheet + 1",
	}).Draw(m.T, "statement")
	db, err := sql.Open("sqlite", m.path)
	if err != nil {
		m.Fatal(err)
	}
	r, err := db.Exec(statement)
	if err := errors.Join(err, db.Close()); err == nil {
		n, _ := r.RowsAffected()
		err := m.try()
		if n > 0 && !service.IsCode(err, service.CodeNotAuthentic) {
			m.Fatalf("%s is not found: %v", statement, err)
		}
		m.close()
	}
	if err := os.WriteFile(m.path, good, 0o600); err != nil {
		m.Fatal(err)
	}
	m.start()
	if after := m.stand(); after != before {
		m.Fatalf("the copy that was put back says %+v, not %+v", after, before)
	}
}

func (m *machine) time() {
	m.clock.step(rapid.SampledFrom([]time.Duration{
		30 * time.Second, 30 * time.Second, time.Minute, 10 * time.Minute, 2 * time.Hour, -time.Minute, -2 * time.Hour, 72 * time.Hour, -72 * time.Hour,
	}).Draw(m.T, "clock"))
}

// change draws new weather: fine most of the time, else trouble for some of the
// next calls.
func (m *machine) change() {
	some := func(label string, errs ...error) []error {
		return rapid.SliceOfN(rapid.SampledFrom(append(errs, nil, nil)), 0, 3).Draw(m.T, label)
	}
	m.weather.turn(forecast{
		writing: rapid.SliceOfN(rapid.SampledFrom([]trouble{fine, fine, fine, refuses, lies, late}), 0, 9).Draw(m.T, "writing"),
		getting: some("getting", store.ErrKeychainLocked, store.ErrKeychainSlow),
		keys:    some("keys", store.ErrSecretMissing, store.ErrKeychainLocked),
		viewing: some("viewing", store.ErrBusy, store.ErrFailed),
		keeping: rapid.SampledFrom([]error{store.ErrKeychainLocked, store.ErrKeychainAbsent, store.ErrKeychainDismissed, store.ErrKeychainFailed}).Draw(m.T, "keychain"),
		storing: rapid.SampledFrom([]error{store.ErrBusy, store.ErrFull, store.ErrReadOnly, store.ErrFailed}).Draw(m.T, "store"),
	})
}

// finish proves that after all of this the next try works: with the right
// password and the right factor the owner comes in.
func (m *machine) finish() {
	m.start()
	now := m.stand()
	m.clock.step(100 * 24 * time.Hour) // over every pause that any clock has begun
	s, c, err := m.w.SignIn(m.ctx, email, secret.NewText(m.passwords[0]))
	if err != nil {
		m.Fatalf("in the end the password does not open: %v", err)
	}
	if (c != nil) != now.on || (s != nil) == now.on {
		m.Fatalf("2FA on: %v, and the password alone opens: %v", now.on, s != nil)
	}
	if c == nil {
		return
	}
	_, err = c.Verify(m.ctx, secret.NewText(phone{key: now.phone, clock: m.clock}.code()))
	if service.IsCode(err, service.CodeAuthenticatorOff) && now.sheet > 0 {
		for _, code := range m.sheets[now.sheet] {
			if !m.opened[code] {
				_, err = c.Recover(m.ctx, secret.NewText(code))
				break
			}
		}
	}
	if err != nil && !service.IsCode(err, service.CodeAuthenticatorOff) {
		m.Fatalf("in the end the second factor does not open: %v", err)
	}
}
