package computer_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"testing"

	"countersign/backend/computer"
	"countersign/backend/secret"
)

const workspace = "w"

func bytesOf(fill byte) secret.Bytes {
	return secret.NewBytes(bytes.Repeat([]byte{fill}, computer.Size))
}

func key(t *testing.T, fill byte) computer.Key {
	t.Helper()
	k, err := computer.NewKey(bytesOf(fill))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKey_IsMadeOfItsSeedAlone(t *testing.T) {
	t.Parallel()
	a, again, b := key(t, 1), key(t, 1), key(t, 2)
	if a.ID() != again.ID() || !bytes.Equal(a.SigningKey, again.SigningKey) || !bytes.Equal(a.BoxKey, again.BoxKey) {
		t.Error("two keys of one seed differ")
	}
	if a.ID() == b.ID() || len(a.ID()) != 32 || !a.Valid() || bytes.Equal(a.SigningKey, a.BoxKey) {
		t.Errorf("%s, %s", a.ID(), b.ID())
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := computer.NewKey(secret.NewBytes(make([]byte, n))); err == nil {
			t.Errorf("a seed of %d bytes is taken", n)
		}
	}
}

func TestSigned_IsForOneComputerAndOneMessage(t *testing.T) {
	t.Parallel()
	a, b := key(t, 1), key(t, 2)
	s := a.Sign([]byte("m"))
	if !a.Signed([]byte("m"), s) || !ed25519.Verify(a.SigningKey, []byte("m"), s) {
		t.Error("its own signature is refused")
	}
	if a.Signed([]byte("n"), s) || b.Signed([]byte("m"), s) || a.Signed([]byte("m"), nil) || (computer.Public{SigningKey: []byte{1}}).Signed([]byte("m"), s) {
		t.Error("another signature is taken")
	}
}

func TestSeal_HoldsBothKeysTheWorkspaceAndTheShare(t *testing.T) {
	t.Parallel()
	a, b := key(t, 1).Public, key(t, 2).Public
	seal := a.Seal(bytesOf(7), workspace)
	if !a.SealedBy(bytesOf(7), workspace, seal) {
		t.Error("its own seal is refused")
	}
	for what, bad := range map[string]bool{
		"another share":       a.SealedBy(bytesOf(8), workspace, seal),
		"another workspace":   a.SealedBy(bytesOf(7), "v", seal),
		"another box key":     computer.Public{SigningKey: a.SigningKey, BoxKey: b.BoxKey}.SealedBy(bytesOf(7), workspace, seal),
		"another signing key": computer.Public{SigningKey: b.SigningKey, BoxKey: a.BoxKey}.SealedBy(bytesOf(7), workspace, seal),
		"no seal":             a.SealedBy(bytesOf(7), workspace, nil),
		"keys moved together": computer.Public{SigningKey: append(bytes.Clone(a.SigningKey), a.BoxKey[0]), BoxKey: a.BoxKey[1:]}.SealedBy(bytesOf(7), workspace, seal),
	} {
		if bad {
			t.Errorf("%s passes", what)
		}
	}
}

func TestHandOver_OpensOnItsComputerFromWhoHadTheShareBefore(t *testing.T) {
	t.Parallel()
	a, b := key(t, 1), key(t, 2)
	box, err := a.HandOver(workspace, bytesOf(7), bytesOf(9))
	if err != nil || len(box) != computer.MaxBox || bytes.Contains(box, bytesOf(9).Reveal()) {
		t.Fatalf("%d bytes, %v", len(box), err)
	}
	next, place, err := a.TakeOver(workspace, []secret.Bytes{bytesOf(6), bytesOf(7)}, box)
	if err != nil || place != 1 || !next.Equal(bytesOf(9)) {
		t.Errorf("place %d, %v", place, err)
	}
	for what, open := range map[string]func() (secret.Bytes, int, error){
		"on another computer":  func() (secret.Bytes, int, error) { return b.TakeOver(workspace, []secret.Bytes{bytesOf(7)}, box) },
		"in another workspace": func() (secret.Bytes, int, error) { return a.TakeOver("v", []secret.Bytes{bytesOf(7)}, box) },
		"without the share":    func() (secret.Bytes, int, error) { return a.TakeOver(workspace, []secret.Bytes{bytesOf(9)}, box) },
		"with no share":        func() (secret.Bytes, int, error) { return a.TakeOver(workspace, nil, box) },
		"where a byte is changed": func() (secret.Bytes, int, error) {
			return a.TakeOver(workspace, []secret.Bytes{bytesOf(7)}, flipped(box))
		},
		"of nothing": func() (secret.Bytes, int, error) { return a.TakeOver(workspace, []secret.Bytes{bytesOf(7)}, nil) },
	} {
		if next, _, err := open(); !errors.Is(err, computer.ErrBox) || next.Len() > 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, 31), make([]byte, 32)} {
		if _, err := (computer.Public{SigningKey: a.SigningKey, BoxKey: bad}).HandOver(workspace, bytesOf(7), bytesOf(9)); err == nil {
			t.Errorf("a share is encrypted to %x", bad)
		}
	}
}

// TestTakeOver_BelievesNoShareFromWhoHasNone: whoever runs the server knows every public key, and could otherwise choose the share.
func TestTakeOver_BelievesNoShareFromWhoHasNone(t *testing.T) {
	t.Parallel()
	a := key(t, 1)
	public, err := ecdh.X25519().NewPublicKey(a.BoxKey)
	if err != nil {
		t.Fatal(err)
	}
	to, err := hpke.NewDHKEMPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	const info = "countersign share handed over v1\x00" + workspace
	for _, text := range [][]byte{bytesOf(9).Reveal(), append(bytes.Clone(bytesOf(9).Reveal()), make([]byte, 32)...), nil} {
		box, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(info), text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := a.TakeOver(workspace, []secret.Bytes{bytesOf(7), {}}, box); !errors.Is(err, computer.ErrBox) {
			t.Errorf("%d bytes are believed: %v", len(text), err)
		}
	}
}

func TestLockUnder_OpensWithItsCodeInItsWorkspace(t *testing.T) {
	t.Parallel()
	box, err := computer.LockUnder(bytesOf(1), workspace, bytesOf(9))
	if err != nil || len(box) > computer.MaxBox {
		t.Fatal(len(box), err)
	}
	if share, err := computer.UnlockUnder(bytesOf(1), workspace, box); err != nil || !share.Equal(bytesOf(9)) {
		t.Error(err)
	}
	short, err := computer.LockUnder(bytesOf(1), workspace, secret.NewBytes([]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	for what, open := range map[string]func() (secret.Bytes, error){
		"with another code":       func() (secret.Bytes, error) { return computer.UnlockUnder(bytesOf(2), workspace, box) },
		"in another workspace":    func() (secret.Bytes, error) { return computer.UnlockUnder(bytesOf(1), "v", box) },
		"where a byte is changed": func() (secret.Bytes, error) { return computer.UnlockUnder(bytesOf(1), workspace, flipped(box)) },
		"of nothing":              func() (secret.Bytes, error) { return computer.UnlockUnder(bytesOf(1), workspace, nil) },
		"of a shorter share":      func() (secret.Bytes, error) { return computer.UnlockUnder(bytesOf(1), workspace, short) },
	} {
		if share, err := open(); !errors.Is(err, computer.ErrBox) || share.Len() > 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, n := range []int{0, 16} {
		k := secret.NewBytes(make([]byte, n))
		if _, err := computer.LockUnder(k, workspace, bytesOf(9)); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
		if _, err := computer.UnlockUnder(k, workspace, box); err == nil {
			t.Errorf("a key of %d bytes opens it", n)
		}
	}
}

func TestShareID_NamesAShareAndTellsNothingOfIt(t *testing.T) {
	t.Parallel()
	if id := computer.ShareID(bytesOf(1)); len(id) != 32 || id != computer.ShareID(bytesOf(1)) || id == computer.ShareID(bytesOf(2)) {
		t.Error(id)
	}
	// A share that names itself as a computer of the same bytes would be linked with it.
	if computer.ShareID(bytesOf(1)) == (computer.Public{SigningKey: bytesOf(1).Reveal()}).ID() {
		t.Error("a share and a key of the same bytes have one name")
	}
}

func flipped(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)-1] ^= 1
	return b
}
