package main

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// front passes connections on to one instance or another, as a balancer does.
type front struct {
	at string
	to atomic.Pointer[string]

	mu   sync.Mutex
	open []net.Conn
}

func newFront(t *testing.T) *front {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &front{at: l.Addr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		f.cut()
		all.Wait()
	})
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", *f.to.Load())
			if err != nil {
				_ = in.Close()
				continue
			}
			f.mu.Lock()
			f.open = append(f.open, in, out)
			f.mu.Unlock()
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				all.Go(func() {
					_, _ = io.Copy(way[0], way[1])
					_ = way[0].Close()
				})
			}
		}
	})
	return f
}

// leadsTo sends new connections to an instance, and cuts the old ones.
func (f *front) leadsTo(s *serving) {
	f.to.Store(&s.main)
	f.cut()
}

func (f *front) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.open {
		_ = c.Close()
	}
	f.open = nil
}

// Two instances share a database, one after another is ended or killed, and who is signed in stays so, with what they are at.
func TestServe_RestartSignsNobodyOut(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	f := newFront(t)
	one := p.serve()
	f.leadsTo(one)
	in := (&serving{p: p, main: f.at}).join(v)
	ctx := context.WithoutCancel(t.Context())
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	reads := func() { // a connection that was cut is found out by asking
		t.Helper()
		for {
			_, err := in.Overview(ctx)
			if !service.IsCode(err, service.CodeServerUnreachable) {
				ok(err)
				return
			}
		}
	}
	two := p.serve() // beside it
	f.leadsTo(two)
	reads()
	f.leadsTo(one)
	reads()
	ok(second(in.BeginEnable(ctx, secret.NewText(ownerPass))))
	one.end()
	f.leadsTo(two)
	reads()
	ok(second(in.ShowingKey(ctx))) // what was under way still is
	ok(two.cmd.Process.Signal(syscall.SIGKILL))
	<-two.over
	three := p.serve()
	f.leadsTo(three)
	reads()
	ok(second(in.ShowingKey(ctx)))
	ok(in.Rename(ctx, "Amara the Third"))
	ok(in.End(ctx))
	three.end()
}

func second[A, B any](_ A, b B) B { return b }
