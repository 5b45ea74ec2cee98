package workspace_test

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestNewCodes_ReplaceTheOldOnlyOnceKept(t *testing.T) {
	t.Parallel()
	h, s, p, old := enabled(t)
	issued, err := s.BeginNewCodes(t.Context(), proof(byCode(p.code())))
	h.ok(err)
	if issued.Sheet != 2 || issued.Replaces != 1 {
		t.Errorf("issued: sheet %d, replaces %d", issued.Sheet, issued.Replaces)
	}
	fresh := display(issued)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(fresh[0]))
	h.refused(err, workspace.CodeRecoveryWrong)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(old[0]))
	h.ok(err)
	h.ok(s.CancelNewCodes(t.Context()))
	h.refused(s.KeepNewCodes(t.Context()), workspace.CodeEnrolmentEnded)
	h.clock.step(30 * time.Second)
	issued, err = s.BeginNewCodes(t.Context(), proof(byCode(p.code())))
	h.ok(err)
	fresh = display(issued)
	h.ok(s.KeepNewCodes(t.Context()))
	_, err = h.challenge().Recover(t.Context(), secret.NewText(old[1]))
	h.refused(err, workspace.CodeRecoveryWrong)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(fresh[1]))
	h.ok(err)
	if c := h.status(s).Codes; c.Sheet != 3 || c.Left != 9 {
		t.Errorf("codes: %+v", c)
	}
}

func TestNewCodes_WithoutAPhoneAreNotKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql  string
		code workspace.Code
	}{
		"2FA is off":        {"DELETE FROM factors", workspace.CodeTwoFactorOff},
		"they were dropped": {"DELETE FROM recovery_sets WHERE state = 'pending'", workspace.CodeEnrolmentEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			s := owner.signIn()
			h.refused(second(s.Showing()), workspace.CodeEnrolmentEnded)
			issued, err := s.BeginNewCodes(t.Context(), owner.proof())
			h.ok(err)
			shown, err := s.Showing()
			if h.ok(err); shown.Sheet != issued.Sheet || !slices.Equal(display(&shown), display(issued)) {
				t.Errorf("it shows sheet %d", shown.Sheet)
			}
			h.sneak(c.sql)
			h.refused(s.KeepNewCodes(t.Context()), c.code)
			if _, err := s.Showing(); !workspace.IsCode(err, workspace.CodeEnrolmentEnded) {
				t.Errorf("it still shows them: %v", err)
			}
			if active := owner.active(); active == issued.Sheet {
				t.Error("they are in force")
			}
		})
	}
}

func TestCancelNewCodes_KeychainThatFailsIsTold(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	s := owner.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), owner.proof())))
	h.secrets.fail(workspace.ErrKeychainLocked, nil, nil)
	h.refused(s.CancelNewCodes(t.Context()), workspace.CodeKeychainLocked)
}
