package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/build/mutate/mutant"
)

// look is one of the looks at the mutants that are left: by the tests of one package, those that
// take a given time together, after those that took the time of the look before.
type look struct {
	name   string
	pkg    string // none: each mutant's own
	past   time.Duration
	budget time.Duration
	suites []suite // whose mutants it is for
}

// quickly is the time of the first look, which finds most of what can be found.
const quickly = 5 * time.Second

// looks are in the order of what they cost for a mutant: few are left for the last, which runs
// whatever goes through their code.
func looks(chosen []suite, budget time.Duration) []look {
	all := []look{{name: "quick", budget: quickly, suites: chosen}}
	by := map[string][]suite{}
	var others []string
	for _, s := range chosen {
		for _, pkg := range s.others {
			if by[pkg] == nil {
				others = append(others, pkg)
			}
			by[pkg] = append(by[pkg], s)
		}
		if s.faults {
			by[faultPackage] = append(by[faultPackage], s)
		}
	}
	if by[faultPackage] != nil {
		others = append([]string{faultPackage}, others...)
	}
	for _, pkg := range others {
		all = append(all, look{name: pkg, pkg: pkg, budget: budget, suites: by[pkg]})
	}
	return append(all, look{name: "own", past: quickly, budget: budget, suites: chosen})
}

// packages are those whose tests look.
func (l look) packages() (pkgs []string) {
	if l.pkg != "" {
		return []string{l.pkg}
	}
	for _, s := range l.suites {
		pkgs = append(pkgs, s.name)
	}
	return pkgs
}

// tests are those of the tests that could notice a mutant which this look runs.
func (l look) tests(m change, noticing []*test) []*test {
	if !slices.ContainsFunc(l.suites, func(s suite) bool { return s.name == m.pkg }) {
		return nil
	}
	pkg := cmp.Or(l.pkg, m.pkg)
	tests := slices.DeleteFunc(slices.Clone(noticing), func(t *test) bool { return t.Package != pkg })
	if l.past > 0 {
		tests = tests[len(within(l.past, tests)):]
	}
	return within(l.budget, tests)
}

// kill looks for the mutants that no test notices. What is left of them is looked at again by
// more tests, which are built and recorded only then.
func (r *runner) kill(ctx context.Context, chosen []suite, todo []change, known *survivorList) ([]change, error) {
	before, note, err := r.outcomes()
	if err != nil {
		return nil, err
	}
	left := todo
	for _, l := range looks(chosen, r.budget) {
		if len(left) == 0 {
			break
		}
		for _, pkg := range l.packages() {
			if err := r.ready(ctx, pkg); err != nil {
				return nil, err
			}
		}
		if left, err = r.take(ctx, l, left, known, before, note); err != nil {
			return nil, err
		}
		fmt.Printf("look %q: %d of %d are left after %s\n", l.name, len(left), len(todo), since(r.began))
	}
	return left, nil
}

// ready builds and records the tests of a package, once.
func (r *runner) ready(ctx context.Context, pkg string) error {
	if r.tests[pkg] != nil {
		return nil
	}
	if err := r.build(ctx, pkg); err != nil {
		return err
	}
	if pkg == faultPackage {
		fmt.Printf("%d faults listed after %s\n", len(r.tests[pkg]), since(r.began))
		return nil
	}
	if err := r.record(ctx, pkg); err != nil {
		return err
	}
	fmt.Printf("%d tests of %s recorded after %s\n", len(r.tests[pkg]), pkg, since(r.began))
	return nil
}

// take gives the mutants that one look doesn't notice.
func (r *runner) take(ctx context.Context, l look, todo []change, known *survivorList, before map[string]bool, note func(m change, outcome string) error) ([]change, error) {
	noticing := r.noticing()
	survived := make([]bool, len(todo))
	var mu sync.Mutex
	done := 0
	err := r.each(ctx, len(todo), func(ctx context.Context, i int) error {
		m := todo[i]
		if before[outcomeKilled+" "+m.key()] {
			return nil
		}
		if survived[i] = before[l.name+" "+m.key()]; survived[i] && !r.again {
			return nil
		}
		tests := r.first(m, l.tests(m, r.near(m, noticing[m.id])))
		if l.pkg == faultPackage {
			tests = l.tests(m, r.faultsAt(m))
		}
		killed := r.killed(ctx, m, tests)
		if killed && known.reason[m.key()] != "" { // on a busy machine a test may fail by itself
			killed = r.killed(ctx, m, tests)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		outcome := outcomeKilled
		if survived[i] = !killed; survived[i] {
			outcome = l.name
		}
		if done++; done%200 == 0 {
			fmt.Printf("%d of %d after %s\n", done, len(todo), since(r.began))
		}
		return note(m, outcome)
	})
	var left []change
	for i, m := range todo {
		if survived[i] {
			left = append(left, m)
		}
	}
	return left, err
}

// outcomeKilled is noted of a mutant that was noticed; of another it is the name of the look.
const outcomeKilled = "killed"

// outcomes gives what an earlier run has noted of each mutant, and what notes another. That a mutant
// was noticed holds as long as its function is the same. That it was not holds for this run alone.
func (r *runner) outcomes() (before map[string]bool, note func(m change, outcome string) error, err error) {
	lines, addLook, err1 := notes(r.keep, r.mutants, "looks")
	killed, addKilled, err2 := notes(r.keep, nil, outcomeKilled)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, err
	}
	before = map[string]bool{}
	for _, line := range lines {
		before[line] = true
	}
	dead := map[string]bool{}
	for _, line := range killed {
		dead[line] = true
	}
	for _, m := range r.mutants {
		if dead[m.source+" "+m.key()] {
			before[outcomeKilled+" "+m.key()] = true
		}
	}
	return before, func(m change, outcome string) error {
		if outcome == outcomeKilled {
			return addKilled(m.source + " " + m.key())
		}
		return addLook(outcome + " " + m.key())
	}, nil
}

// noticing gives the tests that could notice each mutant. First come those that take little time
// and go through little: one that is about the code in question notices sooner than one that
// passes by.
func (r *runner) noticing() map[int][]*test {
	by := map[int][]*test{}
	var ordered []*test
	for _, pkg := range slices.Sorted(maps.Keys(r.tests)) {
		ordered = append(ordered, r.tests[pkg]...)
	}
	slices.SortStableFunc(ordered, func(a, b *test) int {
		return cmp.Compare(a.Took*time.Duration(len(a.Marks)), b.Took*time.Duration(len(b.Marks)))
	})
	for _, t := range ordered {
		for _, id := range t.Marks {
			by[id] = append(by[id], t)
		}
	}
	return by
}

// within gives the first tests that together keep to a time, and at least one.
func within(limit time.Duration, tests []*test) []*test {
	for i, t := range tests {
		if limit -= t.Took; limit < 0 {
			return tests[:max(i, 1)]
		}
	}
	return tests
}

// killed runs tests of one package that could notice a mutant: one, then two, then four.
func (r *runner) killed(ctx context.Context, m change, tests []*test) bool {
	for n := 1; len(tests) > 0; n *= 2 {
		part := tests[:min(n, len(tests))]
		tests = tests[len(part):]
		var took time.Duration
		for _, t := range part {
			took += t.Took
		}
		// What waits for ever is common: a mutant that leaves a lock held. So little time is given,
		// unless the same tests take as long without the mutant: then the machine is busy.
		limit, on := 6*time.Second+10*took, mutant.On+"="+strconv.Itoa(m.id)
		began := time.Now()
		out, err := r.start(ctx, part[0].Package, part, limit, failFast, on)
		if err != nil && time.Since(began) >= limit {
			if _, slow := r.start(ctx, part[0].Package, part, limit, failFast); slow != nil {
				out, err = r.start(ctx, part[0].Package, part, 10*limit, failFast, on)
			}
		}
		if err != nil {
			r.noticedBy(m, part, out)
			return true
		}
	}
	return false
}

// noticedBy remembers which test noticed a mutant: it is the first that looks at the next of the
// same function.
func (r *runner) noticedBy(m change, ran []*test, out []byte) {
	name := ran[0].Name
	if found := failed.FindSubmatch(out); found != nil {
		name = string(found[1])
	} else if len(ran) > 1 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := m.file + " " + m.function
	names := slices.DeleteFunc(r.last[key], func(n string) bool { return n == name })
	r.last[key] = append([]string{name}, names[:min(len(names), 4)]...)
}

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+) `)

// near gives the tests of the file that has the name of the mutant's first.
func (r *runner) near(m change, tests []*test) []*test {
	own := strings.TrimSuffix(m.file, ".go") + "_test.go"
	var here, there []*test
	for _, t := range tests {
		whole, _, _ := strings.Cut(t.Name, "/")
		if r.files[t.Package+" "+whole] == own {
			here = append(here, t)
		} else {
			there = append(there, t)
		}
	}
	return append(here, there...)
}

// first puts those of the tests in front that noticed the last mutants of the same function.
func (r *runner) first(m change, tests []*test) []*test {
	r.mu.Lock()
	last := slices.Clone(r.last[m.file+" "+m.function])
	r.mu.Unlock()
	rank := func(t *test) int {
		for i, name := range last {
			if t.Name == name || strings.HasPrefix(t.Name, name+"/") {
				return i
			}
		}
		return len(last)
	}
	slices.SortStableFunc(tests, func(a, b *test) int { return rank(a) - rank(b) })
	return tests
}
