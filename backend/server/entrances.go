package server

import (
	"context"
	"errors"

	"countersign/backend/api"
	"countersign/backend/service"
)

// entrances are the operations of who has not come in.
func (s *Server) entrances() {
	handle(s, api.Workspace, func(context.Context, *call, api.None) (api.None, error) { return api.None{}, nil })
	handle(s, api.Support, func(ctx context.Context, _ *call, _ api.None) (service.Support, error) { return s.w.Support(ctx) })

	handle(s, api.BeginSignIn, func(ctx context.Context, c *call, in api.BeginSignInRequest) (out api.Begun[service.PasswordTerms], err error) {
		a, err := s.w.BeginSignIn(ctx, in.Email, in.Computer)
		if err == nil {
			out.Token, out.Terms = s.tokens.attempt(a, c.address), a.Terms()
		}
		return out, err
	})
	begunOp(s, api.SignIn, func(ctx context.Context, c *call, a service.SignInAttempt, in service.SignIn) (api.Entered, error) {
		return s.entered(ctx, c)(a.SignIn(ctx, in))
	})

	handle(s, api.BeginRedeem, func(ctx context.Context, c *call, in api.BeginRedeemRequest) (out api.Begun[service.CodeTerms], err error) {
		a, err := s.w.BeginRedeem(ctx, in.Email, in.Kind)
		if err == nil {
			out.Token, out.Terms = s.tokens.attempt(a, c.address), a.Terms()
		}
		return out, err
	})
	begunOp(s, api.CheckCode, func(ctx context.Context, c *call, a service.RedeemAttempt, in api.CodeProof) (service.Redeemed, error) {
		return a.Check(ctx, in.Proof.Bytes)
	})
	begunOp(s, api.Redeem, func(ctx context.Context, c *call, a service.RedeemAttempt, in api.Next) (api.Entered, error) {
		return s.entered(ctx, c)(a.Redeem(ctx, in.Next.Service()))
	})
	begunOp(s, api.AddComputer, func(ctx context.Context, c *call, a service.RedeemAttempt, in service.NewComputer) (api.None, error) {
		err := a.AddComputer(ctx, in)
		if err == nil {
			s.tokens.forget(c.token)
		}
		return api.None{}, err
	})
	begunOp(s, api.LeaveRedeem, func(ctx context.Context, c *call, a service.RedeemAttempt, _ api.None) (api.None, error) {
		s.tokens.forget(c.token)
		return api.None{}, a.Leave(ctx)
	})

	handle(s, api.BeginKit, func(ctx context.Context, c *call, _ api.None) (out api.Begun[service.KitTerms], err error) {
		a, err := s.w.BeginKit(ctx)
		if err == nil {
			out.Token, out.Terms = s.tokens.attempt(a, c.address), a.Terms()
		}
		return out, err
	})
	begunOp(s, api.UseKit, func(ctx context.Context, c *call, a service.KitAttempt, in api.UseKitRequest) (api.Entered, error) {
		return s.entered(ctx, c)(a.Use(ctx, in.Owner.Service(), in.Signature))
	})

	begunOp(s, api.AuthenticatorOff, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (bool, error) {
		return ch.AuthenticatorOff(ctx)
	})
	begunOp(s, api.Verify, func(ctx context.Context, c *call, ch service.Challenge, in api.Code) (*api.SessionStart, error) {
		return s.start(ctx, c)(ch.Verify(ctx, in.Code.Text))
	})
	begunOp(s, api.BeginChallengeCodes, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (service.CodeTerms, error) {
		return ch.BeginRecovery(ctx)
	})
	begunOp(s, api.Recover, func(ctx context.Context, c *call, ch service.Challenge, in api.CodeProof) (*api.SessionStart, error) {
		return s.start(ctx, c)(ch.Recover(ctx, in.Proof.Bytes))
	})
	begunOp(s, api.BeginHelp, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (service.CodeTerms, error) {
		return ch.BeginHelp(ctx)
	})
	begunOp(s, api.UseHelpCode, func(ctx context.Context, c *call, ch service.Challenge, in api.CodeProof) (*api.EnrolmentStart, error) {
		return s.enrolling(ctx, c, ch)(ch.UseHelpCode(ctx, in.Proof.Bytes))
	})
	begunOp(s, api.ChallengeEnrol, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (*api.EnrolmentStart, error) {
		return s.enrolling(ctx, c, ch)(ch.Enrol(ctx))
	})
	begunOp(s, api.ChallengeKeys, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (api.OwnKeys, error) {
		own, err := ch.OwnKeys(ctx)
		return api.OwnKeysOf(own), err
	})
	begunOp(s, api.ChallengeNextPassword, func(ctx context.Context, c *call, ch service.Challenge, in api.Next) (*api.SessionStart, error) {
		return s.start(ctx, c)(ch.ChoosePassword(ctx, in.Next.Service()))
	})
	begunOp(s, api.LeaveChallenge, func(_ context.Context, c *call, ch service.Challenge, _ api.None) (none api.None, _ error) {
		ch.Leave()
		s.tokens.forget(c.token)
		return none, nil
	})
}

// begunOp is an operation of what somebody has begun: a value of the type V, which admit has looked for.
func begunOp[V, In, Out any](s *Server, op api.Op[In, Out], act func(ctx context.Context, c *call, v V, in In) (Out, error)) {
	handle(s, op, func(ctx context.Context, c *call, in In) (out Out, err error) {
		return act(ctx, c, c.begun.(V), in)
	})
}

// entered answers an attempt that leads on. It is over then.
func (s *Server) entered(ctx context.Context, c *call) func(service.Session, service.Challenge, error) (api.Entered, error) {
	return func(in service.Session, due service.Challenge, err error) (out api.Entered, _ error) {
		if due != nil {
			s.tokens.forget(c.token)
			out.Challenge = &api.ChallengeStart{
				Token: s.tokens.challenge(due), Name: due.Name(), Email: due.Email(), MustEnrol: due.MustEnrol(), MustChoosePassword: due.MustChoosePassword(), RequiredSince: due.RequiredSince(),
			}
		}
		if in != nil {
			out.Session, err = s.start(ctx, c)(in, err)
		}
		return out, err
	}
}

// start keeps a session that was entered. What it was entered with is over.
func (s *Server) start(ctx context.Context, c *call) func(service.Session, error) (*api.SessionStart, error) {
	return func(in service.Session, err error) (*api.SessionStart, error) {
		if in == nil {
			return nil, err
		}
		s.tokens.forget(c.token)
		token, closed := s.enter(ctx, &session{Session: in, person: in.ProfileID()})
		if closed != nil {
			return nil, closed
		}
		return startOf(token, in), err
	}
}

// enter keeps somebody who is in. The oldest of too many sessions of one person makes room.
func (s *Server) enter(ctx context.Context, in *session) (api.Text, error) {
	token, out, ok := s.tokens.enter(in)
	if !ok { // the server is closing
		return token, errors.Join(in.common().End(ctx), errSessionEnded)
	}
	s.endLater(out)
	return token, nil
}

func startOf(token api.Text, in service.Session) *api.SessionStart {
	return &api.SessionStart{Token: token, ProfileID: in.ProfileID(), Welcome: in.Welcome(), Own: api.OwnKeysOf(in.OwnKeys())}
}

func (s *Server) enrolling(ctx context.Context, c *call, ch service.Challenge) func(service.EnrolmentSession, error) (*api.EnrolmentStart, error) {
	return func(in service.EnrolmentSession, err error) (*api.EnrolmentStart, error) {
		if in == nil {
			return nil, err
		}
		token, closed := s.enter(ctx, &session{enrolment: in, person: ch.Email()})
		if closed != nil {
			return nil, closed
		}
		return &api.EnrolmentStart{Token: token, Kind: in.Kind()}, err
	}
}
