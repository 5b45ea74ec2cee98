package workspace

import (
	"context"
	"errors"
	"time"

	"countersign/backend/audit"
	"countersign/backend/store"
)

// Progress is told how far a long act has come. It is called at most once for
// each thousand events, and must not take long.
type Progress func(done, total int64)

// LogReport is what Verify log finds.
type LogReport struct {
	Events  int64 // that the log should hold: the number of its newest
	Checked int64 // that were looked at: fewer where one could not be read
	HeadAt  time.Time
	Breaks  int64      // places that do not fit; 0: the log is as it was written
	First   *LogBreak  // the first of them
	Taken   []LogEntry // times that an owner went on with a database that did not fit
}

// LogBreak is a place where the log does not fit.
type LogBreak struct {
	Kind LogBreakKind
	Seq  int64     // of the event
	At   time.Time // of the event, as it says itself; zero where it is not there
	Last time.Time // of the newest event before it that fits; zero: none
}

// LogBreakKind says what does not fit.
type LogBreakKind string

// The kinds of break.
const (
	BreakEventChanged  LogBreakKind = "event-changed"  // it is not what was sealed
	BreakEventMissing  LogBreakKind = "event-missing"  // removed or moved
	BreakUnreadable    LogBreakKind = "unreadable"     // not in the form of an event; nothing after it was looked at
	BreakCount         LogBreakKind = "count"          // there are events outside the numbering
	BreakOlderCopy     LogBreakKind = "older-copy"     // it ends before the anchor
	BreakAnchor        LogBreakKind = "anchor"         // the anchored event is another one
	BreakAnchorMissing LogBreakKind = "anchor-missing" // the keychain has no anchor
)

// VerifyLog holds every event of the log against its seal, from the first, their
// number against the newest's, and the log against the keychain's anchor. A log
// that does not fit is a report, not an error. What is appended meanwhile is left
// for the next time. It may be cancelled. Errors: forbidden, session_ended;
// keychain and folder.
func (a *Admin) VerifyLog(ctx context.Context, progress Progress) (LogReport, error) {
	c := logCheck{names: people{}}
	head, err := a.start(ctx, &c)
	if err != nil {
		return LogReport{}, err
	}
	c.r.Events, c.r.HeadAt = head.Seq, head.At
	key, err := a.s.w.integrity()
	if err != nil {
		return LogReport{}, err
	}
	c.resume = func(seq int64, seal []byte) { c.v = audit.ResumeVerifier(key, seq, seal) }
	c.resume(0, nil)
	err = a.walk(ctx, head.Seq, progress, func(e audit.Event, seal []byte) error {
		c.event(e, seal)
		return nil
	})
	if err != nil && !errors.Is(err, audit.ErrBroken) {
		return LogReport{}, err
	}
	if _, gone := a.s.w.integrity(); gone != nil { // wiped in between: what was found says nothing
		return LogReport{}, refuse(CodeSessionEnded)
	}
	if err != nil {
		c.found(LogBreak{Kind: BreakUnreadable, Seq: c.v.Seq() + 1})
	} else {
		c.end(head)
	}
	if err := a.taken(ctx, &c); err != nil {
		return LogReport{}, err
	}
	return c.r, nil
}

// start reads head, count and anchor of one moment.
func (a *Admin) start(ctx context.Context, c *logCheck) (head Head, err error) {
	w := a.s.w
	err = a.view(ctx, func(ReadTx) error { return nil }) // before the lock: who may not is not kept waiting
	if err != nil {
		return head, err
	}
	err = w.store.Exclusive(ctx, func() error {
		var err error
		c.anchor, _, _, err = w.readAnchor(ctx)
		if c.unanchored = errors.Is(err, ErrSecretMissing); err != nil && !c.unanchored {
			return err
		}
		return w.view(ctx, func(tx ReadTx) (err error) {
			if head, err = tx.Head(); err != nil {
				return err
			}
			c.count, err = tx.CountEvents()
			return err
		})
	})
	return head, Explain(err)
}

// taken resolves the names of the owners who went on.
func (a *Admin) taken(ctx context.Context, c *logCheck) error {
	if len(c.accepted) == 0 {
		return nil
	}
	return a.view(ctx, func(tx ReadTx) error {
		m := matcher{q: LogQuery{Steps: true}}
		for _, e := range c.accepted {
			entry, _, err := m.entry(tx, c.names, e)
			if err != nil {
				return err
			}
			c.r.Taken = append(c.r.Taken, entry)
		}
		return nil
	})
}

// logCheck is where a verification stands.
type logCheck struct {
	r          LogReport
	v          *audit.Verifier
	resume     func(seq int64, seal []byte)
	count      int64
	anchor     mark
	unanchored bool
	last       time.Time
	onChain    bool
	accepted   []audit.Event
	names      people
}

func (c *logCheck) found(b LogBreak) {
	c.r.Breaks++
	if c.r.First == nil {
		b.Last = c.last
		c.r.First = &b
	}
}

// event checks the next event. After a break the chain is taken up again, so
// that one changed event is one break and not the end.
func (c *logCheck) event(e audit.Event, seal []byte) {
	c.r.Checked++
	if e.Seq == c.anchor.seq {
		c.onChain = string(seal) == string(c.anchor.seal)
	}
	if next := c.v.Seq() + 1; e.Seq != next {
		c.found(LogBreak{Kind: BreakEventMissing, Seq: next})
	} else if c.v.Next(e, seal) != nil {
		c.found(LogBreak{Kind: BreakEventChanged, Seq: e.Seq, At: e.At})
	} else {
		c.last = e.At
		if e.Kind == eventAccepted {
			e.Rows = nil
			c.accepted = append(c.accepted, e)
		}
		return
	}
	c.resume(e.Seq, seal)
}

// end checks what only the whole log tells.
func (c *logCheck) end(head Head) {
	if c.v.Seq() < head.Seq {
		c.found(LogBreak{Kind: BreakEventMissing, Seq: c.v.Seq() + 1})
	}
	if c.count != c.r.Checked {
		c.found(LogBreak{Kind: BreakCount, Seq: c.count})
	}
	switch {
	case c.unanchored:
		c.found(LogBreak{Kind: BreakAnchorMissing})
	case head.Seq < c.anchor.seq:
		c.found(LogBreak{Kind: BreakOlderCopy, Seq: head.Seq, At: head.At})
	case c.anchor.seq > 0 && !c.onChain:
		c.found(LogBreak{Kind: BreakAnchor, Seq: c.anchor.seq})
	}
}

// walk hands on the events from the first to the one numbered end, in order. It
// reads them some at a time, and hands them on between: a slow taker holds
// nothing, and a session that ends in between ends the walk. An event that
// cannot be read is audit.ErrBroken.
func (a *Admin) walk(ctx context.Context, end int64, progress Progress, take func(e audit.Event, seal []byte) error) error {
	var after int64
	for after < end {
		var chunk []store.SealedEvent
		var unreadable error
		err := a.view(ctx, func(tx ReadTx) error {
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
			if err := take(e.Event, e.Seal); err != nil {
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
