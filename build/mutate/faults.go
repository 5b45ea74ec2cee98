package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
