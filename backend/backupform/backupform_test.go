package backupform_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"countersign/backend/backupform"
	"countersign/backend/store"
)

// endless is a file of spaces without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestRows_WhatIsNoRowIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"{":                                backupform.ErrForm,
		`{"table":"profile","row":[]}`:     store.ErrAltered,
		`{"table":"passwords","row":{}}`:   store.ErrAltered,
		`{"table":"profile"}`:              store.ErrAltered,
		`{"table":"set","row":{"Set":[]}}`: store.ErrAltered,
	} {
		err := backupform.ReadRows(strings.NewReader(text), func(r store.Row) error { t.Errorf("%s gives %+v", text, r); return nil })
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	err := backupform.ReadRows(endless{}, func(store.Row) error { return nil })
	if !errors.Is(err, backupform.ErrForm) {
		t.Errorf("a line without an end: %v", err)
	}
}

func TestRows_AnErrorOfWhoTakesThemEndsIt(t *testing.T) {
	t.Parallel()
	full, n := errors.New("full"), 0
	lines := strings.Repeat(`{"table":"document","id":"d","row":{"ID":"d"}}`+"\n", 3)
	err := backupform.ReadRows(strings.NewReader(lines), func(r store.Row) error {
		n++
		if d, is := r.Value.(store.DocumentRow); !is || d.ID != "d" || r.Key != (store.Key{Table: "document", ID: "d"}) {
			t.Errorf("%+v", r)
		}
		return full
	})
	if !errors.Is(err, full) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

func TestLog_WhatIsNoEventIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", `{"seq":"1"}`, `{"seq":1,"state":"AAAA"}`, `{"seq":1,"state":"` + strings.Repeat("A", 4*400) + `"}`} {
		err := backupform.ReadLog(strings.NewReader(text), func(e store.SignedEvent) error { t.Errorf("%.40s gives %+v", text, e); return nil })
		if !errors.Is(err, backupform.ErrForm) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func TestItems_OfAnotherFormAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{}", `{"form":2,"items":[]}`, `{"form":1,"items":[{"value":"?"}]}`} {
		if _, err := backupform.ReadItems(strings.NewReader(text)); !errors.Is(err, backupform.ErrForm) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := backupform.ReadItems(endless{}); !errors.Is(err, backupform.ErrForm) {
		t.Errorf("a file without an end: %v", err)
	}
	if _, err := backupform.ReadItems(io.MultiReader(strings.NewReader("{"), broken{})); errors.Is(err, backupform.ErrForm) || err == nil {
		t.Errorf("a file that cannot be read: %v", err)
	}
	i, err := backupform.ReadItems(strings.NewReader(`{"form":1,"items":[{"name":"w/lock","value":"AQI="}]}`))
	if err != nil || i.ServerKey != "" || len(i.Items) != 1 || string(i.Items[0].Secret().Reveal()) != "\x01\x02" {
		t.Errorf("%+v, %v", i, err)
	}
	i.Wipe()
	if string(i.Items[0].Value) != "\x00\x00" {
		t.Error("the value is still there")
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }
