package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/backend/computer"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/text"
)

// A person's computers in a workspace at a server. Who signs in from none of them is nobody: their guesses at the password are not looked
// at, and are not counted for the person. A profile without any, as in a workspace on one computer, signs in from everywhere.

func checkComputerName(s string) (string, error) {
	name, ok := text.Name(s)
	if !ok || name == "" || utf8.RuneCountInString(name) > service.MaxComputerName {
		return "", refuse(service.CodeComputerName).At("name").With("max", service.MaxComputerName)
	}
	return name, nil
}

// checkComputer refuses what no client of ours makes.
func checkComputer(c *service.NewComputer) (err error) {
	if !c.Valid() || len(c.Seal) != computer.Size || len(c.Box) > computer.MaxBox {
		return service.ErrMalformed
	}
	c.Name, err = checkComputerName(c.Name)
	return err
}

// from gives the profile as a computer may know it, with the computer: nobody, where the profile has computers and this is none of them.
func from(tx store.ReadTx, p store.Profile, id string) (store.Profile, store.Computer, error) {
	if p.ID == "" {
		return p, store.Computer{}, nil
	}
	all, err := tx.Computers(p.ID)
	if err != nil || len(all) == 0 {
		return p, store.Computer{}, err
	}
	if i := slices.IndexFunc(all, func(c store.Computer) bool { return c.ID == id }); i >= 0 {
		return p, all[i], nil
	}
	return store.Profile{}, store.Computer{}, nil
}

// arrivedAt is the computer that a password comes from; empty in a workspace on one computer.
func arrivedAt(n service.NewPassword) string {
	if len(n.Computers) == 0 {
		return ""
	}
	return n.Computers[0].ID()
}

func public(c store.Computer) computer.Public {
	return computer.Public{SigningKey: c.SigningKey, BoxKey: c.BoxKey}
}

// useComputer notes that somebody has come in from a computer of theirs, which has the share by now.
func (w *Workspace) useComputer(tx store.WriteTx, profileID, id string) error {
	if id == "" {
		return nil
	}
	c, err := tx.Computer(profileID, id)
	if err != nil {
		return absent(err, service.CodeChallengeEnded) // it was removed in between
	}
	c.LastUsedAt, c.Box = w.now(), nil
	return tx.SaveComputer(c)
}

// setComputers keeps the computers that come with a password. With another share, only these are left: no other has it.
func (w *Workspace) setComputers(tx store.WriteTx, profileID string, n service.NewPassword, replaced bool) error {
	known, err := tx.Computers(profileID)
	if err != nil {
		return err
	}
	now := w.now()
	for _, in := range n.Computers {
		c := store.Computer{ProfileID: profileID, ID: in.ID(), Name: in.Name, AddedAt: now}
		if i := slices.IndexFunc(known, func(k store.Computer) bool { return k.ID == c.ID }); i >= 0 {
			c = known[i]
			known = slices.Delete(known, i, i+1)
		}
		c.SigningKey, c.BoxKey, c.Seal, c.Box = in.SigningKey, in.BoxKey, in.Seal, in.Box
		if err := tx.SaveComputer(c); err != nil {
			return err
		}
	}
	if !replaced {
		return nil
	}
	for _, gone := range known {
		if _, err := tx.DeleteComputer(profileID, gone.ID); err != nil {
			return err
		}
	}
	return nil
}

func dropComputers(tx store.WriteTx, profileID string) error {
	all, err := tx.Computers(profileID)
	for _, c := range all {
		_, gone := tx.DeleteComputer(profileID, c.ID)
		err = errors.Join(err, gone)
	}
	return err
}

// Computers gives the person's computers. It is no use of the session. Errors: session_ended; folder.
func (s *Session) Computers(ctx context.Context) (out service.Computers, err error) {
	done, err := s.look()
	if err != nil {
		return out, err
	}
	defer done()
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		out = service.Computers{}
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		all, err := tx.Computers(s.id)
		if err != nil {
			return err
		}
		for _, c := range all {
			out.All = append(out.All, service.Computer{
				ID: c.ID, Name: c.Name, Public: public(c), Seal: c.Seal, AddedAt: c.AddedAt, LastUsedAt: c.LastUsedAt, Here: c.ID == s.computer(),
			})
		}
		if out.Exposed, err = exposed(tx, p); err != nil {
			return err
		}
		code, err := tx.OneTime(s.id, store.OneTimeComputer)
		if err == nil && code.EndedAt.IsZero() && s.w.now().Before(code.ExpiresAt) {
			out.CodeUntil = code.ExpiresAt
		}
		return ignoreMissing(err)
	})
	return out, err
}

// computer is the one that the session is at; empty in a workspace on one computer.
func (s *Session) computer() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// GiveComputerCode keeps a code with which the person adds another computer, in the place of one before. It asks for a proof. Errors:
// computers_full, session_ended; those of a step-up; folder.
func (s *Session) GiveComputerCode(ctx context.Context, code service.NewOneTime, proof service.Proof) (given service.GivenOut, err error) {
	done, err := s.begin()
	if err != nil {
		return given, err
	}
	defer done()
	check := func(tx store.ReadTx) (store.Profile, error) {
		p, err := s.profile(tx)
		if err != nil {
			return p, err
		}
		return p, roomForComputer(tx, s.id)
	}
	err = s.w.view(ctx, func(tx store.ReadTx) error { _, err := check(tx); return err })
	if err != nil {
		return given, err
	}
	err = s.confirm(ctx, service.EachTime, proof, func(c *confirmation) error {
		return c.update(ctx, func(tx store.WriteTx) error {
			p, err := check(tx)
			if err != nil {
				return err
			}
			var made madeOneTime
			if made, given, err = s.w.newOneTime(store.OneTimeComputer, p, p, code); err != nil {
				return err
			}
			if err := made.insert(tx); err != nil {
				return err
			}
			s.w.record(tx, s.w.now(), eventComputerCode, s.id, s.id, nil)
			return nil
		})
	})
	if err != nil {
		return service.GivenOut{}, err
	}
	return given, nil
}

func roomForComputer(tx store.ReadTx, profileID string) error {
	all, err := tx.Computers(profileID)
	if err == nil && len(all) >= service.MaxComputers {
		err = refuse(service.CodeComputersFull).With("max", service.MaxComputers)
	}
	return err
}

// EndComputerCode ends a code for another computer that was not used. Errors: one_time_gone, session_ended; folder.
func (s *Session) EndComputerCode(ctx context.Context) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		o, err := tx.OneTime(s.id, store.OneTimeComputer)
		if err := refuseUnless(err == nil && o.EndedAt.IsZero(), ignoreMissing(err), service.CodeOneTimeGone); err != nil {
			return err
		}
		if err := s.w.endOneTime(tx, s.id, store.OneTimeComputer); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventOneTimeEnded, s.id, s.id, map[string]string{"kind": string(store.OneTimeComputer)})
		return nil
	})
}

// RenameComputer sets the name of one. Errors: computer_name, computer_gone, session_ended; folder.
func (s *Session) RenameComputer(ctx context.Context, id, name string) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	if name, err = checkComputerName(name); err != nil {
		return err
	}
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		c, err := tx.Computer(s.id, id)
		if err != nil || c.Name == name {
			return absent(err, service.CodeComputerGone)
		}
		detail := map[string]string{"from": c.Name, "to": name}
		c.Name = name
		if err := tx.SaveComputer(c); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventComputerRenamed, s.id, s.id, detail)
		return nil
	})
}

// RemoveComputers takes computers from the person. Another share takes the place of the one that they had, so next is made of the same password and
// that share, and comes with all computers that stay. Every other session of the profile ends. store.ErrConflict: there are
// others by now. Errors: computer_gone, computer_here; as ChangePassword.
func (s *Session) RemoveComputers(ctx context.Context, ids []string, current service.Proof, next service.NewPassword) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	var names []string
	check := func(tx store.ReadTx, p store.Profile) error {
		names = nil
		known, err := tx.Computers(s.id)
		if err != nil {
			return err
		}
		if next.Share == p.Password.Share || len(ids) == 0 {
			return service.ErrMalformed
		}
		for _, id := range ids {
			i := slices.IndexFunc(known, func(c store.Computer) bool { return c.ID == id })
			switch {
			case id == s.computer():
				return refuse(service.CodeComputerHere)
			case i < 0:
				return refuse(service.CodeComputerGone)
			}
			names = append(names, known[i].Name)
			known = slices.Delete(known, i, i+1)
		}
		return comesToAll(next, known)
	}
	return s.taking(ctx, service.EachTime, func(c *confirmation) error {
		return s.changePassword(ctx, c, current, next, passwordChange{
			field: "password",
			check: check,
			record: func(tx store.WriteTx, now time.Time) {
				s.w.record(tx, now, eventComputerRemoved, s.id, s.id, map[string]string{"name": strings.Join(names, ", ")})
			},
		})
	})
}

// comesToAll refuses another share that does not come with exactly these computers: store.ErrConflict.
func comesToAll(next service.NewPassword, stay []store.Computer) error {
	left := map[string]bool{}
	for _, c := range stay {
		left[c.ID] = true
	}
	for _, c := range next.Computers {
		if !left[c.ID()] {
			return store.ErrConflict
		}
		delete(left, c.ID())
	}
	if len(left) > 0 {
		return store.ErrConflict
	}
	return nil
}

// SaveComputer adds the computer that the session is at, where the profile has none: it came to the server with the workspace. Errors:
// computer_name, session_ended; folder.
func (s *Session) SaveComputer(ctx context.Context, in service.NewComputer) error {
	if err := checkComputer(&in); err != nil {
		return err
	}
	err := s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.infoIn(tx); err != nil {
			return err
		}
		all, err := tx.Computers(s.id)
		if err == nil && len(all) > 0 {
			err = service.ErrMalformed
		}
		if err != nil {
			return err
		}
		return s.w.addComputer(tx, s.id, in)
	})
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.at = in.ID()
	}
	return err
}

func (w *Workspace) addComputer(tx store.WriteTx, profileID string, in service.NewComputer) error {
	c := store.Computer{ProfileID: profileID, ID: in.ID(), Name: in.Name, SigningKey: in.SigningKey, BoxKey: in.BoxKey, Seal: in.Seal, AddedAt: w.now()}
	if err := tx.SaveComputer(c); err != nil {
		return err
	}
	w.record(tx, c.AddedAt, eventComputerAdded, profileID, profileID, map[string]string{"name": c.Name, "at": c.ID})
	return nil
}

// AddComputer adds a computer after a right code for one. Who is at it still has to sign in. Errors: computer_name, computers_full, one_time_used,
// one_time_ended, challenge_ended; keychain and folder.
func (a *RedeemAttempt) AddComputer(ctx context.Context, in service.NewComputer) error {
	w := a.w
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over || !a.right || a.oneTime.Kind != store.OneTimeComputer || !within(a.madeAt, w.wall(), service.ChallengeLife) {
		return refuse(service.CodeChallengeEnded)
	}
	if err := checkComputer(&in); err != nil {
		return err
	}
	a.over = true
	return w.update(ctx, func(tx store.WriteTx) error {
		if err := consumeOneTime(tx, a.oneTime); err != nil {
			return err
		}
		looksAt(tx, a.profile.ID)
		known, err := tx.Computer(a.profile.ID, in.ID())
		if err := ignoreMissing(err); err != nil {
			return err
		}
		if known.ID == "" {
			if err := roomForComputer(tx, a.profile.ID); err != nil {
				return err
			}
		}
		if err := clearFailures(tx, a.guess); err != nil {
			return err
		}
		return w.addComputer(tx, a.profile.ID, in)
	})
}
