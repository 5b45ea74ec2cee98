package app

import (
	"context"
	"strings"
	"time"

	"countersign/app/platform"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Quick unlock. While the window tells that it is about to lock for want of use, it asks the workspace for what the password alone opens
// afterwards, where the policy allows that. A lock for any other reason, the screen's lock, sleep, another workspace and the end of the program
// drop it, and so does whatever may have hidden one of these: where the screen's lock is not noticed, nothing is asked for. It is in memory only.

// unlockable is what the password alone opens.
type unlockable struct {
	*client.Locked
	asked time.Time // with the monotonic reading
}

// mostUnequal is by how much the clock's two readings may differ before the computer has slept, or a clock was set.
const mostUnequal = 10 * time.Second

// slept reports whether the computer slept since the window asked, as far as its clock shows: asleep, the monotonic reading stands still.
func (u *unlockable) slept(now time.Time) bool {
	return now.Round(0).Sub(u.asked.Round(0))-now.Sub(u.asked) > mostUnequal
}

// hears notes whether a bus is heard. What one that was lost did not tell is not known: a code is due then.
func (s *shell) hears(bus string, on bool) {
	if bus == platform.SessionBus {
		s.hearing.Store(on)
	}
	if on {
		return
	}
	s.mu.Lock()
	in, all := s.in, s.takeUnlocks()
	s.mu.Unlock()
	in.mu.Lock()
	all = append(all, in.forUnlock(false))
	in.mu.Unlock()
	leaveAll(all)
}

// forUnlock begins to ask, or gives what was asked for and is not needed. It is called with in.mu held.
func (in *signIn) forUnlock(wanted bool) (former *unlockable) {
	former, in.unlock = in.unlock, nil
	if wanted && in.s.hearing.Load() && !in.closed && in.session != nil {
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
	over := &unlockable{l, in.s.now()}
	in.mu.Lock()
	if in.warned && !in.closed && in.s.hearing.Load() {
		over, in.unlock = in.unlock, over
	}
	in.mu.Unlock()
	leaveAll([]*unlockable{over})
}

func leaveAll(all []*unlockable) {
	for _, l := range all {
		if l != nil {
			l.Leave()
		}
	}
}

// takeUnlocks gives what could be unlocked, in whichever workspace, which is over. It is called with s.mu held.
func (s *shell) takeUnlocks() (all []*unlockable) {
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
	return ok && !l.unlock.slept(s.now()) && l.unlock.Remaining() > 0
}

// tryUnlock opens the window with the password alone, if whose it was is whose email was typed. began is when the session did that was locked. All
// results are nil where that is not possible, or not any more: then they sign in.
func (in *signIn) tryUnlock(email string, pw secret.Text) (ses *client.Session, began time.Time, err error) {
	l, ok := in.s.locked()
	if !ok || !strings.EqualFold(strings.TrimSpace(email), l.email) {
		return nil, began, nil
	}
	if l.unlock.slept(in.s.now()) {
		in.s.dropUnlocks()
		return nil, began, nil
	}
	ses, err = l.unlock.Unlock(in.s.context(), pw)
	if service.IsCode(err, service.CodeChallengeEnded) || service.IsCode(err, service.CodeComputerUnknown) {
		in.s.dropUnlocks()
		return nil, began, nil
	}
	return ses, l.since, err
}
