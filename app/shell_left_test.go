package app

import (
	"maps"
	"strings"
	"testing"
)

func signInAgain(w *window) SignedIn {
	w.Helper()
	res, err := w.auth.SignIn(email, pass)
	w.ok(err)
	return *res.Session
}

func TestLock_KeepsWhereItsPersonWasAndWhatTheyHadTyped(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	if in.Kept != nil {
		t.Errorf("before a lock: %+v", in.Kept)
	}
	drafts := map[string]string{"profile.name": "Amara N."}
	w.ok(w.auth.Keep(in.Token, Kept{Place: "profile", Drafts: drafts}))
	w.ok(w.auth.Keep(in.Token, Kept{Place: strings.Repeat("x", longDraft+1)})) // which is not kept
	w.auth.Lock(in.Token)
	st, err := w.auth.State()
	w.ok(err)
	if st.LockedEmail != email {
		t.Errorf("it was the window of %q", st.LockedEmail)
	}
	w.refused(w.auth.Keep(in.Token, Kept{Place: "members"}), "session_ended")
	back := signInAgain(w)
	if back.Kept == nil || back.Kept.Place != "profile" || !maps.Equal(back.Kept.Drafts, drafts) {
		t.Errorf("they come back to %+v", back.Kept)
	}
	st, err = w.auth.State()
	w.ok(err)
	if st.LockedEmail != "" {
		t.Errorf("while somebody is in, it is the window of %q", st.LockedEmail)
	}
	w.auth.Lock(back.Token)
	if again := signInAgain(w); again.Kept == nil || again.Kept.Place != "" || len(again.Kept.Drafts) > 0 {
		t.Errorf("what was taken once is there again: %+v", again.Kept)
	}
}

func TestLock_LeavesNothingToAnybodyElse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.ok(o.auth.Keep(o.in.Token, Kept{Place: "audit", Drafts: map[string]string{"workspace.name": "Another"}}))
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[0], pass)
	o.ok(err)
	other, err := o.auth.UseRecoveryCode(res.Challenge.Token, o.old[0])
	o.ok(err)
	if other.Kept != nil {
		t.Errorf("somebody else comes back to %+v", other.Kept)
	}
	o.auth.Lock(other.Token)
	if o.back(); o.in.Kept != nil {
		t.Errorf("after somebody else, they come back to %+v", o.in.Kept)
	}
}

func TestForget_DropsWhoWasInLast(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	w.ok(w.auth.Keep(in.Token, Kept{Place: "profile"}))
	w.auth.Lock(in.Token)
	w.auth.Forget()
	st, err := w.auth.State()
	w.ok(err)
	if st.LockedEmail != "" || signInAgain(w).Kept != nil {
		t.Errorf("it is still the window of %q", st.LockedEmail)
	}
}
