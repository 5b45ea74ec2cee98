package audit_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/audit"
)

// at edits one line of an export, of which the chain is made again afterwards.
func at(line int, edit func(body string) []string) func(int, string) []string {
	return func(i int, body string) []string {
		if i == line-1 {
			return edit(body)
		}
		return []string{body}
	}
}

// swap replaces something that has to be there.
func swap(t *testing.T, old, by string) func(string) []string {
	return func(body string) []string {
		if !strings.Contains(body, old) {
			t.Errorf("%s is not in %s", old, body)
		}
		return []string{strings.Replace(body, old, by, 1)}
	}
}

func gone(string) []string { return nil }

func before(line string) func(string) []string {
	return func(body string) []string { return []string{line, body} }
}

// refusedAt expects a file to be refused at one line, for one reason.
func refusedAt(t *testing.T, file []byte, line int64, why string) {
	t.Helper()
	rep, err := audit.VerifyExport(bytes.NewReader(file), nil)
	var e *audit.ExportError
	if !errors.As(err, &e) || e.Line != line || !strings.Contains(e.Why, why) {
		t.Errorf("found %v; want line %d, %q", err, line, why)
	}
	if rep != (audit.Report{}) {
		t.Errorf("it still says %+v", rep)
	}
}

// Whoever edits an export can make its chain again: the form has to hold by itself, each part for
// its own reason.
func TestVerifyExport_RemadeChainOfBadFormIsRefused(t *testing.T) {
	t.Parallel()
	file, heads := exported(t)
	const (
		start   = `"export":{"form":"countersign audit log","version":1,"workspaceId":"workspace"}`
		person  = `"person":{"id":"x","name":"x","email":"x"}`
		event   = `"event":{"seq":1,"at":"2026-01-01T00:00:00.000Z","kind":"","actor":"","subject":"","detail":{},"rows":[],"state":"","seal":""}`
		summary = `"summary":{"workspace":"","exportedAt":"2026-01-01T00:00:00.000Z","events":0,"head":"","brokenAt":0}`
	)
	head := heads[3].String()
	// Lines 1 start, 2 to 5 events, 6 and 7 people, 8 summary.
	cases := map[string]struct {
		edit func(int, string) []string
		line int64
		why  string
	}{
		"NotJSON":            {at(3, swap(t, `"seq":2`, `"seq":`)), 3, "form of an export"},
		"OtherType":          {at(3, swap(t, `"seq":2`, `"seq":"2"`)), 3, "form of an export"},
		"UnknownMember":      {at(3, swap(t, `"seq":2`, `"seq":2,"note":"x"`)), 3, "form of an export"},
		"TwoValues":          {at(3, func(body string) []string { return []string{body + "} {"} }), 3, "form of an export"},
		"Space":              {at(3, swap(t, `"seq":2`, `"seq": 2`)), 3, "canonical form"},
		"MemberTwice":        {at(3, swap(t, `"seq":2`, `"seq":7,"seq":2`)), 3, "canonical form"},
		"Escaped":            {at(3, swap(t, `<b>`, `\u003cb>`)), 3, "canonical form"},
		"EmptyFirst":         {at(1, func(string) []string { return []string{"{"} }), 1, "not the first"},
		"OtherForm":          {at(1, swap(t, `"countersign audit log"`, `"another log"`)), 1, "another form"},
		"NewerVersion":       {at(1, swap(t, `"version":1`, `"version":2`)), 1, "another form"},
		"EventFirst":         {at(1, gone), 1, "not the first"},
		"PersonFirst":        {at(1, before("{"+person)), 1, "not the first"},
		"SummaryFirst":       {at(1, before("{"+summary)), 1, "not the first"},
		"StartAndEvent":      {at(1, func(body string) []string { return []string{body + "," + event} }), 1, "not the first"},
		"StartAndPerson":     {at(1, func(body string) []string { return []string{body + "," + person} }), 1, "not the first"},
		"StartAndSummary":    {at(1, func(body string) []string { return []string{body + "," + summary} }), 1, "not the first"},
		"StartTwice":         {at(2, before("{"+start)), 2, "does not belong"},
		"EventAndPerson":     {at(2, func(body string) []string { return []string{body + "," + person} }), 2, "does not belong"},
		"EventAndSummary":    {at(2, func(body string) []string { return []string{body + "," + summary} }), 2, "does not belong"},
		"PersonAndSummary":   {at(6, func(body string) []string { return []string{body + "," + summary} }), 6, "does not belong"},
		"Nothing":            {at(6, before("{")), 6, "does not belong"},
		"EventAfterPeople":   {at(2, before("{"+person)), 3, "after the people"},
		"EventMissing":       {at(3, gone), 3, "event 3 where 2"},
		"EventTwice":         {at(3, func(body string) []string { return []string{body, body} }), 4, "event 2 where 3"},
		"EventWithoutATime":  {at(3, swap(t, `"at":"2026-`, `"at":"2026/`)), 3, "no time"},
		"SummaryWithoutTime": {at(8, swap(t, `"exportedAt":"2026-`, `"exportedAt":"2026/`)), 8, "no time"},
		"OtherCount":         {at(8, swap(t, `"events":4`, `"events":3`)), 8, "tells of 3 events"},
		"NoSummary":          {at(8, gone), 8, "cut off before its summary"},
		"CutSummary":         {at(8, swap(t, `"head":"`+head, `"head":"`+heads[2].String())), 8, "tells of 4 events"},
		"AddedAfter":         {at(8, func(body string) []string { return []string{body, "{" + person} }), 9, "follows the summary"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remade := remade(file, c.edit)
			if name == "CutSummary" || name == "OtherCount" {
				// The heads of the events are the same: only what the summary says is another.
				if !bytes.HasPrefix(remade, bytes.Join(lines(file)[:5], nil)) {
					t.Fatal("more was changed than the summary")
				}
			}
			refusedAt(t, remade, c.line, c.why)
		})
	}
}

func TestVerifyExport_EndOfALineIsReadToTheLastByte(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	first := lines(file)[0]
	for name, c := range map[string]struct{ old, by, why string }{
		"NoChain":     {`,"chain":"`, `,"chaim":"`, "does not end with a chain value"},
		"NoEnd":       {`"}` + "\n", `"]` + "\n", "does not end with a chain value"},
		"NoBrace":     {`"}` + "\n", `""` + "\n", "does not end with a chain value"},
		"OtherChain":  {`,"chain":"`, `,"chain":"0`, ""},
		"Capitals":    {string(first[len(first)-30:]), strings.ToUpper(string(first[len(first)-30:])), "does not fit the chain"},
		"NoLineBreak": {"\n", "", "was cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := bytes.Replace(first, []byte(c.old), []byte(c.by), 1)
			if bytes.Equal(changed, first) {
				t.Fatal("nothing was changed")
			}
			refusedAt(t, changed, 1, c.why)
		})
	}
	if _, err := audit.VerifyExport(bytes.NewReader(first[:20]), nil); err == nil || err.Error() != "line 1 was cut off" {
		t.Errorf("a line that was cut off: %v", err)
	}
	refusedAt(t, nil, 1, "is missing")
	refusedAt(t, []byte("\n"), 1, "does not end with a chain value")
	refusedAt(t, first, 2, "is missing")
}

func TestVerifyExport_DiskThatFailsAfterTheSummaryIsItsError(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	broken := errors.New("the disk")
	rep, err := audit.VerifyExport(io.MultiReader(bytes.NewReader(file), failing{broken}), nil)
	if !errors.Is(err, broken) || errors.Is(err, audit.ErrExport) || rep != (audit.Report{}) {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestVerifyExport_LineHasItsMostBytesAndNoMore(t *testing.T) {
	t.Parallel()
	line := bytes.Repeat([]byte("a"), audit.MaxLine+2)
	line[audit.MaxLine] = '\n'
	refusedAt(t, line[:audit.MaxLine+1], 1, "does not end with a chain value")
	line[audit.MaxLine], line[audit.MaxLine+1] = 'a', '\n'
	refusedAt(t, line, 1, "longer than")
}

func TestExporter_WritesTheLongestLineAndNoLonger(t *testing.T) {
	t.Parallel()
	var longest int64
	write := func(size int) error {
		var n counting
		x, err := audit.NewExporter(&n, "workspace")
		if err != nil {
			t.Fatal(err)
		}
		e := chain()[0].e
		e.Detail = map[string]string{"to": strings.Repeat("a", size)}
		if err := x.Event(e, nil); err != nil {
			return err
		}
		longest = int64(n) + 64<<10 // but for what is buffered
		return nil
	}
	short := len(`{"event":{"seq":1,"at":"2026-05-28T20:26:40.000Z","kind":"workspace-created","actor":"a","subject":"s","detail":{"to":""},`+
		`"rows":[{"key":"profile/a","digest":"00"}],"state":"","seal":""},"chain":""}`) + 64 + 64
	if err := write(audit.MaxLine - short); err != nil || longest < audit.MaxLine {
		t.Errorf("the longest line, %d bytes: %v", longest, err)
	}
	if err := write(audit.MaxLine - short + 1); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a byte more is written: %v", err)
	}
}

// counting counts what is written to it.
type counting int64

func (n *counting) Write(b []byte) (int, error) {
	*n += counting(len(b))
	return len(b), nil
}

func TestExporter_DiskThatFailsIsTheErrorOfEachLine(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	big := strings.Repeat("a", 100<<10) // more than is buffered
	if _, err := audit.NewExporter(refusing{full}, big); !errors.Is(err, full) {
		t.Errorf("NewExporter: %v", err)
	}
	for name, write := range map[string]func(x *audit.Exporter) error{
		"Event":  func(x *audit.Exporter) error { return x.Event(audit.Event{Seq: 1, Kind: big}, nil) },
		"Person": func(x *audit.Exporter) error { return x.Person(audit.ExportPerson{Name: big}) },
		"Close":  func(x *audit.Exporter) error { return x.Close("w", exportedAt, 0) },
		"BigEnd": func(x *audit.Exporter) error { return x.Close(big, exportedAt, 0) },
	} {
		x, err := audit.NewExporter(refusing{full}, "workspace")
		if err != nil {
			t.Fatal(err)
		}
		if err := write(x); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

func TestExport_SaysMarkupAsItIs(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	if !bytes.Contains(file, []byte("<b>&")) {
		t.Error("markup is escaped")
	}
}

func TestParseHead_SaysWhichPartIsWrong(t *testing.T) {
	t.Parallel()
	digits := strings.Repeat("0f", 32)
	for s, why := range map[string]string{
		"1":                              "SEQ:HEX",
		"":                               "SEQ:HEX",
		"0:" + digits:                    "number of an event",
		"99999999999999999999:" + digits: "number of an event",
		"x:" + digits:                    "number of an event",
		"1:" + digits + "0":              "hexadecimal digits",
		"1:" + digits + "zz":             "hexadecimal digits",
		"1:" + digits[2:]:                "hexadecimal digits",
	} {
		if _, err := audit.ParseHead(s); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.30q: %v; want %q", s, err, why)
		}
	}
	if h, err := audit.ParseHead("1:" + digits); err != nil || h.Seq != 1 {
		t.Errorf("the first event: %v, %v", h, err)
	}
}

// A changed encoding would break the log of every workspace. Python's hmac gives the same value.
func TestSign_IsTheSignatureOfToday(t *testing.T) {
	t.Parallel()
	e := chain()[1].e
	e.Rows = append(e.Rows, audit.Row{Key: "factor/a"})
	const want = "ac4b93f05b1a54bb3e6f1558e63bfca1bc21056ab3080e7136aa7543d0392ee9"
	if got := hex.EncodeToString(audit.Sign(key, chain()[0].signature, e)); got != want {
		t.Errorf("%s", got)
	}
}

func TestSign_PartsCannotChangePlaces(t *testing.T) {
	t.Parallel()
	signature := func(e audit.Event) string { return string(audit.Sign(key, nil, e)) }
	for name, pair := range map[string][2]audit.Event{
		"KindAndActor":    {{Kind: "ab", Actor: "c"}, {Kind: "a", Actor: "bc"}},
		"ActorAndSubject": {{Actor: "ab", Subject: "c"}, {Actor: "a", Subject: "bc"}},
		"KeyAndValue":     {{Detail: map[string]string{"ab": "c"}}, {Detail: map[string]string{"a": "bc"}}},
		"KeyAndDigest":    {{Rows: []audit.Row{{Key: "ab", Digest: "c"}}}, {Rows: []audit.Row{{Key: "a", Digest: "bc"}}}},
		"DetailAndRow":    {{Detail: map[string]string{"a": "b"}}, {Rows: []audit.Row{{Key: "a", Digest: "b"}}}},
	} {
		if signature(pair[0]) == signature(pair[1]) {
			t.Errorf("%s: two events have one seal", name)
		}
	}
}

func TestRowHash_KeyAndContentCannotChangePlaces(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("\x00", 8) // as long as the number before each part
	for _, between := range []string{"", zeros} {
		if audit.RowHash(key, "a"+between+"b", []byte("c")) == audit.RowHash(key, "a", []byte("b"+between+"c")) {
			t.Error("two rows have one hash")
		}
	}
}

func TestVerifier_GapIsNamedBeforeTheSeal(t *testing.T) {
	t.Parallel()
	log := chain()
	e := log[1].e
	e.Seq = 3
	v := audit.ResumeVerifier(key, 1, log[0].signature)
	if err := v.Next(e, audit.Sign(key, log[0].signature, e)); !errors.Is(err, audit.ErrBroken) || v.Seq() != 1 {
		t.Errorf("an event that was left out: %v, at %d", err, v.Seq())
	}
}
