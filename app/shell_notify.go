package app

import (
	"slices"
	"strings"
	"time"

	"countersign/backend/service"
	"countersign/backend/words"
)

// What the desktop tells the person who is in while they are at another window: that there is something to look at. It may be read on a locked
// screen, so it names nobody and nothing.

// notice is what to tell of what has happened; empty: nothing. A date to keep, which its person was not told of before, comes first.
func notice(h service.Happened, approvals []ApprovalView, told time.Time) words.Key {
	kinds := func(kinds ...string) bool {
		return slices.ContainsFunc(h.News, func(n service.News) bool { return slices.Contains(kinds, n.Kind) })
	}
	switch {
	case h.Overview != nil && !h.Overview.TwoFactor.On && !h.Overview.TwoFactor.RequireFrom.IsZero() && !h.Overview.TwoFactor.RequireFrom.Equal(told):
		return words.NotifyRequired
	case kinds("run-sheet-issued"):
		return words.NotifyCodes
	case kinds("password-reset-given", "help-code-given"):
		return words.NotifyOneTime
	case slices.ContainsFunc(approvals, func(a ApprovalView) bool { return a.May && a.State == "waiting" }):
		return words.NotifyApproval
	case len(h.News) > 0:
		return words.NotifyNews
	}
	return words.Key{}
}

// elsewhere reports whether they are at another window and want to be told there.
func (in *signIn) elsewhere() bool {
	return !in.s.preferences.get().Quiet && !in.s.desktop.Active() && in.open()
}

// notify shows it, a line for each, unless they are at the window or want none, and reports whether it did.
func (in *signIn) notify(what ...words.Key) (shown bool) {
	what = slices.DeleteFunc(what, func(k words.Key) bool { return k == words.Key{} })
	if len(what) == 0 || !in.elsewhere() {
		return false
	}
	lines := make([]string, len(what))
	for i, k := range what {
		lines[i] = in.s.say(k, nil)
	}
	if err := in.s.desktop.Notify(in.s.say(words.AppName, nil), strings.Join(lines, "\n")); err != nil {
		in.s.log().Info("a notification was not shown", "error", err.Error())
		return false
	}
	if !in.open() { // it was locked meanwhile
		in.s.desktop.Unnotify()
	}
	return true
}
