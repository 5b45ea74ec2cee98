package server

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
)

// told sends the lines of a long operation on their way.
type told struct {
	mu    sync.Mutex
	w     *http.ResponseController
	stand time.Duration // that a client has to take a line, before it is given up
	out   *json.Encoder
	plain io.Writer
	last  time.Time // that progress was told
}

const tellEvery = 100 * time.Millisecond

func (t *told) line(l api.Line) error { return t.send(func() error { return t.out.Encode(l) }) }

func (t *told) send(write func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.w.SetWriteDeadline(time.Now().Add(t.stand))
	if err := write(); err != nil {
		return err
	}
	return t.w.Flush()
}

// beat sends empty lines, so that the client knows that the work goes on. stop waits for the last one.
func (t *told) beat(every time.Duration) (stop func()) {
	over := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				if t.send(func() error { _, err := io.WriteString(t.plain, "\n"); return err }) != nil {
					return
				}
			}
		}
	})
	return func() {
		close(over)
		beating.Wait()
	}
}

// progress is a service.Progress. A client that has hung up shows when there is more to be told.
func (t *told) progress(done, total int64) {
	t.mu.Lock()
	soon := time.Since(t.last) < tellEvery && done < total
	if !soon {
		t.last = time.Now()
	}
	t.mu.Unlock()
	if !soon {
		_ = t.line(api.Line{Done: done, Total: total})
	}
}

// Write sends what is written on the way.
func (t *told) Write(b []byte) (written int, err error) {
	for len(b) > 0 && err == nil {
		next := b[:min(len(b), piece)]
		if err = t.line(api.Line{Data: next}); err == nil {
			written += len(next)
		}
		b = b[len(next):]
	}
	return written, err
}

// long answers an operation that tells how far it has come. One that changes nothing stops when its client hangs up; another is carried out.
// Others may use the session meanwhile, and it stops when they end it.
func long[In, Out any](s *Server, op api.AdminOp[In, Out], act func(ctx context.Context, in service.Session, a service.Admin, req In, told *told) (Out, error)) {
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(w, r, op.Name)
		if err := s.admit(w, r, c, op.By); err != nil {
			s.answer(w, c, nil, err)
			return
		}
		in, done, err := decode[api.AdminIn[In]](s, w, r, op.About, nil)
		defer done()
		if err == nil && !in.Watch {
			err = s.within(r.Context(), c, op.By, func(context.Context) error { return c.held.value.Session.Touch() })
		}
		asked := r.Context()
		if !op.Again {
			asked = context.WithoutCancel(asked)
		}
		ctx, cut := context.WithCancel(asked)
		defer cut()
		defer s.letGo(c)
		var session service.Session
		if err == nil {
			session, err = s.look(ctx, c)
		}
		var a service.Admin
		if err == nil {
			a, err = s.w.AdminOf(ctx, session, in.Watch)
		}
		if err != nil {
			s.answer(w, c, nil, err)
			return
		}
		w.Header().Set("Content-Type", api.Lines)
		t := &told{w: http.NewResponseController(w), stand: s.stand, out: json.NewEncoder(w), plain: w}
		stop := t.beat(s.stand / 4)
		watched := c.loose.watch(ctx, cut)
		out, err := act(ctx, session, a, in.In, t)
		cut()
		watched.Wait()
		if ended := c.loose.Check(); ended != nil && errors.Is(err, context.Canceled) {
			err = ended
		}
		stop()
		c.state = stateOf(service.Value{Session: session})
		answer, failed := json.Marshal(api.Answer[Out]{Result: out, Error: c.errorOf(err), State: s.state(c)})
		if failed != nil {
			c.log.Error("an answer cannot be encoded", "error", failed)
			return
		}
		_ = t.line(api.Line{Answer: answer}) // a client that has hung up
	})
}

// look gives the session of a request that does not hold it.
func (s *Server) look(ctx context.Context, c *call) (service.Session, error) {
	if c.loose == nil {
		c.loose = s.tokens.loosely(digestOf(c.token))
	}
	return c.loose.session(ctx)
}

// letGo is for a request that is answered.
func (s *Server) letGo(c *call) {
	if c.loose != nil {
		s.tokens.letGo(c.loose)
	}
}

// watch ends a long operation when its session is ended.
func (l *loose) watch(ctx context.Context, cut func()) *sync.WaitGroup {
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if l.look(ctx); l.Check() != nil {
					cut()
					return
				}
			}
		}
	})
	return &watching
}

// longAdmin is long for what takes nothing.
func longAdmin[Out any](s *Server, op api.AdminOp[api.None, Out], act func(ctx context.Context, a service.Admin, told *told) (Out, error)) {
	long(s, op, func(ctx context.Context, _ service.Session, a service.Admin, _ api.None, told *told) (out Out, err error) {
		return act(ctx, a, told)
	})
}

func publicKey(key crypto.Signer) ([]byte, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the key that signs is of another kind")
	}
	return public, nil
}
