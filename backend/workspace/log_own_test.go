package workspace_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// ownLog is all of what a person's own log says, in sentences.
func (h *fixture) ownLog(s *client.Session) (said []string) {
	h.Helper()
	page, err := s.OwnLog(h.Context(), 0, service.LogLimit)
	h.ok(err)
	for _, e := range page.Entries {
		said = append(said, sentence(e))
	}
	return said
}

func TestOwnLog_TellsAMemberWhatConcernsThem(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	both := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	member, other := both[0], both[1]
	a := owner.admin()
	owner.printed(member)
	h.ok(a.SetRole(t.Context(), other.id, store.RoleAdmin, owner.proof()))
	h.ok(a.SetRole(t.Context(), member.id, store.RoleAdmin, owner.proof()))
	_, err := a.AskApproval(t.Context(), store.ApproveReset2FA, []string{member.id}, "a secret reason", owner.proof())
	h.ok(err)
	_, err = member.challenge().Verify(t.Context(), secret.NewText(member.phone.wrong()))
	h.refused(err, service.CodeCodeWrong)
	s := member.signIn()
	h.ok(s.Rename(t.Context(), "Another Name"))
	said := h.ownLog(s)
	for _, want := range []string{
		"Another Name changed the name", "Another Name signed in with a verification code.", "Incorrect verification code for Another Name.",
		"changed the role of Another Name from member to admin.", "issued recovery sheet",
	} {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%q is not in\n%s", want, strings.Join(said, "\n"))
		}
	}
	all := strings.Join(said, "\n")
	for _, never := range []string{"a secret reason", h.profile(other.id).Name, "created the workspace", "counted before"} {
		if strings.Contains(all, never) {
			t.Errorf("%q is in\n%s", never, all)
		}
	}
	if !strings.HasPrefix(said[0], "Another Name changed the name") {
		t.Errorf("the newest is %s", said[0])
	}
}

// Of a run for many, the person is told of their own sheet, and of nobody else's.
func TestOwnLog_OfSheetsForManyHasOnesOwn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	both := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	owner.printed(both...)
	for i, who := range both {
		s := who.signIn()
		page, err := s.OwnLog(t.Context(), 0, service.LogLimit)
		h.ok(err)
		at := slices.IndexFunc(page.Entries, func(e service.LogEntry) bool { return e.Kind == "run-sheet-issued" })
		if at < 0 {
			t.Fatalf("no sheet in %v", kinds(page))
		}
		e := page.Entries[at]
		o, err := s.Overview(t.Context())
		h.ok(err)
		if e.Subject.ID != who.id || e.Detail["sheets"] != strconv.Itoa(o.TwoFactor.Codes.Sheet) || e.Detail["members"] != "" {
			t.Errorf("%d: %+v of %+v", i, e.Detail, e.Subject)
		}
		if e.Actor.Name == "" || e.Actor.Email != "" {
			t.Errorf("of who issued it, it says %+v", e.Actor)
		}
	}
}

func TestOwnLog_OfSheetsForOthersHasNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	all := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	owner.printed(all[:2]...)
	page, err := all[2].signIn().OwnLog(t.Context(), 0, service.LogLimit)
	h.ok(err)
	if slices.ContainsFunc(page.Entries, func(e service.LogEntry) bool { return strings.HasPrefix(e.Kind, "run-") }) {
		t.Errorf("%v", kinds(page))
	}
}

func TestOwnLog_IsReadInPages(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	all := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	owner.printed(all...)
	s := all[0].signIn()
	for _, name := range []string{"A", "B", "C", "D"} {
		h.ok(s.Rename(t.Context(), name))
	}
	whole, err := s.OwnLog(t.Context(), 0, service.LogLimit)
	h.ok(err)
	if whole.Next != 0 || whole.Head != 0 {
		t.Errorf("next %d, head %d", whole.Next, whole.Head)
	}
	var paged []int64
	for before, turn := int64(0), 0; ; turn++ {
		page, err := s.OwnLog(t.Context(), before, 2)
		h.ok(err)
		if turn > len(whole.Entries) || len(page.Entries) > 2 {
			t.Fatalf("page %d has %d entries", turn, len(page.Entries))
		}
		for _, e := range page.Entries {
			paged = append(paged, e.Seq)
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	var want []int64
	for _, e := range whole.Entries {
		want = append(want, e.Seq)
	}
	if !slices.Equal(paged, want) || !slices.IsSortedFunc(want, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("in pages %v, at once %v", paged, want)
	}
}

func TestOwnLog_HasTheKitsThatOneMade(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	other := h.one(person{role: store.RoleOwner})
	_, err := owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	made := func(p *user) bool {
		return slices.ContainsFunc(h.ownLog(p.signIn()), func(s string) bool { return strings.HasSuffix(s, "created an Emergency Kit.") })
	}
	if !made(owner) || made(other) {
		t.Errorf("who made it: %v, another owner: %v", made(owner), made(other))
	}
}

func TestOwnLog_IsOverWithTheSession(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(s.End(t.Context()))
	_, err := s.OwnLog(t.Context(), 0, 10)
	h.refused(err, service.CodeSessionEnded)
}
