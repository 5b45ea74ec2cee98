package app

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// watchSystem calls lock when the screen is locked or the machine goes to sleep.
// It listens to what the common desktops say: logind for sleep and session lock,
// the two screen saver interfaces for the rest. A bus that is not there says
// nothing, and the idle time remains.
func watchSystem(ctx context.Context, lock func()) {
	signals := make(chan *dbus.Signal, 16)
	for _, connect := range []func(...dbus.ConnOption) (*dbus.Conn, error){dbus.ConnectSystemBus, dbus.ConnectSessionBus} {
		conn, err := connect(dbus.WithContext(ctx))
		if err != nil {
			continue
		}
		defer conn.Close()
		for _, m := range [][2]string{
			{"org.freedesktop.login1.Manager", "PrepareForSleep"},
			{"org.freedesktop.login1.Session", "Lock"},
			{"org.freedesktop.ScreenSaver", "ActiveChanged"},
			{"org.gnome.ScreenSaver", "ActiveChanged"},
		} {
			_ = conn.AddMatchSignal(dbus.WithMatchInterface(m[0]), dbus.WithMatchMember(m[1]))
		}
		conn.Signal(signals)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case sig := <-signals:
			if sig != nil && locks(sig) {
				lock()
			}
		}
	}
}

// locks reports whether a signal says that the person is gone: Lock always does,
// the others say so with true.
func locks(sig *dbus.Signal) bool {
	switch sig.Name {
	case "org.freedesktop.login1.Session.Lock":
		return true
	case "org.freedesktop.login1.Manager.PrepareForSleep", "org.freedesktop.ScreenSaver.ActiveChanged", "org.gnome.ScreenSaver.ActiveChanged":
		if len(sig.Body) == 1 {
			on, ok := sig.Body[0].(bool)
			return ok && on
		}
	}
	return false
}
