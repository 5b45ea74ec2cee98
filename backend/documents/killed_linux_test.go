package documents_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"

	"countersign/backend/documents"
)

// writerEnv makes of this test a process that writes a document into the folder that it
// names and waits to be killed; keeperEnv lets it keep the document before.
const (
	writerEnv = "COUNTERSIGN_TEST_WRITE"
	keeperEnv = "COUNTERSIGN_TEST_KEEP"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerEnv); dir != "" {
		if err := writeAndSay(dir, os.Getenv(keeperEnv) != ""); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		select {} // only a signal ends it
	}
	os.Exit(m.Run())
}

func writeAndSay(dir string, keep bool) error {
	f, err := documents.Open(dir)
	if err != nil {
		return err
	}
	n, err := f.Create("a1.1.age")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(n, text(3_000_000)); err != nil {
		return err
	}
	if keep {
		if err := n.Keep(); err != nil {
			return err
		}
	}
	fmt.Println("written")
	return nil
}

// killed starts the writer, kills it when it has written, and waits until it is gone.
func killed(t *testing.T, dir string, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), writerEnv+"="+dir), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if killErr := cmd.Process.Kill(); killErr != nil {
		t.Error(killErr)
	}
	_ = cmd.Wait() // it was killed
	if err != nil || line != "written\n" {
		t.Fatalf("%q %v", line, err)
	}
}

func TestCreate_KilledProcessLeavesNothing(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	settled(t, f, "b2.1.age", "before")
	killed(t, dir)
	if got := there(t, dir); !slices.Equal(got, []string{"b2.1.age"}) || !slices.Equal(listed(t, f), got) {
		t.Errorf("left behind: %q", got)
	}
	if err := f.Tidy(); err != nil || read(t, f, "b2.1.age") != "before" {
		t.Errorf("%v", err)
	}
}

func TestKeep_DocumentIsWholeAfterAKill(t *testing.T) {
	t.Parallel()
	f, dir := opened(t)
	killed(t, dir, keeperEnv+"=1")
	if got := listed(t, f); !slices.Equal(got, []string{"a1.1.age waits"}) {
		t.Errorf("%q", got)
	}
	if read(t, f, "a1.1.age") != text(3_000_000) {
		t.Error("it is not what was written")
	}
}
