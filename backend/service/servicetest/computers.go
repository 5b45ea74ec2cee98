package servicetest

import (
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/computer"
	"countersign/backend/service"
)

var computers = []useCase{
	{"Computer_CodeAddsAnotherAndEachSignsIn", addsComputer, []string{
		"Session.Computers", "Session.GiveComputerCode", "Session.EndComputerCode", "Session.RenameComputer", "Session.RemoveComputers", "Session.SaveComputer", "RedeemAttempt.AddComputer",
	}},
	{"Computer_CodeIsForAComputerAndNothingElse", computerCodes, nil},
}

// addsComputer is the life of a person's computers. In a workspace on one computer there are none, and what is for servers is refused.
func addsComputer(f *fixture) {
	m := f.guarded(service.RoleMember)
	s := m.signIn()
	list, err := s.Computers(f.ctx())
	f.ok(err)
	if !f.place.Served {
		if len(list.All) != 0 {
			f.Errorf("%+v", list)
		}
		f.refused(second(s.GiveComputerCode(f.ctx(), m.proof())), service.CodeComputerUnknown)
		f.refused(s.EndComputerCode(f.ctx()), service.CodeOneTimeGone)
		f.refused(s.RenameComputer(f.ctx(), "none", "Study"), service.CodeComputerGone)
		f.refused(s.RemoveComputer(f.ctx(), "none", m.proof()), service.CodeComputerGone)
		return
	}
	if len(list.All) != 1 || !list.All[0].Here || list.All[0].Strange || list.All[0].LastUsedAt.IsZero() {
		f.Fatalf("%+v", list)
	}
	f.refused(second(s.GiveComputerCode(f.ctx(), client.Proof{Password: text(m.pass)})), service.CodeFactorRequired)
	f.ok(second(s.GiveComputerCode(f.ctx(), m.proof())))
	f.ok(s.EndComputerCode(f.ctx()))
	f.refused(s.EndComputerCode(f.ctx()), service.CodeOneTimeGone)
	given, err := s.GiveComputerCode(f.ctx(), m.proof())
	f.ok(err)
	first, away := m.w, f.place.Open(f)
	m.w = away
	f.refused(third(m.w.SignIn(f.ctx(), m.email, text(m.pass))), service.CodeComputerUnknown)
	f.refused(m.w.AddComputer(f.ctx(), m.email, text("")), service.CodeInvitationRequired)
	f.refused(m.w.AddComputer(f.ctx(), m.email, text("ABCD")), service.CodeInvitationForm)
	f.refused(m.w.AddComputer(f.ctx(), "", text(given.Code.Display())), service.CodeEmailRequired)
	f.refused(m.w.AddComputer(f.ctx(), f.owner.email, text(given.Code.Display())), service.CodeInvitationWrong)
	f.place.Advance(time.Second)
	f.ok(m.w.AddComputer(f.ctx(), m.email, text(given.Code.Display())))
	in := m.signIn()
	list, err = in.Computers(f.ctx())
	f.ok(err)
	if len(list.All) != 2 || list.All[0].Here || !list.All[1].Here || list.All[0].Strange || list.All[1].Strange || !list.CodeUntil.IsZero() {
		f.Fatalf("%+v", list)
	}
	f.ok(in.RenameComputer(f.ctx(), list.All[1].ID, "Laptop"))
	f.refused(in.RenameComputer(f.ctx(), list.All[1].ID, strings.Repeat("x", service.MaxComputerName+1)), service.CodeComputerName)
	f.refused(in.RemoveComputer(f.ctx(), list.All[1].ID, m.proof()), service.CodeComputerHere)
	f.refused(in.RemoveComputer(f.ctx(), list.All[0].ID, client.Proof{}), service.CodePasswordRequired)
	f.refused(in.RemoveComputer(f.ctx(), list.All[0].ID, client.Proof{Password: text("a wrong password 1"), Factor: m.proof().Factor}), service.CodePasswordWrong)
	f.ok(in.Touch())
	m.w = first
	back := m.signIn()
	f.ok(back.RemoveComputer(f.ctx(), list.All[1].ID, m.proof()))
	f.refused(second(in.Overview(f.ctx())), service.CodeSessionEnded)
	list, err = back.Computers(f.ctx())
	f.ok(err)
	if len(list.All) != 1 || !list.All[0].Here || list.All[0].Strange {
		f.Errorf("%+v", list)
	}
	m.signIn()
	m.w = away
	f.refused(third(m.w.SignIn(f.ctx(), m.email, text(m.pass))), service.CodeComputerUnknown)
	page, err := back.OwnLog(f.ctx(), 0, 50)
	f.ok(err)
	var kinds []string
	for _, e := range page.Entries {
		kinds = append(kinds, e.Kind)
	}
	for _, kind := range []string{"computer-code-made", "computer-added", "computer-renamed", "computer-removed", "one-time-ended"} {
		if !slices.Contains(kinds, kind) {
			f.Errorf("%s is not in the log", kind)
		}
	}
}

// computerCodes holds codes of one kind against attempts of the other.
func computerCodes(f *fixture) {
	p, invitation := f.invited(f.owner.admin(), service.RoleMember, f.owner.proof())
	if _, err := f.owner.w.BeginRedeem(f.ctx(), p.email, "another"); err == nil {
		f.Error("an attempt of a kind that there is not has begun")
	}
	a, err := p.w.BeginRedeem(f.ctx(), p.email, service.RedeemComputer)
	f.ok(err)
	f.refused(second(a.Check(f.ctx(), proofOf(invitation, a.Terms()))), service.CodeInvitationWrong)
	c := service.NewComputer{Name: "C", Public: computer.Public{SigningKey: random(computer.KeySize), BoxKey: random(computer.KeySize)}, Seal: random(computer.Size)}
	a, err = p.w.BeginRedeem(f.ctx(), p.email, service.RedeemPassword)
	f.ok(err)
	f.refused(a.AddComputer(f.ctx(), c), service.CodeChallengeEnded)
	f.ok(second(a.Check(f.ctx(), proofOf(invitation, a.Terms()))))
	f.refused(a.AddComputer(f.ctx(), c), service.CodeChallengeEnded) // an invitation adds none
	if !f.place.Served {
		return
	}
	given, err := f.owner.signIn().GiveComputerCode(f.ctx(), f.owner.proof())
	f.ok(err)
	b, err := f.owner.w.BeginRedeem(f.ctx(), f.owner.email, service.RedeemPassword)
	f.ok(err)
	f.refused(second(b.Check(f.ctx(), proofOf(given, b.Terms()))), service.CodeInvitationWrong)
	b, err = f.owner.w.BeginRedeem(f.ctx(), f.owner.email, service.RedeemComputer)
	f.ok(err)
	right, err := b.Check(f.ctx(), proofOf(given, b.Terms()))
	if f.ok(err); len(right.Box) == 0 || right.Share == "" || len(right.KeyPair.Wrapped) != 0 {
		f.Errorf("%+v", right)
	}
	next, _, _ := f.newPassword()
	_, _, err = b.Redeem(f.ctx(), next)
	f.refused(err, service.CodeChallengeEnded) // it chooses no password
	for _, bad := range []func(*service.NewComputer){
		func(c *service.NewComputer) { c.SigningKey = nil },
		func(c *service.NewComputer) { c.BoxKey = random(31) },
		func(c *service.NewComputer) { c.Seal = nil },
		func(c *service.NewComputer) { c.Box = random(computer.MaxBox + 1) },
	} {
		n := c
		bad(&n)
		f.fails("a malformed computer", b.AddComputer(f.ctx(), n))
	}
	f.ok(b.AddComputer(f.ctx(), c))
	f.refused(b.AddComputer(f.ctx(), c), service.CodeChallengeEnded)
	list, err := f.owner.signIn().Computers(f.ctx())
	f.ok(err)
	strange := slices.IndexFunc(list.All, func(c client.Computer) bool { return c.Name == "C" })
	if strange < 0 || !list.All[strange].Strange {
		f.Errorf("a computer that has no share is taken for one of theirs: %+v", list)
	}
}
