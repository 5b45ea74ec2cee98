package journal

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// Checker is a Store that looks rows up by something else than their keys in a way
// that could be led astray, and can check that. Open asks for it.
type Checker interface {
	// CheckIndexes is store.ErrDamaged where a look-up could find another row than the
	// table has, or none.
	CheckIndexes(ctx context.Context) error
}

// Open compares the rows with the log and the log with the anchor. It heals nothing:
// what does not fit is in the audit.Mismatch, which is nil where all fits. A head ahead of the
// anchor with a chain that fits is a crash between a commit and its anchor, and is
// anchored now.
func (j *Journal) Open(ctx context.Context) (r *audit.Mismatch, err error) {
	err = j.store.Exclusive(ctx, func() error {
		r, err = j.open(ctx)
		return err
	})
	return r, err
}

func (j *Journal) open(ctx context.Context) (*audit.Mismatch, error) {
	anchored, known, err := j.readAnchor(ctx)
	missing := errors.Is(err, store.ErrSecretMissing)
	if err != nil && !missing {
		return nil, err
	}
	var r *audit.Mismatch
	var head store.Head
	var trusted Trust
	err = j.store.View(ctx, func(tx store.ReadTx) (err error) {
		if head, err = tx.Head(); err != nil {
			return err
		}
		if r, err = j.examine(tx, head, anchored); err != nil {
			return err
		}
		if len(r.Findings) > 0 || missing {
			r.Acceptable, err = j.ownerFits(tx, known)
			return err
		}
		trusted, err = j.trustOf(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := j.checkIndexes(ctx, r); err != nil {
		return nil, err
	}
	if missing {
		r.Findings = append([]audit.Finding{{Kind: audit.FoundAnchorMissing}}, r.Findings...)
	}
	if len(r.Findings) > 0 {
		return r, nil
	}
	m, behind := anchored.Mark, head.Seq != anchored.Head.Seq || !trusted.equal(known)
	if head.Seq-m.Seq >= j.markEvery {
		m, behind = Mark{Place{head.Seq, head.Signature}, m.Count + head.Seq - m.Seq}, true
	}
	j.begins(m, trusted, head.Seq)
	if !behind {
		return nil, nil
	}
	return nil, j.writeAnchor(ctx, Place{head.Seq, head.Signature})
}

// checkIndexes holds the indexes against the tables, where these have the rows that
// the log tells of.
func (j *Journal) checkIndexes(ctx context.Context, r *audit.Mismatch) error {
	checker, ok := j.store.(Checker)
	if !ok || slices.ContainsFunc(r.Findings, func(f audit.Finding) bool { return f.Key != "" }) {
		return nil
	}
	return checker.CheckIndexes(ctx)
}

// begins notes what was read at the start, or accepted: where the log was verified
// to, and what is trusted as of an event.
func (j *Journal) begins(m Mark, t Trust, at int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mark, j.trusted, j.trustedAt = m, t, at
}

// ownerFits reports whether some owner's account is the one that the keychain knows, so
// that the store's state can be accepted.
func (j *Journal) ownerFits(tx store.ReadTx, known Trust) (bool, error) {
	for _, o := range known.owners {
		p, err := tx.Profile(o.id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		now, err := j.Owner(tx, p)
		if err != nil || now.SameAccount(o) {
			return err == nil, err
		}
	}
	return false, nil
}

// verifier begins after a place that was verified before.
func (j *Journal) verifier(after Place) (v *audit.Verifier, err error) {
	err = j.key(func(key secret.Bytes) { v = audit.ResumeVerifier(key, after.Seq, after.Signature) })
	return v, err
}

// examine reads the log from the mark on, and every row.
func (j *Journal) examine(tx store.ReadTx, head store.Head, anchored Anchored) (*audit.Mismatch, error) {
	r := &audit.Mismatch{Head: head.Seq, Anchor: anchored.Head.Seq}
	if err := j.examineLog(tx, r, anchored); err != nil {
		return nil, err
	}
	if head.Seq < anchored.Head.Seq {
		r.Add(audit.Finding{Kind: audit.FoundOlderCopy, Seq: head.Seq})
	}
	var sum audit.Sum
	err := j.Hashes(tx, func(_ store.Key, h audit.Hash) { sum.Add(h) })
	if err != nil {
		return nil, err
	}
	if sum != head.State {
		return r, j.examineRows(tx, r)
	}
	return r, nil
}

// examineLog walks the chain from the mark and sees whether the anchor is on it.
func (j *Journal) examineLog(tx store.ReadTx, r *audit.Mismatch, anchored Anchored) error {
	count, err := tx.CountEvents()
	if err != nil {
		return err
	}
	m, anchor := anchored.Mark, anchored.Head
	if m.Seq <= 0 || m.Seq > r.Head {
		m = Mark{}
	}
	v, err := j.verifier(m.Place)
	if err != nil {
		return err
	}
	var tree *audit.TreeCheck
	if err := j.key(func(key secret.Bytes) { tree = audit.NewTreeCheck(key) }); err != nil {
		return err
	}
	if count != m.Count+r.Head-m.Seq {
		r.Add(audit.Finding{Kind: audit.FoundLogBroken, Seq: count})
	}
	onChain := anchor.Seq == 0 || anchor.Seq == m.Seq && string(anchor.Signature) == string(m.Signature)
	for e, err := range tx.Events(m.Seq) {
		if err == nil {
			err = v.Next(e.Event, e.Signature)
		}
		if err == nil && !tree.Next(e.Event, e.Signature, e.Tree) {
			r.Add(audit.Finding{Kind: audit.FoundLogBroken, Seq: e.Seq})
			return nil
		}
		if errors.Is(err, audit.ErrBroken) {
			r.Add(audit.Finding{Kind: audit.FoundLogBroken, Seq: v.Seq() + 1})
			return nil
		}
		if err != nil {
			return err
		}
		r.LastGood = e.At
		if e.Seq == anchor.Seq {
			onChain = string(e.Signature) == string(anchor.Signature)
		}
	}
	if !onChain && anchor.Seq <= r.Head {
		r.Add(audit.Finding{Kind: audit.FoundLogBroken, Seq: anchor.Seq})
	}
	return nil
}

// examineRows finds which rows differ from what the log last said of them. It
// reads the whole log, and the rows again, which is worth it only now.
func (j *Journal) examineRows(tx store.ReadTx, r *audit.Mismatch) error {
	said := map[string]string{}
	for e, err := range tx.Events(0) {
		if errors.Is(err, audit.ErrBroken) {
			break // what comes after it cannot be read
		}
		if err != nil {
			return err
		}
		for _, row := range e.Rows {
			said[row.Key] = row.Digest
		}
	}
	before := len(r.Findings)
	err := j.Hashes(tx, func(k store.Key, h audit.Hash) {
		switch last := said[k.String()]; last {
		case "":
			r.Add(audit.Finding{Kind: audit.FoundRowAdded, Key: k.String()})
		case Digest(h):
		default:
			r.Add(audit.Finding{Kind: audit.FoundRowChanged, Key: k.String()})
		}
		delete(said, k.String())
	})
	if err != nil {
		return err
	}
	for key, last := range said {
		if last != "" {
			r.Add(audit.Finding{Kind: audit.FoundRowRemoved, Key: key})
		}
	}
	if len(r.Findings) == before { // the rows fit the events, so it is the sum in the log that was changed
		r.Add(audit.Finding{Kind: audit.FoundLogBroken, Seq: r.Head})
	}
	return nil
}

// Said gathers what the log last said of each row, up to where it fits.
func (j *Journal) Said(tx store.ReadTx) (map[string]string, error) {
	v, err := j.verifier(Place{})
	if err != nil {
		return nil, err
	}
	said := map[string]string{}
	for e, err := range tx.Events(0) {
		if err == nil {
			err = v.Next(e.Event, e.Signature)
		}
		if errors.Is(err, audit.ErrBroken) {
			return said, nil
		}
		if err != nil {
			return nil, err
		}
		for _, row := range e.Rows {
			said[row.Key] = row.Digest
		}
	}
	return said, nil
}

// State tells whether the store is still the one that was looked at.
type State struct {
	head string
	sum  audit.Sum
}

// StateOf is the state that a transaction sees.
func (j *Journal) StateOf(tx store.ReadTx) (s State, err error) {
	head, err := tx.Head()
	if err != nil {
		return s, err
	}
	s.head = string(head.Signature)
	err = j.Hashes(tx, func(_ store.Key, h audit.Hash) { s.sum.Add(h) })
	return s, err // not in one line: Go may read s before it is summed
}

// Trusted reads what the anchor trusts. Errors: store.ErrSecretMissing; those of the
// Anchor.
func (j *Journal) Trusted(ctx context.Context) (Trust, error) {
	_, t, err := j.readAnchor(ctx)
	return t, err
}

// UseUp lets use change what the anchor knows of an owner, and writes it. used is what is
// there under the lock, so that of two at once one is right. It is false where use is, or
// where the owner is not known.
func (j *Journal) UseUp(ctx context.Context, ownerID string, use func(*Owner) bool) (t Trust, fresh bool, err error) {
	err = j.store.Exclusive(ctx, func() error {
		a, known, err := j.readAnchor(ctx)
		if err != nil {
			return err
		}
		for i := range known.owners {
			if known.owners[i].id == ownerID && use(&known.owners[i]) {
				t, fresh = known, true
				j.begins(a.Mark, known, a.Head.Seq)
				return j.writeAnchor(context.WithoutCancel(ctx), a.Head)
			}
		}
		return nil
	})
	return t, fresh, err
}

// Accept runs fn in one transaction, and makes what is then there the state that the
// log tells of: one event by an owner with every row as it is, at which Open begins.
func (j *Journal) Accept(ctx context.Context, actor string, detail map[string]string, fn func(store.WriteTx) error) error {
	return j.store.Exclusive(ctx, func() error {
		var m Mark
		var t Trust
		err := j.transact(ctx, func(tx store.WriteTx) error {
			if err := fn(tx); err != nil {
				return err
			}
			var err error
			if m, err = j.restate(tx, actor, detail); err != nil {
				return err
			}
			t, err = j.trustOf(tx)
			return err
		})
		if err != nil {
			return err
		}
		j.begins(m, t, m.Seq)
		return j.writeAnchor(context.WithoutCancel(ctx), m.Place)
	})
}

func (j *Journal) restate(tx store.WriteTx, actor string, detail map[string]string) (m Mark, err error) {
	head, err := tx.Head()
	if err != nil {
		return m, err
	}
	e := audit.Event{Seq: head.Seq + 1, At: time.UnixMilli(j.clock.Now().UnixMilli()).UTC(), Kind: KindAccepted, Actor: actor, Detail: detail}
	err = j.Hashes(tx, func(k store.Key, h audit.Hash) {
		e.State.Add(h)
		e.Rows = append(e.Rows, audit.Row{Key: k.String(), Digest: Digest(h)})
	})
	if err != nil {
		return m, err
	}
	slices.SortFunc(e.Rows, func(a, b audit.Row) int { return strings.Compare(a.Key, b.Key) })
	if err := j.key(func(key secret.Bytes) { m.Place = Place{e.Seq, audit.Sign(key, head.Signature, e)} }); err != nil {
		return m, err
	}
	tree, err := j.treeOf(tx, head, e, m.Signature)
	if err != nil {
		return m, err
	}
	if err := tx.AppendEvent(store.SignedEvent{Event: e, Signature: m.Signature, Tree: tree}); err != nil {
		return m, err
	}
	m.Count, err = tx.CountEvents()
	return m, err
}
