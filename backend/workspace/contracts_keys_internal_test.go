package workspace

import (
	"bytes"
	"errors"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/vault"
)

// wrapping is a key that wraps, of one byte over and over.
func wrapping(b byte) secret.Bytes { return secret.NewBytes(bytes.Repeat([]byte{b}, 32)) }

func newVault(t *testing.T) vault.Keys {
	t.Helper()
	keys, err := vault.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func holderOf(t *testing.T, holder string, keys vault.Keys) VaultKey {
	t.Helper()
	k, _, err := newHolder(holder, wrapping(1), keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestNewHolder_KeyOfAnotherLengthWrapsNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 31, 33} {
		if _, _, err := newHolder("profile/a", secret.NewBytes(make([]byte, n)), vault.Keys{}); err == nil {
			t.Errorf("a key of %d bytes wraps", n)
		}
	}
}

func TestGive_NobodyIsGivenKeysWithoutARecipient(t *testing.T) {
	t.Parallel()
	k := VaultKey{Holder: "profile/a", Recipient: "age1"}
	if err := give(&k, newVault(t)); !errors.Is(err, vault.ErrRecipient) || k.Generation != 0 || len(k.Ciphertext) > 0 {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestUnlock_WhatDoesNotOpenOrBelongIsAnError(t *testing.T) {
	t.Parallel()
	keys := newVault(t)
	row := holderOf(t, "profile/a", keys)
	h, err := unlock(row, wrapping(1))
	if err != nil || h.own.Recipient() != row.Recipient || h.keys.Generation() != 1 {
		t.Fatalf("its own key: %v", err)
	}
	if _, err := unlock(row, wrapping(2)); !errors.Is(err, vault.ErrWrap) {
		t.Errorf("another key: %v", err)
	}
	other := row
	other.Recipient = holderOf(t, "profile/b", keys).Recipient
	if _, err := unlock(other, wrapping(1)); err == nil {
		t.Error("another's recipient is taken")
	}
	row.Ciphertext = []byte("no keys")
	if _, err := unlock(row, wrapping(1)); !errors.Is(err, vault.ErrCiphertext) {
		t.Errorf("keys that do not open: %v", err)
	}
}

// saver keeps what is saved, and can do nothing else.
type saver struct {
	WriteTx
	saved []VaultKey
}

func (s *saver) SaveVaultKey(k VaultKey) error {
	s.saved = append(s.saved, k)
	return nil
}

func TestSealTo_EncryptsToAllOrNone(t *testing.T) {
	t.Parallel()
	keys := newVault(t)
	a, b := holderOf(t, "profile/a", vault.Keys{}), holderOf(t, "profile/b", vault.Keys{})
	sealed, err := sealTo([]VaultKey{a, b}, keys)
	if err != nil || len(sealed["profile/a"].Ciphertext) == 0 || len(sealed["profile/b"].Ciphertext) == 0 {
		t.Errorf("%v, %v", sealed, err)
	}
	b.Recipient = "age1"
	if sealed, err := sealTo([]VaultKey{a, b}, keys); !errors.Is(err, vault.ErrRecipient) || sealed != nil {
		t.Errorf("one without a recipient: %v, %v", sealed, err)
	}
}

func TestSealedKeys_AreForTheKeyPairTheyWereSealedTo(t *testing.T) {
	t.Parallel()
	keys := newVault(t)
	same, changed, came := holderOf(t, "profile/a", vault.Keys{}), holderOf(t, "profile/b", vault.Keys{}), holderOf(t, "profile/c", vault.Keys{})
	sealed, err := sealTo([]VaultKey{same, changed}, keys)
	if err != nil {
		t.Fatal(err)
	}
	changed.Recipient = holderOf(t, "profile/b", vault.Keys{}).Recipient
	tx := &saver{}
	if err := sealed.give(tx, []VaultKey{same, changed, came}, keys); err != nil || len(tx.saved) != 3 {
		t.Fatalf("%d, %v", len(tx.saved), err)
	}
	for i, k := range tx.saved {
		before := sealed[k.Holder].Ciphertext
		if k.Generation != 1 || len(k.Ciphertext) == 0 || bytes.Equal(k.Ciphertext, before) != (i == 0) {
			t.Errorf("%s: %d bytes, generation %d", k.Holder, len(k.Ciphertext), k.Generation)
		}
	}
	for _, none := range []string{"", "age1"} {
		tx, came := &saver{}, came
		came.Recipient = none
		if err := sealed.give(tx, []VaultKey{came}, keys); !errors.Is(err, vault.ErrRecipient) || len(tx.saved) > 0 {
			t.Errorf("recipient %q: %d saved, %v", none, len(tx.saved), err)
		}
	}
}
