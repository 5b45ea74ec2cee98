package workspace

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Session is a profile that is signed in, with all the factors it has on. It
// ends after Config.Idle without use, after SessionLimit, when it is ended,
// when the profile's epoch moves on without it, and without 2FA on the day from
// which that is required. Its use cases run one at a time.
type Session struct {
	w       *Workspace
	id      string // profile
	welcome service.Welcome
	began   map[string]string // how its person was proven, for the log: factor, number
	hold    service.Hold      // of an instance of a server; nil: nobody else goes on with it

	acts sync.Mutex // one use case at a time

	mu        sync.Mutex // guards what follows
	epoch     int
	before    int    // the epoch before its last change of its own: see goesOnIn; equal to epoch where there was none
	moving    []*int // epochs to which changes under way move the profile: see endingOthers; 0: to none yet
	startedAt time.Time
	usedAt    time.Time
	elapsing
	over      bool
	waiting   grant                  // a step-up that waits for its act
	stood     bool                   // what the session began with was granted to an act: it is to no other
	confirms  map[service.Acts]grant // the last step-up for each group of acts
	run       *PrintRun              // under way, or the last one
	ran       keptRun                // of a session that was resumed: run is read when it is needed
	own       service.OwnKeys        // of the profile
	jobs      map[*job]bool          // long work that is under way
	nonces    nonces                 // of proofs that were begun
	off       bool                   // 2FA of the profile
	short     bool                   // the password is too short to stand alone
	enrolOnly bool                   // it can enrol and nothing else, until 2FA is on
	enrolling bool                   // an enrolment is under way
	overdue   bool                   // over, since 2FA is required
	at        string                 // the computer; empty in a workspace on one computer
	wasAdmin  bool                   // of an owner or an admin, when it was looked at last

	enrolment *enrolment // under acts
	newCodes  *newCodes  // under acts
}

func (w *Workspace) newSession(p store.Profile, own service.OwnKeys) *Session {
	at := w.clock.Reading()
	now := at.Round(0)
	return &Session{w: w, id: p.ID, epoch: p.Epoch, before: p.Epoch, startedAt: now, usedAt: now, elapsing: elapsing{now, at}, own: own, off: true}
}

// ProfileID names the profile that is signed in.
func (s *Session) ProfileID() string { return s.id }

// Welcome is what the person is told after this sign-in.
func (s *Session) Welcome() service.Welcome { return s.welcome }

// Touch notes that the person is there. It refuses where the session is over.
func (s *Session) Touch() error { return s.touch(false) }

// touch is Touch; with whole it also refuses a session that may only enrol.
func (s *Session) touch(whole bool) error {
	if err := s.held(); err != nil {
		return err
	}
	required := s.w.requires()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(required, whole); err != nil {
		return err
	}
	if s.over || s.expired() {
		s.over = true
		return refuse(service.CodeSessionEnded)
	}
	s.usedAt = s.latest
	return nil
}

// Remaining is how long the session lasts as it is if nothing is done. Zero: it
// is over. Without 2FA it is no longer than until that is required, from when on
// an enrolment under way may have time to be finished: look again then.
func (s *Session) Remaining() time.Duration {
	required := s.w.requires()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stand(required)
	if s.over || s.expired() {
		return 0
	}
	left := min(s.w.Idle()-s.latest.Sub(s.usedAt), service.SessionLimit-s.latest.Sub(s.startedAt))
	if until, will := s.w.requiredIn(s.w.now()); will && s.off && !s.enrolOnly {
		left = min(left, until)
	}
	return left
}

// lastsAtMost is when the session is over however much it is used.
func (s *Session) lastsAtMost() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.startedAt.Add(service.SessionLimit)
}

// LimitReached reports whether the session is over for its length, not for idleness.
func (s *Session) LimitReached() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.expired()
	return s.latest.Sub(s.startedAt) >= service.SessionLimit
}

// expired reports whether the session has lasted for its time. It is called with
// s.mu held. A clock that goes back a little again and again gains no more than
// clockSlack; one that goes back further ends the session.
func (s *Session) expired() bool {
	goesOn := s.reads(s.w.clock.Reading())
	return !goesOn || s.latest.Sub(s.usedAt) >= s.w.Idle() || s.latest.Sub(s.startedAt) >= service.SessionLimit
}

// End ends the session. An enrolment that has not reached Continue is undone
// and leaves nothing behind; so are new codes that were not kept, and a print
// run under way is cancelled. Ending twice
// is fine. The error is a keychain's or a disk's; start-up then finishes it.
func (s *Session) End(ctx context.Context) error {
	s.mu.Lock()
	s.over = true
	s.own = service.OwnKeys{} // what is still at work has it, until it stops
	s.mu.Unlock()
	run, err := s.lastRun(ctx)
	s.stopJobs()
	s.acts.Lock()
	defer s.acts.Unlock()
	err = errors.Join(err, s.dropEnrolment(ctx), s.dropNewCodes(ctx))
	if run != nil {
		_, cancelled := run.Cancel(ctx)
		err = errors.Join(err, cancelled)
	}
	return err
}

// begin opens a use case: the session must be alive, and it counts as use.
func (s *Session) begin() (done func(), err error) {
	s.acts.Lock()
	if err := s.touch(true); err != nil {
		s.acts.Unlock()
		return nil, err
	}
	return s.release, nil
}

// look opens a read that nobody asked for: the session must be alive, and it does
// not count as use.
func (s *Session) look() (done func(), err error) {
	s.acts.Lock()
	if err := s.Whole(); err != nil {
		s.acts.Unlock()
		return nil, err
	}
	return s.release, nil
}

// profile reads the session's profile within tx and refuses where the epoch has
// moved on: the password was changed elsewhere, or an admin has stepped in. It
// refuses as well where 2FA is required by now, and off.
func (s *Session) profile(tx store.ReadTx) (store.Profile, error) { return s.profileFor(tx, true) }

func (s *Session) profileFor(tx store.ReadTx, whole bool) (store.Profile, error) {
	if err := s.held(); err != nil {
		return store.Profile{}, err
	}
	p, err := tx.Profile(s.id)
	if errors.Is(err, store.ErrNotFound) {
		return p, refuse(service.CodeSessionEnded)
	}
	if err != nil {
		return p, err
	}
	info, err := tx.Info()
	if err != nil {
		return p, err
	}
	_, changes := tx.(store.WriteTx)
	if !changes { // what a change reads may never be committed: see update
		s.w.cacheInfo(info)
	}
	required := info.Requires(s.w.now())
	off := false
	if required {
		if off, err = s.lacks2FA(tx); err != nil {
			return p, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.goesOnIn(p.Epoch, changes) {
		s.over = true
	}
	if s.over {
		return p, refuse(service.CodeSessionEnded)
	}
	if required {
		s.off = off
	}
	err = s.check(required, whole)
	if err == nil {
		looksAt(tx, p.ID)
	}
	return p, err
}

// held refuses where another instance may go on with the session by now.
func (s *Session) held() error {
	if s.hold == nil {
		return nil
	}
	return s.hold.Check()
}

// keep saves the session before something of it is used that is good once: an instance that ends in the middle of an act leaves nothing that could be used again.
func (s *Session) keep(ctx context.Context) error {
	if s.hold == nil {
		return nil
	}
	return s.hold.Keep(ctx)
}

// endingOthers makes a change that moves the profile's epoch on, so that every other session and
// challenge of it is over. fn calls stay with the profile as it stores it: this session goes on in the new epoch. It
// does so from the commit on, since what else the window asks for meanwhile sees the new epoch
// before the change is done with the keychain.
func (s *Session) endingOthers(ctx context.Context, update func(context.Context, func(store.WriteTx) error) error, fn func(tx store.WriteTx, stay func(store.Profile)) error) error {
	var next int
	s.mu.Lock()
	s.moving = append(s.moving, &next)
	s.mu.Unlock()
	move := func(epoch int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		next = epoch
	}
	err := update(ctx, func(tx store.WriteTx) error {
		move(0) // an earlier try did not commit, and another session may have come to the same epoch
		return fn(tx, func(p store.Profile) { move(p.Epoch) })
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moving = slices.DeleteFunc(s.moving, func(m *int) bool { return m == &next })
	if err == nil && next > s.epoch {
		s.before, s.epoch = s.epoch, next
	}
	return err
}

// goesOnIn reports whether the session is one of an epoch of its profile: the one that it knows, one to which a change of its own is
// moving, or, for a look that had begun when such a change was committed, the one before. It is called with s.mu held.
func (s *Session) goesOnIn(epoch int, changes bool) bool {
	if epoch > s.epoch {
		return slices.ContainsFunc(s.moving, func(next *int) bool { return *next == epoch })
	}
	return epoch == s.epoch || epoch == s.before && !changes
}

// factorUse is a second factor that was paid for and matches.
type factorUse interface{ consume(store.WriteTx) error }

// matchFactorInput charges for and looks at whichever second factor was typed.
func (w *Workspace) matchFactorInput(ctx context.Context, profileID string, in service.FactorInput, purpose store.Use) (factorUse, map[string]string, error) {
	switch in.Kind {
	case service.FactorCode:
		u, err := w.matchFactor(ctx, profileID, in.Code, purpose)
		if err != nil {
			return nil, nil, err
		}
		return u, u.detail(), nil
	case service.FactorRecovery:
		u, err := w.matchRecovery(ctx, profileID, in.Proof, purpose)
		if err != nil {
			return nil, nil, err
		}
		return u, recoveryDetail(u.number), nil
	}
	return nil, nil, refuse(service.CodeFactorRequired).At("code")
}
