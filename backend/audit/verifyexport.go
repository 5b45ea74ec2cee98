package audit

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrExport is wrapped by everything that VerifyExport finds wrong with a file,
// as opposed to errors of reading it.
var ErrExport = errors.New("the export was changed")

// ExportError says where an export does not fit.
type ExportError struct {
	Line int64 // 1 for the first; where the file ends too soon, the line that is missing
	Why  string
}

// Error names the line.
func (e *ExportError) Error() string { return fmt.Sprintf("line %d %s", e.Line, e.Why) }

// Unwrap makes it an ErrExport.
func (e *ExportError) Unwrap() error { return ErrExport }

// Report is what an export that fits says.
type Report struct {
	WorkspaceID string    `json:"workspaceId"`
	Workspace   string    `json:"workspace"` // its name at the export; no head covers it
	ExportedAt  time.Time `json:"exportedAt"`
	Events      int64     `json:"events"`
	First       time.Time `json:"first"` // of the first event; zero without events
	Last        time.Time `json:"last"`
	Head        Head      `json:"head"`
	// Noted is the head that was given, and is in the export; nil where none was
	// given. Then the lines fit one another, and no more is known: somebody may
	// have made the whole file anew.
	Noted *Head `json:"noted"`
	// Since is how many events follow the noted head. It does not cover them.
	Since int64 `json:"since"`
	// BrokenAt is the first event that did not fit its signature at the export; 0: all did.
	BrokenAt int64 `json:"brokenAt"`
}

// VerifyExport reads an export to its end and tells what it says, or the first
// line that was edited, removed, moved, added or cut off, as an *ExportError.
// With a head that was noted elsewhere, the events up to it are those of that
// day; a nil head proves only that the lines fit one another. Its memory is that
// of the longest line, at most MaxLine.
func VerifyExport(r io.Reader, head *Head) (Report, error) {
	v := exportVerifier{r: bufio.NewReaderSize(r, 64<<10), noted: head}
	for {
		body, err := v.next()
		if err == io.EOF {
			return Report{}, v.wrong("is missing: the file was cut off before its summary")
		}
		if err != nil {
			return Report{}, err
		}
		done, err := v.take(body)
		if err != nil {
			return Report{}, err
		}
		if done {
			break
		}
	}
	if _, err := v.r.ReadByte(); err != io.EOF {
		if err != nil {
			return Report{}, err
		}
		v.line++
		return Report{}, v.wrong("follows the summary, which is the last")
	}
	return v.rep, nil
}

// exportVerifier is where the reading of an export stands.
type exportVerifier struct {
	r      *bufio.Reader
	noted  *Head
	line   int64
	buf    []byte
	prev   []byte // hexadecimal
	people bool   // the events are over
	rep    Report
}

func (v *exportVerifier) wrong(why string, args ...any) error {
	return &ExportError{max(v.line, 1), fmt.Sprintf(why, args...)}
}

// next reads a line, holds it against the chain, and gives its content as JSON.
func (v *exportVerifier) next() ([]byte, error) {
	v.line++
	v.buf = v.buf[:0]
	for {
		part, err := v.r.ReadSlice('\n')
		if len(v.buf)+len(part) > MaxLine+1 {
			return nil, v.wrong("is longer than %d bytes", MaxLine)
		}
		v.buf = append(v.buf, part...)
		if err == nil {
			break
		}
		if err == io.EOF && len(v.buf) > 0 {
			return nil, v.wrong("was cut off")
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	text := v.buf[:len(v.buf)-1]
	cut := len(text) - tailSize
	if cut < 1 || !bytes.HasPrefix(text[cut:], []byte(chainMember)) || !bytes.HasSuffix(text, []byte(`"}`)) {
		return nil, v.wrong("does not end with a chain value")
	}
	chain := link(v.prev, text[:cut])
	v.prev = hex.AppendEncode(v.prev[:0], chain[:])
	if !bytes.Equal(text[cut+len(chainMember):len(text)-2], v.prev) {
		return nil, v.wrong("does not fit the chain: it was edited or moved, or one before it was removed or added")
	}
	return append(text[:cut], '}'), nil
}

// take reads a line's content and sees that it may stand where it does.
func (v *exportVerifier) take(body []byte) (done bool, err error) {
	var l exportLine
	if err := strict(body, &l); err != nil {
		return false, v.wrong("is not in the form of an export")
	}
	if again, err := encode(l); err != nil || !bytes.Equal(again, body) {
		return false, v.wrong("is not in canonical form")
	}
	switch {
	case v.line == 1 && l.is(1, 0, 0, 0):
		if l.Start.Form != exportForm || l.Start.Version != exportVersion {
			return false, v.wrong("is that of another form, or of a newer version")
		}
		v.rep.WorkspaceID = l.Start.ID
		return false, nil
	case v.line == 1:
		return false, v.wrong("is not the first of an export")
	case l.is(0, 1, 0, 0):
		return false, v.event(l.Event)
	case l.is(0, 0, 1, 0):
		v.people = true
		return false, nil
	case l.is(0, 0, 0, 1):
		return true, v.summary(l.Summary)
	}
	return false, v.wrong("does not belong there")
}

// is reports whether of the four kinds those with a 1 are set, and no others.
func (l exportLine) is(start, event, person, summary int) bool {
	n := func(set bool) int {
		if set {
			return 1
		}
		return 0
	}
	return n(l.Start != nil) == start && n(l.Event != nil) == event && n(l.Person != nil) == person && n(l.Summary != nil) == summary
}

func (v *exportVerifier) event(e *exportEvent) error {
	if v.people {
		return v.wrong("has an event after the people")
	}
	if e.Seq != v.rep.Events+1 {
		return v.wrong("has event %d where %d should be", e.Seq, v.rep.Events+1)
	}
	at, err := time.Parse(exportTime, e.At)
	if err != nil {
		return v.wrong("has no time")
	}
	if e.Seq == 1 {
		v.rep.First = at
	}
	v.rep.Events, v.rep.Last = e.Seq, at
	v.rep.Head.Seq = e.Seq
	if _, err := hex.Decode(v.rep.Head.Chain[:], v.prev); err != nil {
		return err
	}
	if v.noted != nil && v.noted.Seq == e.Seq {
		if *v.noted != v.rep.Head {
			return v.wrong("does not have the noted head: it, or an event before it, is not the one of that day")
		}
		v.rep.Noted = v.noted
	}
	return nil
}

func (v *exportVerifier) summary(s *ExportSummary) error {
	at, err := time.Parse(exportTime, s.ExportedAt)
	switch {
	case err != nil:
		return v.wrong("has no time")
	case s.Events != v.rep.Events || s.Head != v.rep.Head.String():
		return v.wrong("tells of %d events, and there are %d", s.Events, v.rep.Events)
	case v.noted != nil && v.rep.Noted == nil:
		return v.wrong("ends the export before event %d, of which the head was noted", v.noted.Seq)
	}
	v.rep.Workspace, v.rep.ExportedAt, v.rep.BrokenAt = s.Workspace, at, s.BrokenAt
	if v.rep.Noted != nil {
		v.rep.Since = v.rep.Events - v.rep.Noted.Seq
	}
	return nil
}
