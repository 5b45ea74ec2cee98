package client

import (
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// One-time codes are made and typed here. The workspace gets what proves one, and the key pair that it unwraps.

// codeWrap is for whom key pairs are wrapped under one-time codes: see vault.Wrap. Each key is of one code alone.
const codeWrap = "one-time code"

// GivenOut is a one-time code on its way to a person: the only moment at which
// it is known.
type GivenOut struct {
	service.GivenOut
	Code recovery.Code
	At   Place
}

// Place is where a workspace is that is at a server: what its person needs beside a code. The zero Place is this computer.
type Place struct {
	Server string // HOST:PORT
	Key    string // the fingerprint of the server's key, as it is typed
}

// newCode makes a one-time code of 80 random bits. With keys it comes with a key pair for the vault, which has
// these keys; with nil it opens nothing.
func (w *Workspace) newCode(keys *vault.Keys) (n service.NewOneTime, code recovery.Code, err error) {
	return w.newCodeWith(func(n *service.NewOneTime, key secret.Bytes) error {
		if keys == nil {
			return nil
		}
		pair, err := w.newKeyPair(*keys)
		if err != nil {
			return err
		}
		n.KeyPair, err = pair.wrap(key, codeWrap)
		return err
	})
}

// newCodeWith makes a one-time code with what is wrapped under its key.
func (w *Workspace) newCodeWith(fill func(n *service.NewOneTime, key secret.Bytes) error) (n service.NewOneTime, code recovery.Code, err error) {
	codes, err := recovery.Generate(w.rand)
	if err != nil {
		return n, code, err
	}
	n = service.NewOneTime{Salt: make([]byte, recovery.SaltSize), Params: w.codeCost}
	if _, err := io.ReadFull(w.rand, n.Salt); err != nil {
		return n, code, fmt.Errorf("random bytes: %w", err)
	}
	derived := recovery.Derive(codes[0], n.Salt, recovery.Params(n.Params))
	defer derived.Wipe()
	n.Proof = recovery.Proof(derived)
	key := recovery.WrappingKey(derived)
	defer key.Wipe()
	return n, codes[0], fill(&n, key)
}

// FirstInvitation makes the code of a server's first owner: see workspace.Workspace.Found. It comes with no key pair, which would
// be known where it is made.
func FirstInvitation(c Config) (service.NewOneTime, recovery.Code, error) {
	return newClient(nil, c).newCode(nil)
}

// newCodes makes one for each of n people, with the vault's keys as far as the session has them. Many take minutes, which count as
// use of the session and end with it.
func (s *Session) newCodes(ctx context.Context, n int, progress service.Progress) ([]service.NewOneTime, []recovery.Code, error) {
	keys, err := s.vaultKeys(ctx)
	if err != nil && !closed(err) {
		return nil, nil, err
	}
	made, codes := make([]service.NewOneTime, n), make([]recovery.Code, n)
	err = inParallel(ctx, n, progress, func(i int) (err error) {
		if made[i], codes[i], err = s.w.newCode(&keys); err == nil {
			err = s.Touch()
		}
		return err
	})
	return made, codes, err
}

// withCodes makes codes for n people and gives them to use, and does so anew where the vault's key was rotated meanwhile.
func (s *Session) withCodes(ctx context.Context, n int, progress service.Progress, use func([]service.NewOneTime, []recovery.Code) error) error {
	return service.Explain(retryConflicts(func() error {
		made, codes, err := s.newCodes(ctx, n, progress)
		if err != nil {
			return err
		}
		defer wipeProofs(made)
		return use(made, codes)
	}))
}

// wipeProofs forgets what proves codes, once the workspace has it.
func wipeProofs(made []service.NewOneTime) {
	for _, n := range made {
		n.Proof.Wipe()
	}
}

// proofOf makes of a code that was typed what the workspace looks at, and the key that unwraps what came with it.
func proofOf(code recovery.Code, t service.CodeTerms) (proof, key secret.Bytes, err error) {
	p := recovery.Params(t.Params)
	if err := p.Check(); err != nil {
		return proof, key, weak(err)
	}
	derived := recovery.Derive(code, t.Salt, p)
	defer derived.Wipe()
	return recovery.Proof(derived), recovery.WrappingKey(derived), nil
}

// parseCode reads a one-time code as it was typed.
func parseCode(input secret.Text, field string, required, form service.Code) (recovery.Code, error) {
	code, err := recovery.Parse(input)
	var wrong *recovery.FormError
	switch {
	case errors.Is(err, recovery.ErrEmpty):
		return code, service.Refuse(required).At(field)
	case errors.As(err, &wrong):
		return code, service.Refuse(form).At(field).With("length", wrong.Length)
	}
	return code, err
}

// Redeem takes an invitation or a reset code, and the password that its person has chosen. Of the two results one is
// set, as for SignIn. The password is looked at first, so that a weak one costs no guess. Errors: invitation_required,
// invitation_form, password_*, and those of workspace.RedeemAttempt.
func (w *Workspace) Redeem(ctx context.Context, email string, input, pw secret.Text) (*Session, *Challenge, error) {
	attempt, code, err := w.beginRedeem(ctx, email, input, service.RedeemPassword)
	if err != nil {
		return nil, nil, err
	}
	if err := checkPassword(pw, w.MinPassword(), "password", w.Name(), email); err != nil {
		return nil, nil, err
	}
	proof, key, err := proofOf(code, attempt.Terms())
	if err != nil {
		return nil, nil, err
	}
	defer key.Wipe()
	defer proof.Wipe()
	right, err := attempt.Check(ctx, proof)
	if err != nil {
		return nil, nil, err
	}
	if err := checkPassword(pw, w.MinPassword(), "password", w.Name(), right.Name, email); err != nil {
		return nil, nil, service.Afterwards(err, attempt.Leave(ctx))
	}
	pair, err := w.pairOf(right.KeyPair, key)
	if err != nil {
		return nil, nil, err
	}
	share, err := w.shareToChoose(ctx, right.Share)
	if err != nil {
		return nil, nil, service.Afterwards(err, attempt.Leave(ctx))
	}
	next, t, err := w.chooseHere(ctx, pw, pair, share)
	if err != nil {
		return nil, nil, err
	}
	s, c, err := attempt.Redeem(ctx, next)
	return w.entered(ctx, s, c, t, err)
}

// pairOf unwraps the key pair that came with a code, which keeps what it holds of the vault, and the vault that whoever gave the code
// believes in. Whoever has none gets a new one, and waits.
func (w *Workspace) pairOf(p service.WrappedKeyPair, key secret.Bytes) (pair keyPair, err error) {
	if p.Recipient == "" {
		return w.newKeyPair(vault.Keys{})
	}
	if pair.own, pair.pin, err = vault.Unwrap(key, codeWrap, p.Wrapped); err != nil {
		w.log.Warn("the key of a one-time code could not be unwrapped", "error", err)
		return w.newKeyPair(vault.Keys{})
	}
	return pair, nil
}

// UseHelpCode takes a temporary code. Errors: help_required, help_form, and those of workspace.Challenge.UseHelpCode.
func (c *Challenge) UseHelpCode(ctx context.Context, input secret.Text) (*EnrolmentSession, error) {
	terms, err := c.BeginHelp(ctx)
	if err != nil {
		return nil, err
	}
	code, err := parseCode(input, "help", service.CodeHelpRequired, service.CodeHelpForm)
	if err != nil {
		return nil, err
	}
	proof, key, err := proofOf(code, terms)
	if err != nil {
		return nil, err
	}
	key.Wipe() // it opens nothing
	defer proof.Wipe()
	return c.enrolling(c.Challenge.UseHelpCode(ctx, proof))
}
