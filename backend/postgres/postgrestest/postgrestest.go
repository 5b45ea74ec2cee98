// Package postgrestest starts PostgreSQL for tests: one server for each test process, when the first of
// its tests asks for a database.
//
//	func TestMain(m *testing.M) { code := m.Run(); postgrestest.Stop(); os.Exit(code) }
//
//	func TestX(t *testing.T) { connString := postgrestest.Database(t) … }
//
// The server is a real one, from the system's packages, as an ordinary user. It listens on a socket in its
// own folder, and on no port. The folder is in TMPDIR, and goes with the server when the process ends,
// even if the process is killed.
//
// Its fsync is off: a power cut would damage it, and no test cuts the power. The tests end processes
// and connections, and what a process has written stays with the system.
package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// T is what a test has that asks for a database: testing.TB has it, and others' tests do.
type T interface {
	Helper()
	Fatal(...any)
	Cleanup(func())
}

// patience is how long the server may take to start or to end.
const patience = 2 * time.Minute

// Server is a running PostgreSQL.
type Server struct {
	dir      string
	bin      string
	lifeline io.WriteCloser // the watcher ends the server when this closes
	watcher  *exec.Cmd
	process  *exec.Cmd

	mu   sync.Mutex
	last int // number of a database
}

var (
	startOnce sync.Once
	shared    *Server
	startErr  error
)

// Shared is the server of this test process.
func Shared(t T) *Server {
	t.Helper()
	startOnce.Do(func() { shared, startErr = start() })
	if startErr != nil {
		t.Fatal(startErr)
	}
	return shared
}

// New starts a server for one test, which may set it up as it likes.
func New(t T) *Server {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// Stop ends the server of this test process, if there is one. No test may follow.
func Stop() {
	startOnce.Do(func() { startErr = errors.New("the tests have ended") })
	if shared != nil {
		shared.stop()
	}
}

// Database gives a new and empty database of the shared server, which is dropped when the test ends, as a
// connection string.
func Database(t T) string { t.Helper(); return Shared(t).Database(t) }

// Template gives a new and empty database of the shared server, which stays: see Like.
func Template(t T) string { t.Helper(); return Shared(t).ConnString(Shared(t).create(t, "")) }

// Like gives a new database as Database does, with what is in a template, to which no one may be connected.
func Like(t T, template string) string {
	t.Helper()
	config, err := pgx.ParseConfig(template)
	if err != nil {
		t.Fatal(err)
	}
	s := Shared(t)
	return s.dropped(t, s.create(t, " TEMPLATE "+config.Database+" STRATEGY file_copy"))
}

// Database gives a new and empty database, which is dropped when the test ends. The options are those of
// CREATE DATABASE.
func (s *Server) Database(t T, options ...string) (connString string) {
	t.Helper()
	return s.dropped(t, s.create(t, " "+strings.Join(options, " ")))
}

func (s *Server) create(t T, options string) (name string) {
	t.Helper()
	s.mu.Lock()
	s.last++
	name = "test" + strconv.Itoa(s.last)
	s.mu.Unlock()
	s.Admin(t, "CREATE DATABASE "+name+options)
	return name
}

func (s *Server) dropped(t T, name string) (connString string) {
	t.Helper()
	t.Cleanup(func() { s.Admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.ConnString(name)
}

// ConnString says how to connect to a database of the server.
func (s *Server) ConnString(database string) string {
	return fmt.Sprintf("host=%s port=5432 user=%s dbname=%s", s.dir, superuser, database)
}

// Client runs one of PostgreSQL's programs for operators, such as pg_dump, to its end.
func Client(t T, program string, args ...string) {
	t.Helper()
	dir, err := programsIn(debian)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(filepath.Join(dir, program), args...).CombinedOutput(); err != nil {
		t.Fatal(fmt.Errorf("%s: %w: %s", program, err, out))
	}
}

// Number is what the server calls a database among its files.
func (s *Server) Number(t T, connString string) (number string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	config, err := pgx.ParseConfig(connString)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, s.ConnString("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	err = conn.QueryRow(ctx, "SELECT oid::text FROM pg_database WHERE datname = $1", config.Database).Scan(&number)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatal(err)
	}
	return number
}

// Folder is where the server keeps everything.
func (s *Server) Folder() string { return s.dir }

// superuser is the role that owns the server.
const superuser = "countersign"

// Admin runs statements as the server's owner.
func (s *Server) Admin(t T, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience) // the test's own has ended in its cleanup
	defer cancel()
	conn, err := pgx.Connect(ctx, s.ConnString("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if err == nil {
			_, err = conn.Exec(ctx, statement)
		}
	}
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatal(err)
	}
}

// debian is where Debian keeps PostgreSQL's programs, each version in its folder and out of the PATH.
const debian = "/usr/lib/postgresql"

// programsIn finds the newest PostgreSQL of the system.
func programsIn(system string) (dir string, err error) {
	found, _ := filepath.Glob(filepath.Join(system, "*/bin/initdb"))
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("PostgreSQL is not installed: run make setup, or put initdb and postgres on the PATH")
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// longestSocket is how long the path of a socket may be on every system (sun_path in unix(7), with its
// end, and 104 on macOS).
const longestSocket = 103

func folder() (string, error) {
	dir, err := os.MkdirTemp("", "countersign-postgres-")
	if err == nil && len(dir)+len("/.s.PGSQL.5432") > longestSocket {
		if err = os.Remove(dir); err == nil {
			dir, err = os.MkdirTemp("/tmp", "countersign-postgres-")
		}
	}
	return dir, err
}

// watch ends what runs in the folder and removes it when the test process ends, in whatever way: then its
// standard input closes. Who is killed can clean up nothing. First go the programs that would start a server anew: the process of each is in a
// file NAME.pid. SIGQUIT is PostgreSQL's immediate shutdown, of which a stopped one hears when it goes on; the server removes
// postmaster.pid at its very end. Who kills a process removes the file with its number, which another may get.
const watch = `
read -r _
for file in "$1"/*.pid; do
  [ -f "$file" ] && read -r pid <"$file" && kill -KILL "$pid" 2>/dev/null
done
for file in "$1"/*/postmaster.pid; do
  [ -f "$file" ] && read -r pid <"$file" && kill -QUIT "$pid" 2>/dev/null && kill -CONT "$pid" 2>/dev/null
done
tries=0
for file in "$1"/*/postmaster.pid; do
  while [ -f "$file" ] && [ $tries -lt 600 ]; do sleep 0.05; tries=$((tries + 1)); done
done
rm -rf "$1"`

// watchOver starts what watches over a folder, until its lifeline closes.
func watchOver(dir string) (watcher *exec.Cmd, lifeline io.WriteCloser, err error) {
	watcher = exec.Command("/bin/sh", "-c", watch, "watch", dir)
	apart(watcher)
	if lifeline, err = watcher.StdinPipe(); err != nil {
		return nil, nil, err
	}
	if err := watcher.Start(); err != nil {
		return nil, nil, errors.Join(err, os.Remove(dir))
	}
	return watcher, lifeline, nil
}

func start() (*Server, error) {
	bin, err := programsIn(debian)
	if err != nil {
		return nil, err
	}
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin}
	if s.watcher, s.lifeline, err = watchOver(dir); err != nil {
		return nil, err
	}
	if err := s.begin(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// begin makes the server's files and starts it.
func (s *Server) begin() error {
	who, err := ordinary()
	if err != nil {
		return err
	}
	if who != nil {
		if err := who.owns(s.dir); err != nil {
			return err
		}
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "--pgdata", data, "--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	who.runs(initdb)
	initdb.Dir = s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	s.process = exec.Command(filepath.Join(s.bin, "postgres"), "-D", data, "-k", s.dir, "-p", "5432", "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "max_connections=200", "-c", "max_prepared_transactions=0", "-c", "log_min_messages=fatal", "-c", "wal_level=replica", "-c", "max_wal_senders=4")
	who.runs(s.process)
	s.process.Dir = s.dir
	var said bytes.Buffer
	s.process.Stderr = &said
	if err := s.process.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.process.Wait() }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.ConnString("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case failed := <-ended:
			return fmt.Errorf("postgres ended: %w: %s", failed, said.String())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the server and removes its folder.
func (s *Server) stop() {
	_ = s.lifeline.Close()
	_ = s.watcher.Wait()
}

// account is the user as whom the server runs.
type account struct{ uid, gid int }

// ordinary is nil, or another user where the tests run as root, as whom PostgreSQL refuses to run.
func ordinary() (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.Atoi(u.Uid)
		gid, errG := strconv.Atoi(u.Gid)
		return &account{uid, gid}, errors.Join(errU, errG)
	}
	return nil, errors.New("the tests run as root, and there is neither a user postgres nor nobody for PostgreSQL")
}

func (a *account) owns(dir string) error { return os.Chown(dir, a.uid, a.gid) }
