package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"countersign/backend/computer"
	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Passwords stay here. What the workspace gets of one is a public key, signatures, and what was wrapped.

// maxTyped bounds what is taken for a password at a sign-in: none that was ever chosen is longer.
const maxTyped = 4 * 4 * password.MaxLength

// ownWrap is for whom key pairs are wrapped under passwords: see vault.Wrap. Each key is of one person alone.
const ownWrap = "password"

// derive runs Argon2id, at most a few at a time. Parameters below the least that is safe are refused, whoever names them.
func (w *Workspace) derive(ctx context.Context, pw secret.Text, salt []byte, cost store.Argon2id) (secret.Bytes, error) {
	p := password.Params(cost)
	if err := p.Check(); err != nil {
		return secret.Bytes{}, weak(err)
	}
	select {
	case w.hashing <- struct{}{}:
		defer func() { <-w.hashing }()
	case <-ctx.Done():
		return secret.Bytes{}, ctx.Err()
	}
	return password.Derive(pw, salt, p), nil
}

// weak refuses parameters with which what was typed could be guessed.
func weak(err error) error { return service.Refuse(service.CodeTermsWeak).Because(err) }

// typed is a password as it was typed, with what is made of it.
type typed struct {
	derived secret.Bytes
	share   secret.Bytes
	short   bool // too short to stand alone
}

func (w *Workspace) deriveTyped(ctx context.Context, pw secret.Text, salt []byte, cost store.Argon2id, share secret.Bytes) (typed, error) {
	derived, err := w.derive(ctx, pw, salt, cost)
	return typed{derived, share, password.Short(pw, password.MinLength)}, err
}

func (t typed) sign(message []byte) []byte { return password.Sign(t.derived, t.share, message) }

func (t typed) clone() typed {
	t.derived = secret.NewBytes(bytes.Clone(t.derived.Reveal()))
	return t
}

// wipe forgets it. The share stays.
func (t typed) wipe() { t.derived.Wipe() }

// unwrap gives the person's own key pair, and the vault that is pinned in it. Errors: of vault.Unwrap; and where the recipient is another's.
func (t typed) unwrap(own service.OwnKeys) (pair keyPair, err error) {
	err = t.wrapping(own.Lock, func(kek secret.Bytes) error {
		pair.own, pair.pin, err = vault.Unwrap(kek, ownWrap, own.Wrapped)
		return err
	})
	if err == nil && pair.own.Recipient() != own.Recipient { // what is given to it would be another's
		return keyPair{}, errors.New("the recipient is not the key pair's")
	}
	return pair, err
}

// wrapping has the key used that wraps the person's own key pair.
func (t typed) wrapping(lock secret.Bytes, use func(kek secret.Bytes) error) error {
	if lock.Len() != password.KeySize {
		return errors.New("the lock is not one")
	}
	kek := password.WrappingKey(t.derived, t.share, lock)
	defer kek.Wipe()
	return use(kek)
}

// wrap wraps a key pair under a key, for one kind of holder.
func (p keyPair) wrap(kek secret.Bytes, holder string) (service.WrappedKeyPair, error) {
	wrapped, err := vault.Wrap(kek, holder, p.own, p.pin)
	return service.WrappedKeyPair{Recipient: p.own.Recipient(), Wrapped: wrapped, Keys: p.keys, Signature: p.signature}, err
}

// choose makes a new password of what was typed and a share, and wraps the person's key pair under it. The
// workspace is given keys with a key pair that it does not know.
func (w *Workspace) choose(ctx context.Context, pw secret.Text, pair keyPair, share secret.Bytes) (service.NewPassword, typed, error) {
	salt, lock := make([]byte, password.SaltSize), make([]byte, password.KeySize)
	for _, b := range [][]byte{salt, lock} {
		if _, err := rand.Read(b); err != nil {
			return service.NewPassword{}, typed{}, err
		}
	}
	t, err := w.deriveTyped(ctx, pw, salt, w.cost, share)
	if err != nil {
		return service.NewPassword{}, typed{}, err
	}
	n := service.NewPassword{Salt: salt, Params: w.cost, PublicKey: password.PublicKey(t.derived, t.share), Lock: secret.NewBytes(lock), Short: t.short, Share: computer.ShareID(t.share)}
	kek := password.WrappingKey(t.derived, t.share, n.Lock)
	defer kek.Wipe()
	n.KeyPair, err = pair.wrap(kek, ownWrap)
	return n, t, err
}

// chooseHere is choose where this computer becomes one of the person's.
func (w *Workspace) chooseHere(ctx context.Context, pw secret.Text, pair keyPair, share secret.Bytes) (service.NewPassword, typed, error) {
	here, err := w.here(ctx, share)
	if err != nil {
		return service.NewPassword{}, typed{}, err
	}
	n, t, err := w.choose(ctx, pw, pair, share)
	n.Computers = here
	return n, t, err
}

// MinPassword is how long a password has to be, in characters: as the workspace says, and as long as any has to be beside a second factor.
func (w *Workspace) MinPassword() int {
	return max(w.Workspace.MinPassword(), password.MinLengthWith2FA)
}

// checkPassword puts password.Check's answers into words.
func checkPassword(pw secret.Text, minimum int, field string, words ...string) error {
	err := password.Check(pw, minimum, words)
	var short *password.ShortError
	var long *password.LongError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrEmpty):
		return service.Refuse(service.CodePasswordRequired).At(field)
	case errors.As(err, &short):
		return service.Refuse(service.CodePasswordShort).At(field).With("minimum", short.Minimum).With("length", short.Length)
	case errors.As(err, &long):
		return service.Refuse(service.CodePasswordLong).At(field).With("max", password.MaxLength)
	case errors.Is(err, password.ErrCommon):
		return service.Refuse(service.CodePasswordCommon).At(field)
	}
	return err
}

// Proof is what a step-up takes, as it was typed: the password and, where 2FA is on, a second factor.
type Proof struct {
	Password secret.Text
	Factor   FactorInput
}

// sign makes of a proof what the workspace looks at. Where no password was typed, none may be needed: a confirmation
// may wait.
func (s *Session) sign(ctx context.Context, p Proof) (service.Proof, error) {
	if p.Password.Empty() {
		return service.Proof{Factor: service.FactorInput{Kind: p.Factor.Kind}}, nil
	}
	factor, err := s.factor(ctx, p.Factor)
	if err != nil {
		return service.Proof{}, err
	}
	out := service.Proof{Factor: factor}
	terms, _, _, err := s.BeginProof(ctx)
	if err != nil {
		return out, err
	}
	share, err := s.w.shareOf(ctx, terms)
	if err != nil {
		return out, err
	}
	t, err := s.w.deriveTyped(ctx, p.Password, terms.Salt, terms.Params, share)
	if err != nil {
		return out, err
	}
	defer t.wipe()
	out.Nonce, out.Signature = terms.Nonce, t.sign(service.ProofMessage(terms.WorkspaceID, terms.Nonce))
	return out, nil
}

// ChangePassword sets a new password: see workspace.Session.ChangePassword. The new one is looked at first, so that a weak
// one costs no code. Errors: password_*, and those of ChangePassword.
func (s *Session) ChangePassword(ctx context.Context, current, next secret.Text, in FactorInput) error {
	if err := s.begin(); err != nil {
		return err
	}
	if current.Empty() {
		return service.Refuse(service.CodePasswordRequired).At("current")
	}
	terms, name, email, err := s.BeginProof(ctx)
	if err != nil {
		return err
	}
	if err := checkPassword(next, s.w.MinPassword(), "next", s.w.Name(), name, email); err != nil {
		return err
	}
	if current.Reveal() == next.Reveal() {
		return service.Refuse(service.CodePasswordSame).At("next")
	}
	factor, err := s.factor(ctx, in)
	if err != nil {
		return err
	}
	defer factor.Proof.Wipe()
	share, err := s.w.shareOf(ctx, terms)
	if err != nil {
		return err
	}
	t, err := s.w.deriveTyped(ctx, current, terms.Salt, terms.Params, share)
	if err != nil {
		return err
	}
	defer t.wipe()
	proof := service.Proof{Nonce: terms.Nonce, Signature: t.sign(service.ProofMessage(terms.WorkspaceID, terms.Nonce)), Factor: factor}
	pair, err := s.ownOrNew()
	if err != nil {
		return err
	}
	under, stay, err := s.nextShare(ctx, share)
	if err != nil {
		return err
	}
	n, chosen, err := s.w.choose(ctx, next, pair, under)
	if err != nil {
		return err
	}
	defer chosen.wipe()
	n.Computers = stay
	if err := s.Session.ChangePassword(ctx, proof, n); err != nil {
		if under != share {
			err = s.w.keepsShare(ctx, under, err)
		}
		return err
	}
	s.have(pair.own, under)
	return s.witnessed(ctx)
}

// have keeps the person's own key pair and share, under a password that is in force.
func (s *Session) have(own vault.Identity, share secret.Bytes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	if s.own.Empty() { // there was none that opens; the new one waits
		s.broken = nil
	}
	s.own, s.share = own, share
}
