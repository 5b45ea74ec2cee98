package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestShownCodes_AreThoseOfTheSheetThatIsShown(t *testing.T) {
	t.Parallel()
	w := &Workspace{rand: rand.Reader, codeCost: store.Argon2id(recovery.Cheap)}
	var c shownCodes
	c.begun(w, true, nil)
	var sent []service.NewSet
	var last []byte // the last proof of each
	take := func(sheet int, err error) func(service.NewSet) (*service.Issued, error) {
		return func(n service.NewSet) (*service.Issued, error) {
			sent, last = append(sent, n), bytes.Clone(n.Proofs[9].Reveal())
			return &service.Issued{Sheet: sheet}, err
		}
	}
	wrong := errors.New("the code is wrong")
	if _, err := c.show(t.Context(), w, true, take(0, wrong)); !errors.Is(err, wrong) {
		t.Error(err)
	}
	first, err := c.show(t.Context(), w, true, take(7, nil))
	if err != nil || len(first.Codes) != recovery.SetSize {
		t.Fatalf("%d codes, %v", len(first.Codes), err)
	}
	if sent[0].Proofs[0] != sent[1].Proofs[0] {
		t.Error("codes that nobody has seen are made anew")
	}
	if !bytes.Equal(recovery.ProofOf(first.Codes[9], sent[1].Salt, recovery.Cheap).Reveal(), last) {
		t.Error("the proofs are of other codes")
	}
	if !bytes.Equal(sent[1].Proofs[9].Reveal(), make([]byte, recovery.HashSize)) {
		t.Error("a proof that the workspace has is kept")
	}
	if again, err := c.show(t.Context(), w, true, take(7, nil)); err != nil || again.Codes[0] != first.Codes[0] {
		t.Errorf("other codes are shown for the same sheet: %v", err)
	}
	if shown, err := c.showing(service.Issued{Sheet: 7}, nil); err != nil || shown.Codes[0] != first.Codes[0] {
		t.Errorf("other codes are shown: %v", err)
	}
	if shown, err := c.showing(service.Issued{Sheet: 8}, nil); !service.IsCode(err, service.CodeEnrolmentEnded) || shown.Codes != nil {
		t.Errorf("codes of another sheet are shown: %v", err)
	}
	if c.begun(w, true, wrong); c.sheet != 7 { // what did not begin changes nothing
		t.Error("they are forgotten")
	}
	if _ = c.ended(wrong); c.codes == nil {
		t.Error("they are forgotten before the end")
	}
	if c.begun(w, false, nil); c.codes != nil || c.sheet != 0 || c.ahead != nil {
		t.Error("another enrolment has them still")
	}
	if none, err := c.show(t.Context(), w, true, func(n service.NewSet) (*service.Issued, error) {
		if n.Proofs != nil {
			t.Error("codes are made for an enrolment that leads to none")
		}
		return nil, nil
	}); none != nil || err != nil {
		t.Errorf("%v, %v", none, err)
	}
	if _, err := c.show(t.Context(), w, false, take(9, nil)); err != nil || c.sheet != 9 { // new codes, beside it
		t.Error(err)
	}
	c.prepare(w)
	if _ = c.ended(nil); c.codes != nil || c.sheet != 0 || c.ahead != nil {
		t.Error("they are kept after the end")
	}
}

func TestShownCodes_WhatCannotBeMadeIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := &Workspace{rand: noBytes{}, codeCost: store.Argon2id(recovery.Cheap)}
	var c shownCodes
	c.begun(w, true, nil)
	never := func(service.NewSet) (*service.Issued, error) {
		t.Error("the workspace is given some")
		return nil, nil
	}
	if _, err := c.show(t.Context(), w, true, never); !errors.Is(err, errNoBytes) {
		t.Error(err)
	}
	w.rand = rand.Reader
	issued, err := c.show(t.Context(), w, true, func(service.NewSet) (*service.Issued, error) { return &service.Issued{Sheet: 1}, nil })
	if err != nil || len(issued.Codes) != recovery.SetSize {
		t.Errorf("%+v, %v", issued, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c.ahead = make(chan madeAhead) // on their way
	if _, err := c.show(ctx, w, true, never); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

var errNoBytes = errors.New("no random bytes")

type noBytes struct{}

func (noBytes) Read([]byte) (int, error) { return 0, errNoBytes }

// Whoever names the parameters could have a code guessed that was typed.
func TestProofs_WeakParametersAreRefused(t *testing.T) {
	t.Parallel()
	codes, err := recovery.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, params := range []service.Argon2id{{}, {MemoryKiB: 1, Time: 1, Threads: 1}, {MemoryKiB: 7 << 10, Threads: 1}} {
		terms := service.CodeTerms{Salt: make([]byte, recovery.SaltSize), Params: params}
		if proof, key, err := proofOf(codes[0], terms); !service.IsCode(err, service.CodeTermsWeak) || proof.Len() > 0 || key.Len() > 0 {
			t.Errorf("a one-time code under %+v: %v", params, err)
		}
		typed := secret.NewText(codes[0].Display())
		if proof, err := recoveryProof(typed, func() (service.CodeTerms, error) { return terms, nil }); !service.IsCode(err, service.CodeTermsWeak) || proof.Len() > 0 {
			t.Errorf("a recovery code under %+v: %v", params, err)
		}
	}
}
