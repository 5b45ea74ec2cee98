package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/store"
)

// asProgram has the test's binary be the program: the tests start it as a process, with its arguments.
const asProgram = "COUNTERSIGND_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

const (
	ownerEmail = "amara.okafor@example.com"
	ownerPass  = "tundra velvet orchard 91"
)

// place is where a server is: a folder with its files, and a database.
type place struct {
	*testing.T
	dir      string
	database string
	settings map[string]string
	version  string // path of another version of the program; empty: this one
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{T: t, dir: t.TempDir(), database: postgrestest.Database(t)}
	p.settings = map[string]string{
		"listen": "127.0.0.1:0", "health-listen": "127.0.0.1:0", "public-address": "https://localhost", "database-file": p.path("database"), "server-key": p.path("server.key"),
		"certificate": p.path("certificate.pem"), "certificate-key": p.path("certificate.key"), "drain": "0s",
		"workspace": "Northwind Legal", "owner-name": "Amara Okafor", "owner-email": ownerEmail,
	}
	p.write("database", p.database+"\n")
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) write(name, text string) {
	p.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

func (p *place) read(name string) string {
	p.Helper()
	b, err := os.ReadFile(p.path(name))
	if err != nil {
		p.Fatal(err)
	}
	return string(b)
}

// there reports whether there is a file.
func (p *place) there(name string) bool {
	_, err := os.Stat(p.path(name))
	return err == nil
}

// config writes the settings to the file.
func (p *place) config() string {
	p.Helper()
	var b strings.Builder
	for name, value := range p.settings {
		fmt.Fprintf(&b, "%s = %q\n", name, value)
	}
	p.write("countersignd.toml", b.String())
	return p.path("countersignd.toml")
}

// program is the program as a process of its own, with nothing of this one's environment.
func (p *place) program(args ...string) *exec.Cmd {
	cmd := exec.Command(cmp.Or(p.version, os.Args[0]), args...)
	cmd.Env = []string{asProgram + "=1", environment + "CONFIG=" + p.config(), "TMPDIR=" + os.TempDir()}
	return cmd
}

// run runs a command to its end.
func (p *place) run(args ...string) (code int, out, told string) {
	p.Helper()
	cmd := p.program(args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// good runs a command that has to end well.
func (p *place) good(args ...string) (out string) {
	p.Helper()
	code, out, told := p.run(args...)
	if code != 0 {
		p.Fatalf("%v: exit code %d: %s%s", args, code, out, told)
	}
	return out
}

// refused expects a code of failure.
func (p *place) refused(exit int, code string, args ...string) (message string) {
	p.Helper()
	got, out, told := p.run(append(args, "--json")...)
	var said struct {
		Error struct{ Code, Message string }
	}
	last := told[strings.LastIndex(strings.TrimSuffix(told, "\n"), "\n")+1:]
	if err := json.Unmarshal([]byte(last), &said); err != nil || got != exit || said.Error.Code != code {
		p.Fatalf("%v: exit code %d, not %d with %s: %s%s", args, got, exit, code, out, told)
	}
	if strings.ContainsAny(said.Error.Message, "{}") || said.Error.Message == "" {
		p.Errorf("%s has no words: %q", code, said.Error.Message)
	}
	return said.Error.Message
}

func (p *place) init() (v founded) {
	p.Helper()
	if err := json.Unmarshal([]byte(p.good("init", "--json")), &v); err != nil {
		p.Fatal(err)
	}
	return v
}

// serving is a server that runs.
type serving struct {
	p      *place
	cmd    *exec.Cmd
	main   string // addresses
	health string

	mu   sync.Mutex
	said []string      // lines of its log
	more chan struct{} // closed with each line, and made anew
	over chan struct{} // closed at its end
}

// serve starts the server, and waits until it serves.
func (p *place) serve(args ...string) *serving {
	p.Helper()
	s := &serving{p: p, cmd: p.program(append([]string{"serve", "--log-level", "debug"}, args...)...), more: make(chan struct{}), over: make(chan struct{})}
	out, err := s.cmd.StderrPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		p.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			s.mu.Lock()
			s.said = append(s.said, lines.Text())
			close(s.more)
			s.more = make(chan struct{})
			s.mu.Unlock()
		}
		_, _ = io.Copy(io.Discard, out)
		_ = s.cmd.Wait()
		close(s.over)
	}()
	p.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.over
	})
	entry := s.says(`"msg":"serving"`)
	var at struct{ Listen, Health string }
	if err := json.Unmarshal([]byte(entry), &at); err != nil {
		p.Fatal(err)
	}
	s.main, s.health = at.Listen, at.Health
	return s
}

// says waits for a line of the log.
func (s *serving) says(text string) string {
	s.p.Helper()
	for from := 0; ; {
		s.mu.Lock()
		all, more := s.said, s.more
		s.mu.Unlock()
		for ; from < len(all); from++ {
			if strings.Contains(all[from], text) {
				return all[from]
			}
		}
		select {
		case <-more:
		case <-s.over:
			s.mu.Lock()
			done := from == len(s.said)
			s.mu.Unlock()
			if done {
				s.p.Fatalf("it has ended and not said %q: %s", text, s.log())
			}
		}
	}
}

func (s *serving) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, "\n")
}

func (s *serving) signal(sig os.Signal) {
	s.p.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.p.Fatal(err)
	}
}

// end sends SIGTERM and waits for the end, which has to be a good one.
func (s *serving) end() {
	s.p.Helper()
	s.signal(syscall.SIGTERM)
	<-s.over
	if !s.cmd.ProcessState.Success() {
		s.p.Errorf("it ended with %v: %s", s.cmd.ProcessState, s.log())
	}
}

// watch asks the listener for health and metrics.
func (s *serving) watch(path string) (status int, text string) {
	s.p.Helper()
	return get(s.p, s.health, path)
}

func get(t testing.TB, address, path string) (status int, text string) {
	t.Helper()
	r, err := http.Get("http://" + address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// shown is the fingerprint of the key that the server shows now.
func (s *serving) shown() string {
	s.p.Helper()
	conn, err := tls.Dial("tcp", s.main, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		s.p.Fatal(err)
	}
	defer conn.Close()
	return remote.FingerprintOf(conn.ConnectionState().PeerCertificates[0]).String()
}

// computer is a member's, which knows the server as an invitation says.
func (s *serving) computer(v founded) *client.Workspace {
	s.p.Helper()
	key, err := remote.ParseFingerprint(v.Fingerprint)
	if err != nil {
		s.p.Fatal(err)
	}
	r, err := remote.Dial(s.p.Context(), remote.Config{Server: s.main, Key: key})
	if err != nil {
		s.p.Fatal(err)
	}
	s.p.Cleanup(r.Close)
	w, err := client.Open(s.p.Context(), r, client.Config{Secrets: keychain.NewMemory(), Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)})
	if err != nil {
		s.p.Fatal(err)
	}
	return w
}

// join is a first owner who comes in.
func (s *serving) join(v founded) *client.Session {
	s.p.Helper()
	in, _, err := s.computer(v).Redeem(context.WithoutCancel(s.p.Context()), v.Email, secret.NewText(v.Code), secret.NewText(ownerPass))
	if err != nil {
		s.p.Fatal(err)
	}
	return in
}

// lines are what was written so far.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	wait map[string]chan struct{}
}

func newLines() *lines { return &lines{wait: map[string]chan struct{}{}} }

// Write implements io.Writer.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(b)
	for text, c := range l.wait {
		if strings.Contains(l.text.String(), text) {
			close(c)
			delete(l.wait, text)
		}
	}
	return len(b), nil
}

// has is closed once a text was written.
func (l *lines) has(text string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := make(chan struct{})
	if strings.Contains(l.text.String(), text) {
		close(c)
	} else {
		l.wait[text] = c
	}
	return c
}

// line waits for a line with a text.
func (l *lines) line(text string) string {
	<-l.has(text)
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}
