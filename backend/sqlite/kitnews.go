package sqlite

import (
	"errors"
	"strings"

	"countersign/backend/audit"
	"countersign/backend/workspace"
)

func (t *tx) LastEventAbout(subject string, kinds ...string) (seq int64, err error) {
	args := []any{subject}
	for _, k := range kinds {
		args = append(args, k)
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(kinds)), ",")
	err = t.row("SELECT seq FROM events WHERE subject = ? AND kind IN ("+marks+") ORDER BY seq DESC LIMIT 1", args, &seq)
	if errors.Is(err, workspace.ErrNotFound) {
		return 0, nil
	}
	return seq, err
}

// KitEvents names the index, which is used only where the kinds stand as in it.
func (t *tx) KitEvents(after int64, fn func(audit.Event) error) error {
	return t.events(selectEvents+"INDEXED BY events_of_kit WHERE kind IN ('emergency-kit-made', 'emergency-kit-used') AND seq > ? ORDER BY seq DESC",
		func(e audit.Event, _ []byte) error { return fn(e) }, after)
}
