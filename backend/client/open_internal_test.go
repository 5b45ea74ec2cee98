package client

import (
	"errors"
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

func TestUnreadable_OnlyADocumentsOwnBytesAreDamage(t *testing.T) {
	t.Parallel()
	other := errors.New("another fault")
	for _, c := range []struct {
		err  error
		want service.Code
	}{{vault.ErrDocument, service.CodeDocumentDamaged}, {vault.ErrNoKey, service.CodeDocumentDamaged}, {store.ErrBlobsFailed, service.CodeFolderFailed}, {store.ErrBlobMissing, service.CodeDocumentMissing}} {
		if got := unreadable(c.err); !service.IsCode(got, c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	if got := unreadable(other); got != other {
		t.Errorf("what has no words became %v", got)
	}
}
