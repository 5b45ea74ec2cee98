package workspace

import (
	"testing"

	"countersign/backend/journal"
)

func TestEvents_ThatTheJournalKnowsHaveItsKinds(t *testing.T) {
	t.Parallel()
	if eventAccepted != journal.KindAccepted || eventClockConfirmed != journal.KindClockConfirmed {
		t.Errorf("%q and %q", eventAccepted, eventClockConfirmed)
	}
}
