package remote_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestInstances_StepUpOfAnInstanceThatWasKilledIsSpent(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, leaseOfTests)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.EachTime, client.Proof{Password: secret.NewText(ownerPass)}))
	p.asks(0)
	p.all[0].tokens.cut.Store(true) // its act stands, and it can say so to nobody
	p.ok(second(a.MakeKit(p.ctx(), client.Proof{})))
	p.asks(1)
	p.refused(second(a.MakeKit(p.ctx(), client.Proof{})), service.CodePasswordRequired)
}

// An instance that is cut off in the middle of an act: the other goes on with the session, and the act does not come after that, wherever it stood.
func TestInstances_OneThatIsCutOffActsNoMore(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"before it begins", "before it commits"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			p := newInstancesWith(t, leaseOfTests)
			s := p.signIn(p.owner, ownerEmail, ownerPass)
			shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
			p.ok(err)
			f := p.phoneOf(shown)
			p.ok(second(s.Confirm(p.ctx(), secret.NewText(f.code()))))

			there, goOn := make(chan struct{}), make(chan struct{})
			var once sync.Once
			stands := func() {
				once.Do(func() {
					close(there)
					<-goOn
				})
			}
			if where == "before it begins" {
				p.all[0].served.before.Store(&stands)
			} else {
				p.all[0].store.before.Store(&stands)
			}
			p.all[0].tokens.cut.Store(true)
			p.asks(0)
			late := make(chan error)
			go func() { late <- s.Session.Rename(p.ctx(), "Amara the Late") }()
			<-there
			p.asks(1)
			p.ok(s.Session.Rename(p.ctx(), "Amara the First")) // once the lease is over
			close(goOn)
			if err := <-late; err == nil {
				t.Error("it acted")
			}
			o, err := s.Overview(p.ctx())
			if p.ok(err); o.Profile.Name != "Amara the First" {
				t.Errorf("%+v", o)
			}
			p.ok(s.Continue(p.ctx())) // what was under way is there
			_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
			p.ok(err)
			p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
		})
	}
}

// An act that the killed instance had begun, and told nobody of, is begun again.
func TestInstances_ActThatWasCutOffIsBegunAgain(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, leaseOfTests)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	p.asks(0)
	p.all[0].tokens.cutAtKeep.Store(true)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	p.asks(1)
	_, err = s.Confirm(p.ctx(), secret.NewText(p.phoneOf(shown).code()))
	p.refused(err, service.CodeEnrolmentEnded)
	f, _ := p.enable(s, ownerPass)
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
}

// An instance that takes its time renews its lease: the other waits for it.
func TestInstances_OneWaitsForTheOthersAct(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, 9*time.Second)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	there, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stands := func() {
		once.Do(func() {
			close(there)
			<-goOn
		})
	}
	p.all[0].served.before.Store(&stands)
	p.asks(0)
	long := make(chan error)
	go func() { long <- s.Session.Rename(p.ctx(), "Amara the First") }()
	<-there
	p.asks(1)
	short := make(chan error, 1)
	go func() { short <- s.Session.Rename(p.ctx(), "Amara the Second") }()
	p.until("the lease was renewed for longer than it lasts", func() bool { return p.all[0].tokens.renewed.Load() > 3 || len(short) > 0 })
	if len(short) > 0 {
		close(goOn)
		t.Fatalf("it did not wait: %v, %v", <-short, <-long)
	}
	close(goOn)
	p.ok(errors.Join(<-long, <-short))
	o, err := s.Overview(p.ctx())
	if p.ok(err); o.Profile.Name != "Amara the Second" {
		t.Errorf("%q", o.Profile.Name)
	}
}

// What a killed instance had begun, and no session knows of, is undone once nobody can be at work on it.
func TestInstances_WhatOneHasLeftIsUndone(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, leaseOfTests)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	p.asks(0)
	p.all[0].tokens.cutAtKeep.Store(true)
	p.ok(second(s.BeginEnable(p.ctx(), secret.NewText(ownerPass))))
	p.asks(1)
	p.ok(s.End(p.ctx()))
	left := func() (n int) {
		p.ok(p.all[1].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
			all, err := tx.Intents()
			n = len(all)
			return err
		}))
		return n
	}
	if left() != 1 {
		t.Fatalf("%d are left", left())
	}
	p.clk.advance(service.SessionLimit + time.Minute)
	p.signIn(p.owner, ownerEmail, ownerPass) // then an instance looks
	p.until("it is undone", func() bool { return left() == 0 })
}

// One that starts, and looks for what a crash has left, takes nothing from who is at work at another; and it opens what another writes to.
func TestInstances_OneStartsWhileAnotherIsAtWork(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, leaseOfTests)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	f := p.phoneOf(shown)
	p.ok(second(s.Confirm(p.ctx(), secret.NewText(f.code()))))
	busy := p.signIn(p.owner, ownerEmail, ownerPass)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := busy.Rename(p.ctx(), fmt.Sprintf("Amara %d", i)); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 5 {
		p.another()
	}
	close(stop)
	p.ok(<-stopped)
	p.ok(s.Continue(p.ctx()))
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
}
