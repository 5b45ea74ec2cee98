package crashtest

import (
	"bytes"
	"context"
	"crypto/rand"
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

	"countersign/backend/documents"
	"countersign/backend/journal"
	"countersign/backend/service"
	"countersign/backend/sqlite"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// The two ways in which a store fails here: as a Store says it, and as a mistake
// in it would look.
var (
	errFailed  = fmt.Errorf("%w: an injected fault", store.ErrFailed)
	errUnknown = errors.New("an injected fault that has no name")
)

// toldAs has the code that a fault is told with. Mistakes and random numbers have none.
var toldAs = map[error]service.Code{
	errFailed: service.CodeFolderFailed, errFilesFault: service.CodeFolderFailed, errKeychainFault: service.CodeKeychainFailed,
}

// faults numbers the calls to store, keychain, files and random numbers from 1, and lets
// one of them fail. Until it is armed it counts nothing.
type faults struct {
	mu     sync.Mutex
	armed  bool
	count  int
	fail   int     // which call; 0: none
	store  error   // what the store answers then
	met    error   // what was answered
	places []place // from where each call came
}

// ask is a call to the store.
func (f *faults) ask() error { return f.askFor(f.store) }

// askFor is a call that answers with this error when its turn has come to fail.
func (f *faults) askFor(with error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.armed {
		return nil
	}
	f.count++
	if f.fail == 0 {
		f.places = append(f.places, here())
	}
	if f.count != f.fail {
		return nil
	}
	f.met = with
	return with
}

func (f *faults) arm(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = on
}

// place is the way through the packages workspace and journal on which a call comes: its lines,
// the innermost first. They are none for what a test asks.
type place struct {
	lines []string
	whole []string // the way through all packages of the backend
}

func here() (p place) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		_, name, ours := strings.Cut(f.Function, "countersign/backend/")
		pkg, name, _ := strings.Cut(name, ".")
		if !ours || pkg == "crashtest" {
			continue
		}
		line := fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		p.whole = append(p.whole, pkg+"/"+line)
		if pkg == "workspace" || pkg == "journal" && !strings.HasPrefix(name, "(*Tx).") {
			p.lines = append(p.lines, line)
		}
	}
	return p
}

// triedLines are those through which a fault has come in any use case: the code is the
// same, so that one fault for each is enough.
var triedLines struct {
	sync.Mutex
	all map[string]bool
}

// leadsOn reports whether a fault there comes through a line that none has come through.
func (p place) leadsOn() (fresh bool) {
	triedLines.Lock()
	defer triedLines.Unlock()
	if triedLines.all == nil {
		triedLines.all = map[string]bool{}
	}
	for _, line := range p.lines {
		fresh = fresh || !triedLines.all[line]
		triedLines.all[line] = true
	}
	return fresh
}

// failingStore fails at the begin of a transaction, at each call in it, and at its
// commit.
type failingStore struct {
	store.Store
	*faults
}

func (s failingStore) Exclusive(ctx context.Context, fn func() error) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.Exclusive(ctx, fn)
}

func (s failingStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(tx store.WriteTx) error {
		if err := fn(failingTx{failingReads{tx, s.faults, &walks{}}, tx}); err != nil {
			return err
		}
		return s.ask()
	})
}

func (s failingStore) View(ctx context.Context, fn func(store.ReadTx) error) error {
	if err := s.ask(); err != nil {
		return err
	}
	return s.Store.View(ctx, func(tx store.ReadTx) error {
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
	return s.Store.(journal.Checker).CheckIndexes(ctx)
}

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

// TestStoreFault_IsNeverARefusal lets store, keychain, files and random numbers fail
// wherever a use case asks them. A fault has to be told as what it is, or be in the log
// where the act stands all the same; nothing is half done; and the next try works.
// COUNTERSIGN_CRASH=all lets a fault come through every line that leads to one of them.
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
				if len(where.lines) == 0 || !all() && random.IntN(faultsOf) > 0 || !where.leadsOn() {
					continue
				}
				store := errFailed
				if i%4 == 3 {
					store = errUnknown
				}
				s.failAt(t, i+1, where, store)
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
	s.playOver(t, out, func(p *person) {
		p.store, p.secrets, p.files, p.random = failingStore{p.store, f}, failingSecrets{p.secrets, f}, failingFiles{p.files, f}, failingRandom{rand.Reader, f}
	}, func(act func()) {
		if whole {
			f.arm(true)
			out.err = attempt(act)
			f.arm(false)
		}
	}, at)
}

// playOver makes the use case ready over what is wrapped, and then plays it.
func (s *faultyScene) playOver(t *testing.T, out *played, wrap func(*person), play func(act func()), at time.Time) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), out.home.database())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }() // a use case may have closed it
	var log bytes.Buffer
	files, err := documents.Open(out.home.documentsDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &person{
		ctx: t.Context(), home: out.home, clock: &clock{t: at}, marks: s.marks, log: slog.New(slog.NewTextHandler(&log, nil)),
		store: store, secrets: out.home.keychain(), files: files,
	}
	wrap(p)
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

func (s *faultyScene) failAt(t *testing.T, n int, where place, store error) {
	t.Run(fmt.Sprintf("%d %s", n, where.lines[0]), func(t *testing.T) {
		t.Logf("%s comes through %s", t.Name(), strings.Join(where.whole, " ")) // build/mutate reads it
		f := &faults{fail: n, store: store}
		got := s.play(t, f, begin.Add(24*time.Hour), true)
		with := f.met
		if with == nil {
			return // this time the calls came in another order
		}
		code := toldAs[with]
		told := service.Explain(got.err)
		var refused *service.Error
		switch worded := errors.As(told, &refused); {
		case got.err == nil && !strings.Contains(got.log, "injected fault"):
			t.Error("nobody is told, and it is not in the log")
		case got.err == nil:
		case !errors.Is(got.err, with):
			t.Errorf("the cause is lost: %v (%v)", got.err, errors.Unwrap(got.err))
		case code != "" && (!worded || refused.Code != code):
			t.Errorf("%v is told as %v", with, told)
		case code == "" && worded:
			t.Errorf("%v is told as the refusal %s", with, refused.Code)
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
