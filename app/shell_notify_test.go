package app

import (
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/backend/service"
	"countersign/backend/words"
)

func TestNotice_SaysWhatThereIsToLookAt(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	news := func(kinds ...string) (h service.Happened) {
		for _, kind := range kinds {
			h.News = append(h.News, service.News{Kind: kind})
		}
		return h
	}
	due := func(on bool) service.Happened {
		return service.Happened{Overview: &service.Overview{TwoFactor: service.TwoFactor{On: on, RequireFrom: day}}}
	}
	for _, c := range []struct {
		name      string
		h         service.Happened
		approvals []ApprovalView
		told      time.Time
		want      words.Key
	}{
		{"nothing", service.Happened{}, nil, time.Time{}, words.Key{}},
		{"another name", service.Happened{Overview: &service.Overview{}}, nil, time.Time{}, words.Key{}},
		{"a date to keep", due(false), nil, time.Time{}, words.NotifyRequired},
		{"another date", due(false), nil, day.Add(time.Hour), words.NotifyRequired},
		{"a date that was told", due(false), nil, day, words.Key{}},
		{"a date for others", due(true), nil, time.Time{}, words.Key{}},
		{"codes, after something else", news("role-changed", "run-sheet-issued"), nil, time.Time{}, words.NotifyCodes},
		{"a reset code", news("password-reset-given"), nil, time.Time{}, words.NotifyOneTime},
		{"a temporary code", news("help-code-given"), nil, time.Time{}, words.NotifyOneTime},
		{"something else", news("role-changed"), nil, time.Time{}, words.NotifyNews},
		{"an approval", service.Happened{}, []ApprovalView{{State: "approved", May: true}, {State: "waiting", May: true}}, time.Time{}, words.NotifyApproval},
		{"approvals of others", service.Happened{}, []ApprovalView{{State: "waiting", Mine: true}, {State: "refused", May: true}}, time.Time{}, words.Key{}},
	} {
		if got := notice(c.h, c.approvals, c.told); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func (w *window) noted() []string {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	return slices.Clone(w.desk.notified)
}

func (w *window) goes(away bool) {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	w.desk.away = away
}

func TestNotify_IsForAPersonWhoIsElsewhereAndWantsIt(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in, err := w.s.named(w.create().Token)
	w.ok(err)
	in.notify(words.NotifyNews)
	if all := w.noted(); len(all) > 0 {
		t.Errorf("at the window, they are shown %q", all)
	}
	w.goes(true)
	in.notify(words.Key{})
	chosen := w.preferences().Get
	view, err := chosen()
	w.ok(err)
	if !view.Notify {
		t.Error("at first there are none")
	}
	view.Notify = false
	w.ok(w.preferences().Set(view))
	in.notify(words.NotifyNews)
	if all := w.noted(); len(all) > 0 {
		t.Errorf("although they want none, they are shown %q", all)
	}
	view.Notify = true
	w.ok(w.preferences().Set(view))
	w.desk.notifyErr = errors.New("no desktop") // which is no one's fault
	in.notify(words.NotifyCodes)
	if all := w.noted(); len(all) != 1 || all[0] != "Countersign: You have new recovery codes. Open Countersign to see where." {
		t.Errorf("they are shown %q", all)
	}
	w.auth.Lock(in.token)
	w.s.ending.Wait()
	in.notify(words.NotifyNews)
	if all := w.noted(); len(all) > 0 {
		t.Errorf("after a lock there stays %q", all)
	}
}

func TestNotify_TellsOfWhatOthersDo(t *testing.T) {
	t.Parallel()
	_, invitation := serving(t)
	owner := newWindow(t)
	owner.expect("create")
	in := owner.join(invitation.Link().Reveal())
	mail := owner.page.mailbox()
	_, err := (&Members{owner.s}).Add(in.Token, NewMember{Name: "Sam Lee", Email: "sam.lee@example.com", Role: "member"}, owner.page.proof(pass, "none", ""), mail.PublicKey)
	owner.ok(err)
	owner.ok((&Members{owner.s}).CopyGiven(in.Token))
	member := newWindow(t)
	shown := make(chan string, 16)
	member.desk.noted = shown
	theirs := member.join(owner.desk.clip)
	member.goes(true)
	owner.ok((&Members{owner.s}).SetRole(in.Token, theirs.Profile.ID, "admin", owner.page.proof(pass, "none", "")))
	select {
	case text := <-shown:
		if text != "Your account or workspace changed. Open Countersign to see how." {
			t.Errorf("they are shown %q", text)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was shown for a minute")
	}
}
