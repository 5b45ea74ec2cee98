package workspace_test

import (
	"io"
	"reflect"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

// adminCase is a method of Admin, and how it is called.
type adminCase struct {
	method string
	do     func(a *client.Admin, by, to *user) error
	about  *about // whom it may be done to; nil: it is about nobody in particular
}

// about is what comes of a call by the role and the state of whom it is about.
type about struct {
	admin  []store.Role // whom an admin may do it to; an owner may to everybody
	self   service.Code // an owner to themselves
	states [4]service.Code
}

var states = [4]store.ProfileState{store.ProfileActive, store.ProfileInvited, store.ProfileSuspended, store.ProfileRemoved}

const (
	gone      = service.CodeMemberGone
	suspended = service.CodeMemberSuspended
	off       = service.CodeTwoFactorOff
	notSelf   = service.CodeNotYourself
	noneOpen  = service.CodeOneTimeGone
)

var (
	members   = []store.Role{store.RoleMember}
	everybody = []store.Role{store.RoleOwner, store.RoleAdmin, store.RoleMember}
)

func asking(kind store.ApprovalKind) func(a *client.Admin, by, to *user) error {
	return func(a *client.Admin, by, to *user) error {
		_, err := a.AskApproval(to.h.Context(), kind, []string{to.id}, "the phone is lost", by.proof())
		return err
	}
}

// askingForAll asks for less of what the workspace asks of everybody.
func askingForAll(kind store.ApprovalKind) func(a *client.Admin, by, to *user) error {
	return func(a *client.Admin, by, to *user) error {
		_, err := a.AskApproval(to.h.Context(), kind, nil, "the new year", by.proof())
		return err
	}
}

// adminCases has each method of Admin at least once; a test sees to it.
var adminCases = []adminCase{
	{"SetRole", func(a *client.Admin, by, to *user) error {
		return a.SetRole(to.h.Context(), to.id, store.RoleMember, by.proof())
	}, &about{self: "", states: [4]service.Code{"", "", "", gone}}},
	{"SetLanguageOf", func(a *client.Admin, _, to *user) error {
		return a.SetLanguageOf(to.h.Context(), []string{to.id}, "de")
	},
		&about{admin: everybody, states: [4]service.Code{"", "", "", gone}}},
	{"Suspend", func(a *client.Admin, _, to *user) error { return a.Suspend(to.h.Context(), to.id) },
		&about{admin: members, self: notSelf, states: [4]service.Code{"", service.CodeMemberInvited, "", gone}}},
	{"Resume", func(a *client.Admin, _, to *user) error { return a.Resume(to.h.Context(), to.id) },
		&about{admin: members, self: notSelf, states: [4]service.Code{"", "", "", gone}}},
	{"Remove", func(a *client.Admin, by, to *user) error { return a.Remove(to.h.Context(), to.id, by.proof()) },
		&about{admin: members, self: notSelf, states: [4]service.Code{"", "", "", gone}}},
	{"ResetPassword", func(a *client.Admin, by, to *user) error {
		_, err := a.ResetPassword(to.h.Context(), to.id, "", by.proof())
		return err
	}, &about{admin: members, self: notSelf, states: [4]service.Code{"", "", suspended, gone}}},
	{"WaitingInvitations", func(a *client.Admin, _, to *user) error {
		_, err := a.WaitingInvitations(to.h.Context(), []string{to.id})
		return err
	}, nil},
	{"InviteAgain", func(a *client.Admin, by, to *user) error {
		_, err := a.InviteAgain(to.h.Context(), []string{to.id}, by.proof(), nil)
		return err
	}, &about{admin: members, self: notSelf, states: [4]service.Code{service.CodeNobodyChosen, "", service.CodeNobodyChosen, gone}}},
	{"Reset2FA", func(a *client.Admin, by, to *user) error {
		return a.Reset2FA(to.h.Context(), to.id, "", by.proof())
	}, &about{admin: everybody, self: notSelf, states: [4]service.Code{"", off, "", gone}}},
	{"HelpCode", func(a *client.Admin, by, to *user) error {
		_, err := a.HelpCode(to.h.Context(), to.id, "", by.proof())
		return err
	}, &about{admin: everybody, self: notSelf, states: [4]service.Code{"", off, suspended, gone}}},
	{"EndCode", func(a *client.Admin, _, to *user) error {
		return a.EndCode(to.h.Context(), to.id, store.OneTimeReset)
	}, &about{admin: members, self: notSelf, states: [4]service.Code{noneOpen, noneOpen, noneOpen, gone}}},
	{"EndCode", func(a *client.Admin, _, to *user) error {
		return a.EndCode(to.h.Context(), to.id, store.OneTimeHelp)
	}, &about{admin: everybody, self: notSelf, states: [4]service.Code{noneOpen, noneOpen, noneOpen, gone}}},
	{"KnownVault", func(a *client.Admin, _, to *user) error {
		_, _, err := a.KnownVault(to.h.Context())
		return err
	}, nil},
	{"ComputersOf", func(a *client.Admin, _, to *user) error {
		_, err := a.ComputersOf(to.h.Context(), to.id)
		return err
	}, &about{admin: members, self: notSelf, states: [4]service.Code{"", "", "", gone}}},
	{"RemoveComputer", func(a *client.Admin, by, to *user) error {
		return a.RemoveComputer(to.h.Context(), to.id, "none", by.proof())
	}, &about{admin: members, self: notSelf, states: [4]service.Code{service.CodeComputerGone, service.CodeComputerGone, service.CodeComputerGone, gone}}},
	{"OpenCodes", func(a *client.Admin, _, to *user) error { _, err := a.OpenCodes(to.h.Context()); return err }, nil},
	{"BeginRun", func(a *client.Admin, by, to *user) error {
		_, err := a.BeginRun(to.h.Context(), service.RunRequest{Members: []string{to.id}, Reason: "new phones", Kind: store.RunPrint}, by.proof())
		return err
	}, &about{admin: members, self: off, states: [4]service.Code{"", service.CodeMemberInvited, suspended, gone}}},
	{"AskApproval", asking(store.ApprovePrintRun), &about{admin: members, self: "", states: [4]service.Code{"", "", "", gone}}},
	{"AskApproval", asking(store.ApproveResetPassword), &about{admin: members, self: notSelf, states: [4]service.Code{"", "", "", gone}}},
	{"AskApproval", asking(store.ApproveReset2FA), &about{admin: everybody, self: notSelf, states: [4]service.Code{"", "", "", gone}}},
	{"AskApproval", asking(store.ApproveHelpCode), &about{admin: everybody, self: notSelf, states: [4]service.Code{"", "", "", gone}}},
	{"AskApproval", askingForAll(store.ApproveDropRequirement), nil},
	{"AskApproval", askingForAll(store.ApproveTwoPeopleOff), nil},
	{"Member", func(a *client.Admin, _, to *user) error {
		_, err := a.Member(to.h.Context(), to.id)
		return err
	}, &about{admin: everybody, self: "", states: [4]service.Code{"", "", "", gone}}},

	{"AddMember", func(a *client.Admin, by, to *user) error {
		_, err := a.AddMember(to.h.Context(), service.NewMember{Name: "N", Email: "new@example.com", Role: store.RoleMember}, by.proof())
		return err
	}, nil},
	{"AddMembers", func(a *client.Admin, by, to *user) error {
		_, err := a.AddMembers(to.h.Context(), []service.NewMember{{Name: "N", Email: "other@example.com", Role: store.RoleMember}}, by.proof(), nil)
		return err
	}, nil},
	{"CheckMembers", func(a *client.Admin, _, to *user) error {
		_, err := a.CheckMembers(to.h.Context(), []service.NewMember{{Name: "N"}})
		return err
	}, nil},
	{"Members", func(a *client.Admin, _, to *user) error { _, err := a.Members(to.h.Context()); return err }, nil},
	{"Approvals", func(a *client.Admin, _, to *user) error { _, err := a.Approvals(to.h.Context()); return err }, nil},
	{"Approve", func(a *client.Admin, by, to *user) error { return a.Approve(to.h.Context(), "x", by.proof()) }, nil},
	{"Refuse", func(a *client.Admin, _, to *user) error { return a.Refuse(to.h.Context(), "x") }, nil},
	{"Policy", func(a *client.Admin, _, to *user) error { _, err := a.Policy(to.h.Context()); return err }, nil},
	{"RenameWorkspace", func(a *client.Admin, _, to *user) error { return a.RenameWorkspace(to.h.Context(), "Other") }, nil},
	{"SetCheckDays", func(a *client.Admin, _, to *user) error { return a.SetCheckDays(to.h.Context(), 30) }, nil},
	{"SetIdle", func(a *client.Admin, _, to *user) error { return a.SetIdle(to.h.Context(), 7) }, nil},
	{"SetQuickUnlock", func(a *client.Admin, by, to *user) error {
		return a.SetQuickUnlock(to.h.Context(), true, "", by.proof())
	}, nil},
	{"SetSupport", func(a *client.Admin, _, to *user) error { return a.SetSupport(to.h.Context(), "Room 4") }, nil},
	{"NameAdmins", func(a *client.Admin, _, to *user) error { return a.NameAdmins(to.h.Context(), false) }, nil},
	{"SetTwoPeople", func(a *client.Admin, by, to *user) error {
		return a.SetTwoPeople(to.h.Context(), false, "", by.proof())
	}, nil},
	{"Rehearse", func(a *client.Admin, _, to *user) error { _, err := a.Rehearse(to.h.Context()); return err }, nil},
	{"Require2FA", func(a *client.Admin, by, to *user) error {
		return a.Require2FA(to.h.Context(), to.h.clock.now().Add(time.Hour), "", by.proof())
	}, nil},
	{"DropRequirement", func(a *client.Admin, by, to *user) error {
		return a.DropRequirement(to.h.Context(), "", by.proof())
	}, nil},
	{"Clock", func(a *client.Admin, _, to *user) error { _, err := a.Clock(to.h.Context()); return err }, nil},
	{"ConfirmClock", func(a *client.Admin, by, to *user) error { return a.ConfirmClock(to.h.Context(), by.proof()) }, nil},
	{"PreviewRun", func(a *client.Admin, _, to *user) error {
		_, err := a.PreviewRun(to.h.Context(), []string{to.id})
		return err
	}, nil},
	{"Runs", func(a *client.Admin, _, to *user) error { _, err := a.Runs(to.h.Context(), 0); return err }, nil},
	{"Ledger", func(a *client.Admin, _, to *user) error { _, err := a.Ledger(to.h.Context(), 1); return err }, nil},
	{"Unacknowledged", func(a *client.Admin, _, to *user) error {
		_, err := a.Unacknowledged(to.h.Context())
		return err
	}, nil},
	{"HandOver", func(a *client.Admin, _, to *user) error {
		_, err := a.HandOver(to.h.Context(), 1, []int{1})
		return err
	}, nil},
	{"VoidSheets", func(a *client.Admin, _, to *user) error {
		_, err := a.VoidSheets(to.h.Context(), 1, []int{1})
		return err
	}, nil},
	{"Log", func(a *client.Admin, _, to *user) error {
		_, err := a.Log(to.h.Context(), service.LogQuery{})
		return err
	}, nil},
	{"LogHead", func(a *client.Admin, _, to *user) error { _, err := a.LogHead(to.h.Context()); return err }, nil},
	{"Backup", func(a *client.Admin, by, to *user) error {
		return a.Backup(to.h.Context(), by.proof(), nil, func(service.BackupCopy) error { return nil })
	}, nil},
	{"Move", func(a *client.Admin, by, to *user) error {
		return a.Move(to.h.Context(), by.proof(), func(service.BackupCopy) error { return nil })
	}, nil},
	{"Prove", func(a *client.Admin, by, to *user) error {
		return a.Prove(to.h.Context(), service.EachTime, by.proof())
	}, nil},
	{"NameDocuments", func(a *client.Admin, _, to *user) error { return a.NameDocuments(to.h.Context(), nil) }, nil},
	{"PurgeDocuments", func(a *client.Admin, _, to *user) error { return a.PurgeDocuments(to.h.Context(), nil) }, nil},
	{"BeginRotation", func(a *client.Admin, by, to *user) error { return a.BeginRotation(to.h.Context(), by.proof()) }, nil},
	{"Rotation", func(a *client.Admin, _, to *user) error { _, err := a.Rotation(to.h.Context()); return err }, nil},
	{"HoldRotation", func(a *client.Admin, _, to *user) error { return a.HoldRotation(to.h.Context(), true) }, nil},
	{"RotateDocuments", func(a *client.Admin, _, to *user) error { return a.RotateDocuments(to.h.Context(), 1, nil) }, nil},
	{"EndRotation", func(a *client.Admin, _, to *user) error { _, err := a.EndRotation(to.h.Context(), nil); return err }, nil},
	{"RotationStart", func(a *client.Admin, _, to *user) error { _, _, err := a.RotationStart(to.h.Context()); return err }, nil},
	{"RotationEnd", func(a *client.Admin, _, to *user) error { _, _, _, err := a.RotationEnd(to.h.Context()); return err }, nil},
	{"Rotate", func(a *client.Admin, _, to *user) error { return a.Rotate(to.h.Context(), nil) }, nil},
	{"MakeKit", func(a *client.Admin, by, to *user) error {
		_, err := a.MakeKit(to.h.Context(), by.proof())
		return err
	}, nil},
	{"KitState", func(a *client.Admin, _, to *user) error { _, err := a.KitState(to.h.Context()); return err }, nil},
	{"NoteSecretsPassphrase", func(a *client.Admin, _, to *user) error { return a.NoteSecretsPassphrase(to.h.Context()) }, nil},
	{"NoteRestored", func(a *client.Admin, _, to *user) error {
		return a.NoteRestored(to.h.Context(), to.h.clock.now())
	}, nil},
	{"NoteExport", func(a *client.Admin, _, to *user) error {
		return a.NoteExport(to.h.Context(), service.ExportOpened, service.SeenExport{Run: 1})
	}, nil},
	{"SigningKey", func(a *client.Admin, _, to *user) error { _, err := a.SigningKey(to.h.Context()); return err }, nil},
	{"VerifyLog", func(a *client.Admin, _, to *user) error {
		_, err := a.VerifyLog(to.h.Context(), nil)
		return err
	}, nil},
	{"ProveEvent", func(a *client.Admin, _, to *user) error {
		_, err := a.ProveEvent(to.h.Context(), 1)
		return err
	}, nil},
	{"LogState", func(a *client.Admin, _, to *user) error {
		_, err := a.LogState(to.h.Context())
		return err
	}, nil},
	{"ExportLog", func(a *client.Admin, _, to *user) error {
		_, err := a.ExportLog(to.h.Context(), io.Discard, nil)
		return err
	}, nil},
}

func TestAdmin_EachMethodHasACase(t *testing.T) {
	t.Parallel()
	for m := range reflect.TypeFor[*client.Admin]().Methods() {
		if !slices.ContainsFunc(adminCases, func(d adminCase) bool { return d.method == m.Name }) {
			t.Errorf("nothing says who may use %s, and on whom", m.Name)
		}
	}
}

func TestAdmin_EachRoleMayDoWhatTheTableSays(t *testing.T) {
	t.Parallel()
	for i, d := range adminCases {
		if d.about == nil {
			continue
		}
		t.Run(d.method+string(rune('a'+i)), func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			admin := h.one(person{role: store.RoleAdmin})
			for _, by := range []*user{owner, admin} {
				a := by.admin()
				byOwner := by == owner
				for _, role := range everybody {
					for n, state := range states {
						to := h.one(person{role, state, state == store.ProfileActive || state == store.ProfileSuspended})
						want := d.about.states[n]
						if want != gone && !byOwner && !slices.Contains(d.about.admin, role) {
							want = service.CodeForbidden
						}
						d.expect(h, a, by, to, want)
					}
				}
				h.one(person{role: store.RoleOwner}) // the others may be none by now
				want := d.about.self
				if want == "" && !byOwner && d.method == "SetRole" {
					want = service.CodeForbidden
				}
				d.expect(h, a, by, by, want)
				if d.method == "SetRole" && byOwner { // who is none any more is refused from now on
					d.expect(h, a, by, by, service.CodeForbidden)
				}
			}
		})
	}
}

// expect does it and wants this code, or none. What is refused changes nothing.
func (d adminCase) expect(h *fixture, a *client.Admin, by, to *user, want service.Code) {
	h.Helper()
	before := h.profile(to.id)
	err := d.do(a, by, to)
	if want == "" {
		if err != nil {
			h.Errorf("%s by %s to %s, who is %q: %v", d.method, by.name, to.name, before.State, err)
		}
		return
	}
	if !service.IsCode(err, want) {
		h.Errorf("%s by %s to %s, who is %q: %v, not %s", d.method, by.name, to.name, before.State, err, want)
	}
	if after := h.profile(to.id); !reflect.DeepEqual(before, after) {
		h.Errorf("%s by %s to %s was refused, and changed %+v to %+v", d.method, by.name, to.name, before, after)
	}
}

func TestAdmin_FormerAdminIsRefusedEachMethod(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	to := h.one(person{role: store.RoleMember, on: true})
	demoted, out, locked := h.one(person{role: store.RoleAdmin}), h.one(person{role: store.RoleAdmin}), h.one(person{role: store.RoleAdmin})
	a, b, c := demoted.admin(), out.admin(), locked.signIn()
	byLocked, err := c.Admin(t.Context())
	h.ok(err)
	mine := owner.admin()
	h.ok(mine.SetRole(t.Context(), demoted.id, store.RoleMember, owner.proof()))
	h.ok(mine.Suspend(t.Context(), out.id))
	h.ok(c.End(t.Context()))
	for _, d := range adminCases {
		d.expect(h, a, demoted, to, service.CodeForbidden)
		d.expect(h, b, out, to, service.CodeSessionEnded)
		d.expect(h, byLocked, locked, to, service.CodeSessionEnded)
	}
}

func TestAdmin_IsRefusedToAMember(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	_, err := h.one(person{role: store.RoleMember}).signIn().Admin(t.Context())
	h.refused(err, service.CodeForbidden)
}

func TestAdmin_LastOwnerStaysOwner(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.people(person{role: store.RoleOwner, state: store.ProfileSuspended}, person{role: store.RoleOwner, state: store.ProfileInvited})
	a := owner.admin()
	for _, role := range []store.Role{store.RoleAdmin, store.RoleMember} {
		h.refused(a.SetRole(t.Context(), owner.id, role, owner.proof()), service.CodeLastOwner)
	}
	h.refused(a.Suspend(t.Context(), owner.id), service.CodeNotYourself)
	h.refused(a.Remove(t.Context(), owner.id, owner.proof()), service.CodeNotYourself)
	h.refused(a.Reset2FA(t.Context(), owner.id, "", owner.proof()), service.CodeNotYourself)
	second := h.one(person{role: store.RoleOwner})
	other := second.admin()
	h.ok(a.SetRole(t.Context(), owner.id, store.RoleMember, owner.proof()))
	h.refused(other.SetRole(t.Context(), second.id, store.RoleMember, second.proof()), service.CodeLastOwner)
}

func TestAddMember_AdminAddsMembersAndOwnerAddsAnyRole(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	a := admin.admin()
	for _, role := range []store.Role{store.RoleOwner, store.RoleAdmin} {
		o := owner.admin() // of a sign-in of its own: one proof is good for both
		n := service.NewMember{Name: "N", Email: string(role) + "@example.com", Role: role}
		_, err := a.AddMember(t.Context(), n, admin.proof())
		h.refused(err, service.CodeForbidden)
		_, err = o.AddMember(t.Context(), n, client.Proof{})
		h.refused(err, service.CodePasswordRequired)
		_, err = o.AddMember(t.Context(), n, owner.proof())
		h.ok(err)
	}
	_, err := a.AddMember(t.Context(), service.NewMember{Name: "N", Email: "m@example.com", Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	_, err = owner.admin().AddMember(t.Context(), service.NewMember{Name: "N", Email: "x@example.com", Role: "boss"}, owner.proof())
	h.refused(err, service.CodeRoleUnknown)
}
