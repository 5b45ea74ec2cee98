package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"countersign/build/mutate/mutant"
)

// instrument writes packages with all their mutants, and the overlay that puts them in place.
func instrument(chosen []suite, dir string) (all []change, overlay string, err error) {
	replace := map[string]string{}
	for _, s := range chosen {
		files, err := sources(s.name)
		if err != nil {
			return nil, "", err
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				return nil, "", err
			}
			found, changed, err := find(s.name, file, src, len(all))
			if err != nil {
				return nil, "", err
			}
			all = append(all, found...)
			full, err := filepath.Abs(file)
			if err != nil {
				return nil, "", err
			}
			to := filepath.Join(dir, s.name+"-"+filepath.Base(file))
			if err := os.WriteFile(to, changed, 0o600); err != nil {
				return nil, "", err
			}
			replace[full] = to
		}
	}
	if len(all) >= mutant.Most {
		return nil, "", fmt.Errorf("%d mutants are more than fit", len(all))
	}
	overlay = filepath.Join(dir, "overlay.json")
	b, err := json.Marshal(map[string]any{"Replace": replace})
	return all, overlay, errors.Join(err, os.WriteFile(overlay, b, 0o600))
}

// test is one test of a package, with what the first round found.
type test struct {
	Package string
	Name    string
	Took    time.Duration
	Marks   []int
	Parts   []string // of one that takes long
	Lines   []string // on which a fault comes
}

// runner runs tests.
type runner struct {
	began   time.Time
	dir     string
	overlay string
	jobs    int
	keep    string
	again   bool // look anew at what earlier looks have left
	budget  time.Duration
	mutants []change
	tests   map[string][]*test // by package

	files map[string]string // by package and test, where it stands

	mu   sync.Mutex
	last map[string][]string // by function, the tests that noticed its last mutants
}

func (r *runner) binary(pkg string) string {
	return filepath.Join(r.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
}

// build makes the test program of a package and lists its tests.
func (r *runner) build(ctx context.Context, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", r.overlay, "-o", r.binary(pkg), "./backend/"+pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, out)
	}
	if pkg == faultPackage {
		return r.listFaults(ctx)
	}
	cmd = exec.CommandContext(ctx, r.binary(pkg), "-test.list", "^(Test|Fuzz)")
	cmd.Dir = filepath.Join("backend", pkg)
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list the tests of %s: %w", pkg, err)
	}
	if err := r.findTests(pkg); err != nil {
		return err
	}
	for name := range strings.FieldsSeq(string(out)) {
		r.tests[pkg] = append(r.tests[pkg], &test{Package: pkg, Name: name})
	}
	return nil
}

// findTests notes in which files the tests of a package stand.
func (r *runner) findTests(pkg string) error {
	names, err := filepath.Glob(filepath.Join("backend", pkg, "*_test.go"))
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, found := range testFunction.FindAllSubmatch(src, -1) {
			r.files[pkg+" "+string(found[1])] = filepath.ToSlash(name)
		}
	}
	return err
}

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// faultTest lets the store fail at each line that asks it, one after the other. Each of these
// lines is a test of its own here: all together would take too long for every mutant. It prints
// the lines on which the fault comes, so that none has to be recorded.
const (
	faultPackage = "crashtest"
	faultTest    = "TestStoreFault_IsNeverARefusal"
	everyFault   = "COUNTERSIGN_CRASH=all"
)

// faultLine is what it prints of a fault.
var faultLine = regexp.MustCompile(`(?m)(` + faultTest + `/\S+) comes through (.+)$`)

// listFaults takes the faults from what faultTest prints, or from what an earlier run has noted.
func (r *runner) listFaults(ctx context.Context) error {
	lines, note, err := notes(r.keep, r.mutants, "faults")
	if err != nil {
		return err
	}
	out := []byte(strings.Join(lines, "\n"))
	if len(lines) == 0 {
		if out, err = r.start(ctx, faultPackage, []*test{{Package: faultPackage, Name: faultTest}}, 30*time.Minute, "-test.v"); err != nil {
			return fmt.Errorf("list the faults: %w\n%s", err, out)
		}
	}
	var said []string
	for _, found := range faultLine.FindAllSubmatch(out, -1) {
		said = append(said, string(found[0]))
		r.tests[faultPackage] = append(r.tests[faultPackage], &test{Package: faultPackage, Name: string(found[1]), Took: time.Second, Lines: strings.Fields(string(found[2]))})
	}
	if len(lines) == 0 {
		return note(strings.Join(said, "\n"))
	}
	return nil
}

// faultsAt gives the faults that come through the function of a mutant before its line or on it,
// the nearest first: what the mutant does with an error is done with theirs.
func (r *runner) faultsAt(m change) []*test {
	const most = 12
	file := strings.TrimPrefix(m.file, "backend/") + ":"
	near := map[*test]int{}
	for _, t := range r.tests[faultPackage] {
		for _, at := range t.Lines {
			digits, ok := strings.CutPrefix(at, file)
			if line, err := strconv.Atoi(digits); ok && err == nil && m.begins <= line && line <= m.line {
				if d, met := near[t]; !met || m.line-line < d {
					near[t] = m.line - line
				}
			}
		}
	}
	all := slices.DeleteFunc(slices.Clone(r.tests[faultPackage]), func(t *test) bool { _, ok := near[t]; return !ok })
	slices.SortStableFunc(all, func(a, b *test) int { return near[a] - near[b] })
	return all[:min(len(all), most)]
}

// parts runs a test and takes the names of its parts from what it prints.
func (r *runner) parts(ctx context.Context, pkg, name string) (parts []*test, err error) {
	out, err := r.start(ctx, pkg, []*test{{Package: pkg, Name: name}}, 30*time.Minute, "-test.v")
	if err != nil {
		return nil, fmt.Errorf("list the parts of %s: %w\n%s", name, err, out)
	}
	for _, part := range started(string(out), name) {
		parts = append(parts, &test{Package: pkg, Name: part})
	}
	return parts, nil
}

// started gives the parts of a test from what -test.v prints, but no parts of parts. A part's own
// name may have slashes.
func started(out, name string) (parts []string) {
	levels := map[string]int{name: 0}
	for line := range strings.Lines(out) {
		part, ok := strings.CutPrefix(strings.TrimSpace(line), "=== RUN ")
		if part = strings.TrimSpace(part); !ok || levels[part] > 0 {
			continue
		}
		for above := part; strings.Contains(above, "/"); {
			above = above[:strings.LastIndex(above, "/")]
			if level, ok := levels[above]; ok {
				levels[part] = level + 1
				break
			}
		}
		if levels[part] == 1 {
			parts = append(parts, part)
		}
	}
	return parts
}

// pattern matches tests and no others, as -test.run takes it.
func pattern(tests []*test) string {
	var names []string
	for _, t := range tests {
		var levels []string
		for level := range strings.SplitSeq(t.Name, "/") {
			levels = append(levels, "^"+regexp.QuoteMeta(level)+"$")
		}
		names = append(names, strings.Join(levels, "/"))
	}
	return strings.Join(names, "|")
}

// each does something for every number below n, as many at once as there are jobs.
func (r *runner) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range r.jobs {
		workers.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// record runs every test of a package by itself without a mutant. What it marks, it could notice.
// Tests that an earlier run has noted are left alone.
func (r *runner) record(ctx context.Context, pkg string) error {
	lines, note, err := notes(r.keep, r.mutants, "tests")
	if err != nil {
		return err
	}
	known := map[string]*test{}
	for _, line := range lines {
		var t test
		if json.Unmarshal([]byte(line), &t) == nil { // the last line may be cut short
			known[t.Package+" "+t.Name] = &t
		}
	}
	var mu sync.Mutex
	one := func(ctx context.Context, t *test) error {
		mu.Lock()
		k := known[t.Package+" "+t.Name]
		mu.Unlock()
		if k != nil {
			*t = *k
			return nil
		}
		marks, err := os.CreateTemp(r.dir, "marks-")
		if err != nil {
			return err
		}
		defer os.Remove(marks.Name())
		defer marks.Close()
		began := time.Now()
		out, err := r.start(ctx, pkg, []*test{t}, 10*time.Minute, failFast, mutant.Marks+"="+marks.Name())
		if err != nil {
			return fmt.Errorf("%s of %s fails without a mutant: %w\n%s", t.Name, pkg, err, out)
		}
		t.Took = time.Since(began)
		if t.Marks, err = readMarks(marks.Name()); err != nil {
			return err
		}
		mu.Lock()
		known[t.Package+" "+t.Name] = t
		mu.Unlock()
		line, err := json.Marshal(t)
		return errors.Join(err, note(string(line)))
	}
	all := make([][]*test, len(r.tests[pkg])) // each with its parts
	err = r.each(ctx, len(all), func(ctx context.Context, i int) error {
		t := r.tests[pkg][i]
		all[i] = []*test{t}
		if err := one(ctx, t); err != nil || t.Took < long {
			return err
		}
		if t.Parts == nil {
			parts, err := r.parts(ctx, pkg, t.Name)
			if err != nil {
				return err
			}
			t.Parts = []string{} // looked for
			for _, part := range parts {
				if one(ctx, part) != nil {
					t.Parts = []string{} // they need each other
					break
				}
				t.Parts = append(t.Parts, part.Name)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			line, err := json.Marshal(t)
			if err := errors.Join(err, note(string(line))); err != nil {
				return err
			}
		}
		if len(t.Parts) > 0 {
			all[i] = nil
		}
		for _, name := range t.Parts {
			part := &test{Package: pkg, Name: name}
			if err := one(ctx, part); err != nil {
				return err
			}
			all[i] = append(all[i], part)
		}
		return nil
	})
	r.tests[pkg] = slices.Concat(all...)
	return err
}

// long is how long a test may take without being taken apart: what it tests in its parts would be
// run for every mutant that one of them could notice.
const long = 2 * time.Second

const failFast = "-test.failfast"

// notes gives what an earlier run has noted beside the marks, line by line, and what notes another
// line, so that a run which was stopped goes on where it was. Of what holds for these mutants alone,
// others have another file. Without a name nothing is noted.
func notes(keep string, mutants []change, what string) (lines []string, note func(line string) error, err error) {
	if keep == "" {
		return nil, func(string) error { return nil }, nil
	}
	name := keep + "." + digest(mutants)[:12] + "." + what
	if len(mutants) == 0 {
		name = keep + "." + what
	}
	b, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	for line := range strings.Lines(string(b)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return lines, func(line string) error { _, err := f.WriteString(line + "\n"); return err }, nil
}

func digest(all []change) string {
	h := sha256.New()
	for _, m := range all {
		fmt.Fprintln(h, m.key())
	}
	return hex.EncodeToString(h.Sum(nil))
}

func readMarks(name string) (ids []int, err error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for ; len(b) >= 4; b = b[4:] {
		ids = append(ids, int(binary.LittleEndian.Uint32(b)))
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// start runs tests of one package in one process, which has a folder of its own for what it
// writes. The error is that of a test that fails, or of one that takes longer than limit.
func (r *runner) start(ctx context.Context, pkg string, tests []*test, limit time.Duration, flag string, env ...string) ([]byte, error) {
	tmp, err := os.MkdirTemp(r.dir, "tmp-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.binary(pkg), flag, "-test.run", pattern(tests))
	cmd.Dir = filepath.Join("backend", pkg)
	cmd.Env = append(append(os.Environ(), env...), "TMPDIR="+tmp)
	if pkg == faultPackage {
		cmd.Env = append(cmd.Env, everyFault)
	}
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.Bytes(), err
}

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
