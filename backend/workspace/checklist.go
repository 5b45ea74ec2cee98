package workspace

import (
	"context"
	"errors"
	"strconv"
)

// ChecklistItem is a step that a person has to take once, so that no single loss keeps
// them, or everybody, out.
type ChecklistItem string

// The steps, in their order.
const (
	StepTwoFactor   ChecklistItem = "two-factor"
	StepCodes       ChecklistItem = "codes"
	StepKit         ChecklistItem = "kit"
	StepBackup      ChecklistItem = "backup"
	StepMembers     ChecklistItem = "members"
	StepSecondAdmin ChecklistItem = "second-admin" // with 2FA on
)

// Checklist is what a person is asked to do after they have created a workspace or joined it.
type Checklist struct {
	Steps []ChecklistStep
	Away  bool // the person has put it away
}

// ChecklistStep is a step, and whether it was taken.
type ChecklistStep struct {
	Item ChecklistItem
	Done bool
}

// Checklist reads it for the session's profile: what they may do, and what is done. Errors:
// session_ended; folder.
func (s *Session) Checklist(ctx context.Context) (c Checklist, err error) {
	done, err := s.begin()
	if err != nil {
		return c, err
	}
	defer done()
	err = s.w.view(ctx, func(tx ReadTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		c = Checklist{Away: p.ChecklistAway}
		off, err := s.lacks2FA(tx)
		if err != nil {
			return err
		}
		_, err = tx.LatestSet(p.ID)
		if err := ignoreMissing(err); err != nil {
			return err
		}
		c.add(StepTwoFactor, !off)
		c.add(StepCodes, !off && !errors.Is(err, ErrNotFound))
		return c.addWorkspace(tx, p)
	})
	return c, err
}

func (c *Checklist) add(i ChecklistItem, done bool) {
	c.Steps = append(c.Steps, ChecklistStep{i, done})
}

// addWorkspace adds the steps that somebody can take for the whole workspace.
func (c *Checklist) addWorkspace(tx ReadTx, p Profile) error {
	if !MayAdminister.Of(p.Role) {
		return nil
	}
	info, err := tx.Info()
	if err != nil {
		return err
	}
	members, err := tx.Members()
	if err != nil {
		return err
	}
	if MayManageKey.Of(p.Role) {
		c.add(StepKit, info.HasKit())
	}
	if MayBackUp.Of(p.Role) {
		c.add(StepBackup, !info.BackupAt.IsZero())
	}
	another := false
	for _, m := range members {
		another = another || MayApprove(p.ID, m)
	}
	c.add(StepMembers, len(members) > 1)
	c.add(StepSecondAdmin, another)
	return nil
}

// PutChecklistAway hides the checklist from the session's profile, or shows it again. Errors:
// session_ended; folder.
func (s *Session) PutChecklistAway(ctx context.Context, away bool) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.w.update(ctx, func(tx WriteTx) error {
		p, err := s.profile(tx)
		if err != nil || p.ChecklistAway == away {
			return err
		}
		p.ChecklistAway = away
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		return s.w.record(tx, s.w.now(), eventChecklist, s.id, s.id, map[string]string{"away": strconv.FormatBool(away)})
	})
}
