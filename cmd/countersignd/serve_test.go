package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/cmd/internal/cli"
)

func paper(name, text string) client.Source {
	return client.Source{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func TestServe_OwnerComesInAndAddsAContract(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	s := p.serve()
	if status, text := s.watch("/readyz"); status != http.StatusOK {
		t.Errorf("%d: %s", status, text)
	}
	in := s.join(v)
	added, err := in.AddDocuments(t.Context(), slices.Values([]client.Source{paper("Lease.txt", "Lease of the mill")}), nil)
	if err != nil || len(added.IDs) != 1 {
		t.Fatalf("%+v, %v", added, err)
	}
	var out strings.Builder
	if err := in.CopyDocument(t.Context(), added.IDs[0], &out, nil); err != nil || out.String() != "Lease of the mill" {
		t.Errorf("%q, %v", out.String(), err)
	}
	s.end()
	if log := s.log(); strings.Contains(log, ownerEmail) || strings.Contains(log, "example.com") || strings.Contains(log, v.Code) || strings.Contains(log, "Amara") || strings.Contains(log, "Lease") {
		t.Errorf("the log tells of people or contracts: %s", log)
	}
	var verified struct{ OK bool }
	if err := json.Unmarshal([]byte(p.good("verify", "--json")), &verified); err != nil || !verified.OK {
		t.Errorf("%v, %v", verified, err)
	}
	s = p.serve() // again
	if _, _, err := s.computer(v).SignIn(t.Context(), ownerEmail, secret.NewText(ownerPass)); !service.IsCode(err, service.CodeComputerUnknown) {
		t.Errorf("at another computer: %v", err)
	}
}

func TestServe_EachRequestHasAnIDInAnswerAndLog(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	s := p.serve()
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	var id string
	for _, sent := range []string{"no ID of ours", api.NewRequestID()} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.main+"/secret-in-an-address", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set(api.RequestID, sent)
		r, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		id = r.Header.Get(api.RequestID)
		if r.StatusCode != http.StatusNotFound || !api.IsRequestID(id) || api.IsRequestID(sent) && id != sent {
			t.Fatalf("%d, %q for %q", r.StatusCode, id, sent)
		}
	}
	var line struct {
		Route   string
		Status  int
		Request string
	}
	if err := json.Unmarshal([]byte(s.says(id)), &line); err != nil || line.Route != "none" || line.Status != http.StatusNotFound || line.Request != id {
		t.Errorf("%+v, %v", line, err)
	}
	if strings.Contains(s.log(), "secret-in-an-address") {
		t.Error("the log has an address that a client has chosen")
	}
	_, text := s.watch("/metrics")
	for _, want := range []string{
		`countersign_http_requests_total{route="none",status="404"} 2`, `countersign_http_request_seconds_count{route="none"} 2`, "countersign_http_requests_open 0",
		`countersign_database_connections_max{pool="locks"} 16`, `countersign_database_connections_in_use{pool="transactions"} 0`, "countersign_certificate_expires_seconds ", "countersign_ready 1", "go_goroutines ",
		`countersign_build_info{version="` + version + `"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(text, "secret-in-an-address") {
		t.Error("a label has an address that a client has chosen")
	}
}

func TestServe_HealthIsOnItsOwnListenerOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	s := p.serve()
	if status, _ := s.watch("/healthz"); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		r, err := c.Get("https://" + s.main + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusNotFound {
			t.Errorf("members get %s: %d", path, r.StatusCode)
		}
	}
}

func TestServe_SpeaksTLS13Only(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	s := p.serve()
	if got := s.shown(); got != v.Fingerprint {
		t.Errorf("it shows %s, and not %s", got, v.Fingerprint)
	}
	if conn, err := tls.Dial("tcp", s.main, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}); err == nil {
		_ = conn.Close()
		t.Error("it speaks TLS 1.2")
	}
}

func TestServe_CertificateThatChangesIsUsed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	s := p.serve()
	was := s.shown()
	other := newPlace(t)
	if err := makeCertificate(other.path("certificate.pem"), other.path("certificate.key"), "localhost", time.Now()); err != nil {
		t.Fatal(err)
	}
	replace := func(name, text string) { // as renewals do it
		t.Helper()
		p.write("new", text)
		if err := os.Rename(p.path("new"), p.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	before := p.read("certificate.pem")
	replace("certificate.pem", other.read("certificate.pem"))
	if got := s.shown(); got != was { // half of it: the key is still the one before
		t.Errorf("it shows %s", got)
	}
	s.says("cannot be read")
	replace("certificate.key", other.read("certificate.key"))
	now := s.shown()
	if now == was {
		t.Error("it shows the one before")
	}
	s.says("has another key")
	replace("certificate.pem", before)
	s.signal(syscall.SIGHUP)
	s.says("cannot be read")
	if got := s.shown(); got != now {
		t.Errorf("it shows %s", got)
	}
}

func TestServe_HangUpReadsTheCertificate(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	s := p.serve()
	s.signal(syscall.SIGHUP)
	s.says("the certificate was read again")
	s.end()
}

func TestServe_SaysWhyItDoesNotStart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.refused(cli.ExitUnavailable, "key_missing", "serve")
	p.refused(cli.ExitUnavailable, "key_missing", "verify")
	p.good("migrate")
	other := newPlace(t)
	other.init()
	right := p.settings["server-key"]
	p.settings["server-key"] = other.path("server.key")
	for _, command := range []string{"serve", "verify"} {
		p.refused(cli.ExitUnavailable, "no_workspace", command)
	}
	if code, out, _ := p.run("status"); code != cli.ExitWrong || !strings.Contains(out, "countersignd init") {
		t.Errorf("status: exit code %d: %s", code, out)
	}
	p.settings["server-key"] = right
	p.settings["certificate"] = p.path("unused")
	p.init() // with a key of its own: nothing of these has bound the database to another
	p.settings["certificate"] = p.path("certificate.pem")
	p.settings["database-file"] = other.path("database")
	p.write("server.key", "countersign-server-key-v1 x")
	p.refused(cli.ExitUnavailable, "key_form", "serve")
	p.write("server.key", other.read("server.key"))
	if err := os.Chmod(right, 0o644); err != nil {
		t.Fatal(err)
	}
	p.refused(cli.ExitUnavailable, "key_exposed", "serve")
	if err := os.Chmod(right, 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused(cli.ExitUnavailable, "certificate", "serve")
}

func TestServe_AnotherKeyThanTheDatabasesDoesNotStart(t *testing.T) {
	t.Parallel()
	p, other := newPlace(t), newPlace(t)
	p.init()
	other.init()
	p.settings["server-key"] = other.path("server.key")
	for _, command := range []string{"serve", "verify", "init"} {
		p.refused(cli.ExitUnavailable, "key_other", command)
	}
}

func (p *place) sneak(statements ...string) {
	p.Helper()
	conn, err := pgx.Connect(p.Context(), p.database+" search_path=countersign")
	for _, s := range statements {
		if err == nil {
			_, err = conn.Exec(p.Context(), s)
		}
	}
	if err != nil {
		p.Fatal(err)
	}
	_ = conn.Close(p.Context())
}

func TestServe_DatabaseThatDoesNotFitIsSaidInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code   string
		happen func(p *place)
	}{
		"older":         {"database_older", func(p *place) { p.sneak("DELETE FROM goose_db_version WHERE version_id > 0") }},
		"newer":         {"database_newer", func(p *place) { p.sneak(asNewer, servesNone) }},
		"altered":       {"database_altered", func(p *place) { p.sneak("ALTER TABLE factors ADD other int") }},
		"read-only":     {"database_read_only", func(p *place) { p.write("database", p.database+" options='-c default_transaction_read_only=on'") }},
		"gone":          {"database_failed", func(p *place) { p.write("database", strings.Replace(p.database, "host=", "host=/nowhere", 1)) }},
		"no such":       {"database_failed", func(p *place) { p.write("database", p.database+" dbname=none") }},
		"not its log's": {"not_authentic", func(p *place) { p.sneak("UPDATE profiles SET role = 'member'") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.init()
			c.happen(p)
			exit := cli.ExitUnavailable
			if c.code == "not_authentic" {
				exit = cli.ExitWrong
			}
			p.refused(exit, c.code, "serve")
			p.refused(exit, c.code, "verify")
			code, out, _ := p.run("status")
			if code != cli.ExitWrong || strings.ContainsAny(out, "{}") {
				t.Errorf("status: exit code %d: %s", code, out)
			}
		})
	}
}

func TestServe_AddressThatIsTakenIsSaid(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, key := range []string{"listen", "health-listen"} {
		if why := p.refused(cli.ExitUnavailable, "listen", "serve", "--"+key, l.Addr().String()); !strings.HasPrefix(why, key+":") {
			t.Errorf("%s", why)
		}
	}
}

func TestServe_CanBeEndedWhileItStarts(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.init()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // as a database that does not answer
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_, port, _ := net.SplitHostPort(silent.Addr().String())
	p.write("database", "host=127.0.0.1 port="+port+" user=u dbname=d sslmode=disable")
	cmd := p.program("serve")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	asked, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Close()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != cli.ExitInterrupted {
		t.Errorf("exit code %d", code)
	}
}

func TestServe_TellsOfTheVersionThatItsFileHas(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	v := p.init()
	file := filepath.Join(t.TempDir(), "newest-version")
	s := p.serve("--newest-version", file)
	w := s.computer(v)
	tells := func() string {
		support, err := w.Support(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return support.Newest
	}
	if told := tells(); told != "" {
		t.Errorf("without a file, it tells %q", told)
	}
	for text, want := range map[string]string{
		"1.2.3\n": "1.2.3", " 1.2.4 \n\n": "1.2.4", "": "", "soon\n": "", "1.2.3\n1.2.4\n": "", "1.2.3" + strings.Repeat("\n", mostConfig): "",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if told := tells(); told != want {
			t.Errorf("with %.20q, it tells %q", text, told)
		}
	}
}
