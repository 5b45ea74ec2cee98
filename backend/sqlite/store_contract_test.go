package sqlite_test

import (
	"path/filepath"
	"testing"

	"countersign/backend/store"
	"countersign/backend/store/storetest"
)

func TestStore_KeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) (one, other store.Store) {
		path := filepath.Join(t.TempDir(), "workspace.db")
		return open(t, path), open(t, path)
	})
}
