package workspace

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"errors"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Checkpoint gives what the log says of itself as of an event, signed, for each member to keep: see audit.Checkpoint. With After it proves that
// the log leads on from the one that was that long. It does not count as use. Errors: event_unknown, session_ended; not_authentic where the
// log has lost the event; folder.
func (s *Session) Checkpoint(ctx context.Context, q service.CheckpointQuery) (c service.Checkpoint, err error) {
	done, err := s.look()
	if err != nil {
		return c, err
	}
	defer done()
	if q.At < 0 || q.After < 0 {
		return c, service.ErrMalformed
	}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		is, err := s.w.checkpoint(tx, q.At)
		if err != nil {
			return err
		}
		if c, err = s.w.signed(is); err != nil {
			return err
		}
		c.Consistent, err = audit.ProveConsistency(is.Size, q.After, tx.Trees)
		return err
	})
	return c, service.Explain(err)
}

// checkpoint is the log's as of an event; 0: of the newest.
func (w *Workspace) checkpoint(tx store.ReadTx, at int64) (c audit.Checkpoint, err error) {
	info, err := tx.Info()
	if err != nil {
		return c, err
	}
	head, err := tx.Head()
	if err != nil {
		return c, err
	}
	if at == 0 {
		at = head.Seq
	}
	e, err := eventAt(tx, at)
	if err != nil {
		return c, err
	}
	since, err := restoredUntil(tx, w.journal.Leaf, info.ID, at)
	if err != nil {
		return c, err
	}
	c = audit.Checkpoint{Origin: audit.Origin(info.ID), Size: at, At: e.At, State: audit.StateOf(at, e.State), Since: since}
	c.Root, err = audit.RootOf(at, tx.Trees)
	return c, err
}

// eventAt gives one event. Errors: event_unknown; audit.ErrBroken where it should be there.
func eventAt(tx store.ReadTx, seq int64) (store.SignedEvent, error) {
	head, err := tx.Head()
	if err != nil {
		return store.SignedEvent{}, err
	}
	if seq < 1 || seq > head.Seq {
		return store.SignedEvent{}, refuse(service.CodeEventUnknown).At("event").With("event", int(seq))
	}
	for e, err := range tx.Events(seq - 1) {
		if err == nil && e.Seq != seq {
			err = audit.ErrBroken
		}
		return e, enough(err)
	}
	return store.SignedEvent{}, enough(audit.ErrBroken)
}

// restoredUntil finds the newest event, up to one, with which the workspace was made again of a backup. Only restores and moves are about the
// workspace itself, so these are few, however long the log is.
func restoredUntil(tx store.ReadTx, leaf func(store.SignedEvent) (audit.Leaf, error), workspace string, until int64) (audit.Restored, error) {
	for e, err := range tx.EventsOf(workspace) {
		if err != nil {
			return audit.Restored{}, enough(err)
		}
		if e.Seq > until || e.Kind != eventRestored && e.Kind != eventServerRestored {
			continue
		}
		l, err := leaf(e)
		return audit.Restored{Seq: e.Seq, Leaf: l.Hash(), At: e.At}, err
	}
	return audit.Restored{}, nil
}

// signed signs a checkpoint.
func (w *Workspace) signed(c audit.Checkpoint) (out service.Checkpoint, err error) {
	s, err := w.signer(signsCheckpoints)
	if err != nil {
		return out, err
	}
	if out.Key, err = audit.CheckpointKey(c.Origin, s.public); err != nil {
		return out, err
	}
	out.Signed, err = c.Sign(s.public, func(message []byte) ([]byte, error) {
		return s.Sign(nil, message, &ed25519.Options{Hash: crypto.Hash(0)})
	})
	return out, err
}

// ProveEvent gives the proof that an event is in the log: see audit.VerifyProof. It tells nothing of the others but how many there are. Errors:
// event_unknown, forbidden, session_ended; not_authentic where the log does not have it as it was; folder.
func (a *Admin) ProveEvent(ctx context.Context, seq int64) (proof []byte, err error) {
	err = a.view(ctx, func(tx store.ReadTx) error {
		e, err := eventAt(tx, seq)
		if err != nil {
			return err
		}
		l, err := a.s.w.journal.Leaf(e)
		if err != nil {
			return err
		}
		c, err := a.s.w.checkpoint(tx, 0)
		if err != nil {
			return err
		}
		signed, err := a.s.w.signed(c)
		if err != nil {
			return err
		}
		proof, err = audit.ProveEvent(l, c, signed.Signed, tx.Trees)
		if errors.Is(err, audit.ErrBroken) {
			err = enough(err)
		}
		return err
	})
	return proof, service.Explain(err)
}

// LogCode is the code of the log as of its newest event, for whoever runs the server to tell others: see audit.Checkpoint.Short. Errors: keychain and
// folder.
func (w *Workspace) LogCode(ctx context.Context) (event int64, code string, err error) {
	err = w.view(ctx, func(tx store.ReadTx) error {
		c, err := w.checkpoint(tx, 0)
		event, code = c.Size, c.Short()
		return err
	})
	return event, code, service.Explain(err)
}
