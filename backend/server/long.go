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
func long[In, Out any](s *Server, op api.AdminOp[In, Out], act func(ctx context.Context, c *call, in In, told *told) (Out, error)) {
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(w, r, op.Name)
		if err := s.admit(w, r, c, op.By); err != nil {
			s.answer(w, c, nil, err)
			return
		}
		in, done, err := decode[api.AdminIn[In]](s, w, r, op.About)
		defer done()
		if err != nil {
			s.answer(w, c, nil, err)
			return
		}
		w.Header().Set("Content-Type", api.Lines)
		t := &told{w: http.NewResponseController(w), stand: s.stand, out: json.NewEncoder(w), plain: w}
		stop := t.beat(s.stand / 4)
		ctx := r.Context()
		if !op.Again {
			ctx = context.WithoutCancel(ctx)
		}
		out, err := act(ctx, c, in.In, t)
		stop()
		answer, failed := json.Marshal(api.Answer[Out]{Result: out, Error: c.errorOf(err), State: s.state(c)})
		if failed != nil {
			c.log.Error("an answer cannot be encoded", "error", failed)
			return
		}
		_ = t.line(api.Line{Answer: answer}) // a client that has hung up
	})
}

// longAdmin is long for what takes nothing.
func longAdmin[Out any](s *Server, op api.AdminOp[api.None, Out], act func(ctx context.Context, a service.Admin, told *told) (Out, error)) {
	long(s, op, func(ctx context.Context, c *call, _ api.None, told *told) (out Out, err error) {
		a, err := s.adminOf(ctx, c, false, false)
		if err != nil {
			return out, err
		}
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
