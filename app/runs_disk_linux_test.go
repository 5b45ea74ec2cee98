package app

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"countersign/backend/keychain"
)

// onSmallDisk runs the named test again in a mount namespace of its own, where dir
// is a disk of a few MiB; it says what happened there.
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
	script := `mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"`
	args = append(args, "sh", "-c", script, dir, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), "COUNTERSIGN_TEST_DISK="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, false
}

// fill leaves no room on the disk of dir; free gives it back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if closed := f.Close(); closed != nil || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err, closed)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

func TestPrintRun_FullDiskLeavesNoFileAndTheOldCodes(t *testing.T) {
	t.Parallel()
	disk, here := onSmallDisk(t)
	if !here {
		return
	}
	o := newOffice(t)
	dir := filepath.Join(disk, "out")
	o.ok(os.Mkdir(dir, 0o700))
	free := fill(t, disk) // a file can be begun, and nothing written
	for _, format := range []string{"pdf", "text"} {
		o.desk.saveTo = filepath.Join(dir, "run."+format)
		_, err := o.save(RunRequest{Format: format})
		if e := o.refused(err, codeSaveFull); !strings.HasPrefix(e.Args["name"].(string), "run.") {
			t.Errorf("%+v", e)
		}
	}
	o.untouched(dir)
	runs, err := o.runs.List(o.in.Token, 0)
	o.ok(err)
	for _, r := range runs {
		if r.State != "cancelled" {
			t.Errorf("run %d is %s", r.Number, r.State)
		}
	}
	free()
	o.desk.saveTo = filepath.Join(dir, "run.pdf")
	out, err := o.save(RunRequest{Format: "pdf"})
	o.ok(err)
	if out.InForce != len(people) {
		t.Errorf("the next try: %+v", out)
	}
}

func TestPrintRun_FullDataFolderLeavesOneSheetEach(t *testing.T) {
	t.Parallel()
	disk, here := onSmallDisk(t)
	if !here {
		return
	}
	o := officeOn(windowOn(t, filepath.Join(disk, "data"), keychain.NewMemory()))
	dir := t.TempDir()
	o.desk.saveTo = filepath.Join(dir, "run.pdf")
	fullAt := func(phase string) (RunOutcome, error) {
		free := func() {}
		o.s.desktop = &runDesk{o.desk, phase, func() { free = fill(t, disk) }}
		defer func() { o.s.desktop = o.desk; free() }()
		return o.save(RunRequest{Format: "pdf"})
	}
	_, err := fullAt("making")
	o.refused(err, "folder_full")
	o.untouched(dir)

	// Sheets are in force by then: they and their file stay, and the trouble is told beside them.
	out, err := fullAt("in-force")
	o.ok(err)
	if out.InForce != len(people) || out.Problem == nil || out.Problem.Code != "folder_full" || out.Name != "run.pdf" {
		t.Errorf("%+v", out)
	}
	if o.opens(people[0], o.old[0]) {
		t.Error("the old code is good")
	}
	out, err = o.save(RunRequest{Format: "pdf"})
	o.ok(err)
	if out.InForce != len(people) {
		t.Errorf("the next try: %+v", out)
	}
}
