package audit

import (
	"fmt"
	"time"
)

// Mismatch says what was found where the store is not the one that this program left.
// It holds no secret.
type Mismatch struct {
	Findings []Finding `json:"findings"`
	LastGood time.Time `json:"lastGood"` // of the newest event that fits; zero: none does
	Head     int64     `json:"head"`     // the log's newest event
	Anchor   int64     `json:"anchor"`   // what the keychain says is the newest

	Acceptable bool `json:"acceptable"` // an owner's account is as the keychain knows it
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

// Error makes a Mismatch a cause.
func (r *Mismatch) Error() string {
	s := fmt.Sprintf("head %d, anchor %d, last good %s:", r.Head, r.Anchor, r.LastGood.Format(time.RFC3339))
	for _, f := range r.Findings {
		s += fmt.Sprintf(" %s %s %d;", f.Kind, f.Key, f.Seq)
	}
	return s
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
	BreakEventChanged  LogBreakKind = "event-changed"  // it is not what was signed
	BreakEventMissing  LogBreakKind = "event-missing"  // removed or moved
	BreakUnreadable    LogBreakKind = "unreadable"     // not in the form of an event; nothing after it was looked at
	BreakCount         LogBreakKind = "count"          // there are events outside the numbering
	BreakOlderCopy     LogBreakKind = "older-copy"     // it ends before the anchor
	BreakAnchor        LogBreakKind = "anchor"         // the anchored event is another one
	BreakAnchorMissing LogBreakKind = "anchor-missing" // the keychain has no anchor
)

// Add notes a finding.
func (r *Mismatch) Add(f Finding) { r.Findings = append(r.Findings, f) }
