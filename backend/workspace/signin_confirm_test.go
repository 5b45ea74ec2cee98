package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

var groups = []service.Acts{service.MemberActs, service.RunActs, service.PolicyActs}

// asks wants that an act of a group needs a proof now, or does not.
func (p *provenCase) asksFor(group service.Acts, want bool) {
	p.h.Helper()
	n, err := p.s.StepUp(p.ctx, group)
	if err != nil || n.Password != want || n.Factor != want {
		p.h.Errorf("%q needs %+v, %v", group, n, err)
	}
	err = p.admin().Prove(p.ctx, group, client.Proof{})
	if want != service.IsCode(err, service.CodeFactorRequired) || !want && err != nil {
		p.h.Errorf("an act of %q: %v", group, err)
	}
}

// passes lets time pass with the person at the window.
func (p *provenCase) passes(d time.Duration) {
	p.h.Helper()
	for ; d > 0; d -= min(d, service.DefaultIdle-time.Second) {
		p.h.clock.step(min(d, service.DefaultIdle-time.Second))
		p.h.ok(p.s.Touch())
	}
}

func TestConfirm_OneProofIsGoodForActsOfItsGroup(t *testing.T) {
	t.Parallel()
	for _, act := range askingActs {
		if act.off || act.method == "Session.Disable" {
			continue // 2FA is off, or off by then
		}
		t.Run(act.method, func(t *testing.T) {
			t.Parallel()
			p := newProvenCase(t, act)
			p.h.ok(act.do(p, p.owner.proof()))
			if act.keeps {
				_, err := p.admin().MakeKit(p.ctx, client.Proof{})
				p.h.ok(err)
			}
			for _, group := range groups {
				p.asksFor(group, group != act.group)
			}
			p.asksFor(service.EachTime, true)
			p.passes(service.ConfirmLife - time.Second)
			for _, group := range groups {
				p.asksFor(group, group != act.group)
			}
			p.h.clock.step(time.Second)
			p.asksFor(act.group, true)
		})
	}
}

func TestConfirm_ActsOfAGroupGoOnWithoutAnotherProof(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	a := p.admin()
	p.h.ok(a.SetRole(p.ctx, p.to.id, store.RoleAdmin, p.owner.proof()))
	p.h.ok(a.SetRole(p.ctx, p.to.id, store.RoleMember, client.Proof{}))
	_, err := a.HelpCode(p.ctx, p.to.id, "", client.Proof{})
	p.h.ok(err)
	p.h.ok(a.Remove(p.ctx, p.to.id, client.Proof{}))
	p.h.refused(a.ConfirmClock(p.ctx, client.Proof{}), service.CodeFactorRequired)
	_, err = a.MakeKit(p.ctx, client.Proof{})
	p.h.refused(err, service.CodeFactorRequired)
}

func TestConfirm_AProofIsNotLengthenedByItsActs(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	p.h.ok(p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, p.owner.proof()))
	for range 3 {
		p.h.clock.step(service.ConfirmLife/4 + time.Second)
		p.h.ok(p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, client.Proof{}))
	}
	p.h.clock.step(service.ConfirmLife / 4)
	p.asksFor(service.MemberActs, true)
}

func TestConfirm_RunToAFileAsksEachTime(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	begin := func(kind store.RunKind, proof client.Proof) error {
		run, err := p.admin().BeginRun(p.ctx, service.RunRequest{Members: []string{p.to.id}, Reason: "new phones", Kind: kind}, proof)
		if err == nil {
			_, err = run.Cancel(p.ctx)
		}
		return err
	}
	p.h.ok(begin(store.RunExport, p.owner.proof()))
	p.h.refused(begin(store.RunExport, client.Proof{}), service.CodeFactorRequired)
	p.h.refused(begin(store.RunPrint, client.Proof{}), service.CodeFactorRequired)
	p.h.ok(begin(store.RunPrint, p.owner.proof()))
	p.h.ok(begin(store.RunPrint, client.Proof{}))
	p.h.refused(begin(store.RunExport, client.Proof{}), service.CodeFactorRequired)
}

func TestConfirm_WrongProofConfirmsNothing(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	wrong := p.owner.proof()
	wrong.Factor = byCode("000000")
	if err := p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, wrong); err == nil {
		t.Fatal("it was right")
	}
	p.asksFor(service.MemberActs, true)
}

// What an act has failed on has nothing to do with who did it.
func TestConfirm_ActThatFailsLeavesItConfirmed(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	p.h.refused(p.admin().Remove(p.ctx, p.owner.id, p.owner.proof()), service.CodeNotYourself) // before any proof
	p.asksFor(service.MemberActs, true)
	_, err := p.admin().AddMember(p.ctx, service.NewMember{Name: "N", Email: p.owner.email, Role: store.RoleAdmin}, p.owner.proof())
	p.h.refused(err, service.CodeEmailTaken)
	p.h.ok(p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, p.owner.proof()))
	p.h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	p.h.refused(p.admin().SetRole(p.ctx, p.to.id, store.RoleMember, client.Proof{}), service.CodeKeychainLocked)
	p.h.secrets.fail(nil, nil, nil)
	p.asksFor(service.MemberActs, false)
	p.asksFor(service.EachTime, true)
}

func TestConfirm_ActThatFailsAfterItsProofLeavesNoOtherConfirmed(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	steps := p.h.onSteps()
	p.s = p.owner.signIn()
	a := p.admin()
	steps.before(4, func() { p.h.secrets.fail(store.ErrKeychainLocked, nil, nil) }) // the password, the code, the step-up, the act
	p.h.refused(a.SetRole(p.ctx, p.to.id, store.RoleAdmin, p.owner.proof()), service.CodeKeychainLocked)
	p.h.secrets.fail(nil, nil, nil)
	p.asksFor(service.MemberActs, false)
	p.asksFor(service.EachTime, true)
}

func TestConfirm_EndsWithTheSessionAndWithTheSecondFactor(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	p.h.ok(p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, p.owner.proof()))
	p.asksFor(service.MemberActs, false)
	first := p.s
	p.s = p.owner.signIn()
	p.asksFor(service.MemberActs, true)
	p.s = first
	p.h.ok(p.s.Disable(p.ctx, p.owner.proof().Factor))
	if n, err := p.s.StepUp(p.ctx, service.MemberActs); err != nil || !n.Password {
		t.Errorf("it needs %+v, %v", n, err)
	}
	p.h.refused(p.admin().SetRole(p.ctx, p.to.id, store.RoleMember, client.Proof{}), service.CodePasswordRequired)
}

func TestConfirm_ClockThatWasSetBackEndsIt(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	p.h.ok(p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, p.owner.proof()))
	p.h.clock.step(-time.Hour)
	if n, err := p.s.StepUp(p.ctx, service.MemberActs); err == nil && !n.Password {
		t.Errorf("it needs %+v", n)
	}
}

func TestConfirm_ProofOfAGroupLeavesThatOfAnother(t *testing.T) {
	t.Parallel()
	p := newProvenCase(t, askingAct{})
	p.h.ok(p.admin().Prove(p.ctx, service.MemberActs, p.owner.proof()))
	p.h.ok(p.admin().Prove(p.ctx, service.RunActs, p.owner.proof()))
	p.asksFor(service.MemberActs, false)
	p.asksFor(service.RunActs, false)
	p.asksFor(service.PolicyActs, true)
}
