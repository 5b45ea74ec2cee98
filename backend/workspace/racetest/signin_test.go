package racetest_test

import (
	"context"
	"errors"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// challenges are as many passwords that were right.
func (p *person) challenges(n int) []*client.Challenge {
	p.o.Helper()
	all := make([]*client.Challenge, n)
	for i := range all {
		all[i] = p.challenge()
	}
	return all
}

func TestVerify_OneCodeMakesOneSession(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	var acts []func() error
	challenges := owner.challenges(64)
	code := owner.newCode()
	for _, c := range challenges {
		acts = append(acts, func() error { _, err := c.Verify(t.Context(), secret.NewText(code)); return err })
	}
	if n := o.succeeded(atOnce(acts...), service.CodeCodeUsed, service.CodeThrottled); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestVerify_GuessesAreLookedAtAsFarAsTheCapAllows(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	wrong := owner.wrong()
	var acts []func() error
	for _, c := range owner.challenges(100) {
		acts = append(acts, func() error { _, err := c.Verify(t.Context(), secret.NewText(wrong)); return err })
	}
	o.countedTo(5, atOnce(acts...), service.CodeCodeWrong)
}

// countedTo wants so many guesses to be looked at, which are refused with the code, and the others to be told of the pause.
func (o *office) countedTo(n int, errs []error, wrong service.Code) {
	o.Helper()
	looked := 0
	for _, err := range errs {
		if service.IsCode(err, wrong) {
			looked++
		} else if !service.IsCode(err, service.CodeThrottled) {
			o.Errorf("unexpected: %v", err)
		}
	}
	if looked != n {
		o.Errorf("%d of %d were looked at", looked, len(errs))
	}
}

func TestRecover_OneCodeMakesOneSession(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	var acts []func() error
	for _, c := range owner.challenges(30) {
		acts = append(acts, func() error { _, err := c.Recover(t.Context(), secret.NewText(owner.codes[4])); return err })
	}
	n := o.succeeded(atOnce(acts...), service.CodeRecoveryUsed, service.CodeRecoveryWrong, service.CodeThrottled)
	if n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestRedeem_OneInvitationLetsOneIn(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "Priya", Email: "priya@example.com", Role: store.RoleMember}, client.Proof{})
	o.ok(err)
	var acts []func() error
	for range 64 {
		acts = append(acts, func() error {
			s, _, err := o.w.Redeem(t.Context(), given.Email, secret.NewText(given.Code.Display()), secret.NewText(pass))
			if s == nil && err == nil {
				return errors.New("neither a session nor a refusal")
			}
			return err
		})
	}
	n := o.succeeded(atOnce(acts...), service.CodeThrottled, service.CodeOneTimeUsed, service.CodeInvitationWrong, service.CodeChallengeEnded)
	if n != 1 {
		t.Errorf("%d came in", n)
	}
}

func TestProof_OneIsUsedByOneAct(t *testing.T) {
	t.Parallel()
	o, owner := newOffice(t)
	owner.enable()
	s, err := owner.challenge().Recover(t.Context(), secret.NewText(owner.codes[0])) // a proof of one act
	o.ok(err)
	a, err := s.Admin(t.Context())
	o.ok(err)
	var acts []func() error
	for range 16 {
		acts = append(acts, func() error {
			_, err := a.MakeKit(context.WithoutCancel(t.Context()), client.Proof{})
			return err
		})
	}
	if n := o.succeeded(atOnce(acts...), service.CodeFactorRequired); n != 1 {
		t.Errorf("%d acts by one proof", n)
	}
}
