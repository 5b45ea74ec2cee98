package workspace_test

import (
	"testing"

	"countersign/backend/store"
)

// A database of before there were languages is brought up to date, and its log still fits its rows.
func TestLanguage_DatabaseOfBeforeGoesOn(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	_ = h.file()
	m := h.one(person{role: store.RoleMember})
	h.sneak("ALTER TABLE profiles DROP COLUMN language; DELETE FROM goose_db_version WHERE version_id = 2")
	h.restart()
	a := owner.admin()
	seen, err := a.Member(t.Context(), m.id)
	h.ok(err)
	if seen.Language != "" {
		t.Errorf("it has the language %q", seen.Language)
	}
	h.ok(a.SetLanguageOf(t.Context(), []string{m.id}, "ja"))
	h.restart()
	report, err := owner.admin().VerifyLog(t.Context(), nil)
	h.ok(err)
	if report.Breaks != 0 {
		t.Errorf("%+v", report)
	}
}

func TestLanguage_ThatItIsAlreadyLeavesNoEvent(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, a := owner.signIn(), owner.admin()
	h.ok(s.SetLanguage(t.Context(), "de"))
	head := h.head()
	h.ok(s.SetLanguage(t.Context(), "de"))
	h.ok(a.SetLanguageOf(t.Context(), []string{owner.id}, "de"))
	if now := h.head(); now != head {
		t.Errorf("%d events more", now-head)
	}
}
