package remote_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
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
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/api"
	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/recovery"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/server"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/store/tokenstest"
	"countersign/backend/workspace"
)

// instances are two of a server on one PostgreSQL, as two programs on two computers are: they share nothing else.
type instances struct {
	*place
	conn    string // the database
	all     [2]*instance
	another func() *instance
	choose  atomic.Pointer[func() int] // which is asked next; nil: by turns
	asked   atomic.Int64
}

// instance is one of them.
type instance struct {
	database *postgres.Database
	inner    *workspace.Workspace
	served   *served
	store    *changed
	tokens   *cutTokens
	srv      *server.Server
	sealer   *serverkey.Box
}

// served lets a test step in before an act.
type served struct {
	service.Served
	before atomic.Pointer[func()]
	verify atomic.Pointer[func(ctx context.Context) error] // see slow
}

func (s *served) AdminOf(ctx context.Context, in service.Session, watch bool) (service.Admin, error) {
	if verify := s.verify.Load(); verify != nil {
		return (&slow{s.Served, *verify}).AdminOf(ctx, in, watch)
	}
	return s.Served.AdminOf(ctx, in, watch)
}

func (s *served) Resume(ctx context.Context, saved secret.Bytes, hold service.Hold) (service.Value, error) {
	v, err := s.Served.Resume(ctx, saved, hold)
	if before := s.before.Load(); before != nil && err == nil {
		(*before)()
	}
	return v, err
}

// changed lets a test step in before a change.
type changed struct {
	store.Store
	before, after atomic.Pointer[func()]
	update        atomic.Pointer[func(ctx context.Context, fn func(store.WriteTx) error) error] // instead
}

func (c *changed) Exclusive(ctx context.Context, fn func() error) error {
	if before := c.before.Load(); before != nil {
		(*before)()
	}
	err := c.Store.Exclusive(ctx, fn)
	if after := c.after.Load(); after != nil {
		(*after)()
	}
	return err
}

func (c *changed) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	if update := c.update.Load(); update != nil {
		return (*update)(ctx, fn)
	}
	return c.Store.Update(ctx, fn)
}

// cutTokens are those of an instance that can lose its way to the database, or be killed.
type cutTokens struct {
	store.Tokens
	cut       atomic.Bool
	cutAtKeep atomic.Bool // when it has used something that is good once
	renewed   atomic.Int64
}

var errCutOff = fmt.Errorf("%w: the test has cut the instance off", store.ErrFailed)

func (c *cutTokens) Renew(ctx context.Context, d store.Digest, holder string, lease time.Duration) error {
	if c.cut.Load() {
		return errCutOff
	}
	c.renewed.Add(1)
	return c.Tokens.Renew(ctx, d, holder, lease)
}

func (c *cutTokens) Keep(ctx context.Context, t store.Token, holder string) error {
	err := c.Tokens.Keep(ctx, t, holder)
	if c.cutAtKeep.Load() {
		c.cut.Store(true)
	}
	return err
}

func (c *cutTokens) Leave(ctx context.Context, t store.Token, holder string) error {
	if c.cut.Load() {
		return errCutOff
	}
	return c.Tokens.Leave(ctx, t, holder)
}

// leaseOfTests is short enough to be waited for where an instance is cut off. Where one has to keep it, it is longer.
const leaseOfTests = 3 * time.Second

var schema struct {
	once     sync.Once
	template string
	err      error
}

// migrated is a database of a test's own, with the schema.
func migrated(t postgrestest.T) string {
	t.Helper()
	schema.once.Do(func() {
		schema.template = postgrestest.Template(t)
		schema.err = postgres.Migrate(context.Background(), schema.template)
	})
	if schema.err != nil {
		t.Fatal(schema.err)
	}
	return postgrestest.Like(t, schema.template)
}

func newInstances(t testing.TB) *instances {
	t.Helper()
	return newInstancesWith(t, leaseOfTests)
}

func newInstancesWith(t testing.TB, lease time.Duration) *instances {
	t.Helper()
	return newInstancesOn(t, migrated(t), lease)
}

// newInstancesOn are two on a database that has the schema and nothing else.
func newInstancesOn(t testing.TB, connString string, lease time.Duration) *instances {
	t.Helper()
	p := &instances{place: &place{TB: t, clk: &clock{t: time.Date(2026, 11, 23, 9, 0, 10, 0, time.UTC)}, log: &lines{}, wire: &wire{}, keys: keychain.NewMemory()}}
	p.conn = connString
	key, err := serverkey.Create(filepath.Join(t.TempDir(), "server.key"))
	p.ok(err)
	made, code, err := client.FirstInvitation(costs(keychain.NewMemory()))
	p.ok(err)
	p.another = func() *instance { return p.instance(connString, key, lease) }
	for i := range p.all {
		p.all[i] = p.another()
		if i == 0 {
			_, err = p.all[0].inner.Found(t.Context(), service.NewWorkspace{Workspace: "Northwind Legal", Name: ownerName, Email: ownerEmail}, made)
			p.ok(err)
		}
	}
	p.inner, p.rows, p.sealer = p.all[0].inner, p.all[0].tokens, p.all[0].sealer
	p.ts = httptest.NewUnstartedServer(p.wire.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(p.asked.Add(1))
		if choose := p.choose.Load(); choose != nil {
			n = (*choose)()
		}
		p.all[n%len(p.all)].srv.ServeHTTP(w, r)
	})))
	p.ts.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	p.ts.Config.ErrorLog = slog.NewLogLogger(p.log.logger("http").Handler(), slog.LevelInfo)
	p.ts.StartTLS()
	t.Cleanup(p.ts.Close)
	p.owner = p.computerWith(t, remote.Config{Server: p.ts.URL}, p.keys)
	s, _, err := p.owner.Redeem(t.Context(), ownerEmail, secret.NewText(code.Display()), secret.NewText(ownerPass))
	p.ok(err)
	p.ok(s.End(t.Context()))
	return p
}

func (p *instances) instance(connString string, key *serverkey.Key, lease time.Duration) *instance {
	p.Helper()
	ctx := p.ctx()
	d, err := postgres.Open(ctx, connString)
	p.ok(err)
	p.Cleanup(d.Close)
	taken, err := d.TakeKey(ctx, key)
	p.ok(err)
	of := d.Workspace("main")
	change := &changed{Store: of}
	w, err := workspace.Open(ctx, workspace.Config{
		Store: change, Secrets: taken.Secrets(of), Files: of.Blobs(ctx), Now: p.clk.now, Password: password.Cheap, Recovery: recovery.Cheap,
	})
	p.ok(err)
	p.Cleanup(w.Close)
	p.ok(w.Recover(ctx))
	i := &instance{database: d, inner: w, served: &served{Served: w.Served()}, store: change, tokens: &cutTokens{Tokens: of.Tokens()}, sealer: key.For("tokens")}
	i.srv = server.New(server.Config{
		Workspace: i.served, Tokens: i.tokens, Sealer: i.sealer, Place: "main", Now: p.clk.now, Log: p.log.logger("server"), Lease: lease,
	})
	p.Cleanup(func() { p.ok(i.srv.Close(ctx)) })
	return i
}

// asks sends the requests that follow to one of them.
func (p *instances) asks(which int) {
	choose := func() int { return which }
	p.choose.Store(&choose)
}

// atOnce asks both at the same moment, many times each, and counts what came of it.
func (p *instances) atOnce(n int, ask func(i int) error) (right int, wrong []error) {
	var mu sync.Mutex
	var all, ready sync.WaitGroup
	ready.Add(n)
	for i := range n {
		all.Go(func() {
			ready.Done()
			ready.Wait()
			err := ask(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				right++
			} else {
				wrong = append(wrong, err)
			}
		})
	}
	all.Wait()
	return right, wrong
}

func TestInstances_OneCodeLetsOneSessionIn(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	const n = 8
	var due []*client.Challenge
	for range n {
		_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
		p.ok(err)
		due = append(due, c)
	}
	code := secret.NewText(f.code())
	right, wrong := p.atOnce(n, func(i int) error { return second(due[i].Verify(p.ctx(), code)) })
	if right != 1 {
		t.Errorf("%d are in", right)
	}
	for _, err := range wrong {
		if !service.IsCode(err, service.CodeThrottled) { // each was paid for at the same moment
			p.refused(err, service.CodeCodeUsed)
		}
	}
	p.clk.advance(time.Hour)
	// One challenge lets one in, whatever codes are right.
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	codes := []string{f.code(), f.code()} // the first is right for a little longer
	right, wrong = p.atOnce(4, func(i int) error { return second(c.Verify(p.ctx(), secret.NewText(codes[i%2]))) })
	if right != 1 {
		t.Errorf("%d are in by one challenge: %v", right, wrong)
	}
}

func TestInstances_EachGuessIsCounted(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	const n = 4 // without a pause
	right, wrong := p.atOnce(n, func(int) error {
		return third(p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText("a guess that is wrong")))
	})
	if right != 0 {
		t.Fatal("a guess was right")
	}
	for _, err := range wrong {
		if !service.IsCode(err, service.CodeThrottled) {
			p.refused(err, service.CodeCredentialsWrong)
		}
	}
	p.clk.advance(time.Hour)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	if got := s.Welcome().FailedPasswords; got != n {
		t.Errorf("%d were counted", got)
	}
}

func TestInstances_AnAttemptIsGoodForOneGuess(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	r := p.attemptOf(ownerEmail)
	right, wrong := p.atOnce(6, func(int) error { return third(r.SignIn(p.ctx(), service.SignIn{Signature: random(64)})) })
	if right != 0 {
		t.Fatal("a guess was right")
	}
	counted := 0
	for _, err := range wrong {
		if service.IsCode(err, service.CodeCredentialsWrong) {
			counted++
		} else {
			p.refused(err, service.CodeChallengeEnded)
		}
	}
	if counted != 1 {
		t.Errorf("%d guesses were looked at", counted)
	}
}

// attemptOf begins a sign-in as package remote does.
func (p *instances) attemptOf(email string) service.SignInAttempt {
	p.Helper()
	r, err := remote.Dial(p.ctx(), remote.Config{Server: p.ts.URL, Key: p.key(), Now: p.clk.now, Log: p.log.logger("remote")})
	p.ok(err)
	p.Cleanup(r.Close)
	a, err := r.BeginSignIn(p.ctx(), email, "")
	p.ok(err)
	return a
}

// A step-up is for one act: whichever instances are asked, and however an instance ends that was at work on one.
func TestInstances_AStepUpIsUsedOnce(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.EachTime, client.Proof{Password: secret.NewText(ownerPass)}))
	right, wrong := p.atOnce(6, func(i int) error {
		return s.Session.ChangeEmail(p.ctx(), fmt.Sprintf("amara.%d@example.com", i), service.Proof{})
	})
	if right != 1 {
		t.Errorf("%d acts went by one step-up", right)
	}
	for _, err := range wrong {
		p.refused(err, service.CodePasswordRequired)
	}
}

func TestInstances_StepUpOfAnInstanceThatWasKilledIsSpent(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.EachTime, client.Proof{Password: secret.NewText(ownerPass)}))
	p.asks(0)
	p.all[0].tokens.cut.Store(true) // its act stands, and it can say so to nobody
	p.ok(second(a.MakeKit(p.ctx(), client.Proof{})))
	p.asks(1)
	p.refused(second(a.MakeKit(p.ctx(), client.Proof{})), service.CodePasswordRequired)
}

// An instance that is cut off in the middle of an act: the other goes on with the session, and the act does not come after that, wherever it stood.
func TestInstances_OneThatIsCutOffActsNoMore(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"before it begins", "before it commits"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			p := newInstances(t)
			s := p.signIn(p.owner, ownerEmail, ownerPass)
			shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
			p.ok(err)
			f := p.phoneOf(shown)
			p.ok(second(s.Confirm(p.ctx(), secret.NewText(f.code()))))

			there, goOn := make(chan struct{}), make(chan struct{})
			var once sync.Once
			stands := func() {
				once.Do(func() {
					close(there)
					<-goOn
				})
			}
			if where == "before it begins" {
				p.all[0].served.before.Store(&stands)
			} else {
				p.all[0].store.before.Store(&stands)
			}
			p.all[0].tokens.cut.Store(true)
			p.asks(0)
			late := make(chan error)
			go func() { late <- s.Session.Rename(p.ctx(), "Amara the Late") }()
			<-there
			p.asks(1)
			p.ok(s.Session.Rename(p.ctx(), "Amara the First")) // once the lease is over
			close(goOn)
			if err := <-late; err == nil {
				t.Error("it acted")
			}
			o, err := s.Overview(p.ctx())
			if p.ok(err); o.Profile.Name != "Amara the First" {
				t.Errorf("%+v", o)
			}
			p.ok(s.Continue(p.ctx())) // what was under way is there
			_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
			p.ok(err)
			p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
		})
	}
}

// An act that the killed instance had begun, and told nobody of, is begun again.
func TestInstances_ActThatWasCutOffIsBegunAgain(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	p.asks(0)
	p.all[0].tokens.cutAtKeep.Store(true)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	p.asks(1)
	_, err = s.Confirm(p.ctx(), secret.NewText(p.phoneOf(shown).code()))
	p.refused(err, service.CodeEnrolmentEnded)
	f, _ := p.enable(s, ownerPass)
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
}

// An instance that takes its time renews its lease: the other waits for it.
func TestInstances_OneWaitsForTheOthersAct(t *testing.T) {
	t.Parallel()
	p := newInstancesWith(t, 9*time.Second)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	there, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stands := func() {
		once.Do(func() {
			close(there)
			<-goOn
		})
	}
	p.all[0].served.before.Store(&stands)
	p.asks(0)
	long := make(chan error)
	go func() { long <- s.Session.Rename(p.ctx(), "Amara the First") }()
	<-there
	p.asks(1)
	short := make(chan error, 1)
	go func() { short <- s.Session.Rename(p.ctx(), "Amara the Second") }()
	p.until("the lease was renewed for longer than it lasts", func() bool { return p.all[0].tokens.renewed.Load() > 3 || len(short) > 0 })
	if len(short) > 0 {
		close(goOn)
		t.Fatalf("it did not wait: %v, %v", <-short, <-long)
	}
	close(goOn)
	p.ok(errors.Join(<-long, <-short))
	o, err := s.Overview(p.ctx())
	if p.ok(err); o.Profile.Name != "Amara the Second" {
		t.Errorf("%q", o.Profile.Name)
	}
}

func TestInstances_EndAtOneIsTheEndAtTheOther(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	token := p.wire.lastToken()
	p.asks(0)
	p.ok(s.End(p.ctx()))
	p.asks(1)
	if got := p.post(api.Overview.Path(), token, "{}"); got.code() != service.CodeSessionEnded {
		t.Errorf("%s", got.body)
	}
	again := p.signIn(p.owner, ownerEmail, ownerPass)
	_, err = again.Confirm(p.ctx(), secret.NewText(p.phoneOf(shown).code()))
	p.refused(err, service.CodeEnrolmentEnded)
	p.ok(p.all[1].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
		left, err := tx.Intents()
		if len(left) != 0 {
			t.Errorf("%d enrolments are left", len(left))
		}
		return err
	}))
}

// What a killed instance had begun, and no session knows of, is undone once nobody can be at work on it.
func TestInstances_WhatOneHasLeftIsUndone(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	p.asks(0)
	p.all[0].tokens.cutAtKeep.Store(true)
	p.ok(second(s.BeginEnable(p.ctx(), secret.NewText(ownerPass))))
	p.asks(1)
	p.ok(s.End(p.ctx()))
	left := func() (n int) {
		p.ok(p.all[1].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
			all, err := tx.Intents()
			n = len(all)
			return err
		}))
		return n
	}
	if left() != 1 {
		t.Fatalf("%d are left", left())
	}
	p.clk.advance(service.SessionLimit + time.Minute)
	p.signIn(p.owner, ownerEmail, ownerPass) // then an instance looks
	p.until("it is undone", func() bool { return left() == 0 })
}

// Sessions that are over are ended by whichever instance finds them, with what they had under way.
func TestInstances_SessionThatIsOverIsEndedByEither(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	p.ok(second(s.BeginEnable(p.ctx(), secret.NewText(ownerPass))))
	d := store.Digest(sha256.Sum256([]byte(p.wire.lastToken())))
	p.ok(second(p.rows.Look(p.ctx(), d)))
	p.clk.advance(p.inner.Idle() + time.Second)
	p.asks(1)
	p.signIn(p.owner, ownerEmail, ownerPass) // then an instance looks
	p.until("it is ended", func() bool { return errors.Is(second(p.rows.Look(p.ctx(), d)), store.ErrNotFound) })
	p.ok(p.all[1].database.Workspace("main").View(p.ctx(), func(tx store.ReadTx) error {
		left, err := tx.Intents()
		if len(left) != 0 {
			t.Errorf("%d enrolments are left", len(left))
		}
		return err
	}))
}

// Whoever writes the database makes no session, and opens none that is another's.
func TestTokens_RowThatTheServerDidNotMakeOpensNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	bella := p.member()
	_, hers := p.token(bella, bellaEmail, bellaPass)
	s, token := p.token(p.owner, ownerEmail, ownerPass)
	_, mine := p.token(p.owner, ownerEmail, ownerPass)
	digest := func(token string) store.Digest { return sha256.Sum256([]byte(token)) }
	owners, err := p.rows.Look(p.ctx(), digest(token))
	p.ok(err)
	good, err := p.rows.Look(p.ctx(), digest(mine))
	p.ok(err)
	put := func(t store.Token) {
		p.Helper()
		p.ok(second(p.rows.Take(p.ctx(), t.Digest, "test", time.Hour, store.Digest{})))
		p.ok(p.rows.Leave(p.ctx(), t, "test"))
	}
	changed := bytes.Clone(good.State)
	changed[len(changed)-1] ^= 1
	saved, err := p.sealer.Decrypt(good.State, "tested", "token", fmt.Sprintf("%x", good.Digest))
	p.ok(err)
	elsewhere, err := p.sealer.Encrypt(saved, "another workspace", "token", fmt.Sprintf("%x", good.Digest))
	p.ok(err)
	otherKey, err := serverkey.Create(filepath.Join(t.TempDir(), "other.key"))
	p.ok(err)
	forged, err := otherKey.For("tokens").Encrypt(saved, "tested", "token", fmt.Sprintf("%x", good.Digest))
	p.ok(err)
	for what, state := range map[string][]byte{
		"another session's": owners.State, "changed": changed, "of another workspace": elsewhere, "under another key": forged, "none": nil, "in clear": saved.Reveal(),
	} {
		row := good
		row.State = state
		put(row)
		for _, path := range []string{api.Overview.Path(), api.Touch.Path(), api.Members.Path()} {
			if got := p.post(path, mine, "{}"); got.code() != service.CodeSessionEnded || got.State.Session != nil {
				t.Errorf("%s: %s", what, got.body)
			}
		}
		if got := p.say(http.MethodGet, api.Files+"/"+p.blobName(), mine, nil, nil); got.code() != service.CodeSessionEnded {
			t.Errorf("%s: %s", what, got.body)
		}
	}
	put(good)
	if got := p.post(api.Overview.Path(), mine, "{}"); got.Error != nil {
		t.Errorf("%s", got.body)
	}
	// A row that says it is of another kind is none. One that had to make room opens nothing, even before it is ended.
	row := good
	row.Kind = store.TokenChallenge
	put(row)
	if got := p.post(api.AuthenticatorOff.Path(), mine, "{}"); got.code() != service.CodeChallengeEnded {
		t.Errorf("%s", got.body)
	}
	row = good
	row.Until = time.Time{}
	put(row)
	for _, path := range []string{api.Overview.Path(), api.Touch.Path()} {
		if got := p.post(path, mine, "{}"); got.code() != service.CodeSessionEnded {
			t.Errorf("it had to make room: %s", got.body)
		}
	}
	if got := p.post(api.Overview.Path(), hers, "{}"); got.Error != nil {
		t.Errorf("hers: %s", got.body)
	}
	_, err = s.Overview(p.ctx())
	p.ok(err)
}

// The token of an attempt has its state in it, and opens where the server made it for.
func TestTokens_AttemptIsOneOfTheServers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	begin := func(path, body string) string {
		p.Helper()
		var begun struct{ Token string }
		p.ok(json.Unmarshal(p.post(path, "", body).Result, &begun))
		if begun.Token == "" {
			t.Fatal("there is no token")
		}
		return begun.Token
	}
	in := begin(api.BeginSignIn.Path(), `{"Email":"`+ownerEmail+`"}`)
	redeem := begin(api.BeginRedeem.Path(), `{"Email":"`+ownerEmail+`"}`)
	changed := []byte(in)
	changed[len(changed)-5] ^= 1
	guess := `{"Signature":"` + base64.StdEncoding.EncodeToString(random(64)) + `","Short":false}`
	for what, token := range map[string]string{"redeem": redeem, "changed": string(changed), "cut": in[:len(in)-8], "empty": "a.", "none": ""} {
		if got := p.post(api.SignIn.Path(), token, guess); got.code() != service.CodeChallengeEnded {
			t.Errorf("%s: %s", what, got.body)
		}
	}
	if got := p.post(api.CheckCode.Path(), in, `{"Proof":"AAAA"}`); got.code() != service.CodeChallengeEnded {
		t.Errorf("a sign-in redeems: %s", got.body)
	}
	if strings.Contains(in, "amara") || bytes.Contains(decoded(in), []byte("amara")) {
		t.Error("it tells of its email")
	}
	if got := p.post(api.SignIn.Path(), in, guess); got.code() != service.CodeCredentialsWrong {
		t.Errorf("%s", got.body)
	}
	if got := p.post(api.SignIn.Path(), in, guess); got.code() != service.CodeChallengeEnded { // it was good for one guess
		t.Errorf("%s", got.body)
	}
	for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=" { // in whatever form it is shown
		for _, again := range []string{in[:len(in)-1] + string(last), in + string(last)} {
			if got := p.post(api.SignIn.Path(), again, guess); got.code() != service.CodeChallengeEnded {
				t.Errorf("again as ...%s: %s", again[len(again)-4:], got.body)
			}
		}
	}
	late := begin(api.BeginSignIn.Path(), `{"Email":"`+ownerEmail+`"}`)
	p.clk.advance(service.ChallengeLife)
	if got := p.post(api.SignIn.Path(), late, guess); got.code() != service.CodeChallengeEnded {
		t.Errorf("%s", got.body)
	}
}

func TestTokens_ChallengeIsNoUseOnceItsPersonIsIn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	f, _ := p.enable(p.signIn(p.owner, ownerEmail, ownerPass), ownerPass)
	in := func(leave bool) string {
		_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
		p.ok(err)
		p.ok(second(c.AuthenticatorOff(p.ctx())))
		_, token := p.wire.last(api.AuthenticatorOff.Path())
		if leave {
			c.Leave()
		} else {
			p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
		}
		return token
	}
	for _, leave := range []bool{false, true} {
		token := in(leave)
		p.until("it is left", func() bool {
			return p.post(api.AuthenticatorOff.Path(), token, "{}").code() == service.CodeChallengeEnded
		})
		got := p.post(api.Verify.Path(), token, `{"Code":"`+f.code()+`"}`)
		if got.code() != service.CodeChallengeEnded {
			t.Errorf("%s", got.body)
		}
	}
}

// One that starts, and looks for what a crash has left, takes nothing from who is at work at another; and it opens what another writes to.
func TestInstances_OneStartsWhileAnotherIsAtWork(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	shown, err := s.BeginEnable(p.ctx(), secret.NewText(ownerPass))
	p.ok(err)
	f := p.phoneOf(shown)
	p.ok(second(s.Confirm(p.ctx(), secret.NewText(f.code()))))
	busy := p.signIn(p.owner, ownerEmail, ownerPass)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := busy.Rename(p.ctx(), fmt.Sprintf("Amara %d", i)); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 5 {
		p.another()
	}
	close(stop)
	p.ok(<-stopped)
	p.ok(s.Continue(p.ctx()))
	_, c, err := p.owner.SignIn(p.ctx(), ownerEmail, secret.NewText(ownerPass))
	p.ok(err)
	p.ok(second(c.Verify(p.ctx(), secret.NewText(f.code()))))
}

// What takes long does not hold a session. It ends with it all the same, wherever that is ended.
func TestInstances_LongReadEndsWithASessionThatEndsElsewhere(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	token := p.wire.lastToken()
	a, err := s.Admin(p.ctx())
	p.ok(err)
	begun := make(chan struct{})
	verify := func(ctx context.Context) error {
		close(begun)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Minute):
			return errors.New("it went on for a minute")
		}
	}
	p.all[0].served.verify.Store(&verify)
	p.asks(0)
	long := make(chan error, 1)
	go func() { long <- second(a.VerifyLog(p.ctx(), nil)) }()
	<-begun
	p.asks(1)
	p.ok(second(s.Overview(p.ctx()))) // it holds nobody up
	if got := p.post(api.End.Path(), token, "{}"); got.Error != nil {
		t.Fatalf("%s", got.body)
	}
	p.refused(<-long, service.CodeSessionEnded)
}

func TestInstances_DocumentIsNotKeptWhoseSessionEndedElsewhere(t *testing.T) {
	t.Parallel()
	p := newInstances(t)
	p.token(p.owner, ownerEmail, ownerPass)
	token := p.wire.lastToken()
	name := p.blobName()
	body, sending := io.Pipe()
	p.asks(0)
	put := make(chan said, 1)
	go func() { put <- p.say(http.MethodPut, api.Files+"/"+name, token, body, kept) }()
	p.ok(second(sending.Write(random(300_000)))) // so much has been taken
	p.asks(1)
	if got := p.post(api.End.Path(), token, "{}"); got.Error != nil {
		t.Fatalf("%s", got.body)
	}
	go func() { // it may stop to listen before
		_, _ = sending.Write(random(100_000))
		_ = sending.Close()
	}()
	if got := <-put; got.code() != service.CodeSessionEnded {
		t.Errorf("%s", got.body)
	}
	_, err := p.all[1].database.Workspace("main").Blobs(p.ctx()).Open(name)
	if !errors.Is(err, store.ErrBlobMissing) {
		t.Errorf("it is there: %v", err)
	}
}

// A session that verifies the log is used, though that does not hold it.
func TestServer_LongOperationIsAUseOfItsSession(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.signIn(p.owner, ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	for range 3 {
		p.clk.advance(p.inner.Idle() - time.Second)
		p.ok(second(a.VerifyLog(p.ctx(), nil)))
	}
	p.clk.advance(p.inner.Idle() - time.Second)
	p.ok(second(s.Overview(p.ctx())))
}

// A session has one print run at a time: with the next, the one before is cancelled, although no instance has it in memory.
func TestPrintRun_NextOneEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	in := p.signIn(p.owner, ownerEmail, ownerPass)
	f, _ := p.enable(in, ownerPass)
	a, err := in.Admin(p.ctx())
	p.ok(err)
	p.ok(a.Prove(p.ctx(), service.RunActs, client.Proof{
		Password: secret.NewText(ownerPass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(f.code())},
	}))
	begin := func() service.PrintRun {
		p.Helper()
		run, err := a.Admin.BeginRun(p.ctx(), service.RunRequest{Members: []string{in.ProfileID()}, Reason: "Replaced", Kind: service.RunPrint}, service.Proof{})
		p.ok(err)
		return run
	}
	first := begin()
	p.ok(second(first.MakeSheets(p.ctx(), []service.NewSet{newSet()})))
	next := begin()
	runs, err := a.Runs(p.ctx(), 0)
	if p.ok(err); runs[0].State != service.RunIssuing || runs[1].State != service.RunCancelled {
		t.Errorf("%+v", runs)
	}
	_, err = first.PutInForce(p.ctx(), nil)
	p.refused(err, service.CodeRunOver)
	p.ok(second(next.MakeSheets(p.ctx(), []service.NewSet{newSet()})))
	p.ok(second(next.PutInForce(p.ctx(), nil)))
}

func decoded(token string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "a."))
	return b
}

// Who asks in vain leaves nothing at the server: what they could fill it with has no end.
func TestTokens_WhoProvesNothingLeavesNoRow(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	memory := p.rows.(*tokenstest.Memory)
	before := memory.Len()
	guess := `{"Signature":"` + base64.StdEncoding.EncodeToString(random(64)) + `","Short":false}`
	token := func(path, body string) string {
		var begun struct{ Token string }
		p.ok(json.Unmarshal(p.post(path, "", body).Result, &begun))
		return begun.Token
	}
	email := `{"Email":"nobody@example.com"}`
	counted := 0
	for range 40 {
		token(api.BeginSignIn.Path(), email)
		p.post(api.LeaveRedeem.Path(), token(api.BeginRedeem.Path(), email), "{}")
		if got := p.post(api.SignIn.Path(), token(api.BeginSignIn.Path(), email), guess); got.code() == service.CodeCredentialsWrong {
			counted++
		} else if got.code() != service.CodeThrottled {
			t.Fatalf("%s", got.body)
		}
	}
	if counted > 8 || memory.Len() != before+counted {
		t.Errorf("%d rows, %d guesses that were looked at", memory.Len()-before, counted)
	}
	p.clk.advance(3 * service.ChallengeLife)
	p.signIn(p.owner, ownerEmail, ownerPass) // then the server looks
	p.until("the used ones are gone", func() bool { return memory.Len() <= before+2 })
}
