package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/recovery"
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
	err = s.w.view(ctx, func(tx Tx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		info, err := tx.Info()
		if err != nil {
			return err
		}
		p.Password.Verifier, p.Password.Salt = nil, nil
		o = Overview{Profile: p, Workspace: info.Name}
		now := s.w.now()
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
		o.TwoFactor = TwoFactor{
			On: true, Required: o.TwoFactor.Required, RequireFrom: o.TwoFactor.RequireFrom, Since: f.Since, PhoneSince: f.PhoneSince,
			LastUsedAt: f.LastUsedAt, LastUse: f.LastUse, AuthenticatorOff: off, Codes: codes,
		}
		return err
	})
	return o, err
}

// codeUsage reads the set in force, or the voided one that was in force last.
func codeUsage(tx Tx, profileID string) (*CodeUsage, error) {
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
	name, err = checkName(name, CodeNameRequired, CodeNameLong, CodeNameForm, "name")
	if err != nil {
		return err
	}
	return s.w.update(ctx, func(tx Tx) error {
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

// ChangeEmail sets the address that the profile signs in with. Errors: email_*;
// folder.
func (s *Session) ChangeEmail(ctx context.Context, email string) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	email, key, err := checkEmail(email, "email")
	if err != nil {
		return err
	}
	return s.w.update(ctx, func(tx Tx) error {
		p, err := s.profile(tx)
		if err != nil || p.Email == email {
			return err
		}
		switch other, err := tx.ProfileByEmail(key); {
		case err == nil && other.ID != p.ID:
			return refuse(CodeEmailTaken).at("email")
		case err != nil && !errors.Is(err, ErrNotFound):
			return err
		}
		detail := map[string]string{"from": p.Email, "to": email}
		p.Email, p.EmailKey = email, key
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), eventEmailChanged, s.id, s.id, detail)
	})
}
