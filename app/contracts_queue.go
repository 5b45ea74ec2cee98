package app

import (
	"context"
	"path/filepath"
	"slices"

	"countersign/backend/client"
)

// addition is something that was chosen, dropped or pasted at one time. One is added
// after the other; the others wait.
type addition struct {
	names  []string // as chosen: files, or a folder
	find   func(ctx context.Context, tell func(name string, found int)) []client.Source
	passed func(done int, over bool) // how many are done; over: nothing of it is read any more
}

// addQueue is what is added, and what waits for it. Its fields are under signIn.mu.
type addQueue struct {
	waiting []*addition
	running bool
	stop    context.CancelFunc // of the one that is added now
	given   []string           // names of what was given up while it waited, to be told with the one that is stopped
}

// maxWaiting bounds how many additions wait.
const maxWaiting = 20

var errQueueFull = &shellError{
	code: codeAddingFull,
}

// items is how many files and folders wait. It is called with signIn.mu held.
func (q *addQueue) items() (n int) {
	for _, a := range q.waiting {
		n += len(a.names)
	}
	return n
}

// fits says whether n files and folders more can wait. It is called with signIn.mu held.
func (q *addQueue) fits(n int) bool {
	return len(q.waiting) < maxWaiting && q.items()+n <= maxFound
}

// give takes what waits out of the queue, and stops what is added now. It is called
// with signIn.mu held; what it returns is to be ended without.
func (q *addQueue) give() (all []*addition) {
	all, q.waiting = q.waiting, nil
	if q.stop != nil {
		q.stop()
	}
	return all
}

// mayAdd refuses before a dialog opens for files that could not wait.
func (s *shell) mayAdd(token string) (*signIn, error) {
	in, err := s.use(token)
	if err != nil {
		return nil, err
	}
	return in, in.note(func() error {
		if !in.adding.fits(1) {
			return errQueueFull
		}
		return nil
	})
}

// add adds something in the background, at once or after what waits already.
func (in *signIn) add(a *addition) error {
	var begins bool
	err := in.note(func() error {
		if !in.adding.fits(len(a.names)) {
			return errQueueFull
		}
		in.adding.waiting = append(in.adding.waiting, a)
		begins = !in.adding.running
		in.adding.running = true
		return nil
	})
	if err != nil {
		return err
	}
	if begins {
		go in.addAll()
	} else {
		in.tellWaiting()
	}
	return nil
}

// tellWaiting tells the page how many files and folders wait: the event "adding-waiting".
func (in *signIn) tellWaiting() {
	in.mu.Lock()
	n := in.adding.items()
	in.mu.Unlock()
	in.emit("adding-waiting", n)
}

// addAll adds what waits until nothing does.
func (in *signIn) addAll() {
	for {
		in.mu.Lock()
		if len(in.adding.waiting) == 0 {
			given := in.adding.given // given up when the last one had just ended
			in.adding.running, in.adding.stop, in.adding.given = false, nil, nil
			in.mu.Unlock()
			if len(given) > 0 {
				in.emit("adding", AddProgress{
					Phase: "done", Added: []string{}, LeftOut: toldLeft(nil, given, "stopped"), LeftOutCount: len(given), Stopped: true,
				})
			}
			return
		}
		next := in.adding.waiting[0]
		in.adding.waiting = in.adding.waiting[1:]
		ctx, stop := context.WithCancel(in.ctx)
		in.adding.stop = stop
		in.mu.Unlock()
		in.addOne(ctx, next)
		stop()
	}
}

// addOne runs from the search for what there is to add to the last of it. Waiting
// for it is use of the session. Whatever ends it early, everything that was chosen
// is told of: as added, or as left out.
func (in *signIn) addOne(ctx context.Context, a *addition) {
	p := AddProgress{Phase: "looking", Added: []string{}, LeftOut: []LeftOutView{}}
	tell := in.telling("adding")
	sources := a.find(ctx, func(name string, found int) {
		p.Name, p.Total = name, found
		tell(p, false)
	})
	p.Phase, p.Total = "adding", len(sources)
	for _, src := range sources {
		p.TotalBytes += max(0, src.Size)
	}
	in.mu.Lock()
	p.Waiting = in.adding.items()
	in.mu.Unlock()
	tell(p, true)
	out, err := in.session.AddDocuments(ctx, slices.Values(sources), func(step client.AddStep) {
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
	in.mu.Lock()
	names = append(names, in.adding.given...)
	in.adding.given = nil
	p.Waiting = in.adding.items()
	in.mu.Unlock()
	p.Phase, p.Name, p.Stopped, p.LeftOutCount = "done", "", out.Stopped, out.LeftOutCount+len(names)
	p.Added = append(p.Added, out.IDs...)
	for _, l := range out.LeftOut {
		p.LeftOut = append(p.LeftOut, LeftOutView{l.Name, string(l.Reason)})
	}
	why := "stopped"
	if err != nil {
		why = string(client.LeftFailed)
	}
	p.LeftOut = toldLeft(p.LeftOut, names, why)
	if err = in.after(err); err != nil {
		fault := in.s.present(err)
		p.Error = &fault
	}
	if in.open() && in.session.Whole() == nil {
		tell(p, true)
	} else { // the page that asked is gone, and the one that is there may be another's
		in.s.noteLost(in.session.ProfileID(), p.LeftOutCount)
	}
	in.s.contractsChanged()
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
	if s.lost == nil {
		s.lost = map[string]int{}
	}
	s.lost[profile] += n
}

// takeLost gives what noteLost has kept of a profile, once.
func (s *shell) takeLost(profile string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.lost[profile]
	delete(s.lost, profile)
	return n
}

// StopAdding stops, and gives up what waits; what was added until then stays. The
// event "adding" tells of everything that was not added.
func (c *Contracts) StopAdding(session string) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	in.mu.Lock()
	given := in.adding.give()
	for _, a := range given {
		in.adding.given = append(in.adding.given, a.names...)
	}
	in.mu.Unlock()
	for _, a := range given {
		a.passed(0, true)
	}
	return nil
}
