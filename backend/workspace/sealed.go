package workspace

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/password"
	"countersign/backend/secret"
)

// Sealed is a workspace whose database does not fit its log. It shows no data
// and has one power: to be accepted as it is, by an owner whose own rows are
// those that the log last told of.
type Sealed struct {
	w      *Workspace
	report *Report
}

// OpenSealed opens what Open has refused as not_authentic. A database that fits
// by now gives a nil Sealed.
func OpenSealed(ctx context.Context, c Config) (*Sealed, error) {
	w, err := load(ctx, c)
	if err != nil || !w.Created() {
		return nil, err
	}
	err = w.check(ctx)
	var r *Report
	if errors.As(err, &r) {
		return &Sealed{w, r}, nil
	}
	return nil, err
}

// Report says what was found.
func (s *Sealed) Report() Report { return *s.report }

// Accept takes the database as it is, by an owner's password and second factor.
// What happened after the newest event that fits is lost: codes used since then
// work again. Acceptance is itself an event, with all rows as they are, and the
// check at start-up begins there; Verify log goes on to show the break.
//
// Guesses are counted in the keychain here, since the database may be put back.
// Errors: credentials_wrong, throttled, those of a code, factor_required,
// not_authentic where the owner's own rows are not what the log told of.
func (s *Sealed) Accept(ctx context.Context, email string, pw secret.Text, factor FactorInput) error {
	key := emailKey(email)
	if key == "" {
		return refuse(CodeEmailRequired).at("email")
	}
	if pw.Empty() {
		return refuse(CodePasswordRequired).at("password")
	}
	t, err := s.charge(ctx)
	if err != nil {
		return err
	}
	o, err := s.owner(ctx, key)
	if err != nil {
		return err
	}
	record := o.profile.Password
	if o.profile.ID == "" {
		record = PasswordRecord{Salt: make([]byte, password.SaltSize), Params: s.w.cost, Verifier: make([]byte, password.KeySize)}
	}
	derived, err := s.w.derive(ctx, pw, record.Salt, record.Params)
	if err != nil {
		return err
	}
	defer derived.Wipe()
	if subtle.ConstantTimeCompare(password.Verifier(derived, s.w.keys.device), record.Verifier) != 1 || o.profile.ID == "" {
		return t.wrong(CodeCredentialsWrong)
	}
	if !o.untouched {
		return refuse(CodeNotAuthentic).because(s.report)
	}
	use, err := s.second(ctx, o, t, factor)
	if err != nil {
		return err
	}
	return s.accept(ctx, o, use)
}

// suspect is the profile that wants to accept, and what the log says of it.
type suspect struct {
	profile   Profile
	factor    Factor
	set       Set
	codes     []CodeRow
	on        bool // 2FA is on, as the log tells
	untouched bool // its rows are those that the log told of, and it is an owner's
	said      map[string]string
}

// owner reads the profile with the rows that prove it, and compares them with
// what the part of the log that fits says of them.
func (s *Sealed) owner(ctx context.Context, emailKey string) (o suspect, err error) {
	o.said = map[string]string{}
	err = s.w.view(ctx, func(tx Tx) error {
		if err := s.saidSoFar(tx, o.said); err != nil {
			return err
		}
		if o.profile, err = tx.ProfileByEmail(emailKey); errors.Is(err, ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		if o.factor, err = tx.Factor(o.profile.ID); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if o.set, err = tx.ActiveSet(o.profile.ID); err == nil {
			o.codes, err = tx.Codes(o.set.ID)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		fits := func(k Key) (bool, error) {
			h, err := s.w.rowHash(tx, k)
			return o.said[k.String()] == digest(h), err
		}
		profile, err1 := fits(Key{"profile", o.profile.ID})
		factor, err2 := fits(Key{"factor", o.profile.ID})
		set := true
		var err3 error
		if o.set.ID != "" {
			set, err3 = fits(Key{"set", o.set.ID})
		}
		o.on = o.said[Key{"factor", o.profile.ID}.String()] != ""
		o.untouched = profile && factor && o.profile.Role == RoleOwner
		if !set {
			o.set, o.codes = Set{}, nil
		}
		return errors.Join(err1, err2, err3)
	})
	return o, err
}

// saidSoFar gathers what the log last said of each row, up to where it fits.
func (s *Sealed) saidSoFar(tx Tx, said map[string]string) error {
	key, err := s.w.integrity()
	if err != nil {
		return err
	}
	v := audit.NewVerifier(key)
	err = tx.Events(0, func(e audit.Event, seal []byte) error {
		if err := v.Next(e, seal); err != nil {
			return err
		}
		for _, row := range e.Rows {
			said[row.Key] = row.Digest
		}
		return nil
	})
	if errors.Is(err, audit.ErrBroken) {
		return nil
	}
	return err
}

// second looks at the second factor, which the charge has paid for already.
func (s *Sealed) second(ctx context.Context, o suspect, t toll, in FactorInput) (func(Tx) (bool, error), error) {
	if !o.on {
		return func(Tx) (bool, error) { return true, nil }, nil
	}
	switch in.Kind {
	case FactorCode:
		code, err := parseCode(in.Value.Reveal())
		if err != nil {
			return nil, err
		}
		steps, now, err := s.w.lookAt(ctx, o.factor, code)
		if err != nil {
			return nil, err
		}
		if len(steps) == 0 {
			return nil, t.wrong(CodeCodeWrong).at("code")
		}
		return func(tx Tx) (bool, error) {
			return tx.ConsumeStep(o.factor.ProfileID, o.factor.Generation, steps[len(steps)-1], now, UseSignIn)
		}, nil
	case FactorRecovery:
		code, err := parseRecovery(in.Value.Reveal())
		if err != nil {
			return nil, err
		}
		if o.set.ID == "" {
			return nil, refuse(CodeRecoveryNone).at("recovery")
		}
		row, err := s.w.findCode(o.set, o.codes, code)
		if err != nil {
			return nil, err
		}
		if row == nil {
			return nil, t.wrong(CodeRecoveryWrong).at("recovery").with("sheet", o.set.Sheet)
		}
		return func(tx Tx) (bool, error) { return tx.ConsumeCode(o.set.ID, row.Number, s.w.now(), UseSignIn) }, nil
	}
	return nil, errors.Join(refuse(CodeFactorRequired).at("code"), s.refund(ctx))
}

// accept makes the database's state the one that the log tells of.
func (s *Sealed) accept(ctx context.Context, o suspect, use func(Tx) (bool, error)) error {
	return Explain(s.w.store.Exclusive(ctx, func() error {
		var m mark
		err := s.w.store.Update(ctx, func(tx Tx) error {
			if ok, err := use(tx); err != nil {
				return err
			} else if !ok {
				return refuse(CodeCodeUsed).at("code")
			}
			if err := s.dropStrangeIntents(tx, o.said); err != nil {
				return err
			}
			var err error
			m, err = s.restate(tx, o.profile.ID)
			return err
		})
		if err != nil {
			return err
		}
		s.w.setMark(m)
		if err := s.w.anchor(context.WithoutCancel(ctx), Head{Seq: m.seq, Seal: m.seal}); err != nil {
			return err
		}
		return s.w.secrets.Delete(ctx, s.w.item(guessesItem))
	}))
}

// dropStrangeIntents forgets orders that the log does not know: one could name
// the keychain item of somebody's active factor.
func (s *Sealed) dropStrangeIntents(tx Tx, said map[string]string) error {
	intents, err := tx.Intents()
	if err != nil {
		return err
	}
	for _, in := range intents {
		k := Key{"intent", in.ID}
		h, err := s.w.rowHash(tx, k)
		if err != nil {
			return err
		}
		if said[k.String()] == digest(h) {
			continue
		}
		if _, err := tx.DeleteIntent(in.ID); err != nil {
			return err
		}
	}
	return nil
}

// restate appends the event of acceptance, which tells of every row.
func (s *Sealed) restate(tx Tx, actor string) (m mark, err error) {
	head, err := tx.Head()
	if err != nil {
		return m, err
	}
	e := audit.Event{Seq: head.Seq + 1, At: time.UnixMilli(s.w.now().UnixMilli()).UTC(), Kind: eventAccepted, Actor: actor}
	err = s.w.hashes(tx, func(k Key, h audit.Hash) {
		e.State.Add(h)
		e.Rows = append(e.Rows, audit.Row{Key: k.String(), Digest: digest(h)})
	})
	if err != nil {
		return m, err
	}
	slices.SortFunc(e.Rows, func(a, b audit.Row) int { return strings.Compare(a.Key, b.Key) })
	var kinds []string
	for _, f := range s.report.Findings {
		if !slices.Contains(kinds, string(f.Kind)) {
			kinds = append(kinds, string(f.Kind))
		}
	}
	e.Detail = map[string]string{
		"findings": strings.Join(kinds, " "), "head": decimal(int(s.report.Head)), "anchor": decimal(int(s.report.Anchor)),
	}
	key, err := s.w.integrity()
	if err != nil {
		return m, err
	}
	m = mark{seq: e.Seq, seal: audit.Seal(key, head.Seal, e)}
	if err := tx.AppendEvent(e, m.seal); err != nil {
		return m, err
	}
	m.count, err = tx.CountEvents()
	return m, err
}

// guessesItem counts guesses at a sealed workspace, in the keychain: failures in
// a row and the time of the last, 8 bytes each.
const guessesItem = "sealed-guesses"

func (s *Sealed) charge(ctx context.Context) (t toll, err error) {
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
			return errors.Join(throttled(KindPassword, left), err)
		}
		t.failures = a.Failures + 1
		return s.count(ctx, t.failures)
	})
	return t, Explain(err)
}

// refund takes back a charge whose password was right and whose factor was not
// typed yet.
func (s *Sealed) refund(ctx context.Context) error {
	return Explain(s.w.store.Exclusive(ctx, func() error {
		a, err := s.counted(ctx)
		if err != nil {
			return err
		}
		return s.count(ctx, max(0, a.Failures-1))
	}))
}

// counted reads the guesses that were made.
func (s *Sealed) counted(ctx context.Context) (Attempts, error) {
	a := Attempts{Kind: KindPassword}
	item, err := s.w.secrets.Get(ctx, s.w.item(guessesItem))
	switch {
	case err == nil && item.Len() == 16:
		a.Failures = int(binary.BigEndian.Uint64(item.Reveal()))
		a.ChargedAt = time.UnixMilli(int64(binary.BigEndian.Uint64(item.Reveal()[8:])))
		if p := pause(a.Failures); p > 0 {
			a.LockedUntil = a.ChargedAt.Add(p)
		}
	case err != nil && !errors.Is(err, ErrSecretMissing):
		return a, err
	}
	return a, nil
}

// count writes the guesses, and reads them back: one that is not counted is not
// looked at.
func (s *Sealed) count(ctx context.Context, failures int) error {
	b := binary.BigEndian.AppendUint64(nil, uint64(failures))
	b = binary.BigEndian.AppendUint64(b, uint64(s.w.wall().UnixMilli()))
	return s.w.setSecret(ctx, s.w.item(guessesItem), secret.NewBytes(b))
}
