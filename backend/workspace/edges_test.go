package workspace_test

import (
	"errors"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/workspace"
)

func TestAnchor_ThatIsGoneIsWrittenByTheNextChange(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s := owner.signIn()
	h.ok(h.secrets.Delete(t.Context(), h.secrets.prefix()+"/anchor"))
	h.ok(s.Rename(t.Context(), "Amara N. Okafor"))
	h.restart()
	owner.signIn()
}

// The clock's years: all that have a form run, and no others.
func TestClock_RunsInYearsThatHaveAForm(t *testing.T) {
	t.Parallel()
	for year, runs := range map[int]bool{0: false, -1: false, 1: true, 9998: true, 9999: false} {
		h, _ := alone(t)
		h.clock.mu.Lock()
		h.clock.t = time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		h.clock.mu.Unlock()
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
		if runs && err != nil || !runs && !workspace.IsCode(err, workspace.CodeClockWrong) {
			t.Errorf("in the year %d: %v", year, err)
		}
	}
}

// A time before 1970 cannot be written down, so no owner can confirm it.
func TestConfirmClock_ATimeWithoutAFormIsRefused(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	h.to(time.Date(1969, 6, 1, 0, 0, 0, 0, time.UTC))
	a := owner.admin()
	h.refused(a.ConfirmClock(t.Context(), owner.proof()), workspace.CodeClockWrong)
	if c, err := a.Clock(t.Context()); err != nil || !c.Behind {
		t.Errorf("%+v, %v", c, err)
	}
}

// process opens the house's workspace as another program does.
func (h *house) process() *workspace.Workspace {
	h.Helper()
	w, err := workspace.Open(h.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return w
}

// One that is there by now is not made again, and what is under way in it goes on.
func TestCreate_WorkspaceThatIsThereLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	late := h.process()
	s, err := h.w.Create(t.Context(), northwind)
	h.ok(err)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	_, err = late.Create(t.Context(), northwind)
	h.refused(err, workspace.CodeWorkspaceExists)
	if h.items() != 1 {
		t.Errorf("%d phones' keys are left", h.items())
	}
	_, err = s.Confirm(t.Context(), secret.NewText(h.phoneOf(shown).code()))
	h.ok(err)
	h.ok(s.Continue(t.Context()))
}

// Two programs at once: what another has begun anew is not finished with the keys of
// the first, whose items are gone.
func TestCreate_AnothersBeginningIsNotTakenForItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	steps := h.onSteps()
	other := h.process()
	steps.before(2, func() { // the keys, the workspace
		h.secrets.fail(workspace.ErrKeychainLocked, nil, nil)
		_, err := other.Create(t.Context(), northwind)
		h.refused(err, workspace.CodeKeychainLocked)
		h.secrets.fail(nil, nil, nil)
	})
	_, err := h.w.Create(t.Context(), northwind)
	h.refused(err, workspace.CodeWorkspaceExists)
	_, err = other.Create(t.Context(), northwind)
	h.ok(err)
	h.restart()
	_, _, err = h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
}

// A reset that was given out anew ends what stands at the door with the old one.
func TestRedeem_CodeThatWasReplacedEndsItsChallenge(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := h.one(person{role: workspace.RoleMember, on: true})
	given, err := owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	_, c, err := h.w.Redeem(t.Context(), p.email, secret.NewText(given.Code.Display()), secret.NewText("granite lagoon whisper 47"))
	h.ok(err)
	h.ok(second(owner.admin().ResetPassword(t.Context(), p.id, "", owner.proof())))
	_, err = c.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, workspace.CodeOneTimeUsed)
	_, err = c.Verify(t.Context(), secret.NewText(p.newCode()))
	h.refused(err, workspace.CodeChallengeEnded)
	p.signIn() // with the password of before
}

func TestChangePhone_HasNoCodesToContinueWith(t *testing.T) {
	t.Parallel()
	h, _ := alone(t)
	p := h.one(person{role: workspace.RoleMember, on: true})
	s := p.signIn()
	h.ok(second(s.BeginChangePhone(t.Context(), p.proof())))
	h.refused(s.Continue(t.Context()), workspace.CodeEnrolmentEnded)
}

// A code of two minutes ago was typed slowly; an older one is of a clock that is behind.
func TestConfirm_TellsALateCodeFromASlowClock(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
	for ahead, want := range map[time.Duration]workspace.Code{-2 * time.Minute: workspace.CodeCodeExpired, -150 * time.Second: workspace.CodeCodeClock} {
		p := h.phoneOf(shown)
		p.ahead = ahead
		_, err = s.Confirm(t.Context(), secret.NewText(p.code()))
		h.refused(err, want)
	}
}

// A key that cannot be shown is not left in the keychain.
func TestEnable_KeyThatCannotBeShownIsDeleted(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.sneak("UPDATE profiles SET email = ''")
	if _, err := s.BeginEnable(t.Context(), secret.NewText(pass)); err == nil {
		t.Error("it is shown without an account")
	}
	if h.items() != 0 || h.intents() != 0 {
		t.Errorf("%d items and %d intents are left", h.items(), h.intents())
	}
}

func TestGate_LastsNoLongerThanASession(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, err := l.somebody.challenge().UseHelpCode(t.Context(), secret.NewText(l.help.Code.Display()))
	l.ok(err)
	l.ok(g.Touch())
	if g.LimitReached() {
		t.Error("its limit is reached at once")
	}
	l.house.clock.step(workspace.SessionLimit)
	if !g.LimitReached() {
		t.Error("it has no limit")
	}
	l.refused(g.Touch(), workspace.CodeSessionEnded)
}

func TestChallenge_TellsSinceWhen2FAIsRequired(t *testing.T) {
	t.Parallel()
	h, owner, late, from := dated(t, time.Hour, workspace.RoleMember)
	h.until(from)
	if got := late[0].challenge().RequiredSince(); !got.Equal(from) {
		t.Errorf("since %s, not %s", got, from)
	}
	if got := owner.challenge().RequiredSince(); !got.IsZero() {
		t.Errorf("who has it on is told %s", got)
	}
}

func TestError_IsOfItsCodeAlone(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	err := s.Rename(t.Context(), " ")
	if !errors.Is(err, &workspace.Error{Code: workspace.CodeNameRequired}) || errors.Is(err, &workspace.Error{Code: workspace.CodeNameLong}) || errors.Is(err, workspace.ErrNotFound) {
		t.Errorf("%v", err)
	}
	h.refused(err, workspace.CodeNameRequired)
}
