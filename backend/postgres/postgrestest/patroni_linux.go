package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Patroni is three PostgreSQL with Patroni, which promotes a standby by itself when the primary is lost, and etcd. They listen on loopback.
type Patroni struct {
	dir      string
	who      *account
	lifeline io.WriteCloser
	watcher  *exec.Cmd
	nodes    []*managed
}

// managed is one of the three.
type managed struct {
	p       *Patroni
	name    string
	port    int
	process *exec.Cmd
}

// patroniNode is what Patroni is told: strict synchronous replication as in docs/operations.md, and as little time as it allows.
const patroniNode = `
scope: countersign
name: {name}
restapi: {listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}
etcd3: {hosts: "127.0.0.1:{etcd}"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql: {use_pg_rewind: true, parameters: {wal_log_hints: "on", fsync: "off", shared_buffers: 32MB, max_connections: 100}}
  initdb: [encoding: UTF8, locale: C, "no-sync"]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: "{dir}/{name}"
  bin_dir: "{bin}"
  pgpass: "{dir}/pgpass-{name}"
  authentication: {superuser: {username: {superuser}}, replication: {username: replicator}}
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
  parameters: {unix_socket_directories: "{dir}"}
`

// NewPatroni starts them for a test.
func NewPatroni(t T) *Patroni {
	t.Helper()
	p := &Patroni{}
	must(t, p.start(t))
	return p
}

func (p *Patroni) start(t T) error {
	bin, err := programsIn(debian)
	if err != nil {
		return err
	}
	for _, program := range []string{"etcd", "patroni"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("run build/setup.sh failover: %w", err)
		}
	}
	if p.who, err = ordinary(); err != nil {
		return err
	}
	if p.dir, err = folder(); err != nil {
		return err
	}
	if p.watcher, p.lifeline, err = watchOver(p.dir); err != nil {
		return err
	}
	t.Cleanup(func() {
		_ = p.lifeline.Close()
		_ = p.watcher.Wait()
	})
	if p.who != nil {
		if err := p.who.owns(p.dir); err != nil {
			return err
		}
	}
	ports, err := freePorts(2 + 2*3)
	if err != nil {
		return err
	}
	etcd, peer := ports[0], ports[1]
	if _, err := p.run("etcd", "etcd", "--data-dir", filepath.Join(p.dir, "etcd"), "--unsafe-no-fsync",
		"--listen-client-urls", at(etcd), "--advertise-client-urls", at(etcd), "--listen-peer-urls", at(peer), "--initial-advertise-peer-urls", at(peer), "--initial-cluster", "default="+at(peer)); err != nil {
		return err
	}
	for i, name := range []string{"one", "two", "three"} {
		n := &managed{p: p, name: name, port: ports[2+2*i]}
		told := strings.NewReplacer("{name}", name, "{rest}", strconv.Itoa(ports[3+2*i]), "{port}", strconv.Itoa(n.port), "{etcd}", strconv.Itoa(etcd), "{dir}", p.dir, "{bin}", bin, "{superuser}", superuser).Replace(patroniNode)
		if err := os.WriteFile(n.config(), []byte(told), 0o644); err != nil {
			return err
		}
		p.nodes = append(p.nodes, n)
		if err := n.begin(); err != nil {
			return err
		}
		if i == 0 { // it is the first primary
			if err := p.until(n, "SELECT NOT pg_is_in_recovery()"); err != nil {
				return err
			}
		}
	}
	return p.whole(p.nodes[0])
}

func at(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// freePorts are some that nobody listens on at the moment.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// run starts a program, which the watcher ends.
func (p *Patroni) run(name, program string, args ...string) (*exec.Cmd, error) {
	cmd := exec.Command(program, args...)
	p.who.runs(cmd)
	cmd.Dir = p.dir
	log, err := os.OpenFile(filepath.Join(p.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = cmd.Wait() }()
	return cmd, os.WriteFile(filepath.Join(p.dir, name+".pid"), fmt.Appendln(nil, cmd.Process.Pid), 0o644)
}

func (n *managed) config() string { return filepath.Join(n.p.dir, n.name+".yml") }

func (n *managed) begin() (err error) {
	n.process, err = n.p.run(n.name, "patroni", n.config())
	return err
}

func (n *managed) connString(database string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=%s sslmode=disable", n.port, superuser, database)
}

// ask asks one of them for a yes or a no.
func (n *managed) ask(ctx context.Context, question string) (yes bool, err error) {
	conn, err := pgx.Connect(ctx, n.connString("postgres"))
	if err != nil {
		return false, err
	}
	err = conn.QueryRow(ctx, "SELECT coalesce(("+question+"), false)").Scan(&yes)
	return yes, errors.Join(err, conn.Close(ctx))
}

// until asks one of them until the answer is yes.
func (p *Patroni) until(n *managed, question string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		yes, err := n.ask(ctx, question)
		if yes {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(p.dir, n.name+".log"))
			return fmt.Errorf("%s: %s is not so (%w): %s", n.name, question, err, log[max(0, len(log)-4000):])
		}
	}
}

// whole waits until the primary has both standbys, and one of them votes for commits.
func (p *Patroni) whole(primary *managed) error {
	if primary == nil {
		return errors.New("there is no primary")
	}
	return p.until(primary, "SELECT count(*) = 2 AND bool_or(sync_state = 'sync') FROM pg_stat_replication WHERE state = 'streaming'")
}

// primary is the one that takes writes, or nil.
func (p *Patroni) primary() *managed {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, n := range p.nodes {
		if yes, err := n.ask(ctx, "SELECT NOT pg_is_in_recovery()"); yes && err == nil {
			return n
		}
	}
	return nil
}

// Database gives a new and empty database, as a connection string that names all three hosts.
func (p *Patroni) Database(t T, name string) (connString string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.nodes[0].connString("postgres"))
	must(t, err)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	must(t, errors.Join(err, conn.Close(ctx)))
	var ports []string
	for _, n := range p.nodes {
		ports = append(ports, strconv.Itoa(n.port))
	}
	return fmt.Sprintf("host=127.0.0.1,127.0.0.1,127.0.0.1 port=%s user=%s dbname=%s sslmode=disable target_session_attrs=read-write", strings.Join(ports, ","), superuser, name)
}

// FailOver kills the primary and its Patroni, and waits until Patroni has promoted another.
func (p *Patroni) FailOver(t T) {
	t.Helper()
	lost := p.primary()
	if lost == nil {
		t.Fatal("there is no primary")
	}
	number, err := os.ReadFile(filepath.Join(p.dir, lost.name, "postmaster.pid"))
	must(t, err)
	first, _, _ := bytes.Cut(number, []byte("\n"))
	server, err := strconv.Atoi(string(first))
	must(t, err)
	must(t, killAll([]int{lost.process.Process.Pid})) // or it would start the server again
	must(t, killServer(server, filepath.Join(p.dir, lost.name)))
	must(t, os.Remove(filepath.Join(p.dir, lost.name+".pid")))
	lost.process = nil
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for p.primary() == nil {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("Patroni has promoted nobody")
		}
	}
}

// Rejoin starts what was killed, and waits until Patroni has made it a standby.
func (p *Patroni) Rejoin(t T) {
	t.Helper()
	for _, n := range p.nodes {
		if n.process == nil {
			must(t, n.begin())
		}
	}
	must(t, p.whole(p.primary()))
}
