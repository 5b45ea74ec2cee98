//go:build linux

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// asChild tells a test process to start a server, to say where, and to wait for its end.
const asChild = "COUNTERSIGN_POSTGRESTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		os.Exit(child())
	}
	code := m.Run()
	Stop()
	os.Exit(code)
}

func child() int {
	s, err := start()
	if err != nil {
		println(err.Error())
		return 1
	}
	fmt.Println(s.Folder(), s.watcher.Process.Pid)
	_, _ = os.Stdin.Read(make([]byte, 1)) // until it is told to go on
	s.stop()
	return 0
}

// TestServer_LeavesNothingBehind ends a test process as it should end, and kills another.
func TestServer_LeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*exec.Cmd, func() error) error{
		"Ended":  func(_ *exec.Cmd, goOn func() error) error { return goOn() },
		"Killed": func(c *exec.Cmd, _ func() error) error { return c.Process.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), asChild+"=yes")
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			var folder string
			var watcher int
			if _, err := fmt.Fscanln(out, &folder, &watcher); err != nil {
				t.Fatal(err)
			}
			written, err := os.ReadFile(filepath.Join(folder, "data", "postmaster.pid"))
			if err != nil {
				t.Fatal(err)
			}
			number, _, _ := strings.Cut(string(written), "\n")
			server, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			over := []func(){whenOver(t, server), whenOver(t, watcher)}
			if err := end(c, in.Close); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait()
			for _, wait := range over {
				wait()
			}
			if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("its folder is there: %v", err)
			}
		})
	}
}

// whenOver gives what waits for the end of a process, which runs now.
func whenOver(t *testing.T, process int) (wait func()) {
	t.Helper()
	fd, err := unix.PidfdOpen(process, 0)
	if err != nil {
		t.Fatalf("process %d does not run: %v", process, err)
	}
	return func() {
		t.Helper()
		defer unix.Close(fd)
		for {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(patience.Milliseconds()))
			if err == unix.EINTR {
				continue
			}
			if n != 1 || err != nil {
				t.Fatalf("process %d does not end: %v", process, err)
			}
			return
		}
	}
}

func TestServer_IsAnOrdinaryUsersAndListensOnNoPort(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var addresses, fsync string
	if err := conn.QueryRow(t.Context(), "SELECT current_setting('listen_addresses'), current_setting('fsync')").Scan(&addresses, &fsync); err != nil || addresses != "" || fsync != "off" {
		t.Errorf("it listens on %q, fsync is %s (%v)", addresses, fsync, err)
	}
	st, err := os.Stat(Shared(t).Folder())
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v (%v)", st.Mode(), err)
	}
	if uid := st.Sys().(*syscall.Stat_t).Uid; uid == 0 {
		t.Error("the folder is root's")
	}
}

func TestDatabase_IsTheTestsOwn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	template := Template(t)
	for i, connString := range []string{template, Like(t, template), Like(t, template), Database(t)} {
		conn, err := pgx.Connect(ctx, connString)
		if err != nil {
			t.Fatal(err)
		}
		var tables int
		err = conn.QueryRow(ctx, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables)
		if err == nil {
			_, err = conn.Exec(ctx, "CREATE TABLE mine (x int)")
		}
		if err := errors.Join(err, conn.Close(ctx)); err != nil || tables != 0 {
			t.Errorf("database %d has %d tables (%v)", i, tables, err)
		}
	}
	conn, err := pgx.Connect(ctx, Like(t, template))
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(ctx, "SELECT * FROM mine")
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Errorf("what is in the template is not in the copy: %v", err)
	}
}

// TestPrograms_TheNewestIsTakenAndNoneIsToldOf looks in folders of its own.
func TestPrograms_TheNewestIsTakenAndNoneIsToldOf(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	system := t.TempDir()
	if _, err := programsIn(system); err == nil || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("where there is none: %v", err)
	}
	for _, version := range []string{"9", "17", "15"} {
		bin := filepath.Join(system, version, "bin")
		if err := errors.Join(os.MkdirAll(bin, 0o755), os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if dir, err := programsIn(system); err != nil || dir != filepath.Join(system, "17", "bin") {
		t.Errorf("%s, %v", dir, err)
	}
	onPath := t.TempDir()
	t.Setenv("PATH", onPath)
	if err := os.WriteFile(filepath.Join(onPath, "initdb"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if dir, err := programsIn(t.TempDir()); err != nil || dir != onPath {
		t.Errorf("%s, %v", dir, err)
	}
}
