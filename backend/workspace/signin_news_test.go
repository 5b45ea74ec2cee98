package workspace_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
)

// kinds are those of the news that a user is told when they sign in.
func (p *user) kinds() (all []string) {
	p.h.Helper()
	for _, n := range p.signIn().Welcome().News {
		all = append(all, n.Kind)
	}
	return all
}

func TestNews_ClockSetBackHidesNoneOfThem(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember, on: true})
	member.signIn()
	h.clock.step(-90 * 24 * time.Hour)
	a := owner.admin()
	h.ok(a.SetRole(t.Context(), member.id, store.RoleAdmin, owner.proof()))
	h.ok(a.Reset2FA(t.Context(), member.id, "", owner.proof()))
	member.phone = phone{}
	h.clock.step(90 * 24 * time.Hour)
	if got := member.kinds(); !slices.Equal(got, []string{"2fa-reset", "role-changed"}) {
		t.Errorf("told %v", got)
	}
	if got := member.kinds(); len(got) > 0 {
		t.Errorf("told again %v", got)
	}
}

func TestNews_ClockSetBackHidesNoNewSheet(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember, on: true})
	member.signIn()
	h.clock.step(-90 * 24 * time.Hour)
	owner.printed(member)
	h.clock.step(90 * 24 * time.Hour)
	if got := member.kinds(); !slices.Equal(got, []string{"run-sheet-issued"}) {
		t.Errorf("told %v", got)
	}
	if got := member.kinds(); len(got) > 0 {
		t.Errorf("told again %v", got)
	}
}

// A clock that was ahead while somebody signed in hides nothing either.
func TestNews_ClockThatWasAheadHidesNoneOfThem(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember})
	h.clock.step(365 * 24 * time.Hour)
	member.signIn()
	h.clock.step(-365 * 24 * time.Hour)
	h.ok(owner.admin().SetRole(t.Context(), member.id, store.RoleAdmin, owner.proof()))
	if got := member.kinds(); !slices.Equal(got, []string{"role-changed"}) {
		t.Errorf("told %v", got)
	}
}

func TestNews_TellsOfTenAtMost(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember})
	a := owner.admin()
	for range 6 {
		h.ok(a.Suspend(t.Context(), p.id))
		h.ok(a.Resume(t.Context(), p.id))
	}
	if news := p.signIn().Welcome().News; len(news) != 10 {
		t.Errorf("%d of 12: %+v", len(news), news)
	}
}

func TestNews_SheetsThatOneIssuedHideNoneOfOnesOwn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	admin := h.one(person{role: store.RoleAdmin, on: true})
	m := h.membersWith2FA(1)[0]
	a := admin.admin()
	owner.printed(admin, m)
	r, err := a.BeginRun(t.Context(), service.RunRequest{Members: []string{m.id}, Reason: "r", Kind: store.RunPrint}, admin.proof())
	h.ok(err)
	h.ok(r.Issue(t.Context(), nil, func(client.RunSheet) error { return nil }))
	h.ok(second(r.PutInForce(t.Context(), nil)))
	news := admin.signIn().Welcome().News
	if len(news) != 1 || news[0].Kind != "run-sheet-issued" || news[0].Detail["run"] != "1" || news[0].By != owner.name {
		t.Errorf("%+v", news)
	}
}

func TestOwnNews_TellsOfAllThatSomebodyComesInWith(t *testing.T) {
	t.Parallel()
	h, owner, _, _ := withApps(t)
	s := owner.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), owner.proof())))
	h.ok(s.KeepNewCodes(t.Context()))
	h.addApp(owner, "Tablet")
	if got := owner.kinds(); !slices.Equal(got, []string{"app-added", "recovery-codes-replaced"}) {
		t.Errorf("told %v", got)
	}
}

func TestOwnNews_OthersPutNoneOfItAway(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.one(person{role: store.RoleMember, on: true})
	h.ok(member.signIn().ChangeEmail(t.Context(), "somewhere@example.org", member.proof()))
	member.email = "somewhere@example.org"
	news := member.signIn().Welcome().News
	if len(news) != 1 {
		t.Fatalf("%+v", news)
	}
	h.ok(owner.signIn().PutNewsAway(t.Context(), news[0].Stays))
	if got := member.kinds(); !slices.Equal(got, []string{"email-changed"}) {
		t.Errorf("told %v", got)
	}
}

func TestOwnNews_TenAtMostAndThenThoseBefore(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	for i := range 12 {
		h.ok(owner.signIn().ChangeEmail(t.Context(), fmt.Sprintf("amara%d@example.org", i), owner.proof()))
		owner.email = fmt.Sprintf("amara%d@example.org", i)
	}
	s := owner.signIn()
	news := s.Welcome().News
	if len(news) != 10 || news[0].Detail["to"] != "amara11@example.org" {
		t.Fatalf("%d: %+v", len(news), news)
	}
	for _, n := range news {
		h.ok(s.PutNewsAway(t.Context(), n.Stays))
	}
	if news := owner.signIn().Welcome().News; len(news) != 2 || news[0].Detail["to"] != "amara1@example.org" {
		t.Errorf("%+v", news)
	}
}
