package workspace_test

import (
	"fmt"
	"testing"

	"countersign/backend/workspace"
)

func TestExplain_UnknownOutcomeIsToldBeforeItsCause(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]workspace.Code{
		workspace.ErrUnknownOutcome: workspace.CodeOutcomeUnknown,
		fmt.Errorf("%w: %w", workspace.ErrUnknownOutcome, workspace.ErrStoreFull): workspace.CodeOutcomeUnknown, // "nothing was lost" would be a guess
		workspace.ErrStoreConflict:                           workspace.CodeDatabaseBusy,
		fmt.Errorf("commit: %w", workspace.ErrStoreConflict): workspace.CodeDatabaseBusy,
		workspace.ErrStoreFull:                               workspace.CodeFolderFull,
	} {
		if got := workspace.Explain(err); !workspace.IsCode(got, want) {
			t.Errorf("%v is %v, want %s", err, got, want)
		}
	}
}
