package documents_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"countersign/backend/documents"
	"countersign/backend/store"
)

// onSmallDisk runs the named test again in a mount namespace of its own, where dir is a
// disk of 1 MiB; it says what happened there.
func onSmallDisk(t *testing.T) (dir string, here bool) {
	t.Helper()
	if dir := os.Getenv("COUNTERSIGN_TEST_DISK"); dir != "" {
		return dir, true
	}
	dir = t.TempDir()
	args := []string{"--mount"}
	if os.Getuid() != 0 {
		args = append(args, "--map-root-user")
	}
	script := "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\""
	args = append(args, "sh", "-c", script, dir, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), "COUNTERSIGN_TEST_DISK="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, false
}

func TestCreate_FullDiskKeepsTheOtherDocuments(t *testing.T) {
	t.Parallel()
	disk, here := onSmallDisk(t)
	if !here {
		return
	}
	f := must[*documents.Folder](t)(documents.Open(filepath.Join(disk, "documents")))
	settled(t, f, "a1.1.age", "before")
	if err := f.WriteIndex(func(w io.Writer) error { _, err := io.WriteString(w, "index"); return err }); err != nil {
		t.Fatal(err)
	}
	n := must[store.NewBlob](t)(f.Create("b2.1.age"))
	if _, err := io.WriteString(n, text(2<<20)); !errors.Is(err, store.ErrBlobsFull) {
		t.Errorf("a document: %v", err)
	}
	// Its part takes all that is free.
	if err := f.WriteIndex(func(w io.Writer) error { _, err := io.WriteString(w, text(8192)); return err }); !errors.Is(err, store.ErrBlobsFull) {
		t.Errorf("the index: %v", err)
	}
	if free, err := f.Free(); err != nil || free > 100_000 {
		t.Errorf("%d bytes are free, %v", free, err)
	}
	if err := n.Drop(); err != nil {
		t.Error(err)
	}
	if free, err := f.Free(); err != nil || free < 900_000 {
		t.Errorf("when it is dropped %d bytes are free, %v", free, err)
	}
	r := must[io.ReadCloser](t)(f.ReadIndex())
	if got, err := io.ReadAll(r); err != nil || string(got) != "index" || read(t, f, "a1.1.age") != "before" {
		t.Errorf("%q, %v", got, err)
	}
	settled(t, f, "b2.1.age", text(500_000))
	if got := listed(t, f); !slices.Equal(got, []string{"a1.1.age", "b2.1.age"}) {
		t.Errorf("%q", got)
	}
}

func TestFolder_ReadOnlyIsStillRead(t *testing.T) {
	t.Parallel()
	disk, here := onSmallDisk(t)
	if !here {
		return
	}
	dir := filepath.Join(disk, "documents")
	f := must[*documents.Folder](t)(documents.Open(dir))
	settled(t, f, "a1.1.age", "before")
	kept(t, f, "b2.1.age", "before")
	if err := unix.Mount("", disk, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	_, createErr := f.Create("c3.1.age")
	_, openErr := documents.Open(filepath.Join(disk, "others"))
	for act, err := range map[string]error{
		"Create": createErr, "Open": openErr, "Settle": f.Settle("b2.1.age"), "Remove": f.Remove("a1.1.age"), "WriteIndex": f.WriteIndex(nil),
	} {
		if !errors.Is(err, store.ErrBlobsReadOnly) {
			t.Errorf("%s: %v", act, err)
		}
	}
	if again, err := documents.Open(dir); err != nil || read(t, again, "a1.1.age")+read(t, again, "b2.1.age") != "beforebefore" {
		t.Errorf("%v", err)
	}
}
