package server

import (
	"context"
	"errors"

	"countersign/backend/api"
	"countersign/backend/service"
)

// entrances are the operations of who has not come in.
func (s *Server) entrances() {
	handle(s, api.Workspace, func(ctx context.Context, _ *call, none api.None) (api.None, error) { return none, s.w.Refresh(ctx) })
	handle(s, api.Support, func(ctx context.Context, _ *call, _ api.None) (service.Support, error) {
		support, err := s.w.Support(ctx)
		support.Newest = s.newest()
		return support, err
	})

	handle(s, api.BeginSignIn, func(ctx context.Context, _ *call, in api.BeginSignInRequest) (out api.Begun[service.PasswordTerms], err error) {
		a, err := s.w.BeginSignIn(ctx, in.Email, in.Computer)
		if err == nil {
			out.Terms = a.Terms()
			out.Token, err = s.tokens.attempt(placeSignIn, service.Value{SignIn: a})
		}
		return out, err
	})
	begunOp(s, api.SignIn, signIn, func(ctx context.Context, c *call, a service.SignInAttempt, in service.SignIn) (api.Entered, error) {
		return s.entered(ctx, c)(a.SignIn(ctx, in))
	})

	handle(s, api.BeginRedeem, func(ctx context.Context, _ *call, in api.BeginRedeemRequest) (out api.Begun[service.CodeTerms], err error) {
		a, err := s.w.BeginRedeem(ctx, in.Email, in.Kind)
		if err == nil {
			out.Terms = a.Terms()
			out.Token, err = s.tokens.attempt(placeRedeem, service.Value{Redeem: a})
		}
		return out, err
	})
	begunOp(s, api.CheckCode, redeem, func(ctx context.Context, c *call, a service.RedeemAttempt, in api.CodeProof) (service.Redeemed, error) {
		return a.Check(ctx, in.Proof.Bytes)
	})
	begunOp(s, api.Redeem, redeem, func(ctx context.Context, c *call, a service.RedeemAttempt, in api.Next) (api.Entered, error) {
		return s.entered(ctx, c)(a.Redeem(ctx, in.Next.Service()))
	})
	begunOp(s, api.AddComputer, redeem, func(ctx context.Context, _ *call, a service.RedeemAttempt, in service.NewComputer) (api.None, error) {
		return api.None{}, a.AddComputer(ctx, in)
	})
	begunOp(s, api.LeaveRedeem, redeem, func(ctx context.Context, c *call, a service.RedeemAttempt, _ api.None) (api.None, error) {
		return api.None{}, a.Leave(ctx)
	})

	handle(s, api.BeginKit, func(ctx context.Context, _ *call, _ api.None) (out api.Begun[service.KitTerms], err error) {
		a, err := s.w.BeginKit(ctx)
		if err == nil {
			out.Terms = a.Terms()
			out.Token, err = s.tokens.attempt(placeKit, service.Value{Kit: a})
		}
		return out, err
	})
	begunOp(s, api.UseKit, kit, func(ctx context.Context, c *call, a service.KitAttempt, in api.UseKitRequest) (api.Entered, error) {
		return s.entered(ctx, c)(a.Use(ctx, in.Owner.Service(), in.Signature))
	})

	begunOp(s, api.AuthenticatorOff, challenge, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (bool, error) {
		return ch.AuthenticatorOff(ctx)
	})
	begunOp(s, api.Verify, challenge, func(ctx context.Context, c *call, ch service.Challenge, in api.Code) (*api.SessionStart, error) {
		return s.start(ctx, c)(ch.Verify(ctx, in.Code.Text))
	})
	begunOp(s, api.BeginChallengeCodes, challenge, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (service.CodeTerms, error) {
		return ch.BeginRecovery(ctx)
	})
	begunOp(s, api.Recover, challenge, func(ctx context.Context, c *call, ch service.Challenge, in api.CodeProof) (*api.SessionStart, error) {
		return s.start(ctx, c)(ch.Recover(ctx, in.Proof.Bytes))
	})
	begunOp(s, api.BeginHelp, challenge, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (service.CodeTerms, error) {
		return ch.BeginHelp(ctx)
	})
	begunOp(s, api.UseHelpCode, challenge, func(ctx context.Context, c *call, ch service.Challenge, in api.CodeProof) (*api.EnrolmentStart, error) {
		return s.enrolling(ctx, c, ch)(ch.UseHelpCode(ctx, in.Proof.Bytes))
	})
	begunOp(s, api.ChallengeEnrol, challenge, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (*api.EnrolmentStart, error) {
		return s.enrolling(ctx, c, ch)(ch.Enrol(ctx))
	})
	begunOp(s, api.ChallengeKeys, challenge, func(ctx context.Context, c *call, ch service.Challenge, _ api.None) (api.OwnKeys, error) {
		own, err := ch.OwnKeys(ctx)
		return api.OwnKeysOf(own), err
	})
	begunOp(s, api.ChallengeNextPassword, challenge, func(ctx context.Context, c *call, ch service.Challenge, in api.Next) (*api.SessionStart, error) {
		return s.start(ctx, c)(ch.ChoosePassword(ctx, in.Next.Service()))
	})
	begunOp(s, api.LeaveChallenge, challenge, func(_ context.Context, c *call, ch service.Challenge, _ api.None) (none api.None, _ error) {
		ch.Leave()
		c.used = true
		return none, nil
	})

	begunOp(s, api.Unlock, locked, func(ctx context.Context, c *call, l service.Locked, in service.SignIn) (*api.SessionStart, error) {
		return s.start(ctx, c)(l.Unlock(ctx, in))
	})
	begunOp(s, api.LeaveLocked, locked, func(_ context.Context, c *call, l service.Locked, _ api.None) (none api.None, _ error) {
		l.Leave()
		c.used = true
		return none, nil
	})
}

// What an operation is of, among what its token may stand for.
func signIn(v service.Value) service.SignInAttempt { return v.SignIn }
func redeem(v service.Value) service.RedeemAttempt { return v.Redeem }
func kit(v service.Value) service.KitAttempt       { return v.Kit }
func challenge(v service.Value) service.Challenge  { return v.Challenge }
func locked(v service.Value) service.Locked        { return v.Locked }

// begunOp is an operation of what somebody has begun.
func begunOp[V, In, Out any](s *Server, op api.Op[In, Out], of func(service.Value) V, act func(ctx context.Context, c *call, v V, in In) (Out, error)) {
	handle(s, op, func(ctx context.Context, c *call, in In) (out Out, err error) {
		return act(ctx, c, of(c.held.value), in)
	})
}

// entered answers an attempt that leads on.
func (s *Server) entered(ctx context.Context, c *call) func(service.Session, service.Challenge, error) (api.Entered, error) {
	return func(in service.Session, due service.Challenge, err error) (out api.Entered, _ error) {
		if due != nil {
			token, failed := s.tokens.add(ctx, service.Value{Challenge: due}, due.Email())
			if failed != nil {
				return out, failed
			}
			out.Challenge = &api.ChallengeStart{
				Token: token, Name: due.Name(), Email: due.Email(), MustEnrol: due.MustEnrol(), MustChoosePassword: due.MustChoosePassword(), RequiredSince: due.RequiredSince(),
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
		c.used = c.held.value.Challenge != nil || c.held.value.Locked != nil
		token, failed := s.enter(ctx, service.Value{Session: in}, in.ProfileID())
		if failed != nil {
			return nil, failed
		}
		return startOf(token, in), err
	}
}

// enter keeps somebody who is in. The oldest of too many sessions of one person makes room.
func (s *Server) enter(ctx context.Context, v service.Value, person string) (api.Text, error) {
	token, err := s.tokens.add(ctx, v, person)
	if err != nil {
		return token, errors.Join(err, common(v).End(ctx))
	}
	s.sweepSoon()
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
		c.used = true
		token, failed := s.enter(ctx, service.Value{Enrolment: in}, ch.Email())
		if failed != nil {
			return nil, failed
		}
		return &api.EnrolmentStart{Token: token, Kind: in.Kind()}, err
	}
}
