package workspace_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"countersign/backend/client"
	"countersign/backend/local"
	"countersign/backend/service"
	"countersign/backend/store"
)

// fullStore is a store whose disk is full once it is told so.
type fullStore struct {
	store.Store
	full atomic.Bool
}

func (s *fullStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	if s.full.Load() {
		return store.ErrFull
	}
	return s.Store.Update(ctx, fn)
}

// onFullStore opens the fixture on a store that can be told to be full.
func (h *fixture) onFullStore() *fullStore {
	h.Helper()
	s := &fullStore{Store: h.store}
	var err error
	h.w, err = local.Open(h.Context(), local.Config{Store: s, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return s
}

func TestPrintRun_EndingAtAnyStageKeepsTheOldSets(t *testing.T) {
	t.Parallel()
	jam := errors.New("the printer is jammed")
	for name, end := range map[string]func(h *fixture, r *run){
		"BeforeIssue": func(*fixture, *run) {},
		"FirstSheet": func(h *fixture, r *run) {
			if err := r.Issue(t.Context(), nil, func(client.RunSheet) error { return jam }); !errors.Is(err, jam) {
				t.Error(err)
			}
		},
		"LastSheet": func(h *fixture, r *run) {
			n := 0
			err := r.Issue(t.Context(), nil, func(s client.RunSheet) error {
				if n++; n == 3 {
					return jam
				}
				return r.take(s)
			})
			if !errors.Is(err, jam) {
				t.Error(err)
			}
			_, err = r.PutInForce(t.Context(), nil) // two of three are on paper
			h.refused(err, service.CodeRunOver)
		},
		"ContextAtTheStart": func(h *fixture, r *run) {
			ctx, stop := context.WithCancel(t.Context())
			stop()
			if err := r.Issue(ctx, nil, r.take); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		},
		"ContextAtASheet": func(h *fixture, r *run) {
			ctx, stop := context.WithCancel(t.Context())
			_ = r.Issue(ctx, nil, func(s client.RunSheet) error { stop(); return ctx.Err() })
		},
		"AfterIssue": func(h *fixture, r *run) { r.issue() },
		"ContextAtPuttingInForce": func(h *fixture, r *run) {
			r.issue()
			ctx, stop := context.WithCancel(t.Context())
			stop()
			res, err := r.PutInForce(ctx, nil)
			h.ok(err)
			if res.State != store.RunCancelled || res.InForce != 0 {
				t.Errorf("%+v", res)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			people := h.membersWith2FA(3)
			first := owner.printed(people[:2]...)
			r := owner.beginRun(people...)
			end(h, r)
			for range 2 {
				res, err := r.Cancel(t.Context())
				h.ok(err)
				if res.State != store.RunCancelled || res.InForce != 0 {
					t.Errorf("%+v", res)
				}
			}
			for i, p := range people {
				if got := p.active(); got != []int{1, 1, 0}[i] {
					t.Errorf("%s has sheet %d", p.name, got)
				}
			}
			if s, made := r.sheets[people[1].id]; made && people[1].opens(s, 1) {
				t.Error("a sheet of a run that was cancelled opens")
			}
			if !people[1].opens(first.sheets[people[1].id], 1) {
				t.Error("the old sheet does not open")
			}
			state, sheets, without := owner.account(2)
			if state != store.RunCancelled || len(sheets)+without != 3 {
				t.Errorf("%q, %v, %d without", state, sheets, without)
			}
			for n, s := range sheets {
				if s != store.SheetVoided {
					t.Errorf("sheet %d is %q", n, s)
				}
			}
			if err := r.Issue(t.Context(), nil, r.take); err == nil {
				t.Error("a run that was cancelled goes on")
			}
			again := owner.printed(people...)
			if want := []int{3, 3, 2}; !slices.Equal(again.Plan().Sheets, want) { // numbers are given out once
				t.Errorf("sheets %v, not %v", again.Plan().Sheets, want)
			}
			h.restart()
		})
	}
}

// Several batches: some members have the new set when it ends, the others the old.
func TestPrintRun_EndingBetweenBatchesLeavesOneSetEach(t *testing.T) {
	t.Parallel()
	const size = 36
	for name, c := range map[string]struct {
		state store.RunState
		end   func(h *fixture, disk *fullStore, s *client.Session, stop func())
		code  service.Code // of PutInForce; empty: none
	}{
		"Cancelled": {store.RunCancelled, func(_ *fixture, _ *fullStore, _ *client.Session, stop func()) { stop() }, ""},
		"Locked": {store.RunCancelled, func(h *fixture, _ *fullStore, s *client.Session, _ func()) {
			h.ok(s.End(context.WithoutCancel(t.Context())))
		}, service.CodeSessionEnded},
		"DiskFull": {store.RunInterrupted, func(_ *fixture, disk *fullStore, _ *client.Session, _ func()) { disk.full.Store(true) }, service.CodeFolderFull},
	} {
		if underRace && name != "Locked" {
			continue // what happens at once is in this one
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			disk := h.onFullStore()
			people := h.membersWith2FA(size)
			owner.printed(people[0], people[size-1])
			var ids []string
			for _, p := range people {
				ids = append(ids, p.id)
			}
			s := owner.signIn()
			a, err := s.Admin(t.Context())
			h.ok(err)
			r, err := a.BeginRun(t.Context(), service.RunRequest{Members: ids, Reason: "r", Kind: store.RunExport}, owner.proof())
			h.ok(err)
			sheets := map[string]client.RunSheet{}
			h.ok(r.Issue(t.Context(), nil, func(s client.RunSheet) error { sheets[s.Email] = s; return nil }))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			res, err := r.PutInForce(ctx, func(int64, int64) { c.end(h, disk, s, stop) })
			if c.code != "" {
				h.refused(err, c.code)
				if _, err := r.Cancel(t.Context()); c.state == store.RunInterrupted {
					h.refused(err, service.CodeFolderFull)
				} else {
					h.ok(err)
				}
			} else if err != nil || res.State != c.state || res.InForce != 32 {
				t.Errorf("%+v, %v", res, err)
			}
			h.restart()
			head := h.head()
			h.restart()
			if h.head() != head {
				t.Error("a second start changes something")
			}
			state, ledger, _ := owner.account(2)
			if state != c.state {
				t.Errorf("it is %q", state)
			}
			for i, p := range people {
				n := sheets[p.email].Sheet
				switch {
				case i < 32 && (p.active() != n || ledger[i+1] != store.SheetIssued):
					t.Errorf("person %d has sheet %d; sheet %d is %q", i, p.active(), n, ledger[i+1])
				case i >= 32 && (p.active() == n || ledger[i+1] != store.SheetVoided):
					t.Errorf("person %d has sheet %d; sheet %d is %q", i, p.active(), n, ledger[i+1])
				}
			}
			if last := people[size-1]; last.active() != 1 || last.opens(sheets[last.email], 1) {
				t.Error("who was not reached lost the old set, or has the new one")
			}
			if one := people[0]; !one.opens(sheets[one.email], 1) {
				t.Error("who was reached cannot use the new set")
			}
		})
	}
}

func TestPrintRun_FullDiskIsToldAndTheNextRunWorks(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	disk := h.onFullStore()
	people := h.membersWith2FA(2)
	owner.printed(people...)
	r := owner.beginRun(people...)
	disk.full.Store(true)
	h.refused(r.Issue(t.Context(), nil, r.take), service.CodeFolderFull)
	if len(r.order) > 0 {
		t.Error("a sheet went out whose codes are kept nowhere")
	}
	_, err := r.Cancel(t.Context())
	h.refused(err, service.CodeFolderFull)
	disk.full.Store(false)
	_, err = r.Cancel(t.Context())
	h.ok(err)
	owner.printed(people...)
}

func TestPrintRun_LockWhileSheetsAreMadeCancelsIt(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	s := owner.signIn()
	a, err := s.Admin(t.Context())
	h.ok(err)
	r, err := a.BeginRun(t.Context(), service.RunRequest{Members: []string{people[0].id, people[1].id}, Reason: "r", Kind: store.RunPrint}, owner.proof())
	h.ok(err)
	err = r.Issue(t.Context(), nil, func(client.RunSheet) error { return s.End(context.WithoutCancel(t.Context())) })
	h.refused(err, service.CodeSessionEnded)
	if state, sheets, _ := owner.account(1); state != store.RunCancelled || sheets[1] != store.SheetVoided {
		t.Errorf("%q, %v", state, sheets)
	}
	_, err = r.PutInForce(t.Context(), nil)
	h.refused(err, service.CodeRunOver)
}

func TestPrintRun_LeftByACrashIsInterruptedOnce(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	people := h.membersWith2FA(2)
	r := owner.beginRun(people...)
	r.issue()
	h.restart()
	head := h.head()
	h.restart()
	if h.head() != head {
		t.Error("a second start changes something")
	}
	state, sheets, _ := owner.account(1)
	if state != store.RunInterrupted || sheets[1] != store.SheetVoided || sheets[2] != store.SheetVoided {
		t.Errorf("%q, %v", state, sheets)
	}
	if people[0].opens(r.sheets[people[0].id], 1) {
		t.Error("a sheet of a run that was interrupted opens")
	}
	if again := owner.printed(people...); !slices.Equal(again.Plan().Sheets, []int{2, 2}) {
		t.Errorf("sheets %v", again.Plan().Sheets)
	}
}
