package postgrestest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// Cluster is three PostgreSQL, of which one takes writes: the primary. A commit there is answered once one of the two others has it, too. Nobody
// promotes a standby but the test.
type Cluster struct {
	dir      string
	bin      string
	who      *account
	lifeline io.WriteCloser
	watcher  *exec.Cmd

	all     [3]*node
	primary *node
}

// node is one of the three.
type node struct {
	c       *Cluster
	name    string
	port    int
	process *exec.Cmd
	said    bytes.Buffer
	frozen  []int
}

// NewCluster starts one for a test.
func NewCluster(t T) *Cluster {
	t.Helper()
	c := &Cluster{}
	must(t, c.start())
	t.Cleanup(func() {
		_ = c.lifeline.Close()
		_ = c.watcher.Wait()
	})
	return c
}

func must(t T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *Cluster) start() (err error) {
	if c.bin, err = programsIn(debian); err != nil {
		return err
	}
	if c.who, err = ordinary(); err != nil {
		return err
	}
	if c.dir, err = folder(); err != nil {
		return err
	}
	if c.watcher, c.lifeline, err = watchOver(c.dir); err != nil {
		return err
	}
	if c.who != nil {
		if err := c.who.owns(c.dir); err != nil {
			return err
		}
	}
	for i, name := range []string{"one", "two", "three"} {
		c.all[i] = &node{c: c, name: name, port: 5432 + i}
	}
	c.primary = c.all[0]
	if err := c.run("initdb", "--pgdata", c.primary.data(), "--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"); err != nil {
		return err
	}
	if err := c.primary.begin(); err != nil {
		return err
	}
	for _, n := range c.standbys() {
		if err := n.follow(); err != nil {
			return err
		}
	}
	return nil
}

// run runs one of PostgreSQL's programs to its end.
func (c *Cluster) run(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	c.who.runs(cmd)
	cmd.Dir = c.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

// standbys are those that take no writes and run, or should.
func (c *Cluster) standbys() (out []*node) {
	for _, n := range c.all {
		if n != c.primary {
			out = append(out, n)
		}
	}
	return out
}

func (n *node) data() string { return filepath.Join(n.c.dir, n.name) }

func (n *node) connString(database string) string {
	return fmt.Sprintf("host=%s port=%d user=%s dbname=%s", n.c.dir, n.port, superuser, database)
}

// begin starts the server, and waits until it answers.
func (n *node) begin() error {
	n.said.Reset()
	n.process = exec.Command(filepath.Join(n.c.bin, "postgres"), "-D", n.data(), "-k", n.c.dir, "-p", strconv.Itoa(n.port), "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "max_connections=100", "-c", "max_prepared_transactions=0", "-c", "log_min_messages=fatal", "-c", "wal_level=replica", "-c", "max_wal_senders=10", "-c", "wal_keep_size=512MB",
		"-c", "wal_retrieve_retry_interval=100ms", "-c", "shared_buffers=32MB", "-c", "cluster_name="+n.name, "-c", "synchronous_standby_names=ANY 1 (one, two, three)")
	n.c.who.runs(n.process)
	n.process.Dir = n.c.dir
	n.process.Stderr = &n.said
	if err := n.process.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	process := n.process
	go func() { ended <- process.Wait() }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, n.connString("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case failed := <-ended:
			return fmt.Errorf("postgres ended: %w: %s", failed, n.said.String())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// follow makes a standby of the primary anew, and waits until commits can wait for it.
func (n *node) follow() error {
	if err := os.RemoveAll(n.data()); err != nil {
		return err
	}
	p := n.c.primary
	if err := n.c.run("pg_basebackup", "--pgdata", n.data(), "--dbname", p.connString("postgres")+" application_name="+n.name, "--checkpoint", "fast", "--wal-method", "stream",
		"--write-recovery-conf", "--no-sync"); err != nil {
		return err
	}
	if err := n.begin(); err != nil {
		return err
	}
	return n.streams()
}

// streams waits until the primary sends its log to a standby.
func (n *node) streams() error {
	return n.c.primary.until("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '" + n.name + "' AND state = 'streaming' AND sync_state = 'quorum')")
}

// until asks until the answer is yes.
func (n *node) until(question string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, n.connString("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for yes := false; !yes; {
		if err := conn.QueryRow(ctx, "SELECT coalesce(("+question+"), false) FROM pg_sleep(0.01)").Scan(&yes); err != nil {
			return fmt.Errorf("%s: %w", question, err)
		}
	}
	return nil
}

func (n *node) exec(statements ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, n.connString("postgres"))
	if err != nil {
		return err
	}
	for _, s := range statements {
		if err == nil {
			_, err = conn.Exec(ctx, s)
		}
	}
	return errors.Join(err, conn.Close(ctx))
}

// Database gives a new and empty database, as a connection string that names all three hosts.
func (c *Cluster) Database(t T, name string) (connString string) {
	t.Helper()
	must(t, c.primary.exec("CREATE DATABASE "+name))
	dir := strings.Join([]string{c.dir, c.dir, c.dir}, ",")
	return fmt.Sprintf("host=%s port=5432,5433,5434 user=%s dbname=%s target_session_attrs=read-write", dir, superuser, name)
}

// Primary says how to connect to a database of the primary.
func (c *Cluster) Primary(database string) (connString string) { return c.primary.connString(database) }

// Until asks the primary until the answer is yes.
func (c *Cluster) Until(t T, question string) {
	t.Helper()
	must(t, c.primary.until(question))
}

// Admin runs statements at the primary.
func (c *Cluster) Admin(t T, statements ...string) {
	t.Helper()
	must(t, c.primary.exec(statements...))
}

// KillPrimary kills all processes of the primary at once, as a computer that loses its power does, and waits until they are gone:
// one that is left could take a commit for which a standby has voted.
func (c *Cluster) KillPrimary(t T) {
	t.Helper()
	must(t, c.primary.kill())
}

func (n *node) kill() error {
	n.frozen = nil
	return killServer(n.process.Process.Pid, n.data())
}

// killServer kills a server whose files are there.
func killServer(process int, data string) error {
	if err := unix.Kill(process, unix.SIGSTOP); err != nil { // it starts no more processes
		return err
	}
	all, err := childrenOf(process)
	if err != nil {
		return err
	}
	return errors.Join(killAll(append(all, process)), os.Remove(filepath.Join(data, "postmaster.pid")))
}

// processes are those of the server, the one that starts the others last.
func (n *node) processes() (all []int, err error) {
	own := n.process.Process.Pid
	of, err := childrenOf(own)
	return append(of, own), err
}

// childrenOf are the processes that another has started.
func childrenOf(parent int) (all []int, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // what is before can have anything in it
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			if err != nil {
				return nil, err
			}
			all = append(all, pid)
		}
	}
	return all, err
}

// killAll kills processes, and waits until they are gone.
func killAll(all []int) error {
	for _, pid := range all {
		fd, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
		defer awaitEnd(fd)
	}
	return nil
}

// awaitEnd waits for the end of a process.
func awaitEnd(fd int) {
	for {
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1); err != unix.EINTR {
			return
		}
	}
}

// Promote has the standby that has most of the log take writes, and the other follow it. A commit that was answered is in one of the two.
func (c *Cluster) Promote(t T) {
	t.Helper()
	must(t, c.promote())
}

func (c *Cluster) promote() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	type candidate struct {
		*node
		has int64
	}
	var all []candidate
	for _, n := range c.standbys() {
		conn, err := pgx.Connect(ctx, n.connString("postgres"))
		if err != nil {
			return err
		}
		var has int64
		err = conn.QueryRow(ctx, "SELECT pg_last_wal_receive_lsn() - '0/0'::pg_lsn").Scan(&has)
		if err := errors.Join(err, conn.Close(ctx)); err != nil {
			return err
		}
		all = append(all, candidate{n, has})
	}
	best := slices.MaxFunc(all, func(a, b candidate) int { return cmp.Compare(a.has, b.has) })
	for _, other := range all {
		if other.node != best.node {
			if err := other.exec(fmt.Sprintf("ALTER SYSTEM SET primary_conninfo = '%s application_name=%s'", best.connString("postgres"), other.name), "SELECT pg_reload_conf()"); err != nil {
				return err
			}
		}
	}
	if err := best.exec("SELECT pg_promote(true, 120)"); err != nil {
		return err
	}
	lost := c.primary
	c.primary = best.node
	for _, n := range c.standbys() {
		if n != lost {
			if err := n.streams(); err != nil {
				return err
			}
		}
	}
	return nil
}

// FallBehind has one standby get no more of the log. The other goes on answering commits.
func (c *Cluster) FallBehind(t T) {
	t.Helper()
	must(t, c.behind().exec("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"))
	must(t, c.primary.until("SELECT count(*) = 1 FROM pg_stat_replication"))
}

// behind is the standby that FallBehind is about.
func (c *Cluster) behind() *node { return c.standbys()[1] }

// PromoteBehind is the mistake of an operator: the primary and the standby that has all its commits are lost, and the one that has fallen behind takes writes,
// with a new standby.
func (c *Cluster) PromoteBehind(t T) {
	t.Helper()
	stale, other := c.behind(), c.standbys()[0]
	must(t, errors.Join(c.primary.kill(), other.kill()))
	must(t, stale.exec("SELECT pg_promote(true, 120)"))
	c.primary = stale
	must(t, other.follow())
}

// Rejoin makes a standby of each that was killed.
func (c *Cluster) Rejoin(t T) {
	t.Helper()
	for _, n := range c.standbys() {
		if _, err := os.Stat(filepath.Join(n.data(), "postmaster.pid")); errors.Is(err, os.ErrNotExist) {
			must(t, n.follow())
		}
	}
}

// CutOff has the primary send no more of its log, as when its network fails.
func (c *Cluster) CutOff(t T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.primary.connString("postgres"))
	must(t, err)
	rows, err := conn.Query(ctx, "SELECT pid FROM pg_stat_replication")
	must(t, err)
	senders, err := pgx.CollectRows(rows, pgx.RowTo[int])
	must(t, errors.Join(err, conn.Close(ctx)))
	for _, pid := range senders {
		must(t, unix.Kill(pid, unix.SIGSTOP))
	}
}

// Freeze stops the standbys, so that no commit is answered, until Thaw.
func (c *Cluster) Freeze(t T) {
	t.Helper()
	for _, n := range c.standbys() {
		all, err := n.processes()
		must(t, err)
		n.frozen = all
		for _, pid := range all {
			must(t, unix.Kill(pid, unix.SIGSTOP))
		}
	}
	t.Cleanup(func() { c.Thaw(t) })
}

// Thaw has the standbys go on.
func (c *Cluster) Thaw(t T) {
	t.Helper()
	for _, n := range c.all {
		for _, pid := range n.frozen {
			must(t, unix.Kill(pid, unix.SIGCONT))
		}
		n.frozen = nil
	}
}
