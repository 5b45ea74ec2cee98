package crashtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// afterwards is when the program is started again: every pause is over.
var afterwards = begin.Add(7 * 24 * time.Hour)

// state is where a home stands, as far as its owner could tell.
type state struct {
	Created, Quarantined bool
	Name, Email          string
	Password             time.Time // when it was changed
	On                   bool
	Phones               string // the keys of the apps, with spaces between
	Sheet, Used          int    // the set in force, and how many of its codes were used
	Contracts            string // how many are kept, in the bin and gone
	Team                 string // the other members, what is open for them, and what is asked of all
}

// opens reports whether a phone's codes open the profile.
func (s state) opens(key string) bool { return slices.Contains(strings.Fields(s.Phones), key) }

// onePhone is one of those whose codes do.
func (s state) onePhone() string { return strings.Fields(s.Phones)[0] }

// but forgets what differs between two runs: the keys are random.
func (s state) but(p paper) state {
	var known []int
	for _, key := range strings.Fields(s.Phones) {
		known = append(known, slices.Index(p.Phones, key))
	}
	s.Phones = fmt.Sprint(known)
	s.Used = 0
	return s
}

// aftermath starts the program on a home that a crash has left, and proves that
// it is whole. It fails t where anything is half done.
type aftermath struct {
	*testing.T
	home  home
	clock *clock
	paper paper
	store *sqlite.Store
	w     *client.Local // nil where the home is sealed
	state state
}

func look(t *testing.T, h home) *aftermath {
	t.Helper()
	a := &aftermath{T: t, home: h, clock: &clock{t: afterwards}}
	var err error
	if a.paper, err = h.paper(); err != nil {
		t.Fatal(err)
	}
	a.start()
	t.Cleanup(func() { a.close() })
	a.state = a.observe()
	a.nothingIsLeftOver()
	a.theLedgerAgrees()
	a.theFilesAreThoseOfTheRows()
	a.theLogVerifies()
	a.theFileIsSound()
	first := a.everything()
	a.close()
	a.start()
	for name, second := range a.everything() {
		if first[name] != second {
			t.Errorf("a second start changes %s:\n%s\n%s", name, first[name], second)
		}
		delete(first, name)
	}
	if len(first) > 0 {
		t.Errorf("a second start loses %v", slices.Collect(maps.Keys(first)))
	}
	return a
}

func (a *aftermath) start() {
	a.Helper()
	store, w, err := a.home.open(a.Context(), a.clock.now)
	if service.IsCode(err, service.CodeNotAuthentic) {
		if store, err = sqlite.Open(a.Context(), a.home.database()); err != nil {
			a.Fatal(err)
		}
		a.store, a.w = store, nil
		return
	}
	if err != nil {
		a.Fatalf("it does not start: %v (%v)", err, errors.Unwrap(err))
	}
	a.store, a.w = store, w
	if err := w.RecoverAll(a.Context()); err != nil {
		a.Fatalf("it does not recover: %v (%v)", err, errors.Unwrap(err))
	}
}

func (a *aftermath) close() {
	if a.store != nil {
		if err := a.store.Close(); err != nil {
			a.Error(err)
		}
	}
	a.store = nil
}

func (a *aftermath) view(fn func(store.ReadTx) error) {
	a.Helper()
	if err := a.store.View(a.Context(), fn); err != nil {
		a.Fatal(err)
	}
}

func (a *aftermath) items() map[string]string {
	a.Helper()
	items, err := a.home.keychain().items()
	if err != nil {
		a.Fatal(err)
	}
	return items
}

// owner is who made the workspace: the first profile.
func owner(tx store.ReadTx) (first store.Profile, err error) {
	all, err := profiles(tx)
	if err == nil && len(all) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return first, err
	}
	return slices.MinFunc(all, func(a, b store.Profile) int { return a.CreatedAt.Compare(b.CreatedAt) }), nil
}

func profiles(tx store.ReadTx) (all []store.Profile, err error) {
	for row, err := range tx.Rows() {
		if err != nil {
			return nil, err
		}
		if p, ok := row.Value.(store.Profile); ok {
			all = append(all, p)
		}
	}
	return all, nil
}

func (a *aftermath) observe() (s state) {
	a.Helper()
	s.Quarantined = a.w == nil
	items := a.items()
	a.view(func(tx store.ReadTx) error {
		p, err := owner(tx)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		s.Created, s.Name, s.Email, s.Password = true, p.Name, p.Email, p.Password.ChangedAt
		if s.Team, err = team(tx, p.ID); err != nil {
			return err
		}
		if s.Contracts, err = contracts(tx); err != nil {
			return err
		}
		if s.Created && a.w != nil && !a.w.Created() {
			a.Error("there is a profile, and no workspace")
		}
		f, err := tx.Factor(p.ID)
		if err == nil {
			s.On = true
			for _, app := range f.Apps {
				s.Phones += items[app.Item] + " "
			}
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		set, err := tx.ActiveSet(p.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		codes, err := tx.Codes(set.ID)
		s.Sheet = set.Sheet
		for _, c := range codes {
			if !c.UsedAt.IsZero() {
				s.Used++
			}
		}
		return err
	})
	if s.On && s.Phones == "" {
		a.Error("2FA is on without an app")
	}
	for _, key := range strings.Fields(s.Phones) {
		if !slices.Contains(a.paper.Phones, key) {
			a.Error("2FA is on with a key that nobody has seen")
		}
	}
	if s.Sheet > 0 && a.paper.Sheets[sheetOf(email, s.Sheet)] == nil {
		a.Error("recovery codes are in force that nobody has seen")
	}
	if s.Sheet > 0 && !s.On {
		a.Error("recovery codes are in force with 2FA off")
	}
	return s
}

// attempts gives the failures in a row that are counted for the owner.
func (a *aftermath) attempts(kind store.Kind) (n int) {
	a.Helper()
	a.view(func(tx store.ReadTx) error {
		p, err := owner(tx)
		if err != nil {
			return err
		}
		at, err := tx.Attempts(p.ID, kind)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		n = at.Failures
		return err
	})
	return n
}
