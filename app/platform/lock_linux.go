package platform

import (
	"context"
	"errors"
	"time"

	"github.com/godbus/dbus/v5"
)

// awaySignals are what the common desktops say when the person goes: logind for sleep
// and session lock, the two screen saver interfaces for the rest.
var awaySignals = [][2]string{
	{"org.freedesktop.login1.Manager", "PrepareForSleep"},
	{"org.freedesktop.login1.Session", "Lock"},
	{"org.freedesktop.ScreenSaver", "ActiveChanged"},
	{"org.gnome.ScreenSaver", "ActiveChanged"},
}

// busPause is how long a bus that went away is left alone.
const busPause = time.Minute

// WatchLock calls lock when the screen is locked or the machine goes to sleep, until
// ctx ends. A bus that cannot be heard is told to warn; the idle time remains. hears is
// told of each that is heard from now on, and that is not heard any more.
func WatchLock(ctx context.Context, lock func(), hears func(bus string, on bool), warn func(bus string, err error)) {
	watch := func(bus string, connect func(...dbus.ConnOption) (*dbus.Conn, error)) {
		go watchBus(ctx, connect, busPause, lock, func(on bool) { hears(bus, on) }, func(err error) { warn(bus, err) })
	}
	watch(SystemBus, dbus.ConnectSystemBus)
	watch(SessionBus, dbus.ConnectSessionBus)
}

var errBusGone = errors.New("the bus has gone")

// watchBus listens to one bus. One that goes away is looked for again; what is wrong is
// told once, until it is right again.
func watchBus(ctx context.Context, connect func(...dbus.ConnOption) (*dbus.Conn, error), pause time.Duration, lock func(), hears func(bool), warn func(error)) {
	for told := false; ; {
		heard, err := listen(ctx, connect, lock, hears, warn)
		if ctx.Err() != nil {
			return
		}
		if heard || !told {
			warn(err)
			told = true
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// listen subscribes and hands on what it hears until the bus goes away, and reports
// whether it heard anything at all. What cannot be subscribed to beside the rest is told
// to warn. Each connection has a channel of its own, which it closes at its end.
func listen(ctx context.Context, connect func(...dbus.ConnOption) (*dbus.Conn, error), lock func(), hears func(bool), warn func(error)) (heard bool, err error) {
	conn, err := connect(dbus.WithContext(ctx))
	if err != nil {
		return false, err
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, s := range awaySignals {
		added := conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(s[0]), dbus.WithMatchMember(s[1]))
		err, heard = errors.Join(err, added), heard || added == nil
	}
	if !heard {
		return false, err
	}
	if err != nil {
		warn(err)
	}
	if err == nil {
		hears(true)
		defer hears(false)
	}
	for sig := range signals {
		if locks(sig) {
			lock()
		}
	}
	return true, errBusGone
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
