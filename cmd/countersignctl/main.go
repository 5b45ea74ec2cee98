// Command countersignctl looks after a Countersign workspace from terminals and
// scripts: what is wrong with it, its members and their recovery codes, its audit log, and its encrypted exports. It stands on the same
// backend as the window, needs no display, and may be used while the window is
// open on the same data folder.
//
// Passwords and codes are typed without echo, or read from standard input with
// --stdin. They are never arguments and never in the environment.
//
// The commands are in commands.go, from which help, completion and the manual
// page are made. Exit codes and errors are in exit.go.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is the program's; the build sets it from wails.json.
var version = "0.1.0"

func main() {
	forbidCoreDumps()
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
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, args []string, stdin *os.File, stdout io.Writer, stderr *os.File) int {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	c, rest, err := parse(args, &e.options)
	switch {
	case errors.Is(err, errHelp):
		err = e.help(c)
	case err == nil && e.showVersion:
		err = e.print(map[string]string{"version": version}, "countersignctl "+version+"\n")
	case err == nil:
		err = c.run(ctx, e, rest)
	}
	if err == nil {
		return exitDone
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	return e.fail(err)
}
