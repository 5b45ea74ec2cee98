package workspace_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestVerifyLog_LooksAtWhatThereWasWhenItBegan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happen  func(h *fixture, owner *user)
		checked int64 // less than there were
		first   audit.LogBreakKind
	}{
		"nothing":                   {func(*fixture, *user) {}, 0, ""},
		"another wrote":             {func(_ *fixture, owner *user) { owner.signIn() }, 0, ""},
		"the newest event was lost": {func(h *fixture, _ *user) { h.sneak("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)") }, 1, audit.BreakEventMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			store := h.onAfter()
			a := owner.admin()
			head := h.head()
			store.n, store.happen = 1, func() { c.happen(h, owner) }
			r, err := a.VerifyLog(t.Context(), nil)
			h.ok(err)
			if r.Events != head || r.Checked != head-c.checked || (r.First == nil) != (c.first == "") || (r.Breaks == 0) != (c.first == "") {
				t.Errorf("of %d: %+v", head, r)
			}
			if r.First != nil && (r.First.Kind != c.first || r.First.Seq != head) {
				t.Errorf("%+v", r.First)
			}
		})
	}
}

func TestVerifyLog_AnchorOfAnEmptyLogIsBehindAndFits(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	b := bytes.Clone(anchorOf(h).Reveal())
	clear(b[:anchorPlace])
	setAnchor(h, secret.NewBytes(b))
	r, err := a.VerifyLog(t.Context(), nil)
	if h.ok(err); r.Breaks != 0 {
		t.Errorf("%+v, %+v", r, r.First)
	}
}

func TestVerifyLog_KeychainThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	k := &hurt{Secrets: h.secrets, call: "get", item: "/anchor"}
	var err error
	h.w, err = local.Open(t.Context(), local.Config{Store: h.store, Secrets: k, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	a := owner.admin()
	k.n = 1
	h.refused(second(a.VerifyLog(t.Context(), nil)), service.CodeKeychainLocked)
}

func TestSigningKey_ClosedWorkspaceHasNone(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	key, err := a.SigningKey(t.Context())
	h.ok(err)
	public := key.Public().(ed25519.PublicKey)
	message, err := json.Marshal(map[string]any{"form": "countersign bundle", "workspaceId": h.w.ID(), "createdBy": owner.name, "key": []byte(public)})
	h.ok(err)
	signature, err := key.Sign(nil, message, crypto.Hash(0))
	if h.ok(err); !ed25519.Verify(public, message, signature) {
		t.Fatal("what it signs is not signed with it")
	}
	h.w.Close()
	if signature, err := key.Sign(nil, message, crypto.Hash(0)); err == nil || signature != nil {
		t.Errorf("it signs with %d bytes, %v", len(signature), err)
	}
	if key, err := a.SigningKey(t.Context()); err == nil || key != nil {
		t.Errorf("a key %v, %v", key, err)
	}
}

// spoilt is a writer that fails once, at its nth call.
type spoilt struct{ n int }

var errSpoilt = errors.New("the disk is spoilt")

func (s *spoilt) Write(b []byte) (int, error) {
	if s.n--; s.n == 0 {
		return 0, errSpoilt
	}
	return len(b), nil
}

func TestExportLog_WriterThatFailsIsTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	for i := range 40 { // more than are written at once
		h.ok(s.Rename(t.Context(), "Amara "+strings.Repeat("x", i)+strings.Repeat("é", 20)))
	}
	whole := &spoilt{}
	_, err = a.ExportLog(t.Context(), whole, nil)
	h.ok(err)
	for n := 1; n <= -whole.n; n++ {
		if _, err := a.ExportLog(t.Context(), &spoilt{n}, nil); !errors.Is(err, errSpoilt) {
			t.Errorf("write %d of %d: %v", n, -whole.n, err)
		}
	}
}

func TestLog_WorkspaceClosedMeanwhileIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(a *client.Admin, p service.Progress) error{
		"verify": func(a *client.Admin, p service.Progress) error { return second(a.VerifyLog(t.Context(), p)) },
		"export": func(a *client.Admin, p service.Progress) error {
			return second(a.ExportLog(t.Context(), io.Discard, p))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			h.refused(read(owner.admin(), func(int64, int64) { h.w.Close() }), service.CodeSessionEnded)
		})
	}
}

func TestLog_PageThatIsJustFullHasNoNext(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	a := owner.admin()
	head := int(h.head())
	for limit, more := range map[int]bool{head - 1: true, head: false, head + 1: false} {
		page, err := a.Log(t.Context(), service.LogQuery{Steps: true, Limit: limit})
		h.ok(err)
		if (page.Next > 0) != more || len(page.Entries) != min(limit, head) {
			t.Errorf("%d of %d: %d entries, next %d", limit, head, len(page.Entries), page.Next)
		}
	}
}

// What is found before an event that cannot be read fills a page all the same.
func TestLog_PageBeforeAnUnreadableEventIsGiven(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	for range 3 {
		owner.signIn()
	}
	a := owner.admin()
	h.sneak("UPDATE events SET rows = 'x' WHERE seq = 1")
	page, err := a.Log(t.Context(), service.LogQuery{Text: "signed-in", Limit: 2})
	h.ok(err)
	if len(page.Entries) != 2 || page.Next == 0 {
		t.Errorf("%d entries, next %d", len(page.Entries), page.Next)
	}
	h.refused(second(a.Log(t.Context(), service.LogQuery{Text: "signed-in"})), service.CodeNotAuthentic)
}

func TestLog_OfAPersonHasWhatTheyDidAndWhatWasDoneToThem(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	member := h.one(person{role: store.RoleMember, on: true})
	a := owner.admin()
	head := h.head()
	h.ok(a.Reset2FA(t.Context(), member.id, "", owner.proof()))
	for _, id := range []string{owner.id, member.id} {
		page, err := a.Log(t.Context(), service.LogQuery{Person: id, After: head})
		h.ok(err)
		if all := kinds(page); !slices.Contains(all, "2fa-reset") {
			t.Errorf("of %s: %v", h.profile(id).Name, all)
		}
	}
}

// A long log is read in parts, and a page names a person in one way.
func TestLog_PageNamesAPersonInOneWay(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	renamed := false
	h.openChanged(func(c *local.Config) {
		c.Sentence = func(_ string, e service.LogEntry) string {
			if !renamed && e.Detail["word"] == "zebra" {
				renamed = true
				h.sneak("UPDATE profiles SET name = 'Another'")
			}
			return ""
		}
	})
	a := owner.admin()
	word := `UPDATE events SET detail = '{"word":"zebra"}' WHERE seq = (SELECT max(seq) FROM events)`
	h.sneak(word, "INSERT INTO events WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100) "+
		"SELECT seq + i, at, kind, actor, subject, '{}', rows, state, seal, tree FROM n, (SELECT * FROM events ORDER BY seq DESC LIMIT 1)", word)
	page, err := a.Log(t.Context(), service.LogQuery{Text: "zebra", Steps: true})
	h.ok(err)
	if len(page.Entries) != 2 || !renamed || page.Entries[0].Actor.Name != page.Entries[1].Actor.Name {
		t.Errorf("renamed: %t, %+v", renamed, page.Entries)
	}
}
