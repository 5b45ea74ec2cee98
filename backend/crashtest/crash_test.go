// Package crashtest proves that the program can be cut off at any moment. It
// holds tests and what they need, and nothing that ships.
//
// Each use case runs in a process of its own, on a real SQLite file and with a
// keychain that is a folder of files or, with every other seed, a secrets file, and is ended with kill -9 before and after
// each of its writes: each keychain call, each commit. Which writes there are is
// found by a run that is not cut off, so a new write is covered when it is made.
// After each end the program is started again, must stand in the state before or
// in the state after, and must change nothing when it is started once more.
//
// By default a sample of points in two of five use cases is run, whose seed is printed; COUNTERSIGN_CRASH_SEED=N
// runs that sample again, and COUNTERSIGN_CRASH=all runs everything.
//
// A process that is killed loses what it had in memory; a machine that loses
// power also loses what the system had not yet written. That SQLite syncs each
// commit, and in which order, is SQLite's promise: see backend/sqlite.
package crashtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/store"
)

// Points over the whole run.
var found, tried, survived atomic.Int64

// sampled is how many points of each use case are tried where not all are.
const sampled = 1

func all() bool { return os.Getenv("COUNTERSIGN_CRASH") == "all" }

// seeded gives each use case its own numbers from the one seed of this run.
func seeded(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

var seed = func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("COUNTERSIGN_CRASH_SEED"), 10, 64); err == nil {
		return n
	}
	return uint64(time.Now().UnixNano())
}()

func TestCrash_AtEachWriteOfEachUseCase(t *testing.T) {
	t.Parallel()
	t.Logf("COUNTERSIGN_CRASH_SEED=%d", seed)
	for _, c := range useCases {
		if !all() && seeded("whether "+c.name).IntN(5) < 3 {
			continue // the others have their turn with another seed
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newScene(t, c)
			some := h.points()
			found.Add(int64(len(some)))
			random := seeded(c.name)
			outside := 3
			if !all() {
				random.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
				some = some[:min(sampled, len(some))]
				outside = random.IntN(6) / 5
			}
			for _, n := range some {
				tried.Add(1)
				t.Run(fmt.Sprintf("%d %s", n, h.names[n-1]), h.endAt(n))
			}
			if c.prepares {
				outside = 0
			}
			if outside > 0 {
				h.beginsAsItsBase()
			}
			for range outside {
				t.Run("at any moment", h.endAnywhere(random.Float64()))
			}
		})
	}
}

// scene is a use case with the states between which it leads.
type scene struct {
	*testing.T
	useCase
	template      home
	names         []string // of the points, the first is number 1
	before, after state
	took          time.Duration // of a run that is not cut off
}

func newScene(t *testing.T, c useCase) *scene {
	t.Helper()
	template, err := c.base.copyTo(t.Context(), filepath.Join(t.TempDir(), "template"), c.given)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, useCase: c, template: template}
	ready := s.run(t, 0)
	a := look(t, ready)
	s.before = a.state.but(a.paper)
	began := time.Now()
	whole := s.run(t, -1)
	s.took = time.Since(began)
	if s.names, err = whole.passed(); err != nil || len(s.names) == 0 {
		t.Fatalf("the use case writes nothing: %v", err)
	}
	a = look(t, whole)
	a.signInsMatchTheState()
	s.after = a.state.but(a.paper)
	return s
}

// beginsAsItsBase checks that ready leads to no other state: before it, the program may be killed as well.
func (s *scene) beginsAsItsBase() {
	s.Helper()
	h, err := s.template.copyTo(filepath.Join(s.TempDir(), "base"))
	if err != nil {
		s.Fatal(err)
	}
	a := look(s.T, h)
	if got := a.state.but(a.paper); got != s.before {
		s.Fatalf("the use case has to say that it prepares: it begins as %+v, not as %+v", s.before, got)
	}
}

func (s *scene) points() (all []int) {
	for i := range s.names {
		all = append(all, i+1)
	}
	return all
}

// order is where and when the child begins: a day after the template was made.
func (s *scene) order(h home, end int) order {
	return order{Dir: h.dir, UseCase: s.name, At: begin.Add(24 * time.Hour), End: end}
}

// run makes a copy of the template and lets a child loose on it.
func (s *scene) run(t *testing.T, end int) home {
	t.Helper()
	h, err := s.template.copyTo(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	killed, err := run(t.Context(), s.order(h, end))
	if err != nil {
		t.Fatal(err)
	}
	if killed != (end >= 0) {
		t.Fatalf("told to end at point %d, killed: %v", end, killed)
	}
	return h
}

// endAt ends the use case at a point and looks at what is left.
func (s *scene) endAt(n int) func(*testing.T) {
	return func(t *testing.T) {
		h := s.run(t, n)
		passed, err := h.passed()
		if err != nil || len(passed) != n || passed[n-1] != s.names[n-1] {
			t.Fatalf("the use case takes another way each time: %v, %v", passed, err)
		}
		a := look(t, h)
		s.judge(t, a, n == len(s.names))
		if s.guesses != "" {
			paid, counted := 0, "guess-counted"
			if s.guesses == store.KindPassword {
				counted = "guess-wrong" // it is counted with its result
			}
			for _, name := range passed {
				if name == committed+" "+counted {
					paid++
				}
			}
			if got := a.attempts(s.guesses); got != paid {
				t.Errorf("%d guesses were paid for, %d are counted", paid, got)
			}
		}
		a.signInsMatchTheState()
		if !t.Failed() {
			survived.Add(1)
		}
	}
}

// judge finds the state among the allowed ones. What has answered that it is done
// stays done.
func (s *scene) judge(t *testing.T, a *aftermath, done bool) {
	t.Helper()
	switch got := a.state.but(a.paper); {
	case (done || a.paper.Done) && got != s.after:
		t.Errorf("it was done, and is undone: %+v, not %+v", got, s.after)
	case got != s.before && got != s.after:
		t.Errorf("neither before nor after: %+v\nbefore %+v\nafter  %+v", got, s.before, s.after)
	}
}

// endAnywhere kills the program from outside at any moment of its life, its start
// and the making of the database included.
func (s *scene) endAnywhere(moment float64) func(*testing.T) {
	return func(t *testing.T) {
		h, err := s.template.copyTo(filepath.Join(t.TempDir(), "home"))
		if err != nil {
			t.Fatal(err)
		}
		if s.base == empty && s.given == nil {
			if err := os.Remove(h.database()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(moment*float64(s.took)))
		defer cancel()
		if _, err := run(ctx, s.order(h, -1)); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		a := look(t, h)
		s.judge(t, a, false)
		a.signInsMatchTheState()
	}
}

// TestCrash_BetweenAttemptAndAnswerIsCounted kills the program again and again where
// somebody who pulls the plug on wrong answers would.
func TestCrash_BetweenAttemptAndAnswerIsCounted(t *testing.T) {
	t.Parallel()
	times := 7
	if all() {
		times = 100
	}
	s := newScene(t, useCaseNamed("guess a password"))
	point := 0
	for i, name := range s.names {
		if strings.HasPrefix(name, committed) {
			point = i + 1
			break
		}
	}
	h, err := s.template.copyTo(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range times {
		o := s.order(h, point)
		o.At = o.At.Add(time.Duration(n) * 2 * time.Hour) // over the pause
		if killed, err := run(t.Context(), o); err != nil || !killed {
			t.Fatalf("killed: %v, %v", killed, err)
		}
	}
	if got := look(t, h).attempts(s.guesses); got != times {
		t.Errorf("%d times the plug was pulled, %d are counted", times, got)
	}
}
