package server

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"countersign/backend/api"
	"countersign/backend/service"
)

// Config is what a server stands on.
type Config struct {
	Workspace service.Workspace
	Now       func() time.Time // nil for time.Now
	Log       *slog.Logger     // nil for none
	Patience  time.Duration    // with a client that stands still; 0 for a minute
}

// Server answers package api.
type Server struct {
	w      service.Workspace
	log    *slog.Logger
	tokens *tokens
	mux    *http.ServeMux
	bodies *semaphore.Weighted // bytes of large requests that are in memory
	stand  time.Duration       // see Config.Patience

	stop    context.CancelFunc
	stopped chan struct{} // the sweep
	once    sync.Once
}

// defaultPatience is for a document or a request on its way, and for a large request to wait for its turn. A long operation gives a sign of life four
// times in it.
const defaultPatience = time.Minute

// sweepEvery is how often sessions are looked for that are over: an enrolment or a print run of theirs is undone then.
const sweepEvery = 20 * time.Second

// mostBodies is how many bytes of large requests are in memory at the same time.
const mostBodies = 4 * api.LargeBody

// New makes a server. Close it. What stands before it sets the time limits of an http.Server for headers and idle connections; this package sets
// those for what follows. Where a balancer is between it and its clients, r.RemoteAddr has to be the client’s.
func New(c Config) *Server {
	s := &Server{w: c.Workspace, log: c.Log, mux: http.NewServeMux(), bodies: semaphore.NewWeighted(mostBodies), stand: cmp.Or(c.Patience, defaultPatience), stopped: make(chan struct{})}
	if c.Now == nil {
		c.Now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.tokens = newTokens(c.Now)
	s.entrances()
	s.sessions()
	s.admins()
	s.files()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.sweep(ctx)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if r.ContentLength == 0 {
		_ = control.SetReadDeadline(time.Time{}) // there is nothing to come: or it would seem that the client has hung up
	} else {
		_ = control.SetReadDeadline(time.Now().Add(s.stand)) // also for a body that is refused unread
	}
	id := cmp.Or(w.Header().Get(api.RequestID), r.Header.Get(api.RequestID)) // what stands before it may have looked at it
	if !api.IsRequestID(id) {
		id = api.NewRequestID()
	}
	w.Header().Set(api.RequestID, id)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.mux.ServeHTTP(w, r)
}

// Close ends every session: what has not taken effect is undone. The workspace stays open, and nobody comes in any more.
func (s *Server) Close(ctx context.Context) (err error) {
	s.once.Do(func() {
		s.stop()
		<-s.stopped
		var mu sync.Mutex
		for _, o := range s.tokens.close() {
			go func() {
				defer s.tokens.left()
				failed := s.tokens.common(o).End(ctx)
				mu.Lock()
				defer mu.Unlock()
				err = errors.Join(err, failed)
			}()
		}
		s.tokens.leaving.Wait()
	})
	return err
}

func (s *Server) sweep(ctx context.Context) {
	defer close(s.stopped)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, o := range s.tokens.over() {
				s.endLater(o)
			}
		}
	}
}

// endLater ends a session that was taken out, and that nobody waits for. One that is still at work holds up no other.
func (s *Server) endLater(o *session) {
	if o == nil {
		return
	}
	go func() {
		defer s.tokens.left()
		if err := s.tokens.common(o).End(context.Background()); err != nil {
			s.log.Warn("what a session has left is undone at the next start", "error", service.Cause(err))
		}
	}()
}

// call is a request on its way.
type call struct {
	name    string // of the operation
	id      string // of the request
	token   digest // of its Authorization header
	begun   any    // what it stands for, or nil
	session *session
	address string // whom to count it against
	log     *slog.Logger
}

// errNoToken is for what needs one.
var errNoToken = service.Refuse(service.CodeChallengeEnded)

// handle answers an operation. What an act changes is not left half done because a client hangs up. Nothing is read of who may not ask.
func handle[In, Out any](s *Server, op api.Op[In, Out], act func(ctx context.Context, c *call, in In) (Out, error)) {
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(w, r, op.Name)
		var in In
		var out Out
		err := s.admit(w, r, c, op.By)
		if err != nil && op.Ends {
			s.answer(w, c, out, nil)
			return
		}
		if err == nil {
			var done func()
			in, done, err = decode[In](s, w, r, op.About)
			defer done()
		}
		if err == nil {
			out, err = act(context.WithoutCancel(r.Context()), c, in)
		}
		s.answer(w, c, out, err)
	})
}

func (s *Server) callOf(w http.ResponseWriter, r *http.Request, name string) *call {
	c := &call{name: name, id: w.Header().Get(api.RequestID), address: addressOf(r.RemoteAddr)}
	c.log = s.log.With("request", c.id, "operation", name)
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token = sha256.Sum256([]byte(token))
		c.begun, c.session = s.tokens.find(c.token), s.tokens.session(c.token)
	}
	return c
}

// addressOf is the address of a client, or the network that it chooses its addresses from.
func addressOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	a := at.Addr().Unmap().WithZone("")
	if a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

// admit refuses who may not ask, and does not wait for what they send.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, c *call, by api.By) error {
	ok, refusal := false, errSessionEnded
	switch by {
	case api.ByNobody:
		ok = true
	case api.BySignIn:
		_, ok = c.begun.(service.SignInAttempt)
		refusal = errNoToken
	case api.ByRedeem:
		_, ok = c.begun.(service.RedeemAttempt)
		refusal = errNoToken
	case api.ByKit:
		_, ok = c.begun.(service.KitAttempt)
		refusal = errNoToken
	case api.ByChallenge:
		_, ok = c.begun.(service.Challenge)
		refusal = errNoToken
	case api.ByEnrolling:
		ok = c.session != nil
	case api.ByEnrolment:
		ok = c.session != nil && c.session.enrolment != nil
	case api.BySession, api.ByAdmin:
		ok = s.wholeOf(c) != nil
	}
	if ok {
		return nil
	}
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close")
	}
	return refusal
}

// decode reads a request: one JSON value of the operation's type, and nothing after it. done is called when it is not needed any more.
func decode[In any](s *Server, w http.ResponseWriter, r *http.Request, about api.About) (in In, done func(), err error) {
	limit := about.Limit()
	if r.ContentLength > limit {
		return in, func() {}, errors.Join(service.ErrMalformed, errLong)
	}
	done, err = s.turn(r, limit)
	if err != nil {
		return in, done, err
	}
	body := s.moving(w, http.MaxBytesReader(w, r.Body, limit))
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil { // its text can have what a client has sent
		return in, done, errors.Join(service.ErrMalformed, errNotJSON)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return in, done, errors.Join(service.ErrMalformed, errNotJSON)
	}
	body.stop()
	return in, done, nil
}

var (
	errLong    = errors.New("the request is too long")
	errNotJSON = errors.New("the request is not one value of the operation's type")
)

// turn waits until there is room in memory for a large request.
func (s *Server) turn(r *http.Request, limit int64) (done func(), err error) {
	n := r.ContentLength
	if n < 0 {
		n = limit
	}
	if n <= api.SmallBody {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.stand)
	defer cancel()
	if err := s.bodies.Acquire(ctx, n); err != nil {
		return func() {}, errors.Join(api.ErrBusy, err)
	}
	return func() { s.bodies.Release(n) }, nil
}

// answer sends a result, an error, or both, with the state of the workspace and of the session.
func (s *Server) answer(w http.ResponseWriter, c *call, out any, err error) {
	sent := c.errorOf(err)
	b, err := json.Marshal(api.Answer[any]{Result: out, Error: sent, State: s.state(c)})
	if err != nil {
		c.log.Error("an answer cannot be encoded", "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	defer clear(b) // keys can be in it
	c.log.Debug("answered", "status", sent.Status())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(sent.Status())
	_, _ = io.Copy(s.taking(w), bytes.NewReader(b)) // a client that has hung up
}

// errorOf is an error as it is sent. What the client is not told is logged.
func (c *call) errorOf(err error) *api.Error {
	sent := api.ErrorOf(err)
	switch {
	case sent == nil || sent.Fault == "" || sent.Fault == api.FaultConflict:
	case sent.Fault == api.FaultMalformed: // anybody can send it, and as often as they like
		c.log.Debug("a request was malformed", "error", service.Cause(err))
	default:
		c.log.Warn("an operation failed", "fault", sent.Fault, "error", service.Cause(err))
	}
	return sent
}

func (s *Server) state(c *call) api.State {
	hasKit, err := s.w.HasKit()
	if err != nil {
		c.log.Warn("the Emergency Kit could not be looked for", "error", service.Cause(err))
	}
	out := api.State{Workspace: api.WorkspaceState{
		ID: s.w.ID(), Name: s.w.Name(), Now: s.w.Now(), Idle: s.w.Idle(), MinPassword: s.w.MinPassword(), HasKit: hasKit,
	}}
	if c.session != nil {
		whole, in := s.tokens.whole(c.session), s.tokens.common(c.session)
		out.Session = &api.SessionState{
			Remaining: in.Remaining(), LimitReached: in.LimitReached(), Overdue: in.Overdue(), Whole: whole != nil && whole.Whole() == nil,
		}
	}
	return out
}
