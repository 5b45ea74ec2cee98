package keychain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"

	"countersign/backend/store"
)

const ssPrompt = "org.freedesktop.Secret.Prompt"

// prompt is the system's dialog for one locked object. It lives on a connection
// of its own and stays up when its caller gives up: gnome-keyring 42 dies of
// Prompt.Dismiss, and the person may be about to answer. While it is up, further
// calls wait for it too, so that dialogs do not pile up on the screen.
type prompt struct {
	object dbus.ObjectPath // what it unlocks
	shown  time.Time
	done   chan struct{} // closed when it has ended
	err    error         // how, once done is closed
	ended  time.Time     // when, once done is closed
}

// again is how soon after a dismissal the person is asked anew. One act may be
// several calls, and who has just said no to the first has said it to all.
const again = 250 * time.Millisecond

// open unlocks a collection or an item, if it is locked.
func (a *access) open(ctx context.Context, s *secretService, path dbus.ObjectPath, of string) error {
	v, err := s.property(ctx, path, of, "Locked")
	if err != nil {
		return err
	}
	if locked, _ := v.Value().(bool); !locked {
		return nil
	}
	if a.up.answers(path) {
		return a.up.err
	}
	if a.up == nil || a.up.object != path || !a.up.isUp() {
		if a.up, err = s.unlock(ctx, path); err != nil || a.up == nil {
			return err
		}
	}
	return a.up.wait(ctx, s.patience.prompt)
}

// unlock asks for an object to be unlocked. It returns the prompt that this
// takes, or nil if it takes none.
func (s *secretService) unlock(ctx context.Context, path dbus.ObjectPath) (*prompt, error) {
	own, err := connect(ctx, s.address, s.patience)
	if err != nil {
		return nil, err
	}
	var unlocked []dbus.ObjectPath
	var at dbus.ObjectPath
	err = own.call(ctx, own.object(ssPath), ssService+".Unlock", []any{[]dbus.ObjectPath{path}}, &unlocked, &at)
	if err == nil && at == none && len(unlocked) == 0 {
		err = fmt.Errorf("%w: it refuses to be unlocked", store.ErrKeychainLocked)
	}
	if err != nil || at == none {
		own.close()
		return nil, err
	}
	signals, err := own.listen(ctx, at)
	if err == nil {
		err = own.call(ctx, own.object(at), ssPrompt+".Prompt", []any{""})
	}
	if err != nil {
		own.close()
		return nil, err
	}
	p := &prompt{object: path, shown: time.Now(), done: make(chan struct{})}
	go func() {
		defer own.close()
		defer close(p.done)
		p.err = p.outcome(signals, at, own.patience.human)
		p.ended = time.Now()
	}()
	return p, nil
}

// listen subscribes to the end of a prompt and to the end of the service.
func (s *secretService) listen(ctx context.Context, at dbus.ObjectPath) (<-chan *dbus.Signal, error) {
	matches := [][]dbus.MatchOption{
		{dbus.WithMatchObjectPath(at), dbus.WithMatchInterface(ssPrompt), dbus.WithMatchMember("Completed")},
		{dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, ssName)},
	}
	signals := make(chan *dbus.Signal, 8)
	s.conn.Signal(signals)
	for _, match := range matches {
		short, cancel := context.WithTimeout(ctx, s.patience.answer)
		err := s.conn.AddMatchSignalContext(short, match...)
		cancel()
		if err != nil {
			return nil, explainSystem(err)
		}
	}
	return signals, nil
}

// outcome waits for the prompt's end. Completed has the body (dismissed bool,
// result variant). The channel is closed when the connection ends.
func (p *prompt) outcome(signals <-chan *dbus.Signal, at dbus.ObjectPath, human time.Duration) error {
	for sig := range signals {
		if sig.Name == "org.freedesktop.DBus.NameOwnerChanged" {
			break
		}
		if sig.Path != at || sig.Name != ssPrompt+".Completed" || len(sig.Body) == 0 {
			continue
		}
		dismissed, _ := sig.Body[0].(bool)
		switch {
		case !dismissed:
			return nil
		case time.Since(p.shown) < human:
			return fmt.Errorf("%w: the system could not ask for its password", store.ErrKeychainLocked)
		}
		return store.ErrKeychainDismissed
	}
	return fmt.Errorf("%w: the Secret Service went away while it asked", store.ErrKeychainFailed)
}

// wait waits for the person, but no longer than limit.
func (p *prompt) wait(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.done:
		return p.err
	case <-timer.C:
		return fmt.Errorf("%w: the system's prompt was not answered", store.ErrKeychainLocked)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *prompt) isUp() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// answers reports whether the person has just dismissed this very prompt.
func (p *prompt) answers(object dbus.ObjectPath) bool {
	return p != nil && p.object == object && !p.isUp() &&
		errors.Is(p.err, store.ErrKeychainDismissed) && time.Since(p.ended) < again
}
