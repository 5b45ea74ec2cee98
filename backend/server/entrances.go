package server

import (
	"context"

	"countersign/backend/api"
	"countersign/backend/service"
)

// entrances are the operations of who has not come in.
func (s *Server) entrances() {
	handle(s, api.Workspace, smallBody, func(context.Context, *call, api.None) (api.None, error) { return api.None{}, nil })
	handle(s, api.Support, smallBody, func(ctx context.Context, _ *call, _ api.None) (service.Support, error) { return s.w.Support(ctx) })

	handle(s, api.BeginSignIn, smallBody, func(ctx context.Context, _ *call, in api.Email) (out api.Begun[service.PasswordTerms], err error) {
		a, err := s.w.BeginSignIn(ctx, in.Email)
		if err == nil {
			out.Token, out.Terms = s.tokens.begin(a), a.Terms()
		}
		return out, err
	})
	begunOp(s, api.SignIn, func(ctx context.Context, a service.SignInAttempt, in api.SignInRequest) (api.Entered, error) {
		return s.entered(a.SignIn(ctx, in.Signature, in.Short))
	})

	handle(s, api.BeginRedeem, smallBody, func(ctx context.Context, _ *call, in api.Email) (out api.Begun[service.CodeTerms], err error) {
		a, err := s.w.BeginRedeem(ctx, in.Email)
		if err == nil {
			out.Token, out.Terms = s.tokens.begin(a), a.Terms()
		}
		return out, err
	})
	begunOp(s, api.CheckCode, func(ctx context.Context, a service.RedeemAttempt, in api.CodeProof) (service.Redeemed, error) {
		return a.Check(ctx, in.Proof.Bytes)
	})
	begunOp(s, api.Redeem, func(ctx context.Context, a service.RedeemAttempt, in api.Next) (api.Entered, error) {
		return s.entered(a.Redeem(ctx, in.Next.Service()))
	})
	begunOp(s, api.LeaveRedeem, func(ctx context.Context, a service.RedeemAttempt, _ api.None) (api.None, error) {
		return api.None{}, a.Leave(ctx)
	})

	handle(s, api.BeginKit, smallBody, func(ctx context.Context, _ *call, _ api.None) (out api.Begun[service.KitTerms], err error) {
		a, err := s.w.BeginKit(ctx)
		if err == nil {
			out.Token, out.Terms = s.tokens.begin(a), a.Terms()
		}
		return out, err
	})
	begunOp(s, api.UseKit, func(ctx context.Context, a service.KitAttempt, in api.UseKitRequest) (api.Entered, error) {
		return s.entered(a.Use(ctx, in.Owner.Service(), in.Signature))
	})

	begunOp(s, api.AuthenticatorOff, func(ctx context.Context, ch service.Challenge, _ api.None) (bool, error) {
		return ch.AuthenticatorOff(ctx)
	})
	begunOp(s, api.Verify, func(ctx context.Context, ch service.Challenge, in api.Code) (*api.SessionStart, error) {
		return s.start(ch.Verify(ctx, in.Code.Text))
	})
	begunOp(s, api.BeginChallengeCodes, func(ctx context.Context, ch service.Challenge, _ api.None) (service.CodeTerms, error) {
		return ch.BeginRecovery(ctx)
	})
	begunOp(s, api.Recover, func(ctx context.Context, ch service.Challenge, in api.CodeProof) (*api.SessionStart, error) {
		return s.start(ch.Recover(ctx, in.Proof.Bytes))
	})
	begunOp(s, api.BeginHelp, func(ctx context.Context, ch service.Challenge, _ api.None) (service.CodeTerms, error) {
		return ch.BeginHelp(ctx)
	})
	begunOp(s, api.UseHelpCode, func(ctx context.Context, ch service.Challenge, in api.CodeProof) (*api.EnrolmentStart, error) {
		return s.enrolling(ch.UseHelpCode(ctx, in.Proof.Bytes))
	})
	begunOp(s, api.ChallengeEnrol, func(ctx context.Context, ch service.Challenge, _ api.None) (*api.EnrolmentStart, error) {
		return s.enrolling(ch.Enrol(ctx))
	})
	begunOp(s, api.ChallengeKeys, func(ctx context.Context, ch service.Challenge, _ api.None) (api.OwnKeys, error) {
		own, err := ch.OwnKeys(ctx)
		return api.OwnKeysOf(own), err
	})
	begunOp(s, api.ChallengeNextPassword, func(ctx context.Context, ch service.Challenge, in api.Next) (*api.SessionStart, error) {
		return s.start(ch.ChoosePassword(ctx, in.Next.Service()))
	})
	handle(s, api.LeaveChallenge, smallBody, func(_ context.Context, c *call, _ api.None) (none api.None, _ error) {
		if ch, ok := s.tokens.find(c.token).(service.Challenge); ok {
			ch.Leave()
			s.tokens.forget(c.token)
		}
		return none, nil
	})
}

// begunOp is an operation of what somebody has begun: a value of the type V.
func begunOp[V, In, Out any](s *Server, op api.Op[In, Out], act func(ctx context.Context, v V, in In) (Out, error)) {
	handle(s, op, smallBody, func(ctx context.Context, c *call, in In) (out Out, err error) {
		v, ok := s.tokens.find(c.token).(V)
		if !ok {
			return out, errNoToken
		}
		return act(ctx, v, in)
	})
}

func (s *Server) entered(in service.Session, due service.Challenge, err error) (out api.Entered, _ error) {
	if in != nil {
		out.Session, _ = s.start(in, nil)
	}
	if due != nil {
		out.Challenge = &api.ChallengeStart{
			Token: s.tokens.begin(due), Name: due.Name(), Email: due.Email(), MustEnrol: due.MustEnrol(), MustChoosePassword: due.MustChoosePassword(), RequiredSince: due.RequiredSince(),
		}
	}
	return out, err
}

// start keeps a session that was entered.
func (s *Server) start(in service.Session, err error) (*api.SessionStart, error) {
	if in == nil {
		return nil, err
	}
	return startOf(s.tokens.enter(&session{Session: in}), in), err
}

func startOf(token api.Text, in service.Session) *api.SessionStart {
	return &api.SessionStart{Token: token, ProfileID: in.ProfileID(), Welcome: in.Welcome(), Own: api.OwnKeysOf(in.OwnKeys())}
}

func (s *Server) enrolling(in service.EnrolmentSession, err error) (*api.EnrolmentStart, error) {
	if in == nil {
		return nil, err
	}
	return &api.EnrolmentStart{Token: s.tokens.enter(&session{enrolment: in}), Kind: in.Kind()}, err
}
