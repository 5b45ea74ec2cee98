package client

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

func newTyping(t *testing.T) *Workspace {
	t.Helper()
	return &Workspace{hashing: make(chan struct{}, 1), cost: store.Argon2id(password.Cheap)}
}

var ownShare = secret.NewBytes(bytes.Repeat([]byte{1}, password.KeySize))

var chosen = secret.NewText("tundra velvet orchard 91")

func TestDerive_WhoLeavesBeforeTheirTurnGetsNoKey(t *testing.T) {
	t.Parallel()
	w := newTyping(t)
	w.hashing <- struct{}{} // another has the turn
	ctx, leave := context.WithCancel(t.Context())
	leave()
	key, err := w.derive(ctx, chosen, make([]byte, password.SaltSize), w.cost)
	if !errors.Is(err, context.Canceled) || key.Len() != 0 {
		t.Errorf("a key of %d bytes, %v", key.Len(), err)
	}
}

// A workspace that names weaker parameters would have the password guessed.
func TestDerive_WeakParametersAreRefused(t *testing.T) {
	t.Parallel()
	w := newTyping(t)
	for _, cost := range []store.Argon2id{{}, {MemoryKiB: 1, Time: 1, Threads: 1}, {MemoryKiB: 19<<10 - 1, Time: 1, Threads: 1}, {MemoryKiB: 19 << 10, Threads: 1}, {MemoryKiB: 2 << 20, Time: 1, Threads: 1}} {
		if key, err := w.derive(t.Context(), chosen, make([]byte, password.SaltSize), cost); !errors.Is(err, password.ErrParams) || !service.IsCode(err, service.CodeTermsWeak) || key.Len() != 0 {
			t.Errorf("%+v: %v", cost, err)
		}
	}
}

func TestChoose_UnwrapsWithThePasswordShareAndLockAlone(t *testing.T) {
	t.Parallel()
	w, own, pin := newTyping(t), newIdentity(t), vault.KeysOf(2, newIdentity(t)).Pin()
	next, right, err := w.choose(t.Context(), chosen, keyPair{own: own, pin: pin}, ownShare)
	if err != nil {
		t.Fatal(err)
	}
	keys := service.OwnKeys{Lock: next.Lock, Recipient: next.KeyPair.Recipient, Wrapped: next.KeyPair.Wrapped}
	if pair, err := right.unwrap(keys); err != nil || pair.own.Recipient() != own.Recipient() || pair.pin != pin {
		t.Fatalf("%v", err)
	}
	wrong, err := w.deriveTyped(t.Context(), secret.NewText("tundra velvet orchard 92"), next.Salt, next.Params, ownShare)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := w.deriveTyped(t.Context(), chosen, next.Salt, next.Params, secret.NewBytes(bytes.Repeat([]byte{2}, password.KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	otherLock, another := keys, keys
	otherLock.Lock = secret.NewBytes(bytes.Repeat([]byte{3}, password.KeySize))
	another.Recipient = newIdentity(t).Recipient()
	for name, c := range map[string]struct {
		typed typed
		keys  service.OwnKeys
	}{"another password": {wrong, keys}, "another computer": {elsewhere, keys}, "another lock": {right, otherLock}} {
		if pair, err := c.typed.unwrap(c.keys); !errors.Is(err, vault.ErrWrap) || !pair.own.Empty() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if pair, err := right.unwrap(another); err == nil || !pair.own.Empty() {
		t.Error("another's recipient is taken")
	}
	for _, n := range []int{0, password.KeySize - 1} {
		keys.Lock = secret.NewBytes(make([]byte, n))
		if pair, err := right.unwrap(keys); err == nil || !pair.own.Empty() {
			t.Errorf("a lock of %d bytes opens", n)
		}
	}
	if again, _, err := w.choose(t.Context(), chosen, keyPair{own: own, pin: pin}, ownShare); err != nil || bytes.Equal(again.Salt, next.Salt) || again.Lock.Equal(next.Lock) || bytes.Equal(again.PublicKey, next.PublicKey) {
		t.Errorf("the same again has the same salt, lock or key: %v", err)
	}
}

func TestChoose_SaysWhatIsTooShortToStandAlone(t *testing.T) {
	t.Parallel()
	w := newTyping(t)
	for text, short := range map[string]bool{"fourteen chars": true, "fifteen chars..": false} {
		if n, typed, err := w.choose(t.Context(), secret.NewText(text), keyPair{own: newIdentity(t)}, ownShare); err != nil || n.Short != short || typed.short != short {
			t.Errorf("%q: %t, %v", text, n.Short, err)
		}
	}
}

func TestTyped_CopyOutlivesWhatItIsOf(t *testing.T) {
	t.Parallel()
	w := newTyping(t)
	a, err := w.deriveTyped(t.Context(), chosen, make([]byte, password.SaltSize), w.cost, ownShare)
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("what it is for")
	before, b := a.sign(message), a.clone()
	a.wipe()
	if !bytes.Equal(b.sign(message), before) || bytes.Equal(a.sign(message), before) || ownShare.Reveal()[0] != 1 {
		t.Error("the copy is wiped, or the first is not, or the computer's share is")
	}
}

// A new key pair in the place of one that was let go would lose the vault.
func TestOwnOrNew_SessionThatEndedGetsNone(t *testing.T) {
	t.Parallel()
	s := &Session{ended: true}
	if own, err := s.ownOrNew(); !service.IsCode(err, service.CodeSessionEnded) || !own.own.Empty() {
		t.Errorf("%v", err)
	}
	s.ended = false
	if own, err := s.ownOrNew(); err != nil || own.own.Empty() {
		t.Errorf("one whose key pair did not open: %v", err)
	}
	s.own, s.pinned = newIdentity(t), vault.KeysOf(2, newIdentity(t)).Pin()
	if own, err := s.ownOrNew(); err != nil || own.pin != s.pinned || own.own.Recipient() != s.own.Recipient() {
		t.Errorf("its own: %v", err)
	}
}

func TestEnrolling_PasswordIsLeftWithTheEnrolmentAlone(t *testing.T) {
	t.Parallel()
	w := newTyping(t)
	typed, err := w.deriveTyped(t.Context(), chosen, make([]byte, password.SaltSize), w.cost, ownShare)
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("what it is for")
	before := typed.sign(message)
	c := &Challenge{w: w, typed: typed}
	e, err := c.enrolling(struct{ service.EnrolmentSession }{}, nil)
	if err != nil || !bytes.Equal(e.typed.sign(message), before) || bytes.Equal(c.typed.sign(message), before) {
		t.Errorf("the challenge has it still, or the enrolment has not: %v", err)
	}
}

// lenient is a workspace that takes any password.
type lenient struct {
	service.Workspace
	minimum int
}

func (l lenient) MinPassword() int { return l.minimum }

func TestMinPassword_NoServerMakesItShorter(t *testing.T) {
	t.Parallel()
	for says, want := range map[int]int{-1: password.MinLengthWith2FA, 1: password.MinLengthWith2FA, password.MinLengthWith2FA: password.MinLengthWith2FA, password.MinLength: password.MinLength} {
		w := &Workspace{Workspace: lenient{minimum: says}}
		if got := w.MinPassword(); got != want {
			t.Errorf("%d, where the server says %d", got, says)
		}
	}
}
