package workspace

import (
	"context"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// Service gives the workspace as package service has it. The values of this package have the methods of that interface already,
// but for those that lead to another value: these are here.
func (w *Workspace) Service() service.Workspace { return asWorkspace{w} }

// Maker gives what makes the workspace, and what cleans up when it is opened.
func (w *Workspace) Maker() service.Maker { return asWorkspace{w} }

// Service gives the quarantined workspace as package service has it.
func (s *Quarantine) Service() service.Quarantine { return asQuarantine{s} }

type (
	asWorkspace  struct{ *Workspace }
	asSignIn     struct{ *SignInAttempt }
	asRedeem     struct{ *RedeemAttempt }
	asKit        struct{ *KitAttempt }
	asChallenge  struct{ *Challenge }
	asLocked     struct{ *Locked }
	asEnrolment  struct{ *EnrolmentSession }
	asSession    struct{ *Session }
	asAdmin      struct{ *Admin }
	asQuarantine struct{ *Quarantine }
	asReview     struct{ *ReviewAttempt }
)

// as makes of a value, or of none, one of the interface: no value must not become an interface that holds none.
func as[V any, I any](v *V, wrap func(*V) I, err error) (none I, _ error) {
	if v == nil {
		return none, err
	}
	return wrap(v), err
}

func session(s *Session) service.Session                     { return asSession{s} }
func challenge(c *Challenge) service.Challenge               { return asChallenge{c} }
func enrolling(e *EnrolmentSession) service.EnrolmentSession { return asEnrolment{e} }
func admin(a *Admin) service.Admin                           { return asAdmin{a} }

func entered(s *Session, c *Challenge, err error) (service.Session, service.Challenge, error) {
	in, _ := as(s, session, nil)
	due, _ := as(c, challenge, nil)
	return in, due, err
}

func (w asWorkspace) BeginSignIn(ctx context.Context, email, computer string) (service.SignInAttempt, error) {
	a, err := w.Workspace.BeginSignIn(ctx, email, computer)
	return as(a, func(a *SignInAttempt) service.SignInAttempt { return asSignIn{a} }, err)
}

func (w asWorkspace) BeginRedeem(ctx context.Context, email string, kind service.RedeemKind) (service.RedeemAttempt, error) {
	a, err := w.Workspace.BeginRedeem(ctx, email, kind)
	return as(a, func(a *RedeemAttempt) service.RedeemAttempt { return asRedeem{a} }, err)
}

func (w asWorkspace) BeginKit(ctx context.Context) (service.KitAttempt, error) {
	a, err := w.Workspace.BeginKit(ctx)
	return as(a, func(a *KitAttempt) service.KitAttempt { return asKit{a} }, err)
}

func (w asWorkspace) Create(ctx context.Context, in service.NewWorkspace, pw service.NewPassword, v service.NewVault) (service.Session, error) {
	s, err := w.Workspace.Create(ctx, in, pw, v)
	return as(s, session, err)
}

func (a asSignIn) Terms() service.PasswordTerms { return a.PasswordTerms }

func (a asSignIn) SignIn(ctx context.Context, in service.SignIn) (service.Session, service.Challenge, error) {
	return entered(a.SignInAttempt.SignIn(ctx, in))
}

func (a asRedeem) Terms() service.CodeTerms { return a.CodeTerms }

func (a asRedeem) Redeem(ctx context.Context, next service.NewPassword) (service.Session, service.Challenge, error) {
	return entered(a.RedeemAttempt.Redeem(ctx, next))
}

func (a asKit) Terms() service.KitTerms { return a.KitTerms }

func (a asKit) Use(ctx context.Context, in service.NewOwner, signature []byte) (service.Session, service.Challenge, error) {
	return entered(a.KitAttempt.Use(ctx, in, signature))
}

func (c asChallenge) Verify(ctx context.Context, input secret.Text) (service.Session, error) {
	s, err := c.Challenge.Verify(ctx, input)
	return as(s, session, err)
}

func (c asChallenge) Recover(ctx context.Context, proof secret.Bytes) (service.Session, error) {
	s, err := c.Challenge.Recover(ctx, proof)
	return as(s, session, err)
}

func (c asChallenge) UseHelpCode(ctx context.Context, proof secret.Bytes) (service.EnrolmentSession, error) {
	e, err := c.Challenge.UseHelpCode(ctx, proof)
	return as(e, enrolling, err)
}

func (c asChallenge) Enrol(ctx context.Context) (service.EnrolmentSession, error) {
	e, err := c.Challenge.Enrol(ctx)
	return as(e, enrolling, err)
}

func (c asChallenge) ChoosePassword(ctx context.Context, next service.NewPassword) (service.Session, error) {
	s, err := c.Challenge.ChoosePassword(ctx, next)
	return as(s, session, err)
}

func (s asSession) ForUnlock(ctx context.Context) (service.Locked, error) {
	l, err := s.Session.ForUnlock(ctx)
	return as(l, func(l *Locked) service.Locked { return asLocked{l} }, err)
}

func (l asLocked) Terms() service.PasswordTerms { return l.PasswordTerms }

func (l asLocked) Unlock(ctx context.Context, in service.SignIn) (service.Session, error) {
	s, err := l.Locked.Unlock(ctx, in)
	return as(s, session, err)
}

func (e asEnrolment) Enter(ctx context.Context) (service.Session, error) {
	s, err := e.EnrolmentSession.Enter(ctx)
	return as(s, session, err)
}

func (s asSession) Admin(ctx context.Context) (service.Admin, error) {
	a, err := s.Session.Admin(ctx)
	return as(a, admin, err)
}

func (s asSession) Watcher(ctx context.Context) (service.Admin, error) {
	a, err := s.Session.Watcher(ctx)
	return as(a, admin, err)
}

func (a asAdmin) BeginRun(ctx context.Context, r service.RunRequest, proof service.Proof) (service.PrintRun, error) {
	run, err := a.Admin.BeginRun(ctx, r, proof)
	return as(run, func(r *PrintRun) service.PrintRun { return r }, err)
}

func (q asQuarantine) BeginProve(ctx context.Context, email string) (service.ReviewAttempt, error) {
	a, err := q.Quarantine.BeginProve(ctx, email)
	return as(a, func(a *ReviewAttempt) service.ReviewAttempt { return asReview{a} }, err)
}

func (r asReview) Terms() service.ReviewTerms { return r.ReviewTerms }

func (r asReview) Prove(ctx context.Context, signature []byte, factor service.FactorInput) (service.Acceptance, error) {
	a, err := r.ReviewAttempt.Prove(ctx, signature, factor)
	return as(a, func(a *Acceptance) service.Acceptance { return a }, err)
}
