package workspace_test

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// acts has each method that commits at least once; a test sees to it.
var acts = []act{
	byAdmin("AddMember", store.RoleOwner, func(c *cast, a *client.Admin) error {
		return second(a.AddMember(c.Context(), service.NewMember{Name: "N", Email: fmt.Sprintf("n%d@example.com", c.next()), Role: store.RoleAdmin}, c.actor.proof()))
	}),
	byAdmin("AddMembers", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return second(a.AddMembers(c.Context(), []service.NewMember{{Name: "N", Email: fmt.Sprintf("n%d@example.com", c.next()), Role: store.RoleMember}}, c.actor.proof(), nil))
	}),
	{does: []string{"Admin.InviteAgain"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		invited := c.one(person{role: store.RoleMember, state: store.ProfileInvited})
		return func() error { return second(c.a.InviteAgain(c.Context(), []string{invited.id}, c.actor.proof(), nil)) }
	}},
	byAdmin("SetRole", store.RoleOwner, func(c *cast, a *client.Admin) error {
		return a.SetRole(c.Context(), c.to.id, store.RoleAdmin, c.actor.proof())
	}),
	byAdmin("SetLanguageOf", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return a.SetLanguageOf(c.Context(), []string{c.to.id}, []string{"de", "ja"}[c.next()%2])
	}),
	byAdmin("Suspend", store.RoleAdmin, func(c *cast, a *client.Admin) error { return a.Suspend(c.Context(), c.to.id) }),
	{does: []string{"Admin.Resume"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		c.ok(c.a.Suspend(c.Context(), c.to.id))
		return func() error { return c.a.Resume(c.Context(), c.to.id) }
	}},
	byAdmin("Remove", store.RoleAdmin, func(c *cast, a *client.Admin) error { return a.Remove(c.Context(), c.to.id, c.actor.proof()) }),
	byAdmin("ResetPassword", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return second(a.ResetPassword(c.Context(), c.to.id, "", c.actor.proof()))
	}),
	byAdmin("Reset2FA", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return a.Reset2FA(c.Context(), c.to.id, "", c.actor.proof())
	}),
	{does: []string{"Admin.EndCode"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		c.must(second(c.a.ResetPassword(c.Context(), c.to.id, "", c.actor.proof())))
		return func() error { return c.a.EndCode(c.Context(), c.to.id, store.OneTimeReset) }
	}},
	{does: []string{"Admin.RemoveComputer"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		key := keyOf(c, byte(c.next()))
		c.ok(workspace.Change(inner(c.w), c.Context(), func(tx store.WriteTx) error {
			return tx.SaveComputer(store.Computer{ProfileID: c.to.id, ID: key.ID(), Name: "C", SigningKey: key.SigningKey, BoxKey: key.BoxKey, Seal: make([]byte, 32), AddedAt: c.clock.now()})
		}))
		return func() error { return c.a.RemoveComputer(c.Context(), c.to.id, key.ID(), c.actor.proof()) }
	}},
	byAdmin("HelpCode", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return second(a.HelpCode(c.Context(), c.to.id, "", c.actor.proof()))
	}),
	byAdmin("AskApproval", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return second(a.AskApproval(c.Context(), store.ApproveReset2FA, []string{c.to.id}, "r", c.actor.proof()))
	}),
	{does: []string{"Admin.Approve"}, by: store.RoleAdmin, on: true, ready: func(c *cast) func() error {
		id := c.asked()
		return func() error { return c.a.Approve(c.Context(), id, c.actor.proof()) }
	}},
	{does: []string{"Admin.Refuse"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		id := c.asked()
		return func() error { return c.a.Refuse(c.Context(), id) }
	}},
	byAdmin("RenameWorkspace", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return a.RenameWorkspace(c.Context(), fmt.Sprintf("Other %d", c.next()))
	}),
	byAdmin("SetSupport", store.RoleOwner, func(c *cast, a *client.Admin) error {
		return a.SetSupport(c.Context(), fmt.Sprintf("Room %d", c.next()))
	}),
	{does: []string{"Admin.NameAdmins"}, by: store.RoleOwner, ready: func(c *cast) func() error {
		c.ok(c.a.NameAdmins(c.Context(), false))
		return func() error { return c.a.NameAdmins(c.Context(), true) }
	}},
	byAdmin("SetCheckDays", store.RoleAdmin, func(c *cast, a *client.Admin) error { return a.SetCheckDays(c.Context(), []int{30, 180}[c.next()%2]) }),
	byAdmin("SetIdle", store.RoleAdmin, func(c *cast, a *client.Admin) error { return a.SetIdle(c.Context(), 2+c.next()%13) }),
	byAdmin("BeginRun", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return second(a.BeginRun(c.Context(), service.RunRequest{Members: []string{c.to.id}, Reason: "r", Kind: store.RunPrint}, c.actor.proof()))
	}),
	{does: []string{"PrintRun.Issue", "PrintRun.MakeSheets", "PrintRun.PutInForce"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		r := c.run()
		return func() error {
			if err := r.Issue(c.Context(), nil, func(client.RunSheet) error { return nil }); err != nil {
				return err
			}
			return second(r.PutInForce(c.Context(), nil))
		}
	}},
	{does: []string{"PrintRun.Cancel"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		r := c.issued()
		return func() error { return second(r.Cancel(c.Context())) }
	}},
	{does: []string{"Admin.HandOver"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		plan := c.inForce()
		return func() error { return second(c.a.HandOver(c.Context(), plan.Number, []int{1, 2})) }
	}},
	{does: []string{"Admin.VoidSheets"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		plan := c.inForce()
		return func() error { return second(c.a.VoidSheets(c.Context(), plan.Number, []int{1, 2})) }
	}},
	byAdmin("Backup", store.RoleOwner, func(c *cast, a *client.Admin) error {
		_ = c.file()
		return a.Backup(c.Context(), c.actor.proof(), nil, func(service.BackupCopy) error {
			if c.fallen {
				c.Error("a backup with every secret went to somebody who may have none any more")
			}
			return nil
		})
	}),
	byAdmin("Move", store.RoleOwner, func(c *cast, a *client.Admin) error {
		return a.Move(c.Context(), c.actor.proof(), func(service.BackupCopy) error {
			if c.fallen {
				c.Error("the secrets for a server went to somebody who may have none any more")
			}
			return nil
		})
	}),
	byAdmin("SetQuickUnlock", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return a.SetQuickUnlock(c.Context(), c.next()%2 == 0, "", c.actor.proof())
	}),
	byAdmin("Prove", store.RoleAdmin, func(c *cast, a *client.Admin) error { return a.Prove(c.Context(), service.EachTime, c.actor.proof()) }),
	{does: []string{"Admin.MakeKit"}, by: store.RoleOwner, ready: func(c *cast) func() error {
		c.vault()
		return func() error { return second(c.a.MakeKit(c.Context(), c.actor.proof())) }
	}},
	byAdmin("NoteSecretsPassphrase", store.RoleOwner, func(c *cast, a *client.Admin) error { return a.NoteSecretsPassphrase(c.Context()) }),
	byAdmin("NoteRestored", store.RoleOwner, func(c *cast, a *client.Admin) error { return a.NoteRestored(c.Context(), c.clock.now()) }),
	byAdmin("NoteExport", store.RoleAdmin, func(c *cast, a *client.Admin) error {
		return a.NoteExport(c.Context(), service.ExportOpened, service.SeenExport{Run: 1})
	}),
	{does: []string{"Admin.PurgeDocuments"}, by: store.RoleAdmin, ready: func(c *cast) func() error {
		id := c.document()
		c.ok(c.s.RemoveDocuments(c.Context(), []string{id}))
		return func() error { return c.a.PurgeDocuments(c.Context(), []string{id}) }
	}},
	{does: []string{"Admin.BeginRotation", "Admin.HoldRotation", "Admin.Rotate", "Admin.RotateDocuments", "Admin.EndRotation"}, by: store.RoleOwner, ready: func(c *cast) func() error {
		// One rotation at a time: another's may have been left where it was.
		owner := c.keeper.admin()
		c.ok(owner.HoldRotation(c.Context(), false))
		c.ok(owner.Rotate(c.Context(), nil))
		if c.n == 1 {
			c.papers(17) // two commits
		} else {
			c.vault()
		}
		return func() error {
			for _, step := range []func() error{
				func() error { return c.a.BeginRotation(c.Context(), c.actor.proof()) },
				func() error { return c.a.HoldRotation(c.Context(), true) },
				func() error { return c.a.HoldRotation(c.Context(), false) },
				func() error { return c.a.Rotate(c.Context(), nil) },
			} {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		}
	}},

	{does: []string{"Session.PutChecklistAway"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.ok(c.s.PutChecklistAway(c.Context(), false))
		return func() error { return c.s.PutChecklistAway(c.Context(), true) }
	}},
	{does: []string{"Session.PutNewsAway"}, by: store.RoleMember, ready: func(c *cast) func() error {
		for range 2 {
			c.ok(c.s.ChangeEmail(c.Context(), fmt.Sprintf("e%d@example.com", c.next()), c.actor.proof()))
		}
		return func() error { return c.s.PutNewsAway(c.Context(), c.head()) }
	}},
	byMember("SetLanguage", func(c *cast, s *client.Session) error {
		return s.SetLanguage(c.Context(), []string{"fr", "ar"}[c.next()%2])
	}),
	byMember("Rename", func(c *cast, s *client.Session) error { return s.Rename(c.Context(), fmt.Sprintf("N %d", c.next())) }),
	byMember("ChangeEmail", func(c *cast, s *client.Session) error {
		return s.ChangeEmail(c.Context(), fmt.Sprintf("e%d@example.com", c.next()), c.actor.proof())
	}),
	byMember("ChangePassword", func(c *cast, s *client.Session) error {
		return s.ChangePassword(c.Context(), secret.NewText(c.actor.pass), secret.NewText("kettle drum marzipan 7"), client.FactorInput{})
	}),
	{does: []string{"Session.SaveComputer"}, by: store.RoleMember, ready: func(c *cast) func() error {
		key := keyOf(c, 1)
		return func() error { return c.s.SaveComputer(c.Context(), newComputer(key)) }
	}},
	{does: []string{"Session.GiveComputerCode"}, by: store.RoleMember, ready: func(c *cast) func() error {
		s := c.actor.fromServed()
		return func() error { return second(s.GiveComputerCode(c.Context(), c.actor.proof())) }
	}},
	{does: []string{"Session.EndComputerCode"}, by: store.RoleMember, ready: func(c *cast) func() error {
		s := c.actor.fromServed()
		c.must(second(s.GiveComputerCode(c.Context(), c.actor.proof())))
		return func() error { return s.EndComputerCode(c.Context()) }
	}},
	{does: []string{"Session.RenameComputer"}, by: store.RoleMember, ready: func(c *cast) func() error {
		s := c.actor.fromServed()
		all, err := s.Computers(c.Context())
		c.must(err)
		return func() error { return s.RenameComputer(c.Context(), all.All[0].ID, fmt.Sprintf("C %d", c.next())) }
	}},
	{does: []string{"Session.RemoveComputer", "Session.RemoveComputers"}, by: store.RoleMember, ready: func(c *cast) func() error {
		other := c.actor.another()
		s := c.actor.fromServed()
		return func() error { return s.RemoveComputer(c.Context(), other, c.actor.proof()) }
	}},
	{does: []string{"Session.BeginEnable", "Session.Confirm", "Session.Continue"}, by: store.RoleMember, ready: func(c *cast) func() error {
		return func() error {
			shown, err := enrolling(c)
			if err != nil {
				return err
			}
			if _, err := c.s.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())); err != nil {
				return err
			}
			return c.s.Continue(c.Context())
		}
	}},
	{does: []string{"Session.CancelEnrolment"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.ok(second(enrolling(c)))
		return func() error { return c.s.CancelEnrolment(c.Context()) }
	}},
	{does: []string{"Session.End"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.ok(second(enrolling(c)))
		return func() error { return c.s.End(c.Context()) }
	}},
	{does: []string{"Session.BeginChangePhone"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error {
			shown, err := c.s.BeginChangePhone(c.Context(), 0, c.actor.proof())
			if err != nil {
				return err
			}
			return second(c.s.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())))
		}
	}},
	{does: []string{"Session.BeginAddApp"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error {
			shown, err := c.s.BeginAddApp(c.Context(), "Tablet", c.actor.proof())
			if err != nil {
				return err
			}
			return second(c.s.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())))
		}
	}},
	{does: []string{"Session.RenameApp"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error {
			return c.s.RenameApp(c.Context(), c.factor(c.actor).Apps[0].Generation, fmt.Sprintf("App %d", c.next()))
		}
	}},
	{does: []string{"Session.RemoveApp"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		c.addApp(c.actor, "Tablet")
		c.s = c.actor.signIn()
		return func() error { return c.s.RemoveApp(c.Context(), c.app(c.actor, "Tablet"), c.actor.proof()) }
	}},
	{does: []string{"Session.BeginNewCodes", "Session.KeepNewCodes"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error {
			if _, err := c.s.BeginNewCodes(c.Context(), c.actor.proof()); err != nil {
				return err
			}
			return c.s.KeepNewCodes(c.Context())
		}
	}},
	{does: []string{"Session.CancelNewCodes"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		c.ok(second(c.s.BeginNewCodes(c.Context(), c.actor.proof())))
		return func() error { return c.s.CancelNewCodes(c.Context()) }
	}},
	{does: []string{"Session.Disable"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error { return c.s.Disable(c.Context(), code(c.actor)) }
	}},
	{does: []string{"Session.NotMe"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		c.ok(second(c.s.BeginNewCodes(c.Context(), c.actor.proof())))
		c.ok(c.s.KeepNewCodes(c.Context()))
		return func() error { return c.s.NotMe(c.Context()) }
	}},
	{does: []string{"Session.CheckCodes"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		c.ok(second(c.s.BeginNewCodes(c.Context(), c.actor.proof())))
		c.ok(c.s.KeepNewCodes(c.Context()))
		return func() error { return c.s.CheckCodes(c.Context(), secret.NewText(strconv.Itoa(c.actor.active()))) }
	}},
	{does: []string{"Session.PostponeCheck"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		c.ok(second(c.s.BeginNewCodes(c.Context(), c.actor.proof())))
		c.ok(c.s.KeepNewCodes(c.Context()))
		return func() error { return c.s.PostponeCheck(c.Context()) }
	}},
	{does: []string{"Session.Acknowledge"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		by := c.one(person{role: store.RoleAdmin})
		r, err := by.admin().BeginRun(c.Context(), service.RunRequest{Members: []string{c.actor.id}, Reason: "r", Kind: store.RunPrint}, by.proof())
		c.ok(err)
		var word string
		c.ok(r.Issue(c.Context(), nil, func(s client.RunSheet) error { word = s.CheckWord; return nil }))
		c.ok(second(r.PutInForce(c.Context(), nil)))
		return func() error { return c.s.Acknowledge(c.Context(), secret.NewText(word)) }
	}},
	{does: []string{"Session.AddDocuments"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.vault()
		all := c.texts(65) // two commits
		return func() error { return second(c.s.AddDocuments(c.Context(), slices.Values(all), nil)) }
	}},
	{does: []string{"Session.RenameDocument", "Session.TagDocuments", "Session.RemoveDocuments", "Session.RestoreDocuments", "Session.OpenDocument",
		"Session.CopyDocument", "Session.CheckDocuments", "Session.ChangeDocuments", "Session.NoteOpened", "Session.NoteChecked"}, by: store.RoleMember, ready: func(c *cast) func() error {
		id := c.document()
		return func() error {
			for _, step := range []func() error{
				func() error { return c.s.RenameDocument(c.Context(), id, fmt.Sprintf("Other %d.txt", c.next())) },
				func() error { return c.s.TagDocuments(c.Context(), []string{id}, []string{"a"}, nil) },
				func() error { return c.s.RemoveDocuments(c.Context(), []string{id}) },
				func() error { return c.s.RestoreDocuments(c.Context(), []string{id}) },
				func() error {
					o, err := c.s.OpenDocument(c.Context(), id)
					if err != nil {
						return err
					}
					return o.Close()
				},
				func() error { return c.s.CopyDocument(c.Context(), id, io.Discard, nil) },
				func() error { return second(c.s.CheckDocuments(c.Context(), nil)) },
			} {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		}
	}},
	{does: []string{"Session.SaveKeyPair"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.alterKey("profile/"+c.actor.id, func(*store.VaultKey) bool { return false })
		return func() error {
			return c.s.SaveKeyPair(c.Context(), service.WrappedKeyPair{Recipient: "age1", Wrapped: []byte("wrapped")})
		}
	}},
	{does: []string{"Session.GiveKeys"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.vault()
		c.ok(c.s.End(c.Context()))
		c.s = c.actor.signIn() // who has the keys
		v, err := c.s.Vault(c.Context())
		c.ok(err)
		waits := c.one(person{role: store.RoleMember})
		waits.signIn()
		var holder service.KeyHolder
		c.alterKey("profile/"+waits.id, func(k *store.VaultKey) bool {
			holder = service.KeyHolder{Holder: k.Holder, Recipient: k.Recipient, Signature: k.Signature}
			k.Ciphertext, k.Generation, k.OnlyOne = nil, 0, false
			return true
		})
		given := []service.GivenKeys{{KeyHolder: holder, SealedKeys: service.SealedKeys{Ciphertext: []byte("sealed"), Generation: v.Generation}}}
		return func() error { return second(c.s.GiveKeys(c.Context(), v.PublicKey, given)) }
	}},
	{does: []string{"Session.FoundVault"}, by: store.RoleOwner, ready: func(c *cast) func() error {
		c.ok(workspace.Change(inner(c.w), c.Context(), func(tx store.WriteTx) error {
			info, err := tx.Info()
			if err != nil {
				return err
			}
			info.VaultGeneration, info.VaultPublicKey = 0, ""
			return tx.UpdateInfo(info)
		}))
		own := founding(c.s)
		return func() error { return c.s.FoundVault(c.Context(), somePublicKey, own) }
	}},
	{does: []string{"Session.EmptyBin"}, by: store.RoleMember, ready: func(c *cast) func() error {
		c.ok(c.s.RemoveDocuments(c.Context(), []string{c.document()}))
		c.clock.step(store.BinLife + time.Hour)
		c.s = c.actor.signIn()
		return func() error { return c.s.EmptyBin(c.Context()) }
	}},

	{does: []string{"Challenge.Verify"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		challenge := c.actor.challenge()
		return func() error { return second(challenge.Verify(c.Context(), secret.NewText(c.actor.newCode()))) }
	}},
	{does: []string{"Challenge.Recover"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		issued, err := c.s.BeginNewCodes(c.Context(), c.actor.proof())
		c.ok(err)
		c.ok(c.s.KeepNewCodes(c.Context()))
		challenge := c.actor.challenge()
		return func() error { return second(challenge.Recover(c.Context(), secret.NewText(display(issued)[0]))) }
	}},
	{does: []string{"Challenge.UseHelpCode", "EnrolmentSession.Begin", "EnrolmentSession.Confirm"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		by := c.one(person{role: store.RoleAdmin})
		given, err := by.admin().HelpCode(c.Context(), c.actor.id, "", by.proof())
		c.ok(err)
		challenge := c.actor.challenge()
		return func() error {
			g, err := challenge.UseHelpCode(c.Context(), secret.NewText(given.Code.Display()))
			if err != nil {
				return err
			}
			shown, err := g.Begin(c.Context())
			if err != nil {
				return err
			}
			return second(g.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())))
		}
	}},
	{does: []string{"EnrolmentSession.CancelEnrolment", "EnrolmentSession.End"}, by: store.RoleMember, on: true, ready: func(c *cast) func() error {
		by := c.one(person{role: store.RoleAdmin})
		given, err := by.admin().HelpCode(c.Context(), c.actor.id, "", by.proof())
		c.ok(err)
		g, err := c.actor.challenge().UseHelpCode(c.Context(), secret.NewText(given.Code.Display()))
		c.ok(err)
		c.ok(second(g.Begin(c.Context())))
		return func() error {
			if err := g.CancelEnrolment(c.Context()); err != nil {
				return err
			}
			if _, err := g.Begin(c.Context()); err != nil {
				return err
			}
			return g.End(c.Context())
		}
	}},
}

// policyActs change what is asked of everybody, so that each has a fixture of its own.
var policyActs = []act{
	{does: []string{"Admin.SetTwoPeople"}, by: store.RoleOwner, on: true, ready: func(c *cast) func() error {
		c.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleAdmin, on: true})
		return func() error { return c.a.SetTwoPeople(c.Context(), true, "", c.actor.proof()) }
	}},
	{does: []string{"Admin.Require2FA", "Admin.DropRequirement"}, by: store.RoleOwner, on: true, ready: func(c *cast) func() error {
		c.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleAdmin, on: true})
		return func() error {
			if err := c.a.Require2FA(c.Context(), c.clock.now().Add(time.Hour), "", c.actor.proof()); err != nil {
				return err
			}
			return c.a.DropRequirement(c.Context(), "", c.actor.proof())
		}
	}},
	{does: []string{"Admin.ConfirmClock"}, by: store.RoleOwner, ready: func(c *cast) func() error {
		c.clock.step(time.Hour)
		c.ok(c.actor.signIn().Rename(c.Context(), fmt.Sprintf("Ahead %d", c.next())))
		c.clock.step(-time.Hour)
		c.s = c.actor.signIn()
		a, err := c.s.Admin(c.Context())
		c.ok(err)
		return func() error { return a.ConfirmClock(c.Context(), c.actor.proof()) }
	}},
	{does: []string{"Challenge.ChoosePassword"}, by: store.RoleMember, on: true, signingIn: true, ready: func(c *cast) func() error {
		keeper := c.people(person{role: store.RoleOwner, on: true}, person{role: store.RoleOwner, on: true})[0]
		a := keeper.admin()
		c.ok(a.Require2FA(c.Context(), c.clock.now(), "", keeper.proof()))
		s := c.actor.signIn()
		c.ok(s.ChangePassword(c.Context(), secret.NewText(c.actor.pass), secret.NewText(shortPass), c.actor.proof().Factor))
		c.actor.pass = shortPass
		c.ok(a.DropRequirement(c.Context(), "", keeper.proof()))
		c.actor.alone(s)
		challenge := c.actor.challenge()
		return func() error { return second(challenge.ChoosePassword(c.Context(), secret.NewText(longerPass))) }
	}},
	{does: []string{"Challenge.Enrol", "EnrolmentSession.Continue"}, by: store.RoleMember, signingIn: true, ready: func(c *cast) func() error {
		keepers := c.people(person{role: store.RoleOwner, on: true}, person{role: store.RoleOwner, on: true})
		c.ok(keepers[0].admin().Require2FA(c.Context(), c.clock.now(), "", keepers[0].proof()))
		challenge := c.actor.challenge()
		return func() error {
			g, err := challenge.Enrol(c.Context())
			if err != nil {
				return err
			}
			shown, err := g.Begin(c.Context())
			if err != nil {
				return err
			}
			if _, err := g.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())); err != nil {
				return err
			}
			return g.Continue(c.Context())
		}
	}},
}
