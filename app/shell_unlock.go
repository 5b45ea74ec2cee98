package app

import (
	"context"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Quick unlock. While the window tells that it is about to lock for want of use, it asks the workspace for what the password alone opens
// afterwards, where the policy allows that. A lock for any other reason, the screen's lock, sleep, another workspace and the end of the program
// drop it. It is in memory only.

// forUnlock begins to ask, or gives what was asked for and is not needed. It is called with in.mu held.
func (in *signIn) forUnlock(wanted bool) (former *client.Locked) {
	former, in.unlock = in.unlock, nil
	if wanted && !in.closed && in.session != nil {
		in.s.ending.Go(in.askForUnlock) // the lock waits for no answer; only the end does, which closes in before
	}
	return former
}

func (in *signIn) askForUnlock() {
	ctx, cancel := context.WithTimeout(in.ctx, lockWarning)
	defer cancel()
	l, err := in.session.ForUnlock(ctx)
	if err != nil {
		if !service.IsCode(err, service.CodeForbidden) && ctx.Err() == nil {
			in.s.log().Warn("after the lock a code will be due", "error", service.Cause(err))
		}
		return
	}
	in.mu.Lock()
	if in.warned && !in.closed {
		l, in.unlock = in.unlock, l
	}
	in.mu.Unlock()
	leaveAll([]*client.Locked{l})
}

func leaveAll(all []*client.Locked) {
	for _, l := range all {
		if l != nil {
			l.Leave()
		}
	}
}

// takeUnlocks gives what could be unlocked, in whichever workspace, which is over. It is called with s.mu held.
func (s *shell) takeUnlocks() (all []*client.Locked) {
	for id, l := range s.left {
		if l.unlock != nil {
			all = append(all, l.unlock)
			l.unlock = nil
			s.left[id] = l
		}
	}
	return all
}

// dropUnlocks ends what could be unlocked.
func (s *shell) dropUnlocks() {
	s.mu.Lock()
	all := s.takeUnlocks()
	s.mu.Unlock()
	leaveAll(all)
}

// locked is whose window is locked, where their password alone opens it.
func (s *shell) locked() (left, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.left[s.folderID()]
	return l, l.unlock != nil
}

// canUnlock reports whether the password alone opens the window, as far as this computer knows.
func (s *shell) canUnlock() bool {
	l, ok := s.locked()
	return ok && l.unlock.Remaining() > 0
}

// tryUnlock opens the window with the password alone, if whose it was is whose email was typed. began is when the session did that was locked. All
// results are nil where that is not possible, or not any more: then they sign in.
func (in *signIn) tryUnlock(email string, pw secret.Text) (ses *client.Session, began time.Time, err error) {
	l, ok := in.s.locked()
	if !ok || !strings.EqualFold(strings.TrimSpace(email), l.email) {
		return nil, began, nil
	}
	ses, err = l.unlock.Unlock(in.s.context(), pw)
	if service.IsCode(err, service.CodeChallengeEnded) || service.IsCode(err, service.CodeComputerUnknown) {
		in.s.dropUnlocks()
		return nil, began, nil
	}
	return ses, l.since, err
}
