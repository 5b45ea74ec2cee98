package remote_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

func TestServer_GivesUpWhoStopsReading(t *testing.T) {
	t.Parallel()
	p := newPlaceWith(t, 2*time.Second, asItIs)
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	name := p.blobName()
	p.file(s, name, random(32<<20)) // more than what is on its way
	c := p.raw()
	_, err := io.WriteString(c, "GET "+api.Files+"/"+name+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\n\r\n")
	p.ok(err)
	p.ok(second(c.Read(make([]byte, 1))))
	p.until("the server has given up", func() bool {
		p.wire.mu.Lock()
		defer p.wire.mu.Unlock()
		return p.wire.exchanges[len(p.wire.exchanges)-1].over
	})
}

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

// tokens gives one of each kind, by what it stands for. The owner is behind it, but for the challenge and what follows from it.
func (p *place) tokens() map[api.By]string {
	p.Helper()
	out := map[api.By]string{}
	bella := p.member()
	in := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := in.Admin(p.ctx())
	p.ok(err)
	_, err = a.MakeKit(p.ctx(), client.Proof{Password: secret.NewText(ownerPass)})
	p.ok(err)
	begin := func(path, body string) string {
		said := p.post(path, "", body)
		if said.status != http.StatusOK {
			p.Fatalf("%s: %s", path, said.body)
		}
		return p.wire.lastToken()
	}
	out[api.BySignIn] = begin(api.BeginSignIn.Path(), `{"Email":"`+ownerEmail+`"}`)
	out[api.ByRedeem] = begin(api.BeginRedeem.Path(), `{"Email":"`+ownerEmail+`"}`)
	out[api.ByKit] = begin(api.BeginKit.Path(), `{}`)

	s := p.signIn(bella, bellaEmail, bellaPass)
	p.enable(s, bellaPass)
	given, err := a.HelpCode(p.ctx(), s.ProfileID(), "", client.Proof{Password: secret.NewText(ownerPass)})
	p.ok(err)
	p.ok(third(bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))))
	out[api.ByChallenge] = p.challengeToken()
	_, c, err := bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
	p.ok(err)
	_, err = c.UseHelpCode(p.ctx(), secret.NewText(given.Code.Display()))
	p.ok(err)
	out[api.ByEnrolment] = p.wire.lastToken()
	_, out[api.BySession] = p.token(p.owner, ownerEmail, ownerPass)
	return out
}

// challengeToken is that of the newest challenge.
func (p *place) challengeToken() string {
	p.Helper()
	p.wire.mu.Lock()
	defer p.wire.mu.Unlock()
	for i := len(p.wire.exchanges) - 1; i >= 0; i-- {
		if _, after, ok := strings.Cut(p.wire.exchanges[i].replied.String(), `"Challenge":{"Token":"`); ok {
			token, _, _ := strings.Cut(after, `"`)
			return token
		}
	}
	p.Fatal("there is no challenge")
	return ""
}

// takes says which kinds of token an operation takes.
func takes(by api.By) []api.By {
	switch by {
	case api.ByNobody:
		return []api.By{api.BySignIn, api.ByRedeem, api.ByKit, api.ByChallenge, api.ByEnrolment, api.BySession}
	case api.ByEnrolling:
		return []api.By{api.ByEnrolment, api.BySession}
	case api.ByAdmin:
		return []api.By{api.BySession}
	}
	return []api.By{by}
}

func TestServer_TakesATokenOfItsKindAlone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	tokens := p.tokens()
	all := api.Operations()
	if len(all) < 100 {
		t.Fatalf("only %d operations are known", len(all))
	}
	for _, op := range all {
		if op.Does == "" || !strings.HasSuffix(op.Does, ".") {
			t.Errorf("%s does not say what it does", op.Name)
		}
		tries := map[string]string{"none": "", "one that nobody gave": "AAAA", "one with more": tokens[api.BySession] + "A"}
		for kind, token := range tokens {
			if !slices.Contains(takes(op.By), kind) {
				tries[string(kind)] = token
			}
		}
		if op.By == api.ByNobody {
			continue
		}
		for kind, token := range tries {
			said := p.post(op.Path(), token, `{}`)
			refused := said.status == http.StatusUnauthorized && (said.code() == service.CodeSessionEnded || said.code() == service.CodeChallengeEnded)
			if op.Ends {
				refused = said.status == http.StatusOK && said.code() == ""
			}
			if !refused || len(said.Result) > 0 && !zero(said.Result) {
				t.Errorf("%s with a token that is %s: %d %s", op.Name, kind, said.status, said.body)
			}
		}
	}
	for _, at := range []string{"PUT " + api.Files + "/x", "GET " + api.Files + "/x", "DELETE " + api.Files + "/x", "PUT " + api.Index} {
		method, path, _ := strings.Cut(at, " ")
		for kind, token := range tokens {
			if said := p.say(method, path, token, http.NoBody, nil); kind != api.BySession && said.code() != service.CodeSessionEnded {
				t.Errorf("%s with a token that is %s: %s", at, kind, said.body)
			}
		}
	}
	// Nothing of that has ended what the tokens stand for.
	for kind, path := range map[api.By]string{
		api.ByChallenge: api.AuthenticatorOff.Path(), api.ByEnrolment: api.Look.Path(), api.BySession: api.Overview.Path(),
	} {
		if said := p.post(path, tokens[kind], `{}`); said.status != http.StatusOK {
			t.Errorf("%s: %s", path, said.body)
		}
	}
}

var noTime, values = regexp.MustCompile(`"0001-01-01T00:00:00Z"`), regexp.MustCompile(`:("[^"]|[1-9]|true)|\["`)

// zero reports whether a result holds nothing.
func zero(result []byte) bool { return !values.Match(noTime.ReplaceAll(result, []byte(`""`))) }

func TestServer_OperationsOfAdminsAreNoMembers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	bella := p.member()
	_, token := p.token(bella, bellaEmail, bellaPass)
	for _, op := range api.Operations() {
		if op.By != api.ByAdmin {
			continue
		}
		for _, body := range []string{`{}`, `{"Watch":true}`} {
			said := p.post(op.Path(), token, body)
			refusal := said.code()
			if op.Long && said.header.Get("Content-Type") == api.Lines {
				refusal = ""
				if bytes.Contains(said.body, []byte(`"Code":"forbidden"`)) || bytes.Contains(said.body, []byte(`"Code":"run_over"`)) {
					refusal = service.CodeForbidden
				}
			}
			ofRun := slices.Contains([]string{api.MakeSheets.Name, api.CancelRun.Name, api.PutInForce.Name}, op.Name) && refusal == service.CodeRunOver
			if refusal != service.CodeForbidden && !ofRun {
				t.Errorf("%s: %d %s", op.Name, said.status, said.body)
			}
		}
	}
}

func TestServer_TakesOneValueOfItsTypeAlone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	tokens := p.tokens()
	for _, op := range api.Operations() {
		token := tokens[takes(op.By)[0]]
		bad := map[string]string{
			"nothing": "", "blanks": "  \n", "half": `{"`, "no JSON": "Email=x", "two values": "{} {}", "a list": "[]", "a text": `"x"`, "a field that there is not": `{"Nothing":1}`,
			"a value and a brace": "{}}", "deep nesting": strings.Repeat("[", 20_000),
		}
		if !op.Large {
			bad["too long"] = "{" + strings.Repeat(" ", int(op.Limit())) + "}"
		}
		for what, body := range bad {
			for _, with := range []func(*http.Request){nil, func(r *http.Request) { r.ContentLength = -1 }} { // chunked
				said := p.say(http.MethodPost, op.Path(), token, strings.NewReader(body), with)
				if said.status != http.StatusBadRequest || said.fault() != api.FaultMalformed {
					t.Errorf("%s, %s: %d %.200s", op.Name, what, said.status, said.body)
				}
			}
		}
	}
	for kind, path := range map[api.By]string{
		api.ByChallenge: api.AuthenticatorOff.Path(), api.ByEnrolment: api.Look.Path(), api.BySession: api.Overview.Path(),
	} {
		if said := p.post(path, tokens[kind], `{}`); said.status != http.StatusOK {
			t.Errorf("%s: %s", path, said.body)
		}
	}
	if log := p.log.String(); strings.Contains(log, "Nothing") || strings.Contains(log, `"level":"WARN"`) {
		t.Error("what anybody can send is in the log, or fills it")
	}
}

func TestServer_ReadsNothingOfWhoMayNotAsk(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := p.raw()
	_, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", api.AddDocuments.Path(), api.LargeBody)
	p.ok(err)
	answer, err := io.ReadAll(c) // no byte of the body was sent
	p.ok(err)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 401 ") {
		t.Errorf("%s", answer)
	}
}

func TestServer_GivesUpWhoStandsStill(t *testing.T) {
	t.Parallel()
	p := newPlaceWith(t, 2*time.Second, asItIs)
	_, token := p.token(p.owner, ownerEmail, ownerPass)
	at := api.Files + "/" + p.blobName()
	for what, sent := range map[string]string{
		"a body that is not read": "POST " + api.Overview.Path() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
		"a body":                  "POST " + api.SetIdle.Path() + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\nContent-Length: 10\r\n\r\n{",
		"a body in chunks":        "POST " + api.Support.Path() + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"a file":                  "PUT " + at + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"a file unread":           "PUT " + at + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
		"a DELETE with a body":    "DELETE " + at + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
	} {
		c := p.raw()
		_, err := io.WriteString(c, sent)
		p.ok(err)
		if b, err := io.ReadAll(c); err != nil {
			t.Errorf("%s: %v, %q", what, err, b)
		}
	}
	// Who trickles is too slow, however steadily.
	c := p.raw()
	_, err := io.WriteString(c, "PUT "+at+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+token+"\r\nTransfer-Encoding: chunked\r\n\r\n")
	p.ok(err)
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = io.ReadAll(c)
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for trickling := true; trickling; {
		select {
		case <-over:
			trickling = false
		case <-tick.C:
			_, _ = io.WriteString(c, "1\r\nx\r\n")
		}
	}
	if p.there(at, token) {
		t.Error("it was kept")
	}
}

func TestServer_TokenIsNoUseAfterItsSession(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	ended := func(what, token string) {
		t.Helper()
		for _, path := range []string{api.Overview.Path(), api.Look.Path(), api.Touch.Path(), api.Members.Path()} {
			said := p.post(path, token, `{}`)
			if path == api.Look.Path() && said.status == http.StatusOK && said.State.Session.Remaining == 0 {
				continue // it says that the session is over
			}
			if said.status != http.StatusUnauthorized || said.code() != service.CodeSessionEnded {
				t.Errorf("%s, %s: %d %s", what, path, said.status, said.body)
			}
		}
		if said := p.say(http.MethodPut, api.Files+"/"+p.blobName(), token, strings.NewReader("x"), kept); said.code() != service.CodeSessionEnded {
			t.Errorf("%s: a file: %s", what, said.body)
		}
	}
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	p.ok(s.End(p.ctx()))
	ended("after its end", token)
	_, token = p.token(p.owner, ownerEmail, ownerPass)
	p.clk.advance(service.DefaultIdle)
	ended("after a while without use", token)
	_, token = p.token(p.owner, ownerEmail, ownerPass)
	for range service.SessionLimit / time.Minute {
		p.clk.advance(time.Minute)
		p.post(api.Touch.Path(), token, `{}`)
	}
	ended("after its limit", token)
}

func TestServer_RequestThatIsReplayedDoesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	_, err = c.Verify(p.ctx(), secret.NewText(f.code()))
	p.ok(err)
	signed, _ := p.wire.last(api.SignIn.Path())
	for _, path := range []string{api.SignIn.Path(), api.Verify.Path()} {
		body, token := p.wire.last(path)
		if body == "" || token == "" {
			t.Fatal("there is nothing to replay")
		}
		if said := p.post(path, token, body); said.code() != service.CodeChallengeEnded {
			t.Errorf("%s: %s", path, said.body)
		}
	}
	// The challenge has led to a session, and leads nowhere else.
	_, token := p.wire.last(api.Verify.Path())
	for _, op := range api.Operations() {
		if op.By == api.ByChallenge && !op.Ends {
			if said := p.post(op.Path(), token, `{}`); said.code() != service.CodeChallengeEnded {
				t.Errorf("%s: %s", op.Name, said.body)
			}
		}
	}
	// A signature is good for the attempt that it was made for.
	p.post(api.BeginSignIn.Path(), "", `{"Email":"`+ownerEmail+`"}`)
	if said := p.post(api.SignIn.Path(), p.wire.lastToken(), signed); said.code() != service.CodeCredentialsWrong {
		t.Errorf("%s", said.body)
	}
}

// kept says that a file is to be kept.
func kept(r *http.Request) {
	r.ContentLength = -1
	r.Trailer = http.Header{api.Kept: {"1"}}
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
	// A session that ends meanwhile, with more to come or with nothing but the trailer.
	for _, more := range []bool{true, false} {
		pipe, in := io.Pipe()
		done := make(chan said)
		go func() { done <- p.say(http.MethodPut, at, token, pipe, kept) }()
		p.ok(second(in.Write(random(200_000))))
		p.ok(s.End(p.ctx()))
		if more {
			_, _ = in.Write(random(200_000)) // the server answers at once
		} else {
			_ = in.Close()
		}
		if said := <-done; said.code() != service.CodeSessionEnded {
			t.Errorf("%s", said.body)
		}
		_ = in.Close()
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

func TestServer_ActIsCarriedOutWholeWhereItsClientHangsUp(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, token := p.token(p.owner, ownerEmail, ownerPass)
	name := func() string {
		said := p.post(api.Overview.Path(), token, `{}`)
		_, after, _ := strings.Cut(string(said.Result), `"Name":"`)
		name, _, _ := strings.Cut(after, `"`)
		return name
	}
	whole := rawPost(api.Rename.Path(), token, `{"Name":"Hung Up"}`)
	for cut := strings.Index(whole, "{"); cut < len(whole); cut++ {
		c := p.raw()
		_, err := io.WriteString(c, whole[:cut])
		p.ok(err)
		p.ok(c.CloseWrite())
		_, _ = io.ReadAll(c)
		if got := name(); got != ownerName {
			t.Fatalf("%q after %q", got, whole[:cut])
		}
	}
	c := p.raw()
	_, err := io.WriteString(c, whole)
	p.ok(errors.Join(err, c.Close()))
	p.until("it is carried out", func() bool { return name() == "Hung Up" })
	p.wire.doInstead(func(w http.ResponseWriter, r *http.Request) bool {
		ctx, cancel := context.WithCancel(r.Context())
		if r.URL.Path == api.Rename.Path() {
			cancel() // it is heard before anything is done
		}
		defer cancel()
		p.srv.ServeHTTP(w, r.WithContext(ctx))
		return true
	})
	if said := p.post(api.Rename.Path(), token, `{"Name":"Heard At Once"}`); said.status != http.StatusOK || name() != "Heard At Once" {
		t.Errorf("%d %s", said.status, said.body)
	}
}

func TestServer_NamesEachRequestInItsAnswerAndLog(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	seen := map[string]bool{}
	for _, sent := range []string{"", "0123456789abcdef", "x", "0123456789abcdef0", "../../etc", strings.Repeat("a", 5000)} {
		said := p.say(http.MethodPost, api.Support.Path(), "", strings.NewReader("{}"), func(r *http.Request) { r.Header.Set(api.RequestID, sent) })
		id := said.header.Get(api.RequestID)
		if !api.IsRequestID(id) || seen[id] || (id == sent) != api.IsRequestID(sent) {
			t.Errorf("%q for %q", id, sent)
		}
		seen[id] = true
		if !strings.Contains(p.log.String(), `"request":"`+id+`"`) {
			t.Errorf("%q is not in the log", id)
		}
	}
	if strings.Contains(p.log.String(), strings.Repeat("a", 100)) {
		t.Error("a name of any form is in the log")
	}
	// Of a request of ours both ends log the same.
	said := p.signIn(p.owner, ownerEmail, ownerPass)
	p.refused(said.Rename(p.ctx(), ""), service.CodeNameRequired)
	var server, client []string
	for line := range strings.Lines(p.log.String()) {
		_, after, _ := strings.Cut(line, `"request":"`)
		id, _, _ := strings.Cut(after, `"`)
		if strings.Contains(line, `"operation":"session/rename"`) {
			server = append(server, id)
		}
		if strings.Contains(line, "the server has refused") {
			client = append(client, id)
		}
	}
	if len(server) != 1 || len(client) != 1 || server[0] != client[0] {
		t.Errorf("%q, %q", server, client)
	}
}
