package workspace

import (
	"bytes"
	"errors"
	"slices"

	"countersign/backend/service"
	"countersign/backend/store"
)

// A one-time code and an approval hold for people as they were: for somebody with
// this role, this state and this email, by somebody whose role allowed it. A change
// of a profile ends what no longer fits, in the same commit: the journal asks for it.

// dependents ends what depends on a row: see journal.Dependents.
type dependents struct{ w *Workspace }

// FactorChanged ends the help code of a profile whose phone goes: it stood in for that.
func (d dependents) FactorChanged(tx store.WriteTx, profileID string) error {
	return d.w.endOneTime(tx, profileID, store.OneTimeHelp)
}

// oneTimeKinds are all of them.
var oneTimeKinds = []store.OneTimeKind{store.OneTimeInvitation, store.OneTimeReset, store.OneTimeHelp, store.OneTimeComputer}

// mayStand reports whether the issuer could give a subject a code of this kind, as
// both are now.
func mayStand(kind store.OneTimeKind, issuer, subject store.Profile) bool {
	if kind == store.OneTimeComputer { // its issuer is its subject
		return subject.State == store.ProfileActive
	}
	state := store.ProfileActive
	if kind == store.OneTimeInvitation {
		state = store.ProfileInvited
	}
	return issuer.State == store.ProfileActive && subject.State == state && service.MayGive(kind).On(issuer.Role, subject.Role)
}

// ProfileChanged ends the codes that were given out for a profile whose role,
// state or email has changed, those that it gave out and may not give out any more,
// and the approvals that it has a part in. A new password ends what was to reset
// the old one.
func (d dependents) ProfileChanged(tx store.WriteTx, was, is store.Profile) error {
	w := d.w
	if !bytes.Equal(was.Password.PublicKey, is.Password.PublicKey) {
		if err := w.endOneTime(tx, is.ID, store.OneTimeReset); err != nil {
			return err
		}
	}
	if was.Password.Share != is.Password.Share { // the code's is of no use
		if err := w.endOneTime(tx, is.ID, store.OneTimeComputer); err != nil {
			return err
		}
	}
	stood := was.Role == is.Role && was.State == is.State
	if stood && was.EmailKey == is.EmailKey {
		return nil
	}
	for _, kind := range oneTimeKinds {
		if err := w.endOneTime(tx, is.ID, kind); err != nil {
			return err
		}
	}
	if stood {
		return nil
	}
	return errors.Join(w.endGivenBy(tx, is), w.endApprovals(tx, is.ID))
}

// endOneTime ends an open code, and takes the vault from the key pair that came
// with it. What is left of it tells who has the right code that it ended.
func (w *Workspace) endOneTime(tx store.WriteTx, profileID string, kind store.OneTimeKind) error {
	ended, err := tx.EndOneTime(profileID, kind, w.now())
	if err != nil || !ended {
		return err
	}
	return tx.DeleteVaultKey(oneTimeHolder(kind, profileID))
}

// endGivenBy ends the codes that a profile gave out and may not give out now.
func (w *Workspace) endGivenBy(tx store.WriteTx, issuer store.Profile) error {
	given, err := tx.OneTimesBy(issuer.ID)
	if err != nil {
		return err
	}
	for _, o := range given {
		subject, err := tx.Profile(o.ProfileID)
		if err != nil {
			return err
		}
		if mayStand(o.Kind, issuer, subject) {
			continue
		}
		if err := w.endOneTime(tx, o.ProfileID, o.Kind); err != nil {
			return err
		}
	}
	return nil
}

// endApprovals ends what waits or was approved and that a profile asked for,
// decided on or is the subject of.
func (w *Workspace) endApprovals(tx store.WriteTx, profileID string) error {
	open, err := tx.Approvals()
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.ByID != profileID && a.DecidedBy != profileID && !slices.Contains(a.Members, profileID) {
			continue
		}
		if _, err := tx.DecideApproval(a.ID, a.State, store.ApprovalEnded, a.DecidedBy, w.now()); err != nil {
			return err
		}
	}
	return nil
}
