package app

import (
	"testing"
	"time"

	"countersign/app/platform"
	"countersign/backend/secret"
)

// quick is a window in which a member with 2FA is signed in, where the password alone unlocks, with its clock in the test's hands.
func quick(t *testing.T) (*office, *alarms) {
	t.Helper()
	w := newWindow(t)
	a := newAlarms(w)
	o := officeOn(w)
	_, err := (&Settings{o.s}).SetQuickUnlock(o.in.Token, true, "", o.page.proof(pass, "none", ""))
	o.ok(err)
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[0], pass)
	o.ok(err)
	o.in, err = o.auth.UseRecoveryCode(res.Challenge.Token, o.old[0])
	o.ok(err)
	for len(o.desk.events) > 0 {
		<-o.desk.events
	}
	return o, a
}

func only[T any](_ T, err error) error { return err }

// idles lets the window lock for want of use.
func (o *office) idles(a *alarms) {
	o.Helper()
	in, err := o.s.named(o.in.Token)
	o.ok(err)
	if left := in.who.Remaining(); left > lockWarning {
		a.pass(left - lockWarning)
	}
	o.s.ending.Wait() // it has asked for what the password alone opens
	a.pass(lockWarning)
	o.locked("idle")
}

// dueAfter signs in with the password, and says whether a code is due.
func (o *office) dueAfter(email string) bool {
	o.Helper()
	res, err := o.auth.SignIn(email, pass)
	o.ok(err)
	if res.Session != nil {
		o.in = *res.Session
	}
	return res.Challenge != nil
}

func (o *office) unlocks() bool {
	o.Helper()
	st, err := o.auth.State()
	o.ok(err)
	return st.QuickUnlock
}

func TestUnlock_PasswordAloneOpensAWindowThatWasIdle(t *testing.T) {
	t.Parallel()
	o, a := quick(t)
	o.ok(o.auth.Keep(o.in.Token, Kept{Place: "profile"}))
	before := o.in.Token
	o.idles(a)
	if !o.unlocks() {
		t.Fatal("a code is due")
	}
	a.pass(time.Hour)
	if o.dueAfter(people[0]) {
		t.Fatal("a code is due")
	}
	if o.in.Kept == nil || o.in.Kept.Place != "profile" || o.in.Token == before {
		t.Errorf("they come back to %+v", o.in)
	}
	o.refused(only(o.prof.Get(before)), "session_ended")
	o.ok(only(o.prof.Get(o.in.Token)))
	if o.unlocks() {
		t.Error("it could be unlocked once more")
	}
	o.idles(a) // each idle lock anew
	if o.dueAfter(people[0]) {
		t.Error("after another idle lock a code is due")
	}
}

func TestUnlock_AnyOtherLockAsksForACode(t *testing.T) {
	t.Parallel()
	for name, lock := range map[string]func(o *office, a *alarms){
		"asked": func(o *office, a *alarms) { o.auth.Lock(o.in.Token) },
		"asked, in the last seconds": func(o *office, a *alarms) {
			a.pass(5*time.Minute - lockWarning)
			o.s.ending.Wait()
			o.auth.Lock(o.in.Token)
		},
		"system":                      func(o *office, a *alarms) { o.s.lock("system") },
		"system, in the last seconds": func(o *office, a *alarms) { a.pass(5*time.Minute - lockWarning); o.s.ending.Wait(); o.s.lock("system") },
		"system, while it is locked":  func(o *office, a *alarms) { o.idles(a); o.s.lock("system"); o.locked("system") },
		"idle while nothing ran":      func(o *office, a *alarms) { a.sleep(time.Hour); a.pass(lookAgain); o.locked("idle") },
		"asleep, while it is locked":  func(o *office, a *alarms) { o.idles(a); a.suspend(time.Hour) },
		"asleep, in the last seconds": func(o *office, a *alarms) {
			a.pass(5*time.Minute - lockWarning)
			o.s.ending.Wait()
			a.suspend(time.Minute)
			a.pass(lookAgain)
			o.locked("idle")
		},
		"the screen's lock is not heard": func(o *office, a *alarms) { o.s.hears(platform.SessionBus, false); o.idles(a) },
		"… in the last seconds": func(o *office, a *alarms) {
			a.pass(5*time.Minute - lockWarning)
			o.s.ending.Wait()
			o.s.hears(platform.SessionBus, false)
			o.s.hears(platform.SessionBus, true)
			a.pass(lockWarning)
			o.locked("idle")
		},
		"… while it is locked": func(o *office, a *alarms) {
			o.idles(a)
			o.s.hears(platform.SessionBus, false)
			o.s.hears(platform.SessionBus, true)
		},
		"sleep is not heard, while it is locked": func(o *office, a *alarms) { o.idles(a); o.s.hears(platform.SystemBus, false) },
		"forgotten":                              func(o *office, a *alarms) { o.idles(a); o.auth.Forget() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, a := quick(t)
			lock(o, a)
			if o.unlocks() || !o.dueAfter(people[0]) {
				t.Error("the password alone opens the window")
			}
		})
	}
}

// The twelve hours go on from the sign-in, however often it is unlocked.
func TestUnlock_LastsAsLongAsTheSessionWouldHave(t *testing.T) {
	t.Parallel()
	o, a := quick(t)
	for range 5 {
		o.idles(a)
		a.pass(2*time.Hour - 5*time.Minute)
		if o.dueAfter(people[0]) {
			t.Fatal("a code is due before its time")
		}
	}
	heard := o.lockings()
	for range 2*60 - 1 {
		a.pass(time.Minute)
		o.ok(o.auth.Touch(o.in.Token))
	}
	a.pass(31 * time.Second)
	if len(*heard) == 0 || !(*heard)[len(*heard)-1].Limit {
		t.Errorf("the page heard %v", *heard)
	}
	a.pass(lockWarning)
	o.locked("limit")
	if o.unlocks() || !o.dueAfter(people[0]) {
		t.Error("the password alone opens the window after its twelve hours")
	}
}

func TestUnlock_IsDroppedWhenItsPersonIsThereAfterAll(t *testing.T) {
	t.Parallel()
	o, a := quick(t)
	a.pass(5*time.Minute - lockWarning)
	o.s.ending.Wait()
	in, err := o.s.named(o.in.Token)
	o.ok(err)
	in.mu.Lock()
	l := in.unlock
	in.mu.Unlock()
	if l == nil {
		t.Fatal("nothing was asked for")
	}
	o.ok(o.auth.Touch(o.in.Token))
	a.pass(lookAgain)
	if _, err := l.Unlock(t.Context(), secret.NewText(pass)); err == nil {
		t.Error("what was asked for opens a session")
	}
}

func TestUnlock_FifthWrongPasswordAsksForACode(t *testing.T) {
	t.Parallel()
	o, a := quick(t)
	o.idles(a)
	for range 5 {
		o.refused(only(o.auth.SignIn(people[0], "a wrong password 1")), "credentials_wrong")
	}
	if o.unlocks() {
		t.Error("it can still be unlocked")
	}
	o.refused(only(o.auth.SignIn(people[0], pass)), "throttled")
	a.pass(time.Minute)
	if !o.dueAfter(people[0]) {
		t.Error("the password alone opens the window")
	}
}

func TestUnlock_AnotherPersonSignsIn(t *testing.T) {
	t.Parallel()
	o, a := quick(t)
	o.idles(a)
	if !o.dueAfter(people[1]) {
		t.Error("the password alone opens another's profile")
	}
	if o.dueAfter(" " + people[0] + " ") {
		t.Error("of whose window it is, a code is due")
	}
}
