package remote_test

import (
	"context"
	"sync"
	"testing"

	"countersign/backend/service"
)

// liar is a server whose operator has changed it: it answers what the test says, and keeps what it was given.
type liar struct {
	service.Workspace

	mu    sync.Mutex
	lies  lies
	given []service.GivenKeys // all that clients have given
	asked map[string]int      // how often clients did what they should not have
	last  service.Session     // that somebody was given
}

// lies are what a liar says in the place of the truth; nil: the truth.
type lies struct {
	password func(service.PasswordTerms) service.PasswordTerms
	code     func(service.CodeTerms) service.CodeTerms
	own      func(service.OwnKeys) service.OwnKeys
	vault    func(service.Vault) service.Vault
	holders  func([]service.KeyHolder) []service.KeyHolder
	lets     service.Session // in, whoever asks, without a look at password and code
}

// newLiar is a place whose server tells the truth until it is told to lie.
func newLiar(t testing.TB) (*place, *liar) {
	t.Helper()
	l := &liar{asked: map[string]int{}}
	p := newPlaceWith(t, 0, func(w service.Workspace) service.Workspace {
		l.Workspace = w
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

func (l *liar) latest() service.Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
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

func (l *liar) BeginSignIn(ctx context.Context, email string) (service.SignInAttempt, error) {
	a, err := l.Workspace.BeginSignIn(ctx, email)
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

func (a lyingSignIn) SignIn(ctx context.Context, signature []byte, short bool) (service.Session, service.Challenge, error) {
	a.l.note("sign-in")
	a.l.mu.Lock()
	lets := a.l.lies.lets
	a.l.mu.Unlock()
	if lets != nil {
		return lyingSession{lets, a.l}, nil, nil
	}
	s, c, err := a.SignInAttempt.SignIn(ctx, signature, short)
	return a.l.session(s), c, err
}

func (l *liar) session(s service.Session) service.Session {
	if s == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = s
	return lyingSession{s, l}
}

func (l *liar) BeginRedeem(ctx context.Context, email string) (service.RedeemAttempt, error) {
	a, err := l.Workspace.BeginRedeem(ctx, email)
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

func (s lyingSession) Admin(ctx context.Context) (service.Admin, error) {
	a, err := s.Session.Admin(ctx)
	if err != nil {
		return nil, err
	}
	return lyingAdmin{a, s.l}, nil
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
