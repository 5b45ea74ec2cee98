package remote_test

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// liar is a server whose operator has changed it: it answers what the test says, and keeps what it was given.
type liar struct {
	service.Served

	mu     sync.Mutex
	lies   lies
	given  []service.GivenKeys // all that clients have given
	asked  map[string]int      // how often clients did what they should not have
	last   secret.Bytes        // the session that was saved last
	own    service.OwnKeys     // of who came in last
	silent bool                // it answers no question for a checkpoint
}

// lies are what a liar says in the place of the truth; nil: the truth.
type lies struct {
	password func(service.PasswordTerms) service.PasswordTerms
	code     func(service.CodeTerms) service.CodeTerms
	own      func(service.OwnKeys) service.OwnKeys
	vault    func(service.Vault) service.Vault
	holders  func([]service.KeyHolder) []service.KeyHolder
	shown    func(service.CheckpointQuery, service.Checkpoint) service.Checkpoint
	lets     secret.Bytes // in, whoever asks, without a look at password and code: a session that was saved
}

// newLiar is a place whose server tells the truth until it is told to lie.
func newLiar(t testing.TB) (*place, *liar) {
	t.Helper()
	l := &liar{asked: map[string]int{}}
	p := newPlaceWith(t, 0, func(w service.Served) service.Served {
		l.Served = w
		return l
	})
	return p, l
}

func (l *liar) lie(now lies) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lies, l.given, l.asked = now, nil, map[string]int{}
}

// say gives the truth as the liar tells it.
func say[T any](l *liar, truth T, which func(lies) func(T) T) T {
	l.mu.Lock()
	lie := which(l.lies)
	l.mu.Unlock()
	if lie == nil {
		return truth
	}
	return lie(truth)
}

func (l *liar) vault(v service.Vault) service.Vault {
	return say(l, v, func(i lies) func(service.Vault) service.Vault { return i.vault })
}

func (l *liar) holders(all []service.KeyHolder) []service.KeyHolder {
	return say(l, all, func(i lies) func([]service.KeyHolder) []service.KeyHolder { return i.holders })
}

func (l *liar) note(what string, given ...service.GivenKeys) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked[what]++
	l.given = append(l.given, given...)
}

// always is a hold that nobody takes away.
type always struct{}

func (always) Check() error               { return nil }
func (always) Keep(context.Context) error { return nil }

func (l *liar) latest() (session secret.Bytes, own service.OwnKeys) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.own
}

// was reports how often something was asked of the liar since it began to lie.
func (l *liar) was(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[what]
}

// gave reports whether a client has given keys to a public key.
func (l *liar) gave(recipient string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range l.given {
		if g.Recipient == recipient {
			return true
		}
	}
	return false
}

// Save saves the truth: what a client was told is no part of it.
func (l *liar) Save(v service.Value) (secret.Bytes, error) {
	if a, ok := v.SignIn.(lyingSignIn); ok {
		v.SignIn = a.SignInAttempt
	}
	if a, ok := v.Redeem.(lyingRedeem); ok {
		v.Redeem = a.RedeemAttempt
	}
	v.Session = truth(v.Session)
	saved, err := l.Served.Save(v)
	if v.Session != nil && saved.Len() > 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.last = secret.NewBytes(bytes.Clone(saved.Reveal()))
	}
	return saved, err
}

// truth is a session without the lies.
func truth(s service.Session) service.Session {
	if told, ok := s.(lyingSession); ok {
		return told.Session
	}
	return s
}

func (l *liar) Resume(ctx context.Context, saved secret.Bytes, hold service.Hold) (service.Value, error) {
	v, err := l.Served.Resume(ctx, saved, hold)
	if v.SignIn != nil {
		v.SignIn = lyingSignIn{v.SignIn, l}
	}
	if v.Redeem != nil {
		v.Redeem = lyingRedeem{v.Redeem, l}
	}
	if v.Session != nil {
		v.Session = lyingSession{v.Session, l}
	}
	return v, err
}

func (l *liar) AdminOf(ctx context.Context, s service.Session, watch bool) (service.Admin, error) {
	a, err := l.Served.AdminOf(ctx, truth(s), watch)
	if a == nil {
		return nil, err
	}
	return lyingAdmin{a, l}, err
}

func (l *liar) RunOf(ctx context.Context, s service.Session, number int) (service.PrintRun, error) {
	return l.Served.RunOf(ctx, truth(s), number)
}

func (l *liar) BeginSignIn(ctx context.Context, email, computer string) (service.SignInAttempt, error) {
	a, err := l.Served.BeginSignIn(ctx, email, computer)
	if err != nil {
		return nil, err
	}
	return lyingSignIn{a, l}, nil
}

type lyingSignIn struct {
	service.SignInAttempt
	l *liar
}

func (a lyingSignIn) Terms() service.PasswordTerms {
	return say(a.l, a.SignInAttempt.Terms(), func(i lies) func(service.PasswordTerms) service.PasswordTerms { return i.password })
}

func (a lyingSignIn) SignIn(ctx context.Context, in service.SignIn) (service.Session, service.Challenge, error) {
	a.l.note("sign-in")
	a.l.mu.Lock()
	lets := a.l.lies.lets
	a.l.mu.Unlock()
	if lets.Len() > 0 {
		v, err := a.l.Served.Resume(ctx, lets, always{})
		return a.l.session(v.Session), nil, err
	}
	s, c, err := a.SignInAttempt.SignIn(ctx, in)
	return a.l.session(s), c, err
}

func (l *liar) session(s service.Session) service.Session {
	if s == nil {
		return nil
	}
	if own := s.OwnKeys(); own.Recipient != "" {
		l.mu.Lock()
		l.own = own
		l.mu.Unlock()
	}
	return lyingSession{s, l}
}

func (l *liar) BeginRedeem(ctx context.Context, email string, kind service.RedeemKind) (service.RedeemAttempt, error) {
	a, err := l.Served.BeginRedeem(ctx, email, kind)
	if err != nil {
		return nil, err
	}
	return lyingRedeem{a, l}, nil
}

type lyingRedeem struct {
	service.RedeemAttempt
	l *liar
}

func (a lyingRedeem) Terms() service.CodeTerms {
	return say(a.l, a.RedeemAttempt.Terms(), func(i lies) func(service.CodeTerms) service.CodeTerms { return i.code })
}

func (a lyingRedeem) Redeem(ctx context.Context, next service.NewPassword) (service.Session, service.Challenge, error) {
	a.l.note("redeem")
	s, c, err := a.RedeemAttempt.Redeem(ctx, next)
	return a.l.session(s), c, err
}

type lyingSession struct {
	service.Session
	l *liar
}

func (s lyingSession) OwnKeys() service.OwnKeys {
	return say(s.l, s.Session.OwnKeys(), func(i lies) func(service.OwnKeys) service.OwnKeys { return i.own })
}

func (s lyingSession) Checkpoint(ctx context.Context, q service.CheckpointQuery) (service.Checkpoint, error) {
	s.l.mu.Lock()
	silent := s.l.silent
	s.l.mu.Unlock()
	if silent {
		return service.Checkpoint{}, store.ErrFailed
	}
	c, err := s.Session.Checkpoint(ctx, q)
	return say(s.l, c, func(i lies) func(service.Checkpoint) service.Checkpoint {
		if i.shown == nil {
			return nil
		}
		return func(c service.Checkpoint) service.Checkpoint { return i.shown(q, c) }
	}), err
}

func (s lyingSession) Vault(ctx context.Context) (service.Vault, error) {
	v, err := s.Session.Vault(ctx)
	return s.l.vault(v), err
}

func (s lyingSession) WaitingKeys(ctx context.Context) (service.Vault, []service.KeyHolder, error) {
	v, all, err := s.Session.WaitingKeys(ctx)
	return s.l.vault(v), s.l.holders(all), err
}

func (s lyingSession) GiveKeys(_ context.Context, _ string, given []service.GivenKeys) (int, error) {
	s.l.note("give", given...)
	return 0, nil
}

func (s lyingSession) ReadDocuments(ctx context.Context, q service.DocumentQuery) (service.DocumentRows, error) {
	r, err := s.Session.ReadDocuments(ctx, q)
	r.Vault = s.l.vault(r.Vault)
	return r, err
}

func (s lyingSession) AddDocuments(ctx context.Context, generation int, rows []service.DocumentRow) (bool, error) {
	s.l.note("add")
	return s.Session.AddDocuments(ctx, generation, rows)
}

func (s lyingSession) FoundVault(ctx context.Context, publicKey string, own service.WrappedKeyPair) error {
	s.l.note("found")
	return s.Session.FoundVault(ctx, publicKey, own)
}

type lyingAdmin struct {
	service.Admin
	l *liar
}

func (a lyingAdmin) RotationStart(ctx context.Context) (service.Vault, []service.KeyHolder, error) {
	v, all, err := a.Admin.RotationStart(ctx)
	return a.l.vault(v), a.l.holders(all), err
}

func (a lyingAdmin) BeginRotation(ctx context.Context, proof service.Proof, publicKey string, link []byte, given []service.GivenKeys) error {
	a.l.note("rotate", given...)
	return a.Admin.BeginRotation(ctx, proof, publicKey, link, given)
}
