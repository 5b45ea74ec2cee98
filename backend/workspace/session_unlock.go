package workspace

import (
	"context"
	"sync"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// factorUnlock stands where a second factor would: a session that was proven by both, and that is still within its time.
const factorUnlock = "unlock"

// mostWrong is how many wrong passwords end it: as many as begin a pause.
const mostWrong = freeFailures + 1

// Locked is a session whose window locks for want of use. With it the password alone opens another, which ends when this one would have ended
// (SP 800-63B-4 §2.2.3). It is good once, for mostWrong guesses, and for as long as nothing has moved the profile’s epoch on. It has no key and
// nothing that a password could be guessed by.
type Locked struct {
	service.PasswordTerms
	w         *Workspace
	id        string // profile
	at        string // the computer; empty in a workspace on one computer
	epoch     int
	startedAt time.Time // the session

	mu sync.Mutex // guards what follows
	elapsing
	wrong int // passwords
	over  bool
}

// ForUnlock gives what opens the session again with the password alone, once its window is locked for want of use. It is no use of the session,
// and outlives its end: Leave it where the window is locked for another reason. Where 2FA is off there is none: the password signs in. Errors:
// forbidden where the workspace does not allow it, or the session has not shown a second factor; session_ended; folder.
func (s *Session) ForUnlock(ctx context.Context) (*Locked, error) {
	done, err := s.look()
	if err != nil {
		return nil, err
	}
	defer done()
	nonce, err := s.w.random(service.NonceSize)
	if err != nil {
		return nil, err
	}
	l := &Locked{w: s.w, id: s.id, at: s.at}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		on, err := s.w.opens(tx, p.ID)
		if err := refuseUnless(on, err, service.CodeForbidden); err != nil {
			return err
		}
		_, at, err := from(tx, p, s.at)
		l.PasswordTerms = service.PasswordTerms{WorkspaceID: s.w.ID(), Nonce: nonce, Salt: p.Password.Salt, Params: p.Password.Params, Share: p.Password.Share, Box: at.Box}
		l.epoch = p.Epoch
		return err
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l.startedAt, l.elapsing = s.startedAt, s.elapsing
	return l, nil
}

// opens reports whether the password alone may open a session of a profile again: the workspace allows it, 2FA is on, and the password is known to
// nobody else, as far as can be seen. No admin has given out another, and nobody has tried a second factor since the last sign-in, which only a right
// password leads to.
func (w *Workspace) opens(tx store.ReadTx, profileID string) (bool, error) {
	info, err := tx.Info()
	if err != nil || !info.QuickUnlock {
		return false, err
	}
	if _, err = tx.Factor(profileID); err != nil {
		return false, ignoreMissing(err)
	}
	for _, kind := range []store.Kind{store.KindCode, store.KindRecovery, store.KindHelp} {
		a, err := tx.Attempts(profileID, kind)
		if ignoreMissing(err) != nil || a.SinceSignIn > 0 || kind == store.KindCode && a.Failures >= authenticator {
			return false, ignoreMissing(err)
		}
	}
	reset, err := tx.OneTime(profileID, store.OneTimeReset)
	if err != nil {
		return true, ignoreMissing(err)
	}
	return !reset.EndedAt.IsZero() || !w.now().Before(reset.ExpiresAt), nil
}

// Remaining is how long a password opens it; zero: none does any more.
func (l *Locked) Remaining() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.expired() {
		return 0
	}
	return service.SessionLimit - l.latest.Sub(l.startedAt)
}

// expired reports whether it is over. It is called with l.mu held. A clock that goes back ends it, as it ends a session.
func (l *Locked) expired() bool {
	goesOn := l.reads(l.w.clock.Reading())
	l.over = l.over || !goesOn || l.latest.Sub(l.startedAt) >= service.SessionLimit
	return l.over
}

// Leave ends it.
func (l *Locked) Leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}

// Unlock checks the password by what the client has signed with it: service.UnlockMessage. It is counted like any other, and the mostWrongth wrong
// one ends what could be unlocked. Errors: credentials_wrong, throttled, challenge_ended; keychain and folder.
func (l *Locked) Unlock(ctx context.Context, in service.SignIn) (*Session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.expired() {
		return nil, refuse(service.CodeChallengeEnded)
	}
	s, err := l.open(ctx, in)
	switch {
	case err == nil, service.IsCode(err, service.CodeChallengeEnded):
		l.over = true
	case service.IsCode(err, service.CodeCredentialsWrong):
		l.wrong++
		l.over = l.wrong >= mostWrong
	}
	return s, err
}

func (l *Locked) open(ctx context.Context, in service.SignIn) (*Session, error) {
	p, at, err := l.stands(ctx)
	if err != nil {
		return nil, err
	}
	if at.ID != "" && !public(at).Signed(service.ComputerMessage(l.WorkspaceID, l.Nonce), in.Computer) {
		return nil, refuse(service.CodeChallengeEnded)
	}
	if err := l.w.checkSignature(ctx, p, p.EmailKey, service.UnlockMessage(l.WorkspaceID, l.Nonce), in.Signature, service.CodeCredentialsWrong); err != nil {
		return nil, err
	}
	// What has changed since it was looked at refuses in the commit.
	s, err := l.w.completeSignIn(ctx, p, signInDetails{factor: factorUnlock, short: in.Short, at: l.at, use: func(tx store.WriteTx) error {
		on, err := l.w.opens(tx, p.ID)
		return refuseUnless(on, err, service.CodeChallengeEnded)
	}})
	if err != nil {
		return nil, err
	}
	s.startedAt = l.startedAt
	if l.latest.After(s.latest) { // a clock that was set back gains no more by it
		s.latest, s.usedAt = l.latest, l.latest
	}
	return s, nil
}

// stands reads whose it is, and refuses before a password is looked at where anything has ended it since.
func (l *Locked) stands(ctx context.Context) (p store.Profile, at store.Computer, err error) {
	err = l.w.view(ctx, func(tx store.ReadTx) (err error) {
		if p, err = asOf(tx, l.id, l.epoch); err != nil {
			return err
		}
		on, err := l.w.opens(tx, p.ID)
		if err := refuseUnless(on && p.State == store.ProfileActive, err, service.CodeChallengeEnded); err != nil {
			return err
		}
		p, at, err = from(tx, p, l.at)
		return refuseUnless(p.ID != "" && at.ID == l.at, err, service.CodeChallengeEnded)
	})
	return p, at, err
}
