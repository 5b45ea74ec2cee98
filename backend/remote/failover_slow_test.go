//go:build slow

package remote_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/postgres/postgrestest"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// TestFailover_CommitThatNoStandbyHasIsUnknown stops the standbys, and ends the wait of what members do in each way that it can end. None of it may be
// told as done, or as not done, and each shows afterwards what came of it.
func TestFailover_CommitThatNoStandbyHasIsUnknown(t *testing.T) {
	t.Parallel()
	c := promoted{postgrestest.NewCluster(t)}
	p := newInstancesIn(t, c)
	// One who asks again is told what came of it: see TestOnce. This one does not.
	s := p.signIn(p.computerWith(t, remote.Config{Server: p.ts.URL, Insist: -1}, p.keys), ownerEmail, ownerPass)
	lose := sync.OnceFunc(func() { c.KillPrimary(t); c.Promote(t) })
	look := func() string { // one that was lost is asked for again
		t.Helper()
		for {
			o, err := s.Overview(p.ctx())
			if !service.IsCode(err, service.CodeServerFailed) {
				p.ok(err)
				return o.Profile.Name
			}
		}
	}
	for _, end := range []struct {
		name  string
		how   func(giveUp func()) // until it is answered
		stays bool                // the commit was made where it waited
	}{
		{"Amara the Cancelled", func(func()) { c.Admin(t, "SELECT pg_cancel_backend(pid) FROM ("+waiting+") w") }, true},
		{"Amara the Terminated", func(func()) { c.Admin(t, "SELECT pg_terminate_backend(pid) FROM ("+waiting+") w") }, true},
		{"Amara the Impatient", func(giveUp func()) { giveUp(); c.Thaw(t) }, true},
		{"Amara the Lost", func(func()) { lose() }, false},
	} {
		if end.stays {
			c.Freeze(t)
		} else {
			c.CutOff(t)
		}
		ctx, giveUp := context.WithCancel(p.ctx())
		answered := make(chan error, 1)
		go func() { answered <- s.Rename(ctx, end.name) }()
		c.Until(t, "SELECT EXISTS ("+waiting+")")
		select {
		case err := <-answered:
			t.Fatalf("%s: it is answered while no standby has it: %v", end.name, err)
		default:
		}
		var told error
		for over := false; !over; {
			end.how(giveUp)
			select {
			case told = <-answered:
				over = true
			case <-time.After(10 * time.Millisecond): // an act may have several commits
			}
		}
		if err := told; !service.IsCode(err, service.CodeOutcomeUnknown) && !errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("%s: it is told as %v", end.name, err)
		}
		giveUp()
		c.Thaw(t)
		if end.stays {
			p.until("it is "+end.name, func() bool { return look() == end.name })
		} else if got := look(); got == end.name {
			t.Errorf("%s: it stands where no standby had it", end.name)
		}
		for err := s.Rename(p.ctx(), end.name); err != nil; err = s.Rename(p.ctx(), end.name) { // again, as they are told to
			if !service.IsCode(err, service.CodeServerFailed) && !errors.Is(err, store.ErrUnknownOutcome) {
				t.Fatal(err)
			}
		}
		if got := look(); got != end.name {
			t.Errorf("%s: it is %s", end.name, got)
		}
	}
}

// TestFailover_CodeOfAnUnknownOutcomeLetsOneIn stops the standbys before each of the commits of a sign-in, so that each of them is once the one of
// which nobody knows. Nobody is let in by it, and the code lets in one person at most, before and after another PostgreSQL takes over.
func TestFailover_CodeOfAnUnknownOutcomeLetsOneIn(t *testing.T) {
	t.Parallel()
	c := promoted{postgrestest.NewCluster(t)}
	p := newInstancesIn(t, c)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	ended := false
	for at := 1; !ended; at++ {
		if at > 20 {
			t.Fatal("a sign-in does not end")
		}
		p.clk.advance(time.Hour)
		_, challenge, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
		p.ok(err)
		code := secret.NewText(f.code())
		var commits atomic.Int64
		stop, goOn := make(chan struct{}), make(chan struct{})
		before := func() { // each change of the workspace
			if commits.Add(1) == int64(at) {
				close(stop)
				<-goOn
			}
		}
		for _, i := range p.all {
			i.store.before.Store(&before)
		}
		answered := make(chan error, 1)
		go func() { answered <- second(challenge.Verify(p.ctx(), code)) }()
		select {
		case err := <-answered: // there are not so many
			p.ok(err)
			ended = true
		case <-stop:
			c.Freeze(t)
			close(goOn)
			c.Until(t, "SELECT EXISTS ("+waiting+")")
			c.KillPrimary(t)
			c.Thaw(t)
			err := <-answered
			if !errors.Is(err, store.ErrUnknownOutcome) {
				t.Errorf("commit %d: it is told as %v", at, err)
			}
			c.Promote(t)
			c.Rejoin(t)
		}
		for _, i := range p.all {
			i.store.before.Store(nil)
		}
		in := 0
		if ended {
			in = 1
		}
		for range 2 {
			l := newLoad(p, p.ctx())
			if s := l.enters(&member{ownerEmail, ownerPass, p.owner, &handheld{f}}); s != nil {
				in++
			}
			for _, why := range l.fails {
				t.Error(why)
			}
		}
		if in != 1 && (in > 1 || ended) {
			t.Errorf("commit %d: the code let in %d", at, in)
		}
	}
}
