package server

import (
	"container/list"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// mostBegun bounds what people begin who have not proven anything, or only a password. Beyond it the oldest goes: who began it begins
// again, and nobody is locked out.
const mostBegun = 50_000

// tokens are what the server knows of those who are on their way in, or in.
type tokens struct {
	now func() time.Time

	mu       sync.Mutex
	begun    map[digest]*list.Element // of *begun
	oldest   *list.List
	sessions map[digest]*session
}

type digest [sha256.Size]byte

// begun is an attempt or a challenge.
type begun struct {
	digest
	value any
	at    time.Time
}

// session is a Session or an EnrolmentSession, with what hangs on it.
type session struct {
	service.Session                          // nil: it can enrol, and no more
	enrolment       service.EnrolmentSession // nil for a Session that was entered at once

	mu     sync.Mutex
	admins [2]service.Admin // for what was asked for, and for what nobody has asked for
	run    service.PrintRun // under way, or the last one
}

func newTokens(now func() time.Time) *tokens {
	return &tokens{now: now, begun: map[digest]*list.Element{}, oldest: list.New(), sessions: map[digest]*session{}}
}

// newToken is 256 random bits.
func newToken() (api.Text, digest) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	token := base64.RawURLEncoding.EncodeToString(b)
	return api.Text{Text: secret.NewText(token)}, sha256.Sum256([]byte(token))
}

// begin keeps what somebody has begun, for ChallengeLife.
func (t *tokens) begin(value any) api.Text {
	token, d := newToken()
	t.mu.Lock()
	defer t.mu.Unlock()
	for e := t.oldest.Front(); e != nil && (t.oldest.Len() >= mostBegun || !t.alive(e)); e = t.oldest.Front() {
		t.drop(e)
	}
	t.begun[d] = t.oldest.PushBack(&begun{d, value, t.now()})
	return token
}

// alive leaves it to the value itself to refuse what is a little too late: it knows when it began.
func (t *tokens) alive(e *list.Element) bool {
	return t.now().Sub(e.Value.(*begun).at) < 2*service.ChallengeLife
}

func (t *tokens) drop(e *list.Element) {
	t.oldest.Remove(e)
	delete(t.begun, e.Value.(*begun).digest)
}

// find gives what a token stands for, or nil.
func (t *tokens) find(d digest) any {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.begun[d]; e != nil {
		return e.Value.(*begun).value
	}
	return nil
}

// forget is for what is over.
func (t *tokens) forget(d digest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.begun[d]; e != nil {
		t.drop(e)
	}
	delete(t.sessions, d)
}

// enter keeps somebody who is in.
func (t *tokens) enter(s *session) api.Text {
	token, d := newToken()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sessions[d] = s
	return token
}

func (t *tokens) session(d digest) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sessions[d]
}

// entered notes that an enrolment session has become a session.
func (t *tokens) entered(s *session, in service.Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Session = in
}

// whole is the Session of somebody who may do more than enrol, or nil.
func (t *tokens) whole(s *session) service.Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.Session
}

// over takes out the sessions that are over, or all, for their ends to be run.
func (t *tokens) over(all bool) (ended []*session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for d, s := range t.sessions {
		if all || s.common().Remaining() == 0 {
			ended = append(ended, s)
			delete(t.sessions, d)
		}
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

// common is called with the lock of tokens held, or by who has made s.
func (s *session) common() common {
	if s.Session != nil {
		return s.Session
	}
	return s.enrolment
}
