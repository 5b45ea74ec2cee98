package client

import (
	"context"
	"sync"

	"countersign/backend/recovery"
	"countersign/backend/service"
)

// PrintRun is a print run under way, whose codes are made here: see workspace.PrintRun.
type PrintRun struct {
	service.PrintRun
	s *Session

	mu    sync.Mutex
	taken bool // every sheet
}

// RunSheet is a sheet of a run on its way to paper: the only moment at which its
// codes are known.
type RunSheet struct {
	service.RunSheet
	Codes []recovery.Code
}

// BeginRun begins a print run: see workspace.Admin.BeginRun.
func (a *Admin) BeginRun(ctx context.Context, r service.RunRequest, proof Proof) (*PrintRun, error) {
	return signing(ctx, a.s, proof, func(p service.Proof) (*PrintRun, error) {
		run, err := a.Admin.BeginRun(ctx, r, p)
		if run == nil {
			return nil, err
		}
		return &PrintRun{PrintRun: run, s: a.s}, err
	})
}

// Issue makes the sheets and hands each to take in their order. Codes are made on all cores while earlier ones are
// written. It can be called once; after an error, be it take's or ctx's, the run is to be cancelled. Errors: those
// of workspace.PrintRun.MakeSheets; take's own.
func (r *PrintRun) Issue(ctx context.Context, progress service.Progress, take func(RunSheet) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	members := len(r.Plan().Names)
	batches, failed := r.make(ctx, members)
	done := 0
	for b := range batches {
		sheets, err := r.MakeSheets(ctx, b.made)
		b.wipe()
		for i := 0; i < len(sheets) && err == nil; i++ {
			if err = take(RunSheet{sheets[i], b.codes[i]}); err == nil {
				if done++; progress != nil {
					progress(int64(done), int64(members))
				}
			}
		}
		if err != nil {
			stop()
			for range batches {
			}
			return err
		}
	}
	if err := <-failed; err != nil {
		return err
	}
	if err := r.s.Touch(); err != nil { // the session may have ended while the last ones were taken
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = true
	return nil
}

// make makes the codes of all members, a batch ahead of what is taken of them.
func (r *PrintRun) make(ctx context.Context, members int) (<-chan sets, <-chan error) {
	batches, failed := make(chan sets), make(chan error, 1)
	go func() {
		defer close(failed)
		defer close(batches)
		for from := 0; from < members; from += service.RunBatch {
			some, err := r.s.w.drawSets(min(service.RunBatch, members-from))
			if err == nil {
				err = some.prove(ctx)
			}
			if err != nil {
				failed <- err
				return
			}
			select {
			case batches <- some:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
	}()
	return batches, failed
}

// PutInForce replaces the old sets by the new ones, once every sheet was taken: see workspace.PrintRun.PutInForce. Errors: run_over
// where not every one was; those of PutInForce.
func (r *PrintRun) PutInForce(ctx context.Context, progress service.Progress) (service.RunResult, error) {
	r.mu.Lock()
	taken := r.taken
	r.mu.Unlock()
	if !taken {
		return service.RunResult{State: service.RunIssuing}, service.Refuse(service.CodeRunOver)
	}
	done, err := r.PrintRun.PutInForce(ctx, progress)
	if err != nil {
		return done, err
	}
	return done, r.s.witnessed(ctx)
}
