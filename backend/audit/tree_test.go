package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"countersign/backend/audit"
	"countersign/backend/secret"
)

const origin = "countersign/abcdefghijklmnopqrstuvwxyz"

var checkpointKey = ed25519.NewKeyFromSeed([]byte("a seed of thirty-two bytes ....."))

// grown is a log with its tree, as a store has it.
type grown struct {
	log   []signed
	trees map[int64][]byte
}

func (g *grown) reader(seqs []int64) (map[int64][]byte, error) {
	found := map[int64][]byte{}
	for _, seq := range seqs {
		if tree, ok := g.trees[seq]; ok {
			found[seq] = tree
		}
	}
	return found, nil
}

func (g *grown) leaf(seq int64) audit.Leaf {
	s := g.log[seq-1]
	return audit.LeafOf(key, s.e, s.signature)
}

func (g *grown) add(t testing.TB, kind string) {
	t.Helper()
	seq := int64(len(g.log) + 1)
	var prev []byte
	if seq > 1 {
		prev = g.log[seq-2].signature
	}
	e := audit.Event{Seq: seq, At: time.UnixMilli(1_780_000_000_000 + seq).UTC(), Kind: kind, Actor: "a", Subject: "s", Detail: map[string]string{"n": fmt.Sprint(seq), "word": kind}, State: audit.Sum{byte(seq)}}
	g.log = append(g.log, signed{e, audit.Sign(key, prev, e)})
	tree, err := audit.TreeOf(g.leaf(seq), g.reader)
	if err != nil {
		t.Fatal(err)
	}
	g.trees[seq] = tree
}

func grow(t testing.TB, n int64) *grown {
	t.Helper()
	g := &grown{trees: map[int64][]byte{}}
	for range n {
		g.add(t, "signed-in")
	}
	return g
}

// until is the log as it was once.
func (g *grown) until(n int64) *grown {
	old := &grown{log: slices.Clone(g.log[:n]), trees: maps.Clone(g.trees)}
	maps.DeleteFunc(old.trees, func(seq int64, _ []byte) bool { return seq > n })
	return old
}

func (g *grown) checkpoint(t testing.TB, since audit.Restored) audit.Checkpoint {
	t.Helper()
	size := int64(len(g.log))
	root, err := audit.RootOf(size, g.reader)
	if err != nil {
		t.Fatal(err)
	}
	last := g.log[size-1].e
	return audit.Checkpoint{Origin: origin, Size: size, Root: root, At: last.At, State: audit.StateOf(size, last.State), Since: since}
}

func (g *grown) witness(t testing.TB, since audit.Restored) audit.Witness {
	t.Helper()
	return sealed(t, g.checkpoint(t, since), checkpointKey)
}

func sealed(t testing.TB, c audit.Checkpoint, with ed25519.PrivateKey) audit.Witness {
	t.Helper()
	public := with.Public().(ed25519.PublicKey)
	named, err := audit.CheckpointKey(c.Origin, public)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Sign(public, func(message []byte) ([]byte, error) { return ed25519.Sign(with, message), nil })
	if err != nil {
		t.Fatal(err)
	}
	return audit.Witness{Key: named, Signed: b}
}

func (g *grown) consistency(t testing.TB, from int64) [][]byte {
	t.Helper()
	p, err := audit.ProveConsistency(int64(len(g.log)), from, g.reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// reference is the root as RFC 6962 §2.1 defines it, which owes nothing to how the tree is kept.
func reference(leaves [][]byte) tlog.Hash {
	if len(leaves) == 1 {
		return tlog.RecordHash(leaves[0])
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(reference(leaves[:k]), reference(leaves[k:]))
}

func TestTree_IsThatOfTheRFCAtEachSize(t *testing.T) {
	t.Parallel()
	g := grow(t, 70)
	var leaves [][]byte
	for n := int64(1); n <= 70; n++ {
		leaves = append(leaves, g.leaf(n).Bytes())
		root, err := audit.RootOf(n, g.reader)
		if err != nil || root != [32]byte(reference(leaves)) {
			t.Fatalf("the root of %d events is %x (%v)", n, root, err)
		}
	}
}

func TestTree_AsksForNothingThatTheNewestEventHas(t *testing.T) {
	t.Parallel()
	g := grow(t, 64)
	asked := 0
	for seq := int64(1); seq <= 64; seq++ {
		before := audit.Trees(func(seqs []int64) (map[int64][]byte, error) {
			if len(seqs) > 0 {
				asked++
			}
			return g.reader(seqs)
		}).Knowing(seq-1, g.trees[seq-1])
		if tree, err := audit.TreeOf(g.leaf(seq), before); err != nil || !bytes.Equal(tree, g.trees[seq]) {
			t.Fatalf("event %d: %v", seq, err)
		}
	}
	if asked != 16 {
		t.Fatalf("64 events have asked the store %d times, not 16", asked)
	}
}

func TestTree_ProvesEveryStepAndEveryEvent(t *testing.T) {
	t.Parallel()
	g := grow(t, 40)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 40).Draw(t, "size")
		from := rapid.Int64Range(1, size).Draw(t, "from")
		seq := rapid.Int64Range(1, size).Draw(t, "event")
		now, old := g.until(size), g.until(from)
		next := sealedIn(now)
		if c, err := sealedIn(old).Follow(origin, next, must(audit.ProveConsistency(size, from, now.reader))); err != nil || c.Size != size {
			t.Fatalf("from %d to %d: %v", from, size, err)
		}
		c, err := audit.OpenCheckpoint(next.Signed, next.Key)
		if err != nil {
			t.Fatal(err)
		}
		proof := must(audit.ProveEvent(now.leaf(seq), c, next.Signed, now.reader))
		l, at, err := audit.VerifyProof(proof, next.Key)
		if err != nil || at != c || l.Seq != seq || l.Detail["n"] != fmt.Sprint(seq) {
			t.Fatalf("event %d of %d: %+v, %v", seq, size, l, err)
		}
		// another event's proof is none of it
		if other := rapid.Int64Range(1, size).Draw(t, "other"); other != seq {
			claimed := now.leaf(other)
			claimed.Seq = seq
			if _, err := audit.ProveEvent(claimed, c, next.Signed, now.reader); !errors.Is(err, audit.ErrBroken) {
				t.Fatalf("event %d in the place of %d: %v", other, seq, err)
			}
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sealedIn is witness where there is no test at hand.
func sealedIn(g *grown) audit.Witness {
	size := int64(len(g.log))
	last := g.log[size-1].e
	c := audit.Checkpoint{Origin: origin, Size: size, Root: must(audit.RootOf(size, g.reader)), At: last.At, State: audit.StateOf(size, last.State)}
	public := checkpointKey.Public().(ed25519.PublicKey)
	return audit.Witness{Key: must(audit.CheckpointKey(origin, public)), Signed: must(c.Sign(public, func(m []byte) ([]byte, error) { return ed25519.Sign(checkpointKey, m), nil }))}
}

func TestWitness_RefusesALogThatIsNotTheOneItKnows(t *testing.T) {
	t.Parallel()
	g := grow(t, 21)
	known := g.witness(t, audit.Restored{})
	forked := g.until(15)
	for range 9 {
		forked.add(t, "profile-renamed")
	}
	ahead := g.until(21)
	ahead.add(t, "signed-in")
	ahead.add(t, "signed-in")
	sameSize := forked.until(21)
	other := ed25519.NewKeyFromSeed([]byte("another seed of thirty-two bytes"))
	restored := audit.Restored{Seq: 16, Leaf: [32]byte{7}, At: time.UnixMilli(1_780_000_000_016).UTC()}
	otherState := g.checkpoint(t, audit.Restored{})
	otherState.State[0]++
	foreign := g.checkpoint(t, audit.Restored{})
	foreign.Origin = "countersign/bbbbbbbbbbbbbbbbbbbbbbbbbb"
	cases := map[string]struct {
		next  audit.Witness
		proof [][]byte
		want  error
	}{
		"the same":                     {known, nil, nil},
		"more":                         {ahead.witness(t, audit.Restored{}), ahead.consistency(t, 21), nil},
		"more after a restore":         {ahead.witness(t, restored), ahead.consistency(t, 21), nil},
		"older":                        {g.until(20).witness(t, audit.Restored{}), nil, audit.ErrOlderLog},
		"of one event":                 {g.until(1).witness(t, audit.Restored{}), nil, audit.ErrOlderLog},
		"forked":                       {forked.witness(t, audit.Restored{}), forked.consistency(t, 21), audit.ErrForkedLog},
		"forked at the same size":      {sameSize.witness(t, audit.Restored{}), nil, audit.ErrForkedLog},
		"the same with other rows":     {sealed(t, otherState, checkpointKey), nil, audit.ErrForkedLog},
		"more without a proof":         {ahead.witness(t, audit.Restored{}), nil, audit.ErrForkedLog},
		"more with another's proof":    {ahead.witness(t, audit.Restored{}), ahead.consistency(t, 20), audit.ErrForkedLog},
		"another key":                  {sealed(t, ahead.checkpoint(t, audit.Restored{}), other), ahead.consistency(t, 21), audit.ErrOtherKey},
		"another key's note":           {audit.Witness{Key: known.Key, Signed: sealed(t, ahead.checkpoint(t, audit.Restored{}), other).Signed}, ahead.consistency(t, 21), audit.ErrCheckpoint},
		"another log":                  {sealed(t, foreign, checkpointKey), nil, audit.ErrCheckpoint},
		"older, and restored":          {g.until(16).witness(t, restored), nil, audit.ErrRestored},
		"forked, and restored":         {forked.witness(t, restored), forked.consistency(t, 21), audit.ErrRestored},
		"another key, and restored":    {sealed(t, g.until(16).checkpoint(t, restored), other), nil, audit.ErrOtherKey},
		"nothing":                      {audit.Witness{}, nil, audit.ErrCheckpoint},
		"a proof that is far too long": {ahead.witness(t, audit.Restored{}), make([][]byte, 1000), audit.ErrForkedLog},
		"a proof of short hashes":      {ahead.witness(t, audit.Restored{}), [][]byte{{1}}, audit.ErrForkedLog},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := known.Follow(origin, c.next, c.proof)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if told := errors.Is(err, audit.ErrRestored); told != (c.want == audit.ErrRestored) {
				t.Fatalf("got %v: a restore explains it: %v", err, told)
			}
			if _, err := (audit.Witness{}).Follow(origin, c.next, c.proof); (err == nil) == (c.want == audit.ErrCheckpoint) {
				t.Fatalf("who knows nothing of the log gets %v", err)
			}
		})
	}
}

func TestWitness_ARestoreItKnowsExplainsNothing(t *testing.T) {
	t.Parallel()
	restored := audit.Restored{Seq: 3, Leaf: [32]byte{7}, At: time.UnixMilli(1_780_000_000_003).UTC()}
	g := grow(t, 9)
	known := g.witness(t, restored)
	if _, err := known.Follow(origin, g.until(5).witness(t, restored), nil); !errors.Is(err, audit.ErrOlderLog) || errors.Is(err, audit.ErrRestored) {
		t.Fatal(err)
	}
	again := audit.Restored{Seq: 3, Leaf: [32]byte{8}, At: restored.At}
	if _, err := known.Follow(origin, g.until(5).witness(t, again), nil); !errors.Is(err, audit.ErrRestored) {
		t.Fatal(err)
	}
	if _, err := known.Follow(origin, g.until(5).witness(t, audit.Restored{}), nil); !errors.Is(err, audit.ErrOlderLog) || errors.Is(err, audit.ErrRestored) {
		t.Fatal(err)
	}
}

// changedBytes gives every text that differs from one in one byte, which is changed in two ways, or is left out, and each of its beginnings.
func changedBytes(b []byte) func(func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for i := range b {
			for name, other := range map[string][]byte{
				"other":      slices.Concat(b[:i], []byte{b[i] ^ 1}, b[i+1:]),
				"other case": slices.Concat(b[:i], []byte{b[i] ^ 0x20}, b[i+1:]),
				"gone":       slices.Concat(b[:i], b[i+1:]),
				"twice":      slices.Concat(b[:i+1], b[i:]),
				"cut":        b[:i],
			} {
				if bytes.Equal(other, b) {
					continue
				}
				if !yield(fmt.Sprintf("byte %d %s", i, name), other) {
					return
				}
			}
		}
	}
}

func TestProof_EveryChangedByteIsRefused(t *testing.T) {
	t.Parallel()
	g := grow(t, 13)
	w := g.witness(t, audit.Restored{Seq: 2, Leaf: [32]byte{1}, At: time.UnixMilli(5).UTC()})
	c, err := audit.OpenCheckpoint(w.Signed, w.Key)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := audit.ProveEvent(g.leaf(6), c, w.Signed, g.reader)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(proof), "c2sp.org/tlog-proof@v1\nextra ") || !strings.Contains(string(proof), "\nindex 5\n") {
		t.Fatalf("the proof is\n%s", proof)
	}
	for what, changed := range changedBytes(proof) {
		l, _, err := audit.VerifyProof(changed, w.Key)
		if !errors.Is(err, audit.ErrProof) && !errors.Is(err, audit.ErrCheckpoint) || l.Seq != 0 {
			t.Errorf("%s: %+v, %v", what, l, err)
		}
	}
	for what, changed := range changedBytes([]byte(w.Key)) {
		if _, _, err := audit.VerifyProof(proof, string(changed)); err == nil {
			t.Errorf("%s of the key", what)
		}
	}
	for what, changed := range changedBytes(w.Signed) {
		if _, err := audit.OpenCheckpoint(changed, w.Key); !errors.Is(err, audit.ErrCheckpoint) {
			t.Errorf("%s of the checkpoint: %v", what, err)
		}
	}
}

func TestProof_HasOneFormAlone(t *testing.T) {
	t.Parallel()
	g := grow(t, 5)
	w := g.witness(t, audit.Restored{})
	c := g.checkpoint(t, audit.Restored{})
	proof := string(must(audit.ProveEvent(g.leaf(2), c, w.Signed, g.reader)))
	content := g.leaf(2).Bytes()
	b64 := base64.StdEncoding.EncodeToString
	for what, other := range map[string]string{
		"more after what it says": strings.Replace(proof, b64(content), b64(append(slices.Clone(content), 0)), 1),
		"another line":            strings.Replace(proof, "index 1\n", "index 1\n"+b64(make([]byte, 32))+"\n", 1),
		"an empty line":           strings.Replace(proof, "index 1\n", "index 1\n\n", 1),
		"another index's form":    strings.Replace(proof, "index 1\n", "index 01\n", 1),
		"nothing":                 "",
	} {
		if other == proof {
			t.Fatalf("%s: nothing was changed", what)
		}
		if _, _, err := audit.VerifyProof([]byte(other), w.Key); !errors.Is(err, audit.ErrProof) && !errors.Is(err, audit.ErrCheckpoint) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestProof_TooLongIsRefused(t *testing.T) {
	t.Parallel()
	g := grow(t, 3)
	g.add(t, strings.Repeat("k", audit.MaxProof))
	w := g.witness(t, audit.Restored{})
	proof := must(audit.ProveEvent(g.leaf(4), g.checkpoint(t, audit.Restored{}), w.Signed, g.reader))
	if _, _, err := audit.VerifyProof(proof, w.Key); !errors.Is(err, audit.ErrProof) {
		t.Fatal(err)
	}
}

func TestCheckpoint_WithAnothersSignatureBesideIsNone(t *testing.T) {
	t.Parallel()
	g := grow(t, 3)
	c := g.checkpoint(t, audit.Restored{})
	w := g.witness(t, audit.Restored{})
	other := sealed(t, c, ed25519.NewKeyFromSeed([]byte("another seed of thirty-two bytes")))
	_, signature, _ := strings.Cut(string(other.Signed), "\n\n")
	if _, err := audit.OpenCheckpoint(append(slices.Clone(w.Signed), signature...), w.Key); !errors.Is(err, audit.ErrCheckpoint) {
		t.Fatal(err)
	}
}

func TestProof_EachFieldOfTheEventIsBound(t *testing.T) {
	t.Parallel()
	g := grow(t, 13)
	w := g.witness(t, audit.Restored{})
	c := g.checkpoint(t, audit.Restored{})
	for name, change := range map[string]func(*audit.Leaf){
		"number":    func(l *audit.Leaf) { l.Seq = 7 },
		"time":      func(l *audit.Leaf) { l.At = l.At.Add(time.Millisecond) },
		"kind":      func(l *audit.Leaf) { l.Kind = "2fa-disabled" },
		"actor":     func(l *audit.Leaf) { l.Actor = "b" },
		"subject":   func(l *audit.Leaf) { l.Subject = "b" },
		"moved":     func(l *audit.Leaf) { l.Actor, l.Subject = "as", "" },
		"detail":    func(l *audit.Leaf) { l.Detail = map[string]string{"n": "6", "word": "x"} },
		"no detail": func(l *audit.Leaf) { l.Detail = nil },
		"signature": func(l *audit.Leaf) { l.Signature = make([]byte, 32) },
		"salt":      func(l *audit.Leaf) { l.Salt = make([]byte, 32) },
	} {
		l := g.leaf(6)
		change(&l)
		if _, err := audit.ProveEvent(l, c, w.Signed, g.reader); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
		// and whoever writes it into the proof by hand
		proof := must(audit.ProveEvent(g.leaf(6), c, w.Signed, g.reader))
		forged := strings.Replace(string(proof), base64.StdEncoding.EncodeToString(g.leaf(6).Bytes()), base64.StdEncoding.EncodeToString(l.Bytes()), 1)
		if forged == string(proof) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if name == "number" {
			forged = strings.Replace(forged, "\nindex 5\n", "\nindex 6\n", 1)
		}
		if _, _, err := audit.VerifyProof([]byte(forged), w.Key); !errors.Is(err, audit.ErrProof) {
			t.Errorf("%s, forged: %v", name, err)
		}
	}
}

func TestLeaf_SaltFollowsFromTheKeyAndTheEvent(t *testing.T) {
	t.Parallel()
	g := grow(t, 2)
	salt := g.leaf(1).Salt
	other := audit.LeafOf(secret.NewBytes([]byte("another key of 32 bytes ........")), g.log[0].e, g.log[0].signature)
	if len(salt) != 32 || bytes.Equal(salt, g.leaf(2).Salt) || bytes.Equal(salt, other.Salt) || !bytes.Equal(salt, g.leaf(1).Salt) {
		t.Fatalf("the salts are %x, %x and %x", salt, g.leaf(2).Salt, other.Salt)
	}
	mine := audit.Sign(key, nil, g.log[0].e)
	if bytes.Contains(salt, mine[:8]) {
		t.Fatal("the salt has the signature in it")
	}
}

func TestTreeCheck_FindsEveryHashThatIsNotTheEvents(t *testing.T) {
	t.Parallel()
	g := grow(t, 24)
	broken := func(trees map[int64][]byte, first int64) (at []int64) {
		c := audit.NewTreeCheck(key)
		for _, s := range g.log[first-1:] {
			if !c.Next(s.e, s.signature, trees[s.e.Seq]) {
				at = append(at, s.e.Seq)
			}
		}
		return at
	}
	for first := int64(1); first <= 24; first++ {
		if at := broken(g.trees, first); at != nil {
			t.Fatalf("a whole log, from %d on, is broken at %v", first, at)
		}
	}
	for seq, tree := range g.trees {
		for i := range tree {
			changed := maps.Clone(g.trees)
			changed[seq] = slices.Concat(tree[:i], []byte{tree[i] ^ 1}, tree[i+1:])
			if at := broken(changed, 1); !slices.Contains(at, seq) {
				t.Fatalf("byte %d of event %d: broken at %v", i, seq, at)
			}
		}
		for what, other := range map[string][]byte{"none": nil, "short": tree[:len(tree)-1], "long": append(slices.Clone(tree), make([]byte, 32)...)} {
			changed := maps.Clone(g.trees)
			changed[seq] = other
			if at := broken(changed, seq); len(at) == 0 || at[0] != seq {
				t.Fatalf("%s of event %d: broken at %v", what, seq, at)
			}
		}
	}
	// a leaf is looked at even where what was before it was not
	for seq := int64(2); seq <= 24; seq++ {
		changed := maps.Clone(g.trees)
		changed[seq] = slices.Concat([]byte{g.trees[seq][0] ^ 1}, g.trees[seq][1:])
		if at := broken(changed, seq); len(at) == 0 || at[0] != seq {
			t.Fatalf("event %d, looked at first: %v", seq, at)
		}
	}
}

func TestTrees_WhatIsGoneChangesTheRootAndStopsNothing(t *testing.T) {
	t.Parallel()
	g := grow(t, 12)
	known := g.witness(t, audit.Restored{})
	for gone := int64(1); gone <= 12; gone++ {
		hurt := g.until(12)
		delete(hurt.trees, gone)
		for range 4 { // the log goes on
			hurt.add(t, "signed-in")
		}
		if _, err := known.Follow(origin, hurt.witness(t, audit.Restored{}), hurt.consistency(t, 12)); err != nil && !errors.Is(err, audit.ErrForkedLog) {
			t.Fatalf("without event %d: %v", gone, err)
		}
		if gone == 12 { // nothing but its own leaf stands for it
			if _, err := known.Follow(origin, hurt.witness(t, audit.Restored{}), hurt.consistency(t, 12)); !errors.Is(err, audit.ErrForkedLog) {
				t.Fatalf("the newest event is gone: %v", err)
			}
		}
	}
}

func TestCheckpoint_HasAShortFormOfItsOwn(t *testing.T) {
	t.Parallel()
	g := grow(t, 5)
	c := g.checkpoint(t, audit.Restored{})
	seen := map[string]string{c.Short(): "as it is"}
	for name, change := range map[string]func(*audit.Checkpoint){
		"size": func(c *audit.Checkpoint) { c.Size++ }, "root": func(c *audit.Checkpoint) { c.Root[31]++ }, "state": func(c *audit.Checkpoint) { c.State[0]++ },
		"time": func(c *audit.Checkpoint) { c.At = c.At.Add(time.Millisecond) }, "origin": func(c *audit.Checkpoint) { c.Origin += "x" },
		"restore": func(c *audit.Checkpoint) { c.Since.Leaf[0]++ },
	} {
		other := c
		change(&other)
		if as := seen[other.Short()]; as != "" {
			t.Errorf("%s has the short form of %s", name, as)
		}
		seen[other.Short()] = name
	}
	if s := c.Short(); len(s) != 19 || strings.Count(s, "-") != 3 {
		t.Errorf("the short form is %q", s)
	}
}

func TestWitness_IsKeptAsItIs(t *testing.T) {
	t.Parallel()
	g := grow(t, 5)
	w := g.witness(t, audit.Restored{})
	got, c, err := audit.ParseWitness(w.Bytes())
	if err != nil || got.Key != w.Key || !bytes.Equal(got.Signed, w.Signed) || c != g.checkpoint(t, audit.Restored{}) {
		t.Fatalf("%+v, %+v, %v", got, c, err)
	}
	if len(w.Bytes()) > 1900 {
		t.Fatalf("%d bytes are too many for a keychain", len(w.Bytes()))
	}
	for what, changed := range changedBytes(w.Bytes()) {
		if _, _, err := audit.ParseWitness(changed); !errors.Is(err, audit.ErrCheckpoint) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
