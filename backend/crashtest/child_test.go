package crashtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"countersign/backend/documents"
	"countersign/backend/sqlite"
)

// childEnv tells a process of this test binary to be the program under test.
const childEnv = "COUNTERSIGN_CRASH_CHILD"

// order is what a child is told to do.
type order struct {
	Dir     string
	UseCase string
	Rush    string    // instead of a use case: see processes_test.go
	Seat    int       // tells two processes apart
	At      time.Time // the clock
	End     int       // the point at which to end; 0: once everything is ready; -1: at none
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		var o order
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			panic(err)
		}
		if o.Rush != "" {
			hurry(o)
		} else {
			live(o)
		}
		return
	}
	os.Exit(parent(m))
}

// scratch is where the bases are made.
var scratch string

func parent(m *testing.M) (status int) {
	var err error
	if scratch, err = os.MkdirTemp("", "countersign-crash-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(scratch)
	// Most of the time goes into waiting for the disk.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	status = m.Run()
	if n := tried.Load(); n == found.Load() && n > 0 {
		fmt.Printf("%d points, %d survived\n", n, survived.Load())
	} else if n > 0 {
		fmt.Printf("%d points, %d tried, %d survived\n", found.Load(), n, survived.Load())
	}
	return status
}

// live is the program under test: it opens the home, does one use case, and ends
// without closing anything.
func live(o order) {
	ctx := context.Background()
	h := home{o.Dir}
	p := &person{ctx: ctx, home: h, clock: &clock{t: o.At}}
	log := got(os.OpenFile(h.pointsFile(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600))
	points := &points{log: log, end: o.End}
	c := useCaseNamed(o.UseCase)
	p.store = watchedStore{got(sqlite.Open(ctx, h.database())), points}
	p.secrets = watchedSecrets{h.keychain(), points}
	p.files = watchedFiles{got(documents.Open(h.documentsDir())), points}
	p.marks = c.marks
	act := c.ready(p)
	points.start(o.End == 0)
	act()
	p.note(note{Done: true})
	os.Exit(0)
}

func useCaseNamed(name string) useCase {
	for _, c := range useCases {
		if c.name == name {
			return c
		}
	}
	panic("no use case " + name)
}

// child prepares a process of this test binary with an order.
func child(ctx context.Context, o order) (*exec.Cmd, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	return cmd, nil
}

// run lets a child do its order. killed says that it ended by kill -9; any other
// end than that and a good one is an error.
func run(ctx context.Context, o order) (killed bool, err error) {
	cmd, err := child(ctx, o)
	if err != nil {
		return false, err
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return false, err
	}
	if killed = wasKilled(cmd.ProcessState); err != nil && !killed {
		return false, fmt.Errorf("the child ended with %w: %s", err, out)
	}
	return killed, nil
}

func wasKilled(s *os.ProcessState) bool {
	if runtime.GOOS == "windows" {
		return s.ExitCode() == 1
	}
	return s.String() == "signal: killed"
}

// passed reads the names of the points that a child went through.
func (h home) passed() (names []string, err error) {
	f, err := os.Open(h.pointsFile())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		names = append(names, strings.TrimSpace(s.Text()))
	}
	return names, nil
}
