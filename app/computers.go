package app

import (
	"countersign/backend/service"
)

// Computers is Settings → Profile → My computers, for a workspace at a server.
type Computers struct{ s *shell }

// ComputersView are a person's computers, in the order in which they were added.
type ComputersView struct {
	Computers []ComputerView `json:"computers"`
	CodeUntil string         `json:"codeUntil,omitempty"` // when a code for another one expires that can be used now
	Most      int            `json:"most"`                // how many there may be
}

// ComputerView is one of them.
type ComputerView struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	AddedAt    string `json:"addedAt"`
	LastUsedAt string `json:"lastUsedAt,omitempty"`
	Here       bool   `json:"here"`    // the one at which the person is
	Strange    bool   `json:"strange"` // none of theirs has added it
}

// List reads them. In a workspace on this computer there are none.
func (c *Computers) List(session string) (ComputersView, error) {
	in, err := c.s.use(session)
	if err != nil {
		return ComputersView{}, err
	}
	return in.computers()
}

func (in *signIn) computers() (ComputersView, error) {
	all, err := in.session.Computers(in.s.context())
	if err != nil {
		return ComputersView{}, in.after(err)
	}
	out := ComputersView{Computers: []ComputerView{}, CodeUntil: stamp(all.CodeUntil), Most: service.MaxComputers}
	for _, one := range all.All {
		out.Computers = append(out.Computers, ComputerView{
			ID: one.ID, Name: one.Name, AddedAt: stamp(one.AddedAt), LastUsedAt: stamp(one.LastUsedAt), Here: one.Here, Strange: one.Strange,
		})
	}
	return out, nil
}

// GiveCode makes a one-time code with which the person adds another computer.
func (c *Computers) GiveCode(session string, proof Proof, answer PublicKey) (OneTimeView, error) {
	in, err := c.s.use(session)
	if err != nil {
		return OneTimeView{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return OneTimeView{}, err
	}
	typed, err := in.proof(proof)
	if err != nil {
		return OneTimeView{}, err
	}
	given, err := in.session.GiveComputerCode(c.s.context(), typed)
	if err != nil {
		return OneTimeView{}, in.after(err)
	}
	return in.show(given, to)
}

// EndCode ends a code for another computer that was not used.
func (c *Computers) EndCode(session string) (ComputersView, error) {
	return c.act(session, func(in *signIn) error { return in.session.EndComputerCode(c.s.context()) })
}

// Rename sets the name of one.
func (c *Computers) Rename(session, id, name string) (ComputersView, error) {
	return c.act(session, func(in *signIn) error { return in.session.RenameComputer(c.s.context(), id, name) })
}

// Remove takes one from the person, and every other that none of theirs has added.
func (c *Computers) Remove(session, id string, proof Proof) (ComputersView, error) {
	return c.act(session, func(in *signIn) error {
		typed, err := in.proof(proof)
		if err != nil {
			return err
		}
		return in.session.RemoveComputer(c.s.context(), id, typed)
	})
}

func (c *Computers) act(session string, do func(in *signIn) error) (ComputersView, error) {
	in, err := c.s.use(session)
	if err != nil {
		return ComputersView{}, err
	}
	if err := do(in); err != nil {
		return ComputersView{}, in.after(err)
	}
	return in.computers()
}

// AddComputer adds this computer with a code that its person has made on another one. They sign in afterwards.
func (d *Auth) AddComputer(email string, code Envelope) error {
	o, err := d.s.ready()
	if err != nil {
		return err
	}
	typed, err := d.s.current().keys.open(holdsInvitation, code)
	if err != nil {
		return err
	}
	return o.workspace.AddComputer(d.s.context(), email, typed)
}
