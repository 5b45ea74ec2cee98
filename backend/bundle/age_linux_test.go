package bundle_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"countersign/backend/bundle"
)

// ageFolder is where ageTool has put the tool, if it was called.
var ageFolder string

// ageTool builds the age tool from its own module, of the version that build/tools.mod names.
var ageTool = sync.OnceValues(func() (tool string, err error) {
	if ageFolder, err = os.MkdirTemp("", "age-*"); err != nil {
		return "", err
	}
	tool = filepath.Join(ageFolder, "age")
	out, err := exec.Command("go", "build", "-modfile=../../build/tools.mod", "-o", tool, "filippo.io/age/cmd/age").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return tool, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if ageFolder != "" {
		_ = os.RemoveAll(ageFolder) // it is among the system's temporary files
	}
	os.Exit(code)
}

func runAge(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	tool, err := ageTool()
	if err != nil {
		t.Fatal(err)
	}
	return exec.Command(tool, args...)
}

// untarred takes a tar apart with the system's tar.
func untarred(t *testing.T, file string) string {
	t.Helper()
	folder := t.TempDir()
	if out, err := exec.Command("tar", "-xf", file, "-C", folder).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

func written(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAgeTool_OpensABundleForAKeyWithTar(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), 200_000)
	file := written(t, "run.age", made(t, toOurs(t), func(w *bundle.Writer) error { return w.Add("long", bytes.NewReader(long)) }))
	key := written(t, "key.txt", []byte(ours.String()+"\n"))
	plain := filepath.Join(t.TempDir(), "run.tar")
	if out, err := runAge(t, "-d", "-i", key, "-o", plain, file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	folder := untarred(t, plain)
	for name, want := range content {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(folder, "long")); err != nil || !bytes.Equal(got, long) {
		t.Errorf("the long file: %d bytes, %v", len(got), err)
	}

	// And the other way: what tar and the age tool put together is read, and refused for what it is.
	again := filepath.Join(t.TempDir(), "again.age")
	if out, err := exec.Command("tar", "--format=ustar", "-cf", plain, "-C", folder, "format.txt", "sheets.csv").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := runAge(t, "-r", ours.Recipient().String(), "-o", again, plain).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(b, withOurs(t)); !errors.Is(err, bundle.ErrFiles) {
		t.Errorf("a bundle without a manifest: %v", err)
	}
}

func TestAgeTool_OpensABundleWithAPassphrase(t *testing.T) {
	t.Parallel()
	file := written(t, "run.age", made(t, must(bundle.ToPassphrase(passphrase)), nil))
	plain := filepath.Join(t.TempDir(), "run.tar")
	person, program := terminal(t)
	cmd := runAge(t, "-d", "-o", plain, file)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true} // it asks at /dev/tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	b := make([]byte, 4096)
	for !strings.Contains(seen.String(), "assphrase: ") {
		n, err := person.Read(b)
		if err != nil {
			t.Fatalf("%v after %q", err, seen.String())
		}
		seen.Write(b[:n])
	}
	if _, err := fmt.Fprintln(person, passphrase.Reveal()); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v after %q", err, seen.String())
	}
	if got, err := os.ReadFile(filepath.Join(untarred(t, plain), "sheets.csv")); err != nil || string(got) != content["sheets.csv"] {
		t.Errorf("%q, %v", got, err)
	}
}

// terminal returns both sides of one.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Close(), program.Close() }) // nothing is written to them any more
	return person, program
}

func TestAgeTool_HasTheVersionOfTheLibrary(t *testing.T) {
	t.Parallel()
	version := func(args ...string) string {
		out, err := exec.Command("go", append([]string{"list", "-m", "-f", "{{.Version}}"}, args...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if a, b := version("filippo.io/age"), version("-modfile=../../build/tools.mod", "filippo.io/age"); a != b {
		t.Errorf("go.mod has %s, build/tools.mod %s", a, b)
	}
}
