package journal

import (
	"context"
	"errors"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// LogCheck holds a log against its signatures and the anchor, event by event. Give it each
// event from the first to that numbered Head.Seq, and then End. It keeps the key: what
// it finds after the key was wiped says nothing.
type LogCheck struct {
	Head     store.Head
	Checked  int64 // events that were looked at
	Breaks   int64
	First    *audit.LogBreak // nil: there is none
	Accepted []audit.Event   // where an owner took the rows as they were; without the rows

	v          *audit.Verifier
	tree       *audit.TreeCheck
	resume     func(after Place)
	count      int64
	anchor     Place
	unanchored bool
	last       time.Time
	onChain    bool
}

// CheckLog begins a check of the log as it is at one moment.
func (j *Journal) CheckLog(ctx context.Context) (*LogCheck, error) {
	c := &LogCheck{}
	err := j.key(func(key secret.Bytes) {
		c.tree = audit.NewTreeCheck(key)
		c.resume = func(after Place) { c.v = audit.ResumeVerifier(key, after.Seq, after.Signature) }
	})
	if err != nil {
		return nil, err
	}
	c.resume(Place{})
	err = j.store.Exclusive(ctx, func() error {
		a, _, err := j.readAnchor(ctx)
		if c.unanchored = errors.Is(err, store.ErrSecretMissing); err != nil && !c.unanchored {
			return err
		}
		c.anchor = a.Head
		return j.View(ctx, func(tx store.ReadTx) (err error) {
			if c.Head, err = tx.Head(); err != nil {
				return err
			}
			c.count, err = tx.CountEvents()
			return err
		})
	})
	return c, err
}

func (c *LogCheck) found(b audit.LogBreak) {
	c.Breaks++
	if c.First == nil {
		b.Last = c.last
		c.First = &b
	}
}

// Event checks the next event. After a break the chain is taken up again, so
// that one changed event is one break and not the end.
func (c *LogCheck) Event(e store.SignedEvent) {
	c.Checked++
	signature, inTree := e.Signature, c.tree.Next(e.Event, e.Signature, e.Tree)
	if e.Seq == c.anchor.Seq {
		c.onChain = string(signature) == string(c.anchor.Signature)
	}
	if next := c.v.Seq() + 1; e.Seq != next {
		c.found(audit.LogBreak{Kind: audit.BreakEventMissing, Seq: next})
	} else if c.v.Next(e.Event, signature) != nil || !inTree {
		c.found(audit.LogBreak{Kind: audit.BreakEventChanged, Seq: e.Seq, At: e.At})
	} else {
		c.last = e.At
		if e.Kind == KindAccepted {
			e.Rows = nil
			c.Accepted = append(c.Accepted, e.Event)
		}
		return
	}
	c.resume(Place{e.Seq, signature})
}

// Unreadable says that the next event is not in the form of one.
func (c *LogCheck) Unreadable() {
	c.found(audit.LogBreak{Kind: audit.BreakUnreadable, Seq: c.v.Seq() + 1})
}

// End checks what only the whole log tells.
func (c *LogCheck) End() {
	if c.v.Seq() < c.Head.Seq {
		c.found(audit.LogBreak{Kind: audit.BreakEventMissing, Seq: c.v.Seq() + 1})
	}
	if c.count != c.Checked {
		c.found(audit.LogBreak{Kind: audit.BreakCount, Seq: c.count})
	}
	switch {
	case c.unanchored:
		c.found(audit.LogBreak{Kind: audit.BreakAnchorMissing})
	case c.Head.Seq < c.anchor.Seq:
		c.found(audit.LogBreak{Kind: audit.BreakOlderCopy, Seq: c.Head.Seq, At: c.Head.At})
	case c.anchor.Seq > 0 && !c.onChain:
		c.found(audit.LogBreak{Kind: audit.BreakAnchor, Seq: c.anchor.Seq})
	}
}
