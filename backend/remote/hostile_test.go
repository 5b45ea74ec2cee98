package remote_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
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
	_, codes := p.enable(s, bellaPass)
	p.ok(a.SetQuickUnlock(p.ctx(), true, "", client.Proof{Password: secret.NewText(ownerPass)}))
	given, err := a.HelpCode(p.ctx(), s.ProfileID(), "", client.Proof{Password: secret.NewText(ownerPass)})
	p.ok(err)
	p.ok(third(bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))))
	out[api.ByChallenge] = p.challengeToken()
	_, c, err := bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
	p.ok(err)
	_, err = c.UseHelpCode(p.ctx(), secret.NewText(given.Code.Display()))
	p.ok(err)
	out[api.ByEnrolment] = p.wire.lastToken()
	_, c, err = bella.SignIn(p.ctx(), bellaEmail, secret.NewText(bellaPass))
	p.ok(err)
	s, err = c.Recover(p.ctx(), secret.NewText(codes[0]))
	p.ok(err)
	p.ok(second(s.ForUnlock(p.ctx())))
	out[api.ByLocked] = p.wire.lastToken()
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
		return []api.By{api.BySignIn, api.ByRedeem, api.ByKit, api.ByChallenge, api.ByLocked, api.ByEnrolment, api.BySession}
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

// What is wrong is said as soon as that is seen: who has more of it to send is not waited for.
func TestServer_ValueThatIsRefusedInTheMiddleIsAnswered(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	_, token := p.token(p.owner, ownerEmail, ownerPass)
	for _, begun := range []string{`]`, `{"Name":"Amara"} {`} {
		sent := upload{p.raw(), p}
		_, err := fmt.Fprintf(sent, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 5000\r\n\r\n%s", api.Rename.Path(), token, begun)
		p.ok(err)
		if answer := sent.answer(); answer.status != http.StatusBadRequest {
			t.Errorf("%s: %d, %s", begun, answer.status, answer.body)
		}
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
