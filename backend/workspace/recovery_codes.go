package workspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// recoveryUse is a recovery code that was paid for and matches. Consume uses it.
type recoveryUse struct {
	attempt attempt
	set     store.Set
	number  int
	at      time.Time
	purpose store.Use
}

// recoverySet is the set of recovery codes that a profile has. Errors: recovery_none.
func recoverySet(tx store.ReadTx, profileID string) (store.Set, error) {
	set, err := tx.ActiveSet(profileID)
	if errors.Is(err, store.ErrNotFound) {
		return set, refuse(service.CodeRecoveryNone).At("recovery")
	}
	return set, err
}

// BeginRecovery gives what a client needs to make a proof of a recovery code. Errors: recovery_none, challenge_ended, one_time_used,
// one_time_ended; folder.
func (c *Challenge) BeginRecovery(ctx context.Context) (t service.CodeTerms, err error) {
	if err := c.stands(ctx); err != nil {
		return t, err
	}
	err = c.w.view(ctx, func(tx store.ReadTx) error {
		set, err := recoverySet(tx, c.profile.ID)
		t = service.CodeTerms{Salt: set.Salt, Params: set.Params}
		return err
	})
	return t, err
}

// BeginRecovery gives what a client needs to make a proof of a recovery code. Errors: two_factor_off, recovery_none,
// session_ended; folder.
func (s *Session) BeginRecovery(ctx context.Context) (t service.CodeTerms, err error) {
	done, err := s.begin()
	if err != nil {
		return t, err
	}
	defer done()
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		if _, err := tx.Factor(s.id); err != nil {
			return absent(err, service.CodeTwoFactorOff)
		}
		set, err := recoverySet(tx, s.id)
		t = service.CodeTerms{Salt: set.Salt, Params: set.Params}
		return err
	})
	return t, err
}

// matchRecovery charges for a recovery code and looks at what the client has made of it: recovery.Proof.
func (w *Workspace) matchRecovery(ctx context.Context, profileID string, proof secret.Bytes, purpose store.Use) (*recoveryUse, error) {
	var set store.Set
	var rows []store.CodeRow
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		if set, err = recoverySet(tx, profileID); err != nil {
			return err
		}
		rows, err = tx.Codes(set.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	t, err := w.recordAttempt(ctx, profileID, store.KindRecovery)
	if err != nil {
		return nil, err
	}
	row, err := w.findCode(rows, proof)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, w.wrong(ctx, t, service.CodeRecoveryWrong).At("recovery").With("sheet", set.Sheet)
	}
	if !row.UsedAt.IsZero() {
		return nil, refuse(service.CodeRecoveryUsed).At("recovery").With("number", row.Number)
	}
	return &recoveryUse{attempt: t, set: set, number: row.Number, at: w.now(), purpose: purpose}, nil
}

// findCode gives the row of the code that a proof is of, used or not, or nil. It compares with all of the set.
func (w *Workspace) findCode(rows []store.CodeRow, proof secret.Bytes) (*store.CodeRow, error) {
	hash, err := w.keyed(proof)
	if err != nil {
		return nil, err
	}
	hashes := make([][]byte, len(rows))
	for i, r := range rows {
		hashes[i] = r.Hash
	}
	i := recovery.Match(hash, hashes)
	if i < 0 {
		return nil, nil
	}
	return &rows[i], nil
}

// consume uses the code up, or refuses: it was used before, or its set is no
// longer in force.
func (u *recoveryUse) consume(tx store.WriteTx) error {
	ok, err := tx.ConsumeCode(u.set.ID, u.number, u.at, u.purpose)
	if err != nil {
		return err
	}
	if !ok {
		return refuse(service.CodeRecoveryUsed).At("recovery").With("number", u.number)
	}
	return nil
}

// codesLeft counts the unused codes of the active set; none is 0.
func codesLeft(tx store.ReadTx, profileID string) (int, error) {
	set, err := tx.ActiveSet(profileID)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	rows, err := tx.Codes(set.ID)
	left := 0
	for _, r := range rows {
		if r.UsedAt.IsZero() {
			left++
		}
	}
	return left, err
}

// hashSet makes of a client's set what is kept of it, and refuses what no client of ours makes.
func (w *Workspace) hashSet(n service.NewSet) ([][]byte, error) {
	if err := recovery.Params(n.Params).Check(); err != nil {
		return nil, err
	}
	hashes, distinct := make([][]byte, len(n.Proofs)), map[string]bool{}
	for i, proof := range n.Proofs {
		hash, err := w.keyed(proof)
		if err != nil {
			return nil, err
		}
		if proof.Len() == recovery.HashSize {
			distinct[string(hash)] = true
		}
		hashes[i] = hash
	}
	if len(n.Salt) != recovery.SaltSize || len(hashes) != recovery.SetSize || len(distinct) != recovery.SetSize {
		return nil, fmt.Errorf("%w: recovery codes", service.ErrMalformed)
	}
	return hashes, nil
}

// issue stores the hashes of a client's codes as a pending set. Nothing is in
// force yet, and a set that was pending before is dropped: where still, which may be nil, refuses, nothing is.
func (s *Session) issue(ctx context.Context, p store.Profile, made service.NewSet, still func(store.ReadTx) error) (service.Issued, store.Set, error) {
	w := s.w
	hashes, err := w.hashSet(made)
	if err != nil {
		return service.Issued{}, store.Set{}, err
	}
	id, err := w.newID()
	if err != nil {
		return service.Issued{}, store.Set{}, err
	}
	set := store.Set{ID: id, ProfileID: p.ID, State: store.SetPending, Salt: made.Salt, Params: made.Params, IssuedAt: w.now(), IssuedBy: p.Name, HeldUntil: s.lastsAtMost()}
	err = w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.enrollee(tx); err != nil {
			return err
		}
		if still != nil {
			if err := still(tx); err != nil {
				return err
			}
		}
		switch old, err := tx.ActiveSet(p.ID); {
		case err == nil:
			set.Replaces = old.Sheet
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		var err error
		if set.Sheet, err = tx.NextSheet(p.ID); err != nil {
			return err
		}
		if _, err := dropPending(tx, p.ID, set.IssuedAt); err != nil {
			return err
		}
		if err := tx.InsertSet(set, hashes); err != nil {
			return err
		}
		w.record(tx, set.IssuedAt, eventShown, p.ID, p.ID, map[string]string{"sheet": decimal(set.Sheet)})
		return nil
	})
	return service.Issued{
		Sheet: set.Sheet, Workspace: w.Name(), Name: p.Name, Email: p.Email, IssuedAt: set.IssuedAt, IssuedBy: p.Name,
		Replaces: set.Replaces, Support: w.supportContact(), Language: p.Language,
	}, set, err
}

// putInForce makes a pending set the active one; the one before is void with
// the same commit.
func putInForce(tx store.WriteTx, set store.Set, now time.Time) error {
	old, err := tx.ActiveSet(set.ProfileID)
	if err == nil {
		if _, err := tx.MoveSet(old.ID, store.SetActive, store.SetReplaced, now); err != nil {
			return err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	ok, err := tx.MoveSet(set.ID, store.SetPending, store.SetActive, time.Time{})
	if err != nil {
		return err
	}
	if !ok {
		return refuse(service.CodeEnrolmentEnded)
	}
	return nil
}
