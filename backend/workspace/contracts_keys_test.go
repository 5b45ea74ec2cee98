package workspace_test

import (
	"context"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/vault"
	"countersign/backend/workspace"
)

func TestGiveWaiting_LooksAgainBeforeItGivesTheKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen func(h *fixture, owner, first *user)
		given  int // to how many, after all
		times  int
	}{
		"nothing":                   {func(*fixture, *user, *user) {}, 2, 1},
		"the vault has another key": {func(h *fixture, _, _ *user) { h.alterInfo(func(i *workspace.Info) { i.VaultCheck = "00ff" }) }, 0, 0},
		"who gives was suspended":   {func(h *fixture, owner, _ *user) { h.alter(owner.id, outOfIt) }, 0, 0},
		"another has given it":      {func(_ *fixture, owner, _ *user) { owner.signIn() }, 2, 1},
		"one of two is gone": {func(h *fixture, _, first *user) {
			h.alterKey("profile/"+first.id, func(*workspace.VaultKey) bool { return false })
		}, 1, 1},
		"both have another key pair": {func(h *fixture, _, first *user) {
			h.ok(workspace.Change(h.w, context.WithoutCancel(h.Context()), func(tx workspace.WriteTx) error {
				waiting, err := tx.VaultKeysBehind(1)
				if err != nil {
					return err
				}
				for _, k := range waiting {
					own, err := vault.NewIdentity()
					if err != nil {
						return err
					}
					k.Recipient = own.Recipient()
					if err := tx.SaveVaultKey(k); err != nil {
						return err
					}
				}
				return nil
			}))
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			steps := h.onSteps()
			h.add(owner.signIn(), paper("lease", "Lease of the mill"))
			members := h.people(person{role: workspace.RoleMember}, person{role: workspace.RoleMember})
			for _, m := range members {
				m.signIn()
			}
			head := h.head()
			h.ok(h.amid(steps, 3, func() { c.happen(h, owner, members[0]) }, func() error {
				_, _, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
				return err
			}))
			given := 0
			h.ok(h.store.View(t.Context(), func(tx workspace.ReadTx) error {
				for _, m := range members {
					if k, err := tx.VaultKey("profile/" + m.id); err == nil && k.Generation > 0 {
						given++
					}
				}
				return nil
			}))
			if n := h.kinds(head, "vault-keys-given"); n != c.times || given != c.given {
				t.Errorf("given to %d, %d times", given, n)
			}
		})
	}
}

func TestVault_WhoHasNoKeyGivesNoneAndGoesOn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.add(owner.signIn(), paper("lease", "Lease of the mill"))
	admin := h.one(person{role: workspace.RoleAdmin})
	p, given := h.invited(admin.admin()) // who waits for the key
	s, _, err := p.redeem(given)
	h.ok(err)
	_, err = s.Documents(t.Context())
	h.refused(err, workspace.CodeVaultWaiting)
	owner.signIn()
	if h.contracts(s) != "lease" {
		t.Error("the member does not read the contract")
	}
	h.sneak("UPDATE vault_keys SET wrapped = x'00' WHERE holder = 'profile/" + admin.id + "'")
	p, given = h.invited(admin.admin()) // who cannot unwrap their own
	_, _, err = p.redeem(given)
	h.ok(err)
}
