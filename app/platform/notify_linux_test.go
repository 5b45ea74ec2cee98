package platform

import (
	"errors"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// desktopOf is a desktop that shows notifications: the side of the bus that is not ours.
type desktopOf struct {
	conn  *dbus.Conn
	shown chan note
	gone  chan uint32
	last  uint32
}

type note struct {
	id, replaces uint32
	app, text    string
	actions      []string
	hints        map[string]dbus.Variant
}

func (d *desktopOf) Notify(app string, replaces uint32, _, _, text string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	id := replaces
	if id == 0 {
		d.last++
		id = d.last
	}
	d.shown <- note{id, replaces, app, text, actions, hints}
	return id, nil
}

func (d *desktopOf) CloseNotification(id uint32) *dbus.Error {
	d.gone <- id
	return nil
}

func (d *desktopOf) says(t *testing.T, name string, body ...any) {
	t.Helper()
	if err := d.conn.Emit(notifierPath, notifier+"."+name, body...); err != nil {
		t.Fatal(err)
	}
}

func newDesktop(t *testing.T, address string) *desktopOf {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	d := &desktopOf{conn: conn, shown: make(chan note, 16), gone: make(chan uint32, 16), last: 6}
	if err := conn.Export(d, notifierPath, notifier); err != nil {
		t.Fatal(err)
	}
	if got, err := conn.RequestName(notifier, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(got, err)
	}
	return d
}

func showing(t *testing.T, address string) (*Notifier, chan struct{}) {
	t.Helper()
	opened := make(chan struct{}, 16)
	n := NewNotifier(func() { opened <- struct{}{} })
	n.connect = to(address)
	t.Cleanup(n.Close)
	return n, opened
}

func within[T any](t *testing.T, what string, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal(what)
	}
	return got
}

func show(t *testing.T, n *Notifier, text string) {
	t.Helper()
	if err := n.Show("Countersign", text); err != nil {
		t.Fatal(err)
	}
}

func TestNotifier_ShowsOneAtATimeAndTakesItBack(t *testing.T) {
	t.Parallel()
	address, _ := privateBus(t, "64")
	d := newDesktop(t, address)
	n, _ := showing(t, address)
	if err := n.TakeBack(); err != nil { // there is none
		t.Fatal(err)
	}
	show(t, n, "One.")
	first := within(t, "nothing was shown", d.shown)
	if first.replaces != 0 || first.app != "Countersign" || first.text != "One." || len(first.actions) != 2 || first.actions[0] != "default" || first.hints["desktop-entry"].Value() != "countersign" {
		t.Errorf("%+v", first)
	}
	show(t, n, "Two.")
	if second := within(t, "nothing was shown", d.shown); second.replaces != first.id || second.text != "Two." {
		t.Errorf("%+v", second)
	}
	if err := n.TakeBack(); err != nil {
		t.Fatal(err)
	}
	if id := within(t, "nothing was taken back", d.gone); id != first.id {
		t.Errorf("%d was taken back", id)
	}
	show(t, n, "Three.")
	if third := within(t, "nothing was shown", d.shown); third.replaces != 0 {
		t.Errorf("%+v", third)
	}
}

func TestNotifier_OpensTheWindowForItsOwnNotificationAlone(t *testing.T) {
	t.Parallel()
	address, _ := privateBus(t, "64")
	d := newDesktop(t, address)
	n, opened := showing(t, address)
	show(t, n, "One.")
	id := within(t, "nothing was shown", d.shown).id
	d.says(t, "ActionInvoked", id+1, "default") // another program's
	d.says(t, "ActionInvoked", "default")       // no notification
	d.says(t, "NotificationClosed", id+1, uint32(2))
	d.says(t, "ActionInvoked", id, "settings") // nothing that was offered
	show(t, n, "Two.")
	id = within(t, "nothing was shown", d.shown).id
	d.says(t, "ActionInvoked", id, "default")
	within(t, "the window was not opened", opened)
	show(t, n, "Three.")
	if again := within(t, "nothing was shown", d.shown); again.replaces != 0 {
		t.Errorf("what was selected is replaced: %+v", again)
	}
	n.hear(n.conn, &dbus.Signal{Name: notifier + ".NotificationClosed", Body: []any{d.last, uint32(2)}, Sequence: n.since + 1})
	d.says(t, "ActionInvoked", d.last, "default") // it is closed
	show(t, n, "Four.")
	fourth := within(t, "nothing was shown", d.shown)
	if fourth.replaces != 0 {
		t.Errorf("what was closed is replaced: %+v", fourth)
	}
	d.says(t, "ActionInvoked", fourth.id, "default")
	within(t, "the window was not opened", opened)
	if len(opened) > 0 {
		t.Error("the window was opened for another notification")
	}
}

// A desktop may show none, and a bus may go and come back.
func TestNotifier_LooksForTheBusAgain(t *testing.T) {
	t.Parallel()
	address, stop := privateBus(t, "64")
	n, _ := showing(t, address)
	if err := n.Show("Countersign", "One."); !errors.Is(err, ErrNotNotified) {
		t.Errorf("without a desktop: %v", err)
	}
	d := newDesktop(t, address)
	show(t, n, "Two.")
	within(t, "nothing was shown", d.shown)
	stop()
	if err := n.Show("Countersign", "Three."); !errors.Is(err, ErrNotNotified) {
		t.Errorf("without a bus: %v", err)
	}
	address, _ = privateBus(t, "64")
	d = newDesktop(t, address)
	n.mu.Lock()
	n.connect = to(address)
	n.mu.Unlock()
	show(t, n, "Four.")
	if got := within(t, "nothing was shown", d.shown); got.replaces != 0 {
		t.Errorf("%+v", got)
	}
}
