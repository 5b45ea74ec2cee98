// Package bench measures the app and the server beside their peers: make bench. It is a test binary, since only such a one hashes passwords at next
// to no cost: what a computer of a person does with Argon2id is no figure of the server’s, and would hide the others. What is measured of the app is
// measured by programs of their own, with Argon2id: scripts of e2e/bench and benchmarks of the backend.
//
// Each figure and its peer are measured by turns, in the same run and on the same machine. PostgreSQL and OpenLDAP are started for it, as ordinary
// processes on loopback, with all that they keep in one folder on the disk, and wait for the disk as they do by default.
package bench

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

var (
	measure = flag.Bool("measure", false, "measure, in place of testing the package")
	part    = flag.String("part", "", "app or server; empty: both")
	only    = flag.String("figures", "", "the figures to measure, by the beginnings of their names, with commas between; empty: all")
	rounds  = flag.Int("rounds", 5, "how many times each is measured, after once to warm up")
	scale   = flag.Float64("scale", 1, "how much of each: 0.1 is a tenth of the sign-ins, members and bytes, to try the run")
	where   = flag.String("folder", "/var/tmp", "where PostgreSQL and OpenLDAP keep what they have, in a folder of its own: on a disk, not in memory")
	daemon  = flag.String("countersignd", "../bin/countersignd", "the program that is measured")
	profile = flag.Bool("profile", false, "say what PostgreSQL and the server spent their time on; costs some of it")
	into    = flag.String("into", "bench.json", "the file for the figures")
)

func TestMain(m *testing.M) {
	if os.Getenv(asPlain) != "" {
		os.Exit(plainServer())
	}
	flag.Parse()
	if !*measure {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := figures(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// group is what is measured together, and what each of its figures is called.
type group struct {
	names   []string // or how they begin
	measure func(ctx context.Context, b *bench) error
}

var serverGroups = []group{
	{[]string{"sign-ins, 1 connection", "sign-ins, 8 connections", "sign-ins, 16 connections", "sign-ins, 16 connections, two instances"}, signIns},
	{[]string{"commits of a sign-in"}, commitsOfSignIn},
	{[]string{"signing in with a password"}, signInHere},
	{[]string{"first screen, members", "first screen, contracts"}, firstScreen},
	{[]string{"document up", "document down", "document, memory"}, documentsUpAndDown},
	{[]string{"wrong guesses, p99 of others"}, wrongGuesses},
	{[]string{"memory of an instance, 1,000 sessions"}, memoryOfSessions}, // last: its sessions stay
}

// bench is a run.
type bench struct {
	out    io.Writer
	folder string
	ends   []func() error
	found  []figure
	notes  []string // what was left out, and why
	at     *server  // once it was started
	only   []string
}

// wants reports whether a figure was asked for.
func (b *bench) wants(name string) bool {
	return len(b.only) == 0 || slices.ContainsFunc(b.only, func(beginning string) bool { return strings.HasPrefix(name, beginning) })
}

// later is done at the end, the last first.
func (b *bench) later(do func() error) { b.ends = append(b.ends, do) }

// say tells how far the run is.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// add takes a figure in.
func (b *bench) add(f figure) {
	if b.wants(f.Name) {
		b.found = append(b.found, f)
	}
}

// leaveOut says what was not measured.
func (b *bench) leaveOut(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// many is a number of things as the run is scaled, and at least least.
func many(n, least int) int { return max(least, int(float64(n)**scale)) }

func figures(ctx context.Context, out io.Writer) (err error) {
	b := &bench{out: out}
	if *only != "" {
		b.only = strings.Split(*only, ",")
	}
	if b.folder, err = os.MkdirTemp(*where, "countersign-bench-"); err != nil {
		return err
	}
	b.later(func() error { return os.RemoveAll(b.folder) })
	defer func() {
		for _, end := range slices.Backward(b.ends) {
			err = errors.Join(err, end())
		}
	}()
	if err := os.Chmod(b.folder, 0o711); err != nil { // PostgreSQL runs as another user where this is root
		return err
	}
	groups, measured := slices.Concat(appGroups, serverGroups), false
	switch *part {
	case "":
	case "app":
		groups = appGroups
	case "server":
		groups = serverGroups
	default:
		return fmt.Errorf("there is no part %q", *part)
	}
	var failed error
	for _, g := range groups {
		if !slices.ContainsFunc(g.names, b.wants) {
			continue
		}
		measured = true
		b.say("%s", strings.Join(g.names, "; "))
		if err := g.measure(ctx, b); err != nil { // the others are measured all the same
			failed = errors.Join(failed, fmt.Errorf("%s: %w", strings.Join(g.names, "; "), err))
		}
	}
	if !measured {
		return fmt.Errorf("no figure begins with %q", *only)
	}
	fmt.Fprint(out, table(b.found, b.notes, machine()))
	text, err := json.MarshalIndent(b.found, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(failed, os.WriteFile(filepath.Clean(*into), append(text, '\n'), 0o644))
}

// tempFolder is one more folder of the run.
func tempFolder(b *bench) (string, error) { return os.MkdirTemp(b.folder, "here-") }
