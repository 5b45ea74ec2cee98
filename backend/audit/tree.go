package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/backend/secret"
)

// The events are the leaves of a Merkle tree as well (RFC 6962, RFC 9162). Its root is in a checkpoint, which is shown to others: they can
// tell later whether the log that they are shown is still the one that they saw.

// Leaf is what is proven of one event: what it says, and its signature, which binds it to the rows and to the events before it. It
// tells nothing of other events.
type Leaf struct {
	Seq       int64
	At        time.Time
	Kind      string
	Actor     string
	Subject   string
	Detail    map[string]string
	Signature []byte
	Salt      []byte // follows from the key: whoever has only the hash cannot guess what the event says
}

const leafForm = "countersign leaf v1"

// LeafOf is the leaf of an event.
func LeafOf(key secret.Bytes, e Event, signature []byte) Leaf {
	mac := hmac.New(sha256.New, key.Reveal())
	mac.Write([]byte("countersign leaf salt v1"))
	mac.Write(signature)
	return Leaf{Seq: e.Seq, At: e.At, Kind: e.Kind, Actor: e.Actor, Subject: e.Subject, Detail: e.Detail, Signature: signature, Salt: mac.Sum(nil)}
}

// Bytes are what the tree has the hash of: each text and number in its place, texts with their length before them.
func (l Leaf) Bytes() []byte {
	var b []byte
	field := func(s []byte) { b = append(binary.BigEndian.AppendUint64(b, uint64(len(s))), s...) }
	number := func(v int64) { b = binary.BigEndian.AppendUint64(b, uint64(v)) }
	field([]byte(leafForm))
	field(l.Salt)
	number(l.Seq)
	number(l.At.UnixMilli())
	field([]byte(l.Kind))
	field([]byte(l.Actor))
	field([]byte(l.Subject))
	number(int64(len(l.Detail)))
	for _, k := range slices.Sorted(maps.Keys(l.Detail)) {
		field([]byte(k))
		field([]byte(l.Detail[k]))
	}
	field(l.Signature)
	return b
}

// Hash is what the tree has of the leaf.
func (l Leaf) Hash() [sha256.Size]byte { return tlog.RecordHash(l.Bytes()) }

// parseLeaf reads what Bytes gave. Errors: ErrProof.
func parseLeaf(b []byte) (l Leaf, err error) {
	whole := b
	number := func() (v int64) {
		if len(b) < 8 {
			err = ErrProof
			return 0
		}
		v, b = int64(binary.BigEndian.Uint64(b)), b[8:]
		return v
	}
	field := func() (s []byte) {
		n := number()
		if n < 0 || n > int64(len(b)) {
			err = ErrProof
			return nil
		}
		s, b = b[:n:n], b[n:]
		return s
	}
	form := field()
	l.Salt, l.Seq, l.At = field(), number(), time.UnixMilli(number()).UTC()
	l.Kind, l.Actor, l.Subject = string(field()), string(field()), string(field())
	for n := number(); n > 0 && err == nil; n-- {
		if l.Detail == nil {
			l.Detail = map[string]string{}
		}
		k := string(field())
		l.Detail[k] = string(field())
	}
	l.Signature = field()
	if err != nil || string(form) != leafForm || string(l.Bytes()) != string(whole) {
		return Leaf{}, fmt.Errorf("%w: what it says of the event", ErrProof)
	}
	return l, nil
}

// Trees gives what the log keeps in the tree's column of some events: see TreeOf. One that is not there is not among them.
type Trees func(seqs []int64) (map[int64][]byte, error)

// ReadHashes implements tlog.HashReader. A hash is kept with the last event of the subtree whose root it is. What is not there, since somebody
// has removed it, is taken for a hash that no subtree has: the log goes on, and a witness finds that it is another.
func (t Trees) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	type place struct {
		seq   int64
		level int
	}
	places, seqs := make([]place, len(indexes)), make([]int64, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		places[i] = place{(n + 1) << level, level}
		seqs[i] = places[i].seq
	}
	slices.Sort(seqs)
	found, err := t(slices.Compact(seqs))
	if err != nil {
		return nil, err
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, p := range places {
		if at := p.level * tlog.HashSize; len(found[p.seq]) >= at+tlog.HashSize {
			copy(hashes[i][:], found[p.seq][at:])
		}
	}
	return hashes, nil
}

// Knowing answers for events whose hashes are at hand, and asks for those of the others.
func (t Trees) Knowing(seq int64, tree []byte) Trees {
	return func(seqs []int64) (map[int64][]byte, error) {
		if len(seqs) == 1 && seqs[0] == seq {
			return map[int64][]byte{seq: tree}, nil
		}
		return t(seqs)
	}
}

// TreeOf is what the log keeps with an event: the hash of its leaf, and of each subtree that it is the last event of.
func TreeOf(l Leaf, before Trees) ([]byte, error) {
	hashes, err := tlog.StoredHashesForRecordHash(l.Seq-1, l.Hash(), before)
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b, nil
}

// TreeCheck holds what the log keeps of the tree against the events, one after the other from any on.
type TreeCheck struct {
	key  secret.Bytes
	last map[int64][]byte // what was seen, of each event that a later one may need
}

// NewTreeCheck begins a check.
func NewTreeCheck(key secret.Bytes) *TreeCheck {
	return &TreeCheck{key: key, last: map[int64][]byte{}}
}

// Next reports whether the tree's hashes of an event fit it, as far as those before it were seen.
func (c *TreeCheck) Next(e Event, signature, tree []byte) bool {
	missing := false
	want, err := TreeOf(LeafOf(c.key, e, signature), func(seqs []int64) (map[int64][]byte, error) {
		for _, seq := range seqs {
			missing = missing || c.last[seq] == nil
		}
		return c.last, nil
	})
	for level := 1; e.Seq>>level<<level == e.Seq; level++ { // no later one needs these
		delete(c.last, e.Seq-1<<(level-1))
	}
	c.last[e.Seq] = tree
	if err != nil || len(tree) != len(want) {
		return false
	}
	if missing { // nobody can tell what the subtrees were
		return string(tree[:tlog.HashSize]) == string(want[:tlog.HashSize])
	}
	return string(tree) == string(want)
}
