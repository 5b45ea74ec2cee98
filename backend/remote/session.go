package remote

import (
	"context"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// session is a profile that is signed in at a server. What it says of its own time is what the server's last answer said, as far as this
// computer's clock has gone since. A server can end it at any time, and lengthen it beyond what any workspace allows by nothing that it says.
type session struct {
	k     *connection
	token secret.Text
	began time.Time

	alive context.Context // until it is over: of open documents
	over  context.CancelFunc

	mu      sync.Mutex // guards what follows
	id      string
	welcome service.Welcome
	own     service.OwnKeys
	state   api.SessionState // as of the last answer
	at      time.Time        // of that answer
	used    time.Time        // that the person did something here, or was here
	ended   bool
	jobs    map[*job]bool
}

// touchAgain is how much of its time a session may have lost before a touch is worth a request.
const touchAgain = 5 * time.Second

func newSession(k *connection, start *api.SessionStart) *session {
	known, _ := k.known()
	alive, over := context.WithCancel(k.alive)
	now := k.now()
	return &session{
		k: k, token: start.Token.Text, id: start.ProfileID, welcome: start.Welcome, own: start.Own.Service(), began: now, at: now, used: now,
		state: api.SessionState{Remaining: known.Idle, Whole: true}, alive: alive, over: over, jobs: map[*job]bool{},
	}
}

func (s *session) bearer() secret.Text { return s.token }

// saw keeps what an answer says of the session.
func (s *session) saw(state *api.SessionState, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended: // an answer that was on its way
		return
	case state != nil:
		s.state, s.at = *state, s.k.now()
	case service.IsCode(err, service.CodeSessionEnded): // the server knows nothing of it any more
		s.state.Remaining, s.at = 0, s.k.now()
		s.state.LimitReached = s.at.Sub(s.began) >= service.SessionLimit
	default:
		return
	}
	if s.state.Remaining == 0 {
		s.finish()
	} else if !s.state.Whole {
		s.cutJobs()
	}
}

// finish is called with s.mu held.
func (s *session) finish() {
	s.ended = true
	s.own = service.OwnKeys{} // what is still at work has it, until it stops
	s.cutJobs()
	s.over()
}

// now is the session's state. When its time seems to be over the server is asked, which alone knows.
func (s *session) now() api.SessionState {
	state, sure := s.guess()
	if sure {
		return state
	}
	ctx, cancel := context.WithTimeout(s.alive, timeToConnect)
	defer cancel()
	_, err := call(ctx, s.k, s, api.Look, api.None{})
	if err != nil { // it cannot be asked: what this computer's clock says stands
		s.mu.Lock()
		if !s.ended {
			s.state.LimitReached = s.k.now().Sub(s.began) >= service.SessionLimit
			s.state.Remaining = 0
			s.finish()
		}
		s.mu.Unlock()
	}
	state, _ = s.guess()
	return state
}

// uses notes that the person does something, or is here.
func (s *session) uses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = s.k.now()
}

// most is how long it lasts whatever a server says. It is called with s.mu held.
func (s *session) most() time.Duration {
	now := s.k.now()
	return min(service.MaxIdleMinutes*time.Minute-service.Elapsed(s.used, now), service.SessionLimit-service.Elapsed(s.began, now))
}

// guess is the state by this computer's clock, and whether that is sure enough.
func (s *session) guess() (state api.SessionState, sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state = s.state
	if s.ended {
		state.Remaining = 0
		return state, true
	}
	most := s.most()
	if most <= 0 {
		s.state.Remaining, s.state.LimitReached = 0, service.Elapsed(s.began, s.k.now()) >= service.SessionLimit
		s.finish()
		return s.state, true
	}
	gone := service.Elapsed(s.at, s.k.now())
	if gone < 0 { // the clock went back: the server's did not
		return state, false
	}
	state.Remaining = max(0, min(state.Remaining-gone, most))
	return state, state.Remaining > 0
}

// ProfileID names the profile that is signed in.
func (s *session) ProfileID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// Welcome is what the person is told after this sign-in.
func (s *session) Welcome() service.Welcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.welcome
}

func (s *session) Remaining() time.Duration { return s.now().Remaining }
func (s *session) LimitReached() bool       { return s.now().LimitReached }
func (s *session) Overdue() bool            { return s.now().Overdue }

// Touch tells the server that the person is there, unless it was told so a moment ago. A server that cannot be reached is no reason to
// refuse: the session lasts until its time is over.
func (s *session) Touch() error {
	state := s.now()
	if state.Remaining == 0 {
		return service.Refuse(service.CodeSessionEnded)
	}
	s.uses()
	if known, _ := s.k.known(); state.Remaining > known.Idle-touchAgain {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.alive, timeToConnect)
	defer cancel()
	_, err := call(ctx, s.k, s, api.Touch, api.None{})
	if service.IsCode(err, service.CodeSessionEnded) {
		return err
	}
	return nil
}

// Whole refuses where the session is over, or may only finish an enrolment. It is no use of the session.
func (s *session) Whole() error {
	switch state := s.now(); {
	case state.Remaining == 0:
		return service.Refuse(service.CodeSessionEnded)
	case !state.Whole:
		return service.Refuse(service.CodeEnableFirst)
	}
	return nil
}

// End ends the session. A server that cannot be reached ends it by itself, when its time is over.
func (s *session) End(ctx context.Context) error {
	s.mu.Lock()
	s.state.Remaining = 0
	s.finish()
	s.mu.Unlock()
	s.stopJobs()
	ctx, cancel := context.WithTimeout(ctx, timeToConnect) // a window that closes waits for it
	defer cancel()
	_, err := call(ctx, s.k, ending{s.token}, api.End, api.None{})
	return err
}

// ending asks for a session that is over here.
type ending struct{ token secret.Text }

func (e ending) bearer() secret.Text        { return e.token }
func (ending) saw(*api.SessionState, error) {}

// job is long work of a session: see workspace.Session.Work.
type job struct {
	stop context.CancelFunc
	done chan struct{}
	once sync.Once
}

// Work begins a job: the session must be alive, and it counts as use. What runs under the context it gives stops when the session
// ends; end says that it has.
func (s *session) Work(ctx context.Context) (_ context.Context, end func(), err error) {
	if err := s.Whole(); err != nil {
		return nil, nil, err
	}
	if err := s.Touch(); err != nil {
		return nil, nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	j := &job{stop: stop, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended { // since it was looked at
		stop()
		return nil, nil, service.Refuse(service.CodeSessionEnded)
	}
	s.jobs[j] = true
	return ctx, func() {
		stop()
		s.mu.Lock()
		delete(s.jobs, j)
		s.mu.Unlock()
		j.once.Do(func() { close(j.done) })
	}, nil
}

// cutJobs tells what is under way to stop, and does not wait. It is called with s.mu held.
func (s *session) cutJobs() {
	for j := range s.jobs {
		j.stop()
	}
}

// stopJobs ends what is under way, and waits until it has let go.
func (s *session) stopJobs() {
	s.mu.Lock()
	var all []*job
	for j := range s.jobs {
		all = append(all, j)
	}
	s.mu.Unlock()
	for _, j := range all {
		j.stop()
		<-j.done
	}
}
