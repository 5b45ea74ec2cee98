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

// Checkpoint is what the log says of itself as of its newest event. since is the newest restore, if there was any.
func (j *Journal) Checkpoint(tx store.ReadTx, origin string, since audit.Restored) (c audit.Checkpoint, err error) {
	head, err := tx.Head()
	if err != nil {
		return c, err
	}
	c = audit.Checkpoint{Origin: origin, Size: head.Seq, At: head.At, State: audit.StateOf(head.Seq, head.State), Since: since}
	c.Root, err = audit.RootOf(head.Seq, audit.Trees(tx.Trees).Knowing(head.Seq, head.Tree))
	return c, err
}

// Leaf is an event as it is proven to others.
func (j *Journal) Leaf(e store.SignedEvent) (l audit.Leaf, err error) {
	err = j.key(func(key secret.Bytes) { l = audit.LeafOf(key, e.Event, e.Signature) })
	return l, err
}
