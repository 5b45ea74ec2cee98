package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
)

var exportedAt = time.UnixMilli(1_790_000_000_123).UTC()

// exported is a small export and the head of each of its events.
func exported(t testing.TB) (file []byte, heads []audit.Head) {
	t.Helper()
	var b bytes.Buffer
	x, err := audit.NewExporter(&b, "workspace")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range chain() {
		s.e.Detail["to"] = "Zoë <b>&\u2028 “x”\x00\xff"
		if err := x.Event(s.e, s.signature); err != nil {
			t.Fatal(err)
		}
		heads = append(heads, x.Head())
	}
	err = errors.Join(x.Person(audit.ExportPerson{ID: "a", Name: "Amara Okafor", Email: "a@example.com"}),
		x.Person(audit.ExportPerson{ID: "s", Name: "Sam", Email: "s@example.com"}), x.Close("Northwind Legal", exportedAt, 0))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), heads
}

// lines are an export's, each with its line break.
func lines(file []byte) [][]byte {
	l := bytes.SplitAfter(file, []byte("\n"))
	return l[:len(l)-1]
}

func TestVerifyExport_AcceptsTheHeadOfAnyEvent(t *testing.T) {
	t.Parallel()
	file, heads := exported(t)
	for i, h := range heads {
		noted, err := audit.ParseHead(" " + strings.ToUpper(h.String()[:20]) + " " + h.String()[20:] + "\n")
		if err != nil || noted != h {
			t.Fatalf("%s reads back as %s: %v", h, noted, err)
		}
		r, err := audit.VerifyExport(bytes.NewReader(file), &noted)
		if err != nil {
			t.Fatal(err)
		}
		if r.Since != int64(len(heads)-1-i) || r.Noted == nil {
			t.Errorf("after head %d there are %d events", i+1, r.Since)
		}
		if r.Events != 4 || r.Head != heads[3] || r.Workspace != "Northwind Legal" || r.WorkspaceID != "workspace" || !r.ExportedAt.Equal(exportedAt) {
			t.Errorf("it says %+v", r)
		}
		if !r.First.Equal(chain()[0].e.At) || !r.Last.Equal(chain()[3].e.At) {
			t.Errorf("from %s to %s", r.First, r.Last)
		}
	}
}

func TestVerifyExport_WithoutAHeadOnlyFitsItself(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	r, err := audit.VerifyExport(bytes.NewReader(file), nil)
	if err != nil || r.Noted != nil || r.Since != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestExporter_TwoExportsHaveTheSameHeads(t *testing.T) {
	t.Parallel()
	_, before := exported(t)
	x, err := audit.NewExporter(io.Discard, "workspace")
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range chain() {
		s.e.Detail["to"] = "Zoë <b>&\u2028 “x”\x00\xff"
		if err := x.Event(s.e, s.signature); err != nil {
			t.Fatal(err)
		}
		if x.Head() != before[i] {
			t.Errorf("event %d has another head", i+1)
		}
	}
}

// The whole of the form in a dozen lines, as somebody would verify it who has
// nothing of Countersign.
func TestExport_ChainIsPlainSHA256OfTheLines(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	prev := ""
	for i, line := range lines(file) {
		body, rest, ok := strings.Cut(string(line), `,"chain":"`)
		sum := sha256.Sum256([]byte(prev + body))
		prev = hex.EncodeToString(sum[:])
		if !ok || rest != prev+"\"}\n" {
			t.Fatalf("line %d is %s", i+1, line)
		}
	}
}

func TestVerifyExport_NamesTheLineOfEachChange(t *testing.T) {
	t.Parallel()
	file, heads := exported(t)
	join := func(l ...[]byte) []byte { return bytes.Join(l, nil) }
	l := lines(file)
	replace := func(i int, old, by string) []byte {
		out := lines(bytes.Clone(file))
		if !bytes.Contains(out[i], []byte(old)) {
			t.Fatalf("line %d has no %s", i+1, old)
		}
		out[i] = bytes.Replace(out[i], []byte(old), []byte(by), 1)
		return join(out...)
	}
	cases := map[string]struct {
		file []byte
		line int64
	}{
		"Empty":            {nil, 1},
		"Edited":           {replace(2, `"signed-in"`, `"2fa-enabled"`), 3},
		"EditedTime":       {replace(2, `"at":"2`, `"at":"1`), 3},
		"EditedPerson":     {replace(5, "Amara", "Amaro"), 6},
		"EditedSummary":    {replace(7, "Northwind", "Southwind"), 8},
		"EditedChain":      {replace(1, `"chain":"`, `"chain":"0`), 2},
		"EditedWorkspace":  {replace(0, `"workspace"`, `"workspice"`), 1},
		"Removed":          {join(append(l[:2:2], l[3:]...)...), 3},
		"FirstRemoved":     {join(l[1:]...), 1},
		"Reordered":        {join(l[0], l[1], l[3], l[2], l[4], l[5], l[6], l[7]), 3},
		"Doubled":          {join(l[0], l[1], l[1], l[2], l[3], l[4], l[5], l[6], l[7]), 3},
		"Added":            {join(append(l[:3:3], append([][]byte{[]byte("{\"event\":{},\"chain\":\"\"}\n")}, l[3:]...)...)...), 4},
		"AddedAfter":       {join(file, l[7]), 9},
		"BlankAfter":       {join(file, []byte("\n")), 9},
		"Blank":            {join(l[0], []byte("\n"), l[1]), 2},
		"Cut":              {join(l[:6]...), 7},
		"CutBeforePeople":  {join(l[:5]...), 6},
		"CutInALine":       {file[:len(file)-20], 8},
		"CutAtItsLastByte": {file[:len(file)-1], 8},
		"Windows":          {bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")), 1},
		"ByteOrderMark":    {join([]byte("\xef\xbb\xbf"), file), 1},
		"Spaces":           {bytes.ReplaceAll(file, []byte(`":`), []byte(`": `)), 1},
		"NotAnExport":      {[]byte("name,email,role\n"), 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, head := range []*audit.Head{nil, &heads[3]} {
				_, err := audit.VerifyExport(bytes.NewReader(c.file), head)
				var e *audit.ExportError
				if !errors.As(err, &e) || !errors.Is(err, audit.ErrExport) || e.Line != c.line {
					t.Errorf("found %v, not line %d", err, c.line)
				}
			}
		})
	}
}

// remade is an export whose chain was made anew after an edit, as anybody can.
func remade(file []byte, edit func(i int, body string) []string) []byte {
	var out bytes.Buffer
	prev := ""
	for i, line := range lines(file) {
		body, _, _ := strings.Cut(string(line), `,"chain":"`)
		for _, b := range edit(i, body) {
			sum := sha256.Sum256([]byte(prev + b))
			prev = hex.EncodeToString(sum[:])
			fmt.Fprintf(&out, "%s,\"chain\":\"%s\"}\n", b, prev)
		}
	}
	return out.Bytes()
}

func TestVerifyExport_NotedHeadFindsARemadeChain(t *testing.T) {
	t.Parallel()
	file, heads := exported(t)
	forged := remade(file, func(i int, body string) []string {
		if i == 3 {
			body = strings.Replace(body, "2fa-enabled", "2fa-disabled", 1)
		}
		return []string{body}
	})
	for i, line := range []int64{0, 0, 4, 5} {
		_, err := audit.VerifyExport(bytes.NewReader(forged), &heads[i])
		var e *audit.ExportError
		if line > 0 && (!errors.As(err, &e) || e.Line != line) {
			t.Errorf("with head %d found %v", i+1, err)
		}
	}
}

func TestVerifyExport_RemadeChainMustBeAnExport(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	cases := map[string]func(i int, body string) []string{
		"EventRemoved": func(i int, body string) []string {
			if i == 2 {
				return nil
			}
			return []string{body}
		},
		"EventDoubled": func(i int, body string) []string {
			if i == 2 {
				return []string{body, body}
			}
			return []string{body}
		},
		"LastEventRemoved": func(i int, body string) []string {
			if i == 4 {
				return nil
			}
			return []string{body}
		},
		"MemberAdded": func(i int, body string) []string {
			return []string{strings.Replace(body, `"seq":2,`, `"seq":2,"note":"x",`, 1)}
		},
		"MemberDoubled": func(i int, body string) []string {
			return []string{strings.Replace(body, `"seq":2,`, `"seq":7,"seq":2,`, 1)}
		},
		"PersonBeforeEvents": func(i int, body string) []string {
			if i == 1 {
				return []string{`{"person":{"id":"x","name":"x","email":"x"}`, body}
			}
			return []string{body}
		},
		"NewerForm": func(i int, body string) []string {
			return []string{strings.Replace(body, `"version":1`, `"version":2`, 1)}
		},
		"TwoInOne": func(i int, body string) []string {
			return []string{strings.Replace(body, `{"person":`, `{"export":{"form":"","version":1,"workspaceId":""},"person":`, 1)}
		},
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := audit.VerifyExport(bytes.NewReader(remade(file, edit)), nil); !errors.Is(err, audit.ErrExport) {
				t.Errorf("found %v", err)
			}
		})
	}
}

func TestVerifyExport_HeadPastTheEndIsRefused(t *testing.T) {
	t.Parallel()
	file, heads := exported(t)
	beyond := audit.Head{Seq: 5, Chain: heads[3].Chain}
	if _, err := audit.VerifyExport(bytes.NewReader(file), &beyond); !errors.Is(err, audit.ErrExport) {
		t.Errorf("found %v", err)
	}
}

func TestParseHead_RefusesOtherText(t *testing.T) {
	t.Parallel()
	digits := strings.Repeat("0f", 32)
	for _, s := range []string{"", ":", digits, "1", "0:" + digits, "-1:" + digits, "x:" + digits, "1:" + digits[1:], "1:" + digits + "00", "1:" + strings.Repeat("xy", 32)} {
		if _, err := audit.ParseHead(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

func TestVerifyExport_FailingReaderIsNotAChange(t *testing.T) {
	t.Parallel()
	file, _ := exported(t)
	broken := errors.New("the disk")
	_, err := audit.VerifyExport(io.MultiReader(bytes.NewReader(file[:300]), failing{broken}), nil)
	if !errors.Is(err, broken) || errors.Is(err, audit.ErrExport) {
		t.Errorf("found %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestVerifyExport_MemoryDoesNotGrowWithEvents(t *testing.T) {
	r, w := io.Pipe()
	const events = 50_000
	go func() {
		x, err := audit.NewExporter(w, "workspace")
		for i := range events {
			if err == nil {
				err = x.Event(audit.Event{Seq: int64(i + 1), At: exportedAt, Kind: "signed-in", Detail: map[string]string{"factor": "code"}}, make([]byte, 32))
			}
		}
		_ = w.CloseWithError(errors.Join(err, x.Close("w", exportedAt, 0)))
	}()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rep, err := audit.VerifyExport(r, nil)
	if err != nil || rep.Events != events {
		t.Fatal(rep.Events, err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// No bytes crash the verifier, and none verify but those of an export.
func FuzzVerifyExport(f *testing.F) {
	file, heads := exported(f)
	f.Add(file, 0, byte(0))
	f.Add(file, 200, byte(1))
	f.Add([]byte("{\"export\":{},\"chain\":\"\"}\n"), 0, byte(0))
	f.Fuzz(func(t *testing.T, raw []byte, at int, flip byte) {
		_, err := audit.VerifyExport(bytes.NewReader(raw), &heads[3])
		if err == nil && !bytes.HasPrefix(raw, bytes.Join(lines(file)[:5], nil)) {
			t.Error("another file has the noted head")
		}
		edited := bytes.Clone(file)
		edited[uint(at)%uint(len(edited))] ^= flip
		if _, err := audit.VerifyExport(bytes.NewReader(edited), nil); err == nil && flip != 0 {
			t.Error("an edited byte was not found")
		}
	})
}

func TestHead_IsTheSameAfterJSON(t *testing.T) {
	t.Parallel()
	_, heads := exported(t)
	for _, want := range append(heads, audit.Head{}) {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := audit.Head{Seq: 7}
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Errorf("%s became %s, %v", want, got, err)
		}
	}
	var none audit.Head
	if err := json.Unmarshal([]byte(`"0:00"`), &none); err == nil {
		t.Error("a short head was taken")
	}
}
