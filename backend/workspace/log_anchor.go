package workspace

import (
	"context"
	"encoding/binary"
	"fmt"

	"countersign/backend/audit"
	"countersign/backend/journal"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// keychainAnchor is the journal's Anchor in the keychain: the one item that is
// rewritten. It holds the head of the log and the mark, each a sequence number and a
// signature, the mark's count, and what is trusted.
type keychainAnchor struct{ w *Workspace }

var _ journal.AnchorInside = keychainAnchor{}

const (
	placeSize  = 8 + audit.SignatureSize
	anchorSize = placeSize + placeSize + 8
)

func (k keychainAnchor) Write(ctx context.Context, a journal.Anchored) error {
	return k.w.setSecret(ctx, k.w.item("anchor"), anchorItem(a))
}

// Inside implements journal.AnchorInside.
func (k keychainAnchor) Inside() bool {
	_, is := k.w.secrets.(store.SecretsInside)
	return is
}

// WriteIn implements journal.AnchorInside: at a server, the secrets are in the same database as the rows.
func (k keychainAnchor) WriteIn(tx store.WriteTx, a journal.Anchored) (bool, error) {
	in, is := k.w.secrets.(store.SecretsInside)
	if !is {
		return false, nil
	}
	return in.SetIn(tx, k.w.item("anchor"), anchorItem(a))
}

func anchorItem(a journal.Anchored) secret.Bytes {
	b := make([]byte, 0, anchorSize+len(a.Trusted))
	for _, p := range []journal.Place{a.Head, a.Mark.Place} {
		b = append(binary.BigEndian.AppendUint64(b, uint64(p.Seq)), p.Signature...)
	}
	return secret.NewBytes(append(binary.BigEndian.AppendUint64(b, uint64(a.Mark.Count)), a.Trusted...))
}

func (k keychainAnchor) Read(ctx context.Context) (a journal.Anchored, err error) {
	b, err := k.w.secrets.Get(ctx, k.w.item("anchor"))
	if err != nil {
		return a, err
	}
	if b.Len() < anchorSize {
		return a, fmt.Errorf("anchor of %d bytes: %w", b.Len(), store.ErrSecretMissing)
	}
	raw := b.Reveal()
	place := func(p []byte) journal.Place {
		return journal.Place{Seq: int64(binary.BigEndian.Uint64(p)), Signature: p[8:placeSize]}
	}
	a.Head, a.Mark.Place = place(raw), place(raw[placeSize:])
	a.Mark.Count = int64(binary.BigEndian.Uint64(raw[2*placeSize:]))
	a.Trusted = raw[anchorSize:]
	return a, nil
}
