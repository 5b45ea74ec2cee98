package main

import (
	"context"
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
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/secret"
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

// TestUpgrade_TwoVersionsSideBySideLoseNoRequest updates two instances behind HAProxy, one after the other, while members work.
func TestUpgrade_TwoVersionsSideBySideLoseNoRequest(t *testing.T) {
	if testing.Short() {
		t.Skip("make test-all")
	}
	t.Parallel()
	old := newPlace(t)
	old.settings["proxies"] = "127.0.0.1"
	old.settings["drain"] = "5s" // far longer than HAProxy takes to notice
	v := old.init()
	next := old.of(nextVersion(t))
	next.refused(cli.ExitUnavailable, "database_older", "serve") // before the migration

	b := newBalancer(t, "old1", "old2", "new1", "new2")
	one, two := old.serve(), old.serve()
	b.leadsTo("old1", one)
	b.leadsTo("old2", two)
	through := &serving{p: old, main: b.at}
	at := through.computer(v)
	ctx := context.WithoutCancel(t.Context())
	first, _, err := at.Redeem(ctx, v.Email, secret.NewText(v.Code), secret.NewText(ownerPass))
	if err != nil {
		t.Fatal(err)
	}
	var acts atomic.Int64
	done := make(chan struct{})
	var members sync.WaitGroup
	var mu sync.Mutex
	added := map[string]string{}
	works := func(who, round int) error {
		in, _, err := at.SignIn(ctx, ownerEmail, secret.NewText(ownerPass))
		if err != nil {
			return fmt.Errorf("signing in: %w", err)
		}
		text := fmt.Sprintf("Lease %d of member %d", round, who)
		papers, err := in.AddDocuments(ctx, slices.Values([]client.Source{paper(text+".txt", text)}), nil)
		if err != nil || len(papers.IDs) != 1 {
			return fmt.Errorf("adding: %+v, %w", papers, err)
		}
		mu.Lock()
		added[papers.IDs[0]] = text
		mu.Unlock()
		if err := in.Rename(ctx, fmt.Sprintf("Amara the %d.", round)); err != nil {
			return fmt.Errorf("renaming: %w", err)
		}
		if _, err := in.Documents(ctx); err != nil {
			return fmt.Errorf("looking: %w", err)
		}
		if err := in.End(ctx); err != nil {
			return fmt.Errorf("signing out: %w", err)
		}
		acts.Add(1)
		return nil
	}
	for who := range 3 {
		members.Go(func() {
			for round := 0; ; round++ {
				if err := works(who, round); err != nil {
					t.Errorf("member %d, round %d: %v", who, round, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	// A contract is on its way for as long as the old instances are.
	large := strings.Repeat("Lease of the mill. ", 50_000)
	goOn := make(chan struct{})
	uploaded := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		papers, err := first.AddDocuments(ctx, slices.Values([]client.Source{{Name: "Mill.txt", Size: int64(len(large)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(large[:len(large)/2]), &waits{begun, goOn}, strings.NewReader(large[len(large)/2:]))), nil
		}}}), nil)
		if err == nil && len(papers.IDs) == 1 {
			mu.Lock()
			added[papers.IDs[0]] = large
			mu.Unlock()
		} else {
			err = fmt.Errorf("%+v, %w", papers, err)
		}
		uploaded <- err
	}()
	<-begun
	more := func() { // some acts under way all the time
		t.Helper()
		for from := acts.Load(); acts.Load() < from+3 && !t.Failed(); {
			select {
			case <-time.After(10 * time.Millisecond):
			case <-t.Context().Done():
				t.Fatal("nobody works")
			}
		}
	}
	more()
	next.good("migrate")
	more() // the old ones go on
	again := old.serve()
	if status, text := again.watch("/readyz"); status != http.StatusOK {
		t.Errorf("an old instance that starts after the migration: %d, %s", status, text)
	}
	again.signal(syscall.SIGKILL)
	old.refused(cli.ExitUnavailable, "database_newer", "backup", old.path("backup.age")) // what has all in it is for the newer one
	for _, step := range []struct {
		name, old string
		ends      *serving
	}{{"new1", "old1", one}, {"new2", "old2", two}} {
		b.leadsTo(step.name, next.serve())
		more() // by both versions
		step.ends.signal(syscall.SIGTERM)
		step.ends.says(`"msg":"ending"`)
		b.awaits(step.old, "DOWN")
		more()
	}
	close(goOn)
	if err := <-uploaded; err != nil {
		t.Errorf("what was on its way: %v", err)
	}
	<-one.over
	<-two.over
	more()
	close(done)
	members.Wait()
	for _, s := range []*serving{one, two} {
		if !s.cmd.ProcessState.Success() || strings.Contains(s.log(), "cut off") {
			t.Errorf("it ended with %v: %s", s.cmd.ProcessState, s.log())
		}
	}
	for id, text := range added {
		var out strings.Builder
		if err := first.CopyDocument(ctx, id, &out, nil); err != nil || out.String() != text {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	if out := next.good("verify"); strings.ContainsAny(out, "{}") {
		t.Error(out)
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
