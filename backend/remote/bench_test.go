package remote_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
)

// serve answers over TLS on loopback, without looking on.
func serve(b *testing.B, h http.Handler) *httptest.Server {
	ts := httptest.NewUnstartedServer(h)
	ts.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	ts.StartTLS()
	b.Cleanup(ts.Close)
	return ts
}

// A sign-in at a server on loopback should take no longer than one in this process and 30 ms.
func BenchmarkSignIn(b *testing.B) {
	p := newPlace(b)
	direct, err := client.Open(b.Context(), p.inner.Service(), costs(p.keys))
	p.ok(err)
	b.Cleanup(direct.Close)
	over := p.computerWith(b, remote.Config{Server: serve(b, p.srv).URL}, p.keys)
	for name, w := range map[string]*client.Workspace{"InProcess": direct, "AtServer": over} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s, _, err := w.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
				if err == nil {
					err = s.End(p.ctx())
				}
				p.ok(err)
			}
		})
	}
}

const large = 64 << 20

// peak reports how much the heap has grown at most while do runs.
func peak(b *testing.B, do func()) {
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	over, looked := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-over:
				tick.Stop()
				looked <- most
				return
			case <-tick.C:
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
		}
	}()
	do()
	close(over)
	b.ReportMetric(float64(max(<-looked, before.HeapAlloc)-before.HeapAlloc)/(1<<20), "MiB-peak")
}

// A document should go at 0.8 of the speed of a handler that does nothing but write a file, or read it, and in as little memory.
func BenchmarkDocument(b *testing.B) {
	p := newPlace(b)
	content := random(large)
	s := p.signIn(p.computerWith(b, remote.Config{Server: serve(b, p.srv).URL}, p.keys), ownerEmail, ownerPass)
	dir := b.TempDir()
	plain := serve(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := filepath.Join(dir, filepath.Base(r.URL.Path))
		if r.Method == http.MethodGet {
			http.ServeFile(w, r, path)
			return
		}
		f, err := os.Create(path)
		if err == nil {
			_, err = io.Copy(f, r.Body)
			err = errors.Join(err, f.Sync(), f.Close())
		}
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	put := func(path string) {
		r, err := http.NewRequestWithContext(p.ctx(), http.MethodPut, plain.URL+path, bytes.NewReader(content))
		p.ok(err)
		a, err := plain.Client().Do(r)
		p.ok(err)
		p.ok(a.Body.Close())
	}
	run := func(name string, do func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(large)
			peak(b, func() {
				for b.Loop() {
					do()
				}
			})
		})
	}
	buffer := make([]byte, 256<<10)
	run("UpPlain", func() { put("/x") })
	name := ""
	run("UpAtServer", func() {
		if name != "" {
			p.ok(s.Files().Remove(p.ctx(), name))
		}
		name = p.blobName()
		f, err := s.Files().Create(p.ctx(), name)
		p.ok(err)
		for at := 0; at < large; at += len(buffer) {
			p.ok(second(f.Write(content[at : at+len(buffer)])))
		}
		p.ok(f.Keep())
	})
	run("DownPlain", func() {
		r, err := http.NewRequestWithContext(p.ctx(), http.MethodGet, plain.URL+"/x", nil)
		p.ok(err)
		a, err := plain.Client().Do(r)
		p.ok(err)
		_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, a.Body, buffer)
		p.ok(errors.Join(err, a.Body.Close()))
	})
	run("DownAtServer", func() {
		f, err := s.Files().Open(p.ctx(), name)
		p.ok(err)
		for at := int64(0); at < large; at += int64(len(buffer)) {
			p.ok(second(f.ReadAt(buffer, at)))
		}
		p.ok(f.Close())
	})
}
