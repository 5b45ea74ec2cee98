package app

import (
	"context"
	"sync"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// signIn is all that the shell holds for one sign-in: who is in, what runs for them,
// what they are shown, and the keys of the envelopes that their page closes. Signing in
// puts a new one in the place of the former; a lock puts one there in which nobody is
// in. The former is closed as a whole: its work stops, what it showed is forgotten, its
// secrets leave the clipboard, and whatever still runs for it finds it closed. So
// nothing of it is there for the next, and a late answer of its own cannot get there.
//
// While nobody is in it holds the challenge, once the password was right.
type signIn struct {
	s     *shell
	ctx   context.Context // of what runs for it; ends when it is closed
	stop  context.CancelFunc
	token string // by which the page names it; empty while nobody is in

	who         enroller                 // nil while nobody is in
	session     *client.Session          // who, unless they may only enrol
	enrolling   *client.EnrolmentSession // who, where they may do no more than enrol a phone
	keys        envelopeKeys             // that the page was given and has not used
	preview     previewing               // the contract that is open
	requireFrom time.Time                // from when 2FA is required, as its person was told; of followNews alone
	copied      *copied                  // what it has put on the clipboard

	mu     sync.Mutex // guards what follows
	closed bool
	adding addQueue // contracts on their way, and those that wait
	drops  int      // the last number of a file that the page is sending
	holds
}

// holds is what a sign-in forgets when it is closed.
type holds struct {
	timer      *time.Timer                   // when the session may have ended
	since      time.Time                     // when it began, by the shell's clock
	warned     bool                          // the page tells that it is about to lock
	email      string                        // of who is in
	kept       Kept                          // what they come back to after a lock
	unlock     *unlockable                   // while it is about to lock: with it their password alone opens it again
	challenge  *client.Challenge             // a second factor is due; nil: none is
	chToken    string                        // by which the page names it
	given      []client.GivenOut             // one-time codes on the screen
	run        *pendingRun                   // a print run whose sheets are on their way
	dropped    map[int]*dropping             // files that the page is sending, by number
	jobs       map[string]context.CancelFunc // long works on contracts, by kind
	list       *pickedList                   // members to import
	stopImport context.CancelFunc            // of an import under way
	export     *pickedExport                 // a file to open and verify
}

// enroller is somebody who is in and may enrol a phone: a session, or an EnrolmentSession, which may
// do nothing else.
type enroller interface {
	Touch() error
	Remaining() time.Duration
	LimitReached() bool
	Overdue() bool
	End(ctx context.Context) error
	Confirm(ctx context.Context, code secret.Text) (*client.Issued, error)
	Continue(ctx context.Context) error
	CancelEnrolment(ctx context.Context) error
	Showing(ctx context.Context) (client.Issued, error)
	ShowingKey(ctx context.Context) (secret.Text, error)
}

// newSignIn is called with s.mu held.
func (s *shell) newSignIn() *signIn {
	in := &signIn{s: s, copied: &copied{on: &s.clipboard}, holds: holds{dropped: map[int]*dropping{}, jobs: map[string]context.CancelFunc{}}}
	in.ctx, in.stop = context.WithCancel(s.ctx)
	return in
}

// startSession makes ses the window's session. at is what there was when its person began to
// sign in: where that has gone meanwhile, ses is ended. began is when it began, if it was unlocked; zero: now. Errors: challenge_ended.
func (s *shell) startSession(at *signIn, ses *client.Session, began time.Time) (*signIn, error) {
	return s.start(at, ses, func(in *signIn) { in.session, in.since = ses, began })
}

// startEnrolment lets somebody in as far as enrolling a phone: see startSession.
func (s *shell) startEnrolment(at *signIn, e *client.EnrolmentSession) (*signIn, error) {
	return s.start(at, e, func(in *signIn) { in.enrolling = e })
}

func (s *shell) start(at *signIn, who enroller, fill func(*signIn)) (*signIn, error) {
	in, former := s.replace(func(in, former *signIn) bool {
		in.who = who
		fill(in)
		return former == at
	})
	if in == nil {
		s.drop(who)
		return nil, errChallengeEnded
	}
	s.undo(former)
	return in, nil
}

// completeEnrolment makes ses, that of an EnrolmentSession whose phone is enrolled, the window's. It is a
// sign-in of its own: what the page could do with the former token is over. Codes that
// were copied before stay on the clipboard for their time.
func (s *shell) completeEnrolment(at *signIn, ses *client.Session) (*signIn, error) {
	in, _ := s.replace(func(in, former *signIn) bool {
		in.who, in.session, in.copied = ses, ses, former.copied
		return former == at
	})
	if in == nil {
		s.drop(ses)
		return nil, s.ended()
	}
	return in, nil
}

// replace puts a new sign-in in the place of the former and closes that. fill says who
// is in; where it returns false nothing happens, and both results are nil.
func (s *shell) replace(fill func(in, former *signIn) bool) (in, former *signIn) {
	s.mu.Lock()
	in = s.newSignIn()
	if !fill(in, s.in) {
		s.mu.Unlock()
		in.stop()
		return nil, nil
	}
	in.token, s.lockedFor = newToken(), ""
	if in.since.IsZero() {
		in.since = s.now()
	}
	former, s.in = s.in, in
	s.mu.Unlock()
	in.watchAnew()
	former.close()
	return in, former
}

// current is the sign-in that there is. It is never nil.
func (s *shell) current() *signIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in
}

// named finds the sign-in that token stands for, if somebody is in.
func (s *shell) named(token string) (*signIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in.who == nil || token == "" || token != s.in.token {
		return nil, sessionEnded(s.lockedFor, errNoSession)
	}
	return s.in, nil
}

// use finds the session that token stands for, and refuses one that is over or may do
// no more than finish an enrolment.
func (s *shell) use(token string) (*signIn, error) {
	in, err := s.find(token)
	if err == nil {
		err = in.live()
	}
	if err != nil {
		return nil, err
	}
	return in, nil
}

// find finds the session that token stands for, whatever it may do by now.
func (s *shell) find(token string) (*signIn, error) {
	in, err := s.named(token)
	if err == nil && in.session == nil {
		return nil, s.ended()
	}
	return in, err
}

// findEnrolment finds the EnrolmentSession that token stands for.
func (s *shell) findEnrolment(token string) (*signIn, error) {
	in, err := s.named(token)
	if err == nil && in.enrolling == nil {
		return nil, s.ended()
	}
	return in, err
}

var errNoSession = service.Fault(service.CodeSessionEnded, nil, nil)

// ended is errNoSession with the reason of the last lock, which the page may not have
// heard of yet.
func (s *shell) ended() error { return sessionEnded(s.whyLocked(), errNoSession) }

// sessionEnded tells the page why, so that its words are those of the lock.
func sessionEnded(reason string, err error) error {
	if reason == "" {
		return err
	}
	return service.Fault(service.CodeSessionEnded, map[string]any{"reason": reason}, err)
}

// whyLocked is the reason of the last lock, until somebody signs in.
func (s *shell) whyLocked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lockedFor
}

// lock ends whatever sign-in there is, for a reason that the page tells.
func (s *shell) lock(reason string) { s.lockOnly(nil, reason) }

// lockOnly is lock where the sign-in that there is is this one, or where it is nil. The
// page is told to empty itself at once, and is ended where that can be done.
func (s *shell) lockOnly(in *signIn, reason string) {
	s.mu.Lock()
	former := s.in
	if in != nil && in != former {
		s.mu.Unlock()
		return
	}
	s.in = s.newSignIn()
	var over []*unlockable // what a password alone would open
	if reason != "idle" {
		over = s.takeUnlocks()
	}
	told := former.who != nil || len(over) > 0 // a window that was locked says so anew, where more is due by now
	if told {
		s.lockedFor = reason
	}
	if former.who != nil {
		over = append(over, s.keepLeft(former.leaves(reason)))
		s.ending.Add(1) // before anybody can see that it is locked: end waits for the rest
		defer s.ending.Done()
	}
	s.mu.Unlock()
	former.close()
	leaveAll(over)
	if !told {
		return
	}
	s.desktop.Emit("locked", map[string]string{"reason": reason})
	s.ending.Go(s.desktop.Unnotify) // the desktop may be slow
	s.desktop.Renew()
	s.undo(former)
}

// undo takes back, in the background, what a closed sign-in has left unfinished: its
// enrolment, its print run, its secrets on the clipboard. The last waits for nothing
// else: another program may be slow to say what is there. What was let go is collected
// at once, so that it is overwritten.
func (s *shell) undo(in *signIn) {
	if in.who == nil {
		return
	}
	s.ending.Go(in.copied.clear)
	s.drop(in.who)
}

// drop ends, in the background, a session that is nobody's any more.
func (s *shell) drop(who enroller) { s.ending.Go(func() { s.endSession(who) }) }

func (s *shell) endSession(who enroller) {
	defer collect()
	if err := who.End(context.Background()); err != nil {
		s.log().Warn("an unfinished enrolment is left for the next start", "error", err.Error())
	}
}

// close stops what runs for the sign-in and forgets what it holds.
func (in *signIn) close() {
	in.mu.Lock()
	in.closed = true
	former := in.holds
	in.holds = holds{}
	given, untold := in.adding.give(), len(in.adding.given)
	in.adding.given = nil
	if former.timer != nil {
		former.timer.Stop()
	}
	in.mu.Unlock()
	in.stop()
	for _, a := range given {
		a.passed(0, true)
		untold += len(a.names)
	}
	if in.session != nil {
		in.s.noteLost(in.session.ProfileID(), untold)
	}
	in.keys.forget()
	in.preview.close("")
	if former.challenge != nil {
		former.challenge.Leave()
	}
	leaveAll([]*unlockable{former.unlock})
}

// open reports whether the sign-in is still the window's.
func (in *signIn) open() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return !in.closed
}

// note runs fn on what the sign-in holds, with in.mu held, unless that is closed by now.
func (in *signIn) note(fn func() error) error {
	in.mu.Lock()
	if in.closed {
		in.mu.Unlock()
		return in.s.ended()
	}
	defer in.mu.Unlock()
	return fn()
}

// live refuses a sign-in that was closed, is over, or may do no more than finish an
// enrolment. A dialog may have stood open for long: look again after it.
func (in *signIn) live() error {
	if !in.open() {
		return in.s.ended()
	}
	return in.after(in.session.Whole())
}

// after looks at what a use case returned: a session that is over locks the window.
func (in *signIn) after(err error) error {
	ended := service.IsCode(err, service.CodeSessionEnded)
	if !ended && !in.who.Overdue() {
		return err
	}
	reason := whyOver(in.who, "ended")
	go in.s.lockOnly(in, reason)
	if ended {
		return sessionEnded(reason, err)
	}
	return err
}

// whyOver says why a session is over; otherwise: what it is where nothing else is known.
func whyOver(who enroller, otherwise string) string {
	switch {
	case who.Overdue():
		return "required"
	case who.LimitReached():
		return "limit"
	}
	return otherwise
}

// lookAgain is how long the session's timer runs at most. A timer stands still while the
// machine sleeps, and does not know that a setting was changed.
const lookAgain = 5 * time.Second

// watchAnew ends the session when nobody has used it for its idle time, when its day is
// over, and without 2FA when that is required. Call it again for what may end it sooner
// than was known.
func (in *signIn) watchAnew() {
	if in.who != nil {
		in.watch(in.who.Remaining())
	}
}

func (in *signIn) watch(after time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return
	}
	if in.timer != nil {
		in.timer.Stop()
	}
	next := min(after, lookAgain)
	if after > lockWarning {
		next = min(after-lockWarning, lookAgain)
	}
	in.timer = in.s.alarm(next, func() {
		if left := in.who.Remaining(); left > 0 {
			in.warn(left)
			in.watch(left)
			return
		}
		in.s.lockOnly(in, whyOver(in.who, "idle"))
	})
}
