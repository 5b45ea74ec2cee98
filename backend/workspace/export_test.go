package workspace

import (
	"context"
	"errors"
	"fmt"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Of gives the workspace behind an interface.
func Of(w service.Workspace) *Workspace { return w.(asWorkspace).Workspace }

// ReadAnchor gives the sequence numbers of the head and of the mark.
func ReadAnchor(w *Workspace, ctx context.Context) (head, marked int64, err error) {
	a, err := keychainAnchor{w}.Read(ctx)
	return a.Head.Seq, a.Mark.Seq, err
}

// SetRole gives a profile another role, as a change with its event.
func SetRole(w *Workspace, ctx context.Context, id string, role store.Role) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		p, err := tx.Profile(id)
		if err != nil {
			return err
		}
		p.Role = role
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		looksAt(tx, id)
		w.record(tx, w.now(), "role-changed", id, id, map[string]string{"role": string(role)})
		return nil
	})
}

// KnownKinds are the kinds of event in logKinds.
func KnownKinds() (kinds []string) {
	for k := range logKinds {
		kinds = append(kinds, k)
	}
	return kinds
}

// AddedProfile is a profile that is put into a workspace as if it had been made in
// the usual way. Key is that of the phone, in base32; empty: 2FA is off.
type AddedProfile struct {
	Name, Email string
	Role        store.Role
	State       store.ProfileState
	Key         string
}

// AddProfiles puts people in as one change with its event. Who is active or suspended
// has the password of the profile that has the email like.
func AddProfiles(w *Workspace, ctx context.Context, like string, people []AddedProfile) (ids []string, err error) {
	now := w.now()
	profiles, factors := make([]store.Profile, len(people)), make([]store.Factor, len(people))
	for i, s := range people {
		p := store.Profile{Name: s.Name, Email: s.Email, EmailKey: emailKey(s.Email), Role: s.Role, State: s.State, CreatedAt: now, LastSignInAt: now}
		if p.ID, err = w.newID(); err != nil {
			return nil, err
		}
		ids = append(ids, p.ID)
		if s.State == store.ProfileRemoved {
			p.EmailKey = "removed:" + p.ID
		}
		if s.Key != "" {
			p.Generation = 1
			factors[i] = store.Factor{ProfileID: p.ID, Since: now, Apps: []store.App{{Generation: 1, Item: w.item("totp/" + p.ID + "/1"), AddedAt: now, LastUsedAt: now}}}
			if err := w.setSecret(ctx, factors[i].Apps[0].Item, secret.NewBytes([]byte(s.Key))); err != nil {
				return nil, err
			}
		}
		profiles[i] = p
	}
	return ids, w.update(ctx, func(tx store.WriteTx) error {
		by, err := tx.ProfileByEmail(like)
		if err != nil {
			return err
		}
		looksAt(tx, by.ID)
		lock, err := w.openLock(by)
		if err != nil {
			return err
		}
		pair, err := tx.VaultKey(profileHolder(by.ID))
		if err := ignoreMissing(err); err != nil {
			return err
		}
		for i, p := range profiles {
			if p.State == store.ProfileActive || p.State == store.ProfileSuspended {
				p.Password = by.Password
				if p.Password.Lock, err = w.sealLock(p.ID, lock); err != nil {
					return err
				}
				// The same password unwraps the same key pair, which waits for the vault's keys: it is signed.
				if err := tx.SaveVaultKey(store.VaultKey{Holder: profileHolder(p.ID), Recipient: pair.Recipient, Signature: pair.Signature, Wrapped: pair.Wrapped}); err != nil {
					return err
				}
			}
			if err := tx.InsertProfile(p); err != nil {
				return err
			}
			if factors[i].ProfileID == "" {
				continue
			}
			if err := tx.InsertFactor(factors[i]); err != nil {
				return err
			}
		}
		w.record(tx, now, eventMembersImported, by.ID, "", map[string]string{"count": decimal(len(people))})
		return nil
	})
}

// Change makes what fn does one change with its event.
func Change(w *Workspace, ctx context.Context, fn func(store.WriteTx) error) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		if err := fn(tx); err != nil {
			return err
		}
		w.record(tx, w.now(), eventMembersImported, "", "", nil)
		return nil
	})
}

// HashAll hashes all rows as a start does. Two rows with one key are an error.
func HashAll(w *Workspace, tx store.ReadTx) (map[store.Key]audit.Hash, error) {
	all := map[store.Key]audit.Hash{}
	var twice error
	err := w.journal.Hashes(tx, func(k store.Key, h audit.Hash) {
		if _, known := all[k]; known {
			twice = fmt.Errorf("%q is there twice", k)
		}
		all[k] = h
	})
	return all, errors.Join(err, twice)
}

// HashOne hashes the row of a key as a change does.
func HashOne(w *Workspace, tx store.ReadTx, k store.Key) (audit.Hash, error) {
	return w.journal.Hash(tx, k)
}
