package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"countersign/backend/store"
)

// On Linux a call is prepared on a bus connection of its own before go-keyring
// makes it. go-keyring alone cannot tell a dismissed prompt from success, waits
// for ever for an unanswered one, and starts a bus where there is none. So this
// file finds the collection that go-keyring will use, and unlocks it, with the
// Secret Service API of freedesktop.org, version 0.2:
//
//	no bus, nobody on it for org.freedesktop.secrets, no collection → ErrKeychainAbsent
//	locked, and the prompt was closed or refused by a person        → ErrKeychainDismissed
//	locked, and no prompt could be shown or it was not answered     → ErrKeychainLocked
//	the service is there and does not answer                        → ErrKeychainSlow
//	the service went away during the call, or answers nonsense      → ErrKeychainFailed
//
// "A person closed it" and "it could not be shown" look alike on the bus. They
// are told apart by time: nobody closes a dialog in a tenth of a second.
//
// Unlocking is in prompt_linux.go.
//
// A collection that is locked in the moment between is left to go-keyring's own
// prompt, which the deadline bounds and the caller's read-back sees through.

const (
	ssName       = "org.freedesktop.secrets"
	ssPath       = dbus.ObjectPath("/org/freedesktop/secrets")
	ssLogin      = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	ssService    = "org.freedesktop.Secret.Service"
	ssCollection = "org.freedesktop.Secret.Collection"
	ssItem       = "org.freedesktop.Secret.Item"
	none         = dbus.ObjectPath("/") // no object, in the Secret Service
)

// limit is the deadline for go-keyring's part, for which everything is unlocked.
func limit(p patience) time.Duration { return p.answer }

// access is what a Keychain remembers between calls: the prompt that is up.
type access struct{ up *prompt }

// prepare sees to it that the Secret Service is there and that what the call is
// about is unlocked, prompting the person if need be. It is called by one at a
// time.
func (a *access) prepare(ctx context.Context, it item, p patience) error {
	address, ok := sessionBus()
	if !ok {
		return absent("there is no session bus")
	}
	s, err := connect(ctx, address, p)
	if err != nil {
		return err
	}
	defer s.close()

	collection, err := s.collection(ctx)
	if err != nil {
		return err
	}
	if err := a.open(ctx, s, collection, ssCollection); err != nil {
		return err
	}
	if !it.existing {
		return nil
	}
	items, err := s.search(ctx, collection, it)
	if err != nil || len(items) == 0 {
		return err // none is for go-keyring to report
	}
	return a.open(ctx, s, items[0], ssItem)
}

// HasSessionBus reports whether there is a session bus to speak to. Where there
// is none, no program of the person's can keep secrets.
func HasSessionBus() bool {
	_, ok := sessionBus()
	return ok
}

// sessionBus returns the session bus' address, from where godbus takes it too,
// except that it never starts a bus: one that this process starts has no keychain.
func sessionBus() (address string, ok bool) {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return a, true
	}
	u, err := user.Current()
	if err != nil {
		return "", false
	}
	socket := filepath.Join("/run/user", u.Uid, "bus")
	if _, err := os.Stat(socket); err != nil {
		return "", false
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(socket), true
}

// secretService is one connection to the bus. close ends it, and what is
// pending on it.
type secretService struct {
	conn     *dbus.Conn
	close    context.CancelFunc
	address  string
	patience patience
}

// connect opens a connection and has the bus start the service if it can.
func connect(ctx context.Context, address string, p patience) (*secretService, error) {
	// godbus' handshake has no deadline, but ends when the connection's context
	// does. A prompt's connection outlives its caller, so that context is not his.
	alive, kill := context.WithCancel(context.WithoutCancel(ctx))
	timer := time.AfterFunc(p.answer, kill)
	wanted := context.AfterFunc(ctx, kill)
	conn, err := dbus.Connect(address, dbus.WithContext(alive))
	inTime, isWanted := timer.Stop(), wanted()
	s := &secretService{conn: conn, close: kill, address: address, patience: p}
	switch {
	case !isWanted:
		err = context.Cause(ctx)
	case !inTime:
		err = slow("the session bus has not answered")
	case err != nil:
		err = absent("the session bus cannot be reached")
	default:
		err = s.wake(ctx)
	}
	if err != nil {
		kill()
		return nil, err
	}
	return s, nil
}

// wake has the bus start the service, unless it runs already: a service that
// was started by hand, which the bus could not start, is as good.
func (s *secretService) wake(ctx context.Context) error {
	var running bool
	err := s.call(ctx, s.conn.BusObject(), "org.freedesktop.DBus.NameHasOwner", []any{ssName}, &running)
	if err != nil || running {
		return err
	}
	return s.call(ctx, s.conn.BusObject(), "org.freedesktop.DBus.StartServiceByName", []any{ssName, uint32(0)})
}

// call makes one method call under the deadline for an answer.
func (s *secretService) call(ctx context.Context, o dbus.BusObject, method string, args []any, into ...any) error {
	short, cancel := context.WithTimeout(ctx, s.patience.answer)
	defer cancel()
	c := o.CallWithContext(short, method, 0, args...)
	switch {
	case c.Err == nil && len(into) == 0:
		return nil
	case c.Err == nil:
		return explainSystem(c.Store(into...))
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case short.Err() != nil:
		return slow("the Secret Service has not answered")
	}
	return explainSystem(c.Err)
}

func (s *secretService) object(path dbus.ObjectPath) dbus.BusObject {
	return s.conn.Object(ssName, path)
}

func (s *secretService) property(ctx context.Context, path dbus.ObjectPath, of, name string) (dbus.Variant, error) {
	var v dbus.Variant
	err := s.call(ctx, s.object(path), "org.freedesktop.DBus.Properties.Get", []any{of, name}, &v)
	return v, err
}

// collection finds the collection that go-keyring uses: the one called login
// where the service lists it, and else the default.
func (s *secretService) collection(ctx context.Context) (dbus.ObjectPath, error) {
	v, err := s.property(ctx, ssPath, ssService, "Collections")
	if err != nil {
		return "", err
	}
	all, _ := v.Value().([]dbus.ObjectPath)
	for _, path := range all {
		if path == ssLogin {
			return path, nil
		}
	}
	var path dbus.ObjectPath
	err = s.call(ctx, s.object(ssPath), ssService+".ReadAlias", []any{"default"}, &path)
	if err == nil && path == none {
		err = absent("it has no default keyring yet")
	}
	return path, err
}

func (s *secretService) search(ctx context.Context, collection dbus.ObjectPath, it item) (items []dbus.ObjectPath, err error) {
	attributes := map[string]string{"service": it.service, "username": it.account}
	err = s.call(ctx, s.object(collection), ssCollection+".SearchItems", []any{attributes}, &items)
	return items, err
}

func absent(why string) error { return fmt.Errorf("%w: %s", store.ErrKeychainAbsent, why) }

// explainSystem turns a D-Bus error into the domain's by its name. The text of
// the error is the service's, and is kept for the log.
func explainSystem(err error) error {
	if err == nil {
		return nil
	}
	var remote dbus.Error
	if !errors.As(err, &remote) {
		return fmt.Errorf("%w: %w", store.ErrKeychainFailed, err)
	}
	switch name := remote.Name; {
	case strings.HasPrefix(name, "org.freedesktop.DBus.Error.Spawn."),
		name == "org.freedesktop.DBus.Error.ServiceUnknown",
		name == "org.freedesktop.DBus.Error.NameHasNoOwner":
		return absent("no program offers the Secret Service")
	case name == "org.freedesktop.DBus.Error.TimedOut", name == "org.freedesktop.DBus.Error.Timeout":
		return slow("the Secret Service was not up in time")
	case name == "org.freedesktop.Secret.Error.IsLocked":
		return fmt.Errorf("%w: %s", store.ErrKeychainLocked, remote.Error())
	}
	return fmt.Errorf("%w: %s: %s", store.ErrKeychainFailed, remote.Name, remote.Error())
}
