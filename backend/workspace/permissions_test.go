package workspace_test

import (
	"fmt"
	"slices"
	"testing"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

// trying is how each act is tried that the page is told of.
var trying = map[service.MemberPermission]func(a *client.Admin, by, to *user) error{
	"issue": func(a *client.Admin, by, to *user) error {
		run, err := a.BeginRun(to.h.Context(), service.RunRequest{Members: []string{to.id}, Reason: "new phones", Kind: store.RunPrint}, by.proof())
		if err == nil {
			_, err = run.Cancel(to.h.Context())
		}
		return err
	},
	"help-code": func(a *client.Admin, by, to *user) error {
		_, err := a.HelpCode(to.h.Context(), to.id, "", by.proof())
		return err
	},
	"reset-2fa": func(a *client.Admin, by, to *user) error {
		return a.Reset2FA(to.h.Context(), to.id, "", by.proof())
	},
	"reset-password": func(a *client.Admin, by, to *user) error {
		_, err := a.ResetPassword(to.h.Context(), to.id, "", by.proof())
		return err
	},
	"role": func(a *client.Admin, by, to *user) error {
		next := store.RoleAdmin
		if to.h.profile(to.id).Role == next {
			next = store.RoleMember
		}
		return a.SetRole(to.h.Context(), to.id, next, by.proof())
	},
	"suspend": func(a *client.Admin, _, to *user) error { return a.Suspend(to.h.Context(), to.id) },
	"resume":  func(a *client.Admin, _, to *user) error { return a.Resume(to.h.Context(), to.id) },
	"remove":  func(a *client.Admin, by, to *user) error { return a.Remove(to.h.Context(), to.id, by.proof()) },
}

// What the page is told that it may offer is what the workspace does: each act is tried by
// each role on each role, in each state, with 2FA on and off, and on oneself. An act that
// is let through and changes nothing is none.
func TestPermissions_ToldIsWhatIsAllowed(t *testing.T) {
	t.Parallel()
	for act, try := range trying {
		t.Run(string(act), func(t *testing.T) {
			t.Parallel()
			h, _ := alone(t)
			h.one(person{role: store.RoleOwner})
			for _, by := range []person{{role: store.RoleOwner}, {role: store.RoleAdmin}, {role: store.RoleAdmin, on: true}} {
				actor := h.one(by)
				a := actor.admin()
				for _, role := range everybody {
					for _, state := range states[:3] {
						for _, on := range []bool{false, true} {
							if !on || state != store.ProfileInvited {
								h.tries(act, try, a, actor, h.one(person{role, state, on}))
							}
						}
					}
				}
				h.tries(act, try, a, actor, actor)
			}
		})
	}
}

func (h *fixture) tries(act service.MemberPermission, try func(a *client.Admin, by, to *user) error, a *client.Admin, by, to *user) {
	h.Helper()
	m, err := a.Member(h.Context(), to.id)
	h.ok(err)
	told := slices.Contains(service.PermissionsOn(by.id, h.profile(by.id).Role, m), act)
	before := entries(h)
	failed := try(a, by, to)
	if did := failed == nil && entries(h) > before; did != told {
		h.Errorf("%s by %s on %s (%s, 2FA %v): told %v, and tried: %v", act, by.name, to.name, m.State, m.On, told, failed)
	}
}

// entries is how many the log has.
func entries(h *fixture) (seq int64) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		head, err := tx.Head()
		seq = head.Seq
		return err
	}))
	return seq
}

// attempts are how each permission is tried; Administer by the way in itself.
var attempts = map[service.Permission]func(a *client.Admin, by *user) error{
	service.MayAdminister: func(a *client.Admin, by *user) error { _, err := a.Members(by.h.Context()); return err },
	service.MayGiveRoles: func(a *client.Admin, by *user) error {
		n := service.NewMember{Name: "N", Email: fmt.Sprintf("n%d@example.com", by.h.next()), Role: store.RoleAdmin}
		_, err := a.AddMember(by.h.Context(), n, by.proof())
		return err
	},
	service.MayPurge: func(a *client.Admin, by *user) error { return a.PurgeDocuments(by.h.Context(), nil) },
	service.MayAskForTwo: func(a *client.Admin, by *user) error {
		return a.SetTwoPeople(by.h.Context(), false, "", by.proof())
	},
	service.MayManageKey: func(a *client.Admin, by *user) error {
		_, err := a.MakeKit(by.h.Context(), by.proof())
		return err
	},
	service.MayConfirmClock:  func(a *client.Admin, by *user) error { return a.ConfirmClock(by.h.Context(), by.proof()) },
	service.MayChangeSecrets: func(a *client.Admin, by *user) error { return a.NoteSecretsPassphrase(by.h.Context()) },
	service.MaySetSupport:    func(a *client.Admin, by *user) error { return a.SetSupport(by.h.Context(), "Room 4") },
	service.MayBackUp: func(a *client.Admin, by *user) error {
		return a.Backup(by.h.Context(), by.proof(), nil, func(service.BackupCopy) error { return nil })
	},
}

func TestPermissions_OfASessionAreWhatItCanDo(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	if told := service.PermissionsOf(store.RoleOwner); len(told) != len(attempts) {
		t.Fatalf("an owner may do %d things, and %d are tried", len(told), len(attempts))
	}
	for _, role := range everybody {
		who := h.one(person{role: role})
		for what, try := range attempts {
			a, err := who.signIn().Admin(t.Context())
			if err == nil {
				err = try(a, who)
			}
			if allowed := !service.IsCode(err, service.CodeForbidden); allowed != what.Of(role) {
				t.Errorf("%s by an %s: told %v, and tried: %v", what, role, what.Of(role), err)
			}
		}
	}
}

func TestPermissions_WhoCouldApproveCan(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	asks := owner.admin()
	about := h.one(person{role: store.RoleMember})
	for _, p := range []person{
		{role: store.RoleOwner, on: true}, {role: store.RoleAdmin, on: true}, {role: store.RoleAdmin},
		{role: store.RoleMember, on: true},
	} {
		who := h.one(p)
		m, err := asks.Member(t.Context(), who.id)
		h.ok(err)
		asked, err := asks.AskApproval(t.Context(), store.ApproveResetPassword, []string{about.id}, "the phone is lost", owner.proof())
		h.ok(err)
		a, err := who.signIn().Admin(t.Context())
		if err == nil {
			err = a.Approve(t.Context(), asked.ID, who.proof())
		}
		if can := err == nil; can != service.MayApprove(owner.id, m) {
			t.Errorf("%s, 2FA %v: told %v, and tried: %v", p.role, p.on, service.MayApprove(owner.id, m), err)
		}
		h.ok(asks.Refuse(t.Context(), asked.ID))
	}
	m, err := asks.Member(t.Context(), owner.id)
	h.ok(err)
	if service.MayApprove(owner.id, m) {
		t.Error("one approves one's own")
	}
}
