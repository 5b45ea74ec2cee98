package sqlite

import (
	"errors"
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

// OwnNews names the index, which is used only where the kinds stand as in it.
func (t *readTx) OwnNews(subject string) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"INDEXED BY own_news WHERE subject = ? AND kind IN ('app-added', 'computer-added', 'email-changed', 'news-put-away', 'recovery-codes-replaced') ORDER BY seq DESC", subject)
}

// KitEvents names the index, which is used only where the kinds stand as in it.
func (t *readTx) KitEvents(after int64) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"INDEXED BY events_of_kit WHERE kind IN ('emergency-kit-made', 'emergency-kit-used') AND seq > ? ORDER BY seq DESC", after)
}

func (t *readTx) Trees(seqs []int64) (map[int64][]byte, error) {
	trees := make(map[int64][]byte, len(seqs))
	for _, seq := range seqs { // each is a look-up by its key, in this process
		var tree []byte
		err := t.row("SELECT tree FROM events WHERE seq = ?", []any{seq}, &tree)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		trees[seq] = tree
	}
	return trees, nil
}
