package servicetest

import (
	"context"
	"sync/atomic"
	"time"

	"countersign/backend/service"
)

var sessions = []useCase{
	{"Session_EndsWithoutUse", sessionIdles, []string{"Session.Remaining", "Session.Touch"}},
	{"Session_EndsAfterItsLimit", sessionLimit, []string{"Session.LimitReached"}},
	{"Session_EndedDoesNothing", sessionEnded, []string{"Session.End"}},
	{"Session_WorkStopsWithIt", workStops, []string{"Session.Work"}},
	{"Watcher_IsNoUseOfTheSession", watches, nil},
}

func sessionIdles(f *fixture) {
	s, other := f.owner.signIn(), f.owner.signIn()
	if left := s.Remaining(); left != service.DefaultIdle {
		f.Errorf("it lasts for another %s", left)
	}
	f.place.Advance(service.DefaultIdle - time.Second)
	if left := s.Remaining(); left != time.Second {
		f.Errorf("it lasts for another %s", left)
	}
	f.ok(s.Whole()) // is no use of it
	f.ok(other.Touch())
	f.place.Advance(time.Second)
	if s.Remaining() != 0 || s.LimitReached() || s.Overdue() {
		f.Error("it is not over")
	}
	f.refused(s.Whole(), service.CodeSessionEnded)
	f.refused(s.Touch(), service.CodeSessionEnded)
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	f.refused(second(s.Admin(f.ctx())), service.CodeSessionEnded)
	f.ok(other.Touch()) // each is its own
	_, err := other.Overview(f.ctx())
	f.ok(err)
}

func sessionLimit(f *fixture) {
	s := f.owner.signIn()
	const step = service.DefaultIdle - time.Second
	for left := service.SessionLimit; left > step; left -= step {
		f.place.Advance(step)
		f.ok(s.Touch())
	}
	for s.Remaining() > 0 {
		f.place.Advance(s.Remaining())
	}
	if !s.LimitReached() {
		f.Error("its limit was not reached")
	}
	f.refused(s.Touch(), service.CodeSessionEnded)
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
}

func sessionEnded(f *fixture) {
	h, s := f.hand(service.RoleOwner)
	a := h.admin(s)
	m := f.member(service.RoleMember)
	proof := h.proof(s)
	f.ok(s.End(f.ctx()))
	f.ok(s.End(f.ctx())) // twice is fine
	if s.Remaining() != 0 || s.OwnKeys().Lock.Len() != 0 {
		f.Error("it is not over")
	}
	for what, err := range map[string]error{
		"Touch": s.Touch(), "Whole": s.Whole(), "Overview": second(s.Overview(f.ctx())), "OwnLog": second(s.OwnLog(f.ctx(), 0, 1)), "Checkpoint": second(s.Checkpoint(f.ctx(), service.CheckpointQuery{})), "Rename": s.Rename(f.ctx(), "A"),
		"StepUp": second(s.StepUp(f.ctx(), service.EachTime)), "ForUnlock": second(s.ForUnlock(f.ctx())), "BeginEnable": second(s.BeginEnable(f.ctx(), proof)), "Vault": second(s.Vault(f.ctx())), "Admin": second(s.Admin(f.ctx())),
		"EmptyBin": second(s.EmptyBin(f.ctx())), "Checklist": second(s.Checklist(f.ctx())), "Happened": second(s.Happened(f.ctx(), 1)), "ChangeEmail": s.ChangeEmail(f.ctx(), "a@example.com", proof),
		"Members": second(a.Members(f.ctx())), "Suspend": a.Suspend(f.ctx(), m.id), "Log": second(a.Log(f.ctx(), service.LogQuery{})), "Policy": second(a.Policy(f.ctx())),
		"SetIdle": a.SetIdle(f.ctx(), 2), "ConfirmClock": a.ConfirmClock(f.ctx(), proof), "ResetPassword": second(a.ResetPassword(f.ctx(), m.id, "", f.newOneTime(), proof)),
		"AddDocuments": second(s.AddDocuments(f.ctx(), 1, []service.DocumentRow{f.newRow(1)})), "Rotation": second(a.Rotation(f.ctx())),
	} {
		if !service.IsCode(err, service.CodeSessionEnded) {
			f.Errorf("%s: %v", what, err)
		}
	}
	h.signIn()
	m.signIn()
}

func workStops(f *fixture) {
	s := f.owner.signIn()
	working, end, err := s.Work(f.ctx())
	f.ok(err)
	f.ok(working.Err())
	end()
	end() // twice is fine
	if working.Err() == nil {
		f.Error("it goes on after its end")
	}
	ctx, cancel := context.WithCancel(f.ctx())
	working, end, err = s.Work(ctx)
	f.ok(err)
	cancel()
	<-working.Done()
	end()
	working, end, err = s.Work(f.ctx())
	f.ok(err)
	var stopped atomic.Bool
	go func() {
		<-working.Done()
		stopped.Store(true)
		end()
	}()
	f.ok(s.End(f.ctx()))
	if !stopped.Load() {
		f.Error("the session did not wait for its work")
	}
	_, _, err = s.Work(f.ctx())
	f.refused(err, service.CodeSessionEnded)
}

func watches(f *fixture) {
	s := f.owner.signIn()
	w, err := s.Watcher(f.ctx())
	f.ok(err)
	f.place.Advance(service.DefaultIdle - time.Second)
	_, err = w.Log(f.ctx(), service.LogQuery{})
	f.ok(err)
	_, err = w.Members(f.ctx())
	f.ok(err)
	if left := s.Remaining(); left != time.Second {
		f.Errorf("it lasts for another %s", left)
	}
	f.place.Advance(time.Second)
	f.refused(second(w.Log(f.ctx(), service.LogQuery{})), service.CodeSessionEnded)
}
