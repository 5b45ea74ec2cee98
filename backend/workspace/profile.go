package workspace

import (
	"context"
	"errors"
	"maps"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/service"
)

// Overview is what Settings → Profile shows.
type Overview struct {
	Profile   Profile
	Workspace string
	TwoFactor TwoFactor
}

// TwoFactor is where a profile's 2FA stands.
type TwoFactor struct {
	On               bool
	Required         bool      // by the workspace, now
	RequireFrom      time.Time // when it will be; zero: not required, or already
	ShortPassword    bool      // too short to stand alone, as far as this session knows
	Since            time.Time
	PhoneSince       time.Time
	LastUsedAt       time.Time
	LastUse          Use
	AuthenticatorOff bool
	Codes            *CodeUsage // nil with 2FA off
}

// CodeUsage is a recovery set with what was used of it.
type CodeUsage struct {
	Sheet    int
	State    SetState // active or voided
	IssuedAt time.Time
	IssuedBy string
	Left     int // good for use now: none of a voided set
	Codes    []CodeRow

	Run            int // print run, 0: issued by its holder
	HandedOverAt   time.Time
	AcknowledgedAt time.Time
}

// Low reports whether few enough codes are left to say so.
func (c CodeUsage) Low() bool { return c.Left <= recovery.Warn }

// Overview reads the profile and its 2FA.
func (s *Session) Overview(ctx context.Context) (Overview, error) {
	done, err := s.begin()
	if err != nil {
		return Overview{}, err
	}
	defer done()
	return s.overview(ctx)
}

func (s *Session) overview(ctx context.Context) (o Overview, err error) {
	err = s.w.view(ctx, func(tx ReadTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		info, err := tx.Info()
		if err != nil {
			return err
		}
		p.Password.PublicKey, p.Password.Lock, p.Password.Salt = nil, nil, nil
		o = Overview{Profile: p, Workspace: info.Name}
		now := s.w.now()
		s.mu.Lock()
		o.TwoFactor.ShortPassword = s.short
		s.mu.Unlock()
		o.TwoFactor.Required = info.Requires(now)
		if info.Require2FA && !o.TwoFactor.Required {
			o.TwoFactor.RequireFrom = info.RequireFrom
		}
		f, err := tx.Factor(s.id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		off, err := authenticatorOff(tx, s.id)
		if err != nil {
			return err
		}
		codes, err := codeUsage(tx, s.id)
		t := &o.TwoFactor
		t.On, t.Since, t.PhoneSince, t.LastUsedAt, t.LastUse = true, f.Since, f.PhoneSince, f.LastUsedAt, f.LastUse
		t.AuthenticatorOff, t.Codes = off, codes
		return err
	})
	return o, err
}

// codeUsage reads the set in force, or the voided one that was in force last.
func codeUsage(tx ReadTx, profileID string) (*CodeUsage, error) {
	set, err := tx.LatestSet(profileID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := tx.Codes(set.ID)
	if err != nil {
		return nil, err
	}
	u := &CodeUsage{Sheet: set.Sheet, State: set.State, IssuedAt: set.IssuedAt, IssuedBy: set.IssuedBy, Codes: rows,
		Run: set.Run, HandedOverAt: set.HandedOverAt, AcknowledgedAt: set.AcknowledgedAt}
	for i := range rows {
		rows[i].Hash = nil
		if set.State == SetActive && rows[i].UsedAt.IsZero() {
			u.Left++
		}
	}
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
	return s.w.update(ctx, func(tx WriteTx) error {
		p, err := s.profile(tx)
		if err != nil || p.Name == name {
			return err
		}
		detail := map[string]string{"from": p.Name, "to": name}
		p.Name = name
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), eventRenamed, s.id, s.id, detail)
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
func (s *Session) ChangeEmail(ctx context.Context, email string, proof Proof) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	email, same, err := s.checkNewEmail(ctx, email)
	if err != nil || same {
		return err
	}
	return s.confirm(ctx, proof, func(c *confirmation) error { return s.changeEmail(ctx, c, email) })
}

func (s *Session) changeEmail(ctx context.Context, c *confirmation, email string) error {
	var committed func()
	err := c.update(ctx, func(tx WriteTx) error {
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
		committed = s.endOthers(&p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), eventEmailChanged, s.id, s.id, detail)
	})
	if err == nil {
		committed()
	}
	return err
}

// checkNewEmail takes a new address of the profile; same: it is the one already.
func (s *Session) checkNewEmail(ctx context.Context, typed string) (email string, same bool, err error) {
	email, key, err := checkEmail(typed, "email")
	if err != nil {
		return "", false, err
	}
	err = s.w.view(ctx, func(tx ReadTx) error {
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
func freeEmail(tx ReadTx, profileID, key string) error {
	other, err := tx.ProfileByEmail(key)
	if err == nil && other.ID != profileID {
		return refuse(service.CodeEmailTaken).At("email")
	}
	return ignoreMissing(err)
}
