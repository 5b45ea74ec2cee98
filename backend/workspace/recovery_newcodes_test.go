package workspace_test

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
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
	h.refused(second(h.challenge().Recover(t.Context(), secret.NewText(noCode))), service.CodeRecoveryWrong)
	h.ok(s.KeepNewCodes(t.Context()))
	if n := h.failures(s.ProfileID(), store.KindRecovery); n != 0 {
		t.Errorf("%d guesses at the old codes count for the new ones", n)
	}
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
			h.refused(second(s.Showing(t.Context())), service.CodeEnrolmentEnded)
			issued, err := s.BeginNewCodes(t.Context(), owner.proof())
			h.ok(err)
			shown, err := s.Showing(t.Context())
			if h.ok(err); shown.Sheet != issued.Sheet || !slices.Equal(display(&shown), display(issued)) {
				t.Errorf("it shows sheet %d", shown.Sheet)
			}
			h.sneak(c.sql)
			h.refused(s.KeepNewCodes(t.Context()), c.code)
			if _, err := s.Showing(t.Context()); !service.IsCode(err, service.CodeEnrolmentEnded) {
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
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	h.refused(s.CancelNewCodes(t.Context()), service.CodeKeychainLocked)
}

// sets counts the recovery sets that the database has, by state.
func (h *fixture) sets() map[store.SetState]int {
	h.Helper()
	n := map[store.SetState]int{}
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) error {
		return eachRow(tx, func(_ store.Key, row any) error {
			if r, ok := row.(store.SetRow); ok {
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
	if n := h.sets(); n[store.SetDropped] != 0 || n[store.SetPending] != 0 {
		t.Errorf("one's own: %v", n)
	}

	h.ok(second(s.BeginNewCodes(t.Context(), keeper.proof())))
	keeper.beginRun(keeper).issue() // in another window
	h.ok(s.CancelNewCodes(t.Context()))
	if n := h.sets(); n[store.SetDropped] != 1 || n[store.SetPending] != 0 {
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

// Whoever mistypes while new codes are shown still has these before them.
func TestBeginNewCodes_RefusedOneLeavesWhatIsShown(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	p := h.one(person{role: store.RoleMember, on: true})
	s := p.signIn()
	issued, err := s.BeginNewCodes(t.Context(), p.proof())
	h.ok(err)
	_, err = s.BeginNewCodes(t.Context(), client.Proof{Password: secret.NewText("not the password at all"), Factor: byCode(p.newCode())})
	h.refused(err, service.CodePasswordWrong)
	shown, err := s.Showing(t.Context())
	h.ok(err)
	if shown.Sheet != issued.Sheet || len(shown.Codes) != 10 || shown.Codes[0].Display() != issued.Codes[0].Display() {
		t.Errorf("sheet %d is shown with %d codes, issued was %d", shown.Sheet, len(shown.Codes), issued.Sheet)
	}
	h.ok(s.KeepNewCodes(t.Context()))
	h.refused(second(s.Showing(t.Context())), service.CodeEnrolmentEnded)
	h.clock.step(time.Minute)
	_, err = p.challenge().Recover(t.Context(), secret.NewText(issued.Codes[0].Display()))
	h.ok(err)
}

// A form that is wrong costs no guess, and who has no codes is told so.
func TestRecoveryCode_IsLookedAtBeforeItCostsAGuess(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	typed := func(code string) client.FactorInput {
		return client.FactorInput{Kind: service.FactorRecovery, Value: secret.NewText(code)}
	}
	off := owner.signIn()
	h.refused(off.Disable(t.Context(), typed(noCode)), service.CodeTwoFactorOff)
	p := h.one(person{role: store.RoleMember, on: true})
	owner.printed(p)
	s := p.signIn()
	before := h.failures(p.id, store.KindRecovery)
	h.refused(s.Disable(t.Context(), typed("")), service.CodeRecoveryRequired)
	if e := h.refused(s.Disable(t.Context(), typed("ABCD")), service.CodeRecoveryForm); e.Field != "recovery" || e.Args["length"] != 4 {
		t.Errorf("%+v", e)
	}
	if n := h.failures(p.id, store.KindRecovery); n != before {
		t.Errorf("%d guesses are counted", n-before)
	}
	h.ok(s.NotMe(t.Context()))
	if e := h.refused(s.Disable(t.Context(), typed(noCode)), service.CodeRecoveryNone); e.Field != "recovery" {
		t.Errorf("%+v", e)
	}
}
