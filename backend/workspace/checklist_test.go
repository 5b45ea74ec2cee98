package workspace_test

import (
	"slices"
	"testing"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

// steps reads somebody's checklist: what is to be done, and what is done.
func (u *user) steps(s *client.Session) (open, done []service.ChecklistItem) {
	u.h.Helper()
	c, err := s.Checklist(u.h.Context())
	u.h.ok(err)
	for _, step := range c.Steps {
		if step.Done {
			done = append(done, step.Item)
		} else {
			open = append(open, step.Item)
		}
	}
	return open, done
}

func (u *user) expectSteps(s *client.Session, open ...service.ChecklistItem) {
	u.h.Helper()
	if got, _ := u.steps(s); !slices.Equal(got, open) {
		u.h.Errorf("%s still has to %v, not %v", u.name, got, open)
	}
}

func TestChecklist_EachStepKnowsWhenItIsDone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	_ = h.file() // of the backup
	s := owner.signIn()
	owner.expectSteps(s, service.StepTwoFactor, service.StepCodes, service.StepKit, service.StepBackup, service.StepMembers, service.StepSecondAdmin)
	a, err := s.Admin(t.Context())
	h.ok(err)
	_, err = a.MakeKit(t.Context(), owner.proof())
	h.ok(err)
	h.ok(a.Backup(t.Context(), owner.proof(), nil, func(service.BackupCopy) error { return nil }))
	owner.expectSteps(s, service.StepTwoFactor, service.StepCodes, service.StepMembers, service.StepSecondAdmin)
	h.one(person{role: store.RoleMember, on: true})
	admin := h.one(person{role: store.RoleAdmin})
	owner.expectSteps(s, service.StepTwoFactor, service.StepCodes, service.StepSecondAdmin)
	second := h.one(person{role: store.RoleAdmin, on: true})
	owner.expectSteps(s, service.StepTwoFactor, service.StepCodes)
	h.one(person{role: store.RoleMember}) // whoever comes after the second admin takes nothing back
	owner.expectSteps(s, service.StepTwoFactor, service.StepCodes)
	h.ok(a.Suspend(t.Context(), second.id))
	owner.expectSteps(s, service.StepTwoFactor, service.StepCodes, service.StepSecondAdmin)
	admin.expectSteps(admin.signIn(), service.StepTwoFactor, service.StepCodes, service.StepSecondAdmin)
	on := h.one(person{role: store.RoleOwner, on: true}) // who was given no codes
	on.expectSteps(on.signIn(), service.StepCodes, service.StepSecondAdmin)
}

func TestChecklist_OfAMemberIsTheirsAlone(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	who := h.one(person{role: store.RoleMember})
	s := who.signIn()
	who.expectSteps(s, service.StepTwoFactor, service.StepCodes)
	h.enable(s)
	who.expectSteps(s)
	if _, done := who.steps(s); len(done) != 2 {
		t.Errorf("done is %v", done)
	}
}

func TestPutChecklistAway_StaysSoForItsPersonAlone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	other := h.one(person{role: store.RoleMember})
	s, elsewhere := owner.signIn(), other.signIn()
	away := func(s *client.Session) bool {
		c, err := s.Checklist(t.Context())
		h.ok(err)
		return c.Away
	}
	if away(s) {
		t.Error("it begins away")
	}
	h.ok(s.PutChecklistAway(t.Context(), true))
	before := h.head()
	h.ok(s.PutChecklistAway(t.Context(), true))
	if h.head() != before {
		t.Error("what changes nothing is in the log")
	}
	if !away(owner.signIn()) || away(elsewhere) {
		t.Error("it is back at the next sign-in, or away for others")
	}
	h.ok(s.PutChecklistAway(t.Context(), false))
	if away(s) {
		t.Error("it does not come back")
	}
}
