package app

import (
	"context"

	"countersign/backend/client"
	"countersign/backend/service"
)

// MemberComputersView are the computers of a member, as an owner or admin sees them. In a workspace on this computer there are none.
type MemberComputersView struct {
	Computers  []MemberComputerView `json:"computers"`
	NeedsReset bool                 `json:"needsReset"` // the last one was removed: the member comes in only with a password reset
}

// MemberComputerView is one of them.
type MemberComputerView struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	AddedAt    string `json:"addedAt"`
	LastUsedAt string `json:"lastUsedAt,omitempty"`
}

// Computers reads the computers of a member, where one may. It is no use of the session: the page that is open asks again whenever something of the member changes.
func (m *Members) Computers(session, member string) (MemberComputersView, error) {
	out := MemberComputersView{Computers: []MemberComputerView{}}
	in, err := m.s.use(session)
	if err != nil {
		return out, err
	}
	ctx := m.s.context()
	a, err := in.session.Watcher(ctx)
	if err != nil {
		return out, in.after(err)
	}
	all, err := a.ComputersOf(ctx, member)
	if service.IsCode(err, service.CodeForbidden) || service.IsCode(err, service.CodeNotYourself) {
		return out, nil
	}
	if err != nil {
		return out, in.after(err)
	}
	out.NeedsReset = all.NeedsReset
	for _, c := range all.All {
		out.Computers = append(out.Computers, MemberComputerView{ID: c.ID, Name: c.Name, AddedAt: stamp(c.AddedAt), LastUsedAt: stamp(c.LastUsedAt)})
	}
	return out, nil
}

// RemoveComputer takes a computer from a member. With the last one, their password stops working.
func (m *Members) RemoveComputer(session, member, computer string, proof Proof) error {
	return m.s.asAdminProving(session, proof, func(ctx context.Context, a *client.Admin, p client.Proof) error {
		return a.RemoveComputer(ctx, member, computer, p)
	})
}
