package app

import (
	"context"
	"path/filepath"

	"countersign/backend/workspace"
)

// addition is something that was chosen, dropped or pasted at one time. One is added
// after the other; the others wait.
type addition struct {
	names  []string // as chosen: files, or a folder
	find   func(ctx context.Context, tell func(name string, found int)) []workspace.Source
	passed func(done int, over bool) // how many are done; over: nothing of it is read any more
}

// addQueue is what is added, and what waits for it. Its fields are under shell.mu.
type addQueue struct {
	waiting []*addition
	running bool
	stop    context.CancelFunc // of the one that is added now
	given   []string           // names of what was given up while it waited, to be told with the one that is stopped
	lost    map[string]int     // how many files a lock kept from being added, by profile, until it is told
}

// maxWaiting bounds how many additions wait.
const maxWaiting = 20

var errQueueFull = &shellError{
	code: codeAddingFull,
}

// items is how many files and folders wait. It is called with shell.mu held.
func (q *addQueue) items() (n int) {
	for _, a := range q.waiting {
		n += len(a.names)
	}
	return n
}

// fits says whether n files and folders more can wait. It is called with shell.mu held.
func (q *addQueue) fits(n int) bool {
	return len(q.waiting) < maxWaiting && q.items()+n <= maxFound
}

// give takes what waits out of the queue, and stops what is added now. It is called
// with shell.mu held; what it returns is to be ended without.
func (q *addQueue) give() (all []*addition) {
	all, q.waiting = q.waiting, nil
	if q.stop != nil {
		q.stop()
	}
	return all
}

// mayAdd refuses before a dialog opens for files that could not wait.
func (s *shell) mayAdd(token string) error {
	if _, err := s.use(token); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.adding.fits(1) {
		return errQueueFull
	}
	return nil
}

// add adds something in the background, at once or after what waits already.
func (s *shell) add(token string, a *addition) error {
	s.mu.Lock()
	if s.session == nil || token == "" || token != s.token {
		s.mu.Unlock()
		return errNoSession
	}
	if !s.adding.fits(len(a.names)) {
		s.mu.Unlock()
		return errQueueFull
	}
	s.adding.waiting = append(s.adding.waiting, a)
	begins := !s.adding.running
	s.adding.running = true
	ses := s.session
	s.mu.Unlock()
	if begins {
		go s.addAll(ses)
	} else {
		s.tellWaiting()
	}
	return nil
}

// tellWaiting tells the page how many files and folders wait: the event "adding-waiting".
func (s *shell) tellWaiting() {
	s.mu.Lock()
	n := s.adding.items()
	s.mu.Unlock()
	s.desktop.Emit("adding-waiting", n)
}

// addAll adds what waits until nothing does. What is added goes with its session:
// another one that begins meanwhile finds the queue as it left it.
func (s *shell) addAll(ses *workspace.Session) {
	for {
		s.mu.Lock()
		if len(s.adding.waiting) == 0 {
			given := s.adding.given // given up when the last one had just ended
			s.adding.running, s.adding.stop, s.adding.given = false, nil, nil
			s.mu.Unlock()
			if len(given) > 0 {
				s.desktop.Emit("adding", AddProgress{
					Phase: "done", Added: []string{}, LeftOut: toldLeft(nil, given, "stopped"), LeftOutCount: len(given), Stopped: true,
				})
			}
			return
		}
		next := s.adding.waiting[0]
		s.adding.waiting = s.adding.waiting[1:]
		if s.session != nil {
			ses = s.session
		}
		ctx, stop := context.WithCancel(s.ctx)
		s.adding.stop = stop
		s.mu.Unlock()
		s.addOne(ctx, ses, next)
		stop()
	}
}

// addOne runs from the search for what there is to add to the last of it. Waiting
// for it is use of the session. Whatever ends it early, everything that was chosen
// is told of: as added, or as left out.
func (s *shell) addOne(ctx context.Context, ses *workspace.Session, a *addition) {
	p := AddProgress{Phase: "looking", Added: []string{}, LeftOut: []LeftOutView{}}
	tell := s.telling("adding", ses)
	sources := a.find(ctx, func(name string, found int) {
		p.Name, p.Total = name, found
		tell(p, false)
	})
	p.Phase, p.Total = "adding", len(sources)
	for _, src := range sources {
		p.TotalBytes += max(0, src.Size)
	}
	s.mu.Lock()
	p.Waiting = s.adding.items()
	s.mu.Unlock()
	tell(p, true)
	out, err := ses.AddDocuments(ctx, values(sources), func(step workspace.AddStep) {
		p.Name, p.Done, p.Bytes = step.Name, step.Done, step.Bytes
		a.passed(step.Done, false)
		tell(p, false)
	})
	a.passed(0, true)

	names := a.names // the search may have been stopped before it found them all
	if ctx.Err() == nil || len(sources) > len(names) {
		names = names[:0:0]
		for _, src := range sources {
			names = append(names, src.Name)
		}
	}
	names = names[min(len(names), len(out.IDs)+out.LeftOutCount):]
	s.mu.Lock()
	names = append(names, s.adding.given...)
	s.adding.given = nil
	p.Waiting = s.adding.items()
	s.mu.Unlock()
	p.Phase, p.Name, p.Stopped, p.LeftOutCount = "done", "", out.Stopped, out.LeftOutCount+len(names)
	p.Added = append(p.Added, out.IDs...)
	for _, l := range out.LeftOut {
		p.LeftOut = append(p.LeftOut, LeftOutView{l.Name, string(l.Reason)})
	}
	why := "stopped"
	if err != nil {
		why = string(workspace.LeftFailed)
	}
	p.LeftOut = toldLeft(p.LeftOut, names, why)
	if err = s.after(ses, err); err != nil {
		fault := s.present(err)
		p.Error = &fault
	}
	if ses.Whole() == nil {
		tell(p, true)
	} else { // the page that asked is gone, and the one that is there may be another's
		s.noteLost(ses.ProfileID(), p.LeftOutCount)
	}
	s.contractsChanged()
}

// mostToldLeft is how many of what was left out are told of by name.
const mostToldLeft = 200

func toldLeft(told []LeftOutView, names []string, why string) []LeftOutView {
	for _, name := range names[:min(len(names), max(0, mostToldLeft-len(told)))] {
		told = append(told, LeftOutView{filepath.Base(name), why})
	}
	return told
}

// noteLost keeps how many files a lock has kept from being added: the page that
// would be told is gone, and with it their names.
func (s *shell) noteLost(profile string, n int) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.adding.lost == nil {
		s.adding.lost = map[string]int{}
	}
	s.adding.lost[profile] += n
}

// takeLost gives what noteLost has kept of a profile, once.
func (s *shell) takeLost(profile string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.adding.lost[profile]
	delete(s.adding.lost, profile)
	return n
}

// StopAdding stops, and gives up what waits; what was added until then stays. The
// event "adding" tells of everything that was not added.
func (c *Contracts) StopAdding(session string) error {
	if _, err := c.s.use(session); err != nil {
		return err
	}
	c.s.mu.Lock()
	given := c.s.adding.give()
	for _, a := range given {
		c.s.adding.given = append(c.s.adding.given, a.names...)
	}
	c.s.mu.Unlock()
	for _, a := range given {
		a.passed(0, true)
	}
	return nil
}
