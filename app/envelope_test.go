package app

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

func TestEnvelope_OpensOnceAndOnlyAsWhatItHolds(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	e := w.page.typed(holdsPassword, pass)
	text, err := w.s.current().keys.open(holdsPassword, e)
	w.ok(err)
	if text.Reveal() != pass {
		t.Errorf("opened as %q", text.Reveal())
	}
	_, err = w.s.current().keys.open(holdsPassword, e)
	w.refused(err, codeEnvelopeFailed)
	_, err = w.s.current().keys.open(holdsCode, w.page.typed(holdsPassword, pass))
	w.refused(err, codeEnvelopeFailed)
	empty, err := w.s.current().keys.open(holdsPassword, Envelope{})
	if err != nil || !empty.Empty() {
		t.Errorf("nothing typed opens as %v, %v", empty, err)
	}
}

func TestEnvelope_TamperedWithIsRefusedInWords(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	for name, change := range map[string]func(*Envelope){
		"another key":    func(e *Envelope) { e.Key = "of nobody" },
		"no key":         func(e *Envelope) { e.Key = "" },
		"not base64":     func(e *Envelope) { e.Box = "*" },
		"too short":      func(e *Envelope) { e.Box = "AAAA" },
		"empty":          func(e *Envelope) { e.Box = "" },
		"another letter": func(e *Envelope) { e.Box = flipped(t, e.Box) },
	} {
		e := w.page.typed(holdsPassword, pass)
		change(&e)
		_, err := w.auth.Auth.SignIn(email, e)
		if got := w.refused(err, codeEnvelopeFailed); !worded(got) {
			t.Errorf("%s: no words", name)
		}
	}
	_, err := w.s.current().keys.open(holdsPassword, w.page.typed(holdsPassword, "\xff"))
	w.refused(err, codeEnvelopeFailed)
}

// flipped changes the last byte.
func flipped(t *testing.T, box string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(box)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	return base64.StdEncoding.EncodeToString(raw)
}

// TestLock_ForgetsTheKeysOfEnvelopes is why messages that are left in memory stay
// closed: nothing that could open them is there any more.
func TestLock_ForgetsTheKeysOfEnvelopes(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	e := w.page.typed(holdsPassword, pass)
	w.auth.Lock(in.Token)
	w.locked("asked")
	_, err := w.auth.Auth.SignIn(email, e)
	w.refused(err, codeEnvelopeFailed)
}

func TestEnvelope_OnlyTheNewestKeysWait(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	first := w.page.typed(holdsPassword, pass)
	var last Envelope
	for range maxEnvelopeKeys {
		last = w.page.typed(holdsPassword, pass)
	}
	if n := len(w.s.current().keys.waiting); n != maxEnvelopeKeys {
		t.Errorf("%d keys wait", n)
	}
	_, err := w.s.current().keys.open(holdsPassword, first)
	w.refused(err, codeEnvelopeFailed)
	_, err = w.s.current().keys.open(holdsPassword, last)
	w.ok(err)
}

// TestEnvelope_AnswersCarryNoSecretInClear reads what crosses to the page as WebKit gets it.
func TestEnvelope_AnswersCarryNoSecretInClear(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	m := w.page.mailbox()
	_, err := w.enr.Enrolment.BeginEnable(in.Token, w.page.typed(holdsPassword, pass), PublicKey{Point: "AAAA"})
	w.refused(err, codeEnvelopeFailed) // and before anything was made
	v, err := w.enr.Enrolment.BeginEnable(in.Token, w.page.typed(holdsPassword, pass), m.PublicKey)
	phone, err := m.phone(v, err)
	w.ok(err)
	message, err := json.Marshal(v)
	w.ok(err)
	for _, part := range append([]string{phone.Path[:20]}, phone.KeyGroups...) {
		if strings.Contains(string(message), `"`+part+`"`) || len(part) > 4 && strings.Contains(string(message), part) {
			t.Errorf("%q is in %s", part, message)
		}
	}
	other := w.page.mailbox()
	if v.KeyGroups.Box == "" || other.Point == m.Point {
		t.Error("nothing crosses")
	}
}
