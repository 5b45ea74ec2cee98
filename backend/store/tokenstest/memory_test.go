package tokenstest

import (
	"testing"

	"countersign/backend/store"
)

func TestMemory_KeepsTheContract(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) (one, other store.Tokens) {
		m := NewMemory()
		return m, m
	})
}
