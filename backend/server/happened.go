package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
	"countersign/backend/store"
)

// waiting are the sessions that wait for something to happen. Each waits once: who asks again is answered in the place of who has asked before, which may be
// a connection that nobody reads from any more.
type waiting struct {
	mu  sync.Mutex
	all map[store.Digest]*context.CancelFunc
}

// mostWaiting bounds them, in one instance.
const mostWaiting = 20_000

// begin gives the turn to this request. The one before is told to end.
func (w *waiting) begin(d store.Digest, cancel context.CancelFunc) (end func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[store.Digest]*context.CancelFunc{}
	}
	before := w.all[d]
	if before == nil && len(w.all) >= mostWaiting {
		return nil, api.ErrBusy
	}
	if before != nil {
		(*before)()
	}
	w.all[d] = &cancel
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.all[d] == &cancel {
			delete(w.all, d)
		}
	}, nil
}

// Drain answers those who wait for something to happen, now and from now on. The rest goes on.
func (s *Server) Drain() { s.drain() }

// happened answers who waits for something to happen. It holds no row, and uses no session. Who hangs up, or has another request wait in this one's
// place, waits no longer, nor does anybody once the server ends.
func (s *Server) happened() {
	op := api.WhatHappened
	s.mux.HandleFunc("POST "+op.Path(), func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(w, r, op.Name)
		defer s.letGo(c)
		err := s.admit(w, r, c, op.By)
		var in api.After
		if err == nil {
			var done func()
			in, done, err = decode[api.After](s, w, r, op.About, nil)
			done()
		}
		var out service.Happened
		if err == nil {
			out, err = s.await(r.Context(), c, in.After)
		}
		if r.Context().Err() != nil {
			return // nobody is there
		}
		s.answer(w, c, out, err)
	})
}

// goesOn reports whether a session that seems to be over is not: an act of its own has changed its profile, and has not put the session back yet.
// It waits for that act.
func (s *Server) goesOn(ctx context.Context, c *call) bool {
	h, err := s.tokens.take(ctx, digestOf(c.token), store.Digest{})
	if err != nil {
		return false
	}
	v, err := s.tokens.resume(ctx, h.row, h)
	is := err == nil && v.Session != nil && v.Session.Whole() == nil
	if is {
		_, err = v.Session.Happened(ctx, 0)
		c.state = stateOf(v)
	}
	return h.put(context.WithoutCancel(ctx)) == nil && is && err == nil
}

func (s *Server) await(asked context.Context, c *call, after int64) (service.Happened, error) {
	out, err := s.awaitLoosely(asked, c, after)
	if service.IsCode(err, service.CodeSessionEnded) && s.goesOn(asked, c) {
		return service.Happened{Seq: after}, nil
	}
	return out, err
}

func (s *Server) awaitLoosely(asked context.Context, c *call, after int64) (out service.Happened, err error) {
	ctx, cancel := context.WithCancel(asked)
	defer cancel()
	defer context.AfterFunc(s.draining, cancel)()
	end, err := s.waiting.begin(digestOf(c.token), cancel)
	if err != nil {
		return out, err
	}
	defer end()
	in, err := s.look(asked, c)
	if err != nil {
		return out, err
	}
	began := time.Now()
	out, err = in.Happened(ctx, after)
	if err != nil && ctx.Err() != nil && asked.Err() == nil && !service.IsCode(err, service.CodeSessionEnded) { // it was cut off while it looked
		out, err = service.Happened{Seq: after}, nil
	}
	if err != nil || asked.Err() != nil {
		return out, err
	}
	if time.Since(began) >= lookEvery { // others have used the session meanwhile, or ended it
		if err = c.loose.look(asked); err == nil {
			in, err = c.loose.session(asked)
		}
	}
	if err == nil {
		c.state = stateOf(service.Value{Session: in})
	}
	return out, err
}
