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
