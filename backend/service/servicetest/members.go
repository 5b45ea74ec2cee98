package servicetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

var members = []useCase{
	{"AddMember_InvitesSomebody", addsMember, []string{"Admin.AddMember", "Admin.Members", "Admin.Member", "Admin.OpenCodes"}},
	{"AddMember_RefusesWhatNoClientMakes", addMalformed, nil},
	{"AddMembers_AddsAllOrNone", addsMembers, []string{"Admin.AddMembers", "Admin.CheckMembers"}},
	{"InviteAgain_ReplacesUnusedInvitations", invitesAgain, []string{"Admin.InviteAgain", "Admin.WaitingInvitations"}},
	{"EndCode_EndsWhatWasGivenOut", endsCodes, []string{"Admin.EndCode"}},
	{"RemoveComputer_OfAMemberLastTakesThePassword", removesMembersComputer, []string{"Admin.ComputersOf", "Admin.RemoveComputer"}},
	{"ResetPassword_OldOneWorksUntilTheNewOneIsChosen", resetsPassword, []string{"Admin.ResetPassword"}},
	{"Reset2FA_TurnsItOff", resets2FA, []string{"Admin.Reset2FA"}},
	{"SetRole_TakesEffectAtOnce", setsRole, []string{"Admin.SetRole", "Session.Admin"}},
	{"Suspend_EndsSessionsAndCodes", suspends, []string{"Admin.Suspend", "Admin.Resume"}},
	{"Remove_EndsAProfileForGood", removes, []string{"Admin.Remove"}},
	{"Permissions_OfAMemberAreNone", memberMay, []string{"Session.Watcher"}},
	{"Permissions_OfAnAdminAreFewerThanAnOwners", adminMay, nil},
}

func addsMember(f *fixture) {
	s := f.owner.signIn()
	a, err := s.Admin(f.ctx())
	f.ok(err)
	good := service.NewMember{Name: "Bela Novak", Email: "bela@example.com", Role: service.RoleMember}
	for what, c := range map[string]struct {
		spoil func(*service.NewMember)
		code  service.Code
	}{
		"no name":             {func(n *service.NewMember) { n.Name = "" }, service.CodeNameRequired},
		"a long name":         {func(n *service.NewMember) { n.Name = strings.Repeat("n", service.MaxName+1) }, service.CodeNameLong},
		"a name of no form":   {func(n *service.NewMember) { n.Name = "\x01" }, service.CodeNameForm},
		"no email":            {func(n *service.NewMember) { n.Email = "" }, service.CodeEmailRequired},
		"an email of no form": {func(n *service.NewMember) { n.Email = "bela@" }, service.CodeEmailForm},
		"the owner's email":   {func(n *service.NewMember) { n.Email = strings.ToUpper(f.owner.email) }, service.CodeEmailTaken},
		"no role":             {func(n *service.NewMember) { n.Role = "" }, service.CodeRoleUnknown},
		"another role":        {func(n *service.NewMember) { n.Role = "king" }, service.CodeRoleUnknown},
		"no language of ours": {func(n *service.NewMember) { n.Language = "tlh" }, service.CodeLanguageUnknown},
		"an admin unproven":   {func(n *service.NewMember) { n.Role = service.RoleAdmin }, service.CodePasswordRequired},
	} {
		n := good
		c.spoil(&n)
		if _, err := a.AddMember(f.ctx(), n, client.Proof{}); !service.IsCode(err, c.code) {
			f.Errorf("%s: %v, not %s", what, err, c.code)
		}
	}
	given, err := a.AddMember(f.ctx(), good, client.Proof{})
	f.ok(err)
	f.refused(second(a.AddMember(f.ctx(), good, client.Proof{})), service.CodeEmailTaken)
	m, err := f.owner.admin().Member(f.ctx(), given.ProfileID) // another session sees it
	f.ok(err)
	if m.Name != good.Name || m.Email != good.Email || m.Role != good.Role || m.State != service.ProfileInvited || !m.InvitedUntil.Equal(given.ExpiresAt) || m.On {
		f.Errorf("%+v", m)
	}
	all, err := a.Members(f.ctx())
	f.ok(err)
	if len(all) != 2 || !slices.ContainsFunc(all, func(x service.Member) bool { return x.ID == m.ID }) || !slices.ContainsFunc(all, func(x service.Member) bool { return x.ID == f.owner.id && x.Role == service.RoleOwner }) {
		f.Errorf("%+v", all)
	}
	open, err := a.OpenCodes(f.ctx())
	f.ok(err)
	if len(open) != 1 || open[0].ProfileID != m.ID || open[0].Kind != service.OneTimeInvitation || open[0].IssuedBy != f.owner.name || !open[0].ExpiresAt.Equal(given.ExpiresAt) {
		f.Errorf("%+v", open)
	}
	for _, id := range []string{"", "nobody", strings.Repeat("x", 1<<12), "../" + m.ID} {
		f.refused(second(a.Member(f.ctx(), id)), service.CodeMemberGone)
	}
	f.place.Advance(service.OneTimeLife)
	open, err = f.owner.admin().OpenCodes(f.ctx())
	if f.ok(err); len(open) != 0 {
		f.Errorf("%+v", open)
	}
	_, err = f.owner.admin().AddMember(f.ctx(), service.NewMember{Name: "A", Email: "a@example.com", Role: service.RoleAdmin}, f.owner.proof())
	f.ok(err)
}

// badOneTimes are what no client makes of a one-time code that comes with a key pair.
func (f *fixture) badOneTimes() map[string]service.NewOneTime {
	f.Helper()
	bad := map[string]service.NewOneTime{"no code": {}}
	for what, spoil := range map[string]func(*service.NewOneTime){
		"no salt":                  func(n *service.NewOneTime) { n.Salt = nil },
		"a long salt":              func(n *service.NewOneTime) { n.Salt = random(recovery.SaltSize + 1) },
		"no proof":                 func(n *service.NewOneTime) { n.Proof = secret.Bytes{} },
		"a short proof":            func(n *service.NewOneTime) { n.Proof = secret.NewBytes(random(recovery.HashSize - 1)) },
		"a hash of no cost":        func(n *service.NewOneTime) { n.Params = service.Argon2id{} },
		"a hash of any cost":       func(n *service.NewOneTime) { n.Params.MemoryKiB = 1 << 31 },
		"a key pair for nobody":    func(n *service.NewOneTime) { n.KeyPair.Recipient = "" },
		"a key pair not wrapped":   func(n *service.NewOneTime) { n.KeyPair.Wrapped = nil },
		"a key pair of any length": func(n *service.NewOneTime) { n.KeyPair.Wrapped = random(1 << 20) },
	} {
		n := f.newOneTime()
		spoil(&n)
		bad[what] = n
	}
	return bad
}

func addMalformed(f *fixture) {
	h, s := f.hand(service.RoleOwner)
	a := h.admin(s)
	m := f.member(service.RoleMember)
	p, _ := f.invited(f.owner.admin(), service.RoleMember, client.Proof{})
	n := service.NewMember{Name: "Bela", Email: "bela@example.com", Role: service.RoleMember}
	for what, bad := range f.badOneTimes() {
		f.fails(what, second(a.AddMember(f.ctx(), n, bad, service.Proof{})))
		f.fails(what, second(a.AddMembers(f.ctx(), []service.NewMember{n}, []service.NewOneTime{bad}, h.proof(s))))
		f.fails(what, second(a.InviteAgain(f.ctx(), []service.NewInvitation{{ProfileID: p.id, Code: bad}}, h.proof(s))))
		f.fails(what, second(a.ResetPassword(f.ctx(), m.id, "", bad, h.proof(s))))
	}
	two := []service.NewMember{n, {Name: "Cem", Email: "cem@example.com", Role: service.RoleMember}}
	f.fails("one code for two", second(a.AddMembers(f.ctx(), two, []service.NewOneTime{f.newOneTime()}, h.proof(s))))
	all, err := a.Members(f.ctx())
	if f.ok(err); len(all) != 4 { // the first owner, and those above
		f.Errorf("%d members", len(all))
	}
	open, err := a.OpenCodes(f.ctx())
	if f.ok(err); len(open) != 1 {
		f.Errorf("%+v", open)
	}
	_, err = a.AddMembers(f.ctx(), two, []service.NewOneTime{f.newOneTime(), f.newOneTime()}, h.proof(s))
	f.ok(err)
}

func addsMembers(f *fixture) {
	a := f.owner.admin()
	people := []service.NewMember{
		{Name: "Bela", Email: "bela@example.com", Role: service.RoleMember}, {Name: "", Email: "cem@example.com", Role: service.RoleMember},
		{Name: "Dina", Email: "BELA@example.com", Role: service.RoleAdmin}, {Name: "Emre", Email: "emre@example.com", Role: "king"},
	}
	wrong, err := a.CheckMembers(f.ctx(), people)
	f.ok(err)
	said := ""
	for _, w := range wrong {
		said += fmt.Sprintf("%d %s, ", w.Index, w.Err.Code)
	}
	f.same("what is wrong", said, "1 name_required, 2 email_twice, 3 role_unknown, ")
	h, s := f.hand(service.RoleOwner)
	codes := []service.NewOneTime{f.newOneTime(), f.newOneTime(), f.newOneTime(), f.newOneTime()}
	_, err = h.admin(s).AddMembers(f.ctx(), people, codes, h.proof(s))
	f.same("the row", argument(f.refused(err, service.CodeNameRequired), "row"), 2)
	f.refused(second(a.AddMembers(f.ctx(), people, f.owner.proof(), nil)), service.CodeNameRequired)
	f.refused(second(a.AddMembers(f.ctx(), nil, f.owner.proof(), nil)), service.CodeNobodyChosen)
	f.same("the most", argument(f.refused(second(a.AddMembers(f.ctx(), make([]service.NewMember, service.MaxImport+1), f.owner.proof(), nil)), service.CodeImportLong), "max"), service.MaxImport)

	people = nil
	for n := range 20 {
		people = append(people, service.NewMember{Name: fmt.Sprintf("Person %d", n), Email: fmt.Sprintf("many%d@example.com", n), Role: service.RoleMember})
	}
	f.refused(second(a.AddMembers(f.ctx(), people, client.Proof{}, nil)), service.CodePasswordRequired)
	given, err := a.AddMembers(f.ctx(), people, f.owner.proof(), nil)
	f.ok(err)
	for i, g := range given {
		if g.Email != people[i].Email || g.Code.Display() == "" {
			f.Errorf("%+v", g.GivenOut)
		}
	}
	all, err := a.Members(f.ctx())
	if f.ok(err); len(all) != len(people)+2 {
		f.Errorf("%d members", len(all))
	}
	last := &person{f: f, w: f.place.Open(f), email: given[19].Email}
	_, _, err = last.redeem(given[19], pass)
	f.ok(err)
	f.refused(second(a.AddMembers(f.ctx(), people, f.owner.proof(), nil)), service.CodeEmailTaken)
}

func invitesAgain(f *fixture) {
	a := f.owner.admin()
	p, old := f.invited(a, service.RoleMember, client.Proof{})
	q, _ := f.invited(a, service.RoleMember, client.Proof{})
	in := f.member(service.RoleMember)
	waiting, err := a.WaitingInvitations(f.ctx(), []string{in.id, p.id, q.id, p.id})
	f.ok(err)
	f.same("who waits", waiting, []string{p.id, q.id})
	f.refused(second(a.WaitingInvitations(f.ctx(), []string{in.id})), service.CodeNobodyChosen)
	f.refused(second(a.WaitingInvitations(f.ctx(), nil)), service.CodeNobodyChosen)
	f.refused(second(a.WaitingInvitations(f.ctx(), make([]string, service.MaxImport+1))), service.CodeImportLong)
	f.refused(second(a.WaitingInvitations(f.ctx(), []string{"nobody"})), service.CodeMemberGone)
	f.refused(second(a.InviteAgain(f.ctx(), []string{f.owner.id}, f.owner.proof(), nil)), service.CodeNotYourself)
	f.refused(second(a.InviteAgain(f.ctx(), []string{p.id}, client.Proof{}, nil)), service.CodePasswordRequired)
	f.place.Advance(service.OneTimeLife)
	given, err := f.owner.admin().InviteAgain(f.ctx(), []string{p.id, in.id, q.id}, f.owner.proof(), nil)
	f.ok(err)
	if len(given) != 2 || given[0].ProfileID != p.id || given[1].ProfileID != q.id || given[0].Kind != service.OneTimeInvitation {
		f.Fatalf("%+v", given)
	}
	_, _, err = p.redeem(old, pass)
	f.refused(err, service.CodeInvitationWrong)
	_, _, err = p.redeem(given[0], pass)
	f.ok(err)

	// For those who have come in meanwhile, and for whom the client made no code, there is none.
	h, s := f.hand(service.RoleOwner)
	ha := h.admin(s)
	f.refused(second(ha.InviteAgain(f.ctx(), []service.NewInvitation{{ProfileID: p.id, Code: f.newOneTime()}}, h.proof(s))), service.CodeNobodyChosen)
	out, err := ha.InviteAgain(f.ctx(), []service.NewInvitation{{ProfileID: p.id, Code: f.newOneTime()}, {ProfileID: q.id, Code: f.newOneTime()}}, h.proof(s))
	if f.ok(err); len(out) != 1 || out[0].ProfileID != q.id {
		f.Errorf("%+v", out)
	}
}

func endsCodes(f *fixture) {
	a := f.owner.admin()
	p, given := f.invited(a, service.RoleMember, client.Proof{})
	f.refused(a.EndCode(f.ctx(), p.id, service.OneTimeHelp), service.CodeOneTimeGone)
	f.refused(a.EndCode(f.ctx(), "nobody", service.OneTimeInvitation), service.CodeMemberGone)
	if err := a.EndCode(f.ctx(), p.id, "another"); err == nil {
		f.Error("a code of no kind was ended")
	}
	f.ok(a.EndCode(f.ctx(), p.id, service.OneTimeInvitation))
	f.refused(a.EndCode(f.ctx(), p.id, service.OneTimeInvitation), service.CodeOneTimeGone)
	open, err := a.OpenCodes(f.ctx())
	if f.ok(err); len(open) != 0 {
		f.Errorf("%+v", open)
	}
	_, _, err = p.redeem(given, pass)
	f.refused(err, service.CodeOneTimeEnded)

	m := f.guarded(service.RoleMember)
	help, err := f.owner.admin().HelpCode(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	f.ok(f.owner.admin().EndCode(f.ctx(), m.id, service.OneTimeHelp))
	_, err = m.challenge().UseHelpCode(f.ctx(), text(help.Code.Display()))
	f.refused(err, service.CodeOneTimeEnded)
}

// removesMembersComputer takes the only computer of a member. In a workspace on one computer there is none to take.
func removesMembersComputer(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	m := f.guarded(service.RoleMember)
	s := m.signIn()
	a := f.owner.admin()
	list, err := a.ComputersOf(f.ctx(), m.id)
	f.ok(err)
	f.refused(second(a.ComputersOf(f.ctx(), f.owner.id)), service.CodeNotYourself)
	f.refused(second(a.ComputersOf(f.ctx(), "nobody")), service.CodeMemberGone)
	f.refused(a.RemoveComputer(f.ctx(), m.id, "none", f.owner.proof()), service.CodeComputerGone)
	if !f.place.Served {
		if len(list.All) != 0 || list.NeedsReset {
			f.Errorf("%+v", list)
		}
		return
	}
	if len(list.All) != 1 || list.All[0].Name == "" || list.All[0].LastUsedAt.IsZero() || list.NeedsReset {
		f.Fatalf("%+v", list)
	}
	f.place.Advance(time.Minute)
	f.ok(a.RemoveComputer(f.ctx(), m.id, list.All[0].ID, f.owner.proof()))
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	f.refused(third(m.w.SignIn(f.ctx(), m.email, text(m.pass))), service.CodeComputerUnknown)
	if list, err = a.ComputersOf(f.ctx(), m.id); err != nil || len(list.All) != 0 || !list.NeedsReset {
		f.Errorf("%+v, %v", list, err)
	}
	given, err := a.ResetPassword(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	_, c, err := m.redeem(given, long)
	f.ok(err)
	if c == nil {
		f.Fatal("the reset code lets in without the second factor")
	}
	if list, err = a.ComputersOf(f.ctx(), m.id); err != nil || !list.NeedsReset {
		f.Errorf("before the second factor: %+v, %v", list, err)
	}
	back, err := c.Verify(f.ctx(), m.newCode())
	f.ok(err)
	if list, err = a.ComputersOf(f.ctx(), m.id); err != nil || len(list.All) != 1 || list.NeedsReset {
		f.Errorf("%+v, %v", list, err)
	}
	f.same("what can be read", f.names(back), "lease")
}

func resetsPassword(f *fixture) {
	f.add(f.owner.signIn(), paper("lease", "Lease of the mill"))
	m := f.guarded(service.RoleMember)
	a := f.owner.admin()
	f.refused(second(a.ResetPassword(f.ctx(), m.id, "", client.Proof{})), service.CodePasswordRequired)
	f.refused(second(a.ResetPassword(f.ctx(), f.owner.id, "", f.owner.proof())), service.CodeNotYourself)
	f.refused(second(a.ResetPassword(f.ctx(), "nobody", "", f.owner.proof())), service.CodeMemberGone)
	given, err := a.ResetPassword(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	f.same("the kind", given.Kind, service.OneTimeReset)
	s := m.signIn() // the old one works
	if news := s.Welcome().News; len(news) != 1 || news[0].Kind != "password-reset-given" || news[0].By != f.owner.name {
		f.Errorf("%+v", news)
	}
	in, c, err := m.redeem(given, long)
	f.ok(err)
	if in != nil || c == nil {
		f.Fatal("no second factor was due")
	}
	f.ok(s.Touch())
	m.pass = pass
	m.signIn() // and until the second factor is right
	m.pass = long
	in, err = c.Verify(f.ctx(), m.newCode())
	f.ok(err)
	f.same("what can be read", f.names(in), "lease")
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	_, _, err = m.w.SignIn(f.ctx(), m.email, text(pass))
	f.refused(err, service.CodeCredentialsWrong)
	_, _, err = m.redeem(given, pass)
	f.refused(err, service.CodeInvitationWrong)
	m.pass = long
	f.same("what can be read", f.names(m.signIn()), "lease")

	// A password that was changed meanwhile ends it.
	given, err = f.owner.admin().ResetPassword(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	f.ok(m.signIn().ChangePassword(f.ctx(), text(long), text(pass), byCode(m.newCode())))
	_, _, err = m.redeem(given, long)
	f.refused(err, service.CodeOneTimeEnded)
	f.ok(f.owner.admin().Suspend(f.ctx(), m.id))
	f.refused(second(f.owner.admin().ResetPassword(f.ctx(), m.id, "", f.owner.proof())), service.CodeMemberSuspended)
}

func resets2FA(f *fixture) {
	m := f.guarded(service.RoleMember)
	s := m.signIn()
	due := m.challenge()
	a := f.owner.admin()
	f.refused(a.Reset2FA(f.ctx(), m.id, "", client.Proof{}), service.CodePasswordRequired)
	f.refused(a.Reset2FA(f.ctx(), f.owner.id, "", f.owner.proof()), service.CodeNotYourself)
	f.ok(a.Reset2FA(f.ctx(), m.id, "", f.owner.proof()))
	f.refused(a.Reset2FA(f.ctx(), m.id, "", f.owner.proof()), service.CodeTwoFactorOff)
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	_, err := due.Verify(f.ctx(), m.newCode())
	f.refused(err, service.CodeChallengeEnded)
	m.phone = nil
	s = m.signIn()
	if news := s.Welcome().News; len(news) != 1 || news[0].Kind != "2fa-reset" {
		f.Errorf("%+v", news)
	}
	if f.status(s).On {
		f.Error("2FA is on")
	}
}

func setsRole(f *fixture) {
	m := f.member(service.RoleMember)
	s := m.signIn()
	a := f.owner.admin()
	f.refused(second(s.Admin(f.ctx())), service.CodeForbidden)
	f.refused(a.SetRole(f.ctx(), m.id, "king", f.owner.proof()), service.CodeRoleUnknown)
	f.refused(a.SetRole(f.ctx(), m.id, service.RoleAdmin, client.Proof{}), service.CodePasswordRequired)
	f.refused(a.SetRole(f.ctx(), "nobody", service.RoleAdmin, f.owner.proof()), service.CodeMemberGone)
	f.refused(a.SetRole(f.ctx(), f.owner.id, service.RoleMember, f.owner.proof()), service.CodeLastOwner)
	f.ok(a.SetRole(f.ctx(), m.id, service.RoleAdmin, f.owner.proof()))
	ma, err := s.Admin(f.ctx())
	f.ok(err)
	p, given := f.invited(ma, service.RoleMember, client.Proof{})
	f.ok(a.SetRole(f.ctx(), m.id, service.RoleMember, f.owner.proof()))
	f.refused(second(ma.Members(f.ctx())), service.CodeForbidden) // what was an admin's is no more
	f.refused(ma.Suspend(f.ctx(), p.id), service.CodeForbidden)
	_, _, err = p.redeem(given, pass)
	f.refused(err, service.CodeOneTimeEnded) // nor do their codes
	if news := m.signIn().Welcome().News; len(news) != 2 || news[0].Kind != "role-changed" || news[0].Detail["to"] != string(service.RoleMember) {
		f.Errorf("%+v", news)
	}
	other := f.member(service.RoleOwner)
	f.ok(other.admin().SetRole(f.ctx(), f.owner.id, service.RoleAdmin, other.proof()))
	f.refused(a.SetRole(f.ctx(), m.id, service.RoleAdmin, f.owner.proof()), service.CodeForbidden)
}

func suspends(f *fixture) {
	m := f.member(service.RoleAdmin)
	s := m.signIn()
	ma, err := s.Admin(f.ctx())
	f.ok(err)
	p, given := f.invited(ma, service.RoleMember, client.Proof{})
	reset, err := f.owner.admin().ResetPassword(f.ctx(), m.id, "", f.owner.proof())
	f.ok(err)
	a := f.owner.admin()
	f.refused(a.Suspend(f.ctx(), f.owner.id), service.CodeNotYourself)
	f.refused(a.Suspend(f.ctx(), p.id), service.CodeMemberInvited)
	f.refused(a.Suspend(f.ctx(), "nobody"), service.CodeMemberGone)
	f.ok(a.Suspend(f.ctx(), m.id))
	f.ok(a.Suspend(f.ctx(), m.id)) // twice is fine
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	f.refused(second(ma.Members(f.ctx())), service.CodeSessionEnded)
	_, _, err = m.w.SignIn(f.ctx(), m.email, text(m.pass))
	f.refused(err, service.CodeSuspendedSelf)
	_, _, err = p.redeem(given, pass)
	f.refused(err, service.CodeOneTimeEnded)
	_, _, err = m.redeem(reset, long)
	f.refused(err, service.CodeOneTimeEnded)
	seen, err := a.Member(f.ctx(), m.id)
	if f.ok(err); seen.State != service.ProfileSuspended {
		f.Errorf("%+v", seen)
	}
	f.ok(a.Resume(f.ctx(), m.id))
	f.ok(a.Resume(f.ctx(), m.id))
	f.refused(a.Resume(f.ctx(), f.owner.id), service.CodeNotYourself)
	m.signIn()
	_, _, err = p.redeem(given, pass)
	f.refused(err, service.CodeOneTimeEnded) // it stays so
}

func removes(f *fixture) {
	m := f.guarded(service.RoleMember)
	s := m.signIn()
	a := f.owner.admin()
	f.refused(a.Remove(f.ctx(), m.id, client.Proof{}), service.CodePasswordRequired)
	f.refused(a.Remove(f.ctx(), f.owner.id, f.owner.proof()), service.CodeNotYourself)
	f.ok(a.Remove(f.ctx(), m.id, f.owner.proof()))
	f.refused(a.Remove(f.ctx(), m.id, f.owner.proof()), service.CodeMemberGone)
	f.refused(second(s.Overview(f.ctx())), service.CodeSessionEnded)
	f.refused(second(a.Member(f.ctx(), m.id)), service.CodeMemberGone)
	_, _, err := m.w.SignIn(f.ctx(), m.email, text(m.pass))
	f.refused(err, f.nobody())
	all, err := a.Members(f.ctx())
	if f.ok(err); len(all) != 1 {
		f.Errorf("%+v", all)
	}
	for name, err := range map[string]error{
		"Suspend": a.Suspend(f.ctx(), m.id), "Resume": a.Resume(f.ctx(), m.id), "SetRole": a.SetRole(f.ctx(), m.id, service.RoleAdmin, f.owner.proof()),
		"Reset2FA": a.Reset2FA(f.ctx(), m.id, "", f.owner.proof()), "HelpCode": second(a.HelpCode(f.ctx(), m.id, "", f.owner.proof())),
	} {
		if !service.IsCode(err, service.CodeMemberGone) {
			f.Errorf("%s: %v", name, err)
		}
	}
	given, err := a.AddMember(f.ctx(), service.NewMember{Name: "Another", Email: m.email, Role: service.RoleMember}, client.Proof{}) // the address is free
	f.ok(err)
	if given.ProfileID == m.id {
		f.Error("a profile came back")
	}
	page, err := a.Log(f.ctx(), service.LogQuery{Person: m.id})
	f.ok(err)
	if len(page.Entries) == 0 || page.Entries[0].Kind != "member-removed" || page.Entries[0].Subject.Name != m.name { // the log keeps the name
		f.Errorf("%+v", page.Entries)
	}
}

func memberMay(f *fixture) {
	s := f.member(service.RoleMember).signIn()
	f.refused(second(s.Admin(f.ctx())), service.CodeForbidden)
	f.refused(second(s.Watcher(f.ctx())), service.CodeForbidden)
	_, err := s.Overview(f.ctx())
	f.ok(err)
}

func adminMay(f *fixture) {
	h, s := f.hand(service.RoleAdmin)
	a := h.admin(s)
	f.owner.signIn()
	other := f.member(service.RoleAdmin)
	m := f.member(service.RoleMember)
	none := service.Proof{} // whoever may not is refused before anything is proven
	for what, err := range map[string]error{
		"a role":                  a.SetRole(f.ctx(), m.id, service.RoleAdmin, none),
		"a role of one's own":     a.SetRole(f.ctx(), h.id, service.RoleOwner, none),
		"an admin added":          second(a.AddMember(f.ctx(), service.NewMember{Name: "A", Email: "a@example.com", Role: service.RoleAdmin}, f.newOneTime(), none)),
		"an owner imported":       second(a.AddMembers(f.ctx(), []service.NewMember{{Name: "A", Email: "a@example.com", Role: service.RoleOwner}}, []service.NewOneTime{f.newOneTime()}, none)),
		"an admin suspended":      a.Suspend(f.ctx(), other.id),
		"an owner suspended":      a.Suspend(f.ctx(), f.owner.id),
		"an admin resumed":        a.Resume(f.ctx(), other.id),
		"an owner removed":        a.Remove(f.ctx(), f.owner.id, none),
		"an owner's password":     second(a.ResetPassword(f.ctx(), f.owner.id, "", f.newOneTime(), none)),
		"an admin invited again":  second(a.InviteAgain(f.ctx(), []service.NewInvitation{{ProfileID: other.id, Code: f.newOneTime()}}, none)),
		"an admin's code ended":   a.EndCode(f.ctx(), other.id, service.OneTimeReset),
		"an admin's sheet":        second(a.BeginRun(f.ctx(), service.RunRequest{Members: []string{other.id}, Reason: "lost", Kind: service.RunPrint}, none)),
		"two people":              a.SetTwoPeople(f.ctx(), true, "", none),
		"two people asked for":    second(a.AskApproval(f.ctx(), service.ApproveTwoPeopleOff, nil, "why", none)),
		"a reset asked for":       second(a.AskApproval(f.ctx(), service.ApproveResetPassword, []string{f.owner.id}, "why", none)),
		"the support contact":     a.SetSupport(f.ctx(), "the desk"),
		"the admins named":        a.NameAdmins(f.ctx(), false),
		"the Emergency Kit":       second(a.MakeKit(f.ctx(), none, "")),
		"the vault's key":         a.BeginRotation(f.ctx(), none, "", nil, nil),
		"who has the vault's key": third(a.RotationStart(f.ctx())),
		"a rotation held":         a.HoldRotation(f.ctx(), true),
		"the clock":               a.ConfirmClock(f.ctx(), none),
	} {
		if !service.IsCode(err, service.CodeForbidden) {
			f.Errorf("%s: %v", what, err)
		}
	}
	f.ok(a.Suspend(f.ctx(), m.id)) // what an admin may
	f.ok(a.Resume(f.ctx(), m.id))
	_, err := a.ResetPassword(f.ctx(), m.id, "", f.newOneTime(), h.proof(s))
	f.ok(err)
	f.ok(a.Remove(f.ctx(), m.id, h.proof(s)))
	f.owner.enable(f.owner.signIn())
	_, err = a.HelpCode(f.ctx(), f.owner.id, "", f.newOneTime(), h.proof(s)) // the owner's password is still needed
	f.ok(err)
	f.ok(a.Reset2FA(f.ctx(), f.owner.id, "", h.proof(s)))
	f.owner.phone = nil
	seen, err := f.owner.admin().Member(f.ctx(), h.id)
	if f.ok(err); seen.Role != service.RoleAdmin {
		f.Errorf("%+v", seen)
	}
}
