package keychain_test

import (
	"bytes"
	"testing"

	"countersign/backend/keychain"
	"countersign/backend/keychain/contracttest"
	"countersign/backend/secret"
	"countersign/backend/store"
)

func TestMemory_KeepsTheContract(t *testing.T) {
	t.Parallel()
	contracttest.Keep(t, func(*testing.T) store.Secrets { return keychain.NewMemory() })
}

func TestFoldCase_NamesHaveNoCapitalsAndStayDifferent(t *testing.T) {
	t.Parallel()
	if got := keychain.FoldCase("01HZ/aB.c"); got != "01_h_z/a_b.c" {
		t.Errorf("folded to %q", got)
	}
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
