package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/teststore"
)

// answer is what a guess is told: the code and its arguments.
func answer(err error) string {
	var e *service.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprint(e.Code, e.Args)
}

// Whatever time lies between the guesses, and whatever another email does
// meanwhile, an email that nobody has is answered as one that somebody has.
func TestThrottle_UnknownEmailIsAnsweredAlikeOverDays(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	invited, _ := h.invited(owner.admin())
	wrong := secret.NewText("not the password at all")
	guesses := map[string]func(who string) error{
		"password": func(who string) error { _, _, err := h.w.SignIn(t.Context(), who, wrong); return err },
		"invitation": func(who string) error {
			_, _, err := h.w.Redeem(t.Context(), who, secret.NewText(noCode), wrong)
			return err
		},
	}
	known := map[string]string{"password": email, "invitation": invited.email}
	gaps := []time.Duration{time.Second, time.Second, time.Minute, time.Hour, 24*time.Hour - time.Second, 24 * time.Hour, 24*time.Hour + time.Second, 90 * time.Hour}
	random := rand.New(rand.NewPCG(3, 5))
	seen := map[string]bool{}
	for i := range 60 {
		for kind, guess := range guesses {
			one, other := answer(guess(known[kind])), answer(guess("nobody@example.com"))
			if one != other {
				t.Fatalf("guess %d, %s: somebody's email is answered with %s, nobody's with %s", i, kind, one, other)
			}
			seen[one] = true
		}
		h.clock.step(gaps[random.IntN(len(gaps))])
	}
	if len(seen) < 6 {
		t.Errorf("no more was seen than %v", seen)
	}
}

// The issue's own case: four wrong ones, a day, and one more.
func TestThrottle_FifthGuessADayLaterBeginsNoPause(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	for _, who := range []string{email, "nobody@example.com"} {
		for i := range 6 {
			if i == 4 {
				h.clock.step(25 * time.Hour)
			}
			_, _, err := h.w.SignIn(t.Context(), who, secret.NewText("not the password at all"))
			if e := h.refused(err, service.CodeCredentialsWrong); len(e.Args) > 0 {
				t.Errorf("%s, guess %d: it tells %v", who, i+1, e.Args)
			}
		}
	}
	s := h.signedIn()
	if w := s.Welcome(); w.FailedPasswords != 6 {
		t.Errorf("the owner is told of %d", w.FailedPasswords)
	}
}

// What stands behind a right password is counted until it is right: wrong codes
// of yesterday are among the twenty that turn the app off.
func TestThrottle_SecondFactorsAreNeverForgotten(t *testing.T) {
	t.Parallel()
	h, _, p, _ := enabled(t)
	for n := 4; n >= 0; n-- {
		_, err := h.challenge().Verify(t.Context(), secret.NewText(p.wrong()))
		if e := h.refused(err, service.CodeCodeWrong); e.Args["left"] != n {
			t.Errorf("left %v, want %d", e.Args["left"], n)
		}
		h.clock.step(48 * time.Hour)
	}
}

// attemptless is a store that can't read attempts while it fails.
type attemptless struct {
	store.Store
	failing atomic.Bool
}

var errUnread = errors.New("the attempts can't be read")

func (s *attemptless) View(ctx context.Context, fn func(store.ReadTx) error) error {
	return s.Store.View(ctx, func(tx store.ReadTx) error {
		if s.failing.Load() {
			tx = attemptlessTx{tx}
		}
		return fn(tx)
	})
}

type attemptlessTx struct{ store.ReadTx }

func (attemptlessTx) Attempts(string, store.Kind) (store.Attempts, error) {
	return store.Attempts{}, errUnread
}

func TestAuthenticatorOff_StoreThatFailsIsNoAnswer(t *testing.T) {
	t.Parallel()
	h, _, _, _ := enabled(t)
	store := &attemptless{Store: h.store}
	var err error
	h.w, err = local.Open(t.Context(), local.Config{Store: store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	c := h.challenge()
	if off, err := c.AuthenticatorOff(t.Context()); err != nil || off {
		t.Errorf("a store that answers: %t, %v", off, err)
	}
	store.failing.Store(true)
	if off, err := c.AuthenticatorOff(t.Context()); !errors.Is(err, errUnread) {
		t.Errorf("a store that fails: %t, %v", off, err)
	}
}

func TestThrottle_PauseHoldsIfTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	h, _ := created(t)
	for range 5 {
		_, _, err := h.w.SignIn(t.Context(), email, secret.NewText("not the password at all"))
		h.refused(err, service.CodeCredentialsWrong)
	}
	h.clock.step(-24 * time.Hour)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	if e := h.refused(err, service.CodeThrottled); e.Args["seconds"] != 30 {
		t.Errorf("got %v", e.Args)
	}
}

// The pause of a right guess ends with its charge. One that others' guesses have begun meanwhile lasts.
func TestThrottle_RefundEndsNoPauseOfALaterGuess(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	p := &user{h: h, name: "Zebulon Quagmire", email: "z@example.com", pass: "granite lagoon whisper 47"}
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: p.name, Email: p.email, Role: store.RoleMember}, client.Proof{})
	h.ok(err)
	wrong := func(w *client.Local) {
		err := third(w.Redeem(context.WithoutCancel(t.Context()), p.email, secret.NewText(noCode), secret.NewText(p.pass)))
		h.refused(err, service.CodeInvitationWrong)
	}
	for range 4 {
		wrong(h.w)
	}
	beside := h.process()
	weak := *p
	weak.pass = p.name // only the workspace knows the name
	err = h.amid(h.onSteps(), 2, func() {
		h.clock.step(31 * time.Second) // the pause of the fifth is over
		wrong(beside)
	}, func() error { return third(weak.redeem(given)) })
	h.refused(err, service.CodePasswordCommon)
	h.refused(third(p.redeem(given)), service.CodeThrottled)
	h.clock.step(time.Minute)
	h.ok(third(p.redeem(given)))
}

// Whether a password is right is told by nothing but the commit that counts the guess.
func TestThrottle_WithoutItsCommitNoResultIsTold(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.sneak("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END")
	s, c, right := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	wrong := third(h.w.SignIn(t.Context(), email, secret.NewText("not the password at all")))
	if s != nil || c != nil || right == nil || wrong == nil || right.Error() != wrong.Error() {
		t.Errorf("a right password: %v; a wrong one: %v", right, wrong)
	}
	h.ok(second(teststore.Edit(t, h.path, "DROP TRIGGER full")))
	owner.signIn()
}

// What was committed and not told counts as little as if it had not been guessed.
func TestThrottle_GuessThatTheKeychainKeepsUntoldIsNotCounted(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{pass, "not the password at all"} {
		h, _, _ := guarded(t)
		wrong := func() error {
			return third(h.w.SignIn(t.Context(), email, secret.NewText("not the password at all")))
		}
		for range 3 {
			h.refused(wrong(), service.CodeCredentialsWrong)
		}
		steps := h.onSteps()
		h.ok(h.amid(steps, 1, func() { h.secrets.fail(store.ErrKeychainFailed, nil, nil) }, func() error {
			s, c, err := h.w.SignIn(t.Context(), email, secret.NewText(typed))
			if h.refused(err, service.CodeKeychainFailed); s != nil || c != nil {
				t.Error("it was told")
			}
			return nil
		}))
		h.secrets.fail(nil, nil, nil)
		if e := h.refused(wrong(), service.CodeCredentialsWrong); e.Args["pause"] != nil {
			t.Error("a pause after four")
		}
		if e := h.refused(wrong(), service.CodeCredentialsWrong); e.Args["pause"] != 30 {
			t.Errorf("no pause after five: %v", e.Args)
		}
	}
}
