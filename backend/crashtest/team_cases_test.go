package crashtest

import (
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func init() { useCases = append(useCases, teamCases...) }

// everybody of the team who has 2FA on.
func (p *person) everybody() []string {
	return []string{p.member(email), p.member(benEmail), p.member(miaEmail)}
}

// issue makes the sheets of a run and notes them, as paper does.
func (p *person) issue(a *client.Admin) *client.PrintRun {
	r := got(a.BeginRun(p.ctx, service.RunRequest{Members: p.everybody(), Reason: "A new year", Kind: store.RunPrint}, p.proof()))
	must(r.Issue(p.ctx, nil, func(s client.RunSheet) error {
		p.print(&client.Issued{Issued: s.Issued, Codes: s.Codes}, nil)
		return nil
	}))
	return r
}

var teamCases = []useCase{
	{name: "confirm the clock", base: contractsBase, prepares: true, covers: []string{"Admin.ConfirmClock"}, ready: func(p *person) func() {
		p.start()
		p.clock.step(time.Hour)
		must(p.signIn().Rename(p.ctx, "Amara N. Okafor"))
		p.clock.step(-time.Hour)
		a := p.admin(p.signIn())
		return func() { must(a.ConfirmClock(p.ctx, byPassword)) }
	}},
	{name: "add a member", base: teamBase, covers: []string{"Admin.AddMember"}, ready: led(func(p *person, a *client.Admin) {
		got(a.AddMember(p.ctx, service.NewMember{Name: "Ana", Email: "ana@example.com", Role: store.RoleMember}, client.Proof{}))
	})},
	{name: "import members", base: teamBase, covers: []string{"Admin.AddMembers"}, ready: led(func(p *person, a *client.Admin) {
		got(a.AddMembers(p.ctx, []service.NewMember{
			{Name: "Ana", Email: "ana@example.com", Role: store.RoleMember}, {Name: "Leo", Email: "leo@example.com", Role: store.RoleAdmin},
		}, p.proof(), nil))
	})},
	{name: "redeem an invitation", base: teamBase, covers: []string{"Workspace.Redeem", "Workspace.BeginRedeem", "RedeemAttempt.Check", "RedeemAttempt.Redeem"}, prepares: true, ready: func(p *person) func() {
		p.start()
		given := got(p.admin(p.signIn()).ResetPassword(p.ctx, p.member(joeEmail), "", p.proof()))
		return func() {
			_, _, err := p.w.Redeem(p.ctx, joeEmail, secret.NewText(given.Code.Display()), secret.NewText(joePass))
			must(err)
		}
	}},
	{name: "choose a new password after a reset, with 2FA on", base: teamBase, prepares: true, ready: func(p *person) func() {
		p.start()
		given := got(p.admin(p.signIn()).ResetPassword(p.ctx, p.member(miaEmail), "", p.proof()))
		return func() {
			_, c, err := p.w.Redeem(p.ctx, miaEmail, secret.NewText(given.Code.Display()), secret.NewText(secondPass))
			must(err)
			got(c.Verify(p.ctx, secret.NewText(p.code(2))))
		}
	}},
	{name: "a member’s computers", base: teamBase, prepares: true, covers: []string{
		"Session.Computers", "Session.SaveComputer", "Session.GiveComputerCode", "Session.EndComputerCode", "Session.RenameComputer", "Session.RemoveComputer", "Session.RemoveComputers",
		"Workspace.AddComputer", "RedeemAttempt.AddComputer",
	}, ready: func(p *person) func() {
		p.start()
		first, other := p.served(p.secrets, "Study"), p.served(keychain.NewMemory(), "Laptop")
		_, c, err := first.SignIn(p.ctx, miaEmail, secret.NewText(miaPass))
		must(err)
		p.clock.step(time.Minute)
		s := got(c.Verify(p.ctx, secret.NewText(p.code(2))))
		return func() {
			got(s.GiveComputerCode(p.ctx, p.proofOf(miaPass, 2)))
			must(s.EndComputerCode(p.ctx))
			given := got(s.GiveComputerCode(p.ctx, p.proofOf(miaPass, 2)))
			must(other.AddComputer(p.ctx, miaEmail, secret.NewText(given.Code.Display())))
			for _, c := range got(s.Computers(p.ctx)).All {
				if !c.Here {
					must(s.RenameComputer(p.ctx, c.ID, "Her laptop"))
					must(s.RemoveComputer(p.ctx, c.ID, p.proofOf(miaPass, 2)))
				}
			}
		}
	}},
	{name: "remove a member’s computer", base: teamBase, prepares: true, covers: []string{"Admin.ComputersOf", "Admin.RemoveComputer"}, ready: func(p *person) func() {
		p.start()
		_, c, err := p.served(p.secrets, "Study").SignIn(p.ctx, miaEmail, secret.NewText(miaPass))
		must(err)
		p.clock.step(time.Minute)
		got(c.Verify(p.ctx, secret.NewText(p.code(2))))
		a := p.admin(p.signIn())
		return func() {
			for _, c := range got(a.ComputersOf(p.ctx, p.member(miaEmail))).All {
				must(a.RemoveComputer(p.ctx, p.member(miaEmail), c.ID, p.proof()))
			}
		}
	}},
	{name: "invite again", base: teamBase, covers: []string{"Admin.InviteAgain", "Admin.WaitingInvitations"}, ready: led(func(p *person, a *client.Admin) {
		got(a.InviteAgain(p.ctx, []string{p.member(joeEmail)}, p.proof(), nil))
	})},
	{name: "reset a password", base: teamBase, covers: []string{"Admin.ResetPassword"}, ready: led(func(p *person, a *client.Admin) {
		got(a.ResetPassword(p.ctx, p.member(miaEmail), "", p.proof()))
	})},
	{name: "reset 2FA", base: teamBase, covers: []string{"Admin.Reset2FA"}, ready: led(func(p *person, a *client.Admin) {
		must(a.Reset2FA(p.ctx, p.member(miaEmail), "", p.proof()))
	})},
	{name: "give out a help code", base: teamBase, covers: []string{"Admin.HelpCode"}, ready: led(func(p *person, a *client.Admin) {
		got(a.HelpCode(p.ctx, p.member(miaEmail), "", p.proof()))
	})},
	{name: "end a one-time code", base: teamBase, covers: []string{"Admin.EndCode", "Admin.OpenCodes"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		got(a.HelpCode(p.ctx, p.member(miaEmail), "", p.proof()))
		return func() {
			got(a.OpenCodes(p.ctx))
			must(a.EndCode(p.ctx, p.member(miaEmail), store.OneTimeHelp))
		}
	}},
	{name: "use a help code", base: teamBase, covers: []string{"Challenge.UseHelpCode", "Challenge.BeginHelp"}, prepares: true, ready: func(p *person) func() {
		p.start()
		given := got(p.admin(p.signIn()).HelpCode(p.ctx, p.member(miaEmail), "", p.proof()))
		c := p.due(miaEmail, miaPass)
		return func() { got(c.UseHelpCode(p.ctx, secret.NewText(given.Code.Display()))) }
	}},
	{name: "change phone and codes after a help code", base: teamBase, covers: []string{"EnrolmentSession.Begin", "EnrolmentSession.Confirm"}, prepares: true, ready: func(p *person) func() {
		p.start()
		given := got(p.admin(p.signIn()).HelpCode(p.ctx, p.member(miaEmail), "", p.proof()))
		g := got(p.due(miaEmail, miaPass).UseHelpCode(p.ctx, secret.NewText(given.Code.Display())))
		return func() {
			p.show(g.Begin(p.ctx))
			phones := p.paper().Phones
			p.print(g.Confirm(p.ctx, secret.NewText(code(phones[len(phones)-1], p.clock.now()))))
			must(g.Continue(p.ctx))
		}
	}},
	{name: "leave a gate at the new codes", base: teamBase, prepares: true, ready: func(p *person) func() {
		p.start()
		given := got(p.admin(p.signIn()).HelpCode(p.ctx, p.member(miaEmail), "", p.proof()))
		g := got(p.due(miaEmail, miaPass).UseHelpCode(p.ctx, secret.NewText(given.Code.Display())))
		p.show(g.Begin(p.ctx))
		phones := p.paper().Phones
		return func() {
			p.print(g.Confirm(p.ctx, secret.NewText(code(phones[len(phones)-1], p.clock.now()))))
			must(g.End(p.ctx))
		}
	}},
	{name: "enrol because it is required", base: teamBase, covers: []string{"Challenge.Enrol", "EnrolmentSession.Continue"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		given := got(a.ResetPassword(p.ctx, p.member(joeEmail), "", p.proof()))
		_, _, err := p.w.Redeem(p.ctx, joeEmail, secret.NewText(given.Code.Display()), secret.NewText(joePass))
		must(err)
		must(a.Require2FA(p.ctx, time.Time{}, "", p.proof()))
		c := p.due(joeEmail, joePass)
		return func() {
			g := got(c.Enrol(p.ctx))
			p.show(g.Begin(p.ctx))
			phones := p.paper().Phones
			p.print(g.Confirm(p.ctx, secret.NewText(code(phones[len(phones)-1], p.clock.now()))))
			must(g.Continue(p.ctx))
		}
	}},
	{name: "leave a gate in the middle", base: teamBase, covers: []string{"EnrolmentSession.CancelEnrolment", "EnrolmentSession.End"}, prepares: true, ready: func(p *person) func() {
		p.start()
		given := got(p.admin(p.signIn()).HelpCode(p.ctx, p.member(miaEmail), "", p.proof()))
		g := got(p.due(miaEmail, miaPass).UseHelpCode(p.ctx, secret.NewText(given.Code.Display())))
		return func() {
			p.show(g.Begin(p.ctx))
			must(g.CancelEnrolment(p.ctx))
			p.show(g.Begin(p.ctx))
			must(g.End(p.ctx))
		}
	}},

	{name: "give another role", base: teamBase, covers: []string{"Admin.SetRole"}, ready: led(func(p *person, a *client.Admin) {
		must(a.SetRole(p.ctx, p.member(benEmail), store.RoleOwner, p.proof()))
	})},
	{name: "set a member’s language", base: teamBase, covers: []string{"Admin.SetLanguageOf"}, ready: led(func(p *person, a *client.Admin) {
		must(a.SetLanguageOf(p.ctx, []string{p.member(miaEmail), p.member(benEmail)}, "ja"))
	})},
	{name: "suspend", base: teamBase, covers: []string{"Admin.Suspend"}, ready: led(func(p *person, a *client.Admin) {
		must(a.Suspend(p.ctx, p.member(miaEmail)))
	})},
	{name: "let in again", base: teamBase, covers: []string{"Admin.Resume"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		must(a.Suspend(p.ctx, p.member(miaEmail)))
		return func() { must(a.Resume(p.ctx, p.member(miaEmail))) }
	}},
	{name: "remove", base: teamBase, covers: []string{"Admin.Remove"}, ready: led(func(p *person, a *client.Admin) {
		must(a.Remove(p.ctx, p.member(miaEmail), p.proof()))
	})},

	{name: "rename the workspace", base: teamBase, covers: []string{"Admin.RenameWorkspace"}, ready: led(func(p *person, a *client.Admin) {
		must(a.RenameWorkspace(p.ctx, "Southwind"))
	})},
	{name: "set whom to ask", base: teamBase, covers: []string{"Admin.SetSupport"}, ready: led(func(p *person, a *client.Admin) { must(a.SetSupport(p.ctx, "help@example.com")) })},
	{name: "hide the admins", base: teamBase, covers: []string{"Admin.NameAdmins"}, ready: led(func(p *person, a *client.Admin) { must(a.NameAdmins(p.ctx, false)) })},
	{name: "set when codes are checked", base: teamBase, covers: []string{"Admin.SetCheckDays"}, ready: led(func(p *person, a *client.Admin) { must(a.SetCheckDays(p.ctx, 30)) })},
	{name: "set the idle time", base: teamBase, covers: []string{"Admin.SetIdle"}, ready: led(func(p *person, a *client.Admin) { must(a.SetIdle(p.ctx, 3)) })},
	{name: "let the password alone unlock", base: teamBase, covers: []string{"Admin.SetQuickUnlock"}, ready: led(func(p *person, a *client.Admin) { must(a.SetQuickUnlock(p.ctx, true, "", p.proof())) })},
	{name: "require 2FA", base: teamBase, covers: []string{"Admin.Require2FA"}, ready: led(func(p *person, a *client.Admin) {
		must(a.Require2FA(p.ctx, begin.Add(30*24*time.Hour), "", p.proof()))
	})},
	{name: "stop requiring 2FA", base: teamBase, covers: []string{"Admin.DropRequirement"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		must(a.Require2FA(p.ctx, begin.Add(30*24*time.Hour), "", p.proof()))
		return func() { must(a.DropRequirement(p.ctx, "", p.proof())) }
	}},
	{name: "ask for two people", base: teamBase, covers: []string{"Admin.SetTwoPeople"}, ready: led(func(p *person, a *client.Admin) {
		must(a.SetTwoPeople(p.ctx, true, "", p.proof()))
	})},
	{name: "ask for approval", base: teamBase, covers: []string{"Admin.AskApproval"}, ready: led(func(p *person, a *client.Admin) {
		got(a.AskApproval(p.ctx, store.ApproveReset2FA, []string{p.member(miaEmail)}, "Lost", p.proof()))
	})},
	{name: "approve", base: teamBase, covers: []string{"Admin.Approve"}, prepares: true, ready: func(p *person) func() {
		p.start()
		asked := got(p.admin(p.signIn()).AskApproval(p.ctx, store.ApproveReset2FA, []string{p.member(miaEmail)}, "Lost", p.proof()))
		ben := p.admin(p.as(benEmail, benPass, 1))
		return func() { must(ben.Approve(p.ctx, asked.ID, p.proofOf(benPass, 1))) }
	}},
	{name: "refuse", base: teamBase, covers: []string{"Admin.Refuse"}, prepares: true, ready: func(p *person) func() {
		p.start()
		asked := got(p.admin(p.signIn()).AskApproval(p.ctx, store.ApproveReset2FA, []string{p.member(miaEmail)}, "Lost", p.proof()))
		ben := p.admin(p.as(benEmail, benPass, 1))
		return func() { must(ben.Refuse(p.ctx, asked.ID)) }
	}},

	{name: "print run", base: teamBase, covers: []string{"Admin.BeginRun", "PrintRun.Issue", "PrintRun.MakeSheets", "PrintRun.PutInForce"}, ready: led(func(p *person, a *client.Admin) {
		got(p.issue(a).PutInForce(p.ctx, nil))
	})},
	{name: "cancel a print run", base: teamBase, covers: []string{"PrintRun.Cancel"}, ready: led(func(p *person, a *client.Admin) {
		got(p.issue(a).Cancel(p.ctx))
	})},
	{name: "lock in the middle of a print run", base: teamBase, prepares: true, ready: func(p *person) func() {
		p.start()
		s := p.signIn()
		p.issue(p.admin(s))
		return func() { must(s.End(p.ctx)) }
	}},
	{name: "clean up a print run", base: teamBase, given: func(p *person) {
		p.start()
		p.issue(p.admin(p.signIn()))
	}, ready: atTheStart},
	{name: "hand over sheets", base: teamBase, covers: []string{"Admin.HandOver"}, prepares: true, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		r := p.issue(a)
		got(r.PutInForce(p.ctx, nil))
		plan := r.Plan()
		return func() { got(a.HandOver(p.ctx, plan.Number, []int{1, 2})) }
	}},
	{name: "void a sheet", base: teamBase, prepares: true, covers: []string{"Admin.VoidSheets"}, ready: func(p *person) func() {
		p.start()
		a := p.admin(p.signIn())
		r := p.issue(a)
		got(r.PutInForce(p.ctx, nil))
		plan := r.Plan()
		return func() { got(a.VoidSheets(p.ctx, plan.Number, []int{2})) }
	}},
	{name: "acknowledge a sheet", base: teamBase, covers: []string{"Session.Acknowledge"}, prepares: true, ready: func(p *person) func() {
		p.start()
		r := got(p.admin(p.signIn()).BeginRun(p.ctx, service.RunRequest{Members: p.everybody(), Reason: "A new year", Kind: store.RunPrint}, p.proof()))
		var word string
		must(r.Issue(p.ctx, nil, func(s client.RunSheet) error {
			p.print(&client.Issued{Issued: s.Issued, Codes: s.Codes}, nil)
			if s.Email == miaEmail {
				word = s.CheckWord
			}
			return nil
		}))
		got(r.PutInForce(p.ctx, nil))
		mia := p.as(miaEmail, miaPass, 2)
		return func() { must(mia.Acknowledge(p.ctx, secret.NewText(word))) }
	}},

	{name: "back up", base: teamBase, covers: []string{"Admin.Backup", "Admin.Prove"}, ready: led(func(p *person, a *client.Admin) {
		proof := p.proof()
		must(a.Prove(p.ctx, service.EachTime, proof))
		must(a.Backup(p.ctx, proof, nil, func(service.BackupCopy) error { return nil }))
	})},
	{name: "move", base: teamBase, covers: []string{"Admin.Move"}, ready: led(func(p *person, a *client.Admin) {
		must(a.Move(p.ctx, p.proof(), func(c service.BackupCopy) error {
			for _, err := range c.State.Rows() {
				if err != nil {
					return err
				}
			}
			return nil
		}))
	})},
	{name: "open an export", base: teamBase, covers: []string{"Admin.NoteExport"}, ready: led(func(p *person, a *client.Admin) {
		must(a.NoteExport(p.ctx, service.ExportOpened, service.SeenExport{Run: 1}))
	})},
	{name: "note another passphrase", base: teamBase, covers: []string{"Admin.NoteSecretsPassphrase"}, ready: led(func(p *person, a *client.Admin) {
		must(a.NoteSecretsPassphrase(p.ctx))
	})},
	{name: "note a restore", base: teamBase, covers: []string{"Admin.NoteRestored"}, ready: led(func(p *person, a *client.Admin) {
		must(a.NoteRestored(p.ctx, begin))
	})},
}
