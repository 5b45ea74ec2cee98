package workspace

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"countersign/backend/audit"
	"countersign/backend/journal"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Quarantine is a workspace whose database does not fit its log. It shows no data and has
// one power: to be accepted as it is, by an owner whom the keychain knows. See Prove.
type Quarantine struct {
	w      *Workspace
	report *audit.Mismatch
}

// OpenQuarantined opens what Open has refused as not_authentic. A database that fits
// by now gives a nil Quarantine. The Workspace is not to be used but by package client, for its name and keys.
func OpenQuarantined(ctx context.Context, c Config) (*Quarantine, *Workspace, error) {
	w, err := load(ctx, c)
	if err != nil || !w.Created() {
		return nil, nil, err
	}
	err = w.check(ctx)
	var r *audit.Mismatch
	if errors.As(err, &r) {
		return &Quarantine{w, r}, w, nil
	}
	return nil, nil, err
}

// Report says what was found.
func (s *Quarantine) Report() audit.Mismatch { return *s.report }

// ReviewAttempt is an owner's attempt to be proven: its terms say what a client has to sign.
type ReviewAttempt struct {
	service.ReviewTerms
	s      *Quarantine
	key    string // of the email
	madeAt time.Time

	mu   sync.Mutex
	over bool
}

// BeginProve begins one, which is good for ChallengeLife and for one guess. Errors: email_required; folder.
func (s *Quarantine) BeginProve(ctx context.Context, email string) (*ReviewAttempt, error) {
	key := emailKey(email)
	if key == "" {
		return nil, refuse(service.CodeEmailRequired).At("email")
	}
	nonce, err := s.w.random(service.NonceSize)
	if err != nil {
		return nil, err
	}
	a := &Acceptance{s: s}
	if err := s.w.view(ctx, func(tx store.ReadTx) error { return a.read(tx, key) }); err != nil {
		return nil, err
	}
	record := s.w.recordOf(a.profile, key)
	terms := service.PasswordTerms{WorkspaceID: s.w.ID(), Nonce: nonce, Salt: record.Salt, Params: record.Params}
	recovery := service.CodeTerms{Salt: a.set.Salt, Params: a.set.Params}
	if a.set.ID == "" {
		recovery = s.w.noTerms("salt of no recovery codes", key)
	}
	return &ReviewAttempt{ReviewTerms: service.ReviewTerms{PasswordTerms: terms, Recovery: recovery}, s: s, key: key, madeAt: s.w.wall()}, nil
}

// Prove takes what an owner has signed with their password (service.SignInMessage), and a second factor, and gives what the owner would
// accept, once Look has read it. The keychain decides who an owner is and what each needs, and which codes
// were used: nothing of that is believed of the database. A right code is used up.
//
// Guesses are counted in the keychain here, since the database may be put back.
// Errors: credentials_wrong, throttled, those of a code, authenticator_off, challenge_ended,
// factor_required, accept_changed where the owner's own account is not the one that the
// keychain knows; keychain and folder.
func (r *ReviewAttempt) Prove(ctx context.Context, signature []byte, factor service.FactorInput) (*Acceptance, error) {
	s := r.s
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || !within(r.madeAt, s.w.wall(), service.ChallengeLife) {
		return nil, refuse(service.CodeChallengeEnded)
	}
	r.over = true
	t, err := s.recordAttempt(ctx)
	if err != nil {
		return nil, err
	}
	a := &Acceptance{s: s}
	if err := s.w.view(ctx, func(tx store.ReadTx) error { return a.read(tx, r.key) }); err != nil {
		return nil, err
	}
	if !signed(s.w.recordOf(a.profile, r.key), service.SignInMessage(r.WorkspaceID, r.Nonce), signature) || a.profile.ID == "" {
		return nil, t.wrong(service.CodeCredentialsWrong)
	}
	if err := s.checkKnown(ctx, a); err != nil {
		return nil, err
	}
	if err := s.second(ctx, a, t, factor); err != nil {
		return nil, err
	}
	if err := s.forgive(ctx); err != nil {
		return nil, err
	}
	a.madeAt, a.nonce = s.w.wall(), r.Nonce
	return a, nil
}

// checkKnown sees that the keychain knows the owner who asks as the database has them.
// Errors: accept_changed.
func (s *Quarantine) checkKnown(ctx context.Context, a *Acceptance) error {
	t, err := s.w.journal.Trusted(ctx)
	if errors.Is(err, store.ErrSecretMissing) {
		return refuse(service.CodeAcceptChanged).Because(s.report)
	}
	if err != nil {
		return service.Explain(err)
	}
	known, ok := t.Owner(a.profile.ID)
	if !ok || !known.SameAccount(a.now) {
		return refuse(service.CodeAcceptChanged).Because(s.report)
	}
	a.trust, a.codesFit = t, known.SameCodes(a.now)
	return nil
}

// second looks at the second factor, which the charge has paid for already, and uses
// it up in the keychain.
func (s *Quarantine) second(ctx context.Context, a *Acceptance, t attempt, in service.FactorInput) error {
	if len(a.factor.Apps) == 0 {
		return nil
	}
	switch in.Kind {
	case service.FactorCode:
		if t.failures > authenticator {
			return refuse(service.CodeAuthenticatorOff).At("code")
		}
		code, err := parseCode(in.Code)
		if err != nil {
			return err
		}
		seen, err := s.w.lookAround(ctx, a.factor, code, 0)
		if err != nil {
			return err
		}
		if len(seen.matches) == 0 {
			return t.wrong(service.CodeCodeWrong).At("code")
		}
		told, err := s.told(ctx, a.profile.ID, seen.matches.steps())
		if err != nil {
			return err
		}
		if told {
			return refuse(service.CodeCodeUsed).At("code")
		}
		return s.useUp(ctx, a, func(o *journal.Owner) bool {
			fresh := true
			for _, m := range seen.matches {
				fresh = fresh && m.last() > o.Step() && m.last() > a.factor.LastStep()
			}
			for _, m := range seen.matches {
				o.UseStep(m.last())
			}
			return fresh
		}, refuse(service.CodeCodeUsed).At("code"))
	case service.FactorRecovery:
		if a.set.ID == "" || !a.codesFit {
			return refuse(service.CodeRecoveryNone).At("recovery")
		}
		row, err := s.w.findCode(a.codes, in.Proof)
		if err != nil {
			return err
		}
		if row == nil {
			return t.wrong(service.CodeRecoveryWrong).At("recovery").With("sheet", a.set.Sheet)
		}
		return s.useUp(ctx, a, func(o *journal.Owner) bool {
			return o.UseCode(row.Number) && row.UsedAt.IsZero()
		}, refuse(service.CodeRecoveryUsed).At("recovery").With("number", row.Number))
	}
	return service.Afterwards(refuse(service.CodeFactorRequired).At("code"), s.refund(ctx))
}

// useUp notes in the keychain that an owner's code was used, or refuses: it was
// before.
func (s *Quarantine) useUp(ctx context.Context, a *Acceptance, use func(*journal.Owner) bool, used *service.Error) error {
	t, fresh, err := s.w.journal.UseUp(ctx, a.profile.ID, use)
	if err != nil {
		return service.Explain(err)
	}
	if !fresh {
		return used
	}
	a.trust = t
	return nil
}

// guessesItem counts guesses at a quarantined workspace, in the keychain: failures in
// a row and the time of the last, 8 bytes each.
const guessesItem = "sealed-guesses"

func (s *Quarantine) recordAttempt(ctx context.Context) (t attempt, err error) {
	err = s.w.store.Exclusive(ctx, func() error {
		a, err := s.counted(ctx)
		if err != nil {
			return err
		}
		now := s.w.wall()
		if left := remaining(a, now); left > 0 {
			if setBack(a, now) { // the whole pause begins anew
				err = s.count(ctx, a.Failures)
			}
			return service.Afterwards(throttled(store.KindPassword, left), err)
		}
		t.failures = a.Failures + 1
		return s.count(ctx, t.failures)
	})
	return t, service.Explain(err)
}

// refund takes back a charge whose password was right and whose factor was not
// typed yet.
func (s *Quarantine) refund(ctx context.Context) error {
	return service.Explain(s.w.store.Exclusive(ctx, func() error {
		a, err := s.counted(ctx)
		if err != nil {
			return err
		}
		return s.count(ctx, max(0, a.Failures-1))
	}))
}

// forgive clears the count: password and second factor were right.
func (s *Quarantine) forgive(ctx context.Context) error {
	return service.Explain(s.w.store.Exclusive(ctx, func() error { return s.w.secrets.Delete(ctx, s.w.item(guessesItem)) }))
}

// counted reads the guesses that were made.
func (s *Quarantine) counted(ctx context.Context) (store.Attempts, error) {
	a := store.Attempts{Kind: store.KindPassword}
	item, err := s.w.secrets.Get(ctx, s.w.item(guessesItem))
	switch {
	case err == nil && item.Len() == 16:
		a.Failures = int(binary.BigEndian.Uint64(item.Reveal()))
		a.ChargedAt = time.UnixMilli(int64(binary.BigEndian.Uint64(item.Reveal()[8:])))
		if p := pause(a.Failures); p > 0 {
			a.LockedUntil = a.ChargedAt.Add(p)
		}
	case err != nil && !errors.Is(err, store.ErrSecretMissing):
		return a, err
	}
	return a, nil
}

// count writes the guesses, and reads them back: one that is not counted is not
// looked at.
func (s *Quarantine) count(ctx context.Context, failures int) error {
	b := binary.BigEndian.AppendUint64(nil, uint64(failures))
	b = binary.BigEndian.AppendUint64(b, uint64(s.w.wall().UnixMilli()))
	return s.w.setSecret(ctx, s.w.item(guessesItem), secret.NewBytes(b))
}
