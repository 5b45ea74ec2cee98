package workspace

import (
	"context"
	"sync"

	"countersign/backend/service"
)

// job is long work of a session, beside its other use cases: it ends with the
// session, and when no more is left of that than an enrolment.
type job struct {
	stop context.CancelFunc
	done chan struct{}
	once sync.Once
}

// Work begins a job: the session must be alive, and it counts as use. What runs
// under the context it gives stops when the session ends; end says that it has.
func (s *Session) Work(ctx context.Context) (_ context.Context, end func(), err error) {
	if err := s.touch(true); err != nil {
		return nil, nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	j := &job{stop: stop, done: make(chan struct{})}
	required := s.w.requires()
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.check(required, true)
	if err == nil && s.over {
		err = refuse(service.CodeSessionEnded)
	}
	if err != nil { // since it began
		stop()
		return nil, nil, err
	}
	if s.jobs == nil {
		s.jobs = map[*job]bool{}
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

// cutJobs tells what is under way to stop, and does not wait. It is called with
// s.mu held.
func (s *Session) cutJobs() {
	for j := range s.jobs {
		j.stop()
	}
}

// stopJobs ends what is under way, and waits until it has let go.
func (s *Session) stopJobs() {
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
