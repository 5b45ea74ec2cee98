package postgres

import (
	"iter"

	"countersign/backend/store"
)

func (t *readTx) EventsAbout(subject string, after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"AND subject = $2 AND actor NOT IN ('', subject) AND seq > $3 ORDER BY seq DESC", subject, after)
}

func (t *readTx) SheetsIssued(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"AND seq > $2 AND kind IN ('run-sheet-issued', 'run-sheets-issued') ORDER BY seq DESC", after)
}

func (t *readTx) EventsOf(subject string) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"AND subject = $2 ORDER BY seq DESC", subject)
}

// KitEvents names the kinds as its index does, which is used only then.
func (t *readTx) KitEvents(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"AND kind IN ('emergency-kit-made', 'emergency-kit-used') AND seq > $2 ORDER BY seq DESC", after)
}
