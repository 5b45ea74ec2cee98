package client

import (
	"context"
	"errors"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Kit is an Emergency Kit: the vault's key on paper, with which the age tool opens
// the documents, and a new owner comes in after a total loss.
type Kit struct {
	service.KitMade
	Identity secret.Text // in age's own form
}

// MakeKit makes an Emergency Kit, with an owner's step-up. Each one that was made
// for the same key holds the same. Errors: rotation_running, forbidden,
// vault_waiting; those of a step-up; folder.
func (a *Admin) MakeKit(ctx context.Context, proof Proof) (Kit, error) {
	var kit Kit
	err := retryConflicts(func() error {
		keys, waiting := a.s.vaultKeys(ctx)
		if waiting != nil && !service.IsCode(waiting, service.CodeVaultWaiting) {
			return waiting
		}
		made, err := signing(ctx, a.s, proof, func(p service.Proof) (service.KitMade, error) {
			return a.Admin.MakeKit(ctx, p, publicKey(keys)) // its refusals come first
		})
		if errors.Is(err, store.ErrConflict) && waiting != nil {
			return waiting
		}
		kit = Kit{made, keys.Newest().Text()}
		return err
	})
	if err != nil {
		return Kit{}, service.Explain(err)
	}
	return kit, nil
}

// NewOwner is who comes in with an Emergency Kit.
type NewOwner struct {
	Name     string
	Email    string
	Password secret.Text
	Kit      secret.Text // the key as it stands on the kit
}

// UseKit makes somebody an owner who has the Emergency Kit. Of the two results one is set, as for
// SignIn: see workspace.KitAttempt.Use. The kit's key stays here: a signature with it is what the workspace
// gets. Errors: kit_form, kit_wrong, and those of Use.
func (w *Workspace) UseKit(ctx context.Context, in NewOwner) (*Session, *Challenge, error) {
	identity, err := vault.ParseIdentity(in.Kit)
	if err != nil {
		return nil, nil, service.Refuse(service.CodeKitForm).At("kit").Because(err)
	}
	attempt, err := w.BeginKit(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := checkPassword(in.Password, w.MinPassword(), "password", w.Name(), in.Name, in.Email); err != nil {
		return nil, nil, err
	}
	terms := attempt.Terms()
	keys := vault.KeysOf(terms.Generation, identity)
	pair, err := w.newKeyPair(keys)
	if err != nil {
		return nil, nil, err
	}
	share, err := w.shareToChoose(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	pw, t, err := w.chooseHere(ctx, in.Password, pair, share)
	if err != nil {
		return nil, nil, err
	}
	owner := service.NewOwner{Name: in.Name, Email: in.Email, Password: pw}
	s, c, err := attempt.Use(ctx, owner, keys.Sign(service.KitMessage(terms.WorkspaceID, terms.Nonce, in.Email)))
	return w.entered(ctx, s, c, t, err)
}
