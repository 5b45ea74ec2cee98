package remote

import (
	"context"
	"sync/atomic"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// locked is a session whose window was locked. Its token does nothing without the password.
type locked struct {
	k     *connection
	token secret.Text
	terms service.PasswordTerms
	until time.Time // by this computer's clock
	began time.Time // the session
	left  atomic.Bool
}

// ForUnlock asks for what the password alone opens once the window is locked.
func (s *session) ForUnlock(ctx context.Context) (service.Locked, error) {
	start, err := call(ctx, s.k, s, api.ForUnlock, api.None{})
	if start == nil {
		return nil, err
	}
	return &locked{k: s.k, token: start.Token.Text, terms: start.Terms, until: s.k.now().Add(start.Remaining), began: s.began}, err
}

func (l *locked) Terms() service.PasswordTerms { return l.terms }

// Remaining is how long a password opens it. The server has the last word.
func (l *locked) Remaining() time.Duration {
	if l.left.Load() {
		return 0
	}
	now := l.k.now()
	return max(0, min(l.until.Sub(now), service.SessionLimit-service.Elapsed(l.began, now)))
}

func (l *locked) Unlock(ctx context.Context, in service.SignIn) (service.Session, error) {
	if l.left.Load() {
		return nil, service.Refuse(service.CodeChallengeEnded)
	}
	start, err := call(ctx, l.k, withToken{l.token}, api.Unlock, in)
	if service.IsCode(err, service.CodeChallengeEnded) {
		l.left.Store(true)
	}
	if start == nil {
		return nil, err
	}
	l.left.Store(true)
	s := newSession(l.k, start)
	s.began = l.began
	return s, err
}

// Leave tells the server in the background, for nobody waits for it: it forgets it by itself when the session would have ended.
func (l *locked) Leave() {
	if l.left.Swap(true) {
		return
	}
	l.k.later(func() {
		ctx, cancel := context.WithTimeout(l.k.alive, timeToConnect)
		defer cancel()
		_, _ = call(ctx, l.k, withToken{l.token}, api.LeaveLocked, api.None{})
	})
}
