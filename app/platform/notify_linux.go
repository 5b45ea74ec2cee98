package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// Notifies: the system can show something while the window is not in front.
const Notifies = true

// Who shows notifications: https://specifications.freedesktop.org/notification-spec.
const (
	notifier     = "org.freedesktop.Notifications"
	notifierPath = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// notifyTime is how long the desktop may take to answer.
const notifyTime = 5 * time.Second

// Notifier shows one notification at a time: a later one takes the place of the one before.
type Notifier struct {
	opened  func()
	connect func(...dbus.ConnOption) (*dbus.Conn, error)

	mu    sync.Mutex    // guards what follows, and has one be shown after another
	conn  *dbus.Conn    // once there was something to show
	shown uint32        // 0: nothing
	since dbus.Sequence // when the desktop said that it is shown: what it said before is of another with the same number
}

// NewNotifier calls opened when its person selects what is shown. Close it.
func NewNotifier(opened func()) *Notifier {
	return &Notifier{opened: opened, connect: dbus.ConnectSessionBus}
}

// Show shows a text, which has to be free of secrets, names and markup: it may be on a locked screen, and stay in a list.
func (n *Notifier) Show(title, text string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.listen(); err != nil {
		return errors.Join(ErrNotNotified, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), notifyTime)
	defer cancel()
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant("countersign"), "urgency": dbus.MakeVariant(byte(1))}
	call := n.conn.Object(notifier, notifierPath).CallWithContext(ctx, notifier+".Notify", 0, title, n.shown, "countersign", title, text, []string{"default", ""}, hints, int32(-1))
	if err := call.Store(&n.shown); err != nil {
		n.shown = 0
		return errors.Join(ErrNotNotified, err)
	}
	n.since = call.ResponseSequence
	return nil
}

// TakeBack removes what is shown.
func (n *Notifier) TakeBack() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.shown == 0 || n.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), notifyTime)
	defer cancel()
	call := n.conn.Object(notifier, notifierPath).CallWithContext(ctx, notifier+".CloseNotification", 0, n.shown)
	n.shown = 0
	return call.Err
}

// Close lets go of the bus.
func (n *Notifier) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil {
		_ = n.conn.Close()
		n.conn = nil
	}
}

// listen has a bus that is heard. It is called with n.mu held.
func (n *Notifier) listen() error {
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	n.conn, n.shown = nil, 0
	conn, err := n.connect()
	if err != nil {
		return fmt.Errorf("the session bus: %w", err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	err = conn.AddMatchSignal(dbus.WithMatchObjectPath(notifierPath), dbus.WithMatchInterface(notifier), dbus.WithMatchSender(notifier))
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	n.conn = conn
	go func() { // until the connection ends, which closes the channel
		for sig := range signals {
			n.hear(conn, sig)
		}
	}()
	return nil
}

// hear takes what the desktop says of a notification: others' are none of ours.
func (n *Notifier) hear(conn *dbus.Conn, sig *dbus.Signal) {
	var id, why uint32
	var action string
	switch sig.Name {
	case notifier + ".ActionInvoked":
		if dbus.Store(sig.Body, &id, &action) != nil {
			return
		}
	case notifier + ".NotificationClosed":
		if dbus.Store(sig.Body, &id, &why) != nil {
			return
		}
	default:
		return
	}
	n.mu.Lock()
	ours := n.conn == conn && id != 0 && id == n.shown && sig.Sequence > n.since
	if ours && (action == "" || action == "default") {
		n.shown = 0
	}
	n.mu.Unlock()
	if ours && action == "default" {
		n.opened()
	}
}
