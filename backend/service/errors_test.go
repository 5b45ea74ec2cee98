package service_test

import (
	"fmt"
	"testing"

	"countersign/backend/service"
	"countersign/backend/store"
)

func TestExplain_UnknownOutcomeIsToldBeforeItsCause(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]service.Code{
		store.ErrUnknownOutcome: service.CodeOutcomeUnknown,
		fmt.Errorf("%w: %w", store.ErrUnknownOutcome, store.ErrFull): service.CodeOutcomeUnknown, // "nothing was lost" would be a guess
		store.ErrConflict: service.CodeDatabaseBusy,
		fmt.Errorf("commit: %w", store.ErrConflict): service.CodeDatabaseBusy,
		store.ErrFull: service.CodeFolderFull,
	} {
		if got := service.Explain(err); !service.IsCode(got, want) {
			t.Errorf("%v is %v, want %s", err, got, want)
		}
	}
}
