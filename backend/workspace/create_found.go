package workspace

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"

	"countersign/backend/service"
	"countersign/backend/store"
)

// A workspace on a server is founded there, and not by its first owner: it has an owner who is invited, and no vault. The
// owner's client makes the vault's keys when its person comes in, so whoever runs the server never has them.

// CheckFound says what keeps Found from what it is to do. Errors: those of each field; workspace_exists, clock_wrong; folder.
func (w *Workspace) CheckFound(ctx context.Context, in service.NewWorkspace) error {
	_, err := w.checkFound(ctx, &in)
	return err
}

func (w *Workspace) checkFound(ctx context.Context, in *service.NewWorkspace) (p store.Profile, err error) {
	p, err = w.checkNew(in)
	if err == nil && !store.Fits(w.wall()) {
		err = refuse(service.CodeClockWrong)
	}
	p.State, p.CreatedAt = store.ProfileInvited, w.now()
	if err != nil || !w.Created() {
		return p, err
	}
	err = w.view(ctx, func(tx store.ReadTx) error {
		was, is, err := firstOwner(tx)
		p.ID, p.CreatedAt = was.ID, was.CreatedAt
		return refuseUnless(is, err, service.CodeWorkspaceExists)
	})
	return p, err
}

// Found makes a workspace whose one profile is an owner with an invitation. Where nobody has come in yet, it may be called
// again: the code may have been lost, or the email may have been wrong. No computer's share is made here: see password.PublicKey.
//
// The invitation has no key pair for the vault, whatever the client sends: whoever makes it is where the server is, and knows
// the code. Errors: those of each field; workspace_exists, clock_wrong, clock_behind; keychain and folder.
func (w *Workspace) Found(ctx context.Context, in service.NewWorkspace, code service.NewOneTime) (given service.GivenOut, err error) {
	p, err := w.checkFound(ctx, &in)
	if err == nil {
		err = checkOneTime(code, false, false)
	}
	fresh := !w.Created()
	if err == nil && fresh {
		err = w.makeKeys(ctx, in.Workspace)
	}
	if err != nil {
		return given, err
	}
	made, given, err := w.newOneTime(store.OneTimeInvitation, p, store.Profile{}, code)
	if err != nil {
		return given, err
	}
	given.Workspace = in.Workspace
	err = w.update(ctx, func(tx store.WriteTx) error {
		if fresh {
			if err := w.markCreated(tx, given.IssuedAt); err != nil {
				return err
			}
			if err := tx.InsertProfile(p); err != nil {
				return err
			}
		} else if err := changeFirstOwner(tx, in.Workspace, p); err != nil {
			return err
		}
		if err := made.insert(tx); err != nil {
			return err
		}
		w.record(tx, given.IssuedAt, eventWorkspaceFounded, "", p.ID, map[string]string{"workspace": in.Workspace})
		return nil
	})
	if err != nil {
		return service.GivenOut{}, err
	}
	return given, nil
}

// firstOwner gives the owner of a workspace that was founded, as long as nobody has come in to it.
func firstOwner(tx store.ReadTx) (p store.Profile, is bool, err error) {
	info, err := tx.Info()
	if err != nil {
		return p, false, err
	}
	all, err := tx.Members()
	if err != nil || info.VaultGeneration > 0 || len(all) != 1 || all[0].State != store.ProfileInvited || all[0].Role != store.RoleOwner {
		return p, false, err
	}
	p, err = tx.Profile(all[0].ID)
	return p, err == nil, err
}

// changeFirstOwner gives the workspace and its owner other names.
func changeFirstOwner(tx store.WriteTx, name string, to store.Profile) error {
	p, is, err := firstOwner(tx)
	if err := refuseUnless(is, err, service.CodeWorkspaceExists); err != nil {
		return err
	}
	p.Name, p.Email, p.EmailKey = to.Name, to.Email, to.EmailKey
	info, err := tx.Info()
	if err != nil {
		return err
	}
	info.Name = name
	if err := tx.UpdateInfo(info); err != nil {
		return err
	}
	return tx.UpdateProfile(p)
}

// FoundVault begins the vault of a workspace that has none, with a key that an owner's client has made and encrypted to its own
// key pair, which it signs, and which is wrapped anew with the vault that it belongs to. Of two that do so at once one wins. It is no use of the session. Errors: vault_exists, forbidden, session_ended; folder.
func (s *Session) FoundVault(ctx context.Context, publicKey string, own service.WrappedKeyPair) error {
	key, err := hex.DecodeString(publicKey)
	if err != nil || len(key) != ed25519.PublicKeySize || own.Keys.Generation != 1 || !own.Keys.OnlyOne || !pairFits(own) {
		return service.ErrMalformed
	}
	return s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		info, err := s.infoIn(tx)
		switch {
		case err != nil:
			return err
		case !service.MayManageKey.Of(p.Role):
			return refuse(service.CodeForbidden)
		case info.VaultGeneration > 0:
			return refuse(service.CodeVaultExists)
		}
		row, err := tx.VaultKey(profileHolder(s.id))
		if err := ignoreMissing(err); err != nil {
			return err
		}
		if err != nil || own.Recipient != row.Recipient {
			return service.ErrMalformed // nobody could read what is added
		}
		info.VaultGeneration, info.VaultPublicKey = own.Keys.Generation, publicKey
		if err := tx.UpdateInfo(info); err != nil {
			return err
		}
		if err := tx.SaveVaultKey(rowOf(row.Holder, own)); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventVaultFounded, s.id, "", nil)
		return nil
	})
}
