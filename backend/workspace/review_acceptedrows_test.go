package workspace_test

import (
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestAccept_KeyThatCannotBeUnwrappedClosesTheContracts(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease.txt", "Lease of the mill"))
	h.ok(h.store.Close())
	h.sneak("UPDATE vault_keys SET wrapped = x'00'")
	h.clock.step(time.Hour)
	if r := owner.accepts(); !r.Contracts.Closed {
		t.Error("the owner is not told that the contracts stay closed")
	}
	owner.signIn()
}

func TestAccept_OwnersProvenKeyGoesOnOpeningTheContracts(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease.txt", "Lease of the mill"))
	h.ok(h.store.Close())
	h.sneak("UPDATE vault_keys SET only_one = 1 - only_one WHERE holder = 'profile/" + owner.id + "'")
	h.clock.step(time.Hour)
	if r := owner.accepts(); r.Contracts.Closed {
		t.Error("the owner is told that the contracts stay closed")
	}
	if got := h.read(owner.signIn(), "lease.txt"); got != "Lease of the mill" {
		t.Errorf("it reads %q", got)
	}
}

func TestAccept_KeychainThatFailsIsTold(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x'")
	a, err := owner.proves(h.sealed())
	h.ok(err)
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	h.refused(a.Accept(t.Context()), service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	h.restart() // the event of acceptance stands, and the start writes the anchor
	owner.signIn()
}

// An order of before goes on after it, so that no key of a phone is left behind.
func TestAccept_OrderThatTheLogKnowsIsStillDone(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	member := h.one(person{role: store.RoleMember})
	s := member.signIn()
	h.ok(second(s.BeginEnable(t.Context(), secret.NewText(member.pass))))
	h.secrets.fail(nil, nil, store.ErrKeychainLocked)
	h.refused(s.CancelEnrolment(t.Context()), service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	if h.items() != 2 || h.intents() != 1 {
		t.Fatalf("%d items and %d intents", h.items(), h.intents())
	}
	h.ok(h.store.Close())
	h.sneak("UPDATE profiles SET name = 'x'")
	owner.accepts()
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("%d items and %d intents are left", h.items(), h.intents())
	}
}

// A database that does not let itself be narrowed is not taken as it is.
func TestAccept_NothingIsTakenWithWhatCouldNotBeNarrowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		when string
		edit func(h *fixture, owner *user)
	}{
		"the vault's key": {"UPDATE ON workspace", func(h *fixture, _ *user) {
			h.ok(h.store.Close())
			h.sneak("UPDATE workspace SET vault_public_key = ''")
		}},
		"codes that were replaced": {"UPDATE ON recovery_sets", func(h *fixture, owner *user) {
			old := h.olderCopy()
			s := owner.signIn()
			h.ok(second(s.BeginNewCodes(t.Context(), owner.proof())))
			h.ok(s.KeepNewCodes(t.Context()))
			h.putBack(old)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			c.edit(h, owner)
			a, err := owner.proves(h.sealed())
			h.ok(err)
			h.hinder("ABORT", c.when)
			if err := a.Accept(t.Context()); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}
