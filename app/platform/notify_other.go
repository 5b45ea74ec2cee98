//go:build !linux

package platform

// Notifies: nothing is shown here yet.
const Notifies = false

// Notifier shows nothing here.
type Notifier struct{}

// NewNotifier gives one that shows nothing.
func NewNotifier(func()) *Notifier { return &Notifier{} }

// Show refuses.
func (*Notifier) Show(string, string) error { return ErrNotNotified }

// TakeBack has nothing to do.
func (*Notifier) TakeBack() error { return nil }

// Close has nothing to do.
func (*Notifier) Close() {}
