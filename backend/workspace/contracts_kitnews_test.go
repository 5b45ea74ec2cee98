package workspace_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

const kitUsed, kitMade = "emergency-kit-used", "emergency-kit-made"

// withKit makes a kit as a user, and gives what comes in with it.
func withKit(by *user) func(name, email string) string {
	h := by.h
	h.Helper()
	kit, err := by.admin().MakeKit(h.Context(), by.proof())
	h.ok(err)
	return func(name, email string) string {
		h.Helper()
		s, _, err := h.w.UseKit(h.Context(), client.NewOwner{Name: name, Email: email, Password: secret.NewText("kettle drum marzipan 7"), Kit: kit.Identity})
		h.ok(err)
		return s.ProfileID()
	}
}

// told is what a user is told of the kit when they sign in: kind and by whom.
func (p *user) told() (all []string) {
	p.h.Helper()
	for _, n := range p.signIn().Welcome().News {
		if n.Kind == kitUsed || n.Kind == kitMade {
			all = append(all, n.Kind+" by "+n.By+" "+n.Detail["email"])
		}
	}
	return all
}

func (p *user) wantsTold(want ...string) {
	p.h.Helper()
	if got := p.told(); !slices.Equal(got, want) {
		p.h.Errorf("%s is told %q, not %q", p.name, got, want)
	}
}

func TestKitNews_EachOtherOwnerAndAdminIsToldOnce(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	others := h.people(person{role: store.RoleOwner, on: true}, person{role: store.RoleAdmin}, person{role: store.RoleMember})
	second, admin, member := others[0], others[1], others[2]
	for _, p := range others {
		p.signIn()
	}
	use := withKit(owner)
	if news := second.signIn().Welcome().News; len(news) != 1 || news[0].UsedKit || news[0].Kind != kitMade || news[0].By != "Amara Okafor" {
		t.Errorf("%+v", news)
	}
	admin.wantsTold()
	id := use("New Owner", otherEmail)
	at := h.clock.now()
	h.clock.step(time.Hour)

	used := kitUsed + " by New Owner " + otherEmail
	news := second.signIn().Welcome().News
	if len(news) != 1 || !news[0].UsedKit || news[0].Kind != kitUsed || news[0].By != "New Owner" || news[0].Detail["email"] != otherEmail || !news[0].At.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("%+v", news)
	}
	second.wantsTold() // it was told
	owner.wantsTold(used)
	owner.wantsTold()
	// Who came in with the kit, and has done away with the profile since, is still told of.
	h.ok(owner.admin().Remove(t.Context(), id, owner.proof()))
	admin.wantsTold(used)
	admin.wantsTold()
	member.wantsTold()
}

func TestKitNews_TellsOthersButNotTheUserOfTheKit(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	admin := h.one(person{role: store.RoleAdmin})
	admin.signIn()
	use := withKit(owner)
	// The only owner's profile is taken over: an admin is the one who can notice.
	use("Somebody", owner.email)
	admin.wantsTold(kitUsed + " by Amara Okafor " + email)
	owner.pass, owner.phone = "kettle drum marzipan 7", phone{}
	owner.wantsTold()
	third := &user{h: h, name: "Third", email: otherEmail, pass: owner.pass, id: use("Third", otherEmail)}
	third.wantsTold()
	owner.wantsTold(kitUsed + " by Third " + otherEmail)
	// Another kit for the same key: one piece of news, however many were made.
	for range 3 {
		_, err := third.admin().MakeKit(t.Context(), third.proof())
		h.ok(err)
	}
	owner.wantsTold(kitMade + " by Third ")
	third.wantsTold()
}

func TestKitNews_ClockSetBackOrManyActsHideNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	second := h.one(person{role: store.RoleOwner})
	second.signIn()
	use := withKit(owner)
	h.clock.step(-30 * 24 * time.Hour)
	use("Mallory", otherEmail)
	h.clock.step(60 * 24 * time.Hour)
	a := owner.admin()
	for i := range 12 {
		role := store.RoleAdmin
		if i%2 == 1 {
			role = store.RoleOwner
		}
		h.ok(a.SetRole(t.Context(), second.id, role, owner.proof()))
		_, err := a.MakeKit(t.Context(), owner.proof())
		h.ok(err)
	}
	second.wantsTold(kitMade+" by Amara Okafor ", kitUsed+" by Mallory "+otherEmail)
}

func TestKitNews_NewMemberIsToldOfNoEarlierUse(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	withKit(owner)("Earlier", otherEmail)
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "Late", Email: "late@example.com", Role: store.RoleOwner}, owner.proof())
	h.ok(err)
	s, _, err := h.w.Redeem(t.Context(), "late@example.com", secret.NewText(given.Code.Display()), secret.NewText("kettle drum marzipan 7"))
	h.ok(err)
	if n := s.Welcome().News; len(n) > 0 {
		t.Errorf("%+v", n)
	}
}

func TestKitNews_IsToldAgainIfEnrolmentDidNotFinish(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	kit, err := owner.admin().MakeKit(t.Context(), owner.proof())
	h.ok(err)
	second := h.one(person{role: store.RoleOwner})
	second.signIn()
	h.ok(owner.admin().Require2FA(t.Context(), h.clock.now(), "", owner.proof()))
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "Late", Email: "late@example.com", Role: store.RoleOwner}, owner.proof())
	h.ok(err)
	late := &user{h: h, name: "Late", email: "late@example.com", pass: pass}
	_, c, err := h.w.Redeem(t.Context(), late.email, secret.NewText(given.Code.Display()), secret.NewText(late.pass))
	h.ok(err)
	g, err := c.Enrol(t.Context())
	h.ok(err)
	late.enrolAt(g) // the first time: there is nothing to be told
	_, _, err = h.w.UseKit(t.Context(), client.NewOwner{Name: "New Owner", Email: otherEmail, Password: secret.NewText("kettle drum marzipan 7"), Kit: kit.Identity})
	h.ok(err)

	used := kitUsed + " by New Owner " + otherEmail
	late.wantsTold(used)
	late.wantsTold()
	g, err = second.challenge().Enrol(t.Context())
	h.ok(err)
	h.ok(g.End(t.Context()))
	g, err = second.challenge().Enrol(t.Context())
	h.ok(err)
	s, _ := second.enrolAt(g)
	if n := s.Welcome().News; len(n) != 1 || n[0].Kind != kitUsed {
		t.Errorf("%+v", n)
	}
	second.wantsTold(used)
	second.wantsTold()
}

func TestKitNews_TellsTheTenNewestUses(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	use := withKit(owner)
	for i := range 12 {
		use("Person "+strconv.Itoa(i), "k"+strconv.Itoa(i)+"@example.com")
	}
	if got := owner.told(); len(got) != 10 || got[0] != kitUsed+" by Person 11 k11@example.com" {
		t.Errorf("%q", got)
	}
	h.restart()
}

// News by nobody is none: who came in with the kit is what has to be told.
func TestKitNews_PersonThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	second := h.one(person{role: store.RoleOwner})
	second.signIn()
	id := withKit(owner)("New Owner", otherEmail)
	h.sneak("UPDATE profiles SET created_at = 253402300800000 WHERE id = '" + id + "'")
	_, _, err := h.w.SignIn(t.Context(), second.email, secret.NewText(second.pass))
	h.refused(err, service.CodeNotAuthentic)
}
