package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// start runs tests of one package in one process, which has a folder of its own for what it
// writes. The error is that of a test that fails, or of one that takes longer than limit.
func (r *runner) start(ctx context.Context, pkg string, tests []*test, limit time.Duration, flag string, env ...string) ([]byte, error) {
	tmp, err := open(os.MkdirTemp(r.dir, "tmp-"))
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
