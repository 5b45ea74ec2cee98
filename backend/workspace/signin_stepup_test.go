package workspace_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// askingAct is a method that asks for a proof, and how it is called.
type askingAct struct {
	method string
	do     func(p *provenCase, proof client.Proof) error
	ready  func(p *provenCase)
	off    bool         // only with 2FA off
	always service.Code // what it asks for although a proof was right a moment ago; empty: nothing
	keeps  bool         // it leaves the proof for the act that follows
	served bool         // from a computer of one's own
	group  service.Acts // its proof is good for acts of
}

// provenCase is an owner's session with what the acts are about.
type provenCase struct {
	h       *fixture
	ctx     context.Context
	owner   *user
	other   string // another computer of theirs
	codes   []string
	s       *client.Session
	to      *user
	request string // an approval that another asks for
}

func (p *provenCase) admin() *client.Admin {
	p.h.Helper()
	a, err := p.s.Admin(p.ctx)
	p.h.ok(err)
	return a
}

// asks has another admin ask for an approval.
func (p *provenCase) asks() {
	second := p.h.one(person{role: store.RoleAdmin, on: true})
	asked, err := second.admin().AskApproval(p.ctx, store.ApproveReset2FA, []string{p.to.id}, "a lost phone", second.proof())
	p.h.ok(err)
	p.request = asked.ID
}

var askingActs = []askingAct{
	{method: "Session.BeginEnable", off: true, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.s.BeginEnable(p.ctx, proof.Password)
		return err
	}},
	{method: "Session.BeginChangePhone", do: func(p *provenCase, proof client.Proof) error {
		_, err := p.s.BeginChangePhone(p.ctx, 0, proof)
		return err
	}},
	{method: "Session.BeginAddApp", do: func(p *provenCase, proof client.Proof) error {
		_, err := p.s.BeginAddApp(p.ctx, "Tablet", proof)
		return err
	}},
	{method: "Session.RemoveApp", ready: func(p *provenCase) { p.h.addApp(p.owner, "Tablet") }, do: func(p *provenCase, proof client.Proof) error {
		return p.s.RemoveApp(p.ctx, p.h.app(p.owner, "Tablet"), proof)
	}},
	{method: "Session.BeginNewCodes", do: func(p *provenCase, proof client.Proof) error {
		_, err := p.s.BeginNewCodes(p.ctx, proof)
		return err
	}},
	{method: "Session.ChangePassword", always: service.CodePasswordRequired, do: func(p *provenCase, proof client.Proof) error {
		next := "granite lagoon whisper 47"
		if p.owner.pass == next {
			next = "walnut harbour spindle 31"
		}
		err := p.s.ChangePassword(p.ctx, proof.Password, secret.NewText(next), proof.Factor)
		if err == nil {
			p.owner.pass = next
		}
		return err
	}},
	{method: "Session.ChangeEmail", do: func(p *provenCase, proof client.Proof) error {
		err := p.s.ChangeEmail(p.ctx, "amara@example.org", proof)
		if err == nil {
			p.owner.email = "amara@example.org"
		}
		return err
	}},
	{method: "Session.GiveComputerCode", served: true, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.s.GiveComputerCode(p.ctx, proof)
		return err
	}},
	{method: "Session.RemoveComputer", served: true, always: service.CodePasswordRequired, ready: func(p *provenCase) { p.other = p.owner.another() }, do: func(p *provenCase, proof client.Proof) error {
		return p.s.RemoveComputer(p.ctx, p.other, proof)
	}},
	{method: "Session.Disable", always: service.CodeFactorRequired, do: func(p *provenCase, proof client.Proof) error {
		return p.s.Disable(p.ctx, proof.Factor)
	}},
	{method: "Admin.SetRole", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().SetRole(p.ctx, p.to.id, store.RoleAdmin, proof)
	}},
	{method: "Admin.Remove", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().Remove(p.ctx, p.to.id, proof)
	}},
	{method: "Admin.RemoveComputer", group: service.MemberActs, ready: func(p *provenCase) {
		key := keyOf(p.h, 7)
		p.h.ok(workspace.Change(inner(p.h.w), p.ctx, func(tx store.WriteTx) error {
			return tx.SaveComputer(store.Computer{ProfileID: p.to.id, ID: key.ID(), Name: "C", SigningKey: key.SigningKey, BoxKey: key.BoxKey, Seal: make([]byte, 32), AddedAt: p.h.clock.now()})
		}))
		p.other = key.ID()
	}, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().RemoveComputer(p.ctx, p.to.id, p.other, proof)
	}},
	{method: "Admin.Reset2FA", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().Reset2FA(p.ctx, p.to.id, "", proof)
	}},
	{method: "Admin.ResetPassword", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().ResetPassword(p.ctx, p.to.id, "", proof)
		return err
	}},
	{method: "Admin.InviteAgain", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		invited := p.h.one(person{role: store.RoleMember, state: store.ProfileInvited})
		_, err := p.admin().InviteAgain(p.ctx, []string{invited.id}, proof, nil)
		return err
	}},
	{method: "Admin.HelpCode", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().HelpCode(p.ctx, p.to.id, "", proof)
		return err
	}},
	{method: "Admin.BeginRun", group: service.RunActs, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().BeginRun(p.ctx, service.RunRequest{Members: []string{p.to.id}, Reason: "new phones", Kind: store.RunPrint}, proof)
		return err
	}},
	{method: "Admin.AskApproval", do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().AskApproval(p.ctx, store.ApproveReset2FA, []string{p.to.id}, "a lost phone", proof)
		return err
	}},
	{method: "Admin.Approve", ready: (*provenCase).asks, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().Approve(p.ctx, p.request, proof)
	}},
	{method: "Admin.AddMember", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().AddMember(p.ctx, service.NewMember{Name: "N", Email: "new@example.com", Role: store.RoleAdmin}, proof)
		return err
	}},
	{method: "Admin.AddMembers", group: service.MemberActs, do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().AddMembers(p.ctx, []service.NewMember{{Name: "N", Email: "new@example.com", Role: store.RoleMember}}, proof, nil)
		return err
	}},
	{method: "Admin.SetTwoPeople", group: service.PolicyActs, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().SetTwoPeople(p.ctx, false, "", proof)
	}},
	{method: "Admin.SetQuickUnlock", group: service.PolicyActs, do: func(p *provenCase, proof client.Proof) error { return p.admin().SetQuickUnlock(p.ctx, true, "", proof) }},
	{method: "Admin.ConfirmClock", group: service.PolicyActs, do: func(p *provenCase, proof client.Proof) error { return p.admin().ConfirmClock(p.ctx, proof) }},
	{method: "Admin.Require2FA", group: service.PolicyActs, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().Require2FA(p.ctx, p.h.clock.now().Add(time.Hour), "", proof)
	}, ready: func(p *provenCase) { p.h.one(person{role: store.RoleOwner, on: true}) }},
	{method: "Admin.DropRequirement", group: service.PolicyActs, do: func(p *provenCase, proof client.Proof) error {
		return p.admin().DropRequirement(p.ctx, "", proof)
	}},
	{method: "Admin.Backup", do: func(p *provenCase, proof client.Proof) error {
		_ = p.h.file()
		return p.admin().Backup(p.ctx, proof, nil, func(service.BackupCopy) error { return nil })
	}},
	{method: "Admin.Move", do: func(p *provenCase, proof client.Proof) error {
		return p.admin().Move(p.ctx, proof, func(service.BackupCopy) error { return nil })
	}},
	{method: "Admin.Prove", keeps: true, do: func(p *provenCase, proof client.Proof) error { return p.admin().Prove(p.ctx, service.EachTime, proof) }},
	{method: "Admin.BeginRotation", do: func(p *provenCase, proof client.Proof) error { return p.admin().BeginRotation(p.ctx, proof) }},
	{method: "Admin.MakeKit", do: func(p *provenCase, proof client.Proof) error {
		_, err := p.admin().MakeKit(p.ctx, proof)
		return err
	}},
}

func TestProof_EveryActThatTakesOneIsAmongThem(t *testing.T) {
	t.Parallel()
	ownInput := []string{"Session.Confirm", "EnrolmentSession.Confirm", "Session.Acknowledge", "Session.CheckCodes"} // a new phone's first code, a sheet's check word
	var want []string
	for _, of := range []reflect.Type{reflect.TypeFor[*client.Session](), reflect.TypeFor[*client.Admin](), reflect.TypeFor[*client.EnrolmentSession]()} {
		for m := range of.Methods() {
			for in := range m.Type.Ins() {
				switch in {
				case reflect.TypeFor[client.Proof](), reflect.TypeFor[client.FactorInput](), reflect.TypeFor[secret.Text]():
					want = append(want, of.Elem().Name()+"."+m.Name)
				}
			}
		}
	}
	want = slices.Compact(slices.Sorted(slices.Values(want)))
	var got []string
	for _, a := range askingActs {
		got = append(got, a.method)
	}
	got = append(got, ownInput...)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// newProvenCase is an owner with 2FA who has signed in with a code, or one with
// 2FA off.
func newProvenCase(t *testing.T, act askingAct) *provenCase {
	t.Helper()
	p := &provenCase{ctx: t.Context()}
	if act.off {
		p.h, p.owner = alone(t)
	} else {
		p.h, p.owner, p.codes = guarded(t)
	}
	p.to = p.h.one(person{role: store.RoleMember, on: true})
	if act.ready != nil {
		act.ready(p)
	}
	if act.served && p.owner.at == nil {
		p.owner.served()
	}
	p.s = p.owner.signIn()
	return p
}

// granted lets the proof of a moment ago wait for one act.
func (p *provenCase) granted() {
	p.h.Helper()
	if p.codes == nil {
		p.h.ok(p.admin().Prove(p.ctx, service.EachTime, p.owner.proof()))
		return
	}
	c := p.owner.challenge()
	s, err := c.Recover(p.ctx, secret.NewText(p.codes[0]))
	p.h.ok(err)
	p.s = s
}

// spent wants that nothing goes without a proof.
func (p *provenCase) spent() {
	p.h.Helper()
	if n, err := p.s.StepUp(p.ctx, service.EachTime); err != nil || !n.Password {
		p.h.Errorf("needs: %+v, %v", n, err)
	}
	if err := p.admin().Prove(p.ctx, service.EachTime, client.Proof{}); !service.IsCode(err, service.CodeFactorRequired) && !service.IsCode(err, service.CodePasswordRequired) {
		p.h.Errorf("another act needs no proof: %v", err)
	}
}

func TestProof_EachActAsksAndUsesItOnce(t *testing.T) {
	t.Parallel()
	for _, act := range askingActs {
		t.Run(act.method, func(t *testing.T) {
			t.Parallel()
			asked := service.CodeFactorRequired
			if act.off || act.method == "Session.ChangePassword" || act.method == "Session.RemoveComputer" {
				asked = service.CodePasswordRequired
			}
			t.Run("Asks", func(t *testing.T) {
				t.Parallel()
				p := newProvenCase(t, act)
				p.h.refused(act.do(p, client.Proof{}), asked)
				p.h.ok(act.do(p, p.owner.proof()))
				if !act.keeps {
					p.spent()
				}
			})
			t.Run("UsesWhatWasProven", func(t *testing.T) {
				t.Parallel()
				p := newProvenCase(t, act)
				p.granted()
				proof := client.Proof{}
				if act.always != "" {
					p.h.refused(act.do(p, proof), act.always)
					proof.Password = secret.NewText(p.owner.pass)
					if act.always == service.CodeFactorRequired {
						proof = p.owner.proof()
					}
				}
				p.h.ok(act.do(p, proof))
				if act.keeps {
					_, err := p.admin().MakeKit(p.ctx, client.Proof{})
					p.h.ok(err)
				}
				p.spent()
			})
		})
	}
}

func TestProof_AnActThatFailedCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	p := &provenCase{h: h, ctx: t.Context(), owner: owner, codes: codes}
	p.granted()
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	_, err := p.s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.refused(err, service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	_, err = p.s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.ok(err)
	p.spent()

	h.clock.step(service.GrantLife - time.Minute)
	_, err = p.s.BeginChangePhone(t.Context(), 0, owner.proof())
	h.ok(err)
	p.spent()
}

func TestProof_AFailureDoesNotLengthenIt(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	p := &provenCase{h: h, ctx: t.Context(), owner: owner, codes: codes}
	p.granted()
	for range 4 {
		h.clock.step(time.Minute)
		_, err := p.admin().ResetPassword(t.Context(), owner.id, "", client.Proof{})
		h.refused(err, service.CodeNotYourself)
		h.secrets.fail(store.ErrKeychainLocked, nil, nil)
		_, err = p.s.BeginChangePhone(t.Context(), 0, client.Proof{})
		h.refused(err, service.CodeKeychainLocked)
		h.secrets.fail(nil, nil, nil)
	}
	h.clock.step(time.Minute)
	p.spent()
}

func TestProof_WhatMayHaveTakenEffectHasUsedIt(t *testing.T) {
	t.Parallel()
	h, owner, codes := guarded(t)
	p := &provenCase{h: h, ctx: t.Context(), owner: owner, codes: codes}
	to := h.one(person{role: store.RoleMember})
	p.granted()
	h.secrets.fail(store.ErrKeychainLocked, nil, nil) // the commit stands, its anchor is missing
	h.refused(p.admin().SetRole(t.Context(), to.id, store.RoleAdmin, client.Proof{}), service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	if h.profile(to.id).Role != store.RoleAdmin {
		t.Error("the commit does not stand")
	}
	p.spent()
}

func TestStepUp_IsGoodForOneAct(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	n, err := s.StepUp(t.Context(), service.EachTime)
	h.ok(err)
	if !n.Password || !n.Factor {
		t.Errorf("needs: %+v", n)
	}
	_, err = s.BeginNewCodes(t.Context(), client.Proof{Password: secret.NewText("wrong password, really"), Factor: byCode(p.code())})
	h.refused(err, service.CodePasswordWrong)
	_, err = s.BeginNewCodes(t.Context(), proof(byCode(p.wrong())))
	h.refused(err, service.CodeCodeWrong)
	_, err = s.BeginNewCodes(t.Context(), proof(byCode(p.code())))
	h.ok(err)
	_, err = s.BeginChangePhone(t.Context(), 0, client.Proof{})
	h.refused(err, service.CodeFactorRequired)
}

func TestStepUp_WrongPasswordsArePausedAsAtTheDoor(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{false, true} {
		h, owner := alone(t)
		p := h.one(person{role: store.RoleOwner, on: on})
		a := p.admin()
		wrong := client.Proof{Password: secret.NewText("not the password at all"), Factor: p.proof().Factor}
		right := client.Proof{Password: secret.NewText(p.pass), Factor: wrong.Factor}
		for left := 4; left >= 0; left-- {
			if e := h.refused(a.Prove(t.Context(), service.MemberActs, wrong), service.CodePasswordWrong); e.Field != "password" || e.Args["left"] != left {
				t.Errorf("%q, %v", e.Field, e.Args)
			}
		}
		if e := h.refused(a.Prove(t.Context(), service.MemberActs, right), service.CodeThrottled); e.Field != "" {
			t.Errorf("a pause is told at %q", e.Field)
		}
		h.refused(a.SetRole(t.Context(), owner.id, service.RoleMember, client.Proof{}), map[bool]service.Code{false: service.CodePasswordRequired, true: service.CodeFactorRequired}[on])
		h.clock.step(30 * time.Second)
		h.ok(a.Prove(t.Context(), service.MemberActs, p.proof()))
	}
}

func TestStepUp_TellsWhatIsNeededOfThePersonAsTheyAreNow(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s := owner.signIn()
	h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
		return tx.SaveAttempts(store.Attempts{Subject: owner.id, Kind: store.KindCode, Failures: 20, SinceSignIn: 20, ChargedAt: h.clock.now()})
	}))
	if n, err := s.StepUp(t.Context(), service.EachTime); err != nil || !n.Password || !n.Factor || !n.AuthenticatorOff {
		t.Errorf("%+v, %v", n, err)
	}
	h.alter(owner.id, func(p *store.Profile) { p.Epoch++ })
	h.refused(second(s.StepUp(t.Context(), service.EachTime)), service.CodeSessionEnded)
}
