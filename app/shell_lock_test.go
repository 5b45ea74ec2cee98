package app

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
	"unsafe"

	"countersign/backend/keychain"
	"countersign/backend/service"
)

// alarms are the timers of a window whose clock stands still until it is moved.
type alarms struct {
	mu    sync.Mutex
	clock time.Time
	due   time.Time
	ring  func()
}

// newAlarms puts the window's clock and timers into the test's hands.
func newAlarms(w *window) *alarms {
	a := &alarms{clock: time.Now()}
	w.s.now = func() time.Time { a.mu.Lock(); defer a.mu.Unlock(); return a.clock }
	w.s.alarm = func(after time.Duration, ring func()) *time.Timer {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.due, a.ring = a.clock.Add(after), ring
		return time.AfterFunc(time.Hour, func() {})
	}
	return a
}

// pass lets time go by, and what becomes due happen.
func (a *alarms) pass(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	end := a.clock.Add(d)
	for a.ring != nil && !a.due.After(end) {
		a.clock = a.due
		ring := a.ring
		a.ring = nil
		a.mu.Unlock()
		ring()
		a.mu.Lock()
	}
	a.clock = end
}

// sleep lets time go by while nothing runs.
func (a *alarms) sleep(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clock, a.due = a.clock.Add(d), a.due.Add(d)
}

// suspend lets time go by as for a computer that sleeps: the time of day goes on, the monotonic reading stands still
// (https://pkg.go.dev/time#hdr-Monotonic_Clocks).
func (a *alarms) suspend(d time.Duration) {
	a.sleep(d)
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range []*time.Time{&a.clock, &a.due} {
		(*struct {
			wall uint64
			ext  int64 // the monotonic reading
			loc  *time.Location
		})(unsafe.Pointer(t)).ext -= int64(d)
	}
}

func (w *window) open(token string) {
	w.Helper()
	if _, err := w.s.find(token); err != nil {
		w.Fatal(err)
	}
}

func TestSetIdle_AppliesToTheOpenSession(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	a.pass(30 * time.Second)
	_, err := (&Settings{w.s}).SetIdle(in.Token, 1)
	w.ok(err)
	a.pass(59 * time.Second)
	w.open(in.Token)
	a.pass(time.Second)
	w.locked("idle")
}

func TestSetIdle_LongerOneAppliesToo(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	_, err := (&Settings{w.s}).SetIdle(in.Token, 10)
	w.ok(err)
	a.pass(10*time.Minute - time.Second)
	w.open(in.Token)
	a.pass(time.Second)
	w.locked("idle")
}

func TestTouch_KeepsTheSessionForItsWholeIdleTime(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	a.pass(4 * time.Minute)
	w.ok(w.auth.Touch(in.Token))
	a.pass(5*time.Minute - time.Second)
	w.open(in.Token)
	a.pass(time.Second)
	w.locked("idle")
}

// What is done by itself after a sign-in, however late, keeps no window open that nobody is at.
func TestAfterSignIn_IsNoUseOfTheSession(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	a.pass(4 * time.Minute)
	found, err := w.s.find(in.Token)
	w.ok(err)
	found.afterSignIn(service.Overview{})
	a.pass(time.Minute)
	w.locked("idle")
}

// A timer does not run while the machine sleeps: it is looked at again soon after.
func TestLock_IsLateByNoMoreThanAMomentAfterSleep(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	a.sleep(time.Hour)
	w.open(in.Token)
	a.pass(5 * time.Second)
	w.locked("idle")
}

func TestLock_TakesWhatWasCopiedOffTheClipboard(t *testing.T) {
	t.Parallel()
	for name, lock := range map[string]func(*window, string){
		"asked":  func(w *window, token string) { w.auth.Lock(token) },
		"system": func(w *window, _ string) { w.s.lock("system") },
	} {
		w, in, _ := shown(t)
		w.ok(w.actions.CopyCodes(in.Token))
		lock(w, in.Token)
		w.locked(name)
		w.s.ending.Wait()
		if w.desk.clip != "" {
			t.Errorf("%s: the codes stay on the clipboard", name)
		}
	}
}

func TestLock_LeavesWhatThePersonCopiedSince(t *testing.T) {
	t.Parallel()
	w, in, _ := shown(t)
	w.ok(w.actions.CopyCodes(in.Token))
	w.ok(w.desk.SetClipboard("the person's own"))
	w.auth.Lock(in.Token)
	w.s.ending.Wait()
	if w.desk.clip != "the person's own" {
		t.Errorf("the clipboard holds %q", w.desk.clip)
	}
}

// The clipboard may be slow. A lock that comes meanwhile has nothing to clear yet.
func TestCopyKey_AfterALockLeavesNothing(t *testing.T) {
	t.Parallel()
	w, in, _ := shown(t)
	w.desk.copying = func() {
		w.desk.copying = nil
		w.s.lock("system")
	}
	w.refused(w.actions.CopyKey(in.Token), "session_ended")
	w.s.ending.Wait()
	if w.desk.clip != "" {
		t.Error("the key stays on the clipboard")
	}
}

func TestLock_UndoesAnEnrolment(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	in := w.create()
	_, err := w.enr.BeginEnable(in.Token, pass)
	w.ok(err)
	if n := len(secrets.Names()); n != 6 {
		t.Fatalf("%d items", n)
	}
	w.auth.Lock(in.Token)
	w.locked("asked")
	w.s.ending.Wait()
	if n := len(secrets.Names()); n != 5 {
		t.Errorf("%d items after locking", n)
	}
	_, err = w.prof.Get(in.Token)
	w.refused(err, "session_ended")
}

func TestLock_RenewsThePageAndTellsItWhy(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	w.auth.Lock(in.Token)
	w.locked("asked")
	w.s.ending.Wait()
	if w.desk.renewed != 1 {
		t.Errorf("the page was renewed %d times", w.desk.renewed)
	}
	st, err := w.auth.State()
	w.ok(err)
	if st.LockedFor != "asked" {
		t.Errorf("locked for %q", st.LockedFor)
	}
	_, err = w.auth.SignIn(email, pass)
	w.ok(err)
	if st, err = w.auth.State(); err != nil || st.LockedFor != "" {
		t.Errorf("still locked for %q, %v", st.LockedFor, err)
	}
}

// lockings are what the page hears of a lock to come.
func (w *window) lockings() *[]Locking {
	heard := &[]Locking{}
	w.desk.told = func(event string, payload any) {
		if event == "locking" {
			*heard = append(*heard, payload.(Locking))
		}
	}
	return heard
}

func TestLock_IsToldHalfAMinuteBefore(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	heard := w.lockings()
	a.pass(5*time.Minute - lockWarning - time.Second)
	if len(*heard) > 0 {
		t.Fatalf("too early: %v", *heard)
	}
	a.pass(11 * time.Second)
	if len(*heard) != 1 || (*heard)[0] != (Locking{Seconds: 30}) {
		t.Fatalf("the page heard %v", *heard)
	}
	w.ok(w.auth.Touch(in.Token))
	a.pass(lookAgain)
	if len(*heard) != 2 || (*heard)[1] != (Locking{}) {
		t.Errorf("after a sign of its person, the page heard %v", *heard)
	}
	a.pass(5*time.Minute - lookAgain)
	w.locked("idle")
	if len(*heard) != 3 || (*heard)[2].Seconds != 30 {
		t.Errorf("before the lock, the page heard %v", *heard)
	}
}

func TestLock_ForItsLengthIsToldAsSuch(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	a := newAlarms(w)
	in := w.create()
	heard := w.lockings()
	for range 12*60 - 1 {
		a.pass(time.Minute)
		w.ok(w.auth.Touch(in.Token))
	}
	a.pass(31 * time.Second)
	if len(*heard) != 1 || !(*heard)[0].Limit {
		t.Errorf("the page heard %v", *heard)
	}
}
