package workspace

import (
	"context"
	"errors"
	"maps"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Overview reads the profile and its 2FA.
func (s *Session) Overview(ctx context.Context) (service.Overview, error) {
	done, err := s.begin()
	if err != nil {
		return service.Overview{}, err
	}
	defer done()
	return s.overview(ctx)
}

func (s *Session) overview(ctx context.Context) (o service.Overview, err error) {
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := s.profile(tx)
		if err == nil {
			o, err = s.overviewIn(tx, p)
		}
		return err
	})
	return o, err
}

func (s *Session) overviewIn(tx store.ReadTx, p store.Profile) (o service.Overview, err error) {
	info, err := tx.Info()
	if err != nil {
		return o, err
	}
	o = service.Overview{Workspace: info.Name, Profile: service.Profile{
		ID: p.ID, Email: p.Email, Name: p.Name, Role: p.Role, CreatedAt: p.CreatedAt, LastSignInAt: p.LastSignInAt, PasswordChangedAt: p.Password.ChangedAt, Language: p.Language,
	}}
	now := s.w.now()
	s.mu.Lock()
	o.TwoFactor.ShortPassword = s.short
	s.mu.Unlock()
	o.TwoFactor.Required = info.Requires(now)
	if info.Require2FA && !o.TwoFactor.Required {
		o.TwoFactor.RequireFrom = info.RequireFrom
	}
	f, err := tx.Factor(s.id)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	off, err := authenticatorOff(tx, s.id)
	if err != nil {
		return o, err
	}
	codes, err := codeUsage(tx, s.id, info.CheckDays, now)
	t := &o.TwoFactor
	t.On, t.Since, t.AuthenticatorOff, t.Codes = true, f.Since, off, codes
	for _, a := range f.Apps {
		t.Apps = append(t.Apps, service.App{Number: a.Generation, Name: a.Name, AddedAt: a.AddedAt, LastUsedAt: a.LastUsedAt, LastUse: a.LastUse})
	}
	return o, err
}

// codeUsage reads the set in force, or the voided one that was in force last.
func codeUsage(tx store.ReadTx, profileID string, days int, now time.Time) (*service.CodeUsage, error) {
	set, err := tx.LatestSet(profileID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := tx.Codes(set.ID)
	if err != nil {
		return nil, err
	}
	u := &service.CodeUsage{Sheet: set.Sheet, State: set.State, IssuedAt: set.IssuedAt, IssuedBy: set.IssuedBy,
		Run: set.Run, HandedOverAt: set.HandedOverAt, AcknowledgedAt: set.AcknowledgedAt, CheckedAt: set.CheckedAt}
	for _, row := range rows {
		u.Codes = append(u.Codes, service.CodeUse{Number: row.Number, UsedAt: row.UsedAt, Use: row.Use})
		if set.State == store.SetActive && row.UsedAt.IsZero() {
			u.Left++
		}
	}
	u.CheckDue = u.Left > 0 && checkDue(set, days, now)
	return u, nil
}

// Rename sets the person's name. Errors: name_*; folder.
func (s *Session) Rename(ctx context.Context, name string) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	name, err = checkName(name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
	if err != nil {
		return err
	}
	return s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil || p.Name == name {
			return err
		}
		detail := map[string]string{"from": p.Name, "to": name}
		p.Name = name
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventRenamed, s.id, s.id, detail)
		return nil
	})
}

// CheckEmail says what is wrong with a new address of the profile, and changes
// nothing: for a window that asks for a proof only then. Errors: email_*; folder.
func (s *Session) CheckEmail(ctx context.Context, email string) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	_, _, err = s.checkNewEmail(ctx, email)
	return err
}

// ChangeEmail sets the address that the profile signs in with, with a step-up:
// with another's address in its place, its person can't sign in any more. Every
// other session and challenge of the profile ends, as with a new password, and so
// do its open one-time codes, which name the old address. The next sign-in tells
// of it. The address is looked at first, so that a wrong one costs no code; the
// one that it is already needs no proof. Errors: email_*; those of a step-up;
// folder.
func (s *Session) ChangeEmail(ctx context.Context, email string, proof service.Proof) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	email, same, err := s.checkNewEmail(ctx, email)
	if err != nil || same {
		return err
	}
	return s.confirm(ctx, service.EachTime, proof, func(c *confirmation) error { return s.changeEmail(ctx, c, email) })
}

func (s *Session) changeEmail(ctx context.Context, c *confirmation, email string) error {
	err := s.endingOthers(ctx, c.update, func(tx store.WriteTx, stay func(store.Profile)) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		if err := freeEmail(tx, s.id, emailKey(email)); err != nil { // somebody may have taken it in between
			return err
		}
		detail := map[string]string{"from": p.Email, "to": email}
		maps.Copy(detail, c.how)
		p.Email, p.EmailKey = email, emailKey(email)
		p.Epoch++
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventEmailChanged, s.id, s.id, detail)
		return nil
	})
	return err
}

// checkNewEmail takes a new address of the profile; same: it is the one already.
func (s *Session) checkNewEmail(ctx context.Context, typed string) (email string, same bool, err error) {
	email, key, err := checkEmail(typed, "email")
	if err != nil {
		return "", false, err
	}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		same = p.Email == email
		return freeEmail(tx, s.id, key)
	})
	return email, same, err
}

// freeEmail refuses an address that another profile has.
func freeEmail(tx store.ReadTx, profileID, key string) error {
	other, err := tx.ProfileByEmail(key)
	if err == nil && other.ID != profileID {
		return refuse(service.CodeEmailTaken).At("email")
	}
	return ignoreMissing(err)
}
