package server

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
)

// told sends the lines of a long operation on their way.
type told struct {
	mu   sync.Mutex
	w    http.ResponseWriter
	out  *json.Encoder
	last time.Time // that progress was told
}

const (
	tellEvery  = 100 * time.Millisecond
	timeToTake = time.Minute // that a client has to take a line, before it is given up
)

func (t *told) line(l api.Line) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	control := http.NewResponseController(t.w)
	_ = control.SetWriteDeadline(time.Now().Add(timeToTake))
	if err := t.out.Encode(l); err != nil {
		return err
	}
	return control.Flush()
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
func (t *told) Write(b []byte) (int, error) {
	if err := t.line(api.Line{Data: b}); err != nil {
		return 0, err
	}
	return len(b), nil
}

// long answers an operation that tells how far it has come. It stops when its client hangs up, as far as the act itself can.
func long[In, Out any](s *Server, op api.AdminOp[In, Out], act func(ctx context.Context, c *call, in In, told *told) (Out, error)) {
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(r)
		in, err := decode[api.AdminIn[In]](w, r, largeBody)
		if err != nil {
			s.answer(w, op.Name, c, nil, err)
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson")
		t := &told{w: w, out: json.NewEncoder(w)}
		out, err := act(r.Context(), c, in.In, t)
		answer, failed := json.Marshal(api.Answer[Out]{Result: out, Error: s.errorOf(op.Name, err), State: s.state(c)})
		if failed != nil {
			s.log.Error("an answer cannot be encoded", "operation", op.Name, "error", failed)
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
