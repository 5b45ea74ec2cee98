package workspace_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// lying is a workspace whose answers about computers are changed on the way.
type lying struct {
	service.Workspace
	terms     func(*service.PasswordTerms)
	redeemed  func(*service.Redeemed)
	computers func(*service.Computers)
}

type (
	lyingSignIn struct {
		service.SignInAttempt
		w *lying
	}
	lyingRedeem struct {
		service.RedeemAttempt
		w *lying
	}
	lyingSession struct {
		service.Session
		w *lying
	}
)

func (w *lying) BeginSignIn(ctx context.Context, email, computer string) (service.SignInAttempt, error) {
	a, err := w.Workspace.BeginSignIn(ctx, email, computer)
	return lyingSignIn{a, w}, err
}

func (a lyingSignIn) Terms() service.PasswordTerms {
	t := a.SignInAttempt.Terms()
	if a.w.terms != nil {
		a.w.terms(&t)
	}
	return t
}

func (a lyingSignIn) SignIn(ctx context.Context, in service.SignIn) (service.Session, service.Challenge, error) {
	s, c, err := a.SignInAttempt.SignIn(ctx, in)
	if s == nil {
		return nil, c, err
	}
	return lyingSession{s, a.w}, c, err
}

func (w *lying) BeginRedeem(ctx context.Context, email string, kind service.RedeemKind) (service.RedeemAttempt, error) {
	a, err := w.Workspace.BeginRedeem(ctx, email, kind)
	return lyingRedeem{a, w}, err
}

func (a lyingRedeem) Check(ctx context.Context, proof secret.Bytes) (service.Redeemed, error) {
	r, err := a.RedeemAttempt.Check(ctx, proof)
	if a.w.redeemed != nil {
		a.w.redeemed(&r)
	}
	return r, err
}

func (s lyingSession) Computers(ctx context.Context) (service.Computers, error) {
	all, err := s.Session.Computers(ctx)
	if s.w.computers != nil {
		s.w.computers(&all)
	}
	return all, err
}

func (h *fixture) lyingTo(secrets store.Secrets) (*lying, *client.Workspace) {
	h.Helper()
	w := &lying{Workspace: inner(h.w).Service()}
	at, err := client.Open(context.WithoutCancel(h.Context()), w, h.config(secrets))
	h.ok(err)
	return w, at
}

func TestComputers_ServerThatLiesGivesNoShareAndNoName(t *testing.T) {
	t.Parallel()
	h, p := alone(t)
	p.fromServed()
	first := p.at
	secrets := keychain.NewMemory()
	liar, at := h.lyingTo(secrets)

	given, err := p.signIn().GiveComputerCode(t.Context(), p.proof())
	h.ok(err)
	liar.redeemed = func(r *service.Redeemed) { r.Share = strings.Repeat("0", 32) }
	h.refused(at.AddComputer(t.Context(), email, secret.NewText(given.Code.Display())), service.CodeInvitationWrong)
	liar.redeemed = func(r *service.Redeemed) { r.Box = append(bytes.Clone(r.Box[:len(r.Box)-1]), 0, 0) }
	h.refused(at.AddComputer(t.Context(), email, secret.NewText(given.Code.Display())), service.CodeInvitationWrong)
	if names := secrets.Names(); len(names) > 0 {
		t.Errorf("the keychain has %q", names)
	}
	liar.redeemed = nil
	h.ok(at.AddComputer(t.Context(), email, secret.NewText(given.Code.Display())))
	p.signInAt(at)

	p.signInAt(first)
	other := p.another()
	h.ok(p.signIn().RemoveComputer(t.Context(), other, p.proof()))
	before, err := secrets.Get(t.Context(), h.w.ID()+"/device")
	h.ok(err)
	liar.terms = func(t *service.PasswordTerms) { t.Share = strings.Repeat("0", 32) } // and the box is of another
	_, _, err = at.SignIn(t.Context(), email, secret.NewText(pass))
	h.refused(err, service.CodeComputerUnknown)
	if after, err := secrets.Get(t.Context(), h.w.ID()+"/device"); err != nil || !after.Equal(before) {
		t.Errorf("a share was kept that is not the one that was named (%v)", err)
	}
	liar.terms = nil
	s := p.signInAt(at)
	liar.computers = func(all *service.Computers) { all.All[0].ID = strings.Repeat("0", 32) }
	list, err := s.Computers(t.Context())
	h.ok(err)
	if !list.All[0].Strange || list.All[1].Strange {
		t.Errorf("%+v", list)
	}
}
