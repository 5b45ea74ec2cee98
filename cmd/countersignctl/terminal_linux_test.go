package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"countersign/backend/keychain/secretservicetest"
	"countersign/cmd/internal/cli"
)

// screen is a terminal and what stands on it.
type screen struct {
	*os.File // the side of the person
	program  *os.File
	text     strings.Builder
}

func newScreen(t *testing.T) *screen {
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
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Close(), program.Close() }) // nothing is written to them any more
	return &screen{File: person, program: program}
}

// await reads until the screen ends with text.
func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	b := make([]byte, 4096)
	for !strings.HasSuffix(s.text.String(), text) {
		n, err := s.Read(b)
		if err != nil {
			t.Fatalf("%v after %q", err, s.text.String())
		}
		s.text.Write(b[:n])
	}
}

// shows reports whether the terminal shows what is typed.
func (s *screen) shows(t *testing.T) bool {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(s.program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return mode.Lflag&unix.ECHO != 0
}

// awaitHidden reads until a question is on the screen, by when nothing that is typed shows.
func (s *screen) awaitHidden(t *testing.T, question string) {
	t.Helper()
	s.await(t, question)
	if s.shows(t) {
		t.Errorf("at %q the terminal shows what is typed", question)
	}
}

func TestAtATerminalTheEmailShowsAndThePasswordDoesNot(t *testing.T) {
	t.Parallel()
	service := secretservicetest.Start(t)
	environment := append(service.Env(), "COUNTERSIGN_DATA_DIR="+t.TempDir())
	program := func(args ...string) *exec.Cmd {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		return &exec.Cmd{Path: exe, Args: args, Env: environment}
	}
	if out, err := program("make-workspace").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := newScreen(t)
	ctl := program("countersignctl", "status", "--sign-in")
	ctl.Stdin, ctl.Stdout, ctl.Stderr = s.program, s.program, s.program
	if err := ctl.Start(); err != nil {
		t.Fatal(err)
	}
	s.await(t, "Email: ")
	fmt.Fprintln(s, ownerEmail)
	s.awaitHidden(t, "Password: ")
	fmt.Fprintln(s, ownPassword)
	s.await(t, "events\r\n")
	if err := ctl.Wait(); err != nil {
		t.Fatal(err)
	}
	if !s.shows(t) {
		t.Error("the terminal no longer shows what is typed")
	}
	if text := s.text.String(); !strings.Contains(text, ownerEmail) || strings.Contains(text, ownPassword) {
		t.Errorf("the screen shows %q", text)
	}

	// Ctrl+C at the password ends it, and the terminal shows again what is typed.
	ctl = program("countersignctl", "status", "--sign-in", "--email", ownerEmail)
	ctl.Stdin, ctl.Stdout, ctl.Stderr = s.program, s.program, s.program
	if err := ctl.Start(); err != nil {
		t.Fatal(err)
	}
	s.awaitHidden(t, "Password: ")
	if err := ctl.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.await(t, "Interrupted.\r\n")
	_ = ctl.Wait() // its exit code is what is looked at
	if code := ctl.ProcessState.ExitCode(); code != cli.ExitInterrupted {
		t.Errorf("exit code %d", code)
	}
	if !s.shows(t) {
		t.Error("the terminal no longer shows what is typed")
	}
}

func TestHelp_IsAsWideAsTheTerminal(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	const width = 60
	if err := unix.IoctlSetWinsize(int(s.program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctl := &exec.Cmd{Path: exe, Args: []string{"countersignctl", "members", "suspend", "--help"}, Stdout: s.program}
	if err := ctl.Start(); err != nil {
		t.Fatal(err)
	}
	s.await(t, "print JSON, and errors as JSON\r\n")
	if err := ctl.Wait(); err != nil {
		t.Fatal(err)
	}
	widest := 0
	for _, line := range strings.Split(s.text.String(), "\r\n") {
		widest = max(widest, utf8.RuneCountInString(line))
	}
	if widest > width || widest < width-10 {
		t.Errorf("%d columns of %d:\n%s", widest, width, s.text.String())
	}
}
