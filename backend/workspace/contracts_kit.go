package workspace

import (
	"context"
	"errors"
	"sync"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// MakeKit notes that an Emergency Kit is made, with an owner's step-up. Each one that was made
// for the same key holds the same. publicKey is that of the key that goes on it. store.ErrConflict: that is not
// the vault's newest key. Errors: rotation_running, forbidden, session_ended; those of a step-up; folder.
func (a *Admin) MakeKit(ctx context.Context, proof service.Proof, publicKey string) (kit service.KitMade, err error) {
	w := a.s.w
	var info store.Info
	check := func(tx store.ReadTx) (err error) {
		if info, err = a.infoToRotate(tx); err == nil && info.VaultPublicKey != publicKey {
			err = store.ErrConflict
		}
		return err
	}
	err = a.change(ctx, stepUp(service.EachTime, proof), check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		by, err := a.profile(tx)
		if err != nil {
			return err
		}
		now := time.UnixMilli(w.now().UnixMilli()).UTC()
		kit = service.KitMade{Workspace: info.Name, MadeBy: by.Name, MadeAt: now, Generation: info.VaultGeneration}
		info.KitAt, info.KitBy, info.KitGeneration, info.KitPublicKey = now, by.ID, info.VaultGeneration, publicKey
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		w.record(tx, now, eventKitMade, a.s.id, "", nil)
		return nil
	})
	if err != nil {
		return service.KitMade{}, err
	}
	return kit, nil
}

// KitState tells of the Emergency Kit. Errors: forbidden, session_ended; folder.
func (a *Admin) KitState(ctx context.Context) (k service.KitState, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err != nil || info.KitAt.IsZero() {
			return err
		}
		k = service.KitState{MadeAt: info.KitAt, Current: info.HasKit()}
		by, err := tx.Profile(info.KitBy)
		k.MadeBy = by.Name
		return ignoreMissing(err)
	})
	return k, err
}

// KitAttempt is an attempt to come in with the Emergency Kit. Whoever has it signs service.KitMessage with
// the key that stands on it. The key itself is not told.
type KitAttempt struct {
	service.KitTerms
	w      *Workspace
	madeAt time.Time

	mu   sync.Mutex
	over bool
}

// BeginKit begins one, which is good for ChallengeLife and for one use. Errors: kit_none; folder.
func (w *Workspace) BeginKit(ctx context.Context) (*KitAttempt, error) {
	nonce, err := w.random(service.NonceSize)
	if err != nil {
		return nil, err
	}
	a := &KitAttempt{KitTerms: service.KitTerms{Nonce: nonce}, w: w, madeAt: w.wall()}
	err = w.view(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if err != nil {
			return absent(err, service.CodeKitNone)
		}
		a.WorkspaceID, a.Generation, a.PublicKey = info.ID, info.KitGeneration, info.KitPublicKey
		return refuseUnless(info.KitGeneration > 0, nil, service.CodeKitNone)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Use makes somebody an owner who has the Emergency Kit: with a new profile,
// or, where the email is that of an owner who has lost password and phone, with
// that one, whose 2FA it turns off. Of the two results one is set, as for SignIn:
// where 2FA is required, the way in leads through enrolling. The key has 256
// random bits, so that guesses at it need not be counted. signature is of service.KitMessage for the
// email. Errors: kit_wrong, kit_none, challenge_ended, name_*,
// email_*; keychain and folder.
func (a *KitAttempt) Use(ctx context.Context, in service.NewOwner, signature []byte) (*Session, *Challenge, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := a.w
	if a.over || !within(a.madeAt, w.wall(), service.ChallengeLife) {
		return nil, nil, refuse(service.CodeChallengeEnded)
	}
	message := service.KitMessage(a.WorkspaceID, a.Nonce, in.Email)
	p, err := w.checkNewOwner(&in)
	if err != nil {
		return nil, nil, err
	}
	check := func(tx store.ReadTx) error { return checkKit(tx, message, signature) }
	if err := w.view(ctx, check); err != nil {
		return nil, nil, err
	}
	now := w.now()
	var entered store.Profile
	var later []store.Intent
	var own service.OwnKeys
	err = w.update(ctx, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		former, err := tx.ProfileByEmail(p.EmailKey)
		switch {
		case errors.Is(err, store.ErrNotFound):
			entered = p
			entered.CreatedAt, entered.LastSignInAt = now, now
			if err = w.setPassword(tx, &entered, in.Password, nil); err == nil {
				err = tx.InsertProfile(entered)
			}
		case err != nil:
		case former.Role != store.RoleOwner:
			err = refuse(service.CodeEmailTaken).At("email")
		default:
			entered = former
			later, err = w.takeOver(tx, &entered, in.Password, now)
		}
		if err != nil {
			return err
		}
		if own, err = w.ownKeys(tx, entered); err != nil {
			return err
		}
		w.record(tx, now, eventKitUsed, "", entered.ID, map[string]string{"email": entered.Email})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	a.over = true
	for _, in := range later {
		w.finishLater(ctx, in)
	}
	if w.requires() {
		c := w.newChallenge(entered)
		c.mustEnrol, c.short, c.at = true, in.Password.Short, arrivedAt(in.Password)
		return nil, c, nil
	}
	s := w.newSession(entered, own)
	s.at = arrivedAt(in.Password)
	return s, nil, nil
}

// checkKit refuses unless the message was signed with the key that is on the kit, which is the vault's.
func checkKit(tx store.ReadTx, message, signature []byte) error {
	info, err := tx.Info()
	if err != nil {
		return absent(err, service.CodeKitNone)
	}
	if info.KitPublicKey != info.VaultPublicKey || !signedByVault(info, message, signature) {
		return refuse(service.CodeKitWrong).At("kit")
	}
	return nil
}

func (w *Workspace) checkNewOwner(in *service.NewOwner) (p store.Profile, err error) {
	if in.Name, err = checkName(in.Name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name"); err != nil {
		return p, err
	}
	p = store.Profile{Name: in.Name, Role: store.RoleOwner}
	if p.Email, p.EmailKey, err = checkEmail(in.Email, "email"); err != nil {
		return p, err
	}
	p.ID, err = w.newID()
	return p, err
}

// takeOver gives an owner's profile to whoever has the kit: a new password, 2FA
// off, every session over.
func (w *Workspace) takeOver(tx store.WriteTx, p *store.Profile, next service.NewPassword, now time.Time) ([]store.Intent, error) {
	later, err := w.endFactor(tx, p, now)
	if err != nil {
		return nil, err
	}
	if err := w.setPassword(tx, p, next, nil); err != nil {
		return nil, err
	}
	p.LastSignInAt = now
	p.State, p.StateAt = store.ProfileActive, now
	if err := errors.Join(tx.UpdateProfile(*p), dropOneTimes(tx, p.ID)); err != nil {
		return nil, err
	}
	for _, kind := range allKinds {
		if err := tx.DeleteAttempts(p.ID, kind); err != nil {
			return nil, err
		}
	}
	return later, nil
}
