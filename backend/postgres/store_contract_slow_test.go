//go:build slow

package postgres_test

import (
	"testing"

	"countersign/backend/store"
	"countersign/backend/store/storetest"
)

func TestStore_KeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) (one, other store.Store) {
		connString := migrated(t)
		return open(t, connString).Workspace("w"), open(t, connString).Workspace("w")
	})
}
