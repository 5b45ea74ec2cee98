package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
)

// Config is what a server stands on.
type Config struct {
	Workspace service.Workspace
	Now       func() time.Time // nil for time.Now
	Log       *slog.Logger     // nil for none
}

// Server answers package api.
type Server struct {
	w      service.Workspace
	log    *slog.Logger
	tokens *tokens
	mux    *http.ServeMux

	stop    context.CancelFunc
	stopped chan struct{}
	once    sync.Once
}

// sweepEvery is how often sessions are looked for that are over: an enrolment or a print run of theirs is undone then.
const sweepEvery = 20 * time.Second

// New makes a server. Close it.
func New(c Config) *Server {
	s := &Server{w: c.Workspace, log: c.Log, mux: http.NewServeMux(), stopped: make(chan struct{})}
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
	w.Header().Set("Cache-Control", "no-store")
	s.mux.ServeHTTP(w, r)
}

// Close ends every session: what has not taken effect is undone. The workspace stays open.
func (s *Server) Close(ctx context.Context) (err error) {
	s.once.Do(func() {
		s.stop()
		<-s.stopped
		err = s.end(ctx, s.tokens.over(true))
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
			if err := s.end(context.WithoutCancel(ctx), s.tokens.over(false)); err != nil {
				s.log.Warn("what a session has left is undone at the next start", "error", service.Cause(err))
			}
		}
	}
}

func (s *Server) end(ctx context.Context, over []*session) (err error) {
	for _, o := range over {
		err = errors.Join(err, o.common().End(ctx))
	}
	return err
}

// Limits of a request's body, in bytes.
const (
	smallBody = 64 << 10 // of who has not come in
	largeBody = 64 << 20 // of who has: 10,000 invitations with their keys are 20 MiB
)

// timeForBody is how long a request of one value may take to come.
const timeForBody = time.Minute

// call is a request on its way.
type call struct {
	token   digest // of its Authorization header
	session *session
}

// errNoToken is for what needs one.
var errNoToken = service.Refuse(service.CodeChallengeEnded)

// handle answers an operation. What an act changes is not left half done because a client hangs up.
func handle[In, Out any](s *Server, op api.Op[In, Out], limit int64, act func(ctx context.Context, c *call, in In) (Out, error)) {
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(r)
		in, err := decode[In](w, r, limit)
		var out Out
		if err == nil {
			out, err = act(context.WithoutCancel(r.Context()), c, in)
		}
		s.answer(w, op.Name, c, out, err)
	})
}

func (s *Server) callOf(r *http.Request) *call {
	c := &call{}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token = sha256.Sum256([]byte(token))
		c.session = s.tokens.session(c.token)
	}
	return c
}

// decode reads a request: one JSON value of the operation's type, and nothing after it.
func decode[In any](w http.ResponseWriter, r *http.Request, limit int64) (in In, err error) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(timeForBody))
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return in, errors.Join(service.ErrMalformed, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return in, service.ErrMalformed
	}
	return in, nil
}

// answer sends a result, an error, or both, with the state of the workspace and of the session.
func (s *Server) answer(w http.ResponseWriter, op string, c *call, out any, err error) {
	sent := s.errorOf(op, err)
	b, err := json.Marshal(api.Answer[any]{Result: out, Error: sent, State: s.state(c)})
	if err != nil {
		s.log.Error("an answer cannot be encoded", "operation", op, "error", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(sent.Status())
	_, _ = w.Write(b) // a client that has hung up
}

// errorOf is an error as it is sent. What the client is not told is logged.
func (s *Server) errorOf(op string, err error) *api.Error {
	sent := api.ErrorOf(err)
	if sent != nil && sent.Fault != "" && sent.Fault != api.FaultConflict {
		s.log.Warn("an operation failed", "operation", op, "fault", sent.Fault, "error", service.Cause(err))
	}
	return sent
}

func (s *Server) state(c *call) api.State {
	hasKit, err := s.w.HasKit()
	if err != nil {
		s.log.Warn("the Emergency Kit could not be looked for", "error", service.Cause(err))
	}
	out := api.State{Workspace: api.WorkspaceState{
		ID: s.w.ID(), Name: s.w.Name(), Now: s.w.Now(), Idle: s.w.Idle(), MinPassword: s.w.MinPassword(), HasKit: hasKit,
	}}
	if c.session != nil {
		whole := s.tokens.whole(c.session)
		var in common = c.session.enrolment
		if whole != nil {
			in = whole
		}
		out.Session = &api.SessionState{
			Remaining: in.Remaining(), LimitReached: in.LimitReached(), Overdue: in.Overdue(), Whole: whole != nil && whole.Whole() == nil,
		}
	}
	return out
}
