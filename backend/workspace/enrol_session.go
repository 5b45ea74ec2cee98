package workspace

import (
	"context"
	"errors"
	"sync"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// EnrolmentSession is somebody who got in as far as enrolling a phone, and no further: with
// the password where 2FA is required and off, or with the password and a help
// code. It has no other power. Once the phone is enrolled, Enter gives the session.
type EnrolmentSession struct {
	s         *Session
	kind      service.EnrolmentKind
	beginning sync.Mutex // a proof that was lent is back before the next step
	done      bool       // under s.acts
}

// Kind says whether the phone is a first one or takes another's place.
func (g *EnrolmentSession) Kind() service.EnrolmentKind { return g.kind }

// Touch notes that the person is there. Errors: session_ended.
func (g *EnrolmentSession) Touch() error { return g.s.Touch() }

// Remaining is how long it lasts if nothing is done.
func (g *EnrolmentSession) Remaining() time.Duration { return g.s.Remaining() }

// LimitReached reports whether it is over for its length.
func (g *EnrolmentSession) LimitReached() bool { return g.s.LimitReached() }

// Overdue is false: its person has come to enrol.
func (g *EnrolmentSession) Overdue() bool { return g.s.Overdue() }

// End ends it, and undoes an enrolment that has not taken effect.
func (g *EnrolmentSession) End(ctx context.Context) error { return g.s.End(ctx) }

// Begin makes a new key for the phone. The proof was given at the door a moment
// ago; a second Begin within its life begins anew. Once the phone is
// enrolled it is over, and so is the proof. Errors: session_ended,
// enrolment_ended, two_factor_on, two_factor_off; keychain and folder.
func (g *EnrolmentSession) Begin(ctx context.Context) (shown service.Shown, err error) {
	g.beginning.Lock()
	defer g.beginning.Unlock()
	if g.finished() {
		return shown, refuse(service.CodeEnrolmentEnded)
	}
	g.s.grant()
	defer g.s.spend() // it is for this alone
	if g.kind == service.EnrolNewPhone {
		return g.s.beginChangePhone(ctx, 0, service.Proof{}, true)
	}
	return g.s.BeginEnable(ctx, service.Proof{})
}

func (g *EnrolmentSession) finished() bool {
	g.s.acts.Lock()
	defer g.s.acts.Unlock()
	return g.done
}

// Confirm takes the first code of the phone and ten recovery codes: see
// Session.Confirm.
func (g *EnrolmentSession) Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error) {
	g.beginning.Lock()
	defer g.beginning.Unlock()
	return g.s.Confirm(ctx, input, made)
}

// Continue turns 2FA on, or moves it to the new phone: see Session.Continue.
func (g *EnrolmentSession) Continue(ctx context.Context) error {
	g.beginning.Lock()
	defer g.beginning.Unlock()
	err := g.s.Continue(ctx)
	if err == nil {
		g.finish()
	}
	return err
}

func (g *EnrolmentSession) finish() {
	g.s.acts.Lock()
	defer g.s.acts.Unlock()
	g.done = true
}

// CancelEnrolment ends the enrolment under way; this session stays.
func (g *EnrolmentSession) CancelEnrolment(ctx context.Context) error {
	return g.s.CancelEnrolment(ctx)
}

// Showing says whose recovery codes are shown now: see Session.Showing.
func (g *EnrolmentSession) Showing(ctx context.Context) (service.Issued, error) {
	return g.s.Showing(ctx)
}

// ShowingKey gives the key that is shown now: see Session.ShowingKey.
func (g *EnrolmentSession) ShowingKey(ctx context.Context) (secret.Text, error) {
	return g.s.ShowingKey(ctx)
}

// Enter gives the session, once the phone is enrolled. Errors:
// enrolment_unconfirmed, session_ended.
func (g *EnrolmentSession) Enter(context.Context) (*Session, error) {
	done, err := g.s.beginEnrolling()
	if err != nil {
		return nil, err
	}
	defer done()
	if !g.done {
		return nil, refuse(service.CodeEnrolmentUnconfirmed)
	}
	return g.s, nil
}

// MustEnrol reports whether the workspace requires 2FA of this profile, which
// has it off: Enrol is then the only way on.
func (c *Challenge) MustEnrol() bool { return c.mustEnrol }

// RequiredSince is the time from which the workspace requires 2FA; zero without MustEnrol.
func (c *Challenge) RequiredSince() time.Time {
	if !c.mustEnrol {
		return time.Time{}
	}
	c.w.mu.RLock()
	defer c.w.mu.RUnlock()
	return c.w.info.RequireFrom
}

// Enrol lets somebody in as far as enrolling. Errors: two_factor_on,
// challenge_ended; keychain and folder.
func (c *Challenge) Enrol(ctx context.Context) (*EnrolmentSession, error) {
	if !c.mustEnrol {
		return nil, refuse(service.CodeTwoFactorOn)
	}
	s, err := c.once(func() (*Session, error) {
		return c.w.completeSignIn(ctx, c.profile, signInDetails{factor: "none", enrolOnly: service.EnrolRequired, redeems: c.redeems, short: c.short, at: c.at})
	})
	if err != nil {
		return nil, err
	}
	return &EnrolmentSession{s: s, kind: service.EnrolRequired}, nil
}

// BeginHelp gives what a client needs to make a proof of a help code. Errors: challenge_ended, one_time_used, one_time_ended; folder.
func (c *Challenge) BeginHelp(ctx context.Context) (t service.CodeTerms, err error) {
	if err := c.stands(ctx); err != nil {
		return t, err
	}
	err = c.w.view(ctx, func(tx store.ReadTx) (err error) {
		t, err = c.w.codeTerms(tx, c.profile, c.profile.EmailKey, []store.OneTimeKind{store.OneTimeHelp})
		return err
	})
	return t, err
}

// UseHelpCode takes what the client has made of a help code that an admin gave out: recovery.Proof. Errors:
// help_wrong, one_time_expired, one_time_used, one_time_ended, throttled,
// two_factor_off, challenge_ended; keychain and folder.
func (c *Challenge) UseHelpCode(ctx context.Context, proof secret.Bytes) (*EnrolmentSession, error) {
	if c.mustEnrol {
		return nil, refuse(service.CodeTwoFactorOff)
	}
	s, err := c.once(func() (*Session, error) {
		if err := c.stands(ctx); err != nil {
			return nil, err
		}
		right, _, err := c.w.matchOneTime(ctx, c.profile, c.profile.ID, []store.OneTimeKind{store.OneTimeHelp}, store.KindHelp, proof, service.CodeHelpWrong)
		if err != nil {
			var e *service.Error
			if errors.As(err, &e) && e.Code == service.CodeHelpWrong {
				err = e.At("help")
			}
			return nil, err
		}
		return c.w.completeSignIn(ctx, c.profile, signInDetails{
			factor: "help", enrolOnly: service.EnrolNewPhone, redeems: c.redeems, short: c.short, at: c.at,
			use: func(tx store.WriteTx) error { return consumeOneTime(tx, right) },
		})
	})
	if err != nil {
		return nil, err
	}
	return &EnrolmentSession{s: s, kind: service.EnrolNewPhone}, nil
}
