package workspace

import (
	"context"
	"strconv"
	"strings"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// checkDue reports whether it is time to ask the holder of a set in force whether they still have it: so many days after it
// was issued or they last said so, and not before the day until which they have put that off.
func checkDue(set store.Set, days int, now time.Time) bool {
	last := set.IssuedAt
	if set.CheckedAt.After(last) {
		last = set.CheckedAt
	}
	return days > 0 && !now.Before(last.AddDate(0, 0, days)) && !now.Before(set.RemindAt)
}

// ownSet is the set in force of the session’s profile. Errors: recovery_none, session_ended.
func (s *Session) ownSet(tx store.ReadTx) (store.Set, error) {
	if _, err := s.profile(tx); err != nil {
		return store.Set{}, err
	}
	return recoverySet(tx, s.id)
}

// CheckCodes notes that the session’s person still has their recovery codes: they type what is on the sheet that works. On a
// sheet of a print run that is its check word, which also acknowledges it, and on one of their own its number. No code is used.
// Errors: check_word_required, check_word_wrong, sheet_required, sheet_wrong, recovery_none, throttled, session_ended; folder.
func (s *Session) CheckCodes(ctx context.Context, typed secret.Text) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	var set store.Set
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		set, err = s.ownSet(tx)
		return err
	})
	if err != nil {
		return err
	}
	given := strings.TrimSpace(typed.Reveal())
	switch {
	case set.Run > 0 && given == "":
		return refuse(service.CodeCheckWordRequired).At("word")
	case set.Run > 0:
		return s.takeCheckWord(ctx, set, typed)
	case given == "":
		return refuse(service.CodeSheetRequired).At("word")
	}
	if n, err := strconv.Atoi(given); err != nil || n != set.Sheet { // Profile shows the number: there is nothing to guess
		return refuse(service.CodeSheetWrong).At("word").With("sheet", set.Sheet)
	}
	now := s.w.now()
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		ok, err := tx.CheckSet(set.ID, now)
		if err := refuseUnless(ok, err, service.CodeRecoveryNone); err != nil {
			return err
		}
		s.w.record(tx, now, eventCodesChecked, s.id, s.id, map[string]string{"sheet": decimal(set.Sheet)})
		return nil
	})
}

// takeCheckWord takes the check word of a sheet of the session’s profile, and notes that its person has it.
func (s *Session) takeCheckWord(ctx context.Context, set store.Set, word secret.Text) error {
	t, err := s.w.recordAttempt(ctx, s.id, store.KindCheckWord)
	if err != nil {
		return err
	}
	if !recovery.SameCheckWord(word, s.w.checkWord(set.ID)) {
		return s.w.wrong(ctx, t, service.CodeCheckWordWrong).At("word").With("sheet", set.Sheet)
	}
	now := s.w.now()
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		ok, err := tx.CheckSet(set.ID, now)
		if err := refuseUnless(ok, err, service.CodeCheckWordNone); err != nil {
			return err
		}
		first, err := tx.AcknowledgeSet(set.ID, now)
		if err != nil {
			return err
		}
		if err := clearFailures(tx, t); err != nil {
			return err
		}
		if first {
			s.w.record(tx, now, eventAcknowledged, s.id, s.id, map[string]string{"sheet": decimal(set.Sheet), "run": decimal(set.Run)})
			return nil
		}
		s.w.record(tx, now, eventCodesChecked, s.id, s.id, map[string]string{"sheet": decimal(set.Sheet)})
		return nil
	})
}

// PostponeCheck puts the question for the sheet off by service.CheckPause. Errors: recovery_none, session_ended; folder.
func (s *Session) PostponeCheck(ctx context.Context) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	now := s.w.now()
	return s.w.update(ctx, func(tx store.WriteTx) error {
		set, err := s.ownSet(tx)
		if err != nil {
			return err
		}
		ok, err := tx.PostponeSet(set.ID, now.Add(service.CheckPause))
		if err := refuseUnless(ok, err, service.CodeRecoveryNone); err != nil {
			return err
		}
		s.w.record(tx, now, eventCheckPostponed, s.id, s.id, map[string]string{"sheet": decimal(set.Sheet)})
		return nil
	})
}
