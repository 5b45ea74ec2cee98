// Command countersignctl manages a Countersign workspace from terminals and scripts:
// what is wrong with it, its members and their recovery codes, its policy, its audit
// log, and its encrypted exports and backups. It stands on the same backend as the
// window, needs no display, and may be used while the window is open on the same data
// folder.
//
// Passwords and codes are typed without echo, or read from standard input with
// --stdin. They are never arguments and never in the environment.
//
// The commands are in commands*.go, from which cmd/internal/cli makes help, completion and
// the manual page. All that is said is in backend/words, under terminal. and words.go puts it
// into words. Exit codes and errors are in exit.go. Where a command opens the
// workspace and signs in is signin.go.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"countersign/cmd/internal/cli"
)

// version is the program's; the build sets it from wails.json.
var version = "0.1.0"

func main() {
	forbidCoreDumps()
	cli.Speak()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// env is what a command works with.
type env struct {
	options
	stdin  *os.File
	stdout io.Writer
	stderr *os.File
	now    func() time.Time

	listsNews bool // news that stay: a sign-in needn’t tell them as well
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, args []string, stdin *os.File, stdout io.Writer, stderr *os.File) int {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	_, err := cli.Execute(ctx, commands(e), args, stdout, stderr)
	if err == nil {
		return cli.ExitDone
	}
	e.json = e.json || asksForJSON(args)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	return e.fail(err)
}

// asksForJSON finds --json where a mistake before it kept the command line from being read.
func asksForJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json")
}
