package server

import "testing"

func TestSweep_PausedServerLeavesWhatIsOverToOthers(t *testing.T) {
	t.Parallel()
	s := new(Server) // has no tokens that it could look at
	s.Pause(true)
	if err := s.sweepOnce(t.Context()); err != nil {
		t.Error(err)
	}
}
