package platform

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// privateBus starts a bus of the test's own, which takes so many subscriptions.
func privateBus(t *testing.T, subscriptions string) (address string, stop func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=` + filepath.Join(dir, "bus") + `</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
<limit name="max_match_rules_per_connection">` + subscriptions + `</limit></busconfig>`
	file := filepath.Join(dir, "conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := exec.CommandContext(t.Context(), "dbus-daemon", "--nofork", "--nopidfile", "--nosyslog", "--config-file="+file, "--print-address")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() { _ = daemon.Process.Kill(); _ = daemon.Wait() }
	t.Cleanup(stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), stop
}

func to(address string) func(...dbus.ConnOption) (*dbus.Conn, error) {
	return func(opts ...dbus.ConnOption) (*dbus.Conn, error) { return dbus.Connect(address, opts...) }
}

// watching watches a bus until the test ends.
func watching(t *testing.T, connect func(...dbus.ConnOption) (*dbus.Conn, error)) (locked chan struct{}, warned chan error) {
	t.Helper()
	locked, warned = make(chan struct{}, 16), make(chan error, 16)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		watchBus(ctx, connect, time.Millisecond, func() { locked <- struct{}{} }, func(bool) {}, func(err error) { warned <- err })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return locked, warned
}

// sayUntil says that the screen is locked until it is heard: nobody tells when a
// subscription is complete.
func sayUntil(t *testing.T, address string, heard <-chan struct{}) {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		if err := conn.Emit("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", true); err != nil {
			t.Fatal(err)
		}
		select {
		case <-heard:
			return
		case <-again.C:
		}
	}
}

func TestWatch_ScreenLockIsHeard(t *testing.T) {
	t.Parallel()
	address, _ := privateBus(t, "100")
	locked, warned := watching(t, to(address))
	sayUntil(t, address, locked)
	if len(warned) > 0 {
		t.Error(<-warned)
	}
}

func TestWatch_BusIsHeardUntilItIsLost(t *testing.T) {
	t.Parallel()
	address, stop := privateBus(t, "100")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	heard := make(chan bool, 16)
	go func() {
		defer close(done)
		watchBus(ctx, to(address), time.Millisecond, func() {}, func(on bool) { heard <- on }, func(error) {})
	}()
	t.Cleanup(func() { cancel(); <-done })
	if !<-heard {
		t.Error("it is not heard")
	}
	stop()
	if <-heard {
		t.Error("it is heard, and lost")
	}

	deaf, _ := privateBus(t, "3") // of a subscription that is refused nothing is heard
	ctx, cancel2 := context.WithCancel(t.Context())
	warned := make(chan error, 16)
	done2 := make(chan struct{})
	go func() {
		defer close(done2)
		watchBus(ctx, to(deaf), time.Millisecond, func() {}, func(on bool) { heard <- on }, func(err error) { warned <- err })
	}()
	<-warned
	cancel2()
	<-done2
	if len(heard) > 0 {
		t.Errorf("a bus that refuses is heard: %t", <-heard)
	}
}

func TestWatch_BusThatCannotBeHeardIsToldOnce(t *testing.T) {
	t.Parallel()
	tries := make(chan struct{})
	missing := errors.New("no such bus")
	_, warned := watching(t, func(...dbus.ConnOption) (*dbus.Conn, error) {
		select {
		case tries <- struct{}{}:
		case <-t.Context().Done():
		}
		return nil, missing
	})
	for range 3 {
		<-tries
	}
	if err := <-warned; !errors.Is(err, missing) || len(warned) > 0 {
		t.Errorf("%v, and %d more", err, len(warned))
	}
}

func TestWatch_RefusedSubscriptionIsTold(t *testing.T) {
	t.Parallel()
	address, _ := privateBus(t, "0")
	_, warned := watching(t, to(address))
	if err := <-warned; !strings.Contains(err.Error(), "LimitsExceeded") && !strings.Contains(err.Error(), "limit") {
		t.Error(err)
	}
}

func TestWatch_RestIsHeardBesideARefusedSubscription(t *testing.T) {
	t.Parallel()
	address, _ := privateBus(t, "3") // the last one, GNOME's, is refused
	locked, warned := watching(t, to(address))
	if err := <-warned; err == nil {
		t.Error("nothing is told")
	}
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Emit("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver.ActiveChanged", true); err != nil {
		t.Fatal(err)
	}
	<-locked
}

// Both buses once shared a channel, which each of them closed: a program that went with
// its bus, or span.
func TestWatch_LostBusIsToldAndLookedForAgain(t *testing.T) {
	t.Parallel()
	first, stop := privateBus(t, "100")
	second, _ := privateBus(t, "100")
	buses := make(chan string, 2)
	buses <- first
	buses <- second
	locked, warned := watching(t, func(opts ...dbus.ConnOption) (*dbus.Conn, error) {
		return dbus.Connect(<-buses, opts...)
	})
	sayUntil(t, first, locked)
	stop()
	if err := <-warned; !errors.Is(err, errBusGone) {
		t.Error(err)
	}
	for len(locked) > 0 {
		<-locked
	}
	sayUntil(t, second, locked)
}
