package workspace

import (
	"context"
	"runtime"
	"sync"
)

// onAllCores runs work for 0 to n−1, as many at a time as there are cores, until
// one fails or ctx ends. done is called with how many are finished, in turn.
func onAllCores(ctx context.Context, n int, work func(i int) error, done Progress) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	var mu sync.Mutex
	finished := 0
	for range min(runtime.NumCPU(), n) {
		workers.Go(func() {
			for i := range next {
				if err := work(i); err != nil {
					stop(err)
					return
				}
				mu.Lock()
				if finished++; done != nil {
					done(int64(finished), int64(n))
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}
