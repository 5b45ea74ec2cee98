package app

import "countersign/backend/service"

// ChecklistView is what a person is asked to do after they have created a workspace or joined it.
type ChecklistView struct {
	Steps []ChecklistStep `json:"steps"`
	Away  bool            `json:"away"`
}

// ChecklistStep is one of its steps.
type ChecklistStep struct {
	Item string `json:"item"` // two-factor, codes, kit, backup, members, second-admin
	Done bool   `json:"done"`
}

// Checklist reads it.
func (p *Profile) Checklist(session string) (ChecklistView, error) {
	v := ChecklistView{Steps: []ChecklistStep{}}
	in, err := p.s.use(session)
	if err != nil {
		return v, err
	}
	c, err := in.session.Checklist(p.s.context())
	v.Away = c.Away
	for _, step := range c.Steps {
		if step.Item == service.StepBackup && p.s.atServer() {
			continue
		}
		v.Steps = append(v.Steps, ChecklistStep{string(step.Item), step.Done})
	}
	return v, in.after(err)
}

// PutNewsAway has a piece of news that stays told no more at this computer.
func (p *Profile) PutNewsAway(session string, number int64) error {
	in, err := p.s.use(session)
	if err != nil {
		return err
	}
	return in.after(in.session.PutNewsAway(p.s.context(), number))
}

// PutChecklistAway hides it until it is asked for again, or shows it.
func (p *Profile) PutChecklistAway(session string, away bool) (ChecklistView, error) {
	in, err := p.s.use(session)
	if err == nil {
		err = in.after(in.session.PutChecklistAway(p.s.context(), away))
	}
	if err != nil {
		return ChecklistView{Steps: []ChecklistStep{}}, err
	}
	return p.Checklist(session)
}
