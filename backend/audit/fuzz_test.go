package audit_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"countersign/backend/audit"
)

// FuzzVerifier changes one event of a log that fits, in any of its parts: only
// what was signed verifies.
func FuzzVerifier(f *testing.F) {
	whole := chain()
	for _, s := range whole {
		f.Add(s.e.Seq, s.e.At.UnixMilli(), s.e.Kind, s.e.Actor, s.e.Subject, "factor", s.e.Detail["factor"], "sheet", s.e.Detail["sheet"],
			s.e.Rows[0].Key, s.e.Rows[0].Digest, s.e.State[:], s.signature)
	}
	f.Add(int64(2), int64(0), "", "", "", "", "", "", "", "", "", []byte{}, []byte{})
	f.Add(int64(-1), int64(-1), "k", "as", "", "a", "b", "a", "b", "profile", "/a00", []byte{1}, []byte{0})
	f.Fuzz(func(t *testing.T, seq, at int64, kind, actor, subject, key1, value1, key2, value2, row, digest string, state, signature []byte) {
		for i, s := range whole {
			v := audit.NewVerifier(key)
			for _, before := range whole[:i] {
				if err := v.Next(before.e, before.signature); err != nil {
					t.Fatal(err)
				}
			}
			e := audit.Event{Seq: seq, At: time.UnixMilli(at), Kind: kind, Actor: actor, Subject: subject,
				Detail: map[string]string{key1: value1, key2: value2}, Rows: []audit.Row{{Key: row, Digest: digest}}}
			copy(e.State[:], state)
			err := v.Next(e, signature)
			if err != nil && !errors.Is(err, audit.ErrBroken) {
				t.Errorf("an answer without a name: %v", err)
			}
			if same := sameEvent(e, s.e) && bytes.Equal(signature, s.signature); (err == nil) != same {
				t.Errorf("event %d: the same %v, and %v", i+1, same, err)
			}
			if v.Seq() != int64(i)+map[bool]int64{true: 1}[err == nil] {
				t.Errorf("verified up to %d", v.Seq())
			}
		}
	})
}

func sameEvent(a, b audit.Event) bool {
	if len(a.Detail) != len(b.Detail) || len(a.Rows) != len(b.Rows) {
		return false
	}
	for k, v := range a.Detail {
		if other, ok := b.Detail[k]; !ok || other != v {
			return false
		}
	}
	for i, r := range a.Rows {
		if r != b.Rows[i] {
			return false
		}
	}
	return a.Seq == b.Seq && a.At.UnixMilli() == b.At.UnixMilli() && a.Kind == b.Kind && a.Actor == b.Actor && a.Subject == b.Subject && a.State == b.State
}

// FuzzSum adds and takes away rows in any order.
func FuzzSum(f *testing.F) {
	f.Add([]byte("a"), []byte("b"), []byte{0, 1, 0, 1})
	f.Add(bytes.Repeat([]byte{0xff}, 32), bytes.Repeat([]byte{1}, 32), []byte{1, 1, 1, 0})
	f.Fuzz(func(t *testing.T, a, b, order []byte) {
		var x, y audit.Hash
		copy(x[:], a)
		copy(y[:], b)
		hashes := [2]audit.Hash{x, y}
		var sum audit.Sum
		for _, o := range order {
			sum.Add(hashes[o&1])
		}
		for i := range order { // another order
			sum.Remove(hashes[order[len(order)-1-i]&1])
		}
		if sum != (audit.Sum{}) {
			t.Errorf("what is left is %x", sum)
		}
	})
}

// FuzzParseHead reads a head that somebody copies from paper.
func FuzzParseHead(f *testing.F) {
	for _, s := range []string{"", ":", "1:", "1:00", "4:" + string(bytes.Repeat([]byte("aB"), 32)), " 4 : " + string(bytes.Repeat([]byte("0 f"), 32)), "-1:" + string(bytes.Repeat([]byte("00"), 32)), "99999999999999999999:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := audit.ParseHead(s)
		if err != nil {
			return
		}
		again, err := audit.ParseHead(h.String())
		if err != nil || again != h {
			t.Errorf("%q is read as %v, and that as %v (%v)", s, h, again, err)
		}
		if h.Seq < 0 {
			t.Errorf("%q is event %d", s, h.Seq)
		}
	})
}
