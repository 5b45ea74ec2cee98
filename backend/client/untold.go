package client

import (
	"slices"
	"time"

	"countersign/backend/service"
)

// A sign-in that this computer refuses, because of the log that the workspace shows, is one to the workspace: it takes what it has told for told. Nobody has
// seen it, so it is told by this computer's next sign-in that goes on. A program that ends before has to tell it itself: see RefusedHere.

// RefusedHere is why this computer refuses a sign-in, with what the person would have been told.
type RefusedHere struct {
	Untold service.Welcome
	why    error
}

func (r *RefusedHere) Error() string { return r.why.Error() }
func (r *RefusedHere) Unwrap() error { return r.why }

// mostUntold bounds the news of a person that wait, whatever a server tells.
const mostUntold = 50

// keepUntold notes what a person was not told.
func (w *Workspace) keepUntold(profile string, told service.Welcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.untold == nil {
		w.untold = map[string]service.Welcome{}
	}
	w.untold[profile] = withUntold(told, w.untold[profile])
}

// takeUntold adds to what a person is told what they were not.
func (w *Workspace) takeUntold(profile string, told service.Welcome) service.Welcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, waits := w.untold[profile]
	if !waits {
		return told
	}
	delete(w.untold, profile)
	return withUntold(told, before)
}

// withUntold is what is told now, with what was not told before it. What stays until it is put away is in both.
func withUntold(now, before service.Welcome) service.Welcome {
	now.FailedCodes += before.FailedCodes
	now.FailedOther += before.FailedOther
	now.FailedPasswords += before.FailedPasswords
	now.LastFailedCodeAt = later(now.LastFailedCodeAt, before.LastFailedCodeAt)
	now.LastFailedPasswordAt = later(now.LastFailedPasswordAt, before.LastFailedPasswordAt)
	now.AuthenticatorOff = now.AuthenticatorOff || before.AuthenticatorOff
	if now.UsedCode == 0 {
		now.UsedCode, now.CodesLeft = before.UsedCode, before.CodesLeft
	}
	news := slices.Clone(now.News)
	for _, old := range before.News {
		same := func(n service.News) bool {
			return n.Kind == old.Kind && n.At.Equal(old.At) && n.By == old.By && n.Stays == old.Stays
		}
		if !slices.ContainsFunc(news, same) {
			news = append(news, old)
		}
	}
	now.News = news[:min(len(news), mostUntold)]
	return now
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
