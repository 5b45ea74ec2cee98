package workspace_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

func TestRemoveComputer_ItComesInNoMoreAndTheOthersGetANewShare(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	p.fromServed()
	first := p.at
	stays, _ := p.anotherComputer()
	stolen, id := p.anotherComputer()
	taken := p.signInAt(stolen)
	before := h.profile(taken.ProfileID()).Password
	s := p.signInAt(first)
	h.refused(s.RemoveComputer(t.Context(), id, client.Proof{Password: secret.NewText("a wrong password 1")}), service.CodePasswordWrong)
	list, err := s.Computers(t.Context())
	h.ok(err)
	h.refused(s.RemoveComputer(t.Context(), list.All[0].ID, p.proof()), service.CodeComputerHere)
	h.refused(s.RemoveComputer(t.Context(), "none", p.proof()), service.CodeComputerGone)
	h.ok(s.RemoveComputer(t.Context(), id, p.proof()))
	_, err = taken.Overview(t.Context())
	h.refused(err, service.CodeSessionEnded)
	after := h.profile(s.ProfileID()).Password
	if after.Share == before.Share || bytes.Equal(after.PublicKey, before.PublicKey) || bytes.Equal(after.Salt, before.Salt) {
		t.Error("the share that the stolen computer has is still the one")
	}
	_, _, err = stolen.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeComputerUnknown)
	boxes := func() (n int) {
		h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
			all, err := tx.Computers(s.ProfileID())
			n = 0
			for _, c := range all {
				if len(c.Box) > 0 {
					n++
				}
			}
			return err
		}))
		return n
	}
	if n := boxes(); n != 1 {
		t.Errorf("the share waits for %d computers", n)
	}
	for _, w := range []*client.Workspace{first, stays, stays} {
		in := p.signInAt(w)
		if list, err := in.Computers(t.Context()); err != nil || len(list.All) != 2 || list.All[0].Strange || list.All[1].Strange {
			t.Errorf("%+v, %v", list, err)
		}
		h.add(in, paper("Lease.txt", "Lease of the mill"))
	}
	if n := boxes(); n != 0 {
		t.Errorf("the share still waits for %d computers that have it", n)
	}
	given, err := p.signInAt(stays).GiveComputerCode(t.Context(), p.proof())
	h.ok(err)
	h.ok(stolen.AddComputer(t.Context(), email, secret.NewText(given.Code.Display()))) // it was found
	p.signInAt(stolen)
	h.ok(p.signInAt(first).ChangePassword(t.Context(), secret.NewText(pass), secret.NewText("granite lagoon whisper 47"), client.FactorInput{}))
	p.pass = "granite lagoon whisper 47"
	for _, w := range []*client.Workspace{first, stays, stolen} {
		p.signInAt(w)
	}
}

// TestRemoveComputer_OneThatNoneOfTheirsAddedGoesWithIt: who runs the server could have put it there, to be handed the next share.
func TestRemoveComputer_OneThatNoneOfTheirsAddedGoesWithIt(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	s := p.fromServed()
	other := p.another()
	spy := keyOf(h, 9)
	h.ok(workspace.Change(inner(h.w), t.Context(), func(tx store.WriteTx) error {
		return tx.SaveComputer(store.Computer{ProfileID: s.ProfileID(), ID: spy.ID(), Name: "Spy", SigningKey: spy.SigningKey, BoxKey: spy.BoxKey, Seal: make([]byte, 32), AddedAt: h.clock.now()})
	}))
	s = p.signIn()
	list, err := s.Computers(t.Context())
	h.ok(err)
	strange := 0
	for _, c := range list.All {
		if c.Strange {
			strange++
			if c.Name != "Spy" {
				t.Errorf("%s is taken for a stranger", c.Name)
			}
		}
	}
	if strange != 1 {
		t.Errorf("%d of %d are strangers", strange, len(list.All))
	}
	h.ok(s.RemoveComputer(t.Context(), other, p.proof()))
	if list, err = s.Computers(t.Context()); err != nil || len(list.All) != 1 || list.All[0].Name == "Spy" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestRemoveComputers_ClientThatLeavesOneOutIsRefused(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	a, b := p.another(), p.another()
	s := p.signIn()
	next := h.chosen(pass)
	next.Share = strings.Repeat("a", 32)
	proof := h.signed(s, pass)
	if err := s.RemoveComputers(t.Context(), []string{a}, proof, next); !errors.Is(err, store.ErrConflict) {
		t.Errorf("b would be gone as well: %v", err)
	}
	list, err := s.Computers(t.Context())
	h.ok(err)
	for _, c := range list.All {
		if c.ID != a {
			next.Computers = append(next.Computers, service.NewComputer{Name: c.Name, Public: c.Public, Seal: c.Seal})
		}
	}
	if err := s.RemoveComputers(t.Context(), nil, proof, next); !errors.Is(err, service.ErrMalformed) {
		t.Errorf("none is removed: %v", err)
	}
	same := next
	same.Share = h.profile(s.ProfileID()).Password.Share
	if err := s.RemoveComputers(t.Context(), []string{a}, proof, same); !errors.Is(err, service.ErrMalformed) {
		t.Errorf("the share stays: %v", err)
	}
	another := next
	another.Computers = append(another.Computers, newComputer(keyOf(h, 5)))
	if err := s.RemoveComputers(t.Context(), []string{a}, proof, another); !errors.Is(err, store.ErrConflict) {
		t.Errorf("one that nobody has added comes in: %v", err)
	}
	if list, err = s.Computers(t.Context()); err != nil || len(list.All) != 3 {
		t.Errorf("%+v, %v", list, err)
	}
	h.ok(s.RemoveComputers(t.Context(), []string{a}, proof, next))
	if list, err = s.Computers(t.Context()); err != nil || len(list.All) != 2 || list.All[1].ID != b {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestRemove_TakesTheComputersOfAMember(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	p := h.one(person{role: store.RoleMember})
	p.another()
	h.ok(h.keeper().Remove(t.Context(), p.id, client.Proof{Password: secret.NewText(pass)}))
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		all, err := tx.Computers(p.id)
		if len(all) > 0 {
			t.Errorf("%d are left", len(all))
		}
		return err
	}))
}
