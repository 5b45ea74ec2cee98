package workspace

import (
	"context"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
)

// OwnLog reads a page of what concerns the session's own profile, newest first: how it signed
// in and proved itself, what it changed of itself, wrong guesses, what owners and admins did to
// it, the recovery sheets that it was issued, and the Emergency Kits that it made or used. before
// is the Next of the page before, 0 for the newest; limit is 1 to LogLimit. Of others it gives
// names only, and the page has no Head: how long the log is does not concern its reader. Errors:
// session_ended; not_authentic where an event cannot be read; folder.
func (s *Session) OwnLog(ctx context.Context, before int64, limit int) (page service.LogPage, err error) {
	done, err := s.begin()
	if err != nil {
		return service.LogPage{}, err
	}
	defer done()
	if before <= 0 {
		before = math.MaxInt64
	}
	limit = min(max(limit, 1), service.LogLimit)
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		events, err := ownEvents(tx, p.ID, before, limit+1)
		if err != nil {
			return enough(err)
		}
		page = service.LogPage{}
		if len(events) > limit {
			events = events[:limit]
			page.Next = events[limit-1].Seq
		}
		page.Entries, err = ownEntries(tx, p.ID, events)
		return err
	})
	return page, err
}

// ownEvents are the newest events before a number that a profile's own log has, at most that many.
func ownEvents(tx store.ReadTx, id string, before int64, most int) (found []audit.Event, err error) {
	take := func(events iter.Seq2[store.SignedEvent, error], most int, concerns func(audit.Event) bool) error {
		n := 0
		for e, err := range events {
			switch {
			case err != nil:
				return err
			case e.Seq >= before || kindOf(e.Kind).step || !concerns(e.Event):
				continue
			}
			e.Rows = nil
			found = append(found, e.Event)
			if n++; n == most {
				break
			}
		}
		return nil
	}
	// What admins are asked to approve is not yet done to anybody, and its reason is for admins.
	err = take(tx.EventsOf(id), most, func(e audit.Event) bool {
		return e.Actor == id || !strings.HasPrefix(e.Kind, "approval-")
	})
	if err != nil {
		return nil, err
	}
	oldest := int64(0)
	if len(found) == most {
		oldest = found[most-1].Seq
	}
	// These name nobody as their subject.
	err = take(tx.SheetsIssued(oldest), math.MaxInt, func(e audit.Event) bool {
		return e.Subject == "" && slices.Contains(strings.Fields(e.Detail["members"]), id)
	})
	if err != nil {
		return nil, err
	}
	err = take(tx.KitEvents(oldest), math.MaxInt, func(e audit.Event) bool { return e.Actor == id })
	slices.SortFunc(found, func(a, b audit.Event) int { return int(b.Seq - a.Seq) })
	return found[:min(len(found), most)], err
}

// ownEntries gives events the names of their people. Of sheets that many were issued, the person's own.
func ownEntries(tx store.ReadTx, id string, events []audit.Event) ([]service.LogEntry, error) {
	names := people{}
	all := make([]service.LogEntry, 0, len(events))
	for _, e := range events {
		if e.Kind == eventRunSheetsIssued {
			sheet, err := sheetIn(tx, e.Detail["run"], id)
			if err != nil {
				return nil, err
			}
			e.Kind, e.Subject, e.Detail = eventRunSheetIssued, id, map[string]string{"run": e.Detail["run"], "sheets": sheet}
		}
		e.Detail = maps.Clone(e.Detail)
		delete(e.Detail, "members")
		entry, _, err := matcher{}.entry(tx, names, e)
		if err != nil {
			return nil, err
		}
		all = append(all, entry)
	}
	for who, p := range names {
		if who != id {
			p.Email = ""
		}
	}
	return all, nil
}

// sheetIn is the number of the sheet that a profile was issued in a run.
func sheetIn(tx store.ReadTx, run, id string) (string, error) {
	n, err := strconv.Atoi(run)
	if err != nil {
		return "", err
	}
	sheets, err := tx.Ledger(n)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(sheets, func(e store.LedgerEntry) bool { return e.ProfileID == id })
	if i < 0 {
		return "", nil
	}
	return decimal(sheets[i].Sheet), nil
}
