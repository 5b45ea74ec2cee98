package remote_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
)

func TestServer_FileStopsWithItsSession(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	name := p.blobName()
	p.file(s, name, random(32<<20)) // more than what is on its way
	c := p.raw()
	_, err := io.WriteString(c, "GET "+api.Files+"/"+name+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "+token+"\r\n\r\n")
	p.ok(err)
	p.ok(second(c.Read(make([]byte, 1))))
	p.ok(s.End(p.ctx()))
	if n, _ := io.Copy(io.Discard, c); n >= 32<<20 {
		t.Errorf("%d bytes came", n)
	}
}

// kept says that a file is to be kept.
func kept(r *http.Request) {
	r.ContentLength = -1
	r.Trailer = http.Header{api.Kept: {"1"}}
}

// upload is a file on its way. It is sent by hand: net/http's client may miss an answer that comes before it has sent everything.
type upload struct {
	*tls.Conn
	p *place
}

func (p *place) upload(at, token string) upload {
	p.Helper()
	u := upload{p.raw(), p}
	_, err := fmt.Fprintf(u, "PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\nTrailer: %s\r\n\r\n", at, token, api.Kept)
	p.ok(err)
	return u
}

func (u upload) sends(n int) {
	u.p.Helper()
	_, err := fmt.Fprintf(u, "%x\r\n%s\r\n", n, random(n))
	u.p.ok(err)
}

// ends says that this was all, and that it is to be kept.
func (u upload) ends() {
	u.p.Helper()
	_, err := fmt.Fprintf(u, "0\r\n%s: 1\r\n\r\n", api.Kept)
	u.p.ok(err)
}

// answer is what the server says without being sent anything more.
func (u upload) answer() said {
	u.p.Helper()
	u.p.ok(u.SetReadDeadline(time.Now().Add(30 * time.Second)))
	r, err := http.ReadResponse(bufio.NewReader(u), nil)
	u.p.ok(err)
	return u.p.heard(r)
}

// onDisk is everything in the documents' folder and beside it.
func (p *place) onDisk() string {
	p.Helper()
	var all []string
	p.ok(filepath.WalkDir(filepath.Dir(p.dir), func(path string, d os.DirEntry, err error) error {
		if !strings.Contains(path, "workspace.db") {
			all = append(all, path)
		}
		return err
	}))
	return strings.Join(all, "\n")
}

func TestServer_TakesNoFileByAnotherName(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, token := p.token(p.owner, ownerEmail, ownerPass)
	good := p.blobName()
	before := p.onDisk()
	for _, name := range []string{
		"", ".", "..", "../x", "../" + good, "%2e%2e%2f" + good, "..%2f" + good, "%2e%2e/" + good, "a/" + good, "a%2f" + good, "%2fetc%2fpasswd", "//etc/passwd", good + "/", good + "%00", good + "%20",
		"%00", "x.1.age", strings.ToUpper(good), strings.Replace(good, ".1.", ".01.", 1), "index.age", "contents.age", good + ".tmp", "." + good,
		strings.Repeat("a", 10_000), `..\` + good, "..%5c" + good, "%C0%AE%C0%AE/" + good, good + "%3Fx",
	} {
		for _, method := range []string{http.MethodPut, http.MethodGet, http.MethodDelete} {
			said := p.say(method, api.Files+"/"+name, token, strings.NewReader("hostile"), kept)
			if said.status < 300 || said.status >= 500 {
				t.Errorf("%s %q: %d %.200s", method, name, said.status, said.body)
			}
		}
	}
	if after := p.onDisk(); after != before {
		t.Errorf("there is another file: %s", after)
	}
	if said := p.say(http.MethodPut, api.Files+"/"+good, token, strings.NewReader("good"), kept); said.status != http.StatusOK {
		t.Errorf("%d %s", said.status, said.body)
	}
}

func TestServer_FileComesWholeOrInAPart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, token := p.token(p.owner, ownerEmail, ownerPass)
	at := api.Files + "/" + p.blobName()
	content := random(100_000)
	if said := p.say(http.MethodPut, at, token, bytes.NewReader(content), kept); said.status != http.StatusOK {
		t.Fatalf("%s", said.body)
	}
	many := "bytes=0-" + strings.Repeat(",0-", 1000)
	for ranges, want := range map[string][]byte{
		"": content, "bytes=0-": content, "bytes=0-0": content[:1], "bytes=5-9": content[5:10], "bytes=99999-": content[99_999:], "bytes=-5": content[99_995:], "bytes=0-9999999": content,
		"bytes=-9999999": content, "items=0-1": nil, "bytes=": nil, "bytes=x-y": nil, "bytes=9-5": nil, "bytes=100000-": nil, "bytes=-0": nil, "bytes=--5": nil, "bytes=99999999999999999999-": nil,
		"bytes=0-1,5-6": nil, many: nil, "bytes": nil, "bytes=0-1;2-3": nil,
	} {
		said := p.say(http.MethodGet, at, token, nil, func(r *http.Request) {
			if ranges != "" {
				r.Header.Set("Range", ranges)
			}
		})
		switch {
		case want != nil && !bytes.Equal(said.body, want):
			t.Errorf("%q: %d, %d bytes", ranges, said.status, len(said.body))
		case said.status == http.StatusOK && !bytes.Equal(said.body, content), len(said.body) > len(content)+1000:
			t.Errorf("%q: %d, %d bytes", ranges, said.status, len(said.body))
		case said.status != http.StatusOK && said.status != http.StatusPartialContent && said.status != http.StatusRequestedRangeNotSatisfiable:
			t.Errorf("%q: %d", ranges, said.status)
		}
	}
	for method, want := range map[string]int{http.MethodHead: http.StatusOK, http.MethodPatch: http.StatusMethodNotAllowed, http.MethodPost: http.StatusMethodNotAllowed} {
		if said := p.say(method, at, token, nil, nil); said.status != want || len(said.body) > 100 {
			t.Errorf("%s: %d %s", method, said.status, said.body)
		}
	}
}

// there reports whether the server has a file.
func (p *place) there(at, token string) bool {
	p.Helper()
	said := p.say(http.MethodGet, at, token, nil, nil)
	if said.status != http.StatusOK && said.status != http.StatusNotFound {
		p.Fatalf("%d %s", said.status, said.body)
	}
	return said.status == http.StatusOK
}

func TestServer_FileThatDidNotComeWholeIsNotKept(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	_, other := p.token(p.owner, ownerEmail, ownerPass)
	before := p.onDisk()
	for what, with := range map[string]func(*http.Request){
		"its length alone": nil, "no trailer": func(r *http.Request) { r.ContentLength = -1 },
		"another trailer": func(r *http.Request) { r.ContentLength = -1; r.Trailer = http.Header{api.Kept: {"0"}} },
		"a header":        func(r *http.Request) { r.ContentLength = -1; r.Header.Set(api.Kept, "1") },
	} {
		for _, at := range []string{api.Files + "/" + p.blobName(), api.Index} {
			if said := p.say(http.MethodPut, at, token, strings.NewReader("hostile"), with); said.status != http.StatusBadRequest {
				t.Errorf("%s with %s: %d %s", at, what, said.status, said.body)
			}
		}
	}
	// A connection that is cut, at any place.
	at := api.Files + "/" + p.blobName()
	whole := fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\nTrailer: %s\r\n\r\n7\r\nhostile\r\n0\r\n%s: 1\r\n\r\n", at, token, api.Kept, api.Kept)
	body := strings.Index(whole, "\r\n\r\n")
	for cut := body + 4; cut < len(whole); cut++ {
		c := p.raw()
		_, err := io.WriteString(c, whole[:cut])
		p.ok(err)
		p.ok(c.CloseWrite())
		_, _ = io.ReadAll(c) // until the server is done with it
		if p.there(at, other) {
			t.Fatalf("%q is enough", whole[body+4:cut])
		}
	}
	good := strings.Replace(whole, token, other, 1)
	// A session that ends meanwhile, with more to come or with nothing but the trailer. Who has more to send is not waited for.
	for _, more := range []bool{true, false} {
		u := p.upload(at, token)
		u.sends(200_000)
		p.ok(s.End(p.ctx()))
		if more {
			u.sends(1)
		} else {
			u.ends()
		}
		if said := u.answer(); said.code() != service.CodeSessionEnded {
			t.Errorf("%s", said.body)
		}
		s, token = p.token(p.owner, ownerEmail, ownerPass)
	}
	if p.there(at, other) || p.onDisk() != before {
		t.Errorf("there is a file: %s", p.onDisk())
	}
	c := p.raw()
	_, err := io.WriteString(c, good)
	p.ok(err)
	p.ok(c.CloseWrite())
	if answer, _ := io.ReadAll(c); !bytes.HasPrefix(answer, []byte("HTTP/1.1 200 ")) || !p.there(at, other) {
		t.Errorf("the whole of it is not: %s", answer)
	}
}

func TestServer_OfTwoFilesOfOneNameOneIsKeptWhole(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, token := p.token(p.owner, ownerEmail, ownerPass)
	for range 5 {
		at := api.Files + "/" + p.blobName()
		a, b := bytes.Repeat([]byte("a"), 300_000), bytes.Repeat([]byte("b"), 200_000)
		var all sync.WaitGroup
		var mu sync.Mutex
		var last []said
		for _, content := range [][]byte{a, b} {
			all.Go(func() {
				said := p.say(http.MethodPut, at, token, bytes.NewReader(content), kept)
				mu.Lock()
				defer mu.Unlock()
				last = append(last, said)
			})
		}
		all.Wait()
		if last[0].status != http.StatusOK && last[1].status != http.StatusOK {
			t.Errorf("%s; %s", last[0].body, last[1].body)
		}
		if got := p.say(http.MethodGet, at, token, nil, nil).body; !bytes.Equal(got, a) && !bytes.Equal(got, b) {
			t.Errorf("%d bytes of both", len(got))
		}
	}
}
