//go:build slow

package remote_test

import (
	"testing"

	"countersign/backend/client"
	"countersign/backend/service/servicetest"
)

// byTurns are all use cases.
var byTurns []string

// Each request that changes something comes three times, twice of it at the same moment: the workspace does what it does where each comes once.
func TestOnce_RequestsThatComeThriceKeepTheContract(t *testing.T) {
	t.Parallel()
	servicetest.Run(t, func(t *testing.T) servicetest.Place {
		p := newInstances(t)
		n := p.doubled()
		t.Cleanup(func() {
			if n.Load() == 0 {
				t.Log("nothing was changed")
			}
		})
		return p.forContract()
	})
}

func TestService_KeepsTheContract(t *testing.T) {
	t.Parallel()
	servicetest.Run(t, func(t *testing.T) servicetest.Place {
		p := newPlace(t)
		first := true
		return servicetest.Place{
			Name: ownerName, Email: ownerEmail, Password: ownerPass, Now: p.clk.now, Advance: p.clk.advance, Served: true,
			Lose: func(name string) { p.ok(p.files.Remove(name)) },
			Open: func(t testing.TB) *client.Workspace {
				if first {
					first = false
					return p.owner
				}
				return p.computer(t)
			},
		}
	})
}
