package sqlite_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/folder"
	"countersign/backend/sqlite"
	"countersign/backend/store"
)

// onSmallDisk runs the named test again in a mount namespace of its own, where
// dir is a disk of the given size; it says what happened there.
func onSmallDisk(t *testing.T, options string) (dir string, here bool) {
	t.Helper()
	if dir := os.Getenv("COUNTERSIGN_TEST_DISK"); dir != "" {
		return dir, true
	}
	dir = t.TempDir()
	args := []string{"--mount"}
	if os.Getuid() != 0 {
		args = append(args, "--map-root-user")
	}
	script := "mount -t tmpfs -o " + options + " tmpfs \"$0\" && exec \"$@\""
	args = append(args, "sh", "-c", script, dir, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), "COUNTERSIGN_TEST_DISK="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, false
}

func TestUpdate_FullDiskRefusesAndTheNextTryWorks(t *testing.T) {
	t.Parallel()
	dir, here := onSmallDisk(t, "size=1m")
	if !here {
		return
	}
	s := open(t, filepath.Join(dir, "workspace.db"))
	ballast := filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	_ = f.Close()
	seq := int64(0)
	write := func() error {
		return s.Update(t.Context(), func(tx store.WriteTx) error {
			for range 50 {
				seq++
				e := audit.Event{Seq: seq, At: time.UnixMilli(1), Detail: map[string]string{"x": strings.Repeat("x", 2000)}}
				if err := tx.AppendEvent(store.SignedEvent{Event: e, Signature: []byte("s"), Tree: []byte("t")}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := write(); !errors.Is(err, store.ErrFull) {
		t.Fatalf("got %v", err)
	}
	if err := folder.Prepare(dir); !errors.Is(err, folder.ErrFull) {
		t.Errorf("the folder says %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	seq = 0
	if err := write(); err != nil {
		t.Errorf("the next try: %v", err)
	}
}

func TestOpen_ReadOnlyFolderIsReported(t *testing.T) {
	t.Parallel()
	dir, here := onSmallDisk(t, "size=4m")
	if !here {
		return
	}
	path := filepath.Join(dir, "workspace.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if err := folder.Prepare(dir); !errors.Is(err, folder.ErrReadOnly) {
		t.Errorf("the folder says %v", err)
	}
	if _, err := sqlite.Open(t.Context(), path); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("the store says %v", err)
	}
	if _, err := sqlite.Open(t.Context(), filepath.Join(dir, "other.db")); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("a new store says %v", err)
	}
}
