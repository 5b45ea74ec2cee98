package remote_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/service"
	"countersign/backend/store"
)

func asItIs(w service.Served) service.Served { return w }

// certificate is one whose own key has signed it.
func certificate(t *testing.T, until time.Time) (tls.Certificate, remote.Fingerprint) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: until.Add(-24 * time.Hour), NotAfter: until}, &x509.Certificate{}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, remote.FingerprintOf(leaf)
}

func TestDial_SendsNothingToAServerThatItDoesNotTrust(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for what, c := range map[string]struct {
		until time.Time
		other bool
		most  uint16
		want  service.Code
	}{
		"another key":              {until: now.Add(time.Hour), other: true, want: service.CodeServerOther},
		"another key, and too old": {until: now.Add(-time.Hour), other: true, want: service.CodeServerOther},
		"a certificate too old":    {until: now.Add(-time.Hour), want: service.CodeServerCertificate},
		"TLS 1.2":                  {until: now.Add(time.Hour), most: tls.VersionTLS12, want: service.CodeServerUnreachable},
	} {
		cert, key := certificate(t, c.until)
		if c.other {
			_, key = certificate(t, c.until)
		}
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: c.most})
		if err != nil {
			t.Fatal(err)
		}
		var got atomic.Int64
		var all sync.WaitGroup
		all.Go(func() {
			for {
				in, err := l.Accept()
				if err != nil {
					return
				}
				n, _ := io.Copy(io.Discard, in) // the handshake, and what comes after it
				got.Add(n)
				_ = in.Close()
			}
		})
		w, err := remote.Dial(t.Context(), remote.Config{Server: l.Addr().String(), Key: key})
		if !service.IsCode(err, c.want) || w != nil {
			t.Errorf("%s: %v", what, err)
		}
		_ = l.Close()
		all.Wait()
		if n := got.Load(); n != 0 {
			t.Errorf("%s: %d bytes were sent", what, n)
		}
	}
}

func TestDial_ServerThatIsNotThereIsUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if _, err := remote.Dial(t.Context(), remote.Config{Server: l.Addr().String()}); !service.IsCode(err, service.CodeServerUnreachable) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := remote.Dial(ctx, remote.Config{Server: l.Addr().String()}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// instead answers the operations that are asked below, and counts what it was asked.
func (p *place) instead(answer func(w http.ResponseWriter, r *http.Request), ops ...api.About) *atomic.Int64 {
	var asked atomic.Int64
	p.wire.doInstead(func(w http.ResponseWriter, r *http.Request) bool {
		for _, op := range ops {
			if r.URL.Path == op.Path() {
				asked.Add(1)
				answer(w, r)
				return true
			}
		}
		return false
	})
	return &asked
}

func TestConnection_TellsWhatBecameOfAnActWhoseAnswerIsNone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.signIn(p.computerWith(t, remote.Config{Server: p.ts.URL, Insist: time.Millisecond}, p.keys), ownerEmail, ownerPass)
	other, err := service.NewID(rand.Reader)
	p.ok(err)
	state := func(id string) string {
		return `{"Result":{},"State":{"Workspace":{"ID":"` + id + `","Name":"Another","Now":"2027-01-01T00:00:00Z"}}}`
	}
	say := func(status int, kind, body string) func(w http.ResponseWriter, r *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	endless := func(begin, more string) func(w http.ResponseWriter, r *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, begin)
			for sent := 0; sent < 64<<20; sent += len(more) {
				if _, err := io.WriteString(w, more); err != nil {
					return
				}
			}
			panic(http.ErrAbortHandler)
		}
	}
	lost := [2]service.Code{service.CodeServerUnreachable, service.CodeOutcomeUnknown}
	failed := [2]service.Code{service.CodeServerFailed, service.CodeServerFailed}
	elsewhere := [2]service.Code{service.CodeServerOther, service.CodeServerOther}
	for what, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   [2]service.Code // of an operation that can be asked again, and of an act
	}{
		"a page":                    {say(200, "text/html", "<p>Welcome</p>"), lost},
		"a page that says JSON":     {say(200, "application/json", "<p>Welcome</p>"), lost},
		"nothing":                   {say(200, "application/json", ""), lost},
		"half":                      {say(200, "application/json", `{"Result":{`), lost},
		"another type":              {say(200, "application/json", `[]`), lost},
		"no state":                  {say(200, "application/json", `{"Result":{}}`), lost},
		"no content":                {say(204, "", ""), lost},
		"a gateway's error":         {say(502, "text/html", "bad gateway"), lost},
		"a gateway's refusal":       {say(503, "text/plain", "busy"), lost},
		"an address that is not":    {say(404, "text/plain", "not found"), failed},
		"another workspace":         {say(200, "application/json", state(other)), elsewhere},
		"another workspace refuses": {say(422, "application/json", strings.Replace(state(other), `"State"`, `"Error":{"Code":"name_long"},"State"`, 1)), elsewhere},
		"an endless text":           {endless(`{"Result":"`, strings.Repeat("a", 64<<10)), lost},
		"endless blanks":            {endless(`{`, strings.Repeat(" ", 64<<10)), lost},
		"endless headers": {func(w http.ResponseWriter, _ *http.Request) {
			for i := range 10_000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("a", 100))
			}
		}, lost},
		"a broken connection": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, lost},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, p.ts.URL+api.CheckEmail.Path(), http.StatusTemporaryRedirect)
		}, failed},
	} {
		asked := p.instead(c.answer, api.Support.About, api.Rename.About)
		before := p.wire.count()
		_, err := p.owner.Support(p.ctx())
		p.wants(what+", of a read", err, c.want[0])
		err = s.Rename(p.ctx(), "Another Name")
		p.wants(what+", of an act", err, c.want[1])
		if errors.Is(err, store.ErrUnknownOutcome) != (c.want[1] == service.CodeOutcomeUnknown) {
			t.Errorf("%s: %v", what, err)
		}
		want := int64(2)
		if c.want[1] == service.CodeOutcomeUnknown { // it was asked what came of it
			want++
		}
		// Where a connection breaks that was used before, net/http itself sends a request with an idempotency key once more.
		n := asked.Load()
		if n < want || n > want && what != "a broken connection" || p.wire.count() != before+int(n) {
			t.Errorf("%s: %d were asked, and %d in all", what, n, p.wire.count()-before)
		}
	}
	p.wire.doInstead(nil)
	o, err := s.Overview(p.ctx())
	if p.ok(err); o.Profile.Name != ownerName || p.owner.Name() != "Northwind Legal" {
		t.Errorf("%q, %q", o.Profile.Name, p.owner.Name())
	}
}

func (p *place) wants(what string, err error, code service.Code) {
	p.Helper()
	if !service.IsCode(err, code) {
		p.Errorf("%s: got %v (%v), want %s", what, err, service.Cause(err), code)
	}
}

func TestConnection_EndlessAnswerOfAnOutsiderIsCutShort(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var sent atomic.Int64
	over := make(chan struct{})
	p.instead(func(w http.ResponseWriter, _ *http.Request) {
		defer close(over)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"Result":"`)
		for {
			n, err := io.WriteString(w, strings.Repeat("a", 64<<10))
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}, api.Support.About)
	_, err := p.owner.Support(p.ctx())
	p.refused(err, service.CodeServerUnreachable)
	<-over
	if n := sent.Load(); n > 32<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

func TestConnection_ServerThatStandsStillIsGivenUp(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	w := p.computerWith(t, remote.Config{Server: p.ts.URL, Patience: 2 * time.Second, Insist: time.Millisecond}, p.keys)
	s := p.signIn(w, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	name := p.blobName()
	p.file(s, name, random(1<<20))
	stands := func(header bool) {
		p.wire.doInstead(func(w http.ResponseWriter, r *http.Request) bool {
			if header {
				w.Header().Set("Content-Type", api.Lines)
				if strings.HasPrefix(r.URL.Path, api.Files) {
					w.Header().Set("Content-Length", "1000000")
				}
				w.WriteHeader(http.StatusOK)
				_ = http.NewResponseController(w).Flush()
			}
			_, _ = io.Copy(io.Discard, r.Body) // or it would not be heard that the client hangs up
			<-r.Context().Done()
			return true
		})
	}
	for _, header := range []bool{false, true} {
		stands(header)
		_, err = s.Overview(p.ctx())
		p.wants("a read", err, service.CodeServerUnreachable)
		p.wants("an act", s.Rename(p.ctx(), "Another Name"), service.CodeOutcomeUnknown)
		_, err = a.VerifyLog(p.ctx(), nil)
		p.wants("a long read", err, service.CodeServerUnreachable)
		p.wants("an index", s.Files().WriteIndex(p.ctx(), func(w io.Writer) error { return second(w.Write(random(10_000))) }), service.CodeOutcomeUnknown)
		f, err := s.Files().Open(p.ctx(), name)
		if header {
			p.ok(err)
			_, err = f.ReadAt(make([]byte, 100), 500)
			p.ok(f.Close())
		}
		p.wants("a file", err, service.CodeServerUnreachable)
	}
	p.wire.doInstead(nil)
	_, err = s.Overview(p.ctx())
	p.ok(err)
}

// file keeps one.
func (p *place) file(s *client.Session, name string, content []byte) {
	p.Helper()
	f, err := s.Files().Create(p.ctx(), name)
	p.ok(err)
	p.ok(second(f.Write(content)))
	p.ok(f.Keep())
}

func TestConnection_IsUsedAgain(t *testing.T) {
	t.Parallel()
	const patience = 2 * time.Second
	p := newPlaceWith(t, patience, asItIs)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	name := p.blobName()
	p.file(s, name, random(300_000))
	from := func() map[string]bool {
		p.wire.mu.Lock()
		defer p.wire.mu.Unlock()
		out := map[string]bool{}
		for _, e := range p.wire.exchanges {
			out[e.from] = true
		}
		p.wire.exchanges = nil
		return out
	}
	from()
	for range 10 {
		p.ok(s.Touch())
		_, err := s.Overview(p.ctx())
		p.ok(err)
		f, err := s.Files().Open(p.ctx(), name)
		p.ok(err)
		if n, err := f.ReadAt(make([]byte, 300_000), 0); n != 300_000 {
			t.Fatalf("%d, %v", n, err)
		}
		p.ok(f.Close())
	}
	if n := len(from()); n > 2 {
		t.Errorf("%d connections were made", n)
	}
	// A time limit of one request is none of the next.
	<-time.After(2 * patience)
	p.file(s, p.blobName(), random(1000))
	_, err := s.Overview(p.ctx())
	p.ok(err)
	p.ok(s.Rename(p.ctx(), "Another Name"))
	// A computer that has slept has no connections any more that anybody has heard of.
	from()
	_, err = s.Overview(p.ctx())
	p.ok(err)
	before := from()
	p.clk.advance(2 * time.Minute)
	p.ok(s.Rename(p.ctx(), "A Third Name"))
	for at := range from() {
		if before[at] {
			t.Error("an old connection was used")
		}
	}
}

func TestConnection_ServersOwnFaultsAreNotThisComputers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	// One who asks again is told what came of it in the end: see TestOnce. This one does not.
	s := p.signIn(p.computerWith(t, remote.Config{Server: p.ts.URL, Insist: -1}, p.keys), ownerEmail, ownerPass)
	id := p.owner.ID()
	for sent, want := range map[string]service.Code{
		`{"Fault":"internal"}`: service.CodeServerFailed, `{"Fault":"of a newer server"}`: service.CodeServerFailed, `{"Fault":"full"}`: service.CodeServerFailed, `{"Fault":"busy"}`: service.CodeServerFailed,
		`{"Fault":"files-full"}`: service.CodeServerFailed, `{"Code":"folder_full","Fault":"full"}`: service.CodeServerFailed, `{"Code":"database_busy","Fault":"busy"}`: service.CodeServerFailed,
		`{"Code":"keychain_locked"}`: service.CodeServerFailed, `{"Code":"name_long"}`: service.CodeNameLong, `{"Code":"outcome_unknown","Fault":"unknown-outcome"}`: service.CodeOutcomeUnknown,
		`{}`: service.CodeServerFailed,
	} {
		p.instead(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = fmt.Fprintf(w, `{"Result":{},"Error":%s,"State":{"Workspace":{"ID":%q}}}`, sent, id)
		}, api.Rename.About)
		err := s.Rename(p.ctx(), "Another Name")
		p.wants(sent, err, want)
		if strings.Contains(sent, `"full"`) != errors.Is(err, store.ErrFull) {
			t.Errorf("%s: %v", sent, err)
		}
	}
}
