package app

import (
	"countersign/backend/client"
	"countersign/backend/service"
)

// Profile is Settings → Profile and Edit 2FA.
type Profile struct{ s *shell }

// Factor is a second factor as typed.
type Factor struct {
	Kind  string   `json:"kind"` // none, code, recovery
	Value Envelope `json:"value"`
}

func (in *signIn) factor(f Factor) (client.FactorInput, error) {
	value, err := in.keys.open(holdsFactor, f.Value)
	return client.FactorInput{Kind: service.FactorKind(f.Kind), Value: value}, err
}

// Proof is a step-up.
type Proof struct {
	Password Envelope `json:"password"`
	Factor   Factor   `json:"factor"`
}

func (in *signIn) proof(p Proof) (client.Proof, error) {
	pw, err := in.keys.open(holdsPassword, p.Password)
	if err != nil {
		return client.Proof{}, err
	}
	factor, err := in.factor(p.Factor)
	return client.Proof{Password: pw, Factor: factor}, err
}

// StepUpNeeds says what the next sensitive act will ask for.
type StepUpNeeds struct {
	Password         bool `json:"password"`
	Factor           bool `json:"factor"`
	AuthenticatorOff bool `json:"authenticatorOff"`
}

// act runs a use case of the session and gives the profile as it is then.
func (s *shell) act(token string, use func(*signIn) error) (ProfileView, error) {
	in, err := s.use(token)
	if err != nil {
		return ProfileView{}, err
	}
	if err := use(in); err != nil {
		return ProfileView{}, in.after(err)
	}
	o, err := in.session.Overview(s.context())
	if err == nil {
		in.knownAs(o.Profile.Email)
	}
	return s.profileView(o), in.after(err)
}

// Get reads the profile.
func (p *Profile) Get(session string) (ProfileView, error) {
	return p.s.act(session, func(*signIn) error { return nil })
}

// Rename sets the name.
func (p *Profile) Rename(session, name string) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error { return in.session.Rename(p.s.context(), name) })
}

// CheckEmail says what is wrong with a new email, before a proof is asked for.
func (p *Profile) CheckEmail(session, email string) error {
	in, err := p.s.use(session)
	if err != nil {
		return err
	}
	return in.after(in.session.CheckEmail(p.s.context(), email))
}

// ChangeEmail sets the email.
func (p *Profile) ChangeEmail(session, email string, proof Proof) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error {
		typed, err := in.proof(proof)
		if err != nil {
			return err
		}
		return in.session.ChangeEmail(p.s.context(), email, typed)
	})
}

// ChangePassword sets a new password.
func (p *Profile) ChangePassword(session string, current, next Envelope, factor Factor) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error {
		old, err := in.keys.open(holdsPassword, current)
		if err != nil {
			return err
		}
		wanted, err := in.keys.open(holdsNewPassword, next)
		if err != nil {
			return err
		}
		proof, err := in.factor(factor)
		if err != nil {
			return err
		}
		return in.session.ChangePassword(p.s.context(), old, wanted, proof)
	})
}

// StepUp tells what the next sensitive act of a group will ask for: see service.Acts.
func (p *Profile) StepUp(session, acts string) (StepUpNeeds, error) {
	in, err := p.s.use(session)
	if err != nil {
		return StepUpNeeds{}, err
	}
	n, err := in.session.StepUp(p.s.context(), service.Acts(acts))
	return StepUpNeeds(n), in.after(err)
}

// CodeUsage says which numbered code was used, and when.
func (p *Profile) CodeUsage(session string) (CodeUsage, error) {
	in, err := p.s.use(session)
	if err != nil {
		return CodeUsage{}, err
	}
	o, err := in.session.Overview(p.s.context())
	return usageView(o.TwoFactor.Codes), in.after(err)
}

// NotMe voids what is left of the recovery set.
func (p *Profile) NotMe(session string) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error { return in.session.NotMe(p.s.context()) })
}

// Disable turns 2FA off.
func (p *Profile) Disable(session string, factor Factor) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error {
		proof, err := in.factor(factor)
		if err != nil {
			return err
		}
		return in.session.Disable(p.s.context(), proof)
	})
}

// Acknowledge takes the check word of one's own sheet.
func (p *Profile) Acknowledge(session string, word Envelope) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error {
		typed, err := in.keys.open(holdsWord, word)
		if err != nil {
			return err
		}
		return in.session.Acknowledge(p.s.context(), typed)
	})
}

// CheckCodes takes the check word or the number of the sheet that works.
func (p *Profile) CheckCodes(session string, word Envelope) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error {
		typed, err := in.keys.open(holdsWord, word)
		if err != nil {
			return err
		}
		return in.session.CheckCodes(p.s.context(), typed)
	})
}

// PostponeCheck puts the question for the sheet off for a week.
func (p *Profile) PostponeCheck(session string) (ProfileView, error) {
	return p.s.act(session, func(in *signIn) error { return in.session.PostponeCheck(p.s.context()) })
}
