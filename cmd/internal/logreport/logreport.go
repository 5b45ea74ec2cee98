// Package logreport says what was found in a workspace's log, as every program that verifies it prints it.
package logreport

import (
	"time"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// Verified is what --json prints.
type Verified struct {
	OK      bool      `json:"ok"`
	Events  int64     `json:"events"`
	Checked int64     `json:"checked"`
	HeadAt  time.Time `json:"headAt"`
	Breaks  int64     `json:"breaks"`
	First   *Broken   `json:"first"`
	Taken   []int64   `json:"accepted"` // events by which an owner went on with a database that did not fit
}

// Broken is the first place that does not fit.
type Broken struct {
	Kind string    `json:"kind"`
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`   // zero: the event is not there
	Last time.Time `json:"last"` // of the newest event before it that fits
}

// Of gives a report as JSON and as text.
func Of(r service.LogReport) (v Verified, text string) {
	v = Verified{OK: r.Breaks == 0, Events: r.Events, Checked: r.Checked, HeadAt: r.HeadAt, Breaks: r.Breaks, Taken: []int64{}}
	text = say(words.TerminalAuditVerifyFits, words.Args{"n": r.Events, "at": second(r.HeadAt)}) + "\n"
	if b := r.First; b != nil {
		v.First = &Broken{string(b.Kind), b.Seq, b.At, b.Last}
		text = say(words.TerminalAuditVerifyBreaks, words.Args{"n": r.Breaks, "what": breakWords(*b)}) + "\n"
	}
	for _, t := range r.Taken {
		v.Taken = append(v.Taken, t.Seq)
		text += cli.Printable(say(words.TerminalAuditVerifyAccepted, words.Args{"seq": t.Seq, "event": sentences.Event(cli.Words(), t)})) + "\n"
	}
	return v, text
}

func breakWords(b service.LogBreak) string {
	args := words.Args{"seq": b.Seq, "at": second(b.At)}
	what := say(words.TerminalAuditVerifyChanged, args)
	switch b.Kind {
	case service.BreakEventMissing:
		what = say(words.TerminalAuditVerifyMissing, args)
	case service.BreakUnreadable:
		what = say(words.TerminalAuditVerifyUnreadable, args)
	case service.BreakCount:
		return say(words.TerminalAuditVerifyOutside, nil)
	case service.BreakOlderCopy:
		return say(words.TerminalAuditVerifyOlderCopy, args)
	case service.BreakAnchor:
		return say(words.TerminalAuditVerifyAnchor, args)
	case service.BreakAnchorMissing:
		return say(words.TerminalAuditVerifyNoAnchor, nil)
	}
	if !b.Last.IsZero() {
		what = say(words.TerminalAuditVerifyLastFits, words.Args{"what": what, "at": second(b.Last)})
	}
	return what
}

func say(key words.Key, args words.Args) string { return cli.Words().Text(key, args) }

func second(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
