package workspace_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
	"countersign/backend/workspace"
)

// lived is a workspace with some history, closed.
func lived(t *testing.T) (*fixture, phone, []string) {
	t.Helper()
	h, s, p, codes := enabled(t)
	_, err := h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
	h.refused(err, service.CodeCodeWrong)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
	h.refused(err, service.CodeCodeWrong)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.ok(h.store.Close())
	return h, p, codes
}

// sneak changes the file as somebody could who has the right to write it.
func (h *fixture) sneak(statements ...string) {
	h.Helper()
	changed, err := teststore.Edit(h, h.path, statements...)
	h.ok(err)
	for i, s := range statements {
		if changed[i] == 0 && !strings.HasPrefix(s, "CREATE") && !strings.HasPrefix(s, "PRAGMA") {
			h.Fatalf("%s changed nothing", s)
		}
	}
}

// start tries to open the workspace.
func (h *fixture) start() (*client.Local, error) {
	h.Helper()
	var err error
	if h.store, err = teststore.Open(h.Context(), h.T, h.path); err != nil {
		return nil, service.Explain(err)
	}
	store := h.store
	h.Cleanup(func() { _ = store.Close() })
	return local.Open(h.Context(), local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
}

func TestOpen_FindsEditedRowsAndOpensNothing(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sql  []string
		kind audit.FindingKind
		key  string
	}{
		"TwoFactorOff":    {[]string{"DELETE FROM factors"}, audit.FoundRowRemoved, "factor/"},
		"SetDeleted":      {[]string{"PRAGMA foreign_keys = 1", "DELETE FROM recovery_sets"}, audit.FoundRowRemoved, "set/"},
		"CodesDeleted":    {[]string{"DELETE FROM recovery_codes WHERE number > 5"}, audit.FoundRowChanged, "set/"},
		"FailuresZeroed":  {[]string{"UPDATE attempts SET failures = 0 WHERE kind = 'code'"}, audit.FoundRowChanged, "attempts/code/"},
		"FailuresDeleted": {[]string{"DELETE FROM attempts WHERE kind = 'code'"}, audit.FoundRowRemoved, "attempts/code/"},
		"AppAdded":        {[]string{"INSERT INTO apps SELECT profile_id, generation + 1, 'x', item, added_at, 0, 0, '' FROM apps"}, audit.FoundRowChanged, "factor/"},
		"AppRenamed":      {[]string{"UPDATE apps SET name = 'x'"}, audit.FoundRowChanged, "factor/"},
		"AppRemoved":      {[]string{"DELETE FROM apps"}, audit.FoundRowChanged, "factor/"},
		"LastStepLowered": {[]string{"UPDATE apps SET last_step = last_step - 10"}, audit.FoundRowChanged, "factor/"},
		"UsedCodeUnused":  {[]string{"UPDATE recovery_codes SET used_at = 0, use = '' WHERE used_at > 0"}, audit.FoundRowChanged, "set/"},
		"RoleLowered":     {[]string{"UPDATE profiles SET role = 'member'"}, audit.FoundRowChanged, "profile/"},
		"LanguageChanged": {[]string{"UPDATE profiles SET language = 'ja'"}, audit.FoundRowChanged, "profile/"},
		"KeyReplaced":     {[]string{"UPDATE profiles SET password_key = zeroblob(32)"}, audit.FoundRowChanged, "profile/"},
		"CostLowered":     {[]string{"UPDATE profiles SET password_time = 2"}, audit.FoundRowChanged, "profile/"},
		"ProfileAdded": {[]string{`INSERT INTO profiles SELECT 'x', 'x@example.com', 'x@example.com', name, role, created_at, password_salt, password_memory,
			password_time, password_lanes, password_key, password_lock, password_share, password_at, last_sign_in_at, generation, epoch, state, state_at, checklist_away, last_sheet, language FROM profiles`}, audit.FoundRowAdded, "profile/x"},
		"PolicyChanged": {[]string{"UPDATE workspace SET require_2fa = 1"}, audit.FoundRowChanged, "workspace/"},
		"IntentPlanted": {[]string{"INSERT INTO intents (id, kind, item, created_at) SELECT 'i', 'delete-item', item, 1 FROM apps"}, audit.FoundRowAdded, "intent/i"},
		"EventChanged":  {[]string{"UPDATE events SET detail = '{\"to\":\"x\"}' WHERE kind = 'profile-renamed'"}, audit.FoundLogBroken, ""},
		"EventRemoved":  {[]string{"DELETE FROM events WHERE seq = 4"}, audit.FoundLogBroken, ""},
		"FirstRemoved":  {[]string{"DELETE FROM events WHERE seq = 1"}, audit.FoundLogBroken, ""},
		"LastRemoved":   {[]string{"DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)"}, audit.FoundOlderCopy, ""},
		"AllRemoved":    {[]string{"DELETE FROM events"}, audit.FoundOlderCopy, ""},
		"EventsSwapped": {[]string{"UPDATE events SET seq = -seq WHERE seq IN (3, 4)", "UPDATE events SET seq = 7 + seq WHERE seq < 0"}, audit.FoundLogBroken, ""},
		"EventAdded":    {[]string{"INSERT INTO events SELECT seq + 1, at, kind, actor, subject, detail, rows, state, seal, tree FROM events ORDER BY seq DESC LIMIT 1"}, audit.FoundLogBroken, ""},
		"StateChanged":  {[]string{"UPDATE events SET state = zeroblob(32) WHERE seq = (SELECT max(seq) FROM events)"}, audit.FoundLogBroken, ""},
		"TreeChanged":   {[]string{"UPDATE events SET tree = zeroblob(32) WHERE seq = 5"}, audit.FoundLogBroken, ""},
		"NotJSON":       {[]string{"UPDATE events SET rows = 'x' WHERE seq = 2"}, audit.FoundLogBroken, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, _ := lived(t)
			h.sneak(c.sql...)
			before := teststore.Content(h, h.path)
			for range 2 { // nothing heals by itself
				w, err := h.start()
				if w != nil {
					t.Fatal("it opened")
				}
				h.refused(err, service.CodeNotAuthentic)
				var r *audit.Mismatch
				if !errors.As(err, &r) {
					t.Fatal("there is no report")
				}
				found := false
				for _, f := range r.Findings {
					found = found || f.Kind == c.kind && strings.HasPrefix(f.Key, c.key)
				}
				if !found {
					t.Errorf("found %v", r)
				}
				h.ok(h.store.Close())
			}
			if teststore.Content(h, h.path) != before {
				t.Error("the database was changed")
			}
		})
	}
}

func TestOpen_FindsATriggerOrAViewBeforeReading(t *testing.T) {
	t.Parallel()
	for name, planted := range map[string]string{
		"Trigger": "CREATE TRIGGER t AFTER UPDATE ON attempts BEGIN UPDATE attempts SET failures = 0; END",
		"View":    "CREATE VIEW v AS SELECT 1",
		"Column":  "CREATE TABLE extra (x)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, _ := lived(t)
			db, err := sql.Open("sqlite", h.file())
			h.ok(err)
			_, err = db.Exec(planted)
			h.ok(errors.Join(err, db.Close()))
			_, err = h.start()
			h.refused(err, service.CodeNotAuthentic)
		})
	}
}

func TestOpen_FindsAnOlderCopyWithAndWithoutItsWAL(t *testing.T) {
	t.Parallel()
	for _, withWAL := range []bool{false, true} {
		h, s, p, codes := enabled(t)
		if !withWAL {
			h.restart() // which brings the WAL into the file
		}
		copied := map[string][]byte{}
		for _, suffix := range []string{"", "-wal"} {
			if b, err := os.ReadFile(h.file() + suffix); err == nil {
				copied[suffix] = b
			}
		}
		if withWAL {
			_, err := s.Overview(t.Context())
			h.ok(err)
		}
		_, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
		h.ok(err)
		_, err = h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
		h.refused(err, service.CodeCodeWrong)
		h.ok(h.store.Close())
		_ = os.Remove(h.path + "-shm")
		_ = os.Remove(h.path + "-wal")
		for suffix, b := range copied {
			h.ok(os.WriteFile(h.path+suffix, b, 0o600))
		}
		_, err = h.start()
		h.refused(err, service.CodeNotAuthentic)
		var r *audit.Mismatch
		if !errors.As(err, &r) || r.Findings[0].Kind != audit.FoundOlderCopy || r.Head >= r.Anchor || r.LastGood.IsZero() {
			t.Errorf("found %v", r)
		}
	}
}

func TestOpen_AnchorsACommitThatACrashLeft(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	stale := anchorOf(h)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	setAnchor(h, stale) // as if the process had ended before it
	h.restart()
	if a := anchorOf(h); string(a.Reveal()) == string(stale.Reveal()) {
		t.Error("the head is not anchored")
	}
	h.restart()
}

func TestOpen_LostOrForeignAnchorOpensNothing(t *testing.T) {
	t.Parallel()
	h, _, _ := lived(t)
	name := anchorName(h)
	h.ok(h.secrets.Delete(t.Context(), name))
	_, err := h.start()
	h.refused(err, service.CodeNotAuthentic)
	h.ok(h.store.Close())
	setAnchor(h, secret.NewBytes(make([]byte, 88)))
	b := make([]byte, 88)
	b[7], b[8] = 3, 1 // event 3 with another seal
	setAnchor(h, secret.NewBytes(b))
	_, err = h.start()
	h.refused(err, service.CodeNotAuthentic)
}

func TestOpen_CheckDoesNotGrowWithTheLog(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	for i := range 60 {
		h.ok(s.Rename(t.Context(), "Amara "+strings.Repeat("x", i+1)))
	}
	h.restart()
	_, m, err := workspace.ReadAnchor(inner(h.w), t.Context())
	h.ok(err)
	if m != 0 {
		t.Fatalf("marked at %d", m)
	}
	h.marks = 50
	h.restart()
	head, m, err := workspace.ReadAnchor(inner(h.w), t.Context())
	h.ok(err)
	if m != head || m < 60 {
		t.Errorf("head %d, marked at %d", head, m)
	}
	h.ok(h.store.Close())
	h.sneak("DELETE FROM events WHERE seq = 5") // before the mark: the count tells
	_, err = h.start()
	h.refused(err, service.CodeNotAuthentic)
}

func TestAnchor_FailedWriteIsToldAndTheNextActFixesIt(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	h.refused(s.Rename(t.Context(), "Amara N. Okafor"), service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	h.ok(s.Rename(t.Context(), "Amara O."))
	h.restart()
}

func anchorName(h *fixture) string {
	h.Helper()
	for _, n := range h.secrets.names() {
		if strings.HasSuffix(n, "/anchor") {
			return n
		}
	}
	h.Fatal("there is no anchor")
	return ""
}

func anchorOf(h *fixture) secret.Bytes {
	h.Helper()
	b, err := h.secrets.Get(context.Background(), anchorName(h))
	h.ok(err)
	return b
}

func setAnchor(h *fixture, b secret.Bytes) {
	h.Helper()
	name := h.secrets.prefix() + "/anchor"
	h.ok(h.secrets.Set(context.Background(), name, b))
}

// What nothing of ours wrote is told as what it is: the database was changed.
func TestOpen_ValuesOutOfBoundsAreNotAuthentic(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"lanes of a password":   "UPDATE profiles SET password_lanes = 257",
		"memory of a password":  "UPDATE profiles SET password_memory = 4294967297",
		"lanes of codes":        "UPDATE recovery_sets SET lanes = 257",
		"a time of year 10000":  "UPDATE profiles SET created_at = 253402300800000",
		"a time of year 292277": "UPDATE apps SET last_used_at = 9223372036854775807",
		"a time before 1970":    "UPDATE factors SET since = -1",
		"an event of year 9999": "UPDATE events SET at = 253402300800000 WHERE seq = 2",
		"an event at 0":         "UPDATE events SET at = 0 WHERE seq = 2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, _, _ := enabled(t)
			h.sneak(change)
			_, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
			h.refused(err, service.CodeNotAuthentic)
		})
	}
}
