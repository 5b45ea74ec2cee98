package main

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"countersign/cmd/internal/clitest"
)

func TestProgram_IsAsEachOfOurs(t *testing.T) {
	t.Parallel()
	clitest.Test(t, program())
}

func TestReference_IsWhatTheProgramSays(t *testing.T) {
	t.Parallel()
	clitest.Page(t, "countersignd.md", program().Reference())
}

func program() clitest.Program {
	return clitest.Program{
		Name: "countersignd", Root: func() *cobra.Command { return commands(&env{now: time.Now}) }, Least: 9, Told: 15, Manual: manual(), Run: plain,
	}
}

// plain carries out a command line without anything else.
func plain(ctx context.Context, args []string, stdout io.Writer, stderr *os.File) int {
	return run(ctx, args, nil, stdout, stderr)
}

func TestGuides_CommandLinesAreUnderstood(t *testing.T) {
	t.Parallel()
	program().Guides(t)
}
