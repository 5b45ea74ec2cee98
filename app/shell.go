package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/keychain"
	"countersign/backend/keyfile"
	"countersign/backend/secret"
	"countersign/backend/sqlite"
	"countersign/backend/workspace"
)

// shell holds what the bound structs share: the open workspace, and at most one
// challenge or session, as there is one window.
type shell struct {
	path    string
	desktop desktop
	secrets workspace.Secrets // the system's keychain
	now     func() time.Time
	cost    func(*workspace.Config) // tests lower the cost of hashing
	alarm   func(time.Duration, func()) *time.Timer

	logger atomic.Pointer[slog.Logger]

	opening sync.Mutex    // one opening at a time; held while the keychain answers, unlike mu
	file    *keyfile.File // the secrets file once it is unlocked, in the keychain's place; under opening

	reviewing *reviewing // a sealed workspace that an owner looks at; under opening

	mu            sync.Mutex
	ctx           context.Context
	opened        *opened
	unlogged      []func() // what waits for the log
	challenge     *workspace.Challenge
	chToken       string
	inside        inside             // who is in: session or gate
	session       *workspace.Session // nil while there is none, or only a gate
	gate          *workspace.Gate    // nil but for somebody who may only enrol a phone
	token         string
	given         []workspace.GivenOut          // one-time codes on the screen
	run           *pendingRun                   // a print run whose sheets are on their way
	adding        addQueue                      // contracts on their way, and those that wait
	dropped       map[int]*dropping             // files that the page is sending, by number
	drops         int                           // the last of these numbers
	stopContracts map[string]context.CancelFunc // of long works on contracts, by kind
	picked        *pickedList                   // members to import
	stopAdding    context.CancelFunc            // of an import under way
	export        *pickedExport                 // a file to open and verify
	timer         *time.Timer                   // when the session may have ended
	lockedFor     string                        // why, for a page that begins anew; empty once somebody is there

	ending    sync.WaitGroup // sessions that are being undone
	clipboard clipboardGuard
	letters   letterbox
	preview   previewing
}

// inside is somebody who is in: with a session, or with a gate.
type inside interface {
	Touch() error
	Remaining() time.Duration
	LimitReached() bool
	Overdue() bool
	End(ctx context.Context) error
}

// enroller is somebody who enrols a phone, with a session or with a gate.
type enroller interface {
	inside
	Confirm(ctx context.Context, code string) (*workspace.Issued, error)
	Continue(ctx context.Context) error
	CancelEnrolment(ctx context.Context) error
	Showing() (workspace.Issued, error)
	ShowingKey() (secret.Text, error)
}

// opened is a data folder that is open and held.
type opened struct {
	store     *sqlite.Store
	workspace *workspace.Workspace
	lock      *folder.Lock
	closeLog  func()
}

func newShell(path string, d desktop) *shell {
	s := &shell{
		path: path, desktop: d, secrets: keychain.New(keychainService), now: time.Now, ctx: context.Background(),
		alarm: time.AfterFunc, stopContracts: map[string]context.CancelFunc{}, dropped: map[int]*dropping{},
	}
	s.clipboard.desktop = d
	s.logger.Store(slog.New(slog.DiscardHandler))
	return s
}

func (s *shell) log() *slog.Logger { return s.logger.Load() }

func (s *shell) databasePath() string { return filepath.Join(s.path, "workspace.db") }

func (s *shell) documentsPath() string { return filepath.Join(s.path, "documents") }

// openAhead opens the folder while the window is still starting: neither waits
// for the other, and the window system leaves a core free until it starts the
// processes of the web view. What stands in the way is told when the page asks.
func (s *shell) openAhead() {
	go func() { _, _ = s.ready() }()
}

// begin takes the window's context, once there is one.
func (s *shell) begin(ctx context.Context) {
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	watchSystem(ctx, func() { s.lock("system") }, s.unheard)
}

// unheard logs that a bus does not tell of the screen lock and of sleep, once there is a log.
func (s *shell) unheard(bus string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unlogged = append(s.unlogged, func() {
		s.log().Warn("the screen lock and sleep may go unnoticed", "bus", bus, "error", err.Error())
	})
	s.logUnheard()
}

// logUnheard is called with s.mu held.
func (s *shell) logUnheard() {
	if s.opened == nil {
		return
	}
	for _, say := range s.unlogged {
		say()
	}
	s.unlogged = nil
}

func (s *shell) openFolder(ctx context.Context) (_ *opened, err error) {
	if err := folder.Prepare(s.path); err != nil {
		return nil, folderFault(err)
	}
	o := &opened{}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	if o.lock, err = folder.Hold(s.path); err != nil {
		return nil, folderFault(err)
	}
	logger, closeLog := openLog(s.path)
	o.closeLog = closeLog
	s.logger.Store(logger)
	if o.store, err = sqlite.Open(ctx, s.databasePath()); err != nil {
		return nil, workspace.Explain(err)
	}
	c, err := s.config(o.store)
	if err != nil {
		return nil, err
	}
	if c.Files, err = documents.Open(s.documentsPath()); err != nil {
		return nil, workspace.Explain(err)
	}
	if o.workspace, err = workspace.Open(ctx, c); err != nil {
		return nil, err
	}
	if !o.workspace.Created() {
		if err := s.needsKeychain(ctx); err != nil {
			return nil, err
		}
	}
	if err := o.workspace.Recover(ctx); err != nil {
		return nil, err
	}
	return o, nil
}

// config is what a workspace stands on here. It is called with s.opening held.
func (s *shell) config(store workspace.Store) (workspace.Config, error) {
	secrets, err := s.keep()
	if err != nil {
		return workspace.Config{}, err
	}
	c := workspace.Config{Store: store, Secrets: secrets, Now: s.now, Log: s.log(), Sentence: sentence}
	if s.cost != nil {
		s.cost(&c)
	}
	return c, nil
}

func (o *opened) close() error {
	var err error
	if o.workspace != nil {
		o.workspace.Close()
	}
	if o.store != nil {
		err = o.store.Close()
	}
	if o.lock != nil {
		err = errors.Join(err, o.lock.Release())
	}
	if o.closeLog != nil {
		o.closeLog()
	}
	return err
}

func folderFault(err error) error {
	for _, f := range []struct {
		err  error
		code workspace.Code
	}{
		{folder.ErrInUse, workspace.CodeInUse}, {folder.ErrFull, workspace.CodeFolderFull},
		{folder.ErrReadOnly, workspace.CodeFolderReadOnly}, {folder.ErrFailed, workspace.CodeFolderFailed},
	} {
		if errors.Is(err, f.err) {
			return workspace.Fault(f.code, nil, err)
		}
	}
	return err
}

// end is the window closing: an unfinished enrolment is undone, the clipboard
// cleared, the folder let go.
func (s *shell) end() {
	s.lock("asked")
	s.ending.Wait()
	s.opening.Lock()
	defer s.opening.Unlock()
	s.clipboard.clearNow()
	if err := s.endReview(); err != nil {
		s.log().Warn("closing the data folder", "error", err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != nil {
		if err := s.opened.close(); err != nil {
			s.log().Warn("closing the data folder", "error", err.Error())
		}
		s.opened = nil
	}
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// context is the window's: it ends with it.
func (s *shell) context() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ctx
}

// ready gives the open workspace, opening the folder where that has not been
// done, or the fault that keeps it closed.
func (s *shell) ready() (*workspace.Workspace, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	s.mu.Lock()
	o := s.opened
	s.mu.Unlock()
	if o != nil {
		return o.workspace, nil
	}
	if err := s.endReview(); err != nil {
		return nil, err
	}
	o, err := s.openFolder(s.context())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = o
	s.logUnheard()
	return o.workspace, nil
}

func newToken() string { return rand.Text() }

// admit makes ses the window's session and returns its token.
func (s *shell) admit(ses *workspace.Session) string {
	s.drop("asked", false)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside, s.session = ses, ses
	return s.enter()
}

// admitTo lets somebody in as far as enrolling a phone and returns the token of
// that.
func (s *shell) admitTo(gate *workspace.Gate) string {
	s.drop("asked", false)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside, s.gate = gate, gate
	return s.enter()
}

// promote makes a gate that has done its work the window's session, with a new
// token: what the old one could do is over.
func (s *shell) promote(gate *workspace.Gate, ses *workspace.Session) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate != gate {
		return "", errNoSession
	}
	s.inside, s.session, s.gate = ses, ses, nil
	return s.enter(), nil
}

// enter is called with s.mu held.
func (s *shell) enter() string {
	s.token = newToken()
	s.challenge, s.chToken, s.lockedFor = nil, "", ""
	s.watch(s.inside, s.inside.Remaining())
	return s.token
}

// lookAgain is how long the session's timer runs at most. A timer stands still while the
// machine sleeps, and does not know that a setting was changed.
const lookAgain = 5 * time.Second

// watch ends the session when nobody has used it for its idle time, when its day is
// over, and without 2FA when that is required. It is called with s.mu held.
func (s *shell) watch(ses inside, after time.Duration) {
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer = s.alarm(min(after, lookAgain), func() {
		left := ses.Remaining()
		if left > 0 {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.inside == ses {
				s.watch(ses, left)
			}
			return
		}
		s.lockSession(ses, whyOver(ses, "idle"))
	})
}

// watchAnew is for what may end the session sooner than was known.
func (s *shell) watchAnew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inside != nil {
		s.watch(s.inside, s.inside.Remaining())
	}
}

// whyOver says why a session is over; otherwise: what it is where nothing else is known.
func whyOver(ses inside, otherwise string) string {
	switch {
	case ses.Overdue():
		return "required"
	case ses.LimitReached():
		return "limit"
	}
	return otherwise
}

// use finds the session that token stands for, and refuses one that is over or may
// do no more than finish an enrolment.
func (s *shell) use(token string) (*workspace.Session, error) {
	ses, err := s.find(token)
	if err == nil {
		err = s.after(ses, ses.Whole())
	}
	if err != nil {
		return nil, err
	}
	return ses, nil
}

// find finds the session that token stands for, whatever it may do by now.
func (s *shell) find(token string) (*workspace.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil || token == "" || token != s.token {
		return nil, s.noSession()
	}
	return s.session, nil
}

// enrolling finds the session or the gate that token stands for.
func (s *shell) enrolling(token string) (enroller, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case token == "" || token != s.token:
	case s.gate != nil:
		return s.gate, nil
	case s.session != nil:
		return s.session, nil
	}
	return nil, s.noSession()
}

// findGate finds the gate that token stands for.
func (s *shell) findGate(token string) (*workspace.Gate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate == nil || token == "" || token != s.token {
		return nil, s.noSession()
	}
	return s.gate, nil
}

var errNoSession = workspace.Fault(workspace.CodeSessionEnded, nil, nil)

// noSession is errNoSession with the reason of the last lock, which the page may
// not have heard of yet. It is called with s.mu held.
func (s *shell) noSession() error { return sessionEnded(s.lockedFor, errNoSession) }

// sessionEnded tells the page why, so that its words are those of the lock.
func sessionEnded(reason string, err error) error {
	if reason == "" {
		return err
	}
	return workspace.Fault(workspace.CodeSessionEnded, map[string]any{"reason": reason}, err)
}

// after looks at what a use case returned: a session that is over locks the window.
func (s *shell) after(ses inside, err error) error {
	ended := workspace.IsCode(err, workspace.CodeSessionEnded)
	if !ended && !ses.Overdue() {
		return err
	}
	reason := whyOver(ses, "ended")
	go s.lockSession(ses, reason)
	if ended {
		return sessionEnded(reason, err)
	}
	return err
}

// whyLocked is the reason of the last lock, until somebody signs in.
func (s *shell) whyLocked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lockedFor
}

// lock ends whatever session there is.
func (s *shell) lock(reason string) { s.drop(reason, true) }

// lockSession ends ses if it is still the window's.
func (s *shell) lockSession(ses inside, reason string) {
	s.mu.Lock()
	current := s.inside == ses
	s.mu.Unlock()
	if current {
		s.drop(reason, true)
	}
}

// drop forgets the session and the challenge at once, tells the page to empty
// itself, ends it where that can be done, and undoes in the background what was
// unfinished. What was let go is collected at once, so that it is overwritten. What the
// session has put on the clipboard leaves it, which waits for nothing else: another
// program may be slow to say what is there.
func (s *shell) drop(reason string, tell bool) {
	s.mu.Lock()
	ses, ch, run := s.inside, s.challenge, s.run
	s.inside, s.session, s.gate, s.token, s.challenge, s.chToken = nil, nil, nil, "", nil, ""
	s.given, s.run, s.picked = nil, nil, nil
	if s.stopAdding != nil {
		s.stopAdding()
		s.stopAdding = nil
	}
	for _, stop := range s.stopContracts {
		stop()
	}
	given := s.adding.give()
	untold := len(s.adding.given)
	s.adding.given = nil
	s.dropExport()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if ses != nil {
		s.ending.Add(2)
		if tell {
			s.lockedFor = reason
		}
	}
	s.mu.Unlock()
	for _, a := range given {
		a.passed(0, true)
		untold += len(a.names)
	}
	if ended, ok := ses.(*workspace.Session); ok {
		s.noteLost(ended.ProfileID(), untold)
	}
	s.letters.forget()
	s.preview.close("")
	if ch != nil {
		ch.Leave()
	}
	if run != nil {
		run.stop()
	}
	if ses == nil {
		return
	}
	if tell {
		s.desktop.Emit("locked", map[string]string{"reason": reason})
		s.desktop.Renew()
	}
	go func() {
		defer s.ending.Done()
		s.clipboard.clearNow()
	}()
	go func() {
		defer s.ending.Done()
		defer collect()
		if err := ses.End(context.Background()); err != nil {
			s.log().Warn("an unfinished enrolment is left for the next start", "error", err.Error())
		}
	}()
}
