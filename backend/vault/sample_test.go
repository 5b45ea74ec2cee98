package vault_test

import (
	"io"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/vault"
)

// must is for what cannot fail in a test.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newKeys(t testing.TB, generations int) vault.Keys {
	t.Helper()
	k := must[vault.Keys](t)(vault.NewKeys())
	for range generations - 1 {
		k = must[vault.Keys](t)(k.Next())
	}
	return k
}

func newIdentity(t testing.TB) vault.Identity {
	t.Helper()
	return must[vault.Identity](t)(vault.NewIdentity())
}

// kek is a key that wraps, of one byte's value.
func kek(b byte) secret.Bytes {
	key := make([]byte, 32)
	for i := range key {
		key[i] = b
	}
	return secret.NewBytes(key)
}

// stream is a document that is made as it is read, and that no two places of which are alike.
type stream struct{ left, at int64 }

func (s *stream) Read(b []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), s.left))
	for i := range b[:n] {
		x := s.at + int64(i)
		b[i] = byte(x ^ x>>8 ^ x>>16*7)
	}
	s.left -= int64(n)
	s.at += int64(n)
	return n, nil
}
