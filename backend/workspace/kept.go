package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
)

// What a server keeps of a value of this package while nobody uses it, so that another instance goes on with it: see service.Served. It has
// what is in memory only. What is in the store is read again: what a lock unwraps, who somebody is, and how far a print run is.

// keptForm is raised where an older version would misread what is saved: it ends what it cannot read.
const keptForm = 1

type kept struct {
	Form      int
	SignIn    *keptSignIn    `json:",omitempty"`
	Redeem    *keptRedeem    `json:",omitempty"`
	Kit       *keptKit       `json:",omitempty"`
	Challenge *keptChallenge `json:",omitempty"`
	Locked    *keptLocked    `json:",omitempty"`
	Session   *keptSession   `json:",omitempty"`
	Enrolment *keptDoor      `json:",omitempty"` // beside Session
	Entered   bool           `json:",omitempty"` // with Enrolment: the session is
}

type keptSignIn struct {
	Key    string
	At     string
	Nonce  []byte
	MadeAt time.Time
}

type keptKit struct {
	Nonce  []byte
	MadeAt time.Time
}

type keptRedeem struct {
	Key       string
	Kinds     []store.OneTimeKind
	MadeAt    time.Time
	Right     bool          `json:",omitempty"`
	ProfileID string        `json:",omitempty"` // with Right, and all that follows
	Epoch     int           `json:",omitempty"`
	OneTime   store.OneTime `json:",omitzero"`
	Guess     keptGuess     `json:",omitzero"`
}

type keptGuess struct {
	Subject  string
	Kind     store.Kind
	Failures int
	Lock     time.Time
}

type keptChallenge struct {
	ProfileID               string
	Epoch                   int
	At                      string
	MadeAt                  time.Time
	MustEnrol, Short, Alone bool
	Over                    bool            `json:",omitempty"`
	Redeems                 *keptRedemption `json:",omitempty"`
}

type keptRedemption struct {
	Code store.OneTime
	Next keptPassword
}

// keptPassword is a NewPassword with what elides itself.
type keptPassword struct {
	service.NewPassword
	Lock []byte
}

type keptLocked struct {
	ID                string
	At                string
	Epoch             int
	Nonce             []byte
	StartedAt, Latest time.Time
	Wrong             int
}

type keptSession struct {
	ID                        string
	At                        string
	Epoch                     int
	Began                     map[string]string
	StartedAt, UsedAt, Latest time.Time
	Waiting                   keptGrant                  `json:",omitzero"`
	Stood                     bool                       `json:",omitempty"`
	Confirms                  map[service.Acts]keptGrant `json:",omitempty"`
	Nonces                    []keptNonce                `json:",omitempty"`
	Off, Short, EnrolOnly     bool                       `json:",omitempty"`
	Admin                     bool                       `json:",omitempty"`
	Enrolling, Over, Overdue  bool                       `json:",omitempty"`
	Run                       keptRun                    `json:",omitzero"`
	Enrolment                 *keptEnrolment             `json:",omitempty"`
	NewCodes                  *keptCodes                 `json:",omitempty"`
}

type keptGrant struct {
	At  time.Time
	How map[string]string
}

type keptNonce struct {
	Nonce []byte
	At    time.Time
}

// keptRun is a print run, the rest of which is in the store.
type keptRun struct {
	Number, Made int
	ApprovedBy   string
}

type keptEnrolment struct {
	Intent store.Intent
	Item   []byte
	Codes  bool
	Shown  *keptCodes `json:",omitempty"`
}

type keptCodes struct {
	Issued service.Issued
	Set    store.Set
}

// keptDoor is an EnrolmentSession, beside its session.
type keptDoor struct {
	Kind    service.EnrolmentKind
	Done    bool
	Welcome service.Welcome
}

// Served gives the workspace as a server has it.
func (w *Workspace) Served() service.Served { return asWorkspace{w} }

// Refresh implements service.Served.
func (w asWorkspace) Refresh(ctx context.Context) error { return w.view(ctx, w.refresh) }

// refresh takes in what another instance may have changed.
func (w *Workspace) refresh(tx store.ReadTx) error {
	info, err := tx.Info()
	if err == nil {
		w.cacheInfo(info)
	}
	return err
}

// Save implements service.Served.
func (w asWorkspace) Save(v service.Value) (secret.Bytes, error) {
	k := kept{Form: keptForm}
	over := false
	switch {
	case v.SignIn != nil:
		k.SignIn, over = v.SignIn.(asSignIn).kept()
	case v.Redeem != nil:
		k.Redeem, over = v.Redeem.(asRedeem).kept()
	case v.Kit != nil:
		k.Kit, over = v.Kit.(asKit).kept()
	case v.Challenge != nil:
		k.Challenge = v.Challenge.(asChallenge).kept()
	case v.Locked != nil:
		k.Locked, over = v.Locked.(asLocked).kept()
	case v.Enrolment != nil:
		g := v.Enrolment.(asEnrolment).EnrolmentSession
		k.Session, k.Enrolment, k.Entered = g.s.kept(), &keptDoor{g.kind, g.done, g.s.welcome}, v.Session != nil
	case v.Session != nil:
		k.Session = v.Session.(asSession).kept()
	default:
		return secret.Bytes{}, errors.New("there is nothing to be saved")
	}
	if over {
		return secret.Bytes{}, nil
	}
	b, err := json.Marshal(k)
	return secret.NewBytes(b), err
}

// errKeptForm is for what another version has saved.
var errKeptForm = errors.New("what was saved is of another form")

// Resume implements service.Served.
func (w asWorkspace) Resume(ctx context.Context, saved secret.Bytes, hold service.Hold) (v service.Value, err error) {
	var k kept
	if err := json.Unmarshal(saved.Reveal(), &k); err != nil || k.Form != keptForm {
		return v, refuse(service.CodeSessionEnded).Because(errKeptForm)
	}
	if k.SignIn == nil && k.Challenge == nil { // which look at it themselves
		if err := w.Refresh(ctx); err != nil {
			return v, err
		}
	}
	switch {
	case k.SignIn != nil:
		terms := service.PasswordTerms{WorkspaceID: w.ID(), Nonce: k.SignIn.Nonce}
		v.SignIn = asSignIn{&SignInAttempt{PasswordTerms: terms, w: w.Workspace, key: k.SignIn.Key, at: k.SignIn.At, madeAt: k.SignIn.MadeAt}}
	case k.Redeem != nil:
		a, err := w.resumeRedeem(ctx, *k.Redeem)
		if err != nil {
			return v, err
		}
		v.Redeem = asRedeem{a}
	case k.Kit != nil:
		terms := service.KitTerms{WorkspaceID: w.ID(), Nonce: k.Kit.Nonce}
		v.Kit = asKit{&KitAttempt{KitTerms: terms, w: w.Workspace, madeAt: k.Kit.MadeAt}}
	case k.Challenge != nil:
		c, err := w.resumeChallenge(ctx, *k.Challenge)
		if err != nil {
			return v, err
		}
		v.Challenge = asChallenge{c}
	case k.Locked != nil:
		l := k.Locked
		terms := service.PasswordTerms{WorkspaceID: w.ID(), Nonce: l.Nonce}
		v.Locked = asLocked{&Locked{PasswordTerms: terms, w: w.Workspace, id: l.ID, at: l.At, epoch: l.Epoch, startedAt: l.StartedAt, elapsing: elapsing{latest: l.Latest}, wrong: l.Wrong}}
	case k.Session != nil:
		s, err := w.resumeSession(*k.Session, hold)
		if err != nil || k.Enrolment == nil {
			v.Session = asSession{s}
			return v, err
		}
		s.welcome = k.Enrolment.Welcome
		if k.Enrolment.Done { // Enter gives them
			if err := s.readOwnKeys(ctx); err != nil {
				return v, err
			}
		}
		v.Enrolment = asEnrolment{&EnrolmentSession{s: s, kind: k.Enrolment.Kind, done: k.Enrolment.Done}}
		if k.Entered {
			v.Session = asSession{s}
		}
	default:
		return v, refuse(service.CodeSessionEnded).Because(errKeptForm)
	}
	return v, nil
}

// AdminOf implements service.Served.
func (w asWorkspace) AdminOf(ctx context.Context, s service.Session, watch bool) (service.Admin, error) {
	in := s.(asSession).Session
	in.mu.Lock()
	was := in.wasAdmin
	in.mu.Unlock()
	if was {
		return admin(&Admin{in, watch}), nil
	}
	a, err := in.admin(ctx, watch)
	return as(a, admin, err)
}

// RunOf implements service.Served.
func (w asWorkspace) RunOf(ctx context.Context, s service.Session, number int) (service.PrintRun, error) {
	in := s.(asSession).Session
	run, err := in.lastRun(ctx)
	if err != nil {
		return nil, err
	}
	if run == nil || run.run.Number != number {
		return nil, refuse(service.CodeRunOver)
	}
	return run, nil
}

func (a asSignIn) kept() (*keptSignIn, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &keptSignIn{a.key, a.at, a.Nonce, a.madeAt}, a.over
}

func (l asLocked) kept() (*keptLocked, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &keptLocked{l.id, l.at, l.epoch, l.Nonce, l.startedAt, l.latest, l.wrong}, l.over
}

func (a asKit) kept() (*keptKit, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &keptKit{a.Nonce, a.madeAt}, a.over
}

func (a asRedeem) kept() (*keptRedeem, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := &keptRedeem{Key: a.key, Kinds: a.kinds, MadeAt: a.madeAt, Right: a.right}
	if a.right {
		k.ProfileID, k.Epoch, k.OneTime = a.profile.ID, a.profile.Epoch, a.oneTime
		k.Guess = keptGuess{a.guess.subject, a.guess.kind, a.guess.failures, a.guess.lock}
	}
	return k, a.over
}

// resumeRedeem reads again whose it is.
func (w *Workspace) resumeRedeem(ctx context.Context, k keptRedeem) (*RedeemAttempt, error) {
	a := &RedeemAttempt{w: w, key: k.Key, kinds: k.Kinds, madeAt: k.MadeAt, right: k.Right, oneTime: k.OneTime}
	a.guess = attempt{k.Guess.Subject, k.Guess.Kind, k.Guess.Failures, k.Guess.Lock}
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		if !k.Right {
			a.profile, a.on, a.info, err = whoRedeems(tx, k.Key)
			return err
		}
		if a.info, err = tx.Info(); err != nil {
			return err
		}
		if a.profile, err = asOf(tx, k.ProfileID, k.Epoch); err != nil {
			return err
		}
		_, err = tx.Factor(a.profile.ID)
		a.on = err == nil
		return ignoreMissing(err)
	})
	return a, err
}

// asOf reads a profile that something was proven of in an epoch. Errors: challenge_ended where it has moved on.
func asOf(tx store.ReadTx, id string, epoch int) (store.Profile, error) {
	p, err := tx.Profile(id)
	if err != nil {
		return p, absent(err, service.CodeChallengeEnded)
	}
	return p, refuseUnless(p.Epoch == epoch, nil, service.CodeChallengeEnded)
}

func (c asChallenge) kept() *keptChallenge {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &keptChallenge{ProfileID: c.profile.ID, Epoch: c.profile.Epoch, At: c.at, MadeAt: c.madeAt, MustEnrol: c.mustEnrol, Short: c.short, Alone: c.alone, Over: c.over}
	if c.redeems != nil {
		k.Redeems = &keptRedemption{c.redeems.code, keptPassword{c.redeems.next, c.redeems.next.Lock.Reveal()}}
	}
	return k
}

func (w *Workspace) resumeChallenge(ctx context.Context, k keptChallenge) (*Challenge, error) {
	c := &Challenge{w: w, at: k.At, madeAt: k.MadeAt, mustEnrol: k.MustEnrol, short: k.Short, alone: k.Alone, over: k.Over}
	if k.Redeems != nil {
		next := k.Redeems.Next.NewPassword
		next.Lock = secret.NewBytes(k.Redeems.Next.Lock)
		c.redeems = &redemption{k.Redeems.Code, next}
	}
	err := w.view(ctx, func(tx store.ReadTx) (err error) {
		if err := w.refresh(tx); err != nil {
			return err
		}
		c.profile, err = asOf(tx, k.ProfileID, k.Epoch)
		return err
	})
	return c, err
}

// kept is called while no use case runs but the one that calls it.
func (s *Session) kept() *keptSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := &keptSession{
		ID: s.id, At: s.at, Epoch: s.epoch, Began: s.began, StartedAt: s.startedAt, UsedAt: s.usedAt, Latest: s.latest, Waiting: keptGrant{s.waiting.at, s.waiting.how}, Stood: s.stood,
		Off: s.off, Short: s.short, EnrolOnly: s.enrolOnly, Enrolling: s.enrolling, Over: s.over, Overdue: s.overdue, Admin: s.wasAdmin, Run: s.ran,
	}
	for acts, g := range s.confirms {
		if k.Confirms == nil {
			k.Confirms = map[service.Acts]keptGrant{}
		}
		k.Confirms[acts] = keptGrant{g.at, g.how}
	}
	for _, n := range s.nonces {
		k.Nonces = append(k.Nonces, keptNonce{n.nonce, n.at})
	}
	if s.run != nil {
		k.Run = s.run.kept()
	}
	if e := s.enrolment; e != nil {
		k.Enrolment = &keptEnrolment{Intent: e.intent, Item: e.item.Reveal(), Codes: e.codes}
		if e.issued != nil {
			k.Enrolment.Shown = &keptCodes{*e.issued, e.set}
		}
	}
	if n := s.newCodes; n != nil {
		k.NewCodes = &keptCodes{n.issued, n.set}
	}
	return k
}

func (w *Workspace) resumeSession(k keptSession, hold service.Hold) (*Session, error) {
	s := &Session{
		w: w, id: k.ID, at: k.At, epoch: k.Epoch, before: k.Epoch, began: k.Began, startedAt: k.StartedAt, usedAt: k.UsedAt, elapsing: elapsing{latest: k.Latest}, waiting: grant{k.Waiting.At, k.Waiting.How}, stood: k.Stood,
		off: k.Off, short: k.Short, enrolOnly: k.EnrolOnly, enrolling: k.Enrolling, over: k.Over, overdue: k.Overdue, wasAdmin: k.Admin, ran: k.Run, hold: hold,
	}
	for acts, g := range k.Confirms {
		if s.confirms == nil {
			s.confirms = map[service.Acts]grant{}
		}
		s.confirms[acts] = grant{g.At, g.How}
	}
	for _, n := range k.Nonces {
		s.nonces = append(s.nonces, issuedNonce{n.Nonce, n.At})
	}
	if e := k.Enrolment; e != nil {
		key, err := totp.FromBase32(string(e.Item))
		if err != nil {
			return nil, fmt.Errorf("an enrolment that was saved: %w", err)
		}
		s.enrolment = &enrolment{intent: e.Intent, key: key, item: secret.NewBytes(e.Item), codes: e.Codes}
		if e.Shown != nil {
			s.enrolment.issued, s.enrolment.set = &e.Shown.Issued, e.Shown.Set
		}
	}
	if n := k.NewCodes; n != nil {
		s.newCodes = &newCodes{n.Issued, n.Set}
	}
	return s, nil
}

// readOwnKeys reads what unwraps the profile’s key pair.
func (s *Session) readOwnKeys(ctx context.Context) error {
	return s.w.view(ctx, func(tx store.ReadTx) error {
		p, err := tx.Profile(s.id)
		if err != nil || p.Epoch != s.epoch {
			return ignoreMissing(err) // the session is over: whoever enters is told
		}
		s.own, err = s.w.ownKeys(tx, p)
		return err
	})
}

func (r *PrintRun) kept() keptRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	return keptRun{r.run.Number, r.made, r.second}
}

// lastRun is the session’s print run under way, or the last one; nil for none.
func (s *Session) lastRun(ctx context.Context) (*PrintRun, error) {
	s.mu.Lock()
	run, ran := s.run, s.ran
	s.mu.Unlock()
	if run != nil || ran.Number == 0 {
		return run, nil
	}
	run, err := s.resumeRun(ctx, ran)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = run
	return run, nil
}

// resumeRun goes on with a run as the store has it.
func (s *Session) resumeRun(ctx context.Context, k keptRun) (*PrintRun, error) {
	r := &PrintRun{a: &Admin{s, false}, made: k.Made, second: k.ApprovedBy}
	err := s.w.view(ctx, func(tx store.ReadTx) (err error) {
		if r.run, err = tx.Run(k.Number); err != nil {
			return absent(err, service.CodeRunOver)
		}
		if r.info, err = tx.Info(); err != nil || r.run.State == store.RunIssuing {
			return err
		}
		_, r.inForce, err = setsOf(tx, k.Number)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.state, r.members = r.run.State, make([]store.Profile, len(r.run.Members))
	for i, id := range r.run.Members {
		r.members[i].ID = id
	}
	switch {
	case r.state != store.RunIssuing:
		r.stage = stagePutting
	case r.made == len(r.members):
		r.stage = stageMade
	}
	return r, nil
}

// madeSets are the sets of a run, in its order. Those of a run that was resumed are in the store.
func (r *PrintRun) madeSets(ctx context.Context) error {
	if len(r.sets) == r.made {
		return nil
	}
	return r.a.s.w.view(ctx, func(tx store.ReadTx) error {
		entries, err := tx.Ledger(r.run.Number)
		if err != nil {
			return err
		}
		sets := make([]store.Set, 0, len(entries))
		for _, e := range entries {
			set, err := tx.Set(e.SetID)
			if err != nil {
				return err
			}
			sets = append(sets, set)
		}
		if len(sets) != len(r.members) {
			return refuse(service.CodeRunOver)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.sets = sets
		return nil
	})
}
