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

	"countersign/app/platform"
	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secretsfile"
	"countersign/backend/store"
)

// shell holds what the bound structs share: the open workspace, and at most one
// challenge or session, as there is one window.
type shell struct {
	root        string                     // the data folder that the program was given
	chosen      atomic.Pointer[dataFolder] // the one in the root that is used; changes with opening held
	desktop     desktop
	preferences *keptPreferences
	reads       []string      // languages that the person of this computer reads, the preferred one first
	place       windowPlace   // where the window begins; empty: in the middle
	secrets     store.Secrets // the system's keychain
	now         func() time.Time
	cost        func(*local.Config) // tests and development builds lower the cost of hashing
	alarm       func(time.Duration, func()) *time.Timer
	datesPause  time.Duration // see keepDates

	logger atomic.Pointer[slog.Logger]

	opening sync.Mutex        // one opening at a time; held while the keychain answers, unlike mu
	file    *secretsfile.File // the secrets file once it is unlocked, in the keychain's place; under opening

	reviewing *reviewing // a quarantined workspace that an owner looks at; under opening
	restoring *restoring // a backup that is to become the workspace; under mu

	mu        sync.Mutex
	ctx       context.Context
	opened    *opened
	unlogged  []func()        // what waits for the log
	in        *signIn         // never nil
	lockedFor string          // why, for a page that begins anew; empty once somebody is there
	left      map[string]left // who was in last in each folder, and what they come back to
	lost      map[string]int  // how many files a lock kept from being added, by profile, until it is told

	reminders *reminders // when a profile was told of what is due

	hearing atomic.Bool // the screen's lock is noticed

	ending    sync.WaitGroup // sign-ins that are being undone
	clipboard clipboard
}

func newShell(path string, d desktop) *shell {
	s := &shell{
		root: path, desktop: d, preferences: readPreferences(path), reminders: readReminders(path), left: map[string]left{}, secrets: keychain.New(keychainService), now: time.Now, ctx: context.Background(),
		alarm: time.AfterFunc, cost: hashingCost, datesPause: datesPause,
	}
	s.clipboard.desktop = d
	s.beginWithLast()
	s.in = s.newSignIn()
	s.logger.Store(slog.New(slog.DiscardHandler))
	return s
}

func (s *shell) log() *slog.Logger { return s.logger.Load() }

func (s *shell) databasePath() string { return filepath.Join(s.path(), "workspace.db") }

func (s *shell) documentsPath() string { return filepath.Join(s.path(), "documents") }

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
	platform.WatchLock(ctx, func() { s.lock("system") }, s.hears, s.unheard)
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

// end is the window closing: an unfinished enrolment is undone, the clipboard
// cleared, the folder let go.
func (s *shell) end() {
	s.lock("asked")
	s.stopRestore()
	s.ending.Wait()
	s.opening.Lock()
	defer s.opening.Unlock()
	if err := errors.Join(s.endReview(), s.endRestore()); err != nil {
		s.log().Warn("closing the data folder", "error", err.Error())
	}
	if err := s.closeOpened(); err != nil {
		s.log().Warn("closing the data folder", "error", err.Error())
	}
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// closeOpened lets go of the data folder. It is called with s.opening held.
func (s *shell) closeOpened() error {
	s.dropUnlocks()
	s.mu.Lock()
	open := s.opened
	s.opened = nil
	s.mu.Unlock()
	if open == nil {
		return nil
	}
	return open.close()
}

// settings is how a workspace that is made of something else runs here.
func (s *shell) settings(c *local.Config) {
	c.Now, c.Log = s.now, s.log()
	if s.cost != nil {
		s.cost(c)
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
func (s *shell) ready() (*opened, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	s.mu.Lock()
	o := s.opened
	s.mu.Unlock()
	if o != nil {
		return o, nil
	}
	if err := errors.Join(s.endReview(), s.endRestore()); err != nil {
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
	return o, nil
}

func newToken() string { return rand.Text() }
