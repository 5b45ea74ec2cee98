package server

import (
	"container/list"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// Bounds of what people begin and leave. Beyond one, the oldest goes: who began it begins again, and nobody is locked out.
const (
	mostBegun    = 50_000
	mostFrom     = 1_000 // attempts from one address
	mostOfPerson = 20    // challenges, sessions, and enrolment sessions of one person
)

// tokens are what the server knows of those who are on their way in, or in.
type tokens struct {
	now func() time.Time

	mu         sync.Mutex
	attempts   pool // by their address
	challenges pool // by their email: who knows no password pushes none of them out
	sessions   map[digest]*session
	people     map[string][]*session // the oldest first
	closed     bool                  // nobody comes in any more
	leaving    sync.WaitGroup        // sessions that were taken out, and whose ends are not yet run
}

type digest [sha256.Size]byte

// session is a Session or an EnrolmentSession, with what hangs on it.
type session struct {
	service.Session                          // nil: it can enrol, and no more
	enrolment       service.EnrolmentSession // nil for a Session that was entered at once
	digest          digest
	person          string // their profile's ID, or their email until they are in

	mu     sync.Mutex
	admins [2]service.Admin // for what was asked for, and for what nobody has asked for
	run    service.PrintRun // under way, or the last one
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{
		now: now, attempts: newPool(mostBegun, mostFrom), challenges: newPool(mostBegun, mostOfPerson),
		sessions: map[digest]*session{}, people: map[string][]*session{},
	}
}

// newToken is 256 random bits.
func newToken() (api.Text, digest) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	token := base64.RawURLEncoding.EncodeToString(b)
	return api.Text{Text: secret.NewText(token)}, sha256.Sum256([]byte(token))
}

// attempt keeps what somebody has begun who has proven nothing.
func (t *tokens) attempt(value any, address string) api.Text {
	return t.begin(&t.attempts, value, address)
}

// challenge keeps a right password for which more is due.
func (t *tokens) challenge(value service.Challenge) api.Text {
	return t.begin(&t.challenges, value, value.Email())
}

func (t *tokens) begin(p *pool, value any, of string) api.Text {
	token, d := newToken()
	t.mu.Lock()
	defer t.mu.Unlock()
	p.add(d, value, of, t.now())
	return token
}

// find gives what a token stands for, or nil.
func (t *tokens) find(d digest) any {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range []*pool{&t.attempts, &t.challenges} {
		if b := p.all[d]; b != nil {
			return b.value
		}
	}
	return nil
}

// forget is for what is over.
func (t *tokens) forget(d digest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attempts.drop(t.attempts.all[d])
	t.challenges.drop(t.challenges.all[d])
	t.remove(t.sessions[d])
}

// take takes out a session whose end is to be run, and called left then. It is called with t.mu held.
func (t *tokens) take(s *session) *session {
	t.remove(s)
	t.leaving.Add(1)
	return s
}

// left is for a session whose end was run.
func (t *tokens) left() { t.leaving.Done() }

// enter keeps somebody who is in, and takes out the session that has to make room for it. Once the server is closed it takes nobody in.
func (t *tokens) enter(s *session) (token api.Text, out *session, ok bool) {
	token, s.digest = newToken()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return api.Text{}, nil, false
	}
	if all := t.people[s.person]; len(all) >= mostOfPerson {
		out = t.take(all[0])
	}
	t.sessions[s.digest] = s
	t.people[s.person] = append(t.people[s.person], s)
	return token, out, true
}

// remove is called with t.mu held.
func (t *tokens) remove(s *session) {
	if s == nil {
		return
	}
	delete(t.sessions, s.digest)
	t.people[s.person] = slices.DeleteFunc(t.people[s.person], func(o *session) bool { return o == s })
	if len(t.people[s.person]) == 0 {
		delete(t.people, s.person)
	}
}

func (t *tokens) session(d digest) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sessions[d]
}

// entered notes that an enrolment session has become a session, and takes out the one that has to make room for it.
func (t *tokens) entered(s *session, in service.Session) (out *session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Session = in
	if t.sessions[s.digest] != s || s.person == in.ProfileID() { // it ended meanwhile, or was entered before
		return nil
	}
	t.remove(s)
	s.person = in.ProfileID()
	if all := t.people[s.person]; len(all) >= mostOfPerson {
		out = t.take(all[0])
	}
	t.sessions[s.digest] = s
	t.people[s.person] = append(t.people[s.person], s)
	return out
}

// whole is the Session of somebody who may do more than enrol, or nil.
func (t *tokens) whole(s *session) service.Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.Session
}

// common is what can be done with a session of either kind.
func (t *tokens) common(s *session) common {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.common()
}

// over takes out the sessions that are over, for their ends to be run, and forgets what was begun too long ago.
func (t *tokens) over() (ended []*session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attempts.expire(t.now())
	t.challenges.expire(t.now())
	for _, s := range t.sessions {
		if s.common().Remaining() == 0 {
			ended = append(ended, t.take(s))
		}
	}
	return ended
}

// close takes out all, and takes nobody in any more.
func (t *tokens) close() (ended []*session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for _, s := range t.sessions {
		ended = append(ended, t.take(s))
	}
	return ended
}

// common is what a Session and an EnrolmentSession both do.
type common interface {
	Touch() error
	Remaining() time.Duration
	LimitReached() bool
	Overdue() bool
	End(ctx context.Context) error
}

// common is called with the lock of tokens held.
func (s *session) common() common {
	if s.Session != nil {
		return s.Session
	}
	return s.enrolment
}

// pool keeps what was begun, the oldest first, and no more than a number of it in all and of each owner.
type pool struct {
	most, mostOf int
	all          map[digest]*begun
	oldest       *list.List // of *begun
	of           map[string]*list.List
}

// begun is an attempt or a challenge.
type begun struct {
	digest digest
	value  any
	at     time.Time

	owner           string
	inAll, inOwners *list.Element
}

func newPool(most, mostOf int) pool {
	return pool{most: most, mostOf: mostOf, all: map[digest]*begun{}, oldest: list.New(), of: map[string]*list.List{}}
}

func (p *pool) add(d digest, value any, owner string, now time.Time) {
	p.expire(now)
	if p.oldest.Len() >= p.most {
		p.drop(p.oldest.Front().Value.(*begun))
	}
	if own := p.of[owner]; own != nil && own.Len() >= p.mostOf {
		p.drop(own.Front().Value.(*begun))
	}
	own := p.of[owner]
	if own == nil {
		own = list.New()
		p.of[owner] = own
	}
	b := &begun{digest: d, value: value, at: now, owner: owner}
	b.inAll, b.inOwners = p.oldest.PushBack(b), own.PushBack(b)
	p.all[d] = b
}

// expire leaves it to the value itself to refuse what is a little too late: it knows when it began.
func (p *pool) expire(now time.Time) {
	for e := p.oldest.Front(); e != nil; e = p.oldest.Front() {
		b := e.Value.(*begun)
		if now.Sub(b.at) < 2*service.ChallengeLife {
			return
		}
		p.drop(b)
	}
}

func (p *pool) drop(b *begun) {
	if b == nil {
		return
	}
	delete(p.all, b.digest)
	p.oldest.Remove(b.inAll)
	own := p.of[b.owner]
	if own.Remove(b.inOwners); own.Len() == 0 {
		delete(p.of, b.owner)
	}
}
