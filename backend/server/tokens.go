package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// mostOfPerson is how many challenges, and how many sessions and enrolment sessions, one person has. Beyond it the oldest goes: who began it
// begins again, and nobody is locked out.
const mostOfPerson = 20

// defaultLease is how long the next instance waits for one that does not answer any more. A third of it is how often a lease is renewed, and
// also how long before its end a holder stops to act.
const defaultLease = 12 * time.Second

// Sealer encrypts what the server keeps, or gives out, and no one else may read or make. It opens at the same place only.
type Sealer interface {
	Encrypt(value secret.Bytes, place ...string) ([]byte, error)
	Decrypt(ciphertext []byte, place ...string) (secret.Bytes, error)
}

// tokens are those that the instances of the server have given out. What begins without a proof is in its token, sealed: it costs no one
// anything. Once it is used, it has a row, as the others have.
type tokens struct {
	w     service.Served
	rows  store.Tokens
	box   Sealer
	place string // of the workspace, to which all is bound
	now   func() time.Time
	lease time.Duration
	log   *slog.Logger

	mu    sync.Mutex
	turns map[store.Digest]*turn           // of requests in this instance that have the same token
	loose map[store.Digest]map[*loose]bool // of those that take long
}

// turn lets one request after another have a token.
type turn struct {
	free    chan struct{} // full while nobody has it
	waiting int
}

// sealed begins the token of an attempt.
const sealed = "a."

// begun are the sorts of attempt, in the place that each is sealed for.
const (
	placeSignIn = "sign-in"
	placeRedeem = "redeem"
	placeKit    = "kit"
	placeRow    = "token"
)

func digestOf(token string) store.Digest { return sha256.Sum256([]byte(token)) }

// newToken is 256 random bits.
func newToken() (api.Text, store.Digest) {
	token := base64.RawURLEncoding.EncodeToString(randomly())
	return api.Text{Text: secret.NewText(token)}, digestOf(token)
}

func randomly() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return b
}

// ofAttempts has one text for what is sealed: with another it would be another token, and could be used once more.
var ofAttempts = base64.RawURLEncoding.Strict()

// attempt gives the token of what somebody has begun who has proven nothing.
func (t *tokens) attempt(sort string, v service.Value) (api.Text, error) {
	saved, err := t.w.Save(v)
	if err != nil {
		return api.Text{}, err
	}
	defer saved.Wipe()
	b, err := t.box.Encrypt(saved, t.place, sort)
	return api.Text{Text: secret.NewText(sealed + ofAttempts.EncodeToString(b))}, err
}

// opened is what the token of an attempt has in it, or nothing.
func (t *tokens) opened(token, sort string) (saved secret.Bytes, ok bool) {
	text, is := strings.CutPrefix(token, sealed)
	b, err := ofAttempts.DecodeString(text)
	if !is || err != nil {
		return saved, false
	}
	saved, err = t.box.Decrypt(b, t.place, sort)
	return saved, err == nil
}

// add keeps a value that was proven, and gives its token.
func (t *tokens) add(ctx context.Context, v service.Value, person string) (api.Text, error) {
	token, d := newToken()
	row, over, err := t.row(d, v, person)
	if over {
		err = errSessionEnded
	}
	if err != nil {
		return api.Text{}, err
	}
	_, err = t.rows.Add(ctx, row, mostOfPerson, "", 0)
	return token, err
}

func kindOf(v service.Value) store.TokenKind {
	switch {
	case v.Redeem != nil:
		return store.TokenRedeem
	case v.Challenge != nil:
		return store.TokenChallenge
	case v.Locked != nil:
		return store.TokenLocked
	case v.Enrolment != nil && v.Session != nil:
		return store.TokenEntered
	case v.Enrolment != nil:
		return store.TokenEnrolment
	}
	return store.TokenSession
}

// row seals a value. What is over has none.
func (t *tokens) row(d store.Digest, v service.Value, person string) (row store.Token, over bool, err error) {
	saved, err := t.w.Save(v)
	if err != nil || saved.Len() == 0 {
		return row, err == nil, err
	}
	defer saved.Wipe()
	row = store.Token{Digest: d, Kind: kindOf(v), Person: person, Until: t.now().Add(2 * service.ChallengeLife)} // it refuses by itself what is a little too late
	if in := common(v); in != nil {
		row.Until = t.now().Add(in.Remaining())
	} else if v.Locked != nil {
		row.Until = t.now().Add(v.Locked.Remaining())
	}
	row.State, err = t.box.Encrypt(saved, t.place, placeRow, hex.EncodeToString(d[:]))
	return row, false, err
}

// used is the row of an attempt that was used, for as long as its token could be shown again.
func (t *tokens) used(d store.Digest) store.Token {
	return store.Token{Digest: d, Kind: store.TokenOver, Until: t.now().Add(2 * service.ChallengeLife)}
}

// resume goes on with what a row has. One that was made by no server with this key, or for another token, is as good as none.
func (t *tokens) resume(ctx context.Context, row store.Token, hold service.Hold) (v service.Value, err error) {
	saved, err := t.box.Decrypt(row.State, t.place, placeRow, hex.EncodeToString(row.Digest[:]))
	if err != nil {
		t.log.Warn("a token's row was not made by this server", "error", err)
		return v, errNotOurs
	}
	defer saved.Wipe()
	v, err = t.w.Resume(ctx, saved, hold)
	if err == nil && kindOf(v) != row.Kind {
		return v, errNotOurs
	}
	return v, err
}

var errNotOurs = service.Refuse(service.CodeSessionEnded).Because(errors.New("the token's row was not made by this server"))

// held is a token that a request of this instance is at work on, and nobody else.
type held struct {
	t      *tokens
	holder string
	turn   *turn
	row    store.Token
	asked  store.Digest // the last request with a key that was answered by now, and with what
	answer []byte
	value  service.Value
	begun  bool // an attempt that nobody has used before

	mu      sync.Mutex
	until   time.Time // a holder does not act any more: the lease may be over
	renewal *time.Timer
	over    bool // it is nobody's concern any more
}

var _ service.Hold = (*held)(nil)

// errLost means that another instance may be at work on the token by now.
var errLost = fmt.Errorf("%w: the token's lease has run out", store.ErrBusy)

// errWaited means that the token was another's for too long.
var errWaited = fmt.Errorf("%w: another request is at work on the token", store.ErrBusy)

// waitFor gives this instance's turn with a token.
func (t *tokens) waitFor(ctx context.Context, d store.Digest) (*turn, error) {
	t.mu.Lock()
	own := t.turns[d]
	if own == nil {
		own = &turn{free: make(chan struct{}, 1)}
		own.free <- struct{}{}
		t.turns[d] = own
	}
	own.waiting++
	t.mu.Unlock()
	select {
	case <-own.free:
		return own, nil
	case <-ctx.Done():
		t.gone(d, own)
		return nil, errors.Join(errWaited, ctx.Err())
	}
}

func (t *tokens) gone(d store.Digest, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.waiting--; own.waiting == 0 {
		delete(t.turns, d)
	}
}

func (t *tokens) hold(own *turn, row store.Token, holder string, since time.Time) *held {
	h := &held{t: t, holder: holder, turn: own, row: row, asked: row.Asked, answer: row.Answer, until: since.Add(t.lease * 2 / 3)}
	h.renewal = time.AfterFunc(t.lease/3, h.renew)
	return h
}

// take waits until a token is this request's: another may be at work on it, here or in another instance, which may be gone. Errors: session_ended.
func (t *tokens) take(ctx context.Context, d, asks store.Digest) (h *held, err error) {
	own, err := t.waitFor(ctx, d)
	if err != nil {
		return nil, err
	}
	defer func() {
		if h == nil {
			own.free <- struct{}{}
			t.gone(d, own)
		}
	}()
	holder, pause := hex.EncodeToString(randomly()[:16]), 2*time.Millisecond
	for {
		since := time.Now()
		row, err := t.rows.Take(ctx, d, holder, t.lease, asks)
		switch {
		case err == nil:
			return t.hold(own, row, holder, since), nil
		case errors.Is(err, store.ErrNotFound):
			return nil, errSessionEnded
		case !errors.Is(err, store.ErrHeld):
			return nil, err
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, 100*time.Millisecond)
		case <-ctx.Done():
			return nil, errors.Join(errWaited, ctx.Err())
		}
	}
}

// begin adds the row of an attempt that is used, and takes it. Nil: there is one already.
func (t *tokens) begin(ctx context.Context, d store.Digest) (*held, error) {
	own, err := t.waitFor(ctx, d)
	if err != nil {
		return nil, err
	}
	holder, row, since := hex.EncodeToString(randomly()[:16]), t.used(d), time.Now()
	added, err := t.rows.Add(ctx, row, 0, holder, t.lease)
	if !added || err != nil {
		own.free <- struct{}{}
		t.gone(d, own)
		return nil, err
	}
	h := t.hold(own, row, holder, since)
	h.begun = true
	return h, nil
}

// renew lengthens the lease while a request takes its time.
func (h *held) renew() {
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		return
	}
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), h.t.lease/3)
	defer cancel()
	since := time.Now()
	err := h.t.rows.Renew(ctx, h.row.Digest, h.holder, h.t.lease)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.over:
		return
	case err == nil:
		h.until = since.Add(h.t.lease * 2 / 3)
	case errors.Is(err, store.ErrHeld):
		h.until = time.Time{}
	}
	h.renewal.Reset(h.t.lease / 3)
}

// Check implements service.Hold.
func (h *held) Check() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !time.Now().Before(h.until) {
		return errLost
	}
	return nil
}

// Keep implements service.Hold.
func (h *held) Keep(ctx context.Context) error {
	row, over, err := h.t.row(h.row.Digest, h.value, h.row.Person)
	row.Asked, row.Answer = h.row.Asked, h.row.Answer
	if err == nil {
		err = h.Check()
	}
	if err == nil && over {
		err = errSessionEnded
	}
	if err == nil {
		err = h.t.rows.Keep(ctx, row, h.holder)
	}
	if errors.Is(err, store.ErrHeld) {
		return errLost
	}
	return err
}

// stop ends the renewals.
func (h *held) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	h.renewal.Stop()
}

// leave keeps what the request has made of the value, and lets go.
func (h *held) leave(ctx context.Context) error {
	row, over, err := h.t.row(h.row.Digest, h.value, h.row.Person)
	row.Asked, row.Answer = h.asked, h.answer
	switch {
	case err != nil:
		return h.letGo(func() error { return err })
	case over:
		return h.use(ctx)
	}
	return h.letGo(func() error { return h.t.rows.Leave(ctx, row, h.holder) })
}

// put lets go of it as it was.
func (h *held) put(ctx context.Context) error {
	return h.letGo(func() error { return h.t.rows.Leave(ctx, h.row, h.holder) })
}

// use keeps only that it was used, and what was answered.
func (h *held) use(ctx context.Context) error {
	row := h.t.used(h.row.Digest)
	row.Asked, row.Answer = h.asked, h.answer
	return h.letGo(func() error { return h.t.rows.Leave(ctx, row, h.holder) })
}

// lapse lets go of what nobody else wants: its row says already that it was used.
func (h *held) lapse(context.Context) error { return h.letGo(func() error { return nil }) }

func (h *held) remove(ctx context.Context) error {
	return h.letGo(func() error {
		err := h.t.rows.Remove(ctx, h.row.Digest, h.holder)
		h.t.end(h.row.Digest)
		return err
	})
}

// letGo ends the hold, in the store and here.
func (h *held) letGo(do func() error) error {
	h.stop()
	err := do()
	h.turn.free <- struct{}{}
	h.t.gone(h.row.Digest, h.turn)
	if errors.Is(err, store.ErrHeld) {
		return errLost
	}
	return err
}

// loose is a session that a request is at work on for long, while others may have it as well: a document on its way, or a log that is
// verified. It is looked at again meanwhile, and uses nothing that is good once.
type loose struct {
	t *tokens
	d store.Digest

	mu     sync.Mutex
	row    store.Token
	value  service.Value
	looked time.Time
	ended  error
}

// loosely is for a request that takes long. Let it go.
func (t *tokens) loosely(d store.Digest) *loose {
	l := &loose{t: t, d: d}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.loose[d] == nil {
		t.loose[d] = map[*loose]bool{}
	}
	t.loose[d][l] = true
	return l
}

func (t *tokens) letGo(l *loose) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if delete(t.loose[l.d], l); len(t.loose[l.d]) == 0 {
		delete(t.loose, l.d)
	}
}

// end tells requests of this instance at once that their session is over. Those of another hear of it when they look again.
func (t *tokens) end(d store.Digest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for l := range t.loose[d] {
		l.mu.Lock()
		l.ended = errSessionEnded
		l.mu.Unlock()
	}
}

// lookEvery is how long a session may have ended at another instance that such a request goes on with.
const lookEvery = time.Second

var errLoose = errors.New("a request that does not hold the token uses something that is good once")

// Check implements service.Hold.
func (l *loose) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

// Keep implements service.Hold.
func (l *loose) Keep(context.Context) error { return errLoose }

// look goes on with the session as it is now. Errors: session_ended.
func (l *loose) look(ctx context.Context) error {
	row, err := l.t.rows.Look(ctx, l.d)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Until.IsZero() {
		err = errSessionEnded
	}
	l.mu.Lock()
	same := bytes.Equal(row.State, l.row.State) && l.value.Session != nil
	l.mu.Unlock()
	var v service.Value
	if err == nil && !same {
		v, err = l.t.resume(ctx, row, l)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.looked = time.Now(); service.IsCode(err, service.CodeSessionEnded) {
		l.ended = err
	}
	if err == nil && !same {
		l.row, l.value = row, v
	}
	return err
}

// session is as it was a moment ago.
func (l *loose) session(ctx context.Context) (service.Session, error) {
	l.mu.Lock()
	due, in, ended := time.Since(l.looked) >= lookEvery, l.value.Session, l.ended
	l.mu.Unlock()
	if ended != nil {
		return nil, ended
	}
	if due {
		if err := l.look(ctx); err != nil {
			return nil, err
		}
		l.mu.Lock()
		in = l.value.Session
		l.mu.Unlock()
	}
	if in == nil {
		return nil, errSessionEnded
	}
	return in, nil
}

// inCommon is what a Session and an EnrolmentSession both do.
type inCommon interface {
	Touch() error
	Remaining() time.Duration
	LimitReached() bool
	Overdue() bool
	End(ctx context.Context) error
}

// common is a session of either kind, or nil.
func common(v service.Value) inCommon {
	switch {
	case v.Session != nil:
		return v.Session
	case v.Enrolment != nil:
		return v.Enrolment
	}
	return nil
}
