package workspace_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

func TestInviteAgain_ReplacesTheInvitationsOfThoseWhoWait(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	first, err := a.AddMembers(t.Context(), []service.NewMember{
		{Name: "Ben", Email: "ben@example.com", Role: store.RoleMember}, {Name: "Chi", Email: "chi@example.com", Role: store.RoleMember},
	}, owner.proof(), nil)
	h.ok(err)
	in := h.one(person{role: store.RoleMember, on: true})
	ids := []string{first[0].ProfileID, in.id, first[1].ProfileID, first[0].ProfileID}
	far := int64(0)
	given, err := a.InviteAgain(t.Context(), ids, owner.proof(), func(done, total int64) { far = total })
	h.ok(err)
	all := h.eventsAfter(0)
	if e := all[len(all)-1]; e.Kind != "members-invited-again" || e.Subject != "" || e.Detail["count"] != "2" || e.Detail["members"] != first[0].ProfileID+" "+first[1].ProfileID {
		t.Errorf("%+v", e)
	}
	if len(given) != 2 || given[0].Name != "Ben" || given[1].Name != "Chi" || far != 2 {
		t.Fatalf("%d new invitations, of %d: %+v", len(given), far, given)
	}
	password := secret.NewText("copper meadow lantern 12")
	_, _, err = h.w.Redeem(t.Context(), "ben@example.com", secret.NewText(first[0].Code.Display()), password)
	h.refused(err, service.CodeInvitationWrong)
	s, _, err := h.w.Redeem(t.Context(), "ben@example.com", secret.NewText(given[0].Code.Display()), password)
	h.ok(err)
	if s == nil {
		t.Fatal("the new invitation does not lead in")
	}
	// Ben has come in: only Chi is invited once more.
	again, err := a.InviteAgain(t.Context(), ids, owner.proof(), nil)
	h.ok(err)
	if len(again) != 1 || again[0].Name != "Chi" {
		t.Errorf("%+v", again)
	}
	all = h.eventsAfter(0)
	if e := all[len(all)-1]; e.Kind != "invited-again" || e.Subject != first[1].ProfileID {
		t.Errorf("%+v", e)
	}
	_, err = a.InviteAgain(t.Context(), []string{in.id}, client.Proof{}, nil) // which is told before a proof is asked for
	h.refused(err, service.CodeNobodyChosen)
	_, err = a.InviteAgain(t.Context(), nil, owner.proof(), nil)
	h.refused(err, service.CodeNobodyChosen)
	_, err = a.InviteAgain(t.Context(), make([]string, service.MaxImport+1), owner.proof(), nil)
	h.refused(err, service.CodeImportLong)
}

func TestInviteAgain_GivesNothingWithoutAProof(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	invited := h.one(person{role: store.RoleMember, state: store.ProfileInvited})
	before := h.head()
	_, err := owner.admin().InviteAgain(t.Context(), []string{invited.id}, client.Proof{Password: secret.NewText("not the password at all")}, nil)
	h.refused(err, service.CodePasswordWrong)
	for _, e := range h.eventsAfter(before) {
		if e.Kind == "invited-again" || e.Kind == "members-invited-again" {
			t.Error("it was done")
		}
	}
}

// Somebody who comes in while the codes are made keeps what they have.
func TestInviteAgain_LeavesOutWhoComesInMeanwhile(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	steps := h.onSteps()
	people := h.people(person{role: store.RoleMember, state: store.ProfileInvited}, person{role: store.RoleMember, state: store.ProfileInvited})
	owner := h.one(person{role: store.RoleOwner})
	a := owner.admin()
	steps.before(3, func() { // the guess, the step-up, the act
		h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
			p, err := tx.Profile(people[0].id)
			if err != nil {
				return err
			}
			p.State = store.ProfileActive
			return tx.UpdateProfile(p)
		}))
	})
	given, err := a.InviteAgain(t.Context(), []string{people[0].id, people[1].id}, owner.proof(), nil)
	h.ok(err)
	if len(given) != 1 || given[0].ProfileID != people[1].id {
		t.Errorf("%+v", given)
	}
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		if _, err := tx.OneTime(people[0].id, store.OneTimeInvitation); err == nil {
			t.Error("who is in has an invitation")
		}
		return nil
	}))
}
