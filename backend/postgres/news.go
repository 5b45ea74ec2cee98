package postgres

import (
	"fmt"
	"iter"

	"countersign/backend/store"
)

// events walks over events. Most who ask want a few: the first are asked for without a cursor, which takes one statement in place of three. The query says in which
// order, so that the rest goes on where the first end.
func (t *readTx) events(which string, args ...any) iter.Seq2[store.SignedEvent, error] {
	return func(yield func(store.SignedEvent, error) bool) {
		first, err := all(t, scanEvent, fmt.Sprint(selectEvents, which, " LIMIT ", step), args...)
		for _, e := range first {
			if !yield(e, nil) {
				return
			}
		}
		switch {
		case err != nil:
			yield(store.SignedEvent{}, err)
		case len(first) == step:
			walk(t, scanEvent, fmt.Sprint(selectEvents, which, " OFFSET ", step), args...)(yield)
		}
	}
}

func (t *readTx) EventsAbout(subject string, after int64) iter.Seq2[store.SignedEvent, error] {
	return t.events("AND subject = $2 AND actor NOT IN ('', subject) AND seq > $3 ORDER BY seq DESC", subject, after)
}

func (t *readTx) SheetsIssued(after int64) iter.Seq2[store.SignedEvent, error] {
	return t.events("AND seq > $2 AND kind IN ('run-sheet-issued', 'run-sheets-issued') ORDER BY seq DESC", after)
}

func (t *readTx) EventsOf(subject string) iter.Seq2[store.SignedEvent, error] {
	return t.events("AND subject = $2 ORDER BY seq DESC", subject)
}

// OwnNews names the kinds as its index does, which is used only then.
func (t *readTx) OwnNews(subject string) iter.Seq2[store.SignedEvent, error] {
	return walk(t, scanEvent, selectEvents+"AND subject = $2 AND kind IN ('app-added', 'computer-added', 'email-changed', 'news-put-away', 'recovery-codes-replaced') ORDER BY seq DESC", subject)
}

// KitEvents names the kinds as its index does, which is used only then.
func (t *readTx) KitEvents(after int64) iter.Seq2[store.SignedEvent, error] {
	return t.events("AND kind IN ('emergency-kit-made', 'emergency-kit-used') AND seq > $2 ORDER BY seq DESC", after)
}

func (t *readTx) Trees(seqs []int64) (map[int64][]byte, error) {
	type node struct {
		seq  int64
		tree []byte
	}
	found, err := all(t, func(row scanner) (n node, err error) {
		err = row.Scan(&n.seq, &octets{&n.tree})
		return n, translate(err)
	}, "SELECT seq, tree FROM events WHERE workspace = $1 AND seq = ANY ($2)", seqs)
	trees := make(map[int64][]byte, len(found))
	for _, n := range found {
		trees[n.seq] = n.tree
	}
	return trees, err
}
