package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

// The two ways in which a store fails here: as a Store says it, and as a mistake
// in it would look.
var (
	errFailed  = fmt.Errorf("%w: an injected fault", workspace.ErrStoreFailed)
	errUnknown = errors.New("an injected fault that has no name")
)

// faults numbers the calls to a store from 1, and lets one of them fail. Until it
// is armed it counts nothing.
type faults struct {
	mu     sync.Mutex
	armed  bool
	count  int
	fail   int   // which call; 0: none
	with   error // what it answers
	met    bool
	places []string // from where each call came
}

func (f *faults) ask() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return nil
	}
	f.count++
	if f.fail == 0 {
		f.places = append(f.places, place())
	}
	if f.count != f.fail {
		return nil
	}
	f.met = true
	return f.with
}

func (f *faults) arm(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = on
}

// place is the line of the packages workspace and journal that a call comes from. It is empty for
// what a test asks.
func place() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var lines []string
	for more := true; more && len(lines) == 0; {
		var f runtime.Frame
		f, more = frames.Next()
		_, name, ours := strings.Cut(f.Function, "countersign/backend/")
		pkg, name, _ := strings.Cut(name, ".")
		if ours && (pkg == "workspace" || pkg == "journal" && !strings.HasPrefix(name, "(*Tx).")) {
			lines = append(lines, fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line))
		}
	}
	return strings.Join(lines, " < ")
}

// failingStore fails at the begin of a transaction, at each call in it, and at its
// commit.
type failingStore struct {
	workspace.Store
	*faults
}

func (s failingStore) Exclusive(ctx context.Context, fn func() error) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.Exclusive(ctx, fn)
}

func (s failingStore) Update(ctx context.Context, fn func(workspace.WriteTx) error) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(tx workspace.WriteTx) error {
		if err := fn(failingTx{failingReads{tx, s.faults, &walks{}}, tx}); err != nil {
			return err
		}
		return s.ask()
	})
}

func (s failingStore) View(ctx context.Context, fn func(workspace.ReadTx) error) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.View(ctx, func(tx workspace.ReadTx) error {
		if err := fn(failingReads{tx, s.faults, &walks{}}); err != nil {
			return err
		}
		return s.ask()
	})
}

func (s failingStore) Snapshot(ctx context.Context) ([]byte, error) {
	if err := s.ask(); err != nil {
		return nil, err
	}
	return s.Store.(workspace.Snapshotter).Snapshot(ctx)
}

func (s failingStore) CheckIndexes(ctx context.Context) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.(workspace.Checker).CheckIndexes(ctx)
}

// triedPlaces are those of all use cases: the code is the same, so that one fault at
// each is enough.
var triedPlaces sync.Map

// faultsOf is of how many calls one fails, where not all do.
const faultsOf = 8

// memoryDir is a folder that is gone after the test, in memory where there is such a
// place: what a store answers does not depend on the disk, and to wait for it would
// take minutes.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "countersign-faults-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestStoreFault_IsNeverARefusal lets the store fail wherever a use case asks it. A
// fault has to be told as what it is, or be in the log where the act stands all the
// same; nothing is half done; and the next try works. COUNTERSIGN_CRASH=all lets it
// fail at every line that asks it.
func TestStoreFault_IsNeverARefusal(t *testing.T) {
	t.Parallel()
	for _, c := range append(slices.Clone(useCases), lookUps...) {
		if !all() && seeded("whether faults "+c.name).IntN(8) > 0 {
			continue // the others have their turn with another seed
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			template, err := c.base.copyTo(t.Context(), filepath.Join(memoryDir(t), "template"), c.given)
			if err != nil {
				t.Fatal(err)
			}
			s := &faultyScene{useCase: c, template: template}
			before := s.play(t, &faults{}, begin.Add(24*time.Hour), false)
			whole := &faults{}
			after := s.play(t, whole, begin.Add(24*time.Hour), true)
			if err := errors.Join(before.unready, after.unready, after.err); err != nil {
				t.Fatal(err)
			}
			s.before, s.after = look(t, before.home).settled(), look(t, after.home).settled()
			random := seeded("faults in " + c.name)
			for i, where := range whole.places {
				if where == "" || !all() && random.IntN(faultsOf) > 0 {
					continue
				}
				if _, known := triedPlaces.LoadOrStore(where, true); known {
					continue
				}
				with := errFailed
				if i%4 == 3 {
					with = errUnknown
				}
				s.failAt(t, i+1, where, with)
			}
		})
	}
}

// faultyScene is a use case whose store fails.
type faultyScene struct {
	useCase
	template      home
	before, after state
}

// played is what came of a use case.
type played struct {
	home home
	err  error
	log  string

	unready error // what kept the use case from being made ready
}

func (a *aftermath) settled() state { return a.state.but(a.paper) }

// play makes a copy of the template and does the use case there, in this process.
func (s *faultyScene) play(t *testing.T, f *faults, at time.Time, whole bool) (out played) {
	t.Helper()
	h, err := s.template.copyTo(filepath.Join(memoryDir(t), "home"))
	if err != nil {
		t.Fatal(err)
	}
	out.home = h
	s.playIn(t, &out, f, at, whole)
	return out
}

func (s *faultyScene) playIn(t *testing.T, out *played, f *faults, at time.Time, whole bool) {
	t.Helper()
	s.playOver(t, out, func(store workspace.Store) workspace.Store { return failingStore{store, f} }, func(act func()) {
		if whole {
			f.arm(true)
			out.err = attempt(act)
			f.arm(false)
		}
	}, at)
}

// playOver makes the use case ready over a store that is wrapped, and then plays it.
func (s *faultyScene) playOver(t *testing.T, out *played, wrap func(workspace.Store) workspace.Store, play func(act func()), at time.Time) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), out.home.database())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }() // a use case may have closed it
	var log bytes.Buffer
	p := &person{
		ctx: t.Context(), home: out.home, clock: &clock{t: at}, store: wrap(store), secrets: out.home.keychain(), marks: s.marks, codes: cheapCodes,
		log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	var act func()
	if err := attempt(func() { act = s.ready(p) }); err != nil {
		out.unready = err
	} else {
		play(act)
	}
	out.log = log.String()
}

// attempt does an act and gives the error that it has met.
func attempt(act func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.error
		case string:
			err = errors.New(r)
		default:
			panic(r)
		}
	}()
	act()
	return nil
}

func (s *faultyScene) failAt(t *testing.T, n int, where string, with error) {
	t.Run(fmt.Sprintf("%d %s", n, where), func(t *testing.T) {
		f := &faults{fail: n, with: with}
		got := s.play(t, f, begin.Add(24*time.Hour), true)
		if !f.met {
			return // this time the calls came in another order
		}
		told := workspace.Explain(got.err)
		var refused *workspace.Error
		switch worded := errors.As(told, &refused); {
		case got.err == nil && !strings.Contains(got.log, "injected fault"):
			t.Error("nobody is told, and it is not in the log")
		case got.err == nil:
		case !errors.Is(got.err, with):
			t.Errorf("the cause is lost: %v (%v)", got.err, errors.Unwrap(got.err))
		case with == errFailed && (!worded || refused.Code != workspace.CodeFolderFailed):
			t.Errorf("a store that failed is told as %v", told)
		case with == errUnknown && worded:
			t.Errorf("a mistake is told as the refusal %s", refused.Code)
		}
		switch now := look(t, got.home).settled(); {
		case got.err == nil && now != s.after:
			t.Errorf("it says that it is done: %+v, not %+v", now, s.after)
		case now != s.before && now != s.after && !s.prepares:
			t.Errorf("neither before nor after: %+v\nbefore %+v\nafter  %+v", now, s.before, s.after)
		case now == s.before && now != s.after:
			again := played{home: got.home} // not ready: it needs a code that was used for the first try
			if s.playIn(t, &again, &faults{}, afterwards.Add(time.Hour), true); again.err != nil {
				t.Errorf("the next try fails: %v", again.err)
			}
		}
	})
}
