package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long a program may take to start. It measures nothing.
const patience = time.Minute

// program is one that runs until the end of the run.
type program struct {
	*exec.Cmd
	said bytes.Buffer // on standard error
	over chan error
}

// start starts a program, which the system ends with this one.
func (b *bench) start(cmd *exec.Cmd, end os.Signal) (*program, error) {
	p := &program{Cmd: cmd, over: make(chan error, 1)}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true // what interrupts the run does not end them before it is over
	if cmd.Stderr == nil {
		cmd.Stderr = &p.said
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.over <- cmd.Wait() }()
	b.later(func() error {
		if err := cmd.Process.Signal(end); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case <-p.over:
		case <-time.After(patience):
			return errors.Join(fmt.Errorf("%s does not end", filepath.Base(cmd.Path)), cmd.Process.Kill())
		}
		return nil
	})
	return p, nil
}

// until waits for a program to answer.
func (p *program) until(ctx context.Context, answers func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := answers()
		if err == nil {
			return nil
		}
		select {
		case failed := <-p.over:
			p.over <- failed
			return fmt.Errorf("%s has ended: %w: %s", filepath.Base(p.Path), failed, p.said.String())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", filepath.Base(p.Path), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// database is a PostgreSQL with its defaults: a commit waits for the disk.
type database struct {
	connString string // of the database for the server
	conn       *pgx.Conn
	process    *program
}

func (b *bench) postgres(ctx context.Context) (*database, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		return nil, errors.New("PostgreSQL is not installed: run make setup")
	}
	bin := slices.MaxFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })
	data := filepath.Join(b.folder, "postgres")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, err
	}
	as := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // as whom it refuses to run
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(data, uid, gid); err != nil {
			return nil, err
		}
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "countersign", "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
	initdb.SysProcAttr, initdb.Dir = as, data
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	args := []string{"-D", data, "-k", data, "-c", "listen_addresses=", "-c", "log_min_messages=fatal", "-c", "max_connections=200"}
	if *profile {
		args = append(args, "-c", "shared_preload_libraries=pg_stat_statements")
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...)
	cmd.SysProcAttr, cmd.Dir = &syscall.SysProcAttr{Credential: as.Credential}, data
	p, err := b.start(cmd, os.Interrupt) // ends without waiting for who is connected
	if err != nil {
		return nil, err
	}
	d := &database{connString: "host=" + data + " user=countersign dbname=countersign", process: p}
	err = p.until(ctx, func() (err error) {
		d.conn, err = pgx.Connect(ctx, "host="+data+" user=countersign dbname=postgres")
		return err
	})
	if err != nil {
		return nil, err
	}
	b.later(func() error { return d.conn.Close(context.WithoutCancel(ctx)) })
	if _, err = d.conn.Exec(ctx, "CREATE DATABASE countersign"); err == nil && *profile {
		_, err = d.conn.Exec(ctx, "CREATE EXTENSION pg_stat_statements")
	}
	return d, err
}

// statements says what the database has spent its time on since the last call.
func (d *database) statements(ctx context.Context, b *bench, signIns int) error {
	if !*profile {
		return nil
	}
	rows, err := d.conn.Query(ctx, `SELECT calls, total_exec_time, left(regexp_replace(query, '\s+', ' ', 'g'), 110) FROM pg_stat_statements s
		JOIN pg_database ON oid = s.dbid WHERE datname = 'countersign' ORDER BY calls DESC LIMIT 40`)
	if err != nil {
		return err
	}
	var calls int64
	var ms float64
	var query string
	_, err = pgx.ForEachRow(rows, []any{&calls, &ms, &query}, func() error {
		b.say("%6.2f a sign-in, %7.3f ms: %s", float64(calls)/float64(signIns), ms/float64(signIns), query)
		return nil
	})
	return err
}

// processorTimes are what the processes of the database have used, those that have ended among them.
func (d *database) processorTimes() (all time.Duration, err error) {
	parent := d.process.Process.Pid
	if all, err = processorTime(parent); err != nil {
		return 0, err
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		text, err := os.ReadFile(path)
		_, rest, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); err != nil || len(fields) < 2 || fields[1] != strconv.Itoa(parent) {
			continue // it has ended meanwhile, or is another’s
		}
		if used, err := processorTime(pid); err == nil {
			all += used
		}
	}
	return all, err
}

func versionOf(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

// set changes settings.
func (d *database) set(ctx context.Context, all ...string) error {
	for _, setting := range all {
		if _, err := d.conn.Exec(ctx, "ALTER SYSTEM SET "+setting); err != nil {
			return err
		}
	}
	_, err := d.conn.Exec(ctx, "SELECT pg_reload_conf()")
	return err
}

// durable says whether commits wait for the disk. While the members are made, they do not.
func (d *database) durable(ctx context.Context, on bool) error {
	if err := d.set(ctx, fmt.Sprintf("fsync = %t", on)); err != nil {
		return err
	}
	var is string
	for is != fmt.Sprint(map[bool]string{true: "on", false: "off"}[on]) { // the postmaster tells its children
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.conn.QueryRow(ctx, "SHOW fsync").Scan(&is); err != nil {
			return err
		}
	}
	if !on {
		return nil
	}
	_, err := d.conn.Exec(ctx, "CHECKPOINT") // what was written meanwhile is on the disk
	return err
}

// memory reads what a process has in memory that is its own, and its part of what it shares, in bytes (PSS).
func memory(pid int) (bytes float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	return kiloBytes(string(text), "Pss:")
}

// peakOf reads the most that a process has had in memory since peakFrom, in bytes.
func peakOf(pid int) (bytes float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return kiloBytes(string(text), "VmHWM:")
}

func peakFrom(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

func kiloBytes(text, name string) (float64, error) {
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, name); found {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return float64(n) * 1024, err
		}
	}
	return 0, fmt.Errorf("there is no %s", name)
}

// processorTime is what a process has used of the processor.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("a process says nothing of its time")
	}
	user, errU := strconv.Atoi(fields[11])
	system, errS := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / 100, errors.Join(errU, errS) // USER_HZ is 100 on every Linux
}

func TestMemory_IsReadOfThisProcess(t *testing.T) {
	t.Parallel()
	pid := os.Getpid()
	is, err := memory(pid)
	most, errMost := peakOf(pid)
	if err != nil || errMost != nil || is < 1<<20 || most < 1<<20 {
		t.Errorf("%v and %v bytes (%v, %v)", is, most, err, errMost)
	}
	if _, err := processorTime(pid); err != nil {
		t.Error(err)
	}
	if got, err := kiloBytes("A: 1 kB\nPss:    12 kB\nPss_Anon: 3 kB\n", "Pss:"); err != nil || got != 12<<10 {
		t.Errorf("%v (%v)", got, err)
	}
	if _, err := kiloBytes("A: 1 kB\n", "Pss:"); err == nil {
		t.Error("what is not there was read")
	}
}
