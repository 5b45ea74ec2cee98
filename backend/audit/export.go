package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// An export is a log as JSON lines that can be verified without the workspace
// and without its key. Each line is one object of two members, the second of
// which is its chain value:
//
//	{"export":{…},"chain":"…"}     first: the form and the workspace's ID
//	{"event":{…},"chain":"…"}      one for each event, in order, without gaps
//	{"person":{…},"chain":"…"}     one for each person whom the events name
//	{"summary":{…},"chain":"…"}    last: how many events, and the head
//
//	chain(n) = SHA-256(chain(n−1) in hexadecimal ‖ line n before `,"chain":"`)
//
// with nothing before the first; `,"chain":"` occurs once in a line. The first
// line and those of the events depend on nothing but the log, so every export of
// one workspace gives the same chain value for the same event. That value with
// its sequence number is a Head: who has noted one elsewhere knows later that the
// events up to it are the same.
const (
	exportForm    = "countersign audit log"
	exportVersion = 1
	chainMember   = `,"chain":"`
	tailSize      = len(chainMember) + 2*sha256.Size + len(`"}`)
)

// MaxLine is how long a line of an export may be, in bytes. The longest is that
// of an owner who accepts a changed database, with a digest for every row.
const MaxLine = 64 << 20

// Head is an event's chain value in an export. Noted elsewhere, it fixes
// everything up to that event.
type Head struct {
	Seq   int64
	Chain [sha256.Size]byte
}

// String is the form in which a head is noted: "SEQ:HEX".
func (h Head) String() string {
	return strconv.FormatInt(h.Seq, 10) + ":" + hex.EncodeToString(h.Chain[:])
}

// ParseHead reads what String has written. Spaces within it, which a copy from
// paper may have, and capitals do not matter.
func ParseHead(s string) (h Head, err error) {
	number, digits, ok := strings.Cut(strings.Join(strings.Fields(s), ""), ":")
	if !ok {
		return h, errors.New("a head has the form SEQ:HEX")
	}
	if h.Seq, err = strconv.ParseInt(number, 10, 64); err != nil || h.Seq < 1 {
		return h, fmt.Errorf("a head begins with the number of an event, not %q", number)
	}
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != len(h.Chain) {
		return h, fmt.Errorf("a head ends with %d hexadecimal digits", 2*len(h.Chain))
	}
	copy(h.Chain[:], b)
	return h, nil
}

// MarshalText makes it a string in JSON, too.
func (h Head) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is its inverse: unlike ParseHead it takes the head of no event, which is zero.
func (h *Head) UnmarshalText(text []byte) (err error) {
	if *h = (Head{}); string(text) == h.String() {
		return nil
	}
	*h, err = ParseHead(string(text))
	return err
}

// ExportPerson says who stands behind an ID, as of the export. No head covers
// it, since people change their names.
type ExportPerson struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// ExportSummary ends an export.
type ExportSummary struct {
	Workspace  string `json:"workspace"` // its name
	ExportedAt string `json:"exportedAt"`
	Events     int64  `json:"events"`
	Head       string `json:"head"` // as Head.String writes it
	// BrokenAt is the first event that did not fit its signature when the log was
	// exported, which only the workspace's key can tell; 0: all did.
	BrokenAt int64 `json:"brokenAt"`
}

// exportStart is the first line's content.
type exportStart struct {
	Form    string `json:"form"`
	Version int    `json:"version"`
	ID      string `json:"workspaceId"`
}

// exportEvent is an event as a line has it. Rows, state and signature are there so
// that nothing of the event is missing; they say nothing without the key.
type exportEvent struct {
	Seq       int64             `json:"seq"`
	At        string            `json:"at"`
	Kind      string            `json:"kind"`
	Actor     string            `json:"actor"`
	Subject   string            `json:"subject"`
	Detail    map[string]string `json:"detail"`
	Rows      []Row             `json:"rows"`
	State     string            `json:"state"`
	Signature string            `json:"seal"`
}

// exportLine is a line without its chain value: one of the four is set.
type exportLine struct {
	Start   *exportStart   `json:"export,omitempty"`
	Event   *exportEvent   `json:"event,omitempty"`
	Person  *ExportPerson  `json:"person,omitempty"`
	Summary *ExportSummary `json:"summary,omitempty"`
}

// exportTime is RFC 3339 with milliseconds, UTC.
const exportTime = "2006-01-02T15:04:05.000Z"

// Exporter writes an export: the events in order, then the people, then Close.
// Its memory does not grow with the log.
type Exporter struct {
	w    *bufio.Writer
	prev []byte // hexadecimal
	head Head
}

// NewExporter begins an export of the workspace with this ID.
func NewExporter(w io.Writer, workspaceID string) (*Exporter, error) {
	x := &Exporter{w: bufio.NewWriterSize(w, 64<<10)}
	_, err := x.line(exportLine{Start: &exportStart{exportForm, exportVersion, valid(workspaceID)}})
	return x, err
}

// Event writes the next event with its signature.
func (x *Exporter) Event(e Event, signature []byte) error {
	detail := make(map[string]string, len(e.Detail))
	for k, v := range e.Detail {
		detail[valid(k)] = valid(v)
	}
	rows := make([]Row, 0, len(e.Rows))
	for _, r := range e.Rows {
		rows = append(rows, Row{valid(r.Key), valid(r.Digest)})
	}
	chain, err := x.line(exportLine{Event: &exportEvent{
		Seq: e.Seq, At: e.At.UTC().Format(exportTime), Kind: valid(e.Kind), Actor: valid(e.Actor), Subject: valid(e.Subject),
		Detail: detail, Rows: rows, State: hex.EncodeToString(e.State[:]), Signature: hex.EncodeToString(signature),
	}})
	x.head = Head{Seq: e.Seq, Chain: chain}
	return err
}

// Head is that of the newest event written; its Seq is 0 before the first.
func (x *Exporter) Head() Head { return x.head }

// Person writes who stands behind an ID.
func (x *Exporter) Person(p ExportPerson) error {
	_, err := x.line(exportLine{Person: &ExportPerson{valid(p.ID), valid(p.Name), valid(p.Email)}})
	return err
}

// Close writes the summary and hands on what is buffered. It does not close the
// writer beneath.
func (x *Exporter) Close(workspaceName string, at time.Time, brokenAt int64) error {
	_, err := x.line(exportLine{Summary: &ExportSummary{
		Workspace: valid(workspaceName), ExportedAt: at.UTC().Format(exportTime), Events: x.head.Seq, Head: x.head.String(), BrokenAt: brokenAt,
	}})
	return errors.Join(err, x.w.Flush())
}

func (x *Exporter) line(l exportLine) (chain [sha256.Size]byte, err error) {
	body, err := encode(l)
	if err != nil {
		return chain, err
	}
	body = body[:len(body)-1] // the chain value takes the place of the closing brace
	if len(body)+tailSize > MaxLine {
		return chain, fmt.Errorf("an event of %d bytes is too long for an export", len(body))
	}
	chain = link(x.prev, body)
	x.prev = hex.AppendEncode(x.prev[:0], chain[:])
	for _, part := range [][]byte{body, []byte(chainMember), x.prev, []byte("\"}\n")} {
		if _, err := x.w.Write(part); err != nil {
			return chain, err
		}
	}
	return chain, nil
}

// link is the chain value of a line after the one whose value is prev.
func link(prev, body []byte) (chain [sha256.Size]byte) {
	h := sha256.New()
	h.Write(prev)
	h.Write(body)
	h.Sum(chain[:0])
	return chain
}

// encode is the canonical form: members in the order of their types, those of a
// map sorted, no space, nothing escaped that need not be.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// valid replaces what is not UTF-8, which JSON cannot say and only a database
// that was tampered with holds.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// strict decodes without tolerance for members that are not ours.
func strict(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one value")
	}
	return nil
}
