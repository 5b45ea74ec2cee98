package api

import (
	"encoding/base64"
	"encoding/json"
	"slices"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// Bytes is a secret.Bytes that is sent: base64 in JSON, and elided everywhere else.
type Bytes struct{ secret.Bytes }

// MarshalJSON implements json.Marshaler.
func (b Bytes) MarshalJSON() ([]byte, error) {
	return json.Marshal(base64.StdEncoding.EncodeToString(b.Reveal()))
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bytes) UnmarshalJSON(in []byte) error {
	var raw []byte
	if err := json.Unmarshal(in, &raw); err != nil {
		return err
	}
	b.Bytes = secret.NewBytes(raw)
	return nil
}

// Text is a secret.Text that is sent: a string in JSON, and elided everywhere else.
type Text struct{ secret.Text }

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.Reveal()) }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(in []byte) error {
	var raw string
	if err := json.Unmarshal(in, &raw); err != nil {
		return err
	}
	t.Text = secret.NewText(raw)
	return nil
}

// What follows are the types of package service that hold a secret, as they are sent.

// Factor is a service.FactorInput.
type Factor struct {
	Kind  service.FactorKind
	Code  Text  // for service.FactorCode
	Proof Bytes // for service.FactorRecovery
}

// FactorOf makes one.
func FactorOf(f service.FactorInput) Factor { return Factor{f.Kind, Text{f.Code}, Bytes{f.Proof}} }

// Service is its inverse.
func (f Factor) Service() service.FactorInput {
	return service.FactorInput{Kind: f.Kind, Code: f.Code.Text, Proof: f.Proof.Bytes}
}

// Proof is a service.Proof.
type Proof struct {
	Nonce     []byte
	Signature []byte
	Factor    Factor
}

// ProofOf makes one.
func ProofOf(p service.Proof) Proof { return Proof{p.Nonce, p.Signature, FactorOf(p.Factor)} }

// Service is its inverse.
func (p Proof) Service() service.Proof {
	return service.Proof{Nonce: p.Nonce, Signature: p.Signature, Factor: p.Factor.Service()}
}

// NewPassword is a service.NewPassword.
type NewPassword struct {
	Salt      []byte
	Params    service.Argon2id
	PublicKey []byte
	Lock      Bytes
	Short     bool
	KeyPair   service.WrappedKeyPair
	Share     string
	Computers []service.NewComputer `json:",omitempty"`
}

// NewPasswordOf makes one.
func NewPasswordOf(n service.NewPassword) NewPassword {
	return NewPassword{n.Salt, n.Params, n.PublicKey, Bytes{n.Lock}, n.Short, n.KeyPair, n.Share, n.Computers}
}

// Service is its inverse.
func (n NewPassword) Service() service.NewPassword {
	return service.NewPassword{
		Salt: n.Salt, Params: n.Params, PublicKey: n.PublicKey, Lock: n.Lock.Bytes, Short: n.Short, KeyPair: n.KeyPair, Share: n.Share, Computers: n.Computers,
	}
}

// NewSet is a service.NewSet.
type NewSet struct {
	Salt   []byte
	Params service.Argon2id
	Proofs []Bytes
}

// NewSetOf makes one.
func NewSetOf(n service.NewSet) NewSet {
	return NewSet{n.Salt, n.Params, mapped(n.Proofs, func(b secret.Bytes) Bytes { return Bytes{b} })}
}

// Service is its inverse.
func (n NewSet) Service() service.NewSet {
	return service.NewSet{Salt: n.Salt, Params: n.Params, Proofs: mapped(n.Proofs, func(b Bytes) secret.Bytes { return b.Bytes })}
}

// NewSetsOf makes them.
func NewSetsOf(all []service.NewSet) []NewSet { return mapped(all, NewSetOf) }

// ServiceSets is its inverse.
func ServiceSets(all []NewSet) []service.NewSet { return mapped(all, NewSet.Service) }

// NewOneTime is a service.NewOneTime.
type NewOneTime struct {
	Salt    []byte
	Params  service.Argon2id
	Proof   Bytes
	KeyPair service.WrappedKeyPair
	Box     []byte `json:",omitempty"`
}

// NewOneTimeOf makes one.
func NewOneTimeOf(n service.NewOneTime) NewOneTime {
	return NewOneTime{n.Salt, n.Params, Bytes{n.Proof}, n.KeyPair, n.Box}
}

// Service is its inverse.
func (n NewOneTime) Service() service.NewOneTime {
	return service.NewOneTime{Salt: n.Salt, Params: n.Params, Proof: n.Proof.Bytes, KeyPair: n.KeyPair, Box: n.Box}
}

// NewOneTimesOf makes them.
func NewOneTimesOf(all []service.NewOneTime) []NewOneTime { return mapped(all, NewOneTimeOf) }

// ServiceOneTimes is its inverse.
func ServiceOneTimes(all []NewOneTime) []service.NewOneTime { return mapped(all, NewOneTime.Service) }

// NewInvitation is a service.NewInvitation.
type NewInvitation struct {
	ProfileID string
	Code      NewOneTime
}

// NewInvitationsOf makes them.
func NewInvitationsOf(all []service.NewInvitation) []NewInvitation {
	return mapped(all, func(n service.NewInvitation) NewInvitation {
		return NewInvitation{n.ProfileID, NewOneTimeOf(n.Code)}
	})
}

// ServiceInvitations is its inverse.
func ServiceInvitations(all []NewInvitation) []service.NewInvitation {
	return mapped(all, func(n NewInvitation) service.NewInvitation {
		return service.NewInvitation{ProfileID: n.ProfileID, Code: n.Code.Service()}
	})
}

// NewOwner is a service.NewOwner.
type NewOwner struct {
	Name     string
	Email    string
	Password NewPassword
}

// NewOwnerOf makes one.
func NewOwnerOf(n service.NewOwner) NewOwner {
	return NewOwner{n.Name, n.Email, NewPasswordOf(n.Password)}
}

// Service is its inverse.
func (n NewOwner) Service() service.NewOwner {
	return service.NewOwner{Name: n.Name, Email: n.Email, Password: n.Password.Service()}
}

// OwnKeys is a service.OwnKeys.
type OwnKeys struct {
	Lock      Bytes
	Recipient string
	Wrapped   []byte
}

// OwnKeysOf makes one.
func OwnKeysOf(o service.OwnKeys) OwnKeys { return OwnKeys{Bytes{o.Lock}, o.Recipient, o.Wrapped} }

// Service is its inverse.
func (o OwnKeys) Service() service.OwnKeys {
	return service.OwnKeys{Lock: o.Lock.Bytes, Recipient: o.Recipient, Wrapped: o.Wrapped}
}

// Shown is a service.Shown.
type Shown struct {
	URI       Text
	Groups    []Text
	Issuer    string
	Account   string
	Shortened bool
}

// ShownOf makes one.
func ShownOf(s service.Shown) Shown {
	return Shown{Text{s.URI}, mapped(s.Groups, func(g string) Text { return Text{secret.NewText(g)} }), s.Issuer, s.Account, s.Shortened}
}

// Service is its inverse.
func (s Shown) Service() service.Shown {
	return service.Shown{URI: s.URI.Text, Groups: mapped(s.Groups, func(g Text) string { return g.Reveal() }), Issuer: s.Issuer, Account: s.Account, Shortened: s.Shortened}
}

// mapped is nil for nil, since what holds no list may mean something else than what holds an empty one.
func mapped[A, B any](all []A, f func(A) B) []B {
	if all == nil {
		return nil
	}
	out := make([]B, 0, len(all))
	for v := range slices.Values(all) {
		out = append(out, f(v))
	}
	return out
}
