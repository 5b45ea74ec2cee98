package remote

import (
	"context"
	"sync"
	"time"

	"countersign/backend/api"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// session is a profile that is signed in at a server. What it says of its own time is what the server's last answer said, as far as this
// computer's clock has gone since. A server can end it at any time, and lengthen it beyond what any workspace allows by nothing that it says.
type session struct {
	k     *connection
	token secret.Text
	began time.Time

	alive context.Context // until it is over: of open documents
	over  context.CancelFunc

	mu      sync.Mutex // guards what follows
	id      string
	welcome service.Welcome
	own     service.OwnKeys
	state   api.SessionState // as of the last answer
	at      time.Time        // of that answer
	used    time.Time        // that the person did something here, or was here
	ended   bool
	jobs    map[*job]bool
}

// touchAgain is how much of its time a session may have lost before a touch is worth a request.
const touchAgain = 5 * time.Second

func newSession(k *connection, start *api.SessionStart) *session {
	known, _ := k.known()
	alive, over := context.WithCancel(k.alive)
	now := k.now()
	return &session{
		k: k, token: start.Token.Text, id: start.ProfileID, welcome: start.Welcome, own: start.Own.Service(), began: now, at: now, used: now,
		state: api.SessionState{Remaining: known.Idle, Whole: true}, alive: alive, over: over, jobs: map[*job]bool{},
	}
}

func (s *session) bearer() secret.Text { return s.token }

// saw keeps what an answer says of the session.
func (s *session) saw(state *api.SessionState, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended: // an answer that was on its way
		return
	case state != nil:
		s.state, s.at = *state, s.k.now()
	case service.IsCode(err, service.CodeSessionEnded): // the server knows nothing of it any more
		s.state.Remaining, s.at = 0, s.k.now()
		s.state.LimitReached = s.at.Sub(s.began) >= service.SessionLimit
	default:
		return
	}
	if s.state.Remaining == 0 {
		s.finish()
	} else if !s.state.Whole {
		s.cutJobs()
	}
}

// finish is called with s.mu held.
func (s *session) finish() {
	s.ended = true
	s.own = service.OwnKeys{} // what is still at work has it, until it stops
	s.cutJobs()
	s.over()
}

// now is the session's state. When its time seems to be over the server is asked, which alone knows.
func (s *session) now() api.SessionState {
	state, sure := s.guess()
	if sure {
		return state
	}
	ctx, cancel := context.WithTimeout(s.alive, timeToConnect)
	defer cancel()
	_, err := call(ctx, s.k, s, api.Look, api.None{})
	if err != nil { // it cannot be asked: what this computer's clock says stands
		s.mu.Lock()
		if !s.ended {
			s.state.LimitReached = s.k.now().Sub(s.began) >= service.SessionLimit
			s.state.Remaining = 0
			s.finish()
		}
		s.mu.Unlock()
	}
	state, _ = s.guess()
	return state
}

// uses notes that the person does something, or is here.
func (s *session) uses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = s.k.now()
}

// most is how long it lasts whatever a server says. It is called with s.mu held.
func (s *session) most() time.Duration {
	now := s.k.now()
	return min(service.MaxIdleMinutes*time.Minute-service.Elapsed(s.used, now), service.SessionLimit-service.Elapsed(s.began, now))
}

// guess is the state by this computer's clock, and whether that is sure enough.
func (s *session) guess() (state api.SessionState, sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state = s.state
	if s.ended {
		state.Remaining = 0
		return state, true
	}
	most := s.most()
	if most <= 0 {
		s.state.Remaining, s.state.LimitReached = 0, service.Elapsed(s.began, s.k.now()) >= service.SessionLimit
		s.finish()
		return s.state, true
	}
	gone := service.Elapsed(s.at, s.k.now())
	if gone < 0 { // the clock went back: the server's did not
		return state, false
	}
	state.Remaining = max(0, min(state.Remaining-gone, most))
	return state, state.Remaining > 0
}

// ProfileID names the profile that is signed in.
func (s *session) ProfileID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// Welcome is what the person is told after this sign-in.
func (s *session) Welcome() service.Welcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.welcome
}

func (s *session) Remaining() time.Duration { return s.now().Remaining }
func (s *session) LimitReached() bool       { return s.now().LimitReached }
func (s *session) Overdue() bool            { return s.now().Overdue }

// Touch tells the server that the person is there, unless it was told so a moment ago. A server that cannot be reached is no reason to
// refuse: the session lasts until its time is over.
func (s *session) Touch() error {
	state := s.now()
	if state.Remaining == 0 {
		return service.Refuse(service.CodeSessionEnded)
	}
	s.uses()
	if known, _ := s.k.known(); state.Remaining > known.Idle-touchAgain {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.alive, timeToConnect)
	defer cancel()
	_, err := call(ctx, s.k, s, api.Touch, api.None{})
	if service.IsCode(err, service.CodeSessionEnded) {
		return err
	}
	return nil
}

// Whole refuses where the session is over, or may only finish an enrolment. It is no use of the session.
func (s *session) Whole() error {
	switch state := s.now(); {
	case state.Remaining == 0:
		return service.Refuse(service.CodeSessionEnded)
	case !state.Whole:
		return service.Refuse(service.CodeEnableFirst)
	}
	return nil
}

// End ends the session. A server that cannot be reached ends it by itself, when its time is over.
func (s *session) End(ctx context.Context) error {
	s.mu.Lock()
	s.state.Remaining = 0
	s.finish()
	s.mu.Unlock()
	s.stopJobs()
	ctx, cancel := context.WithTimeout(ctx, timeToConnect) // a window that closes waits for it
	defer cancel()
	_, err := call(ctx, s.k, ending{s.token}, api.End, api.None{})
	return err
}

// ending asks for a session that is over here.
type ending struct{ token secret.Text }

func (e ending) bearer() secret.Text        { return e.token }
func (ending) saw(*api.SessionState, error) {}

// job is long work of a session: see workspace.Session.Work.
type job struct {
	stop context.CancelFunc
	done chan struct{}
	once sync.Once
}

// Work begins a job: the session must be alive, and it counts as use. What runs under the context it gives stops when the session
// ends; end says that it has.
func (s *session) Work(ctx context.Context) (_ context.Context, end func(), err error) {
	if err := s.Whole(); err != nil {
		return nil, nil, err
	}
	if err := s.Touch(); err != nil {
		return nil, nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	j := &job{stop: stop, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended { // since it was looked at
		stop()
		return nil, nil, service.Refuse(service.CodeSessionEnded)
	}
	s.jobs[j] = true
	return ctx, func() {
		stop()
		s.mu.Lock()
		delete(s.jobs, j)
		s.mu.Unlock()
		j.once.Do(func() { close(j.done) })
	}, nil
}

// cutJobs tells what is under way to stop, and does not wait. It is called with s.mu held.
func (s *session) cutJobs() {
	for j := range s.jobs {
		j.stop()
	}
}

// stopJobs ends what is under way, and waits until it has let go.
func (s *session) stopJobs() {
	s.mu.Lock()
	var all []*job
	for j := range s.jobs {
		all = append(all, j)
	}
	s.mu.Unlock()
	for _, j := range all {
		j.stop()
		<-j.done
	}
}

// ask is call for a session, without a result.
func ask[In any](ctx context.Context, s *session, op api.Op[In, api.None], in In) error {
	_, err := call(ctx, s.k, s, op, in)
	return err
}

func (s *session) Overview(ctx context.Context) (service.Overview, error) {
	return call(ctx, s.k, s, api.Overview, api.None{})
}

func (s *session) OwnLog(ctx context.Context, before int64, limit int) (service.LogPage, error) {
	return call(ctx, s.k, s, api.OwnLog, api.OwnLogRequest{Before: before, Limit: limit})
}

func (s *session) Checkpoint(ctx context.Context, q service.CheckpointQuery) (service.Checkpoint, error) {
	return call(ctx, s.k, s, api.Checkpoint, q)
}

func (s *session) Checklist(ctx context.Context) (service.Checklist, error) {
	return call(ctx, s.k, s, api.Checklist, api.None{})
}

func (s *session) PutChecklistAway(ctx context.Context, away bool) error {
	return ask(ctx, s, api.PutChecklistAway, api.On{On: away})
}

func (s *session) PutNewsAway(ctx context.Context, number int64) error {
	return ask(ctx, s, api.PutNewsAway, api.PutNewsAwayRequest{Number: number})
}

func (s *session) Rename(ctx context.Context, name string) error {
	return ask(ctx, s, api.Rename, api.Name{Name: name})
}

func (s *session) SetLanguage(ctx context.Context, tag string) error {
	return ask(ctx, s, api.SetLanguage, api.Language{Language: tag})
}

func (s *session) CheckEmail(ctx context.Context, email string) error {
	return ask(ctx, s, api.CheckEmail, api.Email{Email: email})
}

func (s *session) ChangeEmail(ctx context.Context, email string, proof service.Proof) error {
	return ask(ctx, s, api.ChangeEmail, api.ChangeEmailRequest{Email: email, Proof: api.ProofOf(proof)})
}

func (s *session) ChangePassword(ctx context.Context, current service.Proof, next service.NewPassword) error {
	err := ask(ctx, s, api.ChangePassword, api.ChangePasswordRequest{Current: api.ProofOf(current), Next: api.NewPasswordOf(next)})
	if err == nil {
		s.has(service.OwnKeys{Lock: next.Lock, Recipient: next.KeyPair.Recipient, Wrapped: next.KeyPair.Wrapped})
	}
	return err
}

// OwnKeys are what the key pair of the profile is unwrapped with.
func (s *session) OwnKeys() service.OwnKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own
}

func (s *session) has(own service.OwnKeys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.own = own
	}
}

func (s *session) Computers(ctx context.Context) (service.Computers, error) {
	return call(ctx, s.k, s, api.Computers, api.None{})
}

func (s *session) GiveComputerCode(ctx context.Context, code service.NewOneTime, proof service.Proof) (service.GivenOut, error) {
	return call(ctx, s.k, s, api.GiveComputerCode, api.GiveComputerCodeRequest{Code: api.NewOneTimeOf(code), Proof: api.ProofOf(proof)})
}

func (s *session) EndComputerCode(ctx context.Context) error {
	return ask(ctx, s, api.EndComputerCode, api.None{})
}

func (s *session) RenameComputer(ctx context.Context, id, name string) error {
	return ask(ctx, s, api.RenameComputer, api.RenameComputerRequest{ID: id, Name: name})
}

func (s *session) RemoveComputers(ctx context.Context, ids []string, current service.Proof, next service.NewPassword) error {
	err := ask(ctx, s, api.RemoveComputers, api.RemoveComputersRequest{IDs: ids, Current: api.ProofOf(current), Next: api.NewPasswordOf(next)})
	if err == nil {
		s.has(service.OwnKeys{Lock: next.Lock, Recipient: next.KeyPair.Recipient, Wrapped: next.KeyPair.Wrapped})
	}
	return err
}

func (s *session) SaveComputer(ctx context.Context, c service.NewComputer) error {
	return ask(ctx, s, api.SaveComputer, c)
}

func (s *session) StepUp(ctx context.Context, acts service.Acts) (service.StepUpNeeds, error) {
	return call(ctx, s.k, s, api.StepUp, api.StepUpRequest{Acts: acts})
}

func (s *session) BeginProof(ctx context.Context) (t service.PasswordTerms, name, email string, err error) {
	p, err := call(ctx, s.k, s, api.BeginProof, api.None{})
	return p.Terms, p.Name, p.Email, err
}

func (s *session) ForOneAct(ctx context.Context) error {
	return ask(ctx, s, api.ForOneAct, api.None{})
}

func (s *session) BeginEnable(ctx context.Context, proof service.Proof) (service.Shown, error) {
	shown, err := call(ctx, s.k, s, api.BeginEnable, api.ByProof{Proof: api.ProofOf(proof)})
	return shown.Service(), err
}

func (s *session) BeginChangePhone(ctx context.Context, app int, proof service.Proof) (service.Shown, error) {
	shown, err := call(ctx, s.k, s, api.BeginChangePhone, api.ChangePhoneRequest{App: app, Proof: api.ProofOf(proof)})
	return shown.Service(), err
}

func (s *session) BeginAddApp(ctx context.Context, name string, proof service.Proof) (service.Shown, error) {
	shown, err := call(ctx, s.k, s, api.BeginAddApp, api.AddAppRequest{Name: name, Proof: api.ProofOf(proof)})
	return shown.Service(), err
}

func (s *session) RenameApp(ctx context.Context, app int, name string) error {
	return ask(ctx, s, api.RenameApp, api.RenameAppRequest{App: app, Name: name})
}

func (s *session) RemoveApp(ctx context.Context, app int, proof service.Proof) error {
	return ask(ctx, s, api.RemoveApp, api.RemoveAppRequest{App: app, Proof: api.ProofOf(proof)})
}

func (s *session) Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error) {
	return call(ctx, s.k, s, api.Confirm, api.ConfirmRequest{Code: api.Text{Text: input}, Made: api.NewSetOf(made)})
}

func (s *session) Continue(ctx context.Context) error {
	return ask(ctx, s, api.Continue, api.None{})
}

func (s *session) CancelEnrolment(ctx context.Context) error {
	return ask(ctx, s, api.CancelEnrolment, api.None{})
}

func (s *session) Disable(ctx context.Context, in service.FactorInput) error {
	return ask(ctx, s, api.Disable, api.ByFactor{Factor: api.FactorOf(in)})
}

func (s *session) BeginRecovery(ctx context.Context) (service.CodeTerms, error) {
	return call(ctx, s.k, s, api.BeginRecovery, api.None{})
}

func (s *session) BeginNewCodes(ctx context.Context, made service.NewSet, proof service.Proof) (*service.Issued, error) {
	return call(ctx, s.k, s, api.BeginNewCodes, api.BeginNewCodesRequest{Made: api.NewSetOf(made), Proof: api.ProofOf(proof)})
}

func (s *session) KeepNewCodes(ctx context.Context) error {
	return ask(ctx, s, api.KeepNewCodes, api.None{})
}

func (s *session) CancelNewCodes(ctx context.Context) error {
	return ask(ctx, s, api.CancelNewCodes, api.None{})
}

func (s *session) Acknowledge(ctx context.Context, word secret.Text) error {
	return ask(ctx, s, api.Acknowledge, api.Word{Word: api.Text{Text: word}})
}

func (s *session) CheckCodes(ctx context.Context, typed secret.Text) error {
	return ask(ctx, s, api.CheckCodes, api.Word{Word: api.Text{Text: typed}})
}

func (s *session) PostponeCheck(ctx context.Context) error {
	return ask(ctx, s, api.PostponeCheck, api.None{})
}

func (s *session) NotMe(ctx context.Context) error { return ask(ctx, s, api.NotMe, api.None{}) }

func (s *session) Showing(ctx context.Context) (service.Issued, error) {
	return call(ctx, s.k, s, api.Showing, api.None{})
}

func (s *session) ShowingKey(ctx context.Context) (secret.Text, error) {
	key, err := call(ctx, s.k, s, api.ShowingKey, api.None{})
	return key.Text, err
}

func (s *session) SaveKeyPair(ctx context.Context, pair service.WrappedKeyPair) error {
	err := ask(ctx, s, api.SaveKeyPair, api.KeyPair{Pair: pair})
	if err == nil {
		own := s.OwnKeys()
		own.Recipient, own.Wrapped = pair.Recipient, pair.Wrapped
		s.has(own)
	}
	return err
}

func (s *session) Vault(ctx context.Context) (service.Vault, error) {
	return call(ctx, s.k, s, api.Vault, api.None{})
}

func (s *session) WaitingKeys(ctx context.Context) (service.Vault, []service.KeyHolder, error) {
	w, err := call(ctx, s.k, s, api.WaitingKeys, api.None{})
	return w.Vault, w.Holders, err
}

func (s *session) GiveKeys(ctx context.Context, publicKey string, given []service.GivenKeys) (int, error) {
	return call(ctx, s.k, s, api.GiveKeys, api.GiveKeysRequest{PublicKey: publicKey, Given: given})
}

func (s *session) FoundVault(ctx context.Context, publicKey string, own service.WrappedKeyPair) error {
	return ask(ctx, s, api.FoundVault, api.FoundVaultRequest{PublicKey: publicKey, Own: own})
}

func (s *session) ReadDocuments(ctx context.Context, q service.DocumentQuery) (service.DocumentRows, error) {
	return call(ctx, s.k, s, api.ReadDocuments, q)
}

func (s *session) AddDocuments(ctx context.Context, generation int, rows []service.DocumentRow) (bool, error) {
	added, err := call(ctx, s.k, s, api.AddDocuments, api.AddDocumentsRequest{Generation: generation, Rows: rows})
	if service.IsCode(err, service.CodeAnswerLost) { // it was carried out, and so they are there
		return true, nil
	}
	return added, err
}

func (s *session) ChangeDocuments(ctx context.Context, act service.DocumentAct, generation int, all []service.ChangedDocument) error {
	return ask(ctx, s, api.ChangeDocuments, api.ChangeDocumentsRequest{Act: act, Generation: generation, All: all})
}

func (s *session) EmptyBin(ctx context.Context) (int, error) {
	return call(ctx, s.k, s, api.EmptyBin, api.None{})
}

func (s *session) NoteOpened(ctx context.Context, id string, copied bool) error {
	return ask(ctx, s, api.NoteOpened, api.NoteOpenedRequest{ID: id, Copied: copied})
}

func (s *session) NoteChecked(ctx context.Context, all, bad, unknown int) error {
	return ask(ctx, s, api.NoteChecked, api.NoteCheckedRequest{All: all, Bad: bad, Unknown: unknown})
}

func (s *session) Happened(ctx context.Context, after int64) (service.Happened, error) {
	return call(ctx, s.k, s, api.WhatHappened, api.After{After: after})
}

func (s *session) MissingFiles(ctx context.Context, ids []string) (map[string]bool, error) {
	return call(ctx, s.k, s, api.MissingFiles, api.IDs{IDs: ids})
}

func (s *session) UnknownFiles(ctx context.Context) ([]string, error) {
	return call(ctx, s.k, s, api.UnknownFiles, api.None{})
}

func (s *session) Admin(ctx context.Context) (service.Admin, error) { return s.admin(ctx, false) }

func (s *session) Watcher(ctx context.Context) (service.Admin, error) { return s.admin(ctx, true) }

func (s *session) admin(ctx context.Context, watch bool) (service.Admin, error) {
	if err := ask(ctx, s, api.Admin, api.AdminRequest{Watch: watch}); err != nil {
		return nil, err
	}
	return &admin{s, watch}, nil
}

// enrolmentSession is somebody who got in as far as enrolling a phone. Its session may do no more until Enter.
type enrolmentSession struct {
	s    *session
	kind service.EnrolmentKind
}

func (e *enrolmentSession) Kind() service.EnrolmentKind   { return e.kind }
func (e *enrolmentSession) Remaining() time.Duration      { return e.s.Remaining() }
func (e *enrolmentSession) LimitReached() bool            { return e.s.LimitReached() }
func (e *enrolmentSession) Overdue() bool                 { return e.s.Overdue() }
func (e *enrolmentSession) Touch() error                  { return e.s.Touch() }
func (e *enrolmentSession) End(ctx context.Context) error { return e.s.End(ctx) }

func (e *enrolmentSession) Begin(ctx context.Context) (service.Shown, error) {
	shown, err := call(ctx, e.s.k, e.s, api.Begin, api.None{})
	return shown.Service(), err
}

func (e *enrolmentSession) Confirm(ctx context.Context, input secret.Text, made service.NewSet) (*service.Issued, error) {
	return e.s.Confirm(ctx, input, made)
}

func (e *enrolmentSession) Continue(ctx context.Context) error { return e.s.Continue(ctx) }
func (e *enrolmentSession) CancelEnrolment(ctx context.Context) error {
	return e.s.CancelEnrolment(ctx)
}

func (e *enrolmentSession) Showing(ctx context.Context) (service.Issued, error) {
	return e.s.Showing(ctx)
}

func (e *enrolmentSession) ShowingKey(ctx context.Context) (secret.Text, error) {
	return e.s.ShowingKey(ctx)
}

// Enter gives the session, once the phone is enrolled. It is the one that enrolled, with the same token.
func (e *enrolmentSession) Enter(ctx context.Context) (service.Session, error) {
	start, err := call(ctx, e.s.k, e.s, api.Enter, api.None{})
	if start == nil {
		return nil, err
	}
	e.s.has(start.Own.Service())
	e.s.mu.Lock()
	defer e.s.mu.Unlock()
	e.s.id, e.s.welcome = start.ProfileID, start.Welcome
	return e.s, err
}
