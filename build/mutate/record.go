package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/build/mutate/mutant"
)

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
