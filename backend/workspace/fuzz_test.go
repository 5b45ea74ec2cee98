package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/sqlite"
)

// fuzzFixture is the workspace of a fuzz target, with 2FA on and ten active codes.
type fuzzFixture struct {
	clock   *clock
	secrets *keychain.Memory
	store   *sqlite.Store
	w       *client.Local
	phone   phone
	codes   []string
}

func (h *fuzzFixture) config() local.Config {
	return local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes}
}

func newFuzzFixture(f *testing.F) *fuzzFixture {
	f.Helper()
	ctx := context.Background()
	h := &fuzzFixture{clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)}, secrets: keychain.NewMemory()}
	var err error
	ok := func() {
		f.Helper()
		if err != nil {
			f.Fatal(err)
		}
	}
	h.store, err = sqlite.Open(ctx, filepath.Join(f.TempDir(), "workspace.db"))
	ok()
	f.Cleanup(func() { _ = h.store.Close() })
	h.w, err = local.Open(ctx, h.config())
	ok()
	s, err := h.w.Create(ctx, northwind)
	ok()
	shown, err := s.BeginEnable(ctx, secret.NewText(pass))
	ok()
	h.phone = phone{key: strings.Join(shown.Groups, ""), clock: h.clock}
	issued, err := s.Confirm(ctx, secret.NewText(h.phone.code()))
	ok()
	h.codes = display(issued)
	err = s.Continue(ctx)
	ok()
	return h
}

// worded sees to it that a refusal has words and quotes nothing that was typed.
func worded(t *testing.T, err error, typed ...string) {
	t.Helper()
	if err == nil {
		return
	}
	var e *service.Error
	if !errors.As(err, &e) || message(e) == string(e.Code) || strings.ContainsAny(message(e), "{}") {
		t.Fatalf("refused without words: %v", err)
	}
	for _, s := range typed {
		if len(s) > 20 && strings.Contains(message(e), s) {
			t.Errorf("%s quotes what was typed", e.Code)
		}
	}
}

// FuzzSignIn signs in with anything: email, password, and a second factor in
// both places for one.
func FuzzSignIn(f *testing.F) {
	for _, s := range [][3]string{
		{email, pass, "000000"}, {strings.ToUpper(email), pass, "123 456"}, {" " + email, "not the password at all", ""}, {"nobody@example.com", pass, "ABCD-EFGH-JKMN-PQRS"},
		{email, pass, "１２３４５６"}, {email, pass, "٠١٢٣٤٥"}, {email, pass, "+87082"}, {email, pass, "2.8708"}, {email, pass, "12345\x00"}, {email, pass, "123\u00a0456"},
		{email, pass, "123456\n"}, {email, pass, strings.Repeat("1", 1000)}, {"", "", ""}, {"\xff", "\xff", "\xff"}, {email, pass, "abcd efgh jkmn pqrs"}, {"a\x00@b.c", "p\x00", "oil0-oil0-oil0-oil0"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	h := newFuzzFixture(f)
	var turn sync.Mutex
	f.Fuzz(func(t *testing.T, who, pw, code string) {
		turn.Lock()
		defer turn.Unlock()
		h.clock.step(2 * time.Hour) // over every pause
		ctx := t.Context()
		s, c, err := h.w.SignIn(ctx, who, secret.NewText(pw))
		worded(t, err, who, pw)
		if s != nil {
			t.Fatalf("%q and %q opened by themselves", who, pw)
		}
		if c == nil {
			if err == nil {
				t.Fatal("neither a yes nor a no")
			}
			if who == email && pw == pass {
				t.Fatalf("the right password is refused: %v", err)
			}
			c = h.challenge(t)
		}
		s, err = c.Verify(ctx, secret.NewText(code))
		worded(t, err, code)
		if s != nil && strings.ReplaceAll(code, " ", "") != h.phone.code() {
			t.Fatalf("the code %q opened", code)
		}
		s, err = c.Recover(ctx, secret.NewText(code))
		worded(t, err, code)
		if s != nil {
			t.Fatalf("the recovery code %q opened", code)
		}
		_, err = h.challenge(t).Recover(ctx, secret.NewText("")) // what is empty costs nothing
		if !service.IsCode(err, service.CodeRecoveryRequired) {
			t.Errorf("nothing at all is answered with %v", err)
		}
	})
}

// challenge gives the right password, once every pause is over.
func (h *fuzzFixture) challenge(t *testing.T) *client.Challenge {
	t.Helper()
	h.clock.step(2 * time.Hour)
	_, c, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	if err != nil || c == nil {
		t.Fatalf("the right password: %v", err)
	}
	return c
}

// FuzzAnchor starts with anything in the anchor's place.
func FuzzAnchor(f *testing.F) {
	h := newFuzzFixture(f)
	name := ""
	for _, n := range h.secrets.Names() {
		if strings.HasSuffix(n, "/anchor") {
			name = n
		}
	}
	good, err := h.secrets.Get(context.Background(), name)
	if err != nil {
		f.Fatal(err)
	}
	changed := func(at int, b byte) []byte {
		c := bytes.Clone(good.Reveal())
		c[at] ^= b
		return c
	}
	for _, b := range [][]byte{
		nil, {0}, good.Reveal(), make([]byte, good.Len()), bytes.Repeat([]byte{0xff}, good.Len()), good.Reveal()[1:],
		changed(7, 1), changed(0, 0x80), changed(8, 1), changed(47, 1), changed(40, 0x80), changed(good.Len()-1, 1),
	} {
		f.Add(b)
	}
	var turn sync.Mutex
	f.Fuzz(func(t *testing.T, anchor []byte) {
		turn.Lock()
		defer turn.Unlock()
		if len(anchor) > keychain.MaxValue {
			return
		}
		if err := h.secrets.Set(t.Context(), name, secret.NewBytes(anchor)); err != nil {
			t.Fatal(err)
		}
		_, err := local.Open(t.Context(), h.config())
		worded(t, err)
		after, getErr := h.secrets.Get(t.Context(), name)
		if getErr != nil {
			t.Fatal(getErr)
		}
		if err != nil && !bytes.Equal(after.Reveal(), anchor) {
			t.Error("an anchor that does not fit was healed")
		}
		if err == nil && !bytes.HasPrefix(after.Reveal(), good.Reveal()[:40]) {
			t.Error("what opens is not anchored")
		}
		if bytes.Equal(anchor, good.Reveal()) && err != nil {
			t.Errorf("the right anchor: %v", err)
		}
	})
}
