package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// Kit is an Emergency Kit: the vault's key on paper, with which the age tool opens
// the documents, and a new owner comes in after a total loss.
type Kit struct {
	Workspace  string
	MadeBy     string // name
	MadeAt     time.Time
	Generation int
	Identity   secret.Text // in age's own form
}

// MakeKit makes an Emergency Kit, with an owner's step-up. Each one that was made
// for the same key holds the same. Errors: rotation_running, forbidden,
// vault_waiting; those of a step-up; folder.
func (a *Admin) MakeKit(ctx context.Context, proof Proof) (Kit, error) {
	w := a.s.w
	var info Info
	check := func(tx ReadTx) (err error) {
		if info, err = a.ownersInfo(tx); err == nil && info.Rotating {
			err = refuse(service.CodeRotationRunning)
		}
		if err == nil {
			_, err = a.s.keysIn(tx)
		}
		return err
	}
	var kit Kit
	err := a.change(ctx, &proof, check, func(tx WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		keys, err := a.s.keysIn(tx)
		if err != nil {
			return err
		}
		by, err := a.profile(tx)
		if err != nil {
			return err
		}
		now := time.UnixMilli(w.now().UnixMilli()).UTC()
		kit = Kit{Workspace: info.Name, MadeBy: by.Name, MadeAt: now, Generation: keys.Generation(), Identity: keys.Newest().Text()}
		info.KitAt, info.KitBy, info.KitGeneration, info.KitCheck = now, by.ID, keys.Generation(), vaultCheck(keys, info.ID)
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		return w.record(tx, now, eventKitMade, a.s.id, "", nil)
	})
	if err != nil {
		return Kit{}, err
	}
	return kit, nil
}

// KitState is what is known of the Emergency Kit.
type KitState struct {
	MadeAt  time.Time // zero: never
	MadeBy  string    // name
	Current bool      // it opens what is added today
}

// KitState tells of the Emergency Kit. Errors: forbidden, session_ended; folder.
func (a *Admin) KitState(ctx context.Context) (k KitState, err error) {
	err = a.view(ctx, func(tx ReadTx) error {
		info, err := tx.Info()
		if err != nil || info.KitAt.IsZero() {
			return err
		}
		k = KitState{MadeAt: info.KitAt, Current: info.HasKit()}
		by, err := tx.Profile(info.KitBy)
		k.MadeBy = by.Name
		return ignoreMissing(err)
	})
	return k, err
}

// NewOwner is who comes in with an Emergency Kit.
type NewOwner struct {
	Name     string
	Email    string
	Password secret.Text
	Kit      secret.Text // the key as it stands on the kit
}

// UseKit makes somebody an owner who has the Emergency Kit: with a new profile,
// or, where the email is that of an owner who has lost password and phone, with
// that one, whose 2FA it turns off. Of the two results one is set, as for SignIn:
// where 2FA is required, the way in leads through enrolling. The key has 256
// random bits, so that guesses at it need not be counted. Errors: kit_form, kit_wrong, kit_none, name_*,
// email_*, password_*; keychain and folder.
func (w *Workspace) UseKit(ctx context.Context, in NewOwner) (*Session, *Challenge, error) {
	identity, err := vault.ParseIdentity(in.Kit)
	if err != nil {
		return nil, nil, refuse(service.CodeKitForm).At("kit").Because(err)
	}
	p, err := w.checkNewOwner(&in)
	if err != nil {
		return nil, nil, err
	}
	if err := w.view(ctx, func(tx ReadTx) error { _, err := w.checkKit(tx, identity); return err }); err != nil {
		return nil, nil, err
	}
	record, wrapping, err := w.newPassword(ctx, in.Password)
	if err != nil {
		return nil, nil, err
	}
	now := w.now()
	var held *holding
	var later []Intent
	err = w.update(ctx, func(tx WriteTx) error {
		keys, err := w.checkKit(tx, identity)
		if err != nil {
			return err
		}
		former, err := tx.ProfileByEmail(p.EmailKey)
		switch {
		case errors.Is(err, ErrNotFound):
			p.CreatedAt, p.LastSignInAt, p.Password = now, now, record
			err = tx.InsertProfile(p)
		case err != nil:
		case former.Role != RoleOwner:
			err = refuse(service.CodeEmailTaken).At("email")
		default:
			p = former
			later, err = w.takeOver(tx, &p, record, now)
		}
		if err != nil {
			return err
		}
		row, own, err := newHolder(profileHolder(p.ID), wrapping, keys)
		if err != nil {
			return err
		}
		held = &holding{own: own, keys: keys}
		if err := tx.SaveVaultKey(row); err != nil {
			return err
		}
		return w.record(tx, now, eventKitUsed, "", p.ID, map[string]string{"email": p.Email})
	})
	if err != nil {
		return nil, nil, err
	}
	for _, in := range later {
		w.finishLater(ctx, in)
	}
	if w.requires() {
		c := w.newChallenge(p, wrapping)
		c.mustEnrol, c.short = true, password.Short(in.Password, password.MinLength)
		return nil, c, nil
	}
	wrapping.Wipe()
	return w.newSession(p, held), nil, nil
}

// checkKit compares the kit's key with what was noted of it when it was made.
func (w *Workspace) checkKit(tx ReadTx, identity vault.Identity) (vault.Keys, error) {
	info, err := tx.Info()
	if err != nil {
		return vault.Keys{}, absent(err, service.CodeKitNone)
	}
	if info.KitGeneration == 0 {
		return vault.Keys{}, refuse(service.CodeKitNone)
	}
	keys := vault.KeysOf(info.KitGeneration, identity)
	if !info.HasKit() || !isVault(info, keys) {
		return vault.Keys{}, refuse(service.CodeKitWrong).At("kit")
	}
	return keys, nil
}

func (w *Workspace) checkNewOwner(in *NewOwner) (p Profile, err error) {
	if in.Name, err = checkName(in.Name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name"); err != nil {
		return p, err
	}
	p = Profile{Name: in.Name, Role: RoleOwner}
	if p.Email, p.EmailKey, err = checkEmail(in.Email, "email"); err != nil {
		return p, err
	}
	if err := w.checkPassword(in.Password, "password", w.Name(), in.Name, in.Email); err != nil {
		return p, err
	}
	p.ID, err = w.newID()
	return p, err
}

// takeOver gives an owner's profile to whoever has the kit: a new password, 2FA
// off, every session over.
func (w *Workspace) takeOver(tx WriteTx, p *Profile, record PasswordRecord, now time.Time) ([]Intent, error) {
	later, err := w.endFactor(tx, p, now)
	if err != nil {
		return nil, err
	}
	p.Password, p.LastSignInAt = record, now
	p.State, p.StateAt = ProfileActive, now
	p.Epoch++
	if err := errors.Join(tx.UpdateProfile(*p), dropOneTimes(tx, p.ID)); err != nil {
		return nil, err
	}
	for _, kind := range allKinds {
		if err := dropAttempts(tx, p.ID, kind); err != nil {
			return nil, err
		}
	}
	return later, nil
}
