//go:build linux

package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/keychain"
	"countersign/backend/postgres"
	"countersign/backend/postgres/postgrestest"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// timeToReturn is for writes to return after a failover. It is no promise: it ends a test of a server to which they never do.
const timeToReturn = 4 * time.Minute

// cluster is several PostgreSQL, of which another takes the place of the one that takes writes.
type cluster interface {
	Database(t postgrestest.T, name string) (connString string)
	// FailOver kills the one that takes writes, and returns when another does.
	FailOver(t postgrestest.T)
	// Rejoin has the killed one take part again.
	Rejoin(t postgrestest.T)
}

// promoted is a cluster in which the test says who follows.
type promoted struct{ *postgrestest.Cluster }

// waiting is what waits at PostgreSQL for a standby to have its commit.
const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

// FailOver kills it when it has made a commit that no standby has: that one is lost.
func (p promoted) FailOver(t postgrestest.T) {
	t.Helper()
	p.CutOff(t)
	p.Until(t, "SELECT EXISTS ("+waiting+")")
	p.KillPrimary(t)
	p.Promote(t)
}

// newInstancesIn are two instances on a cluster.
func newInstancesIn(t testing.TB, c cluster) *instances {
	t.Helper()
	connString := c.Database(t, "members")
	if err := postgres.Migrate(t.Context(), connString); err != nil {
		t.Fatal(err)
	}
	return newInstancesOn(t, connString, leaseOfTests)
}

// load is what members do, all at once, while the database fails over. Each of them goes on until they know what came of what they did.
type load struct {
	*instances
	in context.Context // ends when writes do not return

	done atomic.Int64 // acts that were answered with yes

	mu       sync.Mutex
	fails    []string          // what must not happen
	papers   map[string]string // contracts that were added, by ID: what is in each
	refused  map[string]bool   // names of contracts of which it was said that they were not added
	enrolled []*member         // who have turned on 2FA, and were told so
	signed   map[string]int    // times that a person was told that they are in, by email
	unknown  int               // answers that nobody knows what came of an act
	failed   int               // answers that an act failed
	again    int               // times that a person had to sign in again
}

// member is somebody with a computer and a phone.
type member struct {
	email, pass string
	at          *client.Workspace
	app         *handheld
}

// handheld is an authenticator app whose code stays the same until the test goes on.
type handheld struct{ *phone }

func (h *handheld) shows() string {
	h.clk.mu.Lock()
	now := h.clk.t
	h.clk.mu.Unlock()
	return (&phone{h.key, &clock{t: now.Add(-30 * time.Second)}}).code()
}

func newLoad(p *instances, ctx context.Context) *load {
	return &load{instances: p, in: ctx, papers: map[string]string{}, refused: map[string]bool{}, signed: map[string]int{}}
}

func (l *load) fail(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails = append(l.fails, fmt.Sprintf(format, args...))
}

// what came of an act, as far as its person was told.
type outcome int

const (
	yes   outcome = iota
	no            // a refusal
	never         // it failed: nothing of it stands
	maybe         // nobody knows
)

func (l *load) told(err error) outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.done.Add(1)
		return yes
	case errors.Is(err, store.ErrUnknownOutcome), service.IsCode(err, service.CodeOutcomeUnknown):
		l.unknown++
		return maybe
	case errors.Is(err, context.DeadlineExceeded) && l.in.Err() == nil: // who signs out does not wait for long
		l.unknown++
		return maybe
	case service.IsCode(err, service.CodeServerFailed):
		l.failed++
		return never
	}
	return no
}

// pause lets others have the processor, as somebody does who asks again. It reports whether there is time left.
func (l *load) pause() bool {
	select {
	case <-time.After(20 * time.Millisecond):
		return true
	case <-l.in.Done():
		return false
	}
}

// until tries an act until it is answered with yes or no.
func (l *load) until(what string, act func() error) (answer outcome, err error) {
	for {
		err = act()
		if answer = l.told(err); answer == yes || answer == no {
			return answer, err
		}
		if !l.pause() {
			l.fail("%s does not come back: %v", what, err)
			return no, err
		}
	}
}

// enters is a person at their own computer, who has a password and perhaps a phone. Nil: a code does not let them in, or not yet.
func (l *load) enters(m *member) (s *client.Session) {
	for {
		_, err := l.until("signing in of "+m.email, func() (err error) {
			var c *client.Challenge
			s, c, err = m.at.SignIn(l.in, m.email, secret.NewText(m.pass))
			if err == nil && c != nil {
				s, err = c.Verify(l.in, secret.NewText(m.app.shows()))
			}
			return err
		})
		switch {
		case err == nil:
			l.mu.Lock()
			l.signed[m.email]++
			l.mu.Unlock()
			return s
		case service.IsCode(err, service.CodeCodeUsed), service.IsCode(err, service.CodeThrottled):
			return nil
		case service.IsCode(err, service.CodeSessionEnded), service.IsCode(err, service.CodeChallengeEnded): // the failover has lost the token: they begin again
			l.mu.Lock()
			l.again++
			l.mu.Unlock()
		default:
			l.fail("%s is told %v", m.email, err)
			return nil
		}
		if !l.pause() {
			l.fail("%s does not come in", m.email)
			return nil
		}
	}
}

// shown shows one code at two computers of a person at the same moment, and says how many it let in. It is told so again when the answer is no.
func (l *load) shown(m *member, other *client.Workspace) int {
	var all sync.WaitGroup
	var in atomic.Int64
	for _, at := range []*client.Workspace{m.at, other} {
		all.Go(func() {
			if s := l.enters(&member{m.email, m.pass, at, m.app}); s != nil {
				in.Add(1)
				l.ends(s)
			}
		})
	}
	all.Wait()
	return int(in.Load())
}

// ends signs out.
func (l *load) ends(s *client.Session) {
	if answer, err := l.until("signing out", func() error { return s.End(l.in) }); answer == no && !service.IsCode(err, service.CodeSessionEnded) {
		l.fail("who signs out is told %v", err)
	}
}

// adds puts contracts into the workspace, one after the other, and does not end before what is to happen has.
func (l *load) adds(m *member, round, who int, happened <-chan struct{}) {
	var s *client.Session
	for i := 0; i < 4 || !isClosed(happened); i++ {
		for try := 0; ; try++ {
			if s == nil {
				if s = l.enters(m); s == nil {
					return
				}
			}
			name := fmt.Sprintf("Lease %d, %d, %d, try %d.txt", round, who, i, try)
			text := strings.Repeat(name+"\n", 200)
			added, err := s.AddDocuments(l.in, slices.Values([]client.Source{{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}), nil)
			if err == nil && len(added.IDs) != 1 {
				if err = fmt.Errorf("nothing was added: %+v", added); added.Stopped {
					err = service.Refuse(service.CodeSessionEnded)
				}
			}
			answer := l.told(err)
			l.mu.Lock()
			switch answer {
			case yes:
				l.papers[added.IDs[0]] = text
			case never:
				l.refused[name] = true
			}
			l.mu.Unlock()
			if answer == yes {
				break
			}
			if service.IsCode(err, service.CodeSessionEnded) {
				s = nil
				l.mu.Lock()
				l.again++
				l.mu.Unlock()
			} else if answer == no {
				l.fail("a contract is refused: %v", err)
				return
			}
			if !l.pause() {
				l.fail("no contract can be added: %v", err)
				return
			}
		}
	}
	l.ends(s)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// enrols invites somebody, who joins and turns on 2FA. Where it is not known what came of a step, there is somebody else.
func (l *load) enrols(owner *member, round, who int) {
	for try := 0; ; try++ {
		email := fmt.Sprintf("member.%d.%d.%d@example.com", round, who, try)
		m, err := l.joins(owner, email)
		if m != nil {
			l.mu.Lock()
			l.enrolled = append(l.enrolled, m)
			l.mu.Unlock()
			return
		}
		if l.told(err) == no && !service.IsCode(err, service.CodeSessionEnded) && !service.IsCode(err, service.CodeChallengeEnded) && err != nil {
			l.fail("%s is told %v", email, err)
			return
		}
		if !l.pause() {
			l.fail("nobody can enrol: %v", err)
			return
		}
	}
}

func (l *load) joins(owner *member, email string) (*member, error) {
	s := l.enters(owner)
	if s == nil {
		return nil, errors.New("the owner does not come in")
	}
	defer l.ends(s)
	a, err := s.Admin(l.in)
	if err != nil {
		return nil, err
	}
	given, err := a.AddMember(l.in, service.NewMember{Name: "Bella Novak", Email: email, Role: service.RoleMember}, client.Proof{Password: secret.NewText(ownerPass)})
	if err != nil {
		return nil, err
	}
	at, err := l.opens()
	if err != nil {
		return nil, err
	}
	in, _, err := at.Redeem(l.in, email, secret.NewText(given.Code.Display()), secret.NewText(bellaPass))
	if err != nil {
		return nil, err
	}
	shown, err := in.BeginEnable(l.in, secret.NewText(bellaPass))
	if err != nil {
		return nil, err
	}
	m := &member{email, bellaPass, at, &handheld{l.phoneOf(shown)}}
	if _, err := in.Confirm(l.in, secret.NewText(m.app.shows())); err != nil {
		return nil, err
	}
	if err := in.Continue(l.in); err != nil {
		return nil, err
	}
	return m, in.End(l.in)
}

// opens is one more computer.
func (l *load) opens() (*client.Workspace, error) {
	r, err := remote.Dial(l.in, remote.Config{Server: l.ts.URL, Key: l.key(), Now: l.clk.now})
	if err != nil {
		return nil, err
	}
	l.Cleanup(r.Close)
	c, err := client.Open(l.in, r, costs(keychain.NewMemory()))
	if err == nil {
		l.Cleanup(c.Close)
	}
	return c, err
}

// signer is somebody with a phone and two computers.
type signer struct {
	*member
	other *client.Workspace
}

func (l *load) signer(owner *member, n int) signer {
	l.Helper()
	m, err := l.joins(owner, fmt.Sprintf("signer.%d@example.com", n))
	l.ok(err)
	l.clk.advance(time.Minute)
	s := l.enters(m)
	if s == nil {
		l.Fatalf("%s does not come in: %v", m.email, l.fails)
	}
	l.clk.advance(time.Minute)
	given, err := s.GiveComputerCode(l.in, client.Proof{Password: secret.NewText(m.pass), Factor: client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(m.app.shows())}})
	l.ok(err)
	other, err := l.opens()
	l.ok(err)
	l.ok(other.AddComputer(l.in, m.email, secret.NewText(given.Code.Display())))
	l.ok(s.End(l.in))
	return signer{m, other}
}

// everyone does what they do at the same time. Once so many acts were answered, something happens.
func (l *load) everyone(owner *member, signers []signer, round int, happens func()) {
	l.Helper()
	l.clk.advance(2 * time.Minute) // each code is new
	var all sync.WaitGroup
	in := make([]int, len(signers))
	before, happened := l.done.Load(), make(chan struct{})
	for i, m := range signers {
		all.Go(func() { in[i] = l.shown(m.member, m.other) })
	}
	for who := range 2 {
		all.Go(func() { l.adds(owner, round, who, happened) })
		all.Go(func() { l.enrols(owner, round, who) })
	}
	if happens != nil {
		l.acts(before + 6)
		happens()
	}
	close(happened)
	all.Wait()
	if happens != nil {
		for i, m := range signers { // the same code, when all is well again
			in[i] += l.shown(m.member, m.other)
		}
	}
	for i, n := range in {
		if n > 1 || n == 0 && happens == nil {
			l.fail("one code of %s let in %d", signers[i].email, n)
		}
	}
}

// acts waits until so many acts were answered with yes.
func (l *load) acts(n int64) {
	l.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for l.done.Load() < n {
		select {
		case <-tick.C:
		case <-l.in.Done():
			l.Fatalf("only %d acts were done: %v", l.done.Load(), l.fails)
		}
	}
}

// holds looks whether all that members were told is so.
func (l *load) holds(owner *member) {
	l.Helper()
	l.clk.advance(time.Hour)
	s := l.enters(owner)
	if s == nil {
		l.Fatalf("the owner does not come in: %v", l.fails)
	}
	docs, err := s.Documents(l.in)
	l.ok(err)
	for _, d := range docs {
		if l.refused[d.Name] {
			l.Errorf("%s was not added, it was said, and is there", d.Name)
		}
	}
	for id, text := range l.papers {
		var out strings.Builder
		if err := s.CopyDocument(l.in, id, &out, nil); err != nil || out.String() != text {
			l.Errorf("a contract that was added: %v", err)
		}
	}
	for _, m := range l.enrolled {
		if in := l.enters(m); in == nil {
			l.Errorf("%s has turned on 2FA, and does not come in", m.email)
		} else {
			l.ends(in)
		}
	}
	a, err := s.Admin(l.in)
	l.ok(err)
	logged := map[string]int{}
	for q := (service.LogQuery{Group: service.GroupSignIn, Limit: service.LogLimit}); ; {
		page, err := a.Log(l.in, q)
		l.ok(err)
		for _, e := range page.Entries {
			if e.Kind == "signed-in" {
				logged[e.Actor.Email]++
			}
		}
		if q.Before = page.Next; q.Before == 0 {
			break
		}
	}
	for email, n := range l.signed {
		if logged[email] < n {
			l.Errorf("%s was in %d times, and the log has %d", email, n, logged[email])
		}
	}
	r, err := l.another().inner.VerifyLog(l.in, nil)
	if err != nil || r.Breaks != 0 || r.Checked != r.Events {
		l.Errorf("the log: %+v, %v", r, err)
	}
	for _, f := range l.fails {
		l.Error(f)
	}
	l.Logf("%d acts were done; %d contracts and %d enrolments stand; %d answers that nobody knows, %d that an act failed, %d sign-ins over again",
		l.done.Load(), len(l.papers), len(l.enrolled), l.unknown, l.failed, l.again)
}

func failsOver(t *testing.T, c cluster, kills int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeToReturn*time.Duration(kills))
	defer cancel()
	l := newLoad(newInstancesIn(t, c), ctx)
	owner := &member{email: ownerEmail, pass: ownerPass, at: l.owner}
	var signers []signer
	for n := range 3 {
		signers = append(signers, l.signer(owner, n))
	}
	l.everyone(owner, signers, 0, nil)
	for kill := range kills {
		l.everyone(owner, signers, 2*kill+1, func() { c.FailOver(t) })
		c.Rejoin(t)
		l.everyone(owner, signers, 2*kill+2, nil)
	}
	l.holds(owner)
}

// withPatroni has Patroni say who follows, as in production: make test-failover sets it. It takes minutes.
const withPatroni = "COUNTERSIGN_FAILOVER"

// TestFailover_LosesNothingThatWasAnswered kills the PostgreSQL that takes writes while members work.
func TestFailover_LosesNothingThatWasAnswered(t *testing.T) {
	t.Parallel()
	if os.Getenv(withPatroni) == "patroni" {
		failsOver(t, postgrestest.NewPatroni(t), 4)
	} else {
		failsOver(t, promoted{postgrestest.NewCluster(t)}, 2)
	}
}
