package workspace

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"countersign/backend/audit"
	"countersign/backend/password"
	"countersign/backend/service"
	"countersign/backend/store"
)

// errEnough ends a walk through the log early.
var errEnough = errors.New("enough")

// logChunk is how many events are read in one transaction: a long read would
// keep the WAL from being folded in, and a lock would have to wait for it.
const logChunk = 1_000

// Log reads events, newest first. Errors: forbidden, session_ended,
// not_authentic where an event cannot be read; ErrNotFound where nobody has the
// email that Person is; folder.
func (a *Admin) Log(ctx context.Context, q service.LogQuery) (service.LogPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, service.LogLimit)
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	var page service.LogPage
	names := people{a.s.w.ID(): nil} // which some events are about
	match := matcher{q: q, words: strings.Fields(fold(q.Text)), sentence: a.s.w.sentence}
	if service.CheckLanguage(q.Language) != nil {
		match.q.Language = ""
	}
	for first, more := true, true; more; first = false {
		var before int64
		var found []service.LogEntry
		err := a.view(ctx, func(tx store.ReadTx) (err error) {
			if first {
				head, err := tx.Head()
				if err != nil {
					return err
				}
				page.Head = head.Seq
				if match.person, err = personOf(tx, q.Person); err != nil {
					return err
				}
			}
			var chunk []audit.Event
			if chunk, before, more, err = match.before(tx, q.Before, q.Limit+1-len(page.Entries)); err != nil {
				return err
			}
			found, err = match.entries(tx, names, chunk)
			return err
		})
		if err != nil {
			return service.LogPage{}, err
		}
		q.Before = before
		page.Entries = append(page.Entries, found...)
		if len(page.Entries) > q.Limit {
			page.Entries = page.Entries[:q.Limit]
			page.Next = page.Entries[q.Limit-1].Seq
			break
		}
	}
	return page, nil
}

// enough takes an early end for a good one, and gives words to an event that
// cannot be read.
func enough(err error) error {
	switch {
	case errors.Is(err, errEnough):
		return nil
	case errors.Is(err, audit.ErrBroken):
		return refuse(service.CodeNotAuthentic).Because(err)
	}
	return err
}

// personOf gives the profile ID that a query means.
func personOf(tx store.ReadTx, person string) (string, error) {
	if !strings.Contains(person, "@") {
		return person, nil
	}
	p, err := tx.ProfileByEmail(emailKey(person))
	return p.ID, err
}

// people are the names that were looked up.
type people map[string]*service.LogPerson

func (p people) find(tx store.ReadTx, id string) (*service.LogPerson, error) {
	if id == "" {
		return nil, nil
	}
	if known, ok := p[id]; ok {
		return known, nil
	}
	profile, err := tx.Profile(id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	p[id] = &service.LogPerson{ID: id, Name: profile.Name, Email: profile.Email}
	return p[id], nil
}

// matcher holds events against a query.
type matcher struct {
	q        service.LogQuery
	person   string
	words    []string
	sentence func(language string, e service.LogEntry) string // nil: what an entry reads as is not searched
}

// before reads up to most events before a number, newest first, that may match, and more
// where a text is searched for, which few of them may have. It looks at logChunk events at a time: next is the number of the last, and more says
// that there may be others. One that cannot be read is not_authentic where none that
// may match comes before it.
func (m matcher) before(tx store.ReadTx, seq int64, most int) (found []audit.Event, next int64, more bool, err error) {
	looked := 0
	for e, err := range tx.EventsBefore(seq) {
		switch {
		case errors.Is(err, audit.ErrBroken) && len(found) > 0:
			return found, seq, true, nil
		case err != nil:
			return nil, seq, false, enough(err)
		case e.Seq <= m.q.After:
			return found, seq, false, nil
		case looked == logChunk || len(found) == most && len(m.words) == 0:
			return found, seq, true, nil
		}
		looked, seq = looked+1, e.Seq
		if m.mayMatch(e.Event) {
			e.Rows = nil
			found = append(found, e.Event)
		}
	}
	return found, seq, false, nil
}

// mayMatch looks at what the event itself tells.
func (m matcher) mayMatch(e audit.Event) bool {
	k := kindOf(e.Kind)
	switch {
	case k.step && !m.q.Steps,
		m.q.Group != "" && k.group != m.q.Group,
		m.person != "" && e.Actor != m.person && e.Subject != m.person && !slices.Contains(strings.Fields(e.Detail["members"]), m.person),
		!m.q.Since.IsZero() && e.At.Before(m.q.Since),
		!m.q.Until.IsZero() && !e.At.Before(m.q.Until):
		return false
	}
	return true
}

// entries are those events that match.
func (m matcher) entries(tx store.ReadTx, names people, events []audit.Event) (found []service.LogEntry, err error) {
	for _, e := range events {
		entry, ok, err := m.entry(tx, names, e)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, entry)
		}
	}
	return found, nil
}

func (m matcher) entry(tx store.ReadTx, names people, e audit.Event) (entry service.LogEntry, ok bool, err error) {
	if !m.mayMatch(e) {
		return entry, false, nil
	}
	k := kindOf(e.Kind)
	actor, err1 := names.find(tx, e.Actor)
	subject, err2 := names.find(tx, e.Subject)
	if err := errors.Join(err1, err2); err != nil {
		return entry, false, err
	}
	entry = service.LogEntry{Seq: e.Seq, At: e.At, Kind: e.Kind, Group: k.group, Step: k.step, Actor: actor, Subject: subject, Detail: e.Detail}
	return entry, m.finds(entry), nil
}

// finds reports whether every word occurs somewhere in the entry.
func (m matcher) finds(e service.LogEntry) bool {
	if len(m.words) == 0 {
		return true
	}
	parts := []string{e.Kind}
	if m.sentence != nil {
		parts = append(parts, m.sentence(m.q.Language, e))
	}
	for _, p := range []*service.LogPerson{e.Actor, e.Subject} {
		if p != nil {
			parts = append(parts, p.Name, p.Email)
		}
	}
	for _, v := range e.Detail {
		parts = append(parts, v)
	}
	text := fold(strings.Join(parts, "\n"))
	return !slices.ContainsFunc(m.words, func(w string) bool { return !strings.Contains(text, w) })
}

// fold makes two spellings of one text alike: case does not count.
func fold(s string) string { return strings.ToLower(password.Normalize(s)) }
