package workspace_test

import (
	"errors"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestOpenCodes_AreThoseThatCanStillBeUsed(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	invited, _ := h.invited(a)
	h.clock.step(time.Hour)
	a = owner.admin()
	p := h.one(person{role: store.RoleMember, on: true})
	_, err := a.ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	_, err = a.HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	open, err := a.OpenCodes(t.Context())
	h.ok(err)
	if len(open) != 3 || open[0].Kind != store.OneTimeInvitation || open[0].ProfileID != invited.id || open[0].IssuedBy != owner.name ||
		open[0].ExpiresAt.Sub(open[0].IssuedAt) != service.OneTimeLife || open[1].ProfileID != p.id || open[2].ProfileID != p.id {
		t.Fatalf("%+v", open)
	}
	h.ok(a.EndCode(t.Context(), p.id, store.OneTimeReset))
	if open, err = a.OpenCodes(t.Context()); err != nil || len(open) != 2 || open[1].Kind != store.OneTimeHelp {
		t.Errorf("%+v, %v", open, err)
	}
	h.clock.step(open[0].ExpiresAt.Sub(h.clock.now()))
	if open, err = owner.admin().OpenCodes(t.Context()); err != nil || len(open) != 1 || open[0].Kind != store.OneTimeHelp {
		t.Errorf("one that has expired is open still: %+v, %v", open, err)
	}
}

func TestEndCode_IsOverForItsPersonAndForTheVault(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	p, given := h.invited(a)
	h.refused(a.EndCode(t.Context(), p.id, store.OneTimeHelp), service.CodeOneTimeGone) // another kind
	h.ok(a.EndCode(t.Context(), p.id, store.OneTimeInvitation))
	h.refused(a.EndCode(t.Context(), p.id, store.OneTimeInvitation), service.CodeOneTimeGone)
	_, _, err := h.w.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText(longerPass))
	h.refused(err, service.CodeOneTimeEnded)
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		if k, err := tx.VaultKey("invitation/" + p.id); !errors.Is(err, store.ErrNotFound) && (err != nil || len(k.Ciphertext) > 0) {
			t.Errorf("its key pair opens the vault still: %v", err)
		}
		return nil
	}))
	again, err := a.ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	s, _, err := h.w.Redeem(t.Context(), p.email, secret.NewText(again.Code.Display()), secret.NewText(longerPass))
	if h.ok(err); s == nil {
		t.Error("a new invitation does not lead in")
	}
}
