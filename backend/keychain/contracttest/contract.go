// Package contracttest holds the contract of store.Secrets, which the system's
// keychain, its fake in memory and the secrets file keep alike. It is for tests.
package contracttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// contract has each sentence with what checks it.
var contract = []struct {
	sentence string
	check    func(*testing.T, store.Secrets)
}{
	{"what is set is read back, byte for byte", readsBack},
	{"setting a name again replaces the value", replaces},
	{"a name that was never set is missing", missing},
	{"deleting twice is fine, and the item is gone after the first", deletesTwice},
	{"names that differ in case or in their last part are different items", keepsNamesApart},
	{"a name that could be read in two ways is refused", refusesNames},
	{"a value that some system cannot hold is refused on all", refusesLargeValues},
	{"a value given out can be wiped without wiping the item", givesCopies},
	{"64 users at once each get their own", servesManyAtOnce},
	{"a call whose caller has gone does nothing", ObeysTheCaller},
}

// Keep checks each sentence of the contract. empty gives a Secrets with nothing in it.
func Keep(t *testing.T, empty func(*testing.T) store.Secrets) {
	for _, c := range contract {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			c.check(t, empty(t))
		})
	}
}

func readsBack(t *testing.T, s store.Secrets) {
	var every []byte
	for i := range 256 {
		every = append(every, byte(i))
	}
	values := map[string][]byte{
		"w/empty":   {},
		"w/binary":  every,
		"w/newline": []byte("one\ntwo\r\n"),
		"w/unicode": []byte("schlüssel 🗝 مفتاح"),
		"w/quotes":  []byte(`it's "$(quoted)"`),
		"w/largest": bytes.Repeat([]byte{0xff}, store.MaxSecret),
	}
	for name, value := range values {
		mustSet(t, s, name, value)
	}
	for name, value := range values {
		if got := mustGet(t, s, name); !bytes.Equal(got, value) {
			t.Errorf("%s: read %d bytes that are not the %d that were set", name, len(got), len(value))
		}
	}
}

func replaces(t *testing.T, s store.Secrets) {
	mustSet(t, s, "w/anchor", []byte("1"))
	mustSet(t, s, "w/anchor", []byte("2"))
	if got := mustGet(t, s, "w/anchor"); string(got) != "2" {
		t.Errorf("read %q after it was replaced by 2", got)
	}
	mustDelete(t, s, "w/anchor")
	wantMissing(t, s, "w/anchor")
}

func missing(t *testing.T, s store.Secrets) {
	mustSet(t, s, "w/there", []byte("x"))
	wantMissing(t, s, "w/not-there")
}

func deletesTwice(t *testing.T, s store.Secrets) {
	mustSet(t, s, "w/a", []byte("a"))
	mustSet(t, s, "w/b", []byte("b"))
	mustDelete(t, s, "w/a")
	wantMissing(t, s, "w/a")
	mustDelete(t, s, "w/a")
	if got := mustGet(t, s, "w/b"); string(got) != "b" {
		t.Error("deleting one item touched another")
	}
}

func keepsNamesApart(t *testing.T, s store.Secrets) {
	names := []string{"w/a", "w/A", "W/a", "w/a.1", "w/a/1", "w/a-1", "w"}
	for _, name := range names {
		mustSet(t, s, name, []byte(name))
	}
	for _, name := range names {
		if got := mustGet(t, s, name); string(got) != name {
			t.Errorf("%s holds the value of %s", name, got)
		}
	}
}

func refusesNames(t *testing.T, s store.Secrets) {
	names := []string{"", "w:a", "w a", "w_a", "w/ä", "w/\x00", "w\n", "w'a", strings.Repeat("w", 201)}
	for _, name := range names {
		if err := s.Set(t.Context(), name, secret.NewBytes([]byte("x"))); !errors.Is(err, store.ErrKeychainFailed) {
			t.Errorf("Set %q: %v", name, err)
		}
		if _, err := s.Get(t.Context(), name); !errors.Is(err, store.ErrKeychainFailed) {
			t.Errorf("Get %q: %v", name, err)
		}
		if err := s.Delete(t.Context(), name); !errors.Is(err, store.ErrKeychainFailed) {
			t.Errorf("Delete %q: %v", name, err)
		}
	}
}

func refusesLargeValues(t *testing.T, s store.Secrets) {
	value := bytes.Repeat([]byte{'x'}, store.MaxSecret+1)
	if err := s.Set(t.Context(), "w/large", secret.NewBytes(value)); !errors.Is(err, store.ErrKeychainFailed) {
		t.Errorf("Set of %d bytes: %v", len(value), err)
	}
	wantMissing(t, s, "w/large")
}

func givesCopies(t *testing.T, s store.Secrets) {
	given := secret.NewBytes([]byte("keep"))
	if err := s.Set(t.Context(), "w/copy", given); err != nil {
		t.Fatal(err)
	}
	given.Wipe()
	got, err := s.Get(t.Context(), "w/copy")
	if err != nil {
		t.Fatal(err)
	}
	got.Wipe()
	if got := mustGet(t, s, "w/copy"); string(got) != "keep" {
		t.Error("wiping a copy wiped the item")
	}
}

func servesManyAtOnce(t *testing.T, s store.Secrets) {
	var users sync.WaitGroup
	for i := range 64 {
		users.Go(func() {
			name, value := fmt.Sprintf("w/user-%d", i), []byte(fmt.Sprint("value ", i))
			if err := s.Set(t.Context(), name, secret.NewBytes(bytes.Clone(value))); err != nil {
				t.Error(err)
				return
			}
			got, err := s.Get(t.Context(), name)
			if err != nil || !bytes.Equal(got.Reveal(), value) {
				t.Errorf("%s: %v, or somebody else's value", name, err)
			}
			if err := s.Delete(t.Context(), name); err != nil {
				t.Error(err)
			}
		})
	}
	users.Wait()
}

// ObeysTheCaller checks that a call whose caller has gone does nothing.
func ObeysTheCaller(t *testing.T, s store.Secrets) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Set(ctx, "w/gone", secret.NewBytes([]byte("x"))); !errors.Is(err, context.Canceled) {
		t.Errorf("Set: %v", err)
	}
	if _, err := s.Get(ctx, "w/gone"); !errors.Is(err, context.Canceled) {
		t.Errorf("Get: %v", err)
	}
	wantMissing(t, s, "w/gone")
}

func mustSet(t *testing.T, s store.Secrets, name string, value []byte) {
	t.Helper()
	if err := s.Set(t.Context(), name, secret.NewBytes(bytes.Clone(value))); err != nil {
		t.Fatalf("set %s: %v", name, err)
	}
}

func mustGet(t *testing.T, s store.Secrets, name string) []byte {
	t.Helper()
	value, err := s.Get(t.Context(), name)
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	return value.Reveal()
}

func mustDelete(t *testing.T, s store.Secrets, name string) {
	t.Helper()
	if err := s.Delete(t.Context(), name); err != nil {
		t.Fatalf("delete %s: %v", name, err)
	}
}

func wantMissing(t *testing.T, s store.Secrets, name string) {
	t.Helper()
	if _, err := s.Get(t.Context(), name); !errors.Is(err, store.ErrSecretMissing) {
		t.Errorf("get %s: %v, want that it is missing", name, err)
	}
}
