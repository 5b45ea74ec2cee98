package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"countersign/backend/secret"
)

func TestSecret_PrintsAsElidedWithEachVerb(t *testing.T) {
	t.Parallel()
	type holder struct {
		B secret.Bytes
		T secret.Text
		P *secret.Text
		b secret.Bytes // fmt does not ask unexported fields
		t secret.Text
	}
	text := secret.NewText("hunter2hunter2")
	h := holder{secret.NewBytes([]byte("hunter2hunter2")), text, &text, secret.NewBytes([]byte("hunter2hunter2")), text}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb, h)
		fmt.Fprintf(&out, verb, h.B)
		fmt.Fprintf(&out, verb, h.T)
	}
	raw, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(raw)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "b", h.B, "t", h.T, "h", h)
	for _, form := range []string{"hunter2", "68756e74", "68756E74", "104 117"} {
		if strings.Contains(out.String(), form) {
			t.Errorf("printed %q: %s", form, out.String())
		}
	}
	if !strings.Contains(out.String(), secret.Elided) {
		t.Error("nothing says that something was elided")
	}
}

func TestWipe_LeavesZerosInEachCopy(t *testing.T) {
	t.Parallel()
	a := secret.NewBytes([]byte{1, 2, 3})
	b := a
	a.Wipe()
	if !b.Equal(secret.NewBytes([]byte{0, 0, 0})) {
		t.Error("a copy still holds the secret")
	}
}

func TestConfined_PassesOnResultAndPanic(t *testing.T) {
	t.Parallel()
	sum := 0
	secret.Confined(func() { sum = 1 + 2 })
	if sum != 3 {
		t.Errorf("got %d", sum)
	}
	defer func() {
		if recover() != "fault" {
			t.Error("a panic is lost")
		}
	}()
	secret.Confined(func() { panic("fault") })
}
