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

// instrument writes the packages with all their mutants, and the overlay that puts them in place.
func instrument(ctx context.Context, dir string) (all []change, overlay string, err error) {
	replace := map[string]string{}
	for _, s := range suites {
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
}

// runner runs tests.
type runner struct {
	dir     string
	jobs    int
	budget  time.Duration
	mutants []change
	tests   []*test
}

func (r *runner) binary(pkg string) string {
	return filepath.Join(r.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
}

// build makes the test program of a package and lists its tests.
func (r *runner) build(ctx context.Context, pkg, overlay string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", r.binary(pkg), "./backend/"+pkg)
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
	for name := range strings.FieldsSeq(string(out)) {
		r.tests = append(r.tests, &test{Package: pkg, Name: name})
	}
	return nil
}

// faultTest lets the store fail at each line that asks it, one after the other. Each of these
// lines is a test of its own here: all together would take too long for every mutant.
const (
	faultPackage = "crashtest"
	faultTest    = "TestStoreFault_IsNeverARefusal"
	everyFault   = "COUNTERSIGN_CRASH=all"
)

// listFaults runs faultTest and takes the names from what it prints.
func (r *runner) listFaults(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, r.binary(faultPackage), "-test.v", "-test.run", "^"+faultTest+"$")
	cmd.Dir = filepath.Join("backend", faultPackage)
	cmd.Env = append(os.Environ(), everyFault, "TMPDIR="+r.dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("list the faults: %w\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		name, started := strings.CutPrefix(strings.TrimSpace(line), "=== RUN ")
		if name = strings.TrimSpace(name); started && strings.Count(name, "/") == 2 {
			r.tests = append(r.tests, &test{Package: faultPackage, Name: name})
		}
	}
	return nil
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

// kept is what a first round found.
type kept struct {
	Mutants string // a digest: other mutants have other numbers
	Tests   []*test
}

// record runs every test by itself without a mutant. What it marks, it could notice. Tests that
// are in the file already are left alone.
func (r *runner) record(ctx context.Context, keep string) error {
	now := kept{Mutants: digest(r.mutants), Tests: r.tests}
	known := map[string]*test{}
	var before kept
	if b, err := os.ReadFile(keep); err == nil && json.Unmarshal(b, &before) == nil && before.Mutants == now.Mutants {
		for _, t := range before.Tests {
			known[t.Package+" "+t.Name] = t
		}
	}
	err := r.each(ctx, len(r.tests), func(ctx context.Context, i int) error {
		t := r.tests[i]
		if k := known[t.Package+" "+t.Name]; k != nil {
			*t = *k
			return nil
		}
		marks := filepath.Join(r.dir, "marks-"+strconv.Itoa(i))
		began := time.Now()
		out, err := r.start(ctx, t.Package, []*test{t}, 10*time.Minute, mutant.Marks+"="+marks)
		if err != nil {
			return fmt.Errorf("%s of %s fails without a mutant: %w\n%s", t.Name, t.Package, err, out)
		}
		t.Took = time.Since(began)
		t.Marks, err = readMarks(marks)
		return err
	})
	if err != nil || keep == "" {
		return err
	}
	b, err := json.Marshal(now)
	return errors.Join(err, os.WriteFile(keep, b, 0o600))
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
func (r *runner) start(ctx context.Context, pkg string, tests []*test, limit time.Duration, env ...string) ([]byte, error) {
	tmp, err := os.MkdirTemp(r.dir, "tmp-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.binary(pkg), "-test.failfast", "-test.run", pattern(tests))
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

// kill looks for the mutants that no test notices.
func (r *runner) kill(ctx context.Context, chosen []suite, todo []change, known *survivorList, keep string) ([]change, error) {
	others := map[string][]string{}
	for _, s := range chosen {
		others[s.name] = s.others
		if s.faults {
			others[s.name] = append([]string{faultPackage}, s.others...)
		}
	}
	noticing := r.noticing()
	survived := make([]bool, len(todo))
	before, note, err := r.outcomes(keep)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	done := 0
	err = r.each(ctx, len(todo), func(ctx context.Context, i int) error {
		m := todo[i]
		if was, ok := before[m.key()]; ok {
			survived[i] = was == outcomeSurvived
			return nil
		}
		killed := r.killed(ctx, m, others[m.pkg], noticing[m.id])
		if killed && known.reason[m.key()] != "" { // on a busy machine a test may fail by itself
			killed = r.killed(ctx, m, others[m.pkg], noticing[m.id])
		}
		mu.Lock()
		defer mu.Unlock()
		outcome := outcomeKilled
		if survived[i] = !killed; survived[i] {
			outcome = outcomeSurvived
		}
		if ctx.Err() == nil {
			if err := note(m, outcome); err != nil {
				return err
			}
		}
		if done++; done%200 == 0 {
			fmt.Printf("%d of %d\n", done, len(todo))
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	var left []change
	for i, m := range todo {
		if survived[i] {
			left = append(left, m)
		}
	}
	return left, nil
}

// What became of a mutant, as it is noted.
const (
	outcomeKilled   = "killed"
	outcomeSurvived = "survived"
)

// outcomes gives what an earlier run has noted beside the marks, by mutant, and what notes another,
// so that a run which was stopped goes on where it was. Without a file it is nothing.
func (r *runner) outcomes(keep string) (before map[string]string, note func(m change, outcome string) error, err error) {
	before = map[string]string{}
	if keep == "" {
		return before, func(change, string) error { return nil }, nil
	}
	name := keep + "." + digest(r.mutants)[:12] + ".outcomes" // other mutants: another file
	b, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	for line := range strings.Lines(string(b)) {
		if outcome, key, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok {
			before[key] = outcome
		}
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return before, func(m change, outcome string) error { _, err := fmt.Fprintln(f, outcome, m.key()); return err }, nil
}

// noticing gives the tests that could notice each mutant. First come those that take little time
// and go through little: one that is about the code in question notices sooner than one that
// passes by.
func (r *runner) noticing() map[int][]*test {
	by := map[int][]*test{}
	ordered := slices.Clone(r.tests)
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

// killed looks with the tests of a mutant's package, then with those of others.
func (r *runner) killed(ctx context.Context, m change, others []string, tests []*test) bool {
	return r.killedBy(ctx, m, m.pkg, tests) || slices.ContainsFunc(others, func(pkg string) bool { return r.killedBy(ctx, m, pkg, tests) })
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

// killedBy runs the tests of one package that could notice a mutant: one, then two, then four.
func (r *runner) killedBy(ctx context.Context, m change, pkg string, tests []*test) bool {
	tests = slices.DeleteFunc(slices.Clone(tests), func(t *test) bool { return t.Package != pkg })
	tests = within(r.budget, tests)
	for n := 1; len(tests) > 0; n *= 2 {
		part := tests[:min(n, len(tests))]
		tests = tests[len(part):]
		var took time.Duration
		for _, t := range part {
			took += t.Took
		}
		if _, err := r.start(ctx, pkg, part, time.Minute+5*took, mutant.On+"="+strconv.Itoa(m.id)); err != nil {
			return true
		}
	}
	return false
}
