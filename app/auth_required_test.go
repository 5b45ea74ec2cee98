package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/client"
	"countersign/backend/secret"
)

// strict is an office whose owner has 2FA off, and can be asked for it by an admin
// who is elsewhere.
type strict struct {
	*office
	stopped atomic.Pointer[time.Time] // the time of day, where it stands
	guard   *client.Admin             // good for one act
}

func newStrict(t *testing.T) *strict {
	t.Helper()
	w := newWindow(t)
	s := &strict{}
	w.s.now = func() time.Time {
		if at := s.stopped.Load(); at != nil {
			return *at
		}
		return time.Now()
	}
	s.office = officeOn(w)
	for _, id := range s.ids {
		w.ok((&Members{w.s}).SetRole(s.in.Token, id, "admin", w.page.proof(pass, "none", "")))
	}
	_, ch, err := w.s.opened.workspace.SignIn(t.Context(), people[0], secret.NewText(pass))
	w.ok(err)
	ses, err := ch.Recover(t.Context(), secret.NewText(s.old[0]))
	w.ok(err)
	s.guard, err = ses.Admin(t.Context())
	w.ok(err)
	s.heard()
	return s
}

// heard forgets what the page was told until now.
func (s *strict) heard() {
	for {
		select {
		case <-s.desk.events:
		default:
			return
		}
	}
}

// require requires 2FA from so long after now on, and the time of day stands still.
func (s *strict) require(in time.Duration) {
	s.Helper()
	now := s.s.now()
	s.stopped.Store(&now)
	s.ok(s.guard.Require2FA(s.Context(), now.Add(in), "", client.Proof{}))
}

func (s *strict) pass(d time.Duration) {
	at := s.s.now().Add(d)
	s.stopped.Store(&at)
}

// outside is the window after the day: back at the sign-in, with its own reason, and
// the way in leads through enrolling.
func (s *strict) outside() {
	s.Helper()
	s.locked("required")
	st, err := s.auth.State()
	s.ok(err)
	if st.Stage != "signIn" || st.LockedFor != "required" {
		s.Errorf("at %s, locked for %q", st.Stage, st.LockedFor)
	}
	_, err = s.prof.Get(s.in.Token)
	if e := s.refused(err, "session_ended"); e.Args["reason"] != "required" {
		s.Errorf("refused for %v", e.Args)
	}
	res, err := s.auth.SignIn(email, pass)
	s.ok(err)
	if res.Session != nil || !res.Challenge.MustEnrol {
		s.Error("the password alone opened the profile")
	}
}

func TestRequire2FA_UnusedWindowLocksOnTheDay(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	s.require(20 * time.Millisecond)
	s.back() // the session's clock begins to look at the day
	s.heard()
	if _, err := s.prof.Get(s.in.Token); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	s.outside()
}

func TestRequire2FA_DueDateLocksAtTheNextAct(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*strict) error{
		"profile":   func(s *strict) error { _, err := s.prof.Get(s.in.Token); return err },
		"contracts": func(s *strict) error { _, err := (&Contracts{s.s}).List(s.in.Token); return err },
		"members":   func(s *strict) error { _, err := (&Members{s.s}).List(s.in.Token); return err },
		"presence":  func(s *strict) error { return s.auth.Touch(s.in.Token) },
		"begin":     func(s *strict) error { _, err := s.enr.BeginEnable(s.in.Token, pass); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStrict(t)
			s.require(0)
			if e := s.refused(do(s), "session_ended"); e.Args["reason"] != "required" {
				t.Errorf("refused for %v", e.Args)
			}
			s.outside()
		})
	}
}

func TestRequire2FA_FromTodayAsksTheOwnerAtOnce(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	now := s.s.now()
	s.stopped.Store(&now)
	_, err := (&Settings{s.s}).Require2FA(s.in.Token, now.Format(time.DateOnly), "", s.page.proof(pass, "none", ""))
	if e := s.refused(err, "session_ended"); e.Args["reason"] != "required" {
		t.Errorf("refused for %v", e.Args)
	}
	s.outside()
}

func TestRequire2FA_TonightIsKeptByTheWindowsClock(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	tomorrow := s.s.now().AddDate(0, 0, 1).Format(time.DateOnly)
	midnight, err := time.ParseInLocation(time.DateOnly, tomorrow, time.Local)
	s.ok(err)
	tonight := midnight.Add(-20 * time.Millisecond)
	s.stopped.Store(&tonight)
	s.back() // who was there before has not touched the window for long
	s.heard()
	_, err = (&Settings{s.s}).Require2FA(s.in.Token, tomorrow, "", s.page.proof(pass, "none", ""))
	s.ok(err)
	s.pass(time.Second)
	s.outside()
}

func TestRequire2FA_EnablingUnderWayCanBeFinished(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	_, err := (&Contracts{s.s}).List(s.in.Token)
	s.ok(err)
	v, err := s.enr.BeginEnable(s.in.Token, pass)
	s.ok(err)
	s.require(0)
	nothingElse := func() {
		t.Helper()
		_, err := s.prof.Get(s.in.Token)
		s.refused(err, "enable_first")
		_, err = (&Contracts{s.s}).List(s.in.Token)
		s.refused(err, "enable_first")
		_, err = (&Members{s.s}).List(s.in.Token)
		s.refused(err, "enable_first")
		s.ok(s.auth.Touch(s.in.Token))
	}
	nothingElse()
	s.ok(s.actions.CopyKey(s.in.Token))
	digits, err := totp.GenerateCode(strings.Join(v.KeyGroups, ""), s.s.now())
	s.ok(err)
	sheet, err := s.enr.Confirm(s.in.Token, digits)
	s.ok(err)
	nothingElse()
	s.ok(s.actions.CopyCodes(s.in.Token))
	s.ok(s.actions.Print(s.in.Token))
	s.desk.saveTo = filepath.Join(t.TempDir(), "sheet.txt")
	_, err = s.actions.SaveSheet(s.in.Token)
	s.ok(err)
	if kept, err := os.ReadFile(s.desk.saveTo); err != nil || !slices.ContainsFunc(sheet.Codes, func(c string) bool { return strings.Contains(string(kept), c) }) {
		t.Errorf("the sheet was not saved: %v", err)
	}
	done, err := s.enr.Continue(s.in.Token)
	s.ok(err)
	if done.Profile == nil || !done.Profile.TwoFactor.On {
		t.Errorf("%+v", done)
	}
	if _, err := (&Contracts{s.s}).List(s.in.Token); err != nil {
		t.Error(err)
	}
}

func TestRequire2FA_CancelledEnablingLocks(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	_, err := s.enr.BeginEnable(s.in.Token, pass)
	s.ok(err)
	s.require(0)
	s.ok(s.enr.Cancel(s.in.Token))
	s.outside()
}
