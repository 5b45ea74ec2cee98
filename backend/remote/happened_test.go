package remote_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// waits has somebody wait for what happens. begun is closed once the server has their request.
func (p *place) waits(s *client.Session, after int64) (told chan error, got *service.Happened) {
	p.Helper()
	before := p.wire.countOf(api.WhatHappened.Path())
	told, got = make(chan error, 1), &service.Happened{}
	go func() {
		h, err := s.Happened(p.ctx(), after)
		*got = h
		told <- err
	}()
	p.until("the server has the request", func() bool { return p.wire.countOf(api.WhatHappened.Path()) > before })
	return told, got
}

func (p *place) seq(s *client.Session) int64 {
	p.Helper()
	h, err := s.Happened(p.ctx(), 0)
	p.ok(err)
	return h.Seq
}

// within gives an answer that comes long before a wait is over by itself.
func (p *place) within(what string, told chan error) error {
	p.Helper()
	select {
	case err := <-told:
		return err
	case <-time.After(service.HappenedWait * 4 / 5):
		p.Fatalf("%s: they wait", what)
		return nil
	}
}

// What is done at one instance is told at the other, to whom it concerns, who holds up nobody meanwhile.
func TestHappened_IsToldByTheOtherInstance(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	bella := p.member()
	s := p.signIn(bella, bellaEmail, bellaPass)
	owner := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := owner.Admin(p.ctx())
	p.ok(err)
	p.asks(0)
	told, got := p.waits(s, p.seq(s))
	p.asks(1)
	p.ok(s.Rename(p.ctx(), "Bella N. Novak")) // her session is not held by it
	p.ok(a.SetRole(p.ctx(), s.ProfileID(), service.RoleAdmin, client.Proof{Password: secret.NewText(ownerPass)}))
	p.ok(p.within("the role", told))
	if len(got.News) != 1 || got.News[0].Kind != "role-changed" || got.Overview == nil || got.Overview.Profile.Role != service.RoleAdmin || got.Overview.Profile.Name != "Bella N. Novak" {
		t.Errorf("%+v", got)
	}
	// Whose session is ended by another is told so.
	p.asks(0)
	told, _ = p.waits(s, p.seq(s))
	p.asks(1)
	p.ok(a.Remove(p.ctx(), s.ProfileID(), client.Proof{}))
	p.refused(p.within("the removal", told), service.CodeSessionEnded)
	if s.Remaining() != 0 {
		t.Error("her computer does not know it")
	}
}

// counting counts what a server goes on with.
type counting struct {
	service.Served
	resumed *atomic.Int64
}

func (c counting) Resume(ctx context.Context, saved secret.Bytes, hold service.Hold) (service.Value, error) {
	defer c.resumed.Add(1)
	return c.Served.Resume(ctx, saved, hold)
}

// A session waits once, and a server that ends keeps nobody waiting. Neither is an error, nor anything that has happened.
func TestHappened_NobodyWaitsInVain(t *testing.T) {
	t.Parallel()
	var resumed atomic.Int64
	p := newPlaceWith(t, 0, func(w service.Served) service.Served { return counting{w, &resumed} })
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	seq := p.seq(s)
	before := resumed.Load()
	first, got := p.waits(s, seq)
	p.until("it has its turn", func() bool { return resumed.Load() > before })
	second, _ := p.waits(s, seq)
	p.ok(p.within("who has asked before", first))
	if got.Any() || got.Seq < seq {
		t.Errorf("%+v", got)
	}
	other := p.signIn(p.owner, ownerEmail, ownerPass)
	others, _ := p.waits(other, p.seq(other))
	select {
	case err := <-second:
		t.Fatalf("another session's request has ended it: %v", err)
	default:
	}
	p.srv.Drain()
	p.ok(errors.Join(p.within("at the end", second), p.within("at the end", others)))
	h, err := s.Happened(p.ctx(), seq) // it may still be asked
	p.ok(err)
	if h.Any() {
		t.Errorf("%+v", h)
	}
	p.ok(s.Rename(p.ctx(), "Amara the First")) // and the rest goes on
}

// Who hangs up leaves nothing behind, and who may not ask does not wait.
func TestHappened_IsForWhoIsThereAndIn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	seq := p.seq(s)
	ctx, cancel := context.WithCancel(p.ctx())
	before := p.wire.countOf(api.WhatHappened.Path())
	done := make(chan error, 1)
	go func() {
		_, err := s.Happened(ctx, seq)
		done <- err
	}()
	p.until("the server has the request", func() bool { return p.wire.countOf(api.WhatHappened.Path()) > before })
	cancel()
	if err := p.within("who hangs up", done); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	p.until("its request is over", func() bool { return p.wire.lastExchange(api.WhatHappened.Path()).isOver(p.wire) })
	if got := p.post(api.WhatHappened.Path(), "unknown", `{"After":1}`); got.code() != service.CodeSessionEnded || got.status != http.StatusUnauthorized {
		t.Errorf("%s", got.body)
	}
	if got := p.post(api.WhatHappened.Path(), token, `{"After":"`+strings.Repeat("1", 100)+`"}`); got.fault() != api.FaultMalformed {
		t.Errorf("%s", got.body)
	}
	p.ok(s.End(p.ctx()))
	if got := p.post(api.WhatHappened.Path(), token, `{"After":1}`); got.code() != service.CodeSessionEnded {
		t.Errorf("%s", got.body)
	}
}

// Somebody's own act changes their profile before it puts their session back: a request that waits meanwhile sees one that seems to be over.
func TestHappened_OwnActsDoNotEndTheSessionThatWaits(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	seq := p.seq(s)
	ctx, stop := context.WithCancel(p.ctx())
	var ends, answers atomic.Int64
	var waiting sync.WaitGroup
	waiting.Go(func() {
		for ctx.Err() == nil {
			if _, err := s.Happened(ctx, seq); service.IsCode(err, service.CodeSessionEnded) {
				ends.Add(1)
			}
			answers.Add(1)
		}
	})
	p.enable(s, ownerPass)
	p.until("who waits is answered", func() bool { return answers.Load() >= 1 })
	stop()
	waiting.Wait()
	if n := ends.Load(); n > 0 {
		t.Errorf("it was told %d times that the session has ended", n)
	}
}
