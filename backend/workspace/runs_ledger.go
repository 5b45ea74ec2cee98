package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// mostRuns is how many runs a page of the ledger has.
const mostRuns = 100

// Runs lists print runs, newest first, before a number; 0: from the newest.
// Errors: forbidden, session_ended; folder.
func (a *Admin) Runs(ctx context.Context, before int) (all []service.RunSummary, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		all = nil
		runs, err := tx.Runs(before, mostRuns)
		if err != nil {
			return err
		}
		for _, r := range runs {
			s := service.RunSummary{Run: r, Sheets: map[store.SheetState]int{}}
			entries, err := tx.Ledger(r.Number)
			if err != nil {
				return err
			}
			for _, e := range entries {
				s.Sheets[e.SheetState()]++
			}
			all = append(all, s)
		}
		return nil
	})
	return all, err
}

// Ledger reads one run. Errors: run_unknown, forbidden, session_ended; folder.
func (a *Admin) Ledger(ctx context.Context, run int) (l service.Ledger, err error) {
	err = a.view(ctx, func(tx store.ReadTx) (err error) {
		l = service.Ledger{}
		if l.Run, err = tx.Run(run); err != nil {
			return absent(err, service.CodeRunUnknown)
		}
		if l.Entries, err = tx.Ledger(run); err != nil {
			return err
		}
		if l.Left, err = a.left(tx, l.Entries); err != nil {
			return err
		}
		has := map[string]bool{}
		for _, e := range l.Entries {
			has[e.ProfileID] = true
		}
		for _, id := range l.Run.Members {
			if has[id] {
				continue
			}
			m, err := tx.Member(id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			l.Without = append(l.Without, m)
		}
		return nil
	})
	return l, err
}

// left are those whose sheets in force are not for this admin to mark or void.
func (a *Admin) left(tx store.ReadTx, entries []store.LedgerEntry) (ids []string, err error) {
	actor, err := a.profile(tx)
	if err != nil || actor.Role == store.RoleOwner { // who may all of them
		return nil, err
	}
	all, err := tx.Members()
	if err != nil {
		return nil, err
	}
	role := make(map[string]store.Role, len(all))
	for _, m := range all {
		role[m.ID] = m.Role
	}
	for _, e := range entries {
		if e.State == store.SetActive && service.MayIssueCodes.Refused(actor.ID, actor.Role, e.ProfileID, role[e.ProfileID]) != "" {
			ids = append(ids, e.ProfileID)
		}
	}
	return ids, nil
}

// Unacknowledged lists the sheets of all runs that are in force and that nobody
// has acknowledged, oldest first. Errors: forbidden, session_ended; folder.
func (a *Admin) Unacknowledged(ctx context.Context) (all []store.LedgerEntry, err error) {
	err = a.view(ctx, func(tx store.ReadTx) (err error) {
		all, err = tx.Ledger(0)
		return err
	})
	return all, err
}

// HandOver notes that sheets of a run, by their places on its list, were handed over: those in force that were
// not before, if all of them are of members for whom the admin may issue codes. It gives how many those are. Errors: run_unknown, forbidden,
// session_ended; folder.
func (a *Admin) HandOver(ctx context.Context, run int, places []int) (n int, err error) {
	if len(places) > service.MaxRun { // no run has more
		return 0, service.ErrMalformed
	}
	wanted := map[int]bool{}
	for _, place := range places {
		wanted[place] = true
	}
	err = a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		n = 0
		if _, err := tx.Run(run); err != nil {
			return absent(err, service.CodeRunUnknown)
		}
		entries, err := tx.Ledger(run)
		if err != nil {
			return err
		}
		var found []store.LedgerEntry
		for _, e := range entries {
			if wanted[e.Place] && e.State == store.SetActive && e.HandedOverAt.IsZero() {
				found = append(found, e)
			}
		}
		for _, e := range found { // all of them, or none
			if _, _, err := a.target(tx, e.ProfileID, service.MayIssueCodes); err != nil {
				return err
			}
		}
		now := a.s.w.now()
		for _, e := range found {
			if _, err := tx.HandOverSet(e.SetID, now); err != nil {
				return err
			}
		}
		if n = len(found); n == 0 {
			return nil
		}
		subject := ""
		if n == 1 {
			subject = found[0].ProfileID
		}
		a.s.w.record(tx, now, eventHandedOver, a.s.id, subject, map[string]string{"run": decimal(run), "count": decimal(n)})
		return nil
	})
	return n, err
}

// VoidSheets voids sheets of a run, by their places on its list, that never reached their members, a change for
// each, so that each member is told: they have no recovery codes until they get new
// ones. It gives how many were in force. Errors: run_unknown, forbidden,
// session_ended; folder.
func (a *Admin) VoidSheets(ctx context.Context, run int, places []int) (n int, err error) {
	if len(places) > service.MaxRun {
		return 0, service.ErrMalformed
	}
	done, err := a.s.begin()
	if err != nil {
		return 0, err
	}
	defer done()
	var found []store.LedgerEntry
	err = a.s.w.view(ctx, func(tx store.ReadTx) error {
		actor, err := a.profile(tx)
		if err != nil {
			return err
		}
		if _, err := tx.Run(run); err != nil {
			return absent(err, service.CodeRunUnknown)
		}
		entries, err := tx.Ledger(run)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(entries, func(e store.LedgerEntry) bool { return !slices.Contains(places, e.Place) || e.State != store.SetActive })
		for _, e := range found { // all of them, or none
			p, err := tx.Profile(e.ProfileID)
			if err != nil {
				return err
			}
			if service.MayIssueCodes.Refused(actor.ID, actor.Role, p.ID, p.Role) != "" {
				return refuse(service.CodeForbidden)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, e := range found {
		voided := false
		err := a.changeNow(ctx, nil, nil, func(tx store.WriteTx) (err error) {
			if _, _, err := a.target(tx, e.ProfileID, service.MayIssueCodes); err != nil {
				return err
			}
			now := a.s.w.now()
			if voided, err = tx.MoveSet(e.SetID, store.SetActive, store.SetVoided, now); err != nil || !voided {
				return err
			}
			if err := reset(tx, e.ProfileID, false, store.KindRecovery); err != nil {
				return err
			}
			a.s.w.record(tx, now, eventSheetVoided, a.s.id, e.ProfileID, map[string]string{"run": decimal(run), "sheet": decimal(e.Sheet)})
			return nil
		})
		if err != nil {
			return n, err
		}
		if voided {
			n++
		}
	}
	return n, nil
}

// Acknowledge takes the check word of one's own sheet, as it is printed there.
// Errors: check_word_required, check_word_wrong, check_word_none, throttled,
// session_ended; folder.
func (s *Session) Acknowledge(ctx context.Context, word secret.Text) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	if strings.TrimSpace(word.Reveal()) == "" {
		return refuse(service.CodeCheckWordRequired).At("word")
	}
	var set store.Set
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		set, err = tx.ActiveSet(s.id)
		if errors.Is(err, store.ErrNotFound) || err == nil && (set.Run == 0 || !set.AcknowledgedAt.IsZero()) {
			return refuse(service.CodeCheckWordNone)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.takeCheckWord(ctx, set, word)
}
