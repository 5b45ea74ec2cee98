// Command countersignd holds a Countersign workspace for the desktop apps of its members. It keeps everything in PostgreSQL, but for
// its key and its certificate, which are files. It never has a password, a key of the vault or a contract in clear.
//
// config.go has what can be set. Each command has a file: init.go founds the workspace, serve.go answers, and health.go and metrics.go tell
// whoever watches it. site.go opens what they stand on. All that is said is in backend/words, under terminal.server.
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

	"github.com/spf13/cobra"

	"countersign/cmd/internal/cli"
)

// version is the program's; the build sets it from wails.json.
var version = "0.1.0"

func main() {
	forbidCoreDumps()
	cli.Speak()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := runAt(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr, os.Stdin, os.Stderr)
	stop()
	os.Exit(code)
}

// env is what a command works with.
type env struct {
	options
	environ []string
	command *cobra.Command
	stdout  io.Writer
	stderr  io.Writer
	now     func() time.Time

	// Where a passphrase is asked for; nil: there is nobody to ask.
	stdin, terminal *os.File
}

// run carries out a command line and returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	return runAt(ctx, args, environ, stdout, stderr, nil, nil)
}

// runAt is run where somebody may be asked at a terminal.
func runAt(ctx context.Context, args, environ []string, stdout, stderr io.Writer, stdin, terminal *os.File) int {
	e := &env{environ: environ, stdout: stdout, stderr: stderr, now: time.Now, stdin: stdin, terminal: terminal}
	_, err := cli.Execute(ctx, commands(e), args, stdout, stderr)
	if err == nil {
		return cli.ExitDone
	}
	e.json = e.json || slices.Contains(args, "--json")
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	return e.fail(err)
}
