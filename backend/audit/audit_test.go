package audit_test

import (
	"errors"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
)

var key = secret.NewBytes([]byte("an integrity key of 32 bytes ...."))

type signed struct {
	e         audit.Event
	signature []byte
}

func chain() []signed {
	at := time.UnixMilli(1_780_000_000_000).UTC()
	var out []signed
	var prev []byte
	for i, kind := range []string{"workspace-created", "signed-in", "2fa-enabled", "signed-in"} {
		e := audit.Event{Seq: int64(i + 1), At: at.Add(time.Duration(i) * time.Second), Kind: kind, Actor: "a", Subject: "s",
			Detail: map[string]string{"factor": "code", "sheet": "1"}, Rows: []audit.Row{{Key: "profile/a", Digest: "00"}}, State: audit.Sum{1}}
		prev = audit.Sign(key, prev, e)
		out = append(out, signed{e, prev})
	}
	return out
}

func verify(k secret.Bytes, log []signed) error {
	v := audit.NewVerifier(k)
	for _, s := range log {
		if err := v.Next(s.e, s.signature); err != nil {
			return err
		}
	}
	return nil
}

func TestVerifier_AcceptsAnUntouchedLog(t *testing.T) {
	t.Parallel()
	if err := verify(key, chain()); err != nil {
		t.Fatal(err)
	}
}

func TestVerifier_FindsAnyChangeToTheLog(t *testing.T) {
	t.Parallel()
	cases := map[string]func([]signed) []signed{
		"kind":      func(l []signed) []signed { l[1].e.Kind = "2fa-disabled"; return l },
		"time":      func(l []signed) []signed { l[1].e.At = l[1].e.At.Add(time.Millisecond); return l },
		"actor":     func(l []signed) []signed { l[1].e.Actor = "b"; return l },
		"moved":     func(l []signed) []signed { l[1].e.Actor, l[1].e.Subject = "as", ""; return l },
		"detail":    func(l []signed) []signed { l[1].e.Detail["sheet"] = "2"; return l },
		"dropped":   func(l []signed) []signed { delete(l[1].e.Detail, "sheet"); return l },
		"removed":   func(l []signed) []signed { return append(l[:1], l[2:]...) },
		"first":     func(l []signed) []signed { return l[1:] },
		"reordered": func(l []signed) []signed { l[1], l[2] = l[2], l[1]; return l },
		"doubled":   func(l []signed) []signed { return append(l[:2], l[1:]...) },
		"row":       func(l []signed) []signed { l[1].e.Rows[0].Digest = "01"; return l },
		"row key":   func(l []signed) []signed { l[1].e.Rows[0].Key = "profile/b"; return l },
		"row gone":  func(l []signed) []signed { l[1].e.Rows = nil; return l },
		"state":     func(l []signed) []signed { l[1].e.State[31] ^= 1; return l },
		"seal":      func(l []signed) []signed { l[3].signature[0] ^= 1; return l },
	}
	for name, tamper := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := verify(key, tamper(chain())); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("not found: %v", err)
			}
		})
	}
}

func TestVerifier_RefusesAnotherKey(t *testing.T) {
	t.Parallel()
	if err := verify(secret.NewBytes([]byte("another key of 32 bytes ........")), chain()); !errors.Is(err, audit.ErrBroken) {
		t.Error("another key fits")
	}
}

func TestSum_IgnoresOnlyTheOrder(t *testing.T) {
	t.Parallel()
	a, b, c := audit.RowHash(key, "a", []byte("1")), audit.RowHash(key, "b", []byte("1")), audit.RowHash(key, "a", []byte("2"))
	if a == b || a == c || a == audit.RowHash(key, "a1", nil) {
		t.Fatal("two rows have one hash")
	}
	var x, y audit.Sum
	for _, h := range []audit.Hash{a, b, c} {
		x.Add(h)
	}
	for _, h := range []audit.Hash{c, b, a, b} {
		y.Add(h)
	}
	if x == y {
		t.Error("a row more makes no difference")
	}
	y.Remove(b)
	if x != y {
		t.Error("the order makes a difference")
	}
	for _, h := range []audit.Hash{b, a, c} {
		y.Remove(h)
	}
	if y != (audit.Sum{}) {
		t.Error("no rows are not zero")
	}
}
