package sqlite

import (
	"iter"

	"countersign/backend/store"
)

func (t *readTx) EventsAbout(subject string, after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"WHERE subject = ? AND actor NOT IN ('', subject) AND seq > ? ORDER BY seq DESC", subject, after)
}

func (t *readTx) SheetsIssued(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"WHERE seq > ? AND kind IN ('run-sheet-issued', 'run-sheets-issued') ORDER BY seq DESC", after)
}

func (t *readTx) EventsOf(subject string) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"WHERE subject = ? ORDER BY seq DESC", subject)
}

// KitEvents names the index, which is used only where the kinds stand as in it.
func (t *readTx) KitEvents(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"INDEXED BY events_of_kit WHERE kind IN ('emergency-kit-made', 'emergency-kit-used') AND seq > ? ORDER BY seq DESC", after)
}
