package app

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// A new field of the shell outlives every lock: what belongs to a sign-in goes into
// signIn, which is dropped whole.
func TestShell_HoldsNothingOfASignIn(t *testing.T) {
	t.Parallel()
	outlive := []string{
		"root", "chosen", "desktop", "secrets", "now", "cost", "alarm", "logger", "opening", "file", "reviewing", "restoring", "mu", "ctx", "opened", "unlogged",
		"hearing", "in", "lockedFor", "left", "lost", "ending", "clipboard", "preferences", "place", "reads",
		"datesPause", "reminders", // which a day’s second sign-in must not tell again
	}
	of := reflect.TypeFor[shell]()
	for i := range of.NumField() {
		if name := of.Field(i).Name; !slices.Contains(outlive, name) {
			t.Errorf("%s outlives a lock. Does it belong to signIn?", name)
		}
	}
}

func TestLock_DropsAllThatTheSignInHeld(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	in := w.s.current()
	w.page.typed(holdsPassword, "a key waits for this") // and is not used
	w.ok(in.copySecret(secret.NewText("a secret")))
	held, err := in.hold(nil)
	w.ok(err)
	job, _, err := in.beginJob(jobChecking)
	w.ok(err)
	imported, _, err := in.beginImport()
	w.ok(err)
	w.ok(in.note(func() error {
		in.chToken, in.given, in.list = "token", make([]client.GivenOut, 1), &pickedList{}
		in.dropped[1], in.export = &dropping{}, &pickedExport{}
		in.adding.waiting, in.adding.given = []*addition{{names: []string{"a"}, passed: func(int, bool) {}}}, []string{"b"}
		return nil
	}))
	w.s.lock("system")
	w.s.ending.Wait()
	if w.s.current() == in || w.s.current().who != nil {
		t.Error("it is still the window's")
	}
	for name, ctx := range map[string]context.Context{"a run": held.doing, "a check": job, "an import": imported} {
		if ctx.Err() == nil {
			t.Errorf("%s goes on", name)
		}
	}
	if len(in.keys.waiting) > 0 || len(in.adding.waiting)+len(in.adding.given) > 0 {
		t.Error("a key or files that wait are still there")
	}
	if w.desk.clip != "" || !in.copied.held.Empty() {
		t.Error("a secret stays on the clipboard")
	}
	stays := []string{"s", "ctx", "stop", "token", "who", "session", "keys", "preview", "copied", "mu", "closed", "drops", "adding"}
	v := reflect.ValueOf(in).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !slices.Contains(stays, name) && !v.Field(i).IsZero() {
			t.Errorf("%s stays", name)
		}
	}
}

// What answers late has found its sign-in before the lock, and the next one is there.
func TestSignIn_LateAnswersDoNotReachTheNext(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	old := w.s.current()
	w.s.lock("system")
	w.locked("system")
	_, err := w.auth.SignIn(email, pass)
	w.ok(err)
	w.desk.told = func(event string, payload any) { t.Errorf("the page was told of %s: %v", event, payload) }
	old.emit("checking", CheckProgress{Name: "Secret plans.pdf"})
	old.telling("saving")(SaveProgress{}, true)
	old.progress("import-progress")(1, 1)
	old.counts("log-progress")(1, 1)
	old.runProgress("making")(1, 1)
	old.tellWaiting()
	w.desk.told = nil
	to, err := answerTo(w.page.mailbox().PublicKey)
	w.ok(err)
	for name, late := range map[string]func() error{
		"a one-time code": func() error { _, err := old.show(client.GivenOut{}, to); return err },
		"invitations":     func() error { return old.keepImported(make([]client.GivenOut, 1)) },
		"a print run":     func() error { _, err := old.hold(nil); return err },
		"a job":           func() error { _, _, err := old.beginJob(jobSaving); return err },
		"an import":       func() error { _, _, err := old.beginImport(); return err },
		"files":           func() error { return old.add(&addition{}) },
		"an export":       func() error { return old.keepExport(nil, func() {}) },
		"a copy":          func() error { return old.copySecret(secret.NewText("late")) },
		"its session":     old.live,
	} {
		w.refused(late(), "session_ended")
		if w.desk.clip != "" {
			t.Errorf("%s is on the clipboard", name)
		}
	}
	next := w.s.current()
	if len(next.given)+len(next.jobs)+len(next.adding.waiting) > 0 || next.run != nil || next.stopImport != nil || next.export != nil {
		t.Error("something of the old sign-in is in the next")
	}
}

func TestSignIn_DialogOfTheLastOneGivesTheNextNothing(t *testing.T) {
	t.Parallel()
	for name, dialog := range map[string]func(w *window, token string) error{
		"import":    func(w *window, token string) error { _, err := (&Import{w.s}).Pick(token); return err },
		"contracts": func(w *window, token string) error { _, err := (&Contracts{w.s}).AddFiles(token); return err },
		"folder":    func(w *window, token string) error { _, err := (&Contracts{w.s}).AddFolder(token); return err },
	} {
		w := newWindow(t)
		in := w.create()
		dir := t.TempDir()
		w.desk.openFrom = filepath.Join(dir, "people.csv")
		w.ok(os.WriteFile(w.desk.openFrom, []byte(goodList), 0o600))
		w.desk.openFiles, w.desk.openFolder = []string{w.desk.openFrom}, dir
		w.desk.meanwhile = func() {
			w.s.lock("system")
			_, err := w.auth.SignIn(email, pass)
			w.ok(err)
		}
		w.refused(dialog(w, in.Token), "session_ended")
		if next := w.s.current(); next.who == nil || next.list != nil || len(next.adding.waiting) > 0 || next.adding.running {
			t.Errorf("%s: the next one has it", name)
		}
	}
}

// A check that is slow to stop is over for the next sign-in, which has one of its own.
func TestSignIn_JobOfTheLastOneDoesNotBlockTheNext(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	old := w.s.current()
	_, end, err := old.beginJob(jobChecking)
	w.ok(err)
	w.s.lock("system")
	_, err = w.auth.SignIn(email, pass)
	w.ok(err)
	next := w.s.current()
	ctx, _, err := next.beginJob(jobChecking)
	w.ok(err)
	end() // the old one stops at last
	next.stopJob(jobChecking)
	if ctx.Err() == nil {
		t.Error("the check cannot be stopped any more")
	}
}

// The clipboard was slow at the lock: what it clears then is not the next one's.
func TestSignIn_ClipboardOfTheLastOneLeavesTheNextAlone(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	old := w.s.current()
	w.ok(old.copySecret(secret.NewText("old")))
	w.s.lock("system")
	w.s.ending.Wait()
	_, err := w.auth.SignIn(email, pass)
	w.ok(err)
	w.ok(w.s.current().copySecret(secret.NewText("new")))
	old.copied.clear()
	if w.desk.clip != "new" {
		t.Errorf("%q on the clipboard", w.desk.clip)
	}
}

// A password is checked for a second. Who asked is not let in once that is no longer
// the window that there was.
func TestSignIn_ThatIsOvertakenByALockIsRefused(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	var meanwhile atomic.Pointer[func()]
	w.s.now = func() time.Time {
		if do := meanwhile.Swap(nil); do != nil {
			(*do)()
		}
		return time.Now()
	}
	in := w.create()
	w.auth.Lock(in.Token)
	w.locked("asked")
	w.s.ending.Wait()
	lock := func() { w.s.lock("system") }
	meanwhile.Store(&lock)
	at := w.s.current()
	_, err := w.auth.SignIn(email, pass)
	w.refused(err, "challenge_ended")
	if meanwhile.Load() != nil {
		t.Fatal("nothing came in between")
	}
	if w.s.current() == at || w.s.current().who != nil {
		t.Error("somebody is in")
	}
	ses, ch, err := w.s.opened.workspace.SignIn(t.Context(), email, secret.NewText(pass))
	w.ok(err)
	if ch != nil {
		t.Fatal("a second factor is due")
	}
	_, err = w.s.startSession(at, ses, time.Time{})
	w.refused(err, "challenge_ended")
	w.s.ending.Wait()
	if ses.Touch() == nil {
		t.Error("the session that nobody has goes on")
	}
	due := &leaving{}
	_, err = at.keepChallenge(&client.Challenge{Challenge: due})
	w.refused(err, "challenge_ended")
	if !due.left {
		t.Error("the challenge that nobody has goes on")
	}
}

// leaving is a challenge that can only be left.
type leaving struct {
	service.Challenge
	left bool
}

func (l *leaving) Leave() { l.left = true }

// A gate that has done its work is another sign-in than the session after it.
func TestEnter_EndsTheEnrolmentAndKeepsWhatWasCopied(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	s.require(0)
	s.auth.Lock(s.in.Token)
	res, err := s.auth.SignIn(email, pass)
	s.ok(err)
	gate, err := s.auth.Enrol(res.Challenge.Token)
	s.ok(err)
	m := s.page.mailbox()
	phone, err := m.phone(s.enr.Begin(gate.Token, m.PublicKey))
	s.ok(err)
	digits, err := totp.GenerateCode(strings.Join(phone.KeyGroups, ""), s.s.now())
	s.ok(err)
	sheet, err := s.enr.Confirm(gate.Token, digits)
	s.ok(err)
	s.ok(s.actions.CopyCodes(gate.Token))
	_, err = s.prof.Get(gate.Token)
	s.refused(err, "session_ended")
	at := s.s.current()
	_, err = s.enr.Continue(gate.Token)
	s.ok(err)
	in, err := s.auth.Enter(gate.Token)
	s.ok(err)
	if _, err := s.prof.Get(in.Token); err != nil {
		t.Error(err)
	}
	s.refused(s.auth.Touch(gate.Token), "session_ended")
	if at.open() || !strings.Contains(s.desk.clip, sheet.Codes[0]) {
		t.Error("the enrolment is still open, or what was copied is gone")
	}
	_, err = s.s.completeEnrolment(at, s.s.current().session)
	s.refused(err, "session_ended")
	s.auth.Lock(in.Token)
	s.s.ending.Wait()
	if s.desk.clip != "" {
		t.Error("what was copied at the enrolment outlives the session")
	}
}

// Who could only enrol was in no page that one comes back to.
func TestLock_OfAnEnrolmentLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newStrict(t)
	s.require(0)
	s.auth.Lock(s.in.Token)
	res, err := s.auth.SignIn(email, pass)
	s.ok(err)
	gate, err := s.auth.Enrol(res.Challenge.Token)
	s.ok(err)
	s.auth.Lock(gate.Token)
	s.s.ending.Wait()
	if who := s.s.whoLeft(); who != "" {
		t.Errorf("%s is known", who)
	}
	s.refused(s.auth.Touch(gate.Token), "session_ended")
}

// Files that were being added when the window locked are counted, not named, to the
// person whose they were.
func TestSignIn_LastOnesFilesAreToldToTheirPersonAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := &Contracts{o.s}
	_, err := c.AddDropped(o.in.Token, []DroppedFile{{Name: "mine.txt", Size: 4}})
	o.ok(err)
	o.auth.Lock(o.in.Token)
	o.s.ending.Wait()
	res, err := o.auth.SignIn(people[0], pass)
	o.ok(err)
	member, err := o.auth.UseRecoveryCode(res.Challenge.Token, o.old[0])
	o.ok(err)
	v, err := c.List(member.Token)
	o.ok(err)
	if v.NotAdded != 0 {
		t.Errorf("another person is told of %d files", v.NotAdded)
	}
	sent, err := c.SendPart(member.Token, 1, 0, base64.StdEncoding.EncodeToString([]byte("mine")), true)
	o.ok(err)
	if sent {
		t.Error("another person's page sends it")
	}
}
