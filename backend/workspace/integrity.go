package workspace

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
)

// mark is a place in the log: up to here it was verified at an earlier start, or
// accepted by an owner.
type mark struct {
	seq   int64
	seal  []byte
	count int64 // events up to and with it
}

// markEvery is how many events lie between two marks, so that the check at
// start-up does not grow with the age of the log.
const markEvery = 5_000

// The anchor is the one keychain item that is rewritten: the head of the log and
// the mark, each a sequence number and a seal, and what is trusted. Whoever puts an
// older database back cannot put back the anchor with it without the keychain.
const (
	placeSize  = 8 + audit.SealSize
	anchorSize = placeSize + placeSize + 8
)

func (w *Workspace) anchor(ctx context.Context, head Head) error {
	w.mu.RLock()
	m, t := w.mark, w.trusted
	w.mu.RUnlock()
	if m.seal == nil {
		m.seal = make([]byte, audit.SealSize)
	}
	b := make([]byte, 0, anchorSize)
	b = append(binary.BigEndian.AppendUint64(b, uint64(head.Seq)), head.Seal...)
	b = append(binary.BigEndian.AppendUint64(b, uint64(m.seq)), m.seal...)
	b = binary.BigEndian.AppendUint64(b, uint64(m.count))
	return w.setSecret(ctx, w.item("anchor"), secret.NewBytes(t.append(b)))
}

func (w *Workspace) readAnchor(ctx context.Context) (head, m mark, t trust, err error) {
	b, err := w.secrets.Get(ctx, w.item("anchor"))
	if err != nil {
		return head, m, t, err
	}
	if b.Len() < anchorSize {
		return head, m, t, fmt.Errorf("anchor of %d bytes: %w", b.Len(), ErrSecretMissing)
	}
	raw := b.Reveal()
	if t, err = parseTrust(raw[anchorSize:]); err != nil {
		return head, m, t, fmt.Errorf("%w: %w", err, ErrSecretMissing)
	}
	place := func(p []byte) mark {
		return mark{seq: int64(binary.BigEndian.Uint64(p)), seal: p[8:placeSize]}
	}
	head, m = place(raw), place(raw[placeSize:])
	m.count = int64(binary.BigEndian.Uint64(raw[2*placeSize:]))
	return head, m, t, nil
}

// Report says what start-up found where the database is not the one that this
// program left. It holds no secret.
type Report struct {
	Findings []Finding `json:"findings"`
	LastGood time.Time `json:"lastGood"` // of the newest event that fits; zero: none does
	Head     int64     `json:"head"`     // the log's newest event
	Anchor   int64     `json:"anchor"`   // what the keychain says is the newest

	Acceptable bool `json:"acceptable"` // an owner's account is as the keychain knows it: see Sealed.Prove
}

// Finding is one thing that does not fit.
type Finding struct {
	Kind FindingKind `json:"kind"`
	Key  string      `json:"row,omitempty"`   // such as "factor/PROFILE"
	Seq  int64       `json:"event,omitempty"` // sequence number
}

// FindingKind says what does not fit.
type FindingKind string

// The kinds of finding.
const (
	FoundOlderCopy     FindingKind = "older-copy"     // the log ends before the anchor
	FoundLogBroken     FindingKind = "log-broken"     // an event was changed, removed, added or moved
	FoundAnchorMissing FindingKind = "anchor-missing" // the keychain has no anchor
	FoundRowChanged    FindingKind = "row-changed"
	FoundRowAdded      FindingKind = "row-added"
	FoundRowRemoved    FindingKind = "row-removed"
)

// Error makes a Report the cause of not_authentic.
func (r *Report) Error() string {
	s := fmt.Sprintf("head %d, anchor %d, last good %s:", r.Head, r.Anchor, r.LastGood.Format(time.RFC3339))
	for _, f := range r.Findings {
		s += fmt.Sprintf(" %s %s %d;", f.Kind, f.Key, f.Seq)
	}
	return s
}

func (r *Report) add(f Finding) { r.Findings = append(r.Findings, f) }

// check compares the database with the log and the log with the anchor. It heals
// nothing: what does not fit is not_authentic, with a Report beneath. A head
// ahead of the anchor with a chain that fits is a crash between a commit and its
// anchor, and is anchored now.
func (w *Workspace) check(ctx context.Context) error {
	return Explain(w.store.Exclusive(ctx, func() error {
		anchored, m, known, err := w.readAnchor(ctx)
		missing := errors.Is(err, ErrSecretMissing)
		if err != nil && !missing {
			return err
		}
		var r *Report
		var head Head
		var trusted trust
		err = w.store.View(ctx, func(tx ReadTx) (err error) {
			if head, err = tx.Head(); err != nil {
				return err
			}
			if r, err = w.examine(tx, head, anchored, m); err != nil {
				return err
			}
			if len(r.Findings) > 0 || missing {
				r.Acceptable, err = w.ownerFits(tx, known)
				return err
			}
			trusted, err = w.trustOf(tx)
			return err
		})
		if err != nil {
			return err
		}
		if err := w.checkIndexes(ctx, r); err != nil {
			return err
		}
		if missing {
			r.Findings = append([]Finding{{Kind: FoundAnchorMissing}}, r.Findings...)
		}
		if len(r.Findings) > 0 {
			return refuse(CodeNotAuthentic).because(r)
		}
		if head.Seq-m.seq >= w.markEvery {
			m = mark{seq: head.Seq, seal: head.Seal, count: m.count + head.Seq - m.seq}
		} else if head.Seq == anchored.seq && trusted.equal(known) {
			w.begins(m, trusted, head)
			return nil
		}
		w.begins(m, trusted, head)
		return w.anchor(ctx, head)
	}))
}

// Checker is a Store that looks rows up by something else than their keys in a way
// that could be led astray, and can check that. Open asks for it.
type Checker interface {
	// CheckIndexes is store.ErrDamaged where a look-up could find another row than the
	// table has, or none.
	CheckIndexes(ctx context.Context) error
}

// checkIndexes holds the indexes against the tables, where these have the rows that
// the log tells of.
func (w *Workspace) checkIndexes(ctx context.Context, r *Report) error {
	checker, ok := w.store.(Checker)
	if !ok || slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Key != "" }) {
		return nil
	}
	return checker.CheckIndexes(ctx)
}

// begins notes what was read at the start, or accepted: where the log was verified
// to, and what is trusted as of its head.
func (w *Workspace) begins(m mark, t trust, head Head) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mark, w.trusted, w.trustedAt = m, t, head.Seq
}

// examine reads the log from the mark on, and every row.
func (w *Workspace) examine(tx ReadTx, head Head, anchored, m mark) (*Report, error) {
	r := &Report{Head: head.Seq, Anchor: anchored.seq}
	if err := w.examineLog(tx, r, anchored, m); err != nil {
		return nil, err
	}
	if head.Seq < anchored.seq {
		r.add(Finding{Kind: FoundOlderCopy, Seq: head.Seq})
	}
	var sum audit.Sum
	err := w.hashes(tx, func(_ Key, h audit.Hash) { sum.Add(h) })
	if err != nil {
		return nil, err
	}
	if sum != head.State {
		return r, w.examineRows(tx, r)
	}
	return r, nil
}

// hashes hashes every row, and keeps none.
func (w *Workspace) hashes(tx ReadTx, fn func(Key, audit.Hash)) error {
	for row, err := range tx.Rows() {
		if err != nil {
			return err
		}
		h, err := w.hash(row.Key, row.Value)
		if err != nil {
			return err
		}
		fn(row.Key, h)
	}
	return nil
}

// examineLog walks the chain from the mark and sees whether the anchor is on it.
func (w *Workspace) examineLog(tx ReadTx, r *Report, anchored, m mark) error {
	key, err := w.integrity()
	if err != nil {
		return err
	}
	count, err := tx.CountEvents()
	if err != nil {
		return err
	}
	v := audit.NewVerifier(key)
	if m.seq > 0 && m.seq <= r.Head {
		v = audit.ResumeVerifier(key, m.seq, m.seal)
	} else {
		m = mark{}
	}
	if count != m.count+r.Head-m.seq {
		r.add(Finding{Kind: FoundLogBroken, Seq: count})
	}
	onChain := anchored.seq == 0 || anchored.seq == m.seq && string(anchored.seal) == string(m.seal)
	for e, err := range tx.Events(m.seq) {
		if err == nil {
			err = v.Next(e.Event, e.Seal)
		}
		if errors.Is(err, audit.ErrBroken) {
			r.add(Finding{Kind: FoundLogBroken, Seq: v.Seq() + 1})
			return nil
		}
		if err != nil {
			return err
		}
		r.LastGood = e.At
		if e.Seq == anchored.seq {
			onChain = string(e.Seal) == string(anchored.seal)
		}
	}
	if !onChain && anchored.seq <= r.Head {
		r.add(Finding{Kind: FoundLogBroken, Seq: anchored.seq})
	}
	return nil
}

// examineRows finds which rows differ from what the log last said of them. It
// reads the whole log, and the rows again, which is worth it only now.
func (w *Workspace) examineRows(tx ReadTx, r *Report) error {
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
	err := w.hashes(tx, func(k Key, h audit.Hash) {
		switch last := said[k.String()]; last {
		case "":
			r.add(Finding{Kind: FoundRowAdded, Key: k.String()})
		case digest(h):
		default:
			r.add(Finding{Kind: FoundRowChanged, Key: k.String()})
		}
		delete(said, k.String())
	})
	if err != nil {
		return err
	}
	for key, last := range said {
		if last != "" {
			r.add(Finding{Kind: FoundRowRemoved, Key: key})
		}
	}
	if len(r.Findings) == before { // the rows fit the events, so it is the sum in the log that was changed
		r.add(Finding{Kind: FoundLogBroken, Seq: r.Head})
	}
	return nil
}
