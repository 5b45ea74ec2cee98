package workspace

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Somebody who is in is told at once of what others do that concerns them. Whoever waits for that has the log looked at each second, once for all
// who wait here: whether it has a new event is one row of an index. Nobody who waits holds a transaction, a lock or a session's use case.

const (
	happenedEvery  = time.Second
	longestQuiet   = 30 * time.Second // between two looks at a database that fails
	mostHappened   = 1000             // events that are looked through; after a longer absence everything is read anew
	mostWhoHappens = 50_000           // who wait at the same time
)

// waiters are those who wait for something to happen.
type waiters struct {
	mu     sync.Mutex
	all    map[*waiter]bool
	seq    int64 // up to where the log was looked at
	wakeUp context.CancelFunc
}

type waiter struct {
	is   store.Profile // its ID and role
	wake chan struct{} // full: something has happened
}

func (w *waiter) call() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// add begins to look at the log, if nobody did.
func (w *Workspace) addWaiter(is store.Profile, seq int64) (*waiter, error) {
	all := &w.waiters
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.all) >= mostWhoHappens {
		return nil, service.Explain(store.ErrBusy)
	}
	one := &waiter{is: is, wake: make(chan struct{}, 1)}
	if all.all == nil {
		all.all = map[*waiter]bool{}
	}
	all.all[one] = true
	if all.wakeUp == nil {
		var ctx context.Context
		ctx, all.wakeUp = context.WithCancel(context.Background())
		all.seq = seq
		go w.lookOut(ctx)
	} else if seq < all.seq { // it was read before the last look
		one.call()
	}
	return one, nil
}

func (w *Workspace) dropWaiter(one *waiter) {
	all := &w.waiters
	all.mu.Lock()
	defer all.mu.Unlock()
	if delete(all.all, one); len(all.all) == 0 && all.wakeUp != nil {
		all.wakeUp()
		all.wakeUp = nil
	}
}

// lookOut wakes those whom a new event concerns, until nobody waits.
func (w *Workspace) lookOut(ctx context.Context) {
	pause := happenedEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = happenedEvery
		if err := w.lookOnce(ctx); err != nil {
			pause = min(2*pause, longestQuiet)
		}
	}
}

func (w *Workspace) lookOnce(ctx context.Context) error {
	all := &w.waiters
	all.mu.Lock()
	after := all.seq
	all.mu.Unlock()
	var events []audit.Event
	seq, many := after, false
	err := w.view(ctx, func(tx store.ReadTx) error {
		events, seq, many = nil, after, false
		head, err := tx.Head()
		if err != nil || head.Seq <= after {
			return err
		}
		seq = head.Seq
		for e, err := range tx.Events(after) {
			if err != nil {
				return err
			}
			if events = append(events, e.Event); len(events) > mostHappened {
				many = true
				break
			}
		}
		return nil
	})
	if err != nil || seq == after {
		return err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	all.seq = max(all.seq, seq)
	for one := range all.all {
		if many || slices.ContainsFunc(events, func(e audit.Event) bool { return concernOf(e, one.is) != ofNone }) {
			one.call()
		}
	}
	return nil
}

// concern is what an event is to somebody.
type concern int

const (
	ofNone    concern = iota
	ofMembers         // the table of members is another
	ofSession         // it may have ended: one's own act, elsewhere or here
	ofOwn             // the profile, or what its person may do
	ofApproval
)

// tellsEverybody lists what changes what everybody may do, or is shown.
var tellsEverybody = map[string]bool{eventRequired: true, eventRequirementDropped: true, eventWorkspaceRenamed: true, eventServerRestored: true}

// tellsAdmins lists what owners and admins are told of at once. Which of it concerns whom, newsSince knows.
var tellsAdmins = map[string]bool{eventKitMade: true, eventKitUsed: true, eventKeyPairMade: true}

// changesMembers lists what makes a row of the table of members another, or what may be done with it. That somebody was here is not among it: the time
// is shown with the next change, or no table of thousands would rest in the morning.
var changesMembers = map[string]bool{
	eventRenamed: true, eventLanguageSet: true, eventLanguagesSet: true, eventEmailChanged: true, eventEnabled: true, eventPhoneAndCodes: true, eventCodesReplaced: true, eventCodesVoided: true, eventDisabled: true,
	eventMemberAdded: true, eventMembersImported: true, eventInvitedAgain: true, eventMembersInvitedAgain: true, eventRoleChanged: true,
	eventMemberSuspended: true, eventMemberResumed: true, eventMemberRemoved: true, eventFactorReset: true, eventPasswordReset: true, eventHelpGiven: true,
	eventOneTimeEnded: true, eventRequired: true, eventRequirementDropped: true, eventTwoPeopleOn: true, eventTwoPeopleOff: true,
	eventRunSheetIssued: true, eventRunSheetsIssued: true, eventSheetVoided: true, eventKitUsed: true, eventServerRestored: true,
}

// changesTable reports whether an admin's table of members is another after an event. What they have done themselves they know.
func changesTable(e audit.Event, p store.Profile) bool {
	if e.Actor == p.ID || !service.MayAdminister.Of(p.Role) {
		return false
	}
	switch e.Kind {
	case eventSignedIn, eventSteppedUp: // with a code that is used up, or a password that is their first
		return e.Detail["factor"] == "recovery" || e.Detail["factor"] == "help" || e.Detail["chose-password"] != ""
	}
	return changesMembers[e.Kind]
}

// concernOf says what an event is to somebody: the most that it is.
func concernOf(e audit.Event, p store.Profile) concern {
	administers := service.MayAdminister.Of(p.Role)
	switch {
	case guesses[e.Kind]:
		return ofNone
	case e.Actor == p.ID:
		if e.Subject == p.ID {
			return ofSession
		}
		return ofNone
	case approvals[e.Kind]: // also of one that is about them
		if administers {
			return ofApproval
		}
		return ofNone
	case e.Subject == p.ID, tellsEverybody[e.Kind], slices.Contains(strings.Fields(e.Detail["members"]), p.ID):
		return ofOwn
	case administers && tellsAdmins[e.Kind]:
		return ofOwn
	case changesTable(e, p):
		return ofMembers
	}
	return ofNone
}

var approvals = map[string]bool{eventApprovalAsked: true, eventApprovalGiven: true, eventApprovalRefused: true, eventApprovalWithdrawn: true}

// guesses come by the thousand, and are told of at the next sign-in.
var guesses = map[string]bool{eventCounted: true, eventRight: true, eventWrong: true, eventReturned: true, eventClockBack: true}

// Happened waits until others have done something that concerns the profile, after an event, and tells what that is; or tells nothing after
// service.HappenedWait, or when ctx ends. After 0 it tells at once up to where the log is. It is no use of the session. Errors: session_ended;
// folder.
func (s *Session) Happened(ctx context.Context, after int64) (service.Happened, error) {
	if err := s.Whole(); err != nil {
		return service.Happened{}, err
	}
	p, h, err := s.happened(ctx, after)
	if err != nil || h.Any() || after <= 0 {
		return h, err
	}
	one, err := s.w.addWaiter(p, h.Seq)
	if err != nil {
		return h, err
	}
	defer s.w.dropWaiter(one)
	enough := time.NewTimer(service.HappenedWait)
	defer enough.Stop()
	for waiting := true; waiting && !h.Any(); {
		select {
		case <-one.wake:
		case <-enough.C:
			waiting = false
		case <-ctx.Done():
			return h, nil
		}
		next, err := s.happenedSince(ctx, h.Seq)
		if ctx.Err() != nil {
			return h, nil
		}
		if err != nil {
			return service.Happened{}, err
		}
		h = next
	}
	return h, nil
}

func (s *Session) happenedSince(ctx context.Context, after int64) (service.Happened, error) {
	if err := s.Whole(); err != nil {
		return service.Happened{}, err
	}
	_, h, err := s.happened(ctx, after)
	return h, err
}

// happened reads it.
func (s *Session) happened(ctx context.Context, after int64) (p store.Profile, h service.Happened, err error) {
	err = s.w.view(ctx, func(tx store.ReadTx) (err error) {
		h = service.Happened{}
		if p, err = s.profile(tx); err != nil {
			return err
		}
		head, err := tx.Head()
		if err != nil {
			return err
		}
		if h.Seq = head.Seq; after <= 0 || head.Seq <= after {
			return nil
		}
		var mine bool
		var waiting []audit.Event
		n := 0
		for e, err := range tx.Events(after) {
			if err != nil {
				return err
			}
			if n++; n > mostHappened {
				mine, h.Approvals = true, service.MayAdminister.Of(p.Role)
				h.Members = h.Approvals
				break
			}
			h.Members = h.Members || changesTable(e.Event, p)
			if e.Kind == eventKeyPairMade && e.Actor != p.ID && service.MayAdminister.Of(p.Role) && len(waiting) < mostNews {
				waiting = append(waiting, e.Event)
			}
			switch concernOf(e.Event, p) {
			case ofOwn:
				mine = true
			case ofApproval:
				h.Approvals = true
			}
		}
		if !mine {
			return nil
		}
		news, err := newsSince(tx, p, after)
		if err != nil {
			return err
		}
		h.News = news.all()
		names := people{}
		for _, e := range waiting { // for the vault's keys, which nobody gives to who has no signature
			who, err := names.find(tx, e.Actor)
			if err != nil {
				return err
			}
			if who != nil {
				h.News = append(h.News, service.News{Kind: e.Kind, At: e.At, By: who.Name})
			}
		}
		o, err := s.overviewIn(tx, p)
		h.Overview = &o
		return err
	})
	return p, h, err
}
