package journal

import (
	"errors"
	"sync"
	"time"

	"countersign/backend/store"
)

// Clock is the time of day, and the time that the log gives.
type Clock struct {
	wall func() time.Time

	mu  sync.Mutex
	seq int64
	at  time.Time // of the newest event that any transaction has seen
}

// NewClock makes a clock of the computer's own.
func NewClock(wall func() time.Time) *Clock { return &Clock{wall: wall} }

// behindSlack is how far the clock may stand before the newest event: two
// computers that write to one folder, or one that was ahead until it asked the
// network. Within it, time stands still.
const behindSlack = 5 * time.Minute

// Wall is the time of day as the computer has it, for what lasts minutes and for
// verification codes. It is without the monotonic reading, which stands still
// while the computer sleeps.
func (c *Clock) Wall() time.Time { return c.wall().Round(0) }

// Reading is the time of day with the monotonic reading, if there is one, for what has gone by since another.
func (c *Clock) Reading() time.Time { return c.wall() }

// Newest is when the newest event was.
func (c *Clock) Newest() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Now is the time for all that is written down or has a date: the wall clock, and
// never before the newest event of the log. A clock that is set back thus neither revives a
// code that has expired, nor lifts a date that has come, nor dates an event before another.
func (c *Clock) Now() time.Time {
	now, newest := c.Wall(), c.Newest()
	if now.Before(newest) {
		return newest
	}
	return now
}

// Behind reports whether the clock stands before the newest event by more than can
// be let pass. It has been set back, or was ahead for a while.
func (c *Clock) Behind() bool { return c.Wall().Before(c.Newest().Add(-behindSlack)) }

// ErrClock means that the clock shows a time that has no form.
var ErrClock = errors.New("the clock shows a time that cannot be written down")

// Check is ErrClock where the clock shows a time that has no form. One before 1970 is
// none of a row's: the newest event's counts.
func (c *Clock) Check() error {
	if year := c.Wall().UTC().Year(); year < 1 || year > store.LastYear {
		return ErrClock
	}
	return nil
}

// see takes a head in. An older one is of a snapshot from before.
func (c *Clock) see(h store.Head) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h.Seq >= c.seq {
		c.seq, c.at = h.Seq, h.At
	}
}

// look takes in the head that a transaction sees: another process may have written.
func (c *Clock) look(tx store.ReadTx) (store.Head, error) {
	head, err := tx.Head()
	if err == nil {
		c.see(head)
	}
	return head, err
}
