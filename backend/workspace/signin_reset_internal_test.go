package workspace

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/store"
)

// counting has rows of guesses, and notes which are written.
type counting struct {
	store.WriteTx
	rows  map[store.Kind]store.Attempts
	saved []store.Kind
}

func (c *counting) Attempts(_ string, kind store.Kind) (store.Attempts, error) {
	a, there := c.rows[kind]
	if !there {
		return a, store.ErrNotFound
	}
	return a, nil
}

func (c *counting) SaveAttempts(a store.Attempts) error {
	c.rows[a.Kind], c.saved = a, append(c.saved, a.Kind)
	return nil
}

func TestReset_WritesOnlyTheCountsThatChange(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)
	row := func(kind store.Kind, failures, since int, until time.Time) store.Attempts {
		return store.Attempts{Subject: "p", Kind: kind, Failures: failures, SinceSignIn: since, ChargedAt: at, LockedUntil: until}
	}
	c := &counting{rows: map[store.Kind]store.Attempts{
		store.KindPassword: row(store.KindPassword, 0, 0, time.Time{}), // as a sign-in leaves it
		store.KindCode:     row(store.KindCode, authenticator, 0, at),  // off, and stays so
		store.KindRecovery: row(store.KindRecovery, 1, 0, time.Time{}), // each of what follows has something
		store.KindConfirm:  row(store.KindConfirm, 0, 1, time.Time{}),
		store.KindHelp:     row(store.KindHelp, 0, 0, at),
	}}
	all := []store.Kind{store.KindPassword, store.KindCode, store.KindRecovery, store.KindConfirm, store.KindHelp, store.KindInvitation}
	if err := reset(c, "p", true, all...); err != nil {
		t.Fatal(err)
	}
	if want := []store.Kind{store.KindRecovery, store.KindConfirm, store.KindHelp}; !slices.Equal(c.saved, want) {
		t.Errorf("%v were written, not %v", c.saved, want)
	}
	for kind, a := range c.rows {
		if kind != store.KindCode && (a.Failures != 0 || a.SinceSignIn != 0 || !a.LockedUntil.IsZero()) {
			t.Errorf("%s is %+v", kind, a)
		}
	}
}
