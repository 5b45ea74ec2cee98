package folder_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"countersign/backend/folder"
)

// writerEnv makes of this test a process that writes a file and waits to be killed:
// it holds the file's path, and whether it is to be kept.
const (
	writerEnv = "COUNTERSIGN_TEST_WRITE"
	keeperEnv = "COUNTERSIGN_TEST_KEEP"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		writeAndWait(path, os.Getenv(keeperEnv) != "")
	}
	os.Exit(m.Run())
}

func writeAndWait(path string, keep bool) {
	f, err := folder.CreateWhole(path)
	for range 100 {
		if err == nil {
			_, err = f.Write(page)
		}
	}
	if err == nil && keep {
		err = f.Keep()
	}
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("written")
	select {} // only a signal ends it
}

var page = bytes.Repeat([]byte("P4XW-8NJC-R2HE-0TVM\n"), 4096)

// killed starts the writer, kills it when it has written, and waits until it is gone.
func killed(t *testing.T, path string, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), writerEnv+"="+path), env...)
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

func TestWhole_KilledWriterLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "sheets.pdf")
	killed(t, path)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if err := folder.WriteWhole(path, []byte("precious")); err != nil {
		t.Fatal(err)
	}
	killed(t, path)
	if got, err := os.ReadFile(path); string(got) != "precious" {
		t.Errorf("what was there reads %.20q, %v", got, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWhole_WriterKilledAfterKeepLeavesItAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "sheets.pdf")
	killed(t, path, keeperEnv+"=1")
	st, err := os.Stat(path)
	if err != nil || st.Size() != int64(100*len(page)) || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
}

// A file system without unnamed files, here that of /proc, takes the other way.
func TestCreateWhole_TellsWhyNoFileCanBeMade(t *testing.T) {
	t.Parallel()
	if _, err := folder.CreateWhole("/proc/sheets.pdf"); err == nil {
		t.Error("a file was made in /proc")
	}
	if _, err := folder.CreateWhole(filepath.Join(t.TempDir(), "none", "x")); err == nil {
		t.Error("a file was made in a folder that is not there")
	}
}
