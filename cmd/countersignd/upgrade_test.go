package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/store"
	"countersign/cmd/internal/cli"
)

// nextVersion builds the version that comes after this one: its migration adds a column.
func nextVersion(t *testing.T) (program string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	put := func(path, text string) {
		t.Helper()
		into := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(into, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, path)] = into
	}
	put("backend/postgres/migrations/00099_next.sql", "-- +goose Up\nALTER TABLE tokens ADD note text NOT NULL DEFAULT '';\n")
	schema, err := os.ReadFile(filepath.Join(root, "backend/postgres/schema.txt"))
	if err != nil {
		t.Fatal(err)
	}
	put("backend/postgres/schema.txt", string(schema)+"column tokens.note text not null default ''::text\n")
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "countersignd")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-overlay", file, "-ldflags", "-X main.version=next", "-o", program, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// of is the same place with another version of the program.
func (p *place) of(version string) *place {
	q := *p
	q.settings, q.version = maps.Clone(p.settings), version
	return &q
}

// balancer is HAProxy, set up as docs/operations.md says.
type balancer struct {
	t      *testing.T
	at     string
	socket string
}

const balancerConfig = `
global
  stats socket %s level admin
defaults
  mode tcp
  timeout connect 5s
  timeout client 5m
  timeout server 5m
  timeout check 3s
frontend members
  bind fd@3
  default_backend instances
backend instances
  balance leastconn
  option httpchk GET /readyz
  http-check expect status 200
  default-server inter 100ms fall 1 rise 1 send-proxy-v2
%s`

func newBalancer(t *testing.T, names ...string) *balancer {
	t.Helper()
	program, err := exec.LookPath("haproxy")
	if err != nil {
		program = "/usr/sbin/haproxy" // Debian’s, which is not in everybody’s PATH
	}
	dir, err := os.MkdirTemp("", "haproxy-") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	b := &balancer{t: t, socket: filepath.Join(dir, "socket")}
	var servers strings.Builder
	for _, name := range names {
		fmt.Fprintf(&servers, "  server %s 127.0.0.1:1 check port 1 disabled\n", name)
	}
	config := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(config, fmt.Appendf(nil, balancerConfig, b.socket, servers.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b.at = l.Addr().String()
	cmd := exec.Command(program, "-db", "-f", config)
	cmd.ExtraFiles = []*os.File{f}
	said := newLines()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(over)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-over
	})
	for {
		if conn, err := net.Dial("unix", b.socket); err == nil {
			_ = conn.Close()
			return b
		}
		select {
		case <-over:
			t.Fatalf("HAProxy has ended: %s", said.text.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// told is what HAProxy answers to a command.
func (b *balancer) told(command string) string {
	b.t.Helper()
	conn, err := net.Dial("unix", b.socket)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, command+"\n"); err != nil {
		b.t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(answer)
}

// leadsTo has a server be an instance, and waits until HAProxy has found it ready.
func (b *balancer) leadsTo(name string, s *serving) {
	b.t.Helper()
	_, port, _ := net.SplitHostPort(s.main)
	_, check, _ := net.SplitHostPort(s.health)
	b.told("set server instances/" + name + " addr 127.0.0.1 port " + port)
	b.told("set server instances/" + name + " check-port " + check)
	b.told("set server instances/" + name + " state ready")
	b.awaits(name, "UP")
}

// awaits waits until HAProxy sees a server so.
func (b *balancer) awaits(name, status string) {
	b.t.Helper()
	for {
		for line := range strings.Lines(b.told("show stat -1 4 -1")) {
			if f := strings.Split(line, ","); len(f) > 17 && f[1] == name && strings.HasPrefix(f[17], status) {
				return
			}
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-b.t.Context().Done():
			b.t.Fatalf("%s does not become %s", name, status)
		}
	}
}

// waits is a reader that has nothing, and says so when it is told to.
type waits struct{ begun, goOn chan struct{} }

func (w *waits) Read([]byte) (int, error) {
	close(w.begun)
	<-w.goOn
	return 0, io.EOF
}

// TestUpgrade_VersionThatIsNotServedSaysSo has a database that a version has migrated beside which this one must not go on.
func TestUpgrade_VersionThatIsNotServedSaysSo(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	s := p.serve()
	owner := s.join(v)
	p.sneak(asNewer, servesNone)
	for { // an answer is good for a moment
		status, text := s.watch("/readyz")
		if status == http.StatusServiceUnavailable {
			if !strings.Contains(text, "newer version") {
				t.Errorf("it says %s", text)
			}
			break
		}
	}
	if status, _ := s.watch("/healthz"); status != http.StatusOK {
		t.Errorf("the process: %d", status)
	}
	// Soon it answers no request any more: a balancer that doesn't ask whether it is ready sends some.
	s.says("requests are refused")
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer tr.CloseIdleConnections()
	asks := func() (status int, closes bool, text string) {
		t.Helper()
		r, err := (&http.Client{Transport: tr}).Post("https://"+s.main+api.Look.Path(), "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, r.Close, string(b)
	}
	if status, closes, text := asks(); status != http.StatusServiceUnavailable || !closes || !strings.Contains(text, `"busy"`) {
		t.Errorf("a request is answered with %d, %v: %s", status, closes, text)
	}
	if err := owner.Rename(p.Context(), "Amara the Newer"); !errors.Is(err, store.ErrBusy) {
		t.Errorf("a session's act: %v", err)
	}
	p.sneak(asOlder, servesOlder)
	s.says("requests are answered again")
	if status, _, text := asks(); status == http.StatusServiceUnavailable {
		t.Errorf("a request is still refused: %s", text)
	}
	if err := owner.Rename(p.Context(), "Amara the Older"); err != nil {
		t.Errorf("a session's act: %v", err)
	}
	p.sneak(asNewer, servesNone)
	s.end()
	for _, command := range []string{"serve", "verify", "migrate"} {
		p.refused(cli.ExitUnavailable, "database_newer", command)
	}
}

// What a newer version's migration writes, if it serves no older one.
const (
	asNewer    = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"
	servesNone = "COMMENT ON SCHEMA countersign IS 'serves=99999'"

	asOlder     = "DELETE FROM goose_db_version WHERE version_id = 99999"
	servesOlder = "COMMENT ON SCHEMA countersign IS 'serves=3'"
)
