package remote_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/service/servicetest"
)

func TestInstances_AskedByTurnsKeepTheContract(t *testing.T) {
	t.Parallel()
	servicetest.Run(t, func(t *testing.T) servicetest.Place { return newInstances(t).forContract() }, byTurns...)
}

// forContract is the workspace of the instances, at which the contract is held. The first who opens it is the owner, on the computer with which it was made.
func (p *instances) forContract() servicetest.Place {
	files := p.all[0].database.Workspace("main").Blobs(p.ctx())
	first := true
	return servicetest.Place{
		Name: ownerName, Email: ownerEmail, Password: ownerPass, Now: p.clk.now, Advance: p.clk.advance, Served: true,
		Lose: func(name string) { p.ok(files.Remove(name)) },
		Open: func(t testing.TB) *client.Workspace {
			if first {
				first = false
				return p.owner
			}
			return p.computer(t)
		},
	}
}
