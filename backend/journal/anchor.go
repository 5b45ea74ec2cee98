package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// Anchor keeps what whoever puts an older database back cannot put back with it: the
// head of the log, the mark, and what is trusted. It is the one item that is rewritten.
type Anchor interface {
	// Read is store.ErrSecretMissing where there is none, or none of its form.
	Read(ctx context.Context) (Anchored, error)
	// Write replaces it, and has read it back when it returns nil.
	Write(ctx context.Context, a Anchored) error
}

// AnchorInside is an Anchor that the store keeps with its rows. No crash comes between a change and it, and no disk is waited for twice.
type AnchorInside interface {
	Anchor
	// Inside reports whether the store keeps it: then nothing asks the person anything when it is written.
	Inside() bool
	// WriteIn replaces it in a change's transaction, and is false, and has done nothing, where the store does not keep it.
	WriteIn(tx store.WriteTx, a Anchored) (bool, error)
}

// Anchored is what an Anchor keeps.
type Anchored struct {
	Head    Place
	Mark    Mark
	Trusted []byte // a Trust, see Trust.append
}

// Place is an event of the log.
type Place struct {
	Seq       int64
	Signature []byte
}

// Mark is a place up to which the log was verified at an earlier start, or accepted
// by an owner.
type Mark struct {
	Place
	Count int64 // events up to and with it
}

// readAnchor reads the anchor and what is trusted with it.
func (j *Journal) readAnchor(ctx context.Context) (Anchored, Trust, error) {
	a, err := j.anchor.Read(ctx)
	if err != nil {
		return Anchored{}, Trust{}, err
	}
	t, err := parseTrust(a.Trusted)
	if err != nil {
		return Anchored{}, Trust{}, fmt.Errorf("%w: %w", err, store.ErrSecretMissing)
	}
	return a, t, nil
}

func (j *Journal) writeAnchor(ctx context.Context, head Place) error {
	return j.anchor.Write(ctx, j.anchored(head, trustChanges{}))
}

// anchored is what the anchor is to keep once the head is that, and a change has taught something.
func (j *Journal) anchored(head Place, taught trustChanges) Anchored {
	j.mu.RLock()
	a := Anchored{Head: head, Mark: j.mark, Trusted: j.trusted.with(taught).append(nil)}
	j.mu.RUnlock()
	if a.Mark.Signature == nil {
		a.Mark.Signature = make([]byte, audit.SignatureSize)
	}
	return a
}

// anchorInside writes the anchor in the transaction of a change, where the store keeps it.
func (j *Journal) anchorInside(tx store.WriteTx, head Place, taught trustChanges) (bool, error) {
	in, is := j.anchor.(AnchorInside)
	if !is {
		return false, nil
	}
	return in.WriteIn(tx, j.anchored(head, taught))
}

// anchorPatience is how long the keychain may take for the anchor, while all others who
// write wait: twice what it has for one answer.
const anchorPatience = 10 * time.Second

func (j *Journal) anchorInTime(ctx context.Context, head Place) error {
	short, cancel := context.WithTimeout(ctx, anchorPatience)
	defer cancel()
	err := j.writeAnchor(short, head)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: the anchor: %w", store.ErrKeychainSlow, err)
	}
	return err
}

// unlockAnchor lets the keychain ask the person what it has to ask, before anybody
// waits for the lock that its write is under.
func (j *Journal) unlockAnchor(ctx context.Context) error {
	if in, is := j.anchor.(AnchorInside); is && in.Inside() {
		return nil
	}
	_, err := j.anchor.Read(ctx)
	if errors.Is(err, store.ErrSecretMissing) {
		return nil // the change writes it
	}
	return err
}
