package remote_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
)

func TestInstances_OneCodeLetsOneSessionIn(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	const n = 8
	var due []*client.Challenge
	for range n {
		_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
		p.ok(err)
		due = append(due, c)
	}
	code := secret.NewText(f.code())
	right, wrong := p.atOnce(n, func(i int) error { return second(due[i].Verify(p.ctx(), code)) })
	if right != 1 {
		t.Errorf("%d are in", right)
	}
	for _, err := range wrong {
		if !service.IsCode(err, service.CodeThrottled) { // each was paid for at the same moment
			p.refused(err, service.CodeCodeUsed)
		}
	}
	p.clk.advance(time.Hour)
	// One challenge lets one in, whatever codes are right.
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	codes := []string{f.code(), f.code()} // the first is right for a little longer
	right, wrong = p.atOnce(4, func(i int) error { return second(c.Verify(p.ctx(), secret.NewText(codes[i%2]))) })
	if right != 1 {
		t.Errorf("%d are in by one challenge: %v", right, wrong)
	}
}

func TestInstances_EachGuessIsCounted(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	const n = 4 // without a pause
	right, wrong := p.atOnce(n, func(int) error {
		return third(p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText("a guess that is wrong")))
	})
	if right != 0 {
		t.Fatal("a guess was right")
	}
	for _, err := range wrong {
		if !service.IsCode(err, service.CodeThrottled) {
			p.refused(err, service.CodeCredentialsWrong)
		}
	}
	p.clk.advance(time.Hour)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	if got := s.Welcome().FailedPasswords; got != n {
		t.Errorf("%d were counted", got)
	}
}

func TestInstances_AnAttemptIsGoodForOneGuess(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	r := p.attemptOf(ownerEmail)
	right, wrong := p.atOnce(6, func(int) error { return third(r.SignIn(p.ctx(), service.SignIn{Signature: random(64)})) })
	if right != 0 {
		t.Fatal("a guess was right")
	}
	counted := 0
	for _, err := range wrong {
		if service.IsCode(err, service.CodeCredentialsWrong) {
			counted++
		} else {
			p.refused(err, service.CodeChallengeEnded)
		}
	}
	if counted != 1 {
		t.Errorf("%d guesses were looked at", counted)
	}
}

// attemptOf begins a sign-in as package remote does.
func (p *instances) attemptOf(email string) service.SignInAttempt {
	p.Helper()
	r, err := remote.Dial(p.ctx(), remote.Config{Server: p.ts.URL, Key: p.key(), Now: p.clk.now, Log: p.log.logger("remote")})
	p.ok(err)
	p.Cleanup(r.Close)
	a, err := r.BeginSignIn(p.ctx(), email, "")
	p.ok(err)
	return a
}

// A step-up is for one act: whichever instances are asked, and however an instance ends that was at work on one.
func TestInstances_AStepUpIsUsedOnce(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.EachTime, client.Proof{Password: secret.NewText(ownerPass)}))
	right, wrong := p.atOnce(6, func(i int) error {
		return s.Session.ChangeEmail(p.ctx(), fmt.Sprintf("amara.%d@example.com", i), service.Proof{})
	})
	if right != 1 {
		t.Errorf("%d acts went by one step-up", right)
	}
	for _, err := range wrong {
		p.refused(err, service.CodePasswordRequired)
	}
}
