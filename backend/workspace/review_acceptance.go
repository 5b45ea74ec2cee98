package workspace

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/journal"
	"countersign/backend/recovery"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Acceptance is an owner who was proven and may take a quarantined workspace as it is,
// once they have seen what that means: see Review. It is good for ChallengeLife.
type Acceptance struct {
	s      *Quarantine
	madeAt time.Time

	// The owner as the database has them, and what the keychain has to know for it.
	profile store.Profile
	factor  store.Factor
	set     store.Set
	codes   []store.CodeRow
	now     journal.Owner

	trust    journal.Trust     // what the keychain knows
	codesFit bool              // the recovery set is the one that it knows
	said     map[string]string // what the log last said of each row, up to where it fits
	state    journal.State     // of the database that was reviewed
	nonce    []byte            // of the attempt that it came from
	opens    bool              // the owner's key pair opens the vault
	review   service.Review
	looked   bool // before that there is nothing to accept
}

// read reads the profile with the rows that its proofs are made of.
func (a *Acceptance) read(tx store.ReadTx, emailKey string) (err error) {
	if a.profile, err = tx.ProfileByEmail(emailKey); err != nil {
		return ignoreMissing(err)
	}
	if a.factor, err = tx.Factor(a.profile.ID); ignoreMissing(err) != nil {
		return err
	}
	if a.set, err = tx.ActiveSet(a.profile.ID); err == nil {
		a.codes, err = tx.Codes(a.set.ID)
	}
	if ignoreMissing(err) != nil {
		return err
	}
	a.now, err = a.s.w.journal.Owner(tx, a.profile)
	return err
}

// OwnKeys gives what unwraps the owner's key pair, with the vault's keys for it. Errors: folder.
func (a *Acceptance) OwnKeys(ctx context.Context) (k service.ReviewKeys, err error) {
	err = a.s.w.view(ctx, func(tx store.ReadTx) (err error) {
		if k.OwnKeys, err = a.s.w.ownKeys(tx, a.profile); err != nil {
			return err
		}
		info, err := tx.Info()
		if err != nil {
			return err
		}
		info = vaultOf(a.trust, info)
		k.Generation, k.PublicKey = info.VaultGeneration, info.VaultPublicKey
		row, err := tx.VaultKey(profileHolder(a.profile.ID))
		k.Keys = service.SealedKeys{Ciphertext: row.Ciphertext, Generation: row.Generation, OnlyOne: row.OnlyOne}
		return ignoreMissing(err)
	})
	return k, err
}

// Look reads what the owner is going to see, and what acceptance needs to know. The signature is of service.ReviewMessage with
// the vault's key, by the owner's client; where it is not the key that the keychain knows, the contracts stay closed. Errors: folder.
func (a *Acceptance) Look(ctx context.Context, signature []byte) error {
	return a.s.w.view(ctx, func(tx store.ReadTx) (err error) {
		w := a.s.w
		if a.said, err = w.journal.Said(tx); err != nil {
			return err
		}
		if a.state, err = w.journal.StateOf(tx); err != nil {
			return err
		}
		info, err := tx.Info()
		if err != nil {
			return err
		}
		a.opens = signedByVault(vaultOf(a.trust, info), service.ReviewMessage(w.ID(), a.nonce), signature)
		a.looked = true
		return a.seeAll(tx)
	})
}

// signedByVault reports whether a signature is of the vault's key.
func signedByVault(i store.Info, message, signature []byte) bool {
	public, err := hex.DecodeString(i.VaultPublicKey)
	return err == nil && len(public) == ed25519.PublicKeySize && i.VaultGeneration > 0 && ed25519.Verify(public, message, signature)
}

// vaultOf is the workspace with the vault's key that the keychain knows.
func vaultOf(t journal.Trust, i store.Info) store.Info {
	generation, check := t.Vault()
	i.VaultGeneration, i.VaultPublicKey = generation, hexOf(check)
	return i
}

// Accept makes the database's state the one that the log tells of. What happened
// after the newest event that fits is lost. It lets in fewer people than the database
// says: an owner whom the keychain does not know is suspended, and one-time codes and
// requests for approval end. Acceptance is itself an event, with all rows as they are,
// and the check at the start begins there; Verify log goes on to show the break. Where
// the keychain fails after the commit, the owner proves themself again. Errors:
// challenge_ended; not_authentic where the database has changed since; keychain and
// folder.
func (a *Acceptance) Accept(ctx context.Context) error {
	w := a.s.w
	if !a.looked || !within(a.madeAt, w.wall(), service.ChallengeLife) {
		return refuse(service.CodeChallengeEnded)
	}
	return service.Explain(w.journal.Accept(ctx, a.profile.ID, a.s.detail(), func(tx store.WriteTx) error {
		if now, err := w.journal.StateOf(tx); err != nil {
			return err
		} else if now != a.state {
			return refuse(service.CodeNotAuthentic).Because(a.s.report)
		}
		return a.narrow(tx)
	}))
}

// narrow takes out of the database what could let in more than the keychain knows of.
func (a *Acceptance) narrow(tx store.WriteTx) error {
	if err := a.s.dropStrangeIntents(tx, a.said); err != nil {
		return err
	}
	if err := a.narrowOwners(tx); err != nil {
		return err
	}
	if err := a.endOpen(tx); err != nil {
		return err
	}
	info, err := tx.Info()
	if err != nil {
		return err
	}
	if pinned := vaultOf(a.trust, info); pinned != info {
		return tx.UpdateInfo(pinned)
	}
	return nil
}

// compare gives an owner as the database has them and as the keychain knows them. An
// owner is strange whose account is not the one that it knows, or whom it does not know.
func (a *Acceptance) compare(tx store.ReadTx, p store.Profile) (now, known journal.Owner, strange bool, err error) {
	now, err = a.s.w.journal.Owner(tx, p)
	known, ok := a.trust.Owner(p.ID)
	return now, known, !ok || !known.SameAccount(now), err
}

// narrowOwners suspends each owner who is strange: one who was demoted, suspended or
// removed since, or whose 2FA or password is another. An owner can let them sign in
// again. The codes of the others are used as far as the keychain knows them used, and
// recovery codes that were replaced since end.
func (a *Acceptance) narrowOwners(tx store.WriteTx) error {
	owners, err := tx.Owners()
	if err != nil {
		return err
	}
	for _, p := range owners {
		now, known, strange, err := a.compare(tx, p)
		if err != nil {
			return err
		}
		if strange {
			p.State, p.StateAt = store.ProfileSuspended, a.s.w.now()
			p.Epoch++
			err = tx.UpdateProfile(p)
		} else {
			err = a.narrowCodes(tx, p, now, known)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *Acceptance) narrowCodes(tx store.WriteTx, p store.Profile, now, known journal.Owner) error {
	at := a.s.w.now()
	if known.Step() > now.Step() {
		f, err := tx.Factor(p.ID)
		if err != nil {
			return err
		}
		for _, app := range f.Apps { // which of them it was is not known
			if _, err := tx.ConsumeStep(p.ID, app.Generation, known.Step(), at, store.UseSignIn); err != nil {
				return err
			}
		}
	}
	set, err := tx.ActiveSet(p.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !now.SameCodes(known) {
		_, err := tx.MoveSet(set.ID, store.SetActive, store.SetVoided, at)
		return err
	}
	for number := 1; number <= recovery.SetSize; number++ {
		if !known.UsedCode(number) || now.UsedCode(number) {
			continue
		}
		if _, err := tx.ConsumeCode(set.ID, number, at, store.UseSignIn); err != nil {
			return err
		}
	}
	return nil
}

// endOpen ends what an older copy brings back: one-time codes that may have been
// used, approvals likewise, and key pairs to which somebody who writes the folder could
// have the vault's keys encrypted.
func (a *Acceptance) endOpen(tx store.WriteTx) error {
	codes, err := tx.OneTimes()
	if err != nil {
		return err
	}
	for _, o := range codes {
		if _, err := tx.EndOneTime(o.ProfileID, o.Kind, a.s.w.now()); err != nil {
			return err
		}
		if err := tx.DeleteVaultKey(oneTimeHolder(o.Kind, o.ProfileID)); err != nil {
			return err
		}
	}
	var holders []string
	if err := a.s.w.journal.Hashes(tx, func(k store.Key, h audit.Hash) {
		if k.Table == "vaultkey" && a.said[k.String()] != journal.Digest(h) && !a.ownKey(k.ID) {
			holders = append(holders, k.ID)
		}
	}); err != nil {
		return err
	}
	for _, holder := range holders {
		if err := a.narrowHolder(tx, holder); err != nil {
			return err
		}
	}
	open, err := tx.Approvals()
	if err != nil {
		return err
	}
	for _, o := range open {
		if _, err := tx.DecideApproval(o.ID, o.State, store.ApprovalWithdrawn, a.profile.ID, a.s.w.now()); err != nil {
			return err
		}
	}
	return nil
}

// narrowHolder takes a holder's row away that the log does not know. A key pair stays that was signed with the vault's key, which nobody
// can who only writes the folder. It waits for what it held of the vault.
func (a *Acceptance) narrowHolder(tx store.WriteTx, holder string) error {
	info, err := tx.Info()
	if err != nil {
		return err
	}
	row, err := tx.VaultKey(holder)
	if err != nil {
		return ignoreMissing(err)
	}
	if signedByVault(vaultOf(a.trust, info), service.HolderMessage(a.s.w.ID(), row.Recipient), row.Signature) {
		return tx.SaveVaultKey(withKeys(row, service.SealedKeys{}))
	}
	return tx.DeleteVaultKey(holder)
}

// ownKey reports whether a holder is the owner who accepts, whose key pair was proven
// by opening the vault with it.
func (a *Acceptance) ownKey(holder string) bool {
	return holder == profileHolder(a.profile.ID) && a.opens
}

// dropStrangeIntents forgets orders that the log does not know: one could name
// the keychain item of somebody's active factor.
func (s *Quarantine) dropStrangeIntents(tx store.WriteTx, said map[string]string) error {
	intents, err := tx.Intents()
	if err != nil {
		return err
	}
	for _, in := range intents {
		k := store.Key{Table: "intent", ID: in.ID}
		h, err := s.w.journal.Hash(tx, k)
		if err != nil {
			return err
		}
		if said[k.String()] == journal.Digest(h) {
			continue
		}
		if _, err := tx.DeleteIntent(in.ID); err != nil {
			return err
		}
	}
	return nil
}

// detail is what the event of acceptance says.
func (s *Quarantine) detail() map[string]string {
	var kinds []string
	for _, f := range s.report.Findings {
		if !slices.Contains(kinds, string(f.Kind)) {
			kinds = append(kinds, string(f.Kind))
		}
	}
	return map[string]string{
		"findings": strings.Join(kinds, " "), "head": decimal(int(s.report.Head)), "anchor": decimal(int(s.report.Anchor)),
	}
}
