package workspace

import (
	"context"
	"errors"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
)

// VerifyLog holds every event of the log against its signature, from the first, their
// number against the newest's, and the log against the keychain's anchor. A log
// that does not fit is a report, not an error. What is appended meanwhile is left
// for the next time. It may be cancelled. Errors: forbidden, session_ended;
// keychain and folder.
func (a *Admin) VerifyLog(ctx context.Context, progress service.Progress) (service.LogReport, error) {
	if err := a.view(ctx, nothing); err != nil { // before the lock: who may not is not kept waiting
		return service.LogReport{}, err
	}
	return a.s.w.verifyLog(ctx, a.view, progress)
}

func nothing(store.ReadTx) error { return nil }

// VerifyLog is Admin.VerifyLog for whoever runs the server that the workspace is on, and who needs no session. Errors: keychain and folder.
func (w *Workspace) VerifyLog(ctx context.Context, progress service.Progress) (service.LogReport, error) {
	return w.verifyLog(ctx, w.view, progress)
}

// viewing reads one state of a workspace, as far as whoever reads may.
type viewing func(context.Context, func(store.ReadTx) error) error

func (w *Workspace) verifyLog(ctx context.Context, view viewing, progress service.Progress) (service.LogReport, error) {
	c, err := w.journal.CheckLog(ctx)
	if err != nil {
		return service.LogReport{}, service.Explain(err)
	}
	err = view.walk(ctx, c.Head.Seq, progress, func(e store.SignedEvent) error {
		c.Event(e)
		return nil
	})
	if err != nil && !errors.Is(err, audit.ErrBroken) {
		return service.LogReport{}, err
	}
	if _, gone := w.integrity(); gone != nil { // wiped in between: what was found says nothing
		return service.LogReport{}, refuse(service.CodeSessionEnded)
	}
	if err != nil {
		c.Unreadable()
	} else {
		c.End()
	}
	r := service.LogReport{Events: c.Head.Seq, Checked: c.Checked, HeadAt: c.Head.At, Breaks: c.Breaks, First: c.First}
	r.Taken, err = view.taken(ctx, c.Accepted)
	return r, err
}

// taken resolves the names of the owners who went on.
func (view viewing) taken(ctx context.Context, accepted []audit.Event) (taken []service.LogEntry, err error) {
	if len(accepted) == 0 {
		return nil, nil
	}
	err = view(ctx, func(tx store.ReadTx) (err error) {
		taken, err = matcher{q: service.LogQuery{Steps: true}}.entries(tx, people{}, accepted)
		return err
	})
	return taken, err
}

// walk hands on the events from the first to the one numbered end, in order. It
// reads them some at a time, and hands them on between: a slow taker holds
// nothing, and a session that ends in between ends the walk. An event that
// cannot be read is audit.ErrBroken.
func (view viewing) walk(ctx context.Context, end int64, progress service.Progress, take func(e store.SignedEvent) error) error {
	var after int64
	for after < end {
		var chunk []store.SignedEvent
		var unreadable error
		err := view(ctx, func(tx store.ReadTx) error {
			chunk, unreadable = nil, nil
			rows := 0
			for e, err := range tx.Events(after) {
				if errors.Is(err, audit.ErrBroken) {
					unreadable = err
					return nil
				}
				if err != nil {
					return err
				}
				if e.Seq > end || len(chunk) == logChunk || rows > 50*logChunk {
					return nil
				}
				chunk, rows = append(chunk, e), rows+len(e.Rows)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, e := range chunk {
			if err := take(e); err != nil {
				return err
			}
			after = e.Seq
		}
		if unreadable != nil {
			return unreadable
		}
		if len(chunk) == 0 {
			break
		}
		if progress != nil {
			progress(min(after, end), end)
		}
	}
	return nil
}
