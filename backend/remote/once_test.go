package remote_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// doubled asks both instances at once what has a key, and compares their answers.
func (p *instances) doubled() *atomic.Int64 {
	var n atomic.Int64
	p.wire.doInstead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get(api.IdempotencyKey) == "" {
			return false
		}
		n.Add(1)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			p.Error(err)
		}
		var got [3]*httptest.ResponseRecorder
		ask := func(i int) {
			again := r.Clone(r.Context())
			again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			got[i] = httptest.NewRecorder()
			p.all[i%2].srv.ServeHTTP(got[i], again)
		}
		var both sync.WaitGroup
		both.Go(func() { ask(0) })
		both.Go(func() { ask(1) })
		both.Wait()
		ask(2) // and once more, when it is over
		said := func(i int) (a said) {
			if err := json.Unmarshal(got[i].Body.Bytes(), &a.Answer); err != nil {
				p.Error(err)
			}
			return a
		}
		first := said(0)
		for i := 1; i < len(got); i++ {
			next := said(i)
			one, _ := json.Marshal(first.Error)
			other, _ := json.Marshal(next.Error)
			if got[0].Code >= 500 || got[i].Code >= 500 {
				continue // what has failed is tried again
			}
			if !bytes.Equal(first.Result, next.Result) || !bytes.Equal(one, other) || got[0].Code != got[i].Code {
				p.Errorf("%s: it was answered with %d %s, and with %d %s", r.URL.Path, got[0].Code, one, got[i].Code, other)
			}
		}
		w.Header().Set("Content-Type", got[0].Header().Get("Content-Type"))
		w.WriteHeader(got[0].Code)
		_, _ = w.Write(got[0].Body.Bytes())
		return true
	})
	return &n
}

// logged counts events of a kind.
func (p *instances) logged(kind string) (n int) {
	p.Helper()
	p.ok(p.all[0].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
		for e, err := range tx.Events(0) {
			if err != nil {
				return err
			}
			if e.Kind == kind {
				n++
			}
		}
		return nil
	}))
	return n
}

// kill ends an instance before or after its next commit of a kind of event, and asks the other from then on.
func (p *instances) kill(after bool, kind string) {
	at := p.all[0]
	before := p.logged(kind)
	p.asks(0)
	at.tokens.cut.Store(false)
	die := func() {
		at.tokens.cut.Store(true)
		at.store.before.Store(nil)
		at.store.after.Store(nil)
		p.asks(1)
		panic(http.ErrAbortHandler)
	}
	if after {
		look := func() {
			if p.logged(kind) > before {
				die()
			}
		}
		at.store.after.Store(&look)
		return
	}
	at.store.before.Store(&die)
}

// An instance is killed in the middle of an act. Asked again with the same key, the other tells what came of it, and does nothing twice.
func TestOnce_KilledInstancesActsAreDoneOnce(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]bool{"before its commit": false, "after its commit": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newInstancesWith(t, leaseOfTests)
			s := p.signIn(p.owner, ownerEmail, ownerPass)
			// What answers with nothing is told to be done.
			p.kill(after, "profile-renamed")
			p.ok(s.Rename(p.ctx(), "Amara the First"))
			o, err := s.Overview(p.ctx())
			p.ok(err)
			if n := p.logged("profile-renamed"); n != 1 || o.Profile.Name != "Amara the First" {
				t.Errorf("it was renamed %d times: %q", n, o.Profile.Name)
			}
			// What answers with something is done as well. The answer is made anew, or told to be lost.
			a, err := s.Admin(p.ctx())
			p.ok(err)
			p.ok(a.Prove(p.ctx(), service.MemberActs, client.Proof{Password: secret.NewText(ownerPass)}))
			p.kill(after, "member-added")
			_, err = a.AddMember(p.ctx(), service.NewMember{Name: "Bella Novak", Email: bellaEmail, Role: service.RoleMember}, client.Proof{})
			if after {
				p.refused(err, service.CodeAnswerLost)
			} else {
				p.ok(err)
			}
			if n := p.logged("member-added"); n != 1 {
				t.Errorf("%d were added", n)
			}
			// A code lets one session in. It is used where that began, and good where it did not.
			f, codes := p.enable(s, ownerPass)
			for kind, enter := range map[string]func(*client.Challenge) error{
				"code":     func(c *client.Challenge) error { return second(c.Verify(p.ctx(), secret.NewText(f.code()))) },
				"recovery": func(c *client.Challenge) error { return second(c.Recover(p.ctx(), secret.NewText(codes[0]))) },
			} {
				before := p.logged("signed-in")
				_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
				p.ok(err)
				p.kill(after, "signed-in")
				if err = enter(c); after {
					p.refused(err, service.CodeChallengeEnded)
				} else {
					p.ok(err)
				}
				if n := p.logged("signed-in"); n != before+1 {
					t.Errorf("%s: %d are in", kind, n-before)
				}
			}
			p.ok(s.Rename(p.ctx(), "Amara the Second")) // the session goes on
		})
	}
}

// A guess that was counted is not yet what was asked for: the code is looked at again, and lets its person in.
func TestOnce_InstanceKilledBeforeItLooksAtACodeUsesNone(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, leaseOfTests)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	f, _ := p.enable(s, ownerPass)
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	before := p.logged("signed-in")
	p.kill(true, "guess-counted")
	p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
	if n := p.logged("signed-in"); n != before+1 {
		t.Errorf("%d are in", n-before)
	}
	// A proof is good once: what it was for is not done, and is said not to be.
	a, err := s.Admin(p.ctx())
	p.ok(err)
	p.clk.advance(service.GrantLife) // of the proof with which 2FA was turned on
	p.kill(true, "stepped-up")
	proof := client.Proof{Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(f.code())}}
	_, err = a.AddMember(p.ctx(), service.NewMember{Name: "Bella Novak", Email: bellaEmail, Role: service.RoleMember}, proof)
	var refusal *service.Error
	if !errors.As(err, &refusal) || refusal.Code == service.CodeOutcomeUnknown || refusal.Code == service.CodeAnswerLost {
		t.Errorf("%v", err)
	}
	if n := p.logged("member-added"); n != 0 {
		t.Errorf("%d were added", n)
	}
}

// PostgreSQL has not said whether it committed. The instance that asked is there, and tells it who asks again.
func TestOnce_CommitOfUnknownOutcomeIsFoundOut(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.MemberActs, client.Proof{Password: secret.NewText(ownerPass)}))
	for i, stands := range []bool{true, false} {
		name := fmt.Sprint("Amara ", stands)
		p.unknown(stands)
		p.ok(s.Rename(p.ctx(), name))
		o, err := s.Overview(p.ctx())
		p.ok(err)
		if n := p.logged("profile-renamed"); n != i+1 || o.Profile.Name != name {
			t.Errorf("it stands, %t: it was renamed %d times: %q", stands, n, o.Profile.Name)
		}
		p.unknown(stands)
		_, err = a.AddMember(p.ctx(), service.NewMember{Name: "Bella Novak", Email: fmt.Sprint(i, bellaEmail), Role: service.RoleMember}, client.Proof{})
		if stands {
			p.refused(err, service.CodeAnswerLost)
		} else {
			p.ok(err)
		}
		if n := p.logged("member-added"); n != i+1 {
			t.Errorf("it stands, %t: %d were added", stands, n)
		}
	}
}

// What nobody knows of a contract's commit takes nothing from the file that it was sent with: the commit may still stand, and who asks again needs it.
func TestOnce_ContractOfUnknownOutcomeIsAdded(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	for _, stands := range []bool{true, false} {
		text := fmt.Sprint("Lease of the mill ", stands)
		p.unknown(stands)
		added, err := s.AddDocuments(p.ctx(), slices.Values([]client.Source{{
			Name: text, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		}}), nil)
		p.ok(err)
		if len(added.IDs) != 1 {
			t.Fatalf("it stands, %t: %+v", stands, added)
		}
		var got strings.Builder
		p.ok(s.CopyDocument(p.ctx(), added.IDs[0], &got, nil))
		if got.String() != text {
			t.Errorf("it stands, %t: %q", stands, got.String())
		}
	}
	if n := p.logged("contracts-added"); n != 2 {
		t.Errorf("%d were added", n)
	}
}

// unknown loses the answer to the next commit of either instance, which stands or does not.
func (p *instances) unknown(stands bool) {
	var once sync.Once
	lose := func() (mine bool) {
		once.Do(func() { mine = true })
		return mine
	}
	for _, i := range p.all {
		lost := func(ctx context.Context, fn func(store.WriteTx) error) error {
			if !lose() {
				return i.store.Store.Update(ctx, fn)
			}
			err := i.store.Store.Update(ctx, func(tx store.WriteTx) error {
				if err := fn(tx); err != nil || stands {
					return err
				}
				return errCutOff
			})
			if err != nil && !errors.Is(err, errCutOff) {
				return err
			}
			return fmt.Errorf("%w: the test has lost the answer", store.ErrUnknownOutcome)
		}
		i.store.update.Store(&lost)
	}
}

func key(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header[api.IdempotencyKey] = []string{`"` + name + `"`} }
}

func (p *place) keyed(path, token, body, name string) said {
	p.Helper()
	return p.say(http.MethodPost, path, token, strings.NewReader(body), key(name))
}

func named(name string) string { return `{"Name":"` + name + `"}` }

func TestOnce_KeyIsGoodForOneRequestOfOneToken(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s, mine := p.token(p.owner, ownerEmail, ownerPass)
	_, other := p.token(p.owner, ownerEmail, ownerPass)
	_, hers := p.token(p.member(), bellaEmail, bellaPass)
	name := func() string {
		p.Helper()
		o, err := s.Overview(p.ctx())
		p.ok(err)
		return o.Profile.Name
	}
	rename := api.Rename.Path()
	for _, token := range []string{mine, other} { // another session's is another, of the same person, too
		before := p.logged("profile-renamed")
		for range 3 {
			if got := p.keyed(rename, token, named("Amara the First"), "a-key-of-this-test"); got.Error != nil || got.status != http.StatusOK {
				t.Fatalf("%s", got.body)
			}
		}
		if n := p.logged("profile-renamed") - before; n > 1 || token == mine && n != 1 {
			t.Errorf("it was renamed %d times", n)
		}
	}
	refused := func(what string, got said) {
		t.Helper()
		if got.fault() != api.FaultMalformed || got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	refused("another name", p.keyed(rename, mine, named("Amara the Second"), "a-key-of-this-test"))
	refused("another operation", p.keyed(api.PutChecklistAway.Path(), mine, `{"On":true}`, "a-key-of-this-test"))
	// The session has asked for something else since: what it was answered is gone, and what it has changed is not.
	if got := p.keyed(rename, mine, named("Amara the Third"), "another-key-of-this-test"); got.Error != nil {
		t.Fatalf("%s", got.body)
	}
	refused("another name, later", p.keyed(rename, mine, named("Amara the Second"), "a-key-of-this-test"))
	if got := p.keyed(rename, mine, named("Amara the First"), "a-key-of-this-test"); got.Error != nil {
		t.Errorf("%s", got.body)
	}
	if got := name(); got != "Amara the Third" {
		t.Errorf("%q", got)
	}
	// Hers is her own, whatever its key.
	if got := p.keyed(rename, hers, named("Bella the First"), "another-key-of-this-test"); got.Error != nil || name() != "Amara the Third" {
		t.Errorf("%s, %q", got.body, name())
	}
	for what, keys := range map[string][]string{
		"short": {`"short"`}, "without quotes": {"a-key-of-this-test"}, "long": {`"` + strings.Repeat("a", 65) + `"`}, "blank": {`"a key of this test"`},
		"two": {`"a-key-of-this-test"`, `"another-key-of-this-test"`}, "empty": {""},
	} {
		refused(what, p.say(http.MethodPost, rename, mine, strings.NewReader(named("Amara")), func(r *http.Request) { r.Header[api.IdempotencyKey] = keys }))
	}
	// What changes nothing is read anew, whatever it has.
	if got := p.keyed(api.Overview.Path(), mine, "{}", "short"); got.Error != nil {
		t.Errorf("%s", got.body)
	}
}

// What is kept of an answer opens with the request's own key alone, which no server keeps.
func TestOnce_KeptAnswerIsSealedWithTheRequestsKey(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	s, err := c.Verify(p.ctx(), secret.NewText(f.code()))
	p.ok(err)
	asked, token := p.wire.last(api.Verify.Path())
	e := p.wire.lastExchange(api.Verify.Path())
	row, err := p.rows.Look(p.ctx(), sha256.Sum256([]byte(token)))
	p.ok(err)
	if len(row.Answer) < 100 || row.Kind != store.TokenOver {
		t.Fatalf("nothing is kept: %+v", row.Kind)
	}
	for _, place := range [][]string{{"tested", "token", fmt.Sprintf("%x", row.Digest)}, {"tested", "answer"}} {
		if _, err := p.sealer.Decrypt(row.Answer, place...); err == nil {
			t.Error("the server's key opens it")
		}
	}
	again := p.say(http.MethodPost, api.Verify.Path(), token, strings.NewReader(asked), func(r *http.Request) {
		r.Header[api.IdempotencyKey] = e.header[api.IdempotencyKey]
	})
	var first said
	p.ok(json.Unmarshal(e.replied.Bytes(), &first.Answer))
	if again.Error != nil || !bytes.Equal(again.Result, first.Result) {
		t.Errorf("%v", again.Error)
	}
	if got := p.keyed(api.Verify.Path(), token, asked, "a-key-of-this-test"); got.code() != service.CodeChallengeEnded {
		t.Errorf("with another key: %s", got.body)
	}
	row.Answer[len(row.Answer)-1] ^= 1 // whoever writes the database forges none
	p.ok(second(p.rows.Take(p.ctx(), row.Digest, "test", time.Hour, store.Digest{})))
	p.ok(p.rows.Leave(p.ctx(), row, "test"))
	again = p.say(http.MethodPost, api.Verify.Path(), token, strings.NewReader(asked), func(r *http.Request) {
		r.Header[api.IdempotencyKey] = e.header[api.IdempotencyKey]
	})
	if again.code() != service.CodeChallengeEnded {
		t.Errorf("a changed one: %s", again.body)
	}
	p.ok(second(s.Overview(p.ctx())))
}

// A server that stays away leaves an act unknown, after a while; one that comes back tells what came of it.
func TestOnce_ClientAsksUntilTheServerIsBack(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	var keys, answered sync.Map
	n := 0
	p.wire.doInstead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != api.Rename.Path() {
			return false
		}
		keys.Store(r.Header.Get(api.IdempotencyKey), true)
		n++
		switch n {
		case 1: // it is carried out, and its answer is lost
			rec := httptest.NewRecorder()
			p.srv.ServeHTTP(rec, r)
			answered.Store(rec.Code, true)
			panic(http.ErrAbortHandler)
		case 2:
			http.Error(w, "bad gateway", http.StatusBadGateway)
		case 3:
			http.Error(w, "not found", http.StatusNotFound)
		case 4:
			panic(http.ErrAbortHandler)
		default:
			return false
		}
		return true
	})
	p.ok(s.Rename(p.ctx(), "Amara the First"))
	count := 0
	keys.Range(func(any, any) bool { count++; return true })
	if _, ok := answered.Load(http.StatusOK); n != 5 || count != 1 || !ok {
		t.Errorf("it was asked %d times with %d keys", n, count)
	}
	w := p.computerWith(t, remote.Config{Server: p.ts.URL, Insist: 200 * time.Millisecond}, p.keys)
	s = p.signIn(w, ownerEmail, ownerPass)
	asked := p.instead(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, api.Rename.About, api.Verify.About)
	p.refused(s.Rename(p.ctx(), "Amara the Second"), service.CodeOutcomeUnknown)
	if n := asked.Load(); n < 2 {
		t.Errorf("it was asked %d times", n)
	}
	ctx, cancel := context.WithCancel(p.ctx())
	asked = p.instead(func(http.ResponseWriter, *http.Request) {
		cancel()
		panic(http.ErrAbortHandler)
	}, api.Rename.About)
	p.refused(s.Rename(ctx, "Amara the Second"), service.CodeOutcomeUnknown)
	if n := asked.Load(); n != 1 {
		t.Errorf("who has gone asked %d times", n)
	}
}
