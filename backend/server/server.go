package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"countersign/backend/api"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Config is what a server stands on.
type Config struct {
	Workspace service.Served
	Tokens    store.Tokens     // of all instances
	Sealer    Sealer           // of all instances
	Place     string           // the workspace's among those that Tokens and Sealer have
	Newest    func() string    // the newest version of Countersign that is known of; nil for none
	Now       func() time.Time // nil for time.Now
	Log       *slog.Logger     // nil for none
	Patience  time.Duration    // with a client that stands still; 0 for a minute
	Lease     time.Duration    // after which another instance goes on with what one was at that is gone; 0 for 12 seconds
}

// Server answers package api.
type Server struct {
	w      service.Served
	log    *slog.Logger
	tokens *tokens
	mux    *http.ServeMux
	bodies *semaphore.Weighted // bytes of large requests that are in memory
	stand  time.Duration       // see Config.Patience
	newest func() string       // see Config.Newest

	kick    chan struct{} // there may be something to sweep
	mended  time.Time     // that Recover was called: see sweepOnce
	stop    context.CancelFunc
	stopped chan struct{} // the sweep
	once    sync.Once

	draining context.Context // until Drain
	paused   atomic.Bool     // see Pause
	drain    context.CancelFunc
	waiting  waiting
}

// defaultPatience is for a document or a request on its way, and for a large request to wait for its turn. A long operation gives a sign of life four
// times in it.
const defaultPatience = time.Minute

// sweepEvery is how often sessions are looked for that are over, and at most so many: an enrolment or a print run of theirs is undone then.
const (
	sweepEvery = 20 * time.Second
	sweepPause = time.Second
	mostSwept  = 200
	// mendEvery is how often what an instance has left is looked for that is gone.
	mendEvery = 5 * time.Minute
)

// mostBodies is how many bytes of large requests are in memory at the same time.
const mostBodies = 4 * api.LargeBody

// New makes a server. Close it. What stands before it sets the time limits of an http.Server for headers and idle connections; this package sets
// those for what follows.
func New(c Config) *Server {
	s := &Server{w: c.Workspace, log: c.Log, mux: http.NewServeMux(), bodies: semaphore.NewWeighted(mostBodies), stand: cmp.Or(c.Patience, defaultPatience), kick: make(chan struct{}, 1), stopped: make(chan struct{})}
	if c.Now == nil {
		c.Now = time.Now
	}
	if s.newest = c.Newest; s.newest == nil {
		s.newest = func() string { return "" }
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.tokens = &tokens{
		w: c.Workspace, rows: c.Tokens, box: c.Sealer, place: c.Place, now: c.Now, lease: cmp.Or(c.Lease, defaultLease), log: s.log, turns: map[store.Digest]*turn{}, loose: map[store.Digest]map[*loose]bool{},
	}
	s.mended = c.Now()
	s.draining, s.drain = context.WithCancel(context.Background())
	s.entrances()
	s.sessions()
	s.admins()
	s.files()
	s.happened()
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
	if s.paused.Load() {
		w.Header().Set("Connection", "close") // the next one comes to another instance
		s.answer(w, s.callOf(w, r, ""), nil, api.ErrBusy)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Pause refuses every request from now on, and leaves what is over to others, or goes on: the database may not be one that this program understands.
// What is under way ends as it does.
func (s *Server) Pause(on bool) { s.paused.Store(on) }

// Close ends what the server does beside its requests, which are to be over by then. Nobody is signed out: each session is where another
// instance, or the next start, goes on with it.
func (s *Server) Close(context.Context) error {
	s.once.Do(func() {
		s.Drain()
		s.stop()
		<-s.stopped
	})
	return nil
}

func (s *Server) sweep(ctx context.Context) {
	defer close(s.stopped)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		case <-tick.C:
		}
		if err := s.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("sessions that are over could not be looked for", "error", service.Cause(err))
		}
		select { // whoever asks meanwhile is heard afterwards: many sign-ins a second need not look as often
		case <-ctx.Done():
		case <-time.After(sweepPause):
		}
	}
}

// sweepOnce ends the sessions that are over. Another instance may do the same: each is ended by one of them.
func (s *Server) sweepOnce(ctx context.Context) error {
	if s.paused.Load() {
		return nil
	}
	now := s.tokens.now()
	due, err := s.tokens.rows.Over(ctx, now, mostSwept)
	for _, d := range due {
		if ctx.Err() != nil {
			break
		}
		short, cancel := context.WithTimeout(ctx, s.tokens.lease/4) // one that is still at work holds up no other
		h, taken := s.tokens.take(short, d, store.Digest{})
		cancel()
		if taken != nil {
			continue
		}
		if ended := s.endIfOver(context.WithoutCancel(ctx), h); ended != nil {
			s.log.Warn("what a session has left is undone later", "error", service.Cause(ended))
		}
	}
	if err == nil && now.Sub(s.mended) >= mendEvery {
		s.mended = now
		err = s.w.Recover(ctx)
	}
	return err
}

// endIfOver ends a session for which it is time, and undoes what has not taken effect.
func (s *Server) endIfOver(ctx context.Context, h *held) error {
	v, err := s.tokens.resume(ctx, h.row, h)
	switch refusal := (*service.Error)(nil); {
	case errors.As(err, &refusal): // there is nothing to go on with
		return h.remove(ctx)
	case err != nil:
		return errors.Join(err, h.put(ctx))
	}
	h.value = v
	in := common(v)
	if in == nil {
		return h.remove(ctx)
	}
	if !h.row.Until.IsZero() && in.Remaining() > 0 { // it was used meanwhile, or the workspace lets sessions last longer by now
		return h.leave(ctx)
	}
	return errors.Join(in.End(ctx), h.remove(ctx))
}

// sweepSoon is for what had to make room.
func (s *Server) sweepSoon() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// call is a request on its way.
type call struct {
	name   string // of the operation
	id     string // of the request
	token  string // of its Authorization header
	leaves bool   // it gives up what its token stands for
	held   *held  // what its token stands for; nil: it has none, or only looks at it
	loose  *loose // the same for a request that takes long
	ended  bool   // it is over, and its row goes
	used   bool   // it was good once
	once   *once  // of a request that has a key
	state  *api.SessionState
	log    *slog.Logger
}

// errNoToken is for what needs one.
var errNoToken = service.Refuse(service.CodeChallengeEnded)

// handle answers an operation. What an act changes is not left half done because a client hangs up. Nothing is read of who may not ask.
func handle[In, Out any](s *Server, op api.Op[In, Out], act func(ctx context.Context, c *call, in In) (Out, error)) {
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(w, r, op.Name)
		c.leaves = op.Ends
		var in In
		var out Out
		err := c.named(r, op.About)
		if err == nil {
			err = s.admit(w, r, c, op.By)
		}
		if err == nil {
			var done func()
			if in, done, err = decode[In](s, w, r, op.About, c.once); err != nil {
				answerUnread(w)
			}
			defer done()
		}
		if err == nil {
			err = s.within(r.Context(), c, op.By, func(ctx context.Context) (err error) {
				out, err = act(s.tokens.once(ctx, c), c, in)
				if errors.Is(err, store.ErrRepeated) || errors.Is(err, store.ErrOtherAct) {
					err = c.once.done(err, op.By, out)
				} else {
					c.answers(out, err)
				}
				return err
			})
		}
		if errors.Is(err, errSaid) {
			s.send(w, c, c.once.said.Result, c.once.said.Error)
			return
		}
		if errors.Is(err, store.ErrRepeated) {
			err = c.once.done(err, op.By, out)
		}
		if op.Ends && (errors.Is(err, errNoToken) || errors.Is(err, errSessionEnded)) {
			err = nil
		}
		s.answer(w, c, out, err)
	})
}

func (s *Server) callOf(w http.ResponseWriter, r *http.Request, name string) *call {
	c := &call{name: name, id: w.Header().Get(api.RequestID)}
	c.log = s.log.With("request", c.id, "operation", name)
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token = token
	}
	return c
}

// admit refuses who may not ask, and does not wait for what they send. What the token stands for is looked at again once it is held.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, c *call, by api.By) (err error) {
	switch by {
	case api.ByNobody:
	case api.BySignIn, api.ByRedeem, api.ByKit:
		saved, ok := s.tokens.opened(c.token, placeOf[by])
		if saved.Wipe(); !ok {
			err = errNoToken
		}
	default:
		err = s.lookAt(context.WithoutCancel(r.Context()), c, by)
	}
	if err != nil && r.ContentLength != 0 {
		answerUnread(w)
	}
	return err
}

// answerUnread has the answer sent before the rest of the request has come: net/http would wait for up to 256 KiB of it, to use the connection again.
func answerUnread(w http.ResponseWriter) { w.Header().Set("Connection", "close") }

var placeOf = map[api.By]string{api.BySignIn: placeSignIn, api.ByRedeem: placeRedeem, api.ByKit: placeKit}

// lookAt reads the row of a token.
func (s *Server) lookAt(ctx context.Context, c *call, by api.By) error {
	row, err := s.tokens.rows.Look(ctx, digestOf(c.token))
	if errors.Is(err, store.ErrNotFound) {
		return refusalTo(by)
	}
	if err != nil || c.once != nil && row.Asked == c.once.asked { // what was answered is told again, whatever became of the token
		return err
	}
	return fits(row, by)
}

func refusalTo(by api.By) error {
	switch by {
	case api.ByEnrolling, api.ByEnrolment, api.BySession, api.ByAdmin:
		return errSessionEnded
	default:
		return errNoToken
	}
}

// fits refuses a token of another kind, and one that had to make room.
func fits(row store.Token, by api.By) error {
	ok := false
	switch by {
	case api.ByRedeem:
		ok = row.Kind == store.TokenRedeem
	case api.ByChallenge:
		ok = row.Kind == store.TokenChallenge
	case api.ByLocked:
		ok = row.Kind == store.TokenLocked
	case api.ByEnrolling:
		ok = row.Kind.Ends()
	case api.ByEnrolment:
		ok = row.Kind == store.TokenEnrolment || row.Kind == store.TokenEntered
	case api.BySession, api.ByAdmin:
		ok = row.Kind == store.TokenSession || row.Kind == store.TokenEntered
	}
	if ok && !row.Until.IsZero() {
		return nil
	}
	return refusalTo(by)
}

// within runs an act while this request has its token for itself, and keeps what became of it before anybody is answered.
func (s *Server) within(asked context.Context, c *call, by api.By, act func(ctx context.Context) error) (err error) {
	ctx := context.WithoutCancel(asked)
	if by == api.ByNobody {
		return act(ctx)
	}
	waiting, cancel := context.WithTimeout(ctx, 2*s.tokens.lease)
	defer cancel()
	if err := s.take(waiting, c, by); err != nil {
		return err
	}
	settle := c.held.put // of an act that panics
	defer func() {
		if left := settle(ctx); left != nil { // the act stands: what is not kept has to be begun again
			c.log.Warn("what a request has left to its token is not kept", "error", service.Cause(left))
		}
	}()
	err = act(ctx)
	c.state = stateOf(c.held.value)
	settle = c.settle(by, err)
	return err
}

// settle says what becomes of the token that an act was asked with.
func (c *call) settle(by api.By, err error) func(context.Context) error {
	switch h := c.held; {
	case c.ended:
		return h.remove
	case h.begun && (service.IsCode(err, service.CodeThrottled) || service.IsCode(err, service.CodeChallengeEnded)), by == api.ByKit && err != nil:
		return h.remove // nothing was looked at, or can be guessed: who asks in vain leaves nothing
	case by == api.BySignIn, by == api.ByKit && c.once == nil:
		return h.lapse
	case c.used, by == api.ByKit:
		return h.use
	default:
		return h.leave
	}
}

// take takes what a token stands for.
func (s *Server) take(ctx context.Context, c *call, by api.By) (err error) {
	d := digestOf(c.token)
	place, attempt := placeOf[by]
	var h *held
	if attempt {
		h, err = s.begin(ctx, c, d, by, place)
	} else {
		h, err = s.tokens.take(ctx, d, c.asks())
	}
	if errors.Is(err, errSessionEnded) {
		return refusalTo(by)
	}
	if err != nil {
		return err
	}
	if !h.begun {
		if err = c.before(h.row); err == nil {
			err = fits(h.row, by)
		}
		if err == nil {
			h.value, err = s.tokens.resume(ctx, h.row, h)
		}
		if service.IsCode(err, service.CodeSessionEnded) {
			err = refusalTo(by)
		}
	}
	if err != nil {
		return errors.Join(err, h.put(context.WithoutCancel(ctx)))
	}
	c.held = h
	return nil
}

// begin takes what an attempt has in its token. It is good once: then its row says so, or how far it has come.
func (s *Server) begin(ctx context.Context, c *call, d store.Digest, by api.By, place string) (*held, error) {
	if by == api.ByRedeem {
		switch h, err := s.tokens.take(ctx, d, c.asks()); {
		case err == nil || !errors.Is(err, errSessionEnded):
			return h, err
		case c.leaves: // nothing was looked at
			return nil, errNoToken
		}
	}
	saved, ok := s.tokens.opened(c.token, place)
	if !ok {
		return nil, errNoToken
	}
	defer saved.Wipe()
	h, err := s.tokens.begin(ctx, d)
	for err == nil && h == nil {
		if c.once == nil {
			return nil, errNoToken
		}
		// It may have been this request, which is still at work, or leaves nothing.
		if h, err = s.tokens.take(ctx, d, c.asks()); !errors.Is(err, errSessionEnded) {
			return h, err
		}
		h, err = s.tokens.begin(ctx, d)
	}
	if err != nil {
		return nil, err
	}
	if h.value, err = s.w.Resume(ctx, saved, h); err != nil {
		return nil, errors.Join(err, h.remove(context.WithoutCancel(ctx)))
	}
	return h, nil
}

// decode reads a request: one JSON value of the operation's type, and nothing after it. done is called when it is not needed any more.
func decode[In any](s *Server, w http.ResponseWriter, r *http.Request, about api.About, of *once) (in In, done func(), err error) {
	limit := about.Limit()
	if r.ContentLength > limit {
		return in, func() {}, errors.Join(service.ErrMalformed, errLong)
	}
	done, err = s.turn(r, limit)
	if err != nil {
		return in, done, err
	}
	body := s.moving(w, http.MaxBytesReader(w, r.Body, limit))
	dec := json.NewDecoder(of.reads(body))
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
	s.send(w, c, out, c.errorOf(err))
}

func (s *Server) send(w http.ResponseWriter, c *call, out any, sent *api.Error) {
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
	out.Session = c.state
	return out
}

// stateOf is a session's as it is now; nil for what is none.
func stateOf(v service.Value) *api.SessionState {
	in := common(v)
	if in == nil {
		return nil
	}
	return &api.SessionState{Remaining: in.Remaining(), LimitReached: in.LimitReached(), Overdue: in.Overdue(), Whole: v.Session != nil && v.Session.Whole() == nil}
}
