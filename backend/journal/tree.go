package journal

import (
	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// treeOf is what the log keeps of its Merkle tree with a new event. It needs the hashes of a few events before it, of which the newest, which
// is enough for three events of four, came with the head.
func (j *Journal) treeOf(tx store.ReadTx, prev store.Head, e audit.Event, signature []byte) ([]byte, error) {
	leaf, err := j.Leaf(store.SignedEvent{Event: e, Signature: signature})
	if err != nil {
		return nil, err
	}
	return audit.TreeOf(leaf, audit.Trees(tx.Trees).Knowing(prev.Seq, prev.Tree))
}

// Leaf is an event as it is proven to others.
func (j *Journal) Leaf(e store.SignedEvent) (l audit.Leaf, err error) {
	err = j.key(func(key secret.Bytes) { l = audit.LeafOf(key, e.Event, e.Signature) })
	return l, err
}
