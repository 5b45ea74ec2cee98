package remote_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

const (
	// leaseOfTests is short enough to be waited for where an instance is cut off.
	leaseOfTests = 6 * time.Second
	// leaseThatLasts is for all others: a busy machine may stand still for seconds.
	leaseThatLasts = time.Minute
)

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
	return newInstancesWith(t, leaseThatLasts)
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
