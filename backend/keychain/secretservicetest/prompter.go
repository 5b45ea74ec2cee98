//go:build unix

package secretservicetest

import (
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// Prompter stands in for the desktop's password dialog. gnome-keyring asks
// through the name org.gnome.keyring.SystemPrompter in the protocol of gcr,
// whose interfaces are in gcr/gcr-dbus-constants.h.
type Prompter struct {
	// Shown receives a value each time that a dialog is put on the screen.
	Shown   chan struct{}
	conn    *dbus.Conn
	dismiss bool
}

const (
	prompterName = "org.gnome.keyring.SystemPrompter"
	callback     = "org.gnome.keyring.internal.Prompter.Callback"
)

// IgnorePrompts puts a prompter on the bus whose dialogs nobody answers.
func (b *Bus) IgnorePrompts(t testing.TB) *Prompter { return b.prompter(t, false) }

// DismissPrompts puts a prompter on the bus whose dialogs are all cancelled.
func (b *Bus) DismissPrompts(t testing.TB) *Prompter { return b.prompter(t, true) }

func (b *Bus) prompter(t testing.TB, dismiss bool) *Prompter {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the bus ends with the test
	p := &Prompter{Shown: make(chan struct{}, 64), conn: conn, dismiss: dismiss}
	// Messages are answered by hand, since gcr insists on the return of a call
	// before the callback that it leads to.
	// The name comes first: an eavesdropper gets the replies to its own calls, too.
	if _, err := conn.RequestName(prompterName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	calls := make(chan *dbus.Message, 64)
	conn.Eavesdrop(calls)
	go func() {
		for m := range calls {
			if m.Type == dbus.TypeMethodCall {
				p.handle(m)
			}
		}
	}()
	return p
}

func (p *Prompter) handle(m *dbus.Message) {
	sender, _ := m.Headers[dbus.FieldSender].Value().(string)
	p.conn.Send(&dbus.Message{
		Type: dbus.TypeMethodReply,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(sender),
			dbus.FieldReplySerial: dbus.MakeVariant(m.Serial()),
		},
	}, nil)
	if len(m.Body) == 0 {
		return
	}
	path, _ := m.Body[0].(dbus.ObjectPath)
	keyring := p.conn.Object(sender, path)
	switch m.Headers[dbus.FieldMember].Value() {
	case "BeginPrompting": // it wants a dialog
		ready(keyring, "")
	case "PerformPrompt": // it says what the dialog asks for
		p.Shown <- struct{}{}
		if p.dismiss {
			ready(keyring, "no")
		}
	case "StopPrompting": // it wants the dialog gone
		keyring.Go(callback+".PromptDone", dbus.FlagNoReplyExpected, nil)
	}
}

func ready(keyring dbus.BusObject, answer string) {
	keyring.Go(callback+".PromptReady", dbus.FlagNoReplyExpected, nil, answer, map[string]dbus.Variant{}, "")
}

// Await waits for a dialog.
func (p *Prompter) Await(t testing.TB) {
	t.Helper()
	select {
	case <-p.Shown:
	case <-time.After(patience):
		t.Fatal("no prompt was shown")
	}
}
