package workspace_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/service"
	"countersign/backend/store"
)

// viewStore counts the looks at the database, and has something happen before one.
type viewStore struct {
	store.Store
	seen, at int
	happen   func()
}

func (s *viewStore) View(ctx context.Context, fn func(store.ReadTx) error) error {
	if s.seen++; s.seen == s.at {
		s.happen()
	}
	return s.Store.View(ctx, fn)
}

// A long log is read in parts, and its head is that of the first: who follows the log
// from there misses nothing.
func TestLog_IsReadInPartsAndFollowedFromTheFirst(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	store := &viewStore{Store: h.store}
	var err error
	h.w, err = local.Open(t.Context(), local.Config{Store: store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	a := owner.admin()
	more := "INSERT INTO events SELECT seq + 1, at, kind, actor, subject, detail, rows, state, seal, tree FROM events ORDER BY seq DESC LIMIT 1"
	h.sneak("INSERT INTO events WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100) " +
		"SELECT seq + i, at, kind, actor, subject, detail, rows, state, seal, tree FROM n, (SELECT * FROM events ORDER BY seq DESC LIMIT 1)")
	head := h.head()
	store.seen, store.at, store.happen = 0, 2, func() { h.sneak(more) }
	page, err := a.Log(t.Context(), service.LogQuery{Text: "nothing says this"})
	h.ok(err)
	if page.Head != head || len(page.Entries) > 0 {
		t.Errorf("the head is %d of %d, with %d entries", page.Head, head, len(page.Entries))
	}
	if store.seen != 3 {
		t.Errorf("%d events are read in %d looks", head, store.seen)
	}
}

func TestLog_NamesAreEmptyWhereAProfileIsGone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember})
	member.signIn()
	h.sneak("DELETE FROM profiles WHERE id = '" + member.id + "'")
	page, err := owner.admin().Log(t.Context(), service.LogQuery{Person: member.id})
	h.ok(err)
	if len(page.Entries) == 0 {
		t.Fatal("what they did is gone with them")
	}
	if who := page.Entries[0].Actor; who == nil || who.ID != member.id || who.Name != "" {
		t.Errorf("%+v", who)
	}
}

// A run is about many, whom its event lists.
func TestLog_OfAPersonHasTheRunsThatTheyAreIn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	all := h.people(person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true}, person{role: store.RoleMember, on: true})
	a := owner.admin()
	r, err := a.BeginRun(t.Context(), service.RunRequest{Members: []string{all[0].id, all[1].id}, Reason: "r", Kind: store.RunPrint}, owner.proof())
	h.ok(err)
	h.ok(r.Issue(t.Context(), nil, func(client.RunSheet) error { return nil }))
	h.ok(second(r.PutInForce(t.Context(), nil)))
	for i, want := range []bool{true, true, false} {
		page, err := a.Log(t.Context(), service.LogQuery{Person: all[i].id, Group: service.GroupRuns})
		h.ok(err)
		if has := len(page.Entries) > 0; has != want {
			t.Errorf("person %d: %+v", i, page.Entries)
		}
	}
}

func TestLog_UntilIsBeforeAndNotAt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.clock.step(time.Hour)
	at := h.clock.now()
	h.ok(owner.signIn().Rename(t.Context(), "Amara N. Okafor"))
	a := owner.admin()
	renamed := func(until time.Time) bool {
		page, err := a.Log(t.Context(), service.LogQuery{Until: until})
		h.ok(err)
		if len(page.Entries) == 0 {
			t.Errorf("until %s there is nothing", until)
		}
		return slices.ContainsFunc(page.Entries, func(e service.LogEntry) bool { return e.Kind == "profile-renamed" })
	}
	if renamed(at) || !renamed(at.Add(time.Millisecond)) {
		t.Errorf("at that time: %t, and after it: %t", renamed(at), renamed(at.Add(time.Millisecond)))
	}
}
