package workspace

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// StepUp tells what a proof of an act has to hold now. Within ConfirmLife of another act of its group nothing is needed. Right after a sign-in with a
// recovery code nothing is needed for one act: both were right a moment ago, and
// the phone that could show a code is the one that is lost.
func (s *Session) StepUp(ctx context.Context, acts service.Acts) (service.StepUpNeeds, error) {
	done, err := s.begin()
	if err != nil {
		return service.StepUpNeeds{}, err
	}
	defer done()
	if s.granted() || s.confirmed(acts).good(s.w.wall(), service.ConfirmLife) {
		return service.StepUpNeeds{}, nil
	}
	n := service.StepUpNeeds{Password: true}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		_, err := tx.Factor(s.id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		n.Factor = err == nil
		if err != nil {
			return err
		}
		n.AuthenticatorOff, err = authenticatorOff(tx, s.id)
		return err
	})
	return n, err
}

// freshness is how long ago a sign-in may be that was made for one act.
const freshness = time.Minute

// ForOneAct takes the sign-in of a moment ago as the step-up of the one act that
// it was made for. It is for a command that signs in, acts and ends; a window
// that stays open asks again. On an older session it does nothing, nor on one
// whose sign-in has been taken for an act before.
func (s *Session) ForOneAct(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if within(s.startedAt, s.w.wall(), freshness) && s.began["factor"] != factorUnlock && !s.stood {
		s.grantLocked()
	}
	return nil
}

// grant is a proof that was right a moment ago and that no act has used: it is
// good for one act, within GrantLife.
type grant struct {
	at  time.Time         // zero: there is none
	how map[string]string // for the log: factor, number
}

// grant lets one act go by the proof that this session began with.
func (s *Session) grant() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grantLocked()
}

// grantLocked is grant with s.mu held.
func (s *Session) grantLocked() { s.waiting, s.stood = grant{s.w.wall(), s.began}, true }

// granted reports whether the next act needs no proof.
func (s *Session) granted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting.good(s.w.wall(), service.GrantLife)
}

func (g grant) good(now time.Time, life time.Duration) bool {
	return !g.at.IsZero() && within(g.at, now, life)
}

// confirmed is the proof that was right last for an act of a group.
func (s *Session) confirmed(acts service.Acts) grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.confirms[acts]
}

// unconfirm forgets what was proven: it was another's to use.
func (s *Session) unconfirm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting, s.confirms, s.stood = grant{}, nil, true
}

// use spends the grant that waits, if there is one, before the act that it is for.
func (s *Session) use(ctx context.Context) (grant, error) {
	g := s.spend()
	if g.at.IsZero() {
		return g, nil
	}
	return g, s.keep(ctx)
}

// spend takes the grant that waits, if there is one.
func (s *Session) spend() grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.waiting
	s.waiting = grant{}
	if !g.good(s.w.wall(), service.GrantLife) {
		return grant{}
	}
	return g
}

// giveBack lets a grant wait again for the rest of its time.
func (s *Session) giveBack(g grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting.at.Before(g.at) {
		s.waiting = g
	}
}

// confirmation is what an act has in its hands while it runs: a grant that it has
// taken, or the proof that was checked for it.
type confirmation struct {
	s    *Session
	acts service.Acts
	grant
	once  bool // the grant is good for one act
	spent bool // what the act does may have taken effect
	keeps bool // the act was only to prove
}

// confirm runs an act that asks for a proof: one that was right for an act of its group does, or a grant that waits, or else the
// proof is checked. It is the only way to any of them. The grant is taken before the
// act begins, so that no two acts use one; and where the act fails, say on a slow
// keychain, it waits again, so that another try needs no second code. Errors:
// those of a password and of a code; factor_required; the act's own.
func (s *Session) confirm(ctx context.Context, acts service.Acts, proof service.Proof, act func(*confirmation) error) error {
	return s.confirmBy(ctx, acts, proof, s.profile, act)
}

// confirmBy is confirm for a use case that reads the profile by read.
func (s *Session) confirmBy(ctx context.Context, acts service.Acts, proof service.Proof, read func(store.ReadTx) (store.Profile, error), act func(*confirmation) error) error {
	return s.taking(ctx, acts, func(c *confirmation) error {
		if !c.proven() {
			if err := c.prove(ctx, proof, read); err != nil {
				return err
			}
		}
		return act(c)
	})
}

// taking runs an act with the proof of its group or with the grant that waits, if there is one.
func (s *Session) taking(ctx context.Context, acts service.Acts, act func(*confirmation) error) (err error) {
	c := &confirmation{s: s, acts: acts, grant: s.confirmed(acts)}
	if !c.good(s.w.wall(), service.ConfirmLife) {
		if c.grant, err = s.use(ctx); err != nil {
			return err
		}
		c.once = true
	}
	err = act(c)
	if c.once && (err != nil || c.keeps) && !c.spent {
		s.giveBack(c.grant)
	}
	return err
}

// proven reports whether a proof was right.
func (c *confirmation) proven() bool { return !c.at.IsZero() }

// update runs fn as the change that uses the confirmation up. Once fn has come to
// its end it is spent, whatever becomes of the commit: an anchor that cannot be
// written is an error although the commit stands.
func (c *confirmation) update(ctx context.Context, fn func(store.WriteTx) error) error {
	return c.s.w.update(ctx, func(tx store.WriteTx) error {
		err := fn(tx)
		c.spent = err == nil
		return err
	})
}

// Prove checks a step-up ahead of its act, so that a code cannot run out while
// somebody chooses a place for a file. The act that follows within GrantLife, or acts of the group within ConfirmLife, ask
// for nothing more. Errors: forbidden; those of a step-up.
func (a *Admin) Prove(ctx context.Context, acts service.Acts, proof service.Proof) error {
	done, err := a.s.begin()
	if err != nil {
		return err
	}
	defer done()
	err = a.s.w.view(ctx, func(tx store.ReadTx) error {
		_, err := a.profile(tx)
		return err
	})
	if err != nil {
		return err
	}
	return a.s.confirm(ctx, acts, proof, func(c *confirmation) error {
		c.keeps = true
		return nil
	})
}

// prove checks a proof, and writes into the log that it was right.
func (c *confirmation) prove(ctx context.Context, proof service.Proof, read func(store.ReadTx) (store.Profile, error)) error {
	s := c.s
	p, on, err := s.currentBy(ctx, read)
	if err != nil {
		return err
	}
	if on && !proof.Factor.Given() {
		return refuse(service.CodeFactorRequired).At("code")
	}
	if err := s.provePassword(ctx, p, proof, "password"); err != nil {
		return err
	}
	how := map[string]string{"factor": string(service.FactorNone)}
	use := func(tx store.WriteTx) error { return reset(tx, s.id, false, store.KindPassword) } // there was nothing more to prove
	if on {
		var factor factorUse
		if factor, how, err = s.w.matchFactorInput(ctx, s.id, proof.Factor, store.UseStepUp); err != nil {
			return err
		}
		use = func(tx store.WriteTx) error {
			if err := factor.consume(tx); err != nil {
				return err
			}
			return errors.Join(refundUse(tx, factor), reset(tx, s.id, false, store.KindPassword, store.KindCode, store.KindRecovery))
		}
	}
	err = s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := read(tx); err != nil {
			return err
		}
		if err := use(tx); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventSteppedUp, s.id, s.id, maps.Clone(how))
		return nil
	})
	if err != nil {
		return err
	}
	c.grant, c.once = grant{s.w.wall(), how}, c.acts == service.EachTime
	if !c.once {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.confirms == nil {
			s.confirms = map[service.Acts]grant{}
		}
		s.confirms[c.acts] = c.grant
	}
	return nil
}

// provePassword checks the password of the session's profile, and counts a wrong one.
func (s *Session) provePassword(ctx context.Context, p store.Profile, proof service.Proof, field string) error {
	if len(proof.Signature) == 0 {
		return refuse(service.CodePasswordRequired).At(field)
	}
	if err := s.useNonce(ctx, proof.Nonce); err != nil {
		return err
	}
	err := s.w.checkSignature(ctx, p, p.EmailKey, service.ProofMessage(s.w.ID(), proof.Nonce), proof.Signature, service.CodePasswordWrong)
	var e *service.Error
	if errors.As(err, &e) && e.Code == service.CodePasswordWrong {
		return e.At(field)
	}
	return err
}

// clearFailures takes back the charge of a guess that was right, and with it the
// failures in a row before it: there was nothing more to prove.
func clearFailures(tx store.WriteTx, t attempt) error {
	if err := refundIn(tx, t); err != nil {
		return err
	}
	return reset(tx, t.subject, false, t.kind)
}

// refundUse takes the charge of a use that turned out right off what the next
// sign-in will tell.
func refundUse(tx store.WriteTx, use factorUse) error {
	switch u := use.(type) {
	case *codeUse:
		return refundIn(tx, u.attempt)
	case *recoveryUse:
		return refundIn(tx, u.attempt)
	}
	return nil
}

// current reads the profile and whether its 2FA is on.
func (s *Session) current(ctx context.Context) (p store.Profile, on bool, err error) {
	return s.currentBy(ctx, s.profile)
}

// currentBy is current with the profile as read gives it: profile, or enrollee.
func (s *Session) currentBy(ctx context.Context, read func(store.ReadTx) (store.Profile, error)) (p store.Profile, on bool, err error) {
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		if p, err = read(tx); err != nil {
			return err
		}
		_, err = tx.Factor(s.id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		on = err == nil
		return err
	})
	return p, on, err
}

func recoveryDetail(number int) map[string]string {
	return map[string]string{"factor": "recovery", "number": strconv.Itoa(number)}
}
