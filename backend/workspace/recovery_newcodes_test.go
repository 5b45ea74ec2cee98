package workspace_test

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
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
	h.refused(err, service.CodeRecoveryWrong)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(old[0]))
	h.ok(err)
	h.ok(s.CancelNewCodes(t.Context()))
	h.refused(s.KeepNewCodes(t.Context()), service.CodeEnrolmentEnded)
	h.clock.step(30 * time.Second)
	issued, err = s.BeginNewCodes(t.Context(), proof(byCode(p.code())))
	h.ok(err)
	fresh = display(issued)
	h.ok(s.KeepNewCodes(t.Context()))
	_, err = h.challenge().Recover(t.Context(), secret.NewText(old[1]))
	h.refused(err, service.CodeRecoveryWrong)
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
		code service.Code
	}{
		"2FA is off":        {"DELETE FROM factors", service.CodeTwoFactorOff},
		"they were dropped": {"DELETE FROM recovery_sets WHERE state = 'pending'", service.CodeEnrolmentEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner, _ := guarded(t)
			s := owner.signIn()
			h.refused(second(s.Showing()), service.CodeEnrolmentEnded)
			issued, err := s.BeginNewCodes(t.Context(), owner.proof())
			h.ok(err)
			shown, err := s.Showing()
			if h.ok(err); shown.Sheet != issued.Sheet || !slices.Equal(display(&shown), display(issued)) {
				t.Errorf("it shows sheet %d", shown.Sheet)
			}
			h.sneak(c.sql)
			h.refused(s.KeepNewCodes(t.Context()), c.code)
			if _, err := s.Showing(); !service.IsCode(err, service.CodeEnrolmentEnded) {
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
	h.refused(s.CancelNewCodes(t.Context()), service.CodeKeychainLocked)
}

// sets counts the recovery sets that the database has, by state.
func (h *fixture) sets() map[workspace.SetState]int {
	h.Helper()
	n := map[workspace.SetState]int{}
	h.ok(h.store.View(h.Context(), func(tx workspace.ReadTx) error {
		return eachRow(tx, func(_ workspace.Key, row any) error {
			if r, ok := row.(workspace.SetRow); ok {
				n[r.Set.State]++
			}
			return nil
		})
	}))
	return n
}

// Nobody has one's own codes on paper that one did not keep. Those of a print run may be.
func TestCancelNewCodes_LeavesOnlyWhatMayBeOnPaper(t *testing.T) {
	t.Parallel()
	h, keeper, _ := guarded(t)
	s := keeper.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), keeper.proof())))
	h.ok(s.CancelNewCodes(t.Context()))
	if n := h.sets(); n[workspace.SetDropped] != 0 || n[workspace.SetPending] != 0 {
		t.Errorf("one's own: %v", n)
	}

	h.ok(second(s.BeginNewCodes(t.Context(), keeper.proof())))
	keeper.beginRun(keeper).issue() // in another window
	h.ok(s.CancelNewCodes(t.Context()))
	if n := h.sets(); n[workspace.SetDropped] != 1 || n[workspace.SetPending] != 0 {
		t.Errorf("a run's: %v", n)
	}
}

// Where another window has ended them already there is nothing to say.
func TestCancelNewCodes_ThatHaveEndedIsNoEvent(t *testing.T) {
	t.Parallel()
	h, keeper, _ := guarded(t)
	s, other := keeper.signIn(), keeper.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), keeper.proof())))
	h.ok(second(other.BeginNewCodes(t.Context(), keeper.proof())))
	h.ok(other.KeepNewCodes(t.Context()))
	head := h.head()
	h.ok(s.CancelNewCodes(t.Context()))
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
}

// A sheet of a run that cannot be read is not passed over.
func TestCancelNewCodes_SheetThatCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	h, keeper, _ := guarded(t)
	s := keeper.signIn()
	h.ok(second(s.BeginNewCodes(t.Context(), keeper.proof())))
	keeper.beginRun(keeper).issue()
	h.sneak("UPDATE recovery_codes SET used_at = 9223372036854775807 WHERE set_id IN (SELECT id FROM recovery_sets WHERE state = 'pending')")
	h.refused(s.CancelNewCodes(t.Context()), service.CodeNotAuthentic)
}
