package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/recovery"
)

// OneTimeLife is how long an invitation, a password reset and a help code are
// good (SP 800-63B-4 §4.2.2.2 allows a week for one that is sent by post).
const OneTimeLife = 48 * time.Hour

// GivenOut is a one-time code on its way to a person: the only moment at which
// it is known.
type GivenOut struct {
	Kind      OneTimeKind
	ProfileID string
	Name      string
	Email     string
	Workspace string
	Code      recovery.Code
	IssuedBy  string // name
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// newOneTime makes a code of 80 random bits and what is kept of it.
func (w *Workspace) newOneTime(kind OneTimeKind, p, by Profile) (OneTime, GivenOut, error) {
	codes, err := recovery.Generate(w.rand)
	if err != nil {
		return OneTime{}, GivenOut{}, err
	}
	salt, err := w.random(recovery.SaltSize)
	if err != nil {
		return OneTime{}, GivenOut{}, err
	}
	now := w.now()
	o := OneTime{
		ProfileID: p.ID, Kind: kind, Salt: salt, Params: w.codeCost, IssuedAt: now, IssuedBy: by.ID, ExpiresAt: now.Add(OneTimeLife),
	}
	o.Hash = w.hashOneTime(codes[0], o)
	return o, GivenOut{
		Kind: kind, ProfileID: p.ID, Name: p.Name, Email: p.Email, Workspace: w.Name(), Code: codes[0],
		IssuedBy: by.Name, IssuedAt: now, ExpiresAt: o.ExpiresAt,
	}, nil
}

func (w *Workspace) hashOneTime(c recovery.Code, o OneTime) []byte {
	w.mu.RLock()
	pepper := w.keys.pepper
	w.mu.RUnlock()
	return recovery.Hash(c, o.Salt, o.Params, pepper)
}

// replaceOneTime puts o in the place of one of its kind that is still open.
func replaceOneTime(tx Tx, o OneTime) error {
	if _, err := tx.DeleteOneTime(o.ProfileID, o.Kind); err != nil {
		return err
	}
	return tx.InsertOneTime(o)
}

// dropOneTimes voids every open one-time code of a profile.
func dropOneTimes(tx Tx, profileID string) error {
	for _, kind := range []OneTimeKind{OneTimeInvitation, OneTimeReset, OneTimeHelp} {
		if _, err := tx.OneTime(profileID, kind); errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		if _, err := tx.DeleteOneTime(profileID, kind); err != nil {
			return err
		}
	}
	return nil
}

// matchOneTime pays for a guess and looks at it. A profile without such a code,
// and the zero Profile of an email that nobody has, cost the same and get the
// same words.
func (w *Workspace) matchOneTime(ctx context.Context, p Profile, subject string, kinds []OneTimeKind, guess Kind, code recovery.Code, wrong Code) (OneTime, toll, error) {
	t, err := w.charge(ctx, subject, guess)
	if err != nil {
		return OneTime{}, t, err
	}
	var found *OneTime
	if p.ID != "" {
		err = w.view(ctx, func(tx Tx) error {
			for _, kind := range kinds {
				o, err := tx.OneTime(p.ID, kind)
				if err == nil {
					found = &o
				} else if !errors.Is(err, ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return OneTime{}, t, err
		}
	}
	o := OneTime{Salt: make([]byte, recovery.SaltSize), Params: w.codeCost}
	if found != nil {
		o = *found
	}
	if err := o.Params.Check(); err != nil {
		return OneTime{}, t, err
	}
	if recovery.Match(w.hashOneTime(code, o), [][]byte{o.Hash}) < 0 {
		return OneTime{}, t, w.wrong(ctx, t, wrong)
	}
	now := w.now()
	if !now.Before(o.ExpiresAt) || now.Before(o.IssuedAt.Add(-time.Minute)) {
		return OneTime{}, t, refuse(CodeOneTimeExpired).with("kind", string(o.Kind))
	}
	return o, t, nil
}

// consumeOneTime uses the code up, or refuses: it was used, replaced or voided.
func consumeOneTime(tx Tx, o OneTime) error {
	now, err := tx.OneTime(o.ProfileID, o.Kind)
	if errors.Is(err, ErrNotFound) || err == nil && string(now.Hash) != string(o.Hash) {
		return refuse(CodeOneTimeUsed)
	}
	if err != nil {
		return err
	}
	ok, err := tx.DeleteOneTime(o.ProfileID, o.Kind)
	if err == nil && !ok {
		err = refuse(CodeOneTimeUsed)
	}
	return err
}
