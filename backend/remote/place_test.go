package remote_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/documents"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/server"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/store/tokenstest"
	"countersign/backend/teststore"
	"countersign/backend/workspace"
)

const (
	ownerName  = "Amara Okafor"
	ownerEmail = "amara.okafor@example.com"
	ownerPass  = "tundra velvet orchard 91"
	bellaEmail = "bella.novak@example.com"
	bellaPass  = "granite lagoon whisper 47"
)

// clock is a time of day that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// place is a founded workspace behind a real server, with what went to and fro.
type place struct {
	testing.TB
	clk    *clock
	inner  *workspace.Workspace
	rows   store.Tokens
	sealer *serverkey.Box
	files  store.Blobs
	dir    string // of the documents
	srv    *server.Server
	start  func() // another instance, which has nothing in memory, in the place of srv
	ts     *httptest.Server
	log    *lines // of the server and of all clients
	wire   *wire
	keys   *keychain.Memory  // of the first owner's computer
	owner  *client.Workspace // on it
}

func newPlace(t testing.TB) *place {
	t.Helper()
	return newPlaceWith(t, 0, func(w service.Served) service.Served { return w })
}

func newPlaceWith(t testing.TB, patience time.Duration, around func(service.Served) service.Served) *place {
	t.Helper()
	dir := t.TempDir()
	db, err := teststore.Open(t.Context(), t, filepath.Join(dir, "workspace.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	files, err := documents.Open(filepath.Join(dir, "documents"))
	if err != nil {
		t.Fatal(err)
	}
	p := newPlaceOn(t, db, keychain.NewMemory(), files, patience, around)
	p.dir = filepath.Join(dir, "documents")
	return p
}

// newPlaceOn is a place whose server keeps everything there.
func newPlaceOn(t testing.TB, db store.Store, secrets store.Secrets, files store.Blobs, patience time.Duration, around func(service.Served) service.Served) *place {
	t.Helper()
	p := &place{TB: t, clk: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)}, log: &lines{}, wire: &wire{}, files: files}
	var err error
	p.inner, err = workspace.Open(t.Context(), workspace.Config{Store: db, Secrets: secrets, Files: files, Now: p.clk.now, Password: password.Cheap, Recovery: recovery.Cheap})
	p.ok(err)
	t.Cleanup(p.inner.Close)
	p.ok(p.inner.Recover(t.Context()))
	made, code, err := client.FirstInvitation(costs(keychain.NewMemory()))
	p.ok(err)
	_, err = p.inner.Found(t.Context(), service.NewWorkspace{Workspace: "Northwind Legal", Name: ownerName, Email: ownerEmail}, made)
	p.ok(err)
	key, err := serverkey.Create(filepath.Join(t.TempDir(), "server.key"))
	p.ok(err)
	p.rows, p.sealer = tokenstest.NewMemory(), key.For("tokens")
	p.start = func() {
		srv := server.New(server.Config{
			Workspace: around(p.inner.Served()), Tokens: p.rows, Sealer: p.sealer, Place: "tested", Now: p.clk.now, Log: p.log.logger("server"), Patience: patience,
		})
		t.Cleanup(func() { p.ok(srv.Close(context.WithoutCancel(t.Context()))) })
		p.srv = srv
	}
	p.start()
	p.ts = httptest.NewUnstartedServer(p.wire.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.srv.ServeHTTP(w, r) })))
	p.ts.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	p.ts.Config.ErrorLog = slog.NewLogLogger(p.log.logger("http").Handler(), slog.LevelInfo)
	p.ts.StartTLS()
	t.Cleanup(p.ts.Close)
	p.keys = keychain.NewMemory()
	p.owner = p.computerWith(t, remote.Config{Server: p.ts.URL}, p.keys)
	s, _, err := p.owner.Redeem(t.Context(), ownerEmail, secret.NewText(code.Display()), secret.NewText(ownerPass))
	p.ok(err)
	p.ok(s.End(t.Context()))
	return p
}

func costs(secrets store.Secrets) client.Config {
	return client.Config{Secrets: secrets, Password: store.Argon2id(password.Cheap), Recovery: store.Argon2id(recovery.Cheap)}
}

func (p *place) ok(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// ctx outlives the test, whose own context ends before what it has opened is closed.
func (p *place) ctx() context.Context { return context.WithoutCancel(p.Context()) }

func (p *place) refused(err error, code service.Code) {
	p.Helper()
	if !service.IsCode(err, code) {
		p.Fatalf("got %v, want %s", err, code)
	}
}

// computer is one more, with a keychain of its own.
func (p *place) computer(t testing.TB) *client.Workspace {
	t.Helper()
	return p.computerAt(t, p.ts.URL)
}

func (p *place) computerAt(t testing.TB, at string) *client.Workspace {
	t.Helper()
	return p.computerWith(t, remote.Config{Server: at}, keychain.NewMemory())
}

func (p *place) computerWith(t testing.TB, at remote.Config, secrets store.Secrets) *client.Workspace {
	t.Helper()
	at.Key, at.Now, at.Log = p.key(), p.clk.now, p.log.logger("remote")
	r, err := remote.Dial(t.Context(), at)
	p.ok(err)
	t.Cleanup(r.Close)
	c, err := client.Open(t.Context(), r, costs(secrets))
	p.ok(err)
	t.Cleanup(c.Close)
	return c
}

func (p *place) key() remote.Fingerprint { return remote.FingerprintOf(p.ts.Certificate()) }

func (p *place) signIn(w *client.Workspace, email, pass string) *client.Session {
	p.Helper()
	s, _, err := w.SignIn(p.ctx(), email, secret.NewText(pass))
	p.ok(err)
	if s == nil {
		p.Fatal("more is due")
	}
	return s
}

// token signs in, and gives the session with its token.
func (p *place) token(w *client.Workspace, email, pass string) (*client.Session, string) {
	p.Helper()
	s := p.signIn(w, email, pass)
	return s, p.wire.lastToken()
}

// member is Bella, who has come in at her own computer.
func (p *place) member() *client.Workspace {
	p.Helper()
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	given, err := a.AddMember(p.ctx(), service.NewMember{Name: "Bella Novak", Email: bellaEmail, Role: service.RoleMember}, client.Proof{Password: secret.NewText(ownerPass)})
	p.ok(err)
	w := p.computer(p.TB)
	in, _, err := w.Redeem(p.ctx(), bellaEmail, secret.NewText(given.Code.Display()), secret.NewText(bellaPass))
	p.ok(err)
	p.ok(errors.Join(in.End(p.ctx()), s.End(p.ctx())))
	return w
}

// phone is an authenticator app that owes nothing to our code.
type phone struct {
	key []byte
	clk *clock
}

func (p *place) phoneOf(shown service.Shown) *phone {
	p.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.Join(shown.Groups, ""))
	p.ok(err)
	return &phone{key, p.clk}
}

// code waits until there is a new one.
func (f *phone) code() string {
	f.clk.advance(30 * time.Second)
	mac := hmac.New(sha1.New, f.key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(f.clk.now().Unix()/30)))
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[from:])&0x7fffffff%1_000_000)
}

// enable turns 2FA on.
func (p *place) enable(s *client.Session, pass string) (f *phone, codes []string) {
	p.Helper()
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(pass))
	p.ok(err)
	f = p.phoneOf(shown)
	issued, err := s.Confirm(p.ctx(), secret.NewText(f.code()))
	p.ok(err)
	for _, c := range issued.Codes {
		codes = append(codes, c.Display())
	}
	p.ok(s.Continue(p.ctx()))
	return f, codes
}

// http is a client that knows nothing of package remote.
func (p *place) http() *http.Client {
	c := p.ts.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// said is an answer as it came.
type said struct {
	status int
	header http.Header
	body   []byte
	api.Answer[json.RawMessage]
}

func (s said) code() service.Code {
	if s.Error == nil {
		return ""
	}
	return s.Error.Code
}

func (s said) fault() api.Fault {
	if s.Error == nil {
		return ""
	}
	return s.Error.Fault
}

// say sends a request as it is.
func (p *place) say(method, path, token string, body io.Reader, with func(*http.Request)) said {
	p.Helper()
	r, err := http.NewRequestWithContext(p.ctx(), method, p.ts.URL+path, body)
	p.ok(err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if with != nil {
		with(r)
	}
	a, err := p.http().Do(r)
	p.ok(err)
	return p.heard(a)
}

// heard reads an answer.
func (p *place) heard(a *http.Response) said {
	p.Helper()
	defer a.Body.Close()
	out := said{status: a.StatusCode, header: a.Header}
	var err error
	out.body, err = io.ReadAll(a.Body)
	p.ok(err)
	if a.Header.Get("Content-Type") == "application/json" {
		p.ok(json.Unmarshal(out.body, &out.Answer))
	}
	return out
}

func (p *place) post(path, token, body string) said {
	p.Helper()
	return p.say(http.MethodPost, path, token, strings.NewReader(body), nil)
}

// raw is a connection to the server that only speaks TLS.
func (p *place) raw() *tls.Conn {
	p.Helper()
	c, err := tls.Dial("tcp", p.ts.Listener.Addr().String(), &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true})
	p.ok(err)
	p.Cleanup(func() { _ = c.Close() })
	return c
}

// rawPost is a request's bytes.
func rawPost(path, token, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", path, token, len(body), body)
}

// until waits for something to become so that another goroutine does.
func (p *place) until(what string, so func() bool) {
	p.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for give := time.After(time.Minute); !so(); {
		select {
		case <-tick.C:
		case <-give:
			p.Fatalf("waited for a minute until %s", what)
		}
	}
}

// lines are a log.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) logger(of string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})).With("of", of)
}

// wire keeps what has gone over the wire, and lets a test step in.
type wire struct {
	mu        sync.Mutex
	exchanges []*exchange
	token     string // the last that a server has given for a session
	instead   func(w http.ResponseWriter, r *http.Request) bool
}

// exchange is a request and its answer.
type exchange struct {
	path, token    string
	header         http.Header
	asked, replied bytes.Buffer
	from           string
	over           bool // its handler has returned
}

type recording struct {
	http.ResponseWriter
	e *exchange
	w *wire
}

func (r recording) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r recording) Write(b []byte) (int, error) {
	r.w.mu.Lock()
	r.e.replied.Write(b)
	var a struct {
		Result struct {
			Token   string
			Session *struct{ Token string }
		}
	}
	if json.Unmarshal(b, &a) == nil {
		if a.Result.Session != nil {
			r.w.token = a.Result.Session.Token
		} else if a.Result.Token != "" {
			r.w.token = a.Result.Token
		}
	}
	r.w.mu.Unlock()
	return r.ResponseWriter.Write(b)
}

type tee struct {
	io.ReadCloser
	w *wire
	e *exchange
}

func (t tee) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	t.e.asked.Write(b[:n])
	return n, err
}

func (w *wire) before(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		e := &exchange{path: r.URL.Path, token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), header: r.Header.Clone(), from: r.RemoteAddr}
		w.mu.Lock()
		w.exchanges = append(w.exchanges, e)
		instead := w.instead
		w.mu.Unlock()
		if instead != nil && instead(rw, r) {
			return
		}
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			e.over = true
		}()
		read := r.WithContext(r.Context()) // the server looks at what is left of the body that it has given
		read.Body = tee{r.Body, w, e}
		h.ServeHTTP(recording{rw, e, w}, read)
	})
}

// doInstead lets a handler answer what it wants to.
func (w *wire) doInstead(h func(w http.ResponseWriter, r *http.Request) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.instead = h
}

func (w *wire) lastToken() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.token
}

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.exchanges)
}

// last is the body of the newest request to an address.
func (w *wire) last(path string) (asked string, token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.exchanges) - 1; i >= 0; i-- {
		if e := w.exchanges[i]; e.path == path {
			return e.asked.String(), e.token
		}
	}
	return "", ""
}

// lastExchange is the newest with an address.
func (w *wire) lastExchange(path string) *exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.exchanges) - 1; i >= 0; i-- {
		if w.exchanges[i].path == path {
			return w.exchanges[i]
		}
	}
	return nil
}

func (w *wire) countOf(path string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.exchanges {
		if e.path == path {
			n++
		}
	}
	return n
}

func (e *exchange) isOver(w *wire) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return e.over
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func second[A, B any](_ A, b B) B        { return b }
func third[A, B, C any](_ A, _ B, c C) C { return c }

// blobName is a name that a document's file can have.
func (p *place) blobName() string {
	p.Helper()
	id, err := service.NewID(rand.Reader)
	p.ok(err)
	return store.BlobName(id, 1)
}

// newSet is what a client makes of ten recovery codes.
func newSet() service.NewSet {
	n := service.NewSet{Salt: random(recovery.SaltSize), Params: service.Argon2id(recovery.Cheap)}
	for range recovery.SetSize {
		n.Proofs = append(n.Proofs, secret.NewBytes(random(recovery.HashSize)))
	}
	return n
}
