package workspace

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// inParallel runs work for 0 to n−1, as many at a time as there are cores, until
// one fails or ctx ends. progress may be nil; it is called after each, one call at a time.
func inParallel(ctx context.Context, n int, work func(i int) error, progress Progress) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	var mu sync.Mutex
	finished := 0
	for i := range n {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := work(i); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if finished++; progress != nil {
				progress(int64(finished), int64(n))
			}
			return nil
		})
	}
	return g.Wait()
}
