package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// suite is a package whose guards are changed, and whose tests look for it.
type suite struct {
	name   string
	others []string // packages whose tests look as well, where its own notice nothing
	faults bool     // the store's faults are injected as well, see faultTest
}

// suites are the packages that decide who gets in and what is true. Few of the journal's refusals
// can be reached without the domain, and the domain reads what is left of a workspace for others:
// their tests look as well, and those of what only a server does are in remote. What a use case does where its store fails is looked
// at in crashtest.
var suites = []suite{
	{name: "totp"}, {name: "recovery"}, {name: "audit"},
	{name: "sqlite", others: []string{"workspace", "rescue"}},
	{name: "journal", others: []string{"workspace"}, faults: true},
	{name: "workspace", others: []string{"remote", "local", "workspace/racetest", "rescue", "backup"}, faults: true},
	{name: "service", others: []string{"workspace"}}, // the table of permissions
	{name: "contracts", others: []string{"workspace"}},
	{name: "client", others: []string{"workspace", "rescue", "backup"}, faults: true}, // its use cases are tested there
}

// list is where survivors stand with their reasons.
const list = "build/mutation-survivors.txt"

func main() {
	write := flag.Bool("write", false, "write "+list+"; what is new there needs a reason")
	jobs := flag.Int("j", 2, "how many tests run at once")
	keep := flag.String("marks", "", "where to keep what each test could notice, and what became of each mutant, so that a run that was stopped goes on, and that another looks at no mutant again which was noticed and whose function is the same; a name that files begin with")
	files := flag.String("files", "", "look only at files whose names begin like one of these, as in signin,enrol_")
	budget := flag.Duration("budget", time.Minute, "how long the tests of one package may look for a mutant, by the time they take without one; code that every test goes through would cost hours otherwise")
	again := flag.Bool("again", false, "look at those only that are listed with ?")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx, flag.Args(), options{write: *write, again: *again, jobs: *jobs, keep: *keep, budget: *budget, files: *files})
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

type options struct {
	write, again bool
	jobs         int
	keep         string
	budget       time.Duration
	files        string
}

func run(ctx context.Context, only []string, o options) (bool, error) {
	began := time.Now()
	dir, err := scratch()
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	chosen := suites
	if len(only) > 0 {
		chosen = slices.DeleteFunc(slices.Clone(suites), func(s suite) bool { return !slices.Contains(only, s.name) })
	}
	if len(chosen) == 0 {
		return false, fmt.Errorf("no package of %q is among those whose guards are changed", only)
	}
	mutants, overlay, err := instrument(chosen, dir)
	if err != nil {
		return false, err
	}
	known, err := readSurvivors(list)
	if err != nil {
		return false, err
	}
	about := scope{chosen, strings.FieldsFunc(o.files, func(r rune) bool { return r == ',' })}
	asked := slices.DeleteFunc(slices.Clone(mutants), func(m change) bool { return !about.covers(m.key()) })
	todo := slices.DeleteFunc(slices.Clone(asked), func(m change) bool { return o.again && known.reason[m.key()] != unexplained })
	fmt.Printf("%d mutants, %d to look at\n", len(mutants), len(todo))
	r := &runner{
		began: began, dir: dir, overlay: overlay, jobs: o.jobs, keep: o.keep, again: o.again, budget: o.budget, mutants: mutants, tests: map[string][]*test{}, files: map[string]string{}, last: map[string][]string{},
	}
	survivors, err := r.kill(ctx, chosen, todo, known)
	if err != nil {
		return false, err
	}
	if o.again { // the others are as they were
		survivors = append(survivors, known.explained(asked)...)
	}
	report(asked, chosen, survivors)
	fmt.Printf("took %s\n", since(began))
	if o.write {
		return true, writeSurvivors(list, known.with(about, survivors))
	}
	return known.check(os.Stdout, about, survivors), nil
}

func since(t time.Time) time.Duration { return time.Since(t).Round(time.Second) }

// scratch makes a folder in memory where there is one: the tests of the store wait for the disk
// most of their time.
func scratch() (string, error) {
	const memory = "/dev/shm"
	if _, err := os.Stat(memory); err == nil {
		return open(os.MkdirTemp(memory, "mutate-"))
	}
	return open(os.MkdirTemp("", "mutate-"))
}

// open lets others go through a new folder: PostgreSQL, which a test starts below it, runs as an ordinary user.
func open(dir string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// report prints how each package does.
func report(mutants []change, chosen []suite, survivors []change) {
	fmt.Printf("%-12s %8s %8s %10s %6s\n", "package", "mutants", "killed", "survivors", "")
	for _, s := range chosen {
		all, left := ofPackage(mutants, s.name), ofPackage(survivors, s.name)
		fmt.Printf("%-12s %8d %8d %10d %5.1f%%\n", s.name, all, all-left, left, 100*float64(left)/float64(max(all, 1)))
	}
}

func ofPackage(all []change, pkg string) (n int) {
	for _, m := range all {
		if m.pkg == pkg {
			n++
		}
	}
	return n
}

// sources are the files of a package that are built here, but for its tests.
func sources(pkg string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join("backend", pkg, "*.go"))
	return slices.DeleteFunc(all, func(name string) bool { return strings.HasSuffix(name, "_test.go") }), err
}
