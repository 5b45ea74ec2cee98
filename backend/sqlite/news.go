package sqlite

import "countersign/backend/audit"

func (t *tx) EventsAbout(subject string, after int64, fn func(audit.Event) error) error {
	return t.events(selectEvents+"WHERE subject = ? AND actor NOT IN ('', subject) AND seq > ? ORDER BY seq DESC",
		func(e audit.Event, _ []byte) error { return fn(e) }, subject, after)
}

func (t *tx) SheetsIssued(after int64, fn func(audit.Event) error) error {
	return t.events(selectEvents+"WHERE seq > ? AND kind IN ('run-sheet-issued', 'run-sheets-issued') ORDER BY seq DESC",
		func(e audit.Event, _ []byte) error { return fn(e) }, after)
}

func (t *tx) EventsOf(subject string, fn func(audit.Event) error) error {
	return t.events(selectEvents+"WHERE subject = ? ORDER BY seq DESC", func(e audit.Event, _ []byte) error { return fn(e) }, subject)
}

// KitEvents names the index, which is used only where the kinds stand as in it.
func (t *tx) KitEvents(after int64, fn func(audit.Event) error) error {
	return t.events(selectEvents+"INDEXED BY events_of_kit WHERE kind IN ('emergency-kit-made', 'emergency-kit-used') AND seq > ? ORDER BY seq DESC",
		func(e audit.Event, _ []byte) error { return fn(e) }, after)
}
