package workspace_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func byCode(code string) workspace.FactorInput {
	return workspace.FactorInput{Kind: workspace.FactorCode, Value: secret.NewText(code)}
}

func byRecovery(code string) workspace.FactorInput {
	return workspace.FactorInput{Kind: workspace.FactorRecovery, Value: secret.NewText(code)}
}

func proof(f workspace.FactorInput) workspace.Proof {
	return workspace.Proof{Password: secret.NewText(pass), Factor: f}
}

func TestRecoveryCode_OpensOnceInAnySpelling(t *testing.T) {
	t.Parallel()
	h, _, _, codes := enabled(t)
	spelled := strings.ToLower(strings.ReplaceAll(codes[2], "-", " "))
	spelled = strings.NewReplacer("0", "o", "1", "l").Replace(spelled)
	s, err := h.challenge().Recover(t.Context(), secret.NewText(spelled))
	h.ok(err)
	if w := s.Welcome(); w.UsedCode != 3 || w.CodesLeft != 9 {
		t.Errorf("welcome: %+v", w)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[2]))
	if e := h.refused(err, workspace.CodeRecoveryUsed); e.Args["number"] != 3 {
		t.Errorf("it says %v", e.Args)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText("ABCD-EFGH-JKMN-PQRS"))
	if e := h.refused(err, workspace.CodeRecoveryWrong); e.Args["sheet"] != 1 {
		t.Errorf("it says %v", e.Args)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText("ABCD"))
	h.refused(err, workspace.CodeRecoveryForm)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(" - "))
	h.refused(err, workspace.CodeRecoveryRequired)
	u := h.status(s).Codes
	if u.Left != 9 || u.Codes[2].UsedAt.IsZero() || u.Codes[2].Use != workspace.UseSignIn || !u.Codes[0].UsedAt.IsZero() {
		t.Errorf("usage: %+v", u)
	}
	for i := 3; i < 9; i++ {
		_, err := h.challenge().Recover(t.Context(), secret.NewText(codes[i]))
		h.ok(err)
	}
	if !h.status(s).Codes.Low() {
		t.Error("three codes left, and nobody is warned")
	}
}

func TestChangePhone_KeepsTheOldOneUntilConfirmed(t *testing.T) {
	t.Parallel()
	h, s, old, codes := enabled(t)
	_, err := s.BeginChangePhone(t.Context(), workspace.Proof{Password: secret.NewText(pass)})
	h.refused(err, workspace.CodeFactorRequired)
	shown, err := s.BeginChangePhone(t.Context(), proof(byCode(old.code())))
	h.ok(err)
	fresh := h.phoneOf(shown)
	if fresh.key == old.key || h.items() != 2 {
		t.Fatal("there is no new key beside the old one")
	}
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.ok(err) // the old phone still works
	_, err = s.Confirm(t.Context(), secret.NewText(fresh.wrong()))
	h.refused(err, workspace.CodeCodeWrong)
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.ok(err) // after a wrong step, too
	confirming := fresh.code()
	_, err = s.Confirm(t.Context(), secret.NewText(confirming))
	h.ok(err)
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
	_, err = h.challenge().Verify(t.Context(), secret.NewText(confirming))
	h.refused(err, workspace.CodeCodeUsed)
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.refused(err, workspace.CodeCodeWrong)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(fresh.code()))
	h.ok(err)
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err) // the recovery codes stay
}

func TestChangePhone_CrashLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	h, s, old, _ := enabled(t)
	_, err := s.BeginChangePhone(t.Context(), proof(byCode(old.code())))
	h.ok(err)
	h.restart()
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
	h.clock.step(30 * time.Second)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(old.code()))
	h.ok(err)
}

func TestChangePhone_NextStartDeletesTheOldItem(t *testing.T) {
	t.Parallel()
	h, s, old, _ := enabled(t)
	shown, err := s.BeginChangePhone(t.Context(), proof(byCode(old.code())))
	h.ok(err)
	h.secrets.fail(nil, nil, workspace.ErrKeychainLocked)
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err) // the swap stands
	h.secrets.fail(nil, nil, nil)
	if h.items() != 2 || h.intents() != 1 {
		t.Fatalf("%d items, %d intents", h.items(), h.intents())
	}
	h.restart()
	if h.items() != 1 || h.intents() != 0 {
		t.Errorf("left behind: %d items, %d intents", h.items(), h.intents())
	}
}

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

func TestStepUp_IsGoodForOneAct(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	n, err := s.StepUp(t.Context())
	h.ok(err)
	if !n.Password || !n.Factor {
		t.Errorf("needs: %+v", n)
	}
	_, err = s.BeginNewCodes(t.Context(), workspace.Proof{Password: secret.NewText("wrong password, really"), Factor: byCode(p.code())})
	h.refused(err, workspace.CodePasswordWrong)
	_, err = s.BeginNewCodes(t.Context(), proof(byCode(p.wrong())))
	h.refused(err, workspace.CodeCodeWrong)
	_, err = s.BeginNewCodes(t.Context(), proof(byCode(p.code())))
	h.ok(err)
	_, err = s.BeginChangePhone(t.Context(), workspace.Proof{})
	h.refused(err, workspace.CodeFactorRequired)
}

func TestChangePhone_NeedsNoProofAfterARecoveryCode(t *testing.T) {
	t.Parallel()
	h, _, _, codes := enabled(t)
	s, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	n, err := s.StepUp(t.Context())
	h.ok(err)
	if n.Password || n.Factor {
		t.Errorf("needs: %+v", n)
	}
	_, err = s.BeginChangePhone(t.Context(), workspace.Proof{})
	h.ok(err)
	_, err = s.BeginNewCodes(t.Context(), workspace.Proof{})
	h.refused(err, workspace.CodeFactorRequired) // one act

	s, err = h.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.ok(err)
	h.clock.step(4*time.Minute + 59*time.Second)
	h.ok(s.Touch())
	h.clock.step(2 * time.Second)
	_, err = s.BeginChangePhone(t.Context(), workspace.Proof{})
	h.refused(err, workspace.CodeFactorRequired) // five minutes
}

func TestNotMe_EndsTheCodesAndOtherSessions(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	thief, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s.NotMe(t.Context()))
	if _, err := thief.Overview(t.Context()); !workspace.IsCode(err, workspace.CodeSessionEnded) {
		t.Errorf("the other session goes on: %v", err)
	}
	_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[1]))
	h.refused(err, workspace.CodeRecoveryNone)
	c := h.status(s).Codes
	if c.State != workspace.SetVoided || c.Left != 0 || c.Codes[0].UsedAt.IsZero() {
		t.Errorf("codes: %+v", c)
	}
	h.refused(s.NotMe(t.Context()), workspace.CodeRecoveryNone)
	_, err = h.challenge().Verify(t.Context(), secret.NewText(p.code()))
	h.ok(err)
}

func TestDisable_NeedsACodeAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]func(phone, []string) workspace.FactorInput{
		"WithTheApp":        func(p phone, _ []string) workspace.FactorInput { return byCode(p.code()) },
		"WithARecoveryCode": func(_ phone, codes []string) workspace.FactorInput { return byRecovery(codes[9]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s, p, codes := enabled(t)
			h.refused(s.Disable(t.Context(), workspace.FactorInput{Kind: workspace.FactorNone}), workspace.CodeFactorRequired)
			h.refused(s.Disable(t.Context(), byCode(p.wrong())), workspace.CodeCodeWrong)
			h.ok(s.Disable(t.Context(), with(p, codes)))
			if h.status(s).On || h.items() != 0 || h.intents() != 0 {
				t.Error("something was left behind")
			}
			s2, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
			h.ok(err)
			if c != nil {
				t.Error("a second factor is still due")
			}
			h.refused(s2.Disable(t.Context(), byCode("000000")), workspace.CodeTwoFactorOff)
			_, again := h.enable(s2) // and on again, with another key and other codes
			h.clock.step(time.Minute)
			_, err = h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
			h.refused(err, workspace.CodeRecoveryWrong)
			_, err = h.challenge().Recover(t.Context(), secret.NewText(again[0]))
			h.ok(err)
		})
	}
}

func TestChangePassword_With2FANeedsACode(t *testing.T) {
	t.Parallel()
	h, s, p, _ := enabled(t)
	next := secret.NewText("granite lagoon whisper 47")
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), next, workspace.FactorInput{Kind: workspace.FactorNone}), workspace.CodeFactorRequired)
	h.refused(s.ChangePassword(t.Context(), secret.NewText(pass), next, byCode(p.wrong())), workspace.CodeCodeWrong)
	h.ok(s.ChangePassword(t.Context(), secret.NewText(pass), next, byCode(p.code())))
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, workspace.CodeCredentialsWrong)
}

func TestLog_HasEachActAndVerifies(t *testing.T) {
	t.Parallel()
	h, s, p, codes := enabled(t)
	_, err := h.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	h.ok(err)
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.ok(s.NotMe(t.Context()))
	h.ok(s.Disable(t.Context(), byCode(p.code())))
	var kinds []string
	var seals [][]byte
	h.ok(h.store.View(t.Context(), func(tx workspace.ReadTx) error {
		return eachEvent(tx, 0, func(e audit.Event, seal []byte) error {
			seals = append(seals, seal)
			if !slices.Contains([]string{"guess-counted", "guess-wrong", "guess-returned", "enrolment-begun", "enrolment-confirmed", "recovery-codes-shown", "secret-deleted", "stepped-up"}, e.Kind) {
				kinds = append(kinds, e.Kind)
			}
			for _, v := range e.Detail {
				for _, c := range codes {
					if strings.Contains(v, c) {
						t.Errorf("%s holds a code", e.Kind)
					}
				}
			}
			return nil
		})
	}))
	want := "workspace-created 2fa-enabled signed-in profile-renamed recovery-codes-voided 2fa-disabled"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i, a := range seals {
		for _, b := range seals[i+1:] {
			if string(a) == string(b) {
				t.Error("two seals are alike")
			}
		}
	}
}
