package main

import (
	"bytes"
	"errors"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const guard = `package p

import "errors"

func (d *door) open(n int, key string) error {
	if err := d.spend(n); err != nil {
		return err
	}
	if n < 3 && key != "" || d.wide {
		d.reset()
		d.mu.Unlock()
		return errors.Join(d.drop(n), d.err)
	}
	switch {
	case n > 9:
		return refuse("x")
	}
	return nil
}

func (d *door) may() bool { return d.wide }

func (d *door) never() bool { return false }
`

func TestFind_EachGuardHasItsMutants(t *testing.T) {
	t.Parallel()
	found, changed, err := find("p", "backend/p/door.go", []byte(guard), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, m := range found {
		if m.id != i {
			t.Errorf("mutant %d has the number %d", i, m.id)
		}
		got = append(got, strings.TrimPrefix(m.key(), "backend/p/door.go | door."))
	}
	want := []string{
		"open | skip | d.spend(n)",
		"open | never | err := d.spend(n); err != nil",
		"open | always | err := d.spend(n); err != nil",
		"open | allow | err := d.spend(n); err != nil → return err",
		`open | never | n < 3 && key != "" || d.wide`,
		`open | always | n < 3 && key != "" || d.wide`,
		`open | drop | n < 3 && key != "" of n < 3 && key != "" || d.wide`,
		`open | drop | d.wide of n < 3 && key != "" || d.wide`,
		`open | drop | n < 3 of n < 3 && key != ""`,
		`open | drop | key != "" of n < 3 && key != ""`,
		"open | bound | n < 3",
		"open | skip | d.reset()",
		`open | allow | n < 3 && key != "" || d.wide → return errors.Join(d.drop(n), d.err)`,
		"open | skip | d.drop(n)",
		"open | never | n > 9",
		"open | always | n > 9",
		"open | bound | n > 9",
		`open | allow | n > 9 → return refuse("x")`,
		"may | no | return d.wide",
		"may | yes | return d.wide",
		"never | yes | return false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nand not\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := format.Source(changed); err != nil {
		t.Errorf("%v in\n%s", err, changed)
	}
	if n := bytes.Count(changed, []byte("\n")); n != strings.Count(guard, "\n") {
		t.Errorf("the lines have moved: %d", n)
	}
	const condition = `if mutant.If(4, mutant.Drop(6, false, mutant.Drop(8, true, mutant.Less(10, n , 3)) && mutant.Drop(9, true, key != "")) || mutant.Drop(7, false, d.wide)) {`
	if !bytes.Contains(changed, []byte(condition)) {
		t.Errorf("the condition is not in\n%s", changed)
	}
}

func TestFind_TheSameCodeTwiceIsCounted(t *testing.T) {
	t.Parallel()
	found, _, err := find("p", "f.go", []byte("package p\n\nfunc f() {\n\tg()\n\tg()\n}\n"), 7)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d, %v", len(found), err)
	}
	if found[0].key() != "f.go | f | skip | g()" || found[1].key() != "f.go | f | skip | g() #2" || found[0].id != 7 {
		t.Errorf("%q, %q", found[0].key(), found[1].key())
	}
}

func TestSurvivors_AreThoseOfTheListAndNoOthers(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "survivors.txt")
	const text = "# What it is.\n\nIt can't happen.\n\tbackend/totp/a.go | f | never | x\n\n?\n\tbackend/totp/a.go | g | never | y\n\nIt can't happen.\n\tbackend/sqlite/a.go | f | never | z\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := readSurvivors(name)
	if err != nil {
		t.Fatal(err)
	}
	chosen := scope{suites: []suite{{name: "totp"}}}
	f := change{pkg: "totp", file: "backend/totp/a.go", function: "f", operator: "never", text: "x", nth: 1}
	g, h := f, f
	g.function, g.text, h.function = "g", "y", "h"
	for _, c := range []struct {
		survivors []change
		says      string
	}{
		{[]change{f}, "a.go | g"},            // gone
		{[]change{f, g}, "without a reason"}, // listed with "?"
		{[]change{f, g, h}, "isn't listed"},
	} {
		var out bytes.Buffer
		if l.check(&out, chosen, c.survivors) || !strings.Contains(out.String(), c.says) {
			t.Errorf("%d survivors: %s", len(c.survivors), out.String())
		}
	}
	var out bytes.Buffer
	l.reason[g.key()] = "It can't happen."
	if !l.check(&out, chosen, []change{f, g}) || out.Len() > 0 {
		t.Errorf("what is listed is complained of: %s", out.String())
	}
	if !l.check(&out, scope{suites: []suite{{name: "audit"}}}, nil) {
		t.Errorf("another package's are missed: %s", out.String())
	}
	if err := writeSurvivors(name, l.with(chosen, []change{g, f, h})); err != nil {
		t.Fatal(err)
	}
	again, err := readSurvivors(name)
	if err != nil || again.reason[h.key()] != unexplained || again.reason[f.key()] != "It can't happen." || len(again.order) != 4 || len(again.head) != 1 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestLooks_LastIsTheDearestAndNoTestRunsTwice(t *testing.T) {
	t.Parallel()
	chosen := []suite{{name: "a", others: []string{"b", "c"}, faults: true}, {name: "b", others: []string{"c"}}}
	all := looks(chosen, 30*time.Second)
	var names []string
	for _, l := range all {
		names = append(names, l.name)
	}
	if want := []string{"quick", faultPackage, "b", "c", "own"}; !slices.Equal(names, want) {
		t.Fatalf("%q and not %q", names, want)
	}
	var noticing []*test
	for _, pkg := range []string{"a", "b", "c"} {
		for i := range 4 {
			noticing = append(noticing, &test{Package: pkg, Name: pkg + strconv.Itoa(i), Took: 3 * time.Second})
		}
	}
	ran := func(pkg string) (names []string) {
		for _, l := range all {
			for _, found := range l.tests(change{pkg: pkg}, noticing) {
				names = append(names, found.Name)
			}
		}
		return names
	}
	for pkg, want := range map[string][]string{
		"a": {"a0", "b0", "b1", "b2", "b3", "c0", "c1", "c2", "c3", "a1", "a2", "a3"},
		"b": {"b0", "c0", "c1", "c2", "c3", "b1", "b2", "b3"},
	} {
		if got := ran(pkg); !slices.Equal(got, want) {
			t.Errorf("for %s: %q and not %q", pkg, got, want)
		}
	}
	if got := all[0].tests(change{pkg: "a"}, noticing); len(got) != 1 {
		t.Errorf("the quick look takes %d tests", len(got))
	}
}

func TestScope_IsThePackageItselfAndFilesByHowTheyBegin(t *testing.T) {
	t.Parallel()
	all := scope{suites: []suite{{name: "workspace"}}}
	some := scope{suites: all.suites, files: []string{"signin", "runs_"}}
	for _, c := range []struct {
		file      string
		all, some bool
	}{
		{"backend/workspace/signin_stepup.go", true, true},
		{"backend/workspace/runs_issue.go", true, true},
		{"backend/workspace/runs.go", true, false},
		{"backend/workspace/racetest/signin.go", false, false},
		{"backend/totp/signin.go", false, false},
	} {
		key := change{file: c.file, function: "f", operator: "never", text: "a/b"}.key()
		if all.covers(key) != c.all || some.covers(key) != c.some {
			t.Errorf("%s: %t, %t", c.file, all.covers(key), some.covers(key))
		}
	}
}

func TestNotes_GoOnWhereTheyWereForTheSameMutants(t *testing.T) {
	t.Parallel()
	a, b := change{file: "a.go", source: "1"}, change{file: "b.go", source: "2"}
	r := &runner{keep: filepath.Join(t.TempDir(), "marks"), mutants: []change{a, b}}
	_, note, err := r.outcomes()
	if err := errors.Join(err, note(a, "quick"), note(a, outcomeKilled), note(b, "quick")); err != nil {
		t.Fatal(err)
	}
	before, _, err := r.outcomes()
	if err != nil || len(before) != 3 || !before["quick "+a.key()] || !before["killed "+a.key()] || !before["quick "+b.key()] {
		t.Errorf("%v, %v", before, err)
	}
	r.mutants = append(r.mutants, change{file: "c.go"}) // the code has changed, but not there
	if before, _, err = r.outcomes(); err != nil || len(before) != 1 || !before["killed "+a.key()] {
		t.Errorf("%v, %v", before, err)
	}
	r.mutants[0].source = "3"
	if before, _, err := r.outcomes(); err != nil || len(before) != 0 {
		t.Errorf("what was noted of another function counts: %v, %v", before, err)
	}
}

func TestParts_AreThoseOfTheTestItselfWhateverTheirNames(t *testing.T) {
	t.Parallel()
	const out = `=== RUN   TestA
=== RUN   TestA/one
=== PAUSE TestA/one
=== RUN   TestA/two/with_a_slash
=== CONT  TestA/one
=== RUN   TestA/one/deeper
=== NAME  TestA/one
=== RUN   TestA/two/with_a_slash/deeper
--- PASS: TestA (0.00s)
`
	if got, want := started(out, "TestA"), []string{"TestA/one", "TestA/two/with_a_slash"}; !slices.Equal(got, want) {
		t.Errorf("%q and not %q", got, want)
	}
}

func TestOrder_TestsThatNoticedTheLastMutantsLookFirst(t *testing.T) {
	t.Parallel()
	r := &runner{last: map[string][]string{}, files: map[string]string{"p TestD": "p/a_test.go"}}
	m := change{file: "p/a.go", function: "f"}
	all := []*test{{Name: "TestA"}, {Name: "TestB/x"}, {Name: "TestC"}, {Package: "p", Name: "TestD/y"}}
	r.noticedBy(m, all, []byte("--- FAIL: TestC (0.10s)\n    c_test.go:3: no\nFAIL\n"))
	r.noticedBy(m, all, []byte("--- FAIL: TestB (0.10s)\n    --- FAIL: TestB/x (0.10s)\n"))
	r.noticedBy(m, all, []byte("which of several waits for ever is not known"))
	r.noticedBy(change{file: "p/a.go", function: "g"}, all[3:], nil)
	var got []string
	for _, found := range r.first(m, r.near(m, all)) {
		got = append(got, found.Name)
	}
	if want := []string{"TestB/x", "TestC", "TestD/y", "TestA"}; !slices.Equal(got, want) {
		t.Errorf("%q and not %q", got, want)
	}
}

func TestFaults_ThatComeThroughTheFunctionLookNearestFirst(t *testing.T) {
	t.Parallel()
	r := &runner{keep: filepath.Join(t.TempDir(), "marks"), mutants: []change{{}}, tests: map[string][]*test{}}
	_, note, err := notes(r.keep, r.mutants, "faults")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"TestStoreFault_IsNeverARefusal/a/1_x.go:9 comes through journal/p.go:14 p/q.go:9 p/door.go:12 client/c.go:3",
		"TestStoreFault_IsNeverARefusal/a/2_x.go:9 comes through p/door.go:14 p/door.go:30",
		"TestStoreFault_IsNeverARefusal/b/3_x.go:9 comes through p/door.go:9",  // before the function
		"TestStoreFault_IsNeverARefusal/b/4_x.go:9 comes through p/door.go:16", // after the mutant
	} {
		if err := note(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.listFaults(t.Context()); err != nil || len(r.tests[faultPackage]) != 4 {
		t.Fatalf("%d, %v", len(r.tests[faultPackage]), err)
	}
	var got []string
	for _, found := range r.faultsAt(change{file: "backend/p/door.go", begins: 10, line: 15}) {
		got = append(got, strings.TrimPrefix(found.Name, faultTest))
	}
	if want := []string{"/a/2_x.go:9", "/a/1_x.go:9"}; !slices.Equal(got, want) {
		t.Errorf("%q and not %q", got, want)
	}
}
