package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// recoveryUse is a recovery code that was paid for and matches. Consume uses it.
type recoveryUse struct {
	attempt attempt
	set     Set
	number  int
	at      time.Time
	purpose Use
}

// matchRecovery charges for a recovery code and looks at it: one hash, compared
// with all ten.
func (w *Workspace) matchRecovery(ctx context.Context, profileID string, input secret.Text, purpose Use) (*recoveryUse, error) {
	code, err := parseRecovery(input)
	if err != nil {
		return nil, err
	}
	var set Set
	var rows []CodeRow
	err = w.view(ctx, func(tx ReadTx) (err error) {
		if set, err = tx.ActiveSet(profileID); err != nil {
			return err
		}
		rows, err = tx.Codes(set.ID)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil, refuse(service.CodeRecoveryNone).At("recovery")
	}
	if err != nil {
		return nil, err
	}
	if err := recovery.Params(set.Params).Check(); err != nil {
		return nil, err
	}
	t, err := w.recordAttempt(ctx, profileID, KindRecovery)
	if err != nil {
		return nil, err
	}
	row, err := w.findCode(set, rows, code)
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

// findCode hashes a code once and gives the row of the set that it belongs to,
// used or not, or nil.
func (w *Workspace) findCode(set Set, rows []CodeRow, code recovery.Code) (*CodeRow, error) {
	if err := recovery.Params(set.Params).Check(); err != nil {
		return nil, err
	}
	hashes := make([][]byte, len(rows))
	for i, r := range rows {
		hashes[i] = r.Hash
	}
	w.mu.RLock()
	pepper := w.keys.pepper
	w.mu.RUnlock()
	i := recovery.Match(recovery.Hash(code, set.Salt, recovery.Params(set.Params), pepper), hashes)
	if i < 0 {
		return nil, nil
	}
	return &rows[i], nil
}

// consume uses the code up, or refuses: it was used before, or its set is no
// longer in force.
func (u *recoveryUse) consume(tx WriteTx) error {
	ok, err := tx.ConsumeCode(u.set.ID, u.number, u.at, u.purpose)
	if err != nil {
		return err
	}
	if !ok {
		return refuse(service.CodeRecoveryUsed).At("recovery").With("number", u.number)
	}
	return nil
}

func parseRecovery(input secret.Text) (recovery.Code, error) {
	code, err := recovery.Parse(input)
	var form *recovery.FormError
	switch {
	case errors.Is(err, recovery.ErrEmpty):
		return code, refuse(service.CodeRecoveryRequired).At("recovery")
	case errors.As(err, &form):
		return code, refuse(service.CodeRecoveryForm).At("recovery").With("length", form.Length)
	}
	return code, err
}

// codesLeft counts the unused codes of the active set; none is 0.
func codesLeft(tx ReadTx, profileID string) (int, error) {
	set, err := tx.ActiveSet(profileID)
	if errors.Is(err, ErrNotFound) {
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

// Issued is a recovery set on its way to paper: the only moment at which its
// codes are known.
type Issued struct {
	Sheet     int
	Workspace string
	Name      string
	Email     string
	IssuedAt  time.Time
	IssuedBy  string
	Replaces  int    // sheet number, 0 for none
	Support   string // whom to ask for help, as it stands in Info
	Codes     []recovery.Code
}

// issue makes ten codes and stores their hashes as a pending set. Nothing is in
// force yet, and a set that was pending before is dropped: where still, which may be nil, refuses, nothing is.
func (s *Session) issue(ctx context.Context, p Profile, still func(ReadTx) error) (Issued, Set, error) {
	w := s.w
	codes, err := recovery.Generate(w.rand)
	if err != nil {
		return Issued{}, Set{}, err
	}
	salt, err := w.random(recovery.SaltSize)
	if err != nil {
		return Issued{}, Set{}, err
	}
	w.mu.RLock()
	pepper := w.keys.pepper
	w.mu.RUnlock()
	hashes, err := recovery.HashSet(ctx, codes, salt, recovery.Params(w.codeCost), pepper)
	if err != nil {
		return Issued{}, Set{}, err
	}
	id, err := w.newID()
	if err != nil {
		return Issued{}, Set{}, err
	}
	set := Set{ID: id, ProfileID: p.ID, State: SetPending, Salt: salt, Params: w.codeCost, IssuedAt: w.now(), IssuedBy: p.Name, HeldUntil: s.lastsAtMost()}
	err = w.update(ctx, func(tx WriteTx) error {
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
		case !errors.Is(err, ErrNotFound):
			return err
		}
		var err error
		if set.Sheet, err = tx.NextSheet(); err != nil {
			return err
		}
		if _, err := dropPending(tx, p.ID, set.IssuedAt); err != nil {
			return err
		}
		if err := tx.InsertSet(set, hashes); err != nil {
			return err
		}
		return w.record(tx, set.IssuedAt, eventShown, p.ID, p.ID, map[string]string{"sheet": decimal(set.Sheet)})
	})
	return Issued{
		Sheet: set.Sheet, Workspace: w.Name(), Name: p.Name, Email: p.Email, IssuedAt: set.IssuedAt, IssuedBy: p.Name,
		Replaces: set.Replaces, Support: w.supportContact(), Codes: codes,
	}, set, err
}

// putInForce makes a pending set the active one; the one before is void with
// the same commit.
func putInForce(tx WriteTx, set Set, now time.Time) error {
	old, err := tx.ActiveSet(set.ProfileID)
	if err == nil {
		if _, err := tx.MoveSet(old.ID, SetActive, SetReplaced, now); err != nil {
			return err
		}
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	ok, err := tx.MoveSet(set.ID, SetPending, SetActive, time.Time{})
	if err != nil {
		return err
	}
	if !ok {
		return refuse(service.CodeEnrolmentEnded)
	}
	return nil
}
