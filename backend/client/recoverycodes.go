package client

import (
	"context"
	"fmt"
	"io"
	"sync"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Recovery codes are made and typed here. The workspace gets what proves them.

// Issued is a recovery set on its way to paper: the only moment at which its
// codes are known.
type Issued struct {
	service.Issued
	Codes []recovery.Code
}

// sets are recovery codes of some people, and what the workspace gets of them.
type sets struct {
	made  []service.NewSet
	codes [][]recovery.Code
}

// drawSets takes the random bytes of recovery codes for n people.
func (w *Workspace) drawSets(n int) (s sets, err error) {
	for range n {
		codes, err := recovery.Generate(w.rand)
		if err != nil {
			return s, err
		}
		salt := make([]byte, recovery.SaltSize)
		if _, err := io.ReadFull(w.rand, salt); err != nil {
			return s, fmt.Errorf("random bytes: %w", err)
		}
		s.codes = append(s.codes, codes)
		s.made = append(s.made, service.NewSet{Salt: salt, Params: w.codeCost, Proofs: make([]secret.Bytes, len(codes))})
	}
	return s, nil
}

// prove makes the proofs of the codes, on all cores.
func (s sets) prove(ctx context.Context) error {
	return inParallel(ctx, len(s.made)*recovery.SetSize, nil, func(k int) error {
		i, c := k/recovery.SetSize, k%recovery.SetSize
		s.made[i].Proofs[c] = recovery.ProofOf(s.codes[i][c], s.made[i].Salt, recovery.Params(s.made[i].Params))
		return nil
	})
}

// wipe forgets the proofs, each of which is as good as its code.
func (s sets) wipe() {
	for _, n := range s.made {
		for _, proof := range n.Proofs {
			proof.Wipe()
		}
	}
}

// shownCodes are the recovery codes that somebody is shown, of an enrolment or as new ones. They are made ahead, while a phone
// is set up or a password is looked at, so that no verification code runs out meanwhile.
type shownCodes struct {
	mu    sync.Mutex
	none  bool // the enrolment under way leads to none
	ahead <-chan madeAhead
	sheet int // 0: none are shown
	codes []recovery.Code
}

type madeAhead struct {
	sets
	err error
}

// begun notes whether an enrolment that began leads to recovery codes.
func (c *shownCodes) begun(w *Workspace, leadsToSome bool, err error) {
	if err != nil {
		return
	}
	_ = c.ended(nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.none = !leadsToSome; leadsToSome {
		c.makeAhead(w)
	}
}

// makeAhead begins to make codes, unless that was begun. It is called with c.mu held.
func (c *shownCodes) makeAhead(w *Workspace) {
	if c.ahead != nil {
		return
	}
	made := make(chan madeAhead, 1)
	c.ahead = made
	s, err := w.drawSets(1)
	if err != nil {
		made <- madeAhead{err: err}
		return
	}
	go func() { made <- madeAhead{s, s.prove(context.Background())} }()
}

// prepare makes codes ahead.
func (c *shownCodes) prepare(w *Workspace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.makeAhead(w)
}

// show has the workspace take codes, unless an enrolment leads to none, and shows them. It gives those
// that are shown already where the workspace takes no others.
func (c *shownCodes) show(ctx context.Context, w *Workspace, enrolment bool, take func(service.NewSet) (*service.Issued, error)) (*Issued, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if enrolment && c.none {
		_, err := take(service.NewSet{})
		return nil, err
	}
	c.makeAhead(w)
	var made madeAhead
	select {
	case made = <-c.ahead:
		c.ahead = nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if made.err != nil {
		return nil, made.err
	}
	issued, err := take(made.made[0])
	if err != nil { // nobody has seen them: they are good for the next try
		again := make(chan madeAhead, 1)
		again <- made
		c.ahead = again
		return nil, err
	}
	made.wipe()
	if issued.Sheet != c.sheet {
		c.sheet, c.codes = issued.Sheet, made.codes[0]
	}
	return &Issued{*issued, c.codes}, nil
}

// showing gives the codes that are shown now. Errors: enrolment_ended.
func (c *shownCodes) showing(issued service.Issued, err error) (Issued, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && issued.Sheet != c.sheet { // ended, and begun anew, in between
		err = service.Refuse(service.CodeEnrolmentEnded)
	}
	if err != nil {
		return Issued{}, err
	}
	return Issued{issued, c.codes}, nil
}

// ended forgets the codes once what shows them is over.
func (c *shownCodes) ended(err error) error {
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sheet, c.codes, c.ahead = 0, nil, nil
	}
	return err
}

// Confirm takes the first code that the new phone shows, and gives ten recovery codes where the enrolment leads to some: see
// workspace.Session.Confirm.
func (s *Session) Confirm(ctx context.Context, input secret.Text) (*Issued, error) {
	return s.codes.show(ctx, s.w, true, func(made service.NewSet) (*service.Issued, error) { return s.Session.Confirm(ctx, input, made) })
}

// BeginNewCodes makes ten new recovery codes: see workspace.Session.BeginNewCodes.
func (s *Session) BeginNewCodes(ctx context.Context, proof Proof) (*Issued, error) {
	s.codes.prepare(s.w)
	return signing(ctx, s, proof, func(p service.Proof) (*Issued, error) {
		return s.codes.show(ctx, s.w, false, func(made service.NewSet) (*service.Issued, error) { return s.Session.BeginNewCodes(ctx, made, p) })
	})
}

// Showing gives the codes that this session is showing now, for copying,
// printing and saving. Errors: enrolment_ended.
func (s *Session) Showing(ctx context.Context) (Issued, error) {
	return s.codes.showing(s.Session.Showing(ctx))
}

// Continue ends an enrolment with codes: see workspace.Session.Continue.
func (s *Session) Continue(ctx context.Context) error { return s.codes.ended(s.Session.Continue(ctx)) }

// CancelEnrolment ends an enrolment without a change: see workspace.Session.CancelEnrolment.
func (s *Session) CancelEnrolment(ctx context.Context) error {
	return s.codes.ended(s.Session.CancelEnrolment(ctx))
}

// KeepNewCodes puts the new codes in force: see workspace.Session.KeepNewCodes.
func (s *Session) KeepNewCodes(ctx context.Context) error {
	return s.codes.ended(s.Session.KeepNewCodes(ctx))
}

// CancelNewCodes drops the codes that were shown: see workspace.Session.CancelNewCodes.
func (s *Session) CancelNewCodes(ctx context.Context) error {
	return s.codes.ended(s.Session.CancelNewCodes(ctx))
}

// Begin makes a new key for the phone: see workspace.EnrolmentSession.Begin.
func (e *EnrolmentSession) Begin(ctx context.Context) (service.Shown, error) {
	shown, err := e.EnrolmentSession.Begin(ctx)
	e.codes.begun(e.w, true, err)
	return shown, err
}

// Confirm takes the first code of the phone, and gives ten recovery codes: see workspace.Session.Confirm.
func (e *EnrolmentSession) Confirm(ctx context.Context, input secret.Text) (*Issued, error) {
	return e.codes.show(ctx, e.w, true, func(made service.NewSet) (*service.Issued, error) {
		return e.EnrolmentSession.Confirm(ctx, input, made)
	})
}

// Showing gives the recovery codes that are shown now. Errors: enrolment_ended.
func (e *EnrolmentSession) Showing(ctx context.Context) (Issued, error) {
	return e.codes.showing(e.EnrolmentSession.Showing(ctx))
}

// Continue turns 2FA on, or moves it to the new phone: see workspace.Session.Continue.
func (e *EnrolmentSession) Continue(ctx context.Context) error {
	return e.codes.ended(e.EnrolmentSession.Continue(ctx))
}

// CancelEnrolment ends the enrolment under way; this session stays.
func (e *EnrolmentSession) CancelEnrolment(ctx context.Context) error {
	return e.codes.ended(e.EnrolmentSession.CancelEnrolment(ctx))
}

// FactorInput is a second factor as it was typed.
type FactorInput struct {
	Kind  service.FactorKind
	Value secret.Text
}

// sent makes of it what the workspace looks at. Errors: recovery_required, recovery_form; those of terms.
func (in FactorInput) sent(terms func() (service.CodeTerms, error)) (service.FactorInput, error) {
	out := service.FactorInput{Kind: in.Kind}
	var err error
	if in.Kind == service.FactorRecovery {
		out.Proof, err = recoveryProof(in.Value, terms)
	} else {
		out.Code = in.Value
	}
	return out, err
}

// recoveryProof makes of a recovery code that was typed what the workspace looks at.
func recoveryProof(input secret.Text, terms func() (service.CodeTerms, error)) (secret.Bytes, error) {
	code, err := parseCode(input, "recovery", service.CodeRecoveryRequired, service.CodeRecoveryForm)
	if err != nil {
		return secret.Bytes{}, err
	}
	t, err := terms()
	if err != nil {
		return secret.Bytes{}, err
	}
	p := recovery.Params(t.Params)
	if err := p.Check(); err != nil {
		return secret.Bytes{}, weak(err)
	}
	return recovery.ProofOf(code, t.Salt, p), nil
}

// factor is sent, of who is signed in.
func (s *Session) factor(ctx context.Context, in FactorInput) (service.FactorInput, error) {
	return in.sent(func() (service.CodeTerms, error) { return s.BeginRecovery(ctx) })
}

// Recover takes a recovery code. Errors: recovery_required, recovery_form, and those of workspace.Challenge.Recover.
func (c *Challenge) Recover(ctx context.Context, input secret.Text) (*Session, error) {
	proof, err := recoveryProof(input, func() (service.CodeTerms, error) { return c.BeginRecovery(ctx) })
	if err != nil {
		return nil, err
	}
	defer proof.Wipe()
	s, err := c.Challenge.Recover(ctx, proof)
	return c.w.session(ctx, s, c.typed, err)
}

// Disable turns 2FA off. Errors: recovery_required, recovery_form, and those of workspace.Session.Disable.
func (s *Session) Disable(ctx context.Context, in FactorInput) error {
	factor, err := s.factor(ctx, in)
	if err != nil {
		return err
	}
	defer factor.Proof.Wipe()
	return s.Session.Disable(ctx, factor)
}
