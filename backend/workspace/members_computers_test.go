package workspace_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// removedNews is what somebody is told of a computer that was taken from them.
func removedNews(h *fixture, s *client.Session) service.News {
	h.Helper()
	news := s.Welcome().News
	i := slices.IndexFunc(news, func(n service.News) bool { return n.Kind == "members-computer-removed" })
	if i < 0 {
		h.Fatalf("they are not told: %+v", news)
	}
	return news[i]
}

// TestRemoveComputer_AdminTakesAStolenOne: its owner is away, and has another one.
func TestRemoveComputer_AdminTakesAStolenOne(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	p := h.one(person{role: store.RoleMember})
	p.fromServed()
	first := p.at
	stolen, id := p.anotherComputer()
	taken := p.signInAt(stolen)
	given, err := taken.GiveComputerCode(t.Context(), p.proof()) // by the thief, for a computer of theirs
	h.ok(err)
	before := h.profile(p.id).Password.Share
	a := admin.admin()
	list, err := a.ComputersOf(t.Context(), p.id)
	h.ok(err)
	if len(list.All) != 2 || list.NeedsReset || list.All[1].ID != id || list.All[1].Name != "Laptop" || list.All[1].LastUsedAt.IsZero() || list.All[1].AddedAt.IsZero() {
		t.Errorf("%+v", list)
	}
	h.refused(a.RemoveComputer(t.Context(), p.id, "none", admin.proof()), service.CodeComputerGone)
	h.clock.step(time.Minute)
	h.ok(a.RemoveComputer(t.Context(), p.id, id, admin.proof()))
	h.refused(a.RemoveComputer(t.Context(), p.id, id, admin.proof()), service.CodeComputerGone)
	_, err = taken.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, _, err = stolen.SignIn(t.Context(), p.email, secret.NewText(p.pass))
	h.refused(err, service.CodeComputerUnknown)
	thiefs := h.elsewhere(keychain.NewMemory(), "Thief’s")
	h.refused(thiefs.AddComputer(t.Context(), p.email, secret.NewText(given.Code.Display())), service.CodeOneTimeEnded)

	s := p.signInAt(first)
	if n := removedNews(h, s); n.By == "" || n.By == h.profile(p.id).Name || n.Detail["name"] != "Laptop" || n.Detail["last"] != "no" {
		t.Errorf("told: %+v", n)
	}
	if left, err := s.Computers(t.Context()); err != nil || len(left.All) != 1 || !left.Exposed {
		t.Errorf("%+v, %v", left, err)
	}
	// The stolen one has the share. With the next password comes another.
	third, _ := p.anotherComputer()
	h.clock.step(time.Minute)
	h.ok(p.signInAt(first).ChangePassword(t.Context(), secret.NewText(p.pass), secret.NewText("granite lagoon whisper 47"), client.FactorInput{}))
	p.pass = "granite lagoon whisper 47"
	changed := h.profile(p.id).Password.Share
	if changed == before {
		t.Error("the stolen computer’s share is still the one")
	}
	for _, w := range []*client.Workspace{first, third} {
		s := p.signInAt(w)
		if left, err := s.Computers(t.Context()); err != nil || len(left.All) != 2 || left.Exposed || left.All[0].Strange || left.All[1].Strange {
			t.Errorf("%+v, %v", left, err)
		}
	}
	h.clock.step(time.Minute)
	h.ok(p.signInAt(first).ChangePassword(t.Context(), secret.NewText(p.pass), secret.NewText("harbour pencil orbit 52"), client.FactorInput{}))
	if h.profile(p.id).Password.Share != changed {
		t.Error("a share is replaced that nobody else has")
	}
}

// TestRemoveComputer_LastOneTakesThePasswordWithIt: or whoever has it would come in again, since a profile without computers signs in from everywhere.
func TestRemoveComputer_LastOneTakesThePasswordWithIt(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	admin := h.one(person{role: store.RoleAdmin})
	p := h.one(person{role: store.RoleMember, on: true})
	p.fromServed()
	stolen := p.at
	taken := p.signInAt(stolen)
	waits := p.challenge()
	a := admin.admin()
	given, err := a.ResetPassword(t.Context(), p.id, "", admin.proof()) // of before
	h.ok(err)
	list, err := a.ComputersOf(t.Context(), p.id)
	h.ok(err)
	known := list.All[0].ID
	if !h.holds("profile/" + p.id) {
		t.Fatal("nothing is wrapped under the password")
	}
	h.clock.step(time.Minute)
	h.ok(a.RemoveComputer(t.Context(), p.id, known, admin.proof()))

	_, err = taken.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	_, err = waits.Verify(t.Context(), secret.NewText(p.phone.code()))
	h.refused(err, service.CodeChallengeEnded)
	_, _, err = stolen.SignIn(t.Context(), p.email, secret.NewText(p.pass))
	h.refused(err, service.CodeComputerUnknown)
	// Its email is one that nobody has, at the stolen computer and at any other, and guesses are not counted for the member.
	for _, at := range []string{known, "", "f00d"} {
		x, err := h.w.BeginSignIn(t.Context(), p.email, at)
		h.ok(err)
		y, err := h.w.BeginSignIn(t.Context(), "nobody@example.com", at)
		h.ok(err)
		if len(x.Terms().Salt) != len(y.Terms().Salt) || len(x.Terms().Share) != len(y.Terms().Share) || x.Terms().Params != y.Terms().Params || len(x.Terms().Box) != 0 {
			t.Errorf("the terms at %q tell that there is an account: %+v", at, x.Terms())
		}
	}
	if n := h.failures(p.id, store.KindPassword); n != 0 {
		t.Errorf("%d guesses are counted", n)
	}
	if h.holds("profile/" + p.id) {
		t.Error("what was wrapped under the password is still there")
	}
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		now, err := tx.Profile(p.id)
		if len(now.Password.Lock) != 0 || len(now.Password.PublicKey) != 0 || now.Password.Share != "" {
			t.Errorf("%+v", now.Password)
		}
		return err
	}))
	list, err = a.ComputersOf(t.Context(), p.id)
	h.ok(err)
	if len(list.All) != 0 || !list.NeedsReset {
		t.Errorf("%+v", list)
	}
	fresh := h.elsewhere(keychain.NewMemory(), "New")
	_, _, err = fresh.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText("granite lagoon whisper 47"))
	h.refused(err, service.CodeOneTimeEnded)

	h.restart()
	given, err = admin.admin().ResetPassword(t.Context(), p.id, "", admin.proof())
	h.ok(err)
	fresh = h.elsewhere(keychain.NewMemory(), "New")
	p.pass = "granite lagoon whisper 47"
	_, c, err := fresh.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText(p.pass))
	h.ok(err)
	h.clock.step(time.Minute)
	s, err := c.Verify(t.Context(), secret.NewText(p.phone.code()))
	h.ok(err)
	if n := removedNews(h, s); n.Detail["last"] != "yes" {
		t.Errorf("told: %+v", n)
	}
	if left, err := s.Computers(t.Context()); err != nil || len(left.All) != 1 || !left.All[0].Here || left.All[0].Name != "New" || left.Exposed {
		t.Errorf("%+v, %v", left, err)
	}
	if list, err := admin.admin().ComputersOf(t.Context(), p.id); err != nil || list.NeedsReset || len(list.All) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestRemoveComputer_WaitsForNoApproval: it only takes away, and a thief does not wait. The reset that gives a way in again does.
func TestRemoveComputer_WaitsForNoApproval(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	two := h.people(person{role: store.RoleAdmin, on: true}, person{role: store.RoleAdmin, on: true}, person{role: store.RoleMember})
	h.ok(owner.admin().SetTwoPeople(t.Context(), true, "", owner.proof()))
	p := two[2]
	p.fromServed()
	a := two[0].admin()
	all, err := a.ComputersOf(t.Context(), p.id)
	h.ok(err)
	h.ok(a.RemoveComputer(t.Context(), p.id, all.All[0].ID, two[0].proof()))
	_, err = a.ResetPassword(t.Context(), p.id, "", two[0].proof())
	h.refused(err, service.CodeApprovalNeeded)
}

// TestChangePassword_AnotherShareComesToEachComputer: a client that leaves one out, or adds one, would lock it out, or let it in.
func TestChangePassword_AnotherShareComesToEachComputer(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	p.another()
	s := p.signIn()
	list, err := s.Computers(t.Context())
	h.ok(err)
	next := h.chosen("granite lagoon whisper 47")
	next.Share = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, c := range list.All {
		next.Computers = append(next.Computers, service.NewComputer{Name: c.Name, Public: c.Public, Seal: bytes.Repeat([]byte{1}, len(c.Seal))})
	}
	all := next.Computers
	next.Computers = all[:1]
	if err := s.Session.ChangePassword(t.Context(), h.signed(s, pass), next); !errors.Is(err, store.ErrConflict) {
		t.Errorf("one is left out: %v", err)
	}
	next.Computers = append(slices.Clone(all), newComputer(keyOf(h, 5)))
	if err := s.Session.ChangePassword(t.Context(), h.signed(s, pass), next); !errors.Is(err, store.ErrConflict) {
		t.Errorf("one that nobody has added comes in: %v", err)
	}
	next.Computers = all
	h.ok(s.Session.ChangePassword(t.Context(), h.signed(s, pass), next))
}
