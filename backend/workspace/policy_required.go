package workspace

import (
	"errors"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// What a session may do where the workspace requires 2FA and the profile has it
// off. The day from which it holds ends such a session, as Info.Requires means
// the day, and the sign-in decides by the same function. Two may still enrol:
// who was at it when the day came, and who is at a EnrolmentSession. Nothing else of theirs
// goes on, and when the enrolment ends without 2FA being on, so does the session.

// standing is how much of a session the policy leaves.
type standing int

const (
	standsWhole     standing = iota
	standsEnrolling          // only what finishes an enrolment
	standsNot
)

// stand says what the session may do now, and makes it so: a session that the
// policy ends stays over, whatever becomes of the policy, and its long work
// stops. It is called with s.mu held.
func (s *Session) stand(required bool) standing {
	switch {
	case s.enrolOnly:
		return standsEnrolling
	case !required || !s.off:
		return standsWhole
	case s.enrolling && !s.over:
		s.cutJobs()
		return standsEnrolling
	case !s.over:
		s.over, s.overdue = true, true
		s.own = service.OwnKeys{}
		s.cutJobs()
	}
	return standsNot
}

// check refuses what the session may not do now: what needs whole a session, and
// with it false what an enrolment needs. It is called with s.mu held.
func (s *Session) check(required, whole bool) error {
	switch s.stand(required) {
	case standsNot:
		return refuse(service.CodeSessionEnded)
	case standsEnrolling:
		if whole {
			return refuse(service.CodeEnableFirst)
		}
	}
	return nil
}

// Whole refuses where the session is over, or may only finish an enrolment: 2FA is
// required by now. It is no use of the session. Errors: session_ended, enable_first.
func (s *Session) Whole() error {
	if err := s.held(); err != nil {
		return err
	}
	required := s.w.requires()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(required, true); err != nil {
		return err
	}
	if s.over || s.expired() {
		return refuse(service.CodeSessionEnded)
	}
	return nil
}

// Overdue reports whether the session is over since 2FA is required, and off.
func (s *Session) Overdue() bool {
	required := s.w.requires()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stand(required)
	return s.overdue
}

// beginEnrolling opens a use case that finishes an enrolment: it goes on where
// nothing else does. See begin.
func (s *Session) beginEnrolling() (done func(), err error) {
	s.acts.Lock()
	if err := s.touch(false); err != nil {
		s.acts.Unlock()
		return nil, err
	}
	return s.release, nil
}

// release ends a use case. Whether an enrolment is under way is looked at here,
// in one place, so that nobody is taken for enrolling who is not.
func (s *Session) release() {
	s.setEnrolling(s.enrolment != nil)
	s.acts.Unlock()
}

func (s *Session) setEnrolling(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enrolling = on
}

// enrollee is profile for a use case that finishes an enrolment.
func (s *Session) enrollee(tx store.ReadTx) (store.Profile, error) { return s.profileFor(tx, false) }

// turned notes that the profile has 2FA on now, or off: a session keeps account
// of it, and every other one of the profile ends with such a change.
func (s *Session) turned(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.off = !on
	s.enrolOnly = s.enrolOnly && !on
}

// lacks2FA reports whether the profile has 2FA off.
func (s *Session) lacks2FA(tx store.ReadTx) (bool, error) {
	_, err := tx.Factor(s.id)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// requiredIn is how long it takes until 2FA is required; false: it is, or it will
// not be.
func (w *Workspace) requiredIn(now time.Time) (time.Duration, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if !w.info.Require2FA || w.info.Requires(now) {
		return 0, false
	}
	return w.info.RequireFrom.Sub(now), true
}
