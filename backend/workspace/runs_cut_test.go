package workspace_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/keychain"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// moment is what a power cut leaves right after a commit: the database, and the
// keychain with the anchor still of the commit before.
type moment struct {
	database []byte
	items    *keychain.Memory
}

// cutStore keeps the moment after each commit while it is told to.
type cutStore struct {
	store.Store
	keep    func() *keychain.Memory // nil: not now
	moments []moment
	err     error
}

func (s *cutStore) Update(ctx context.Context, fn func(store.WriteTx) error) error {
	err := s.Store.Update(ctx, fn)
	if err == nil && s.keep != nil {
		file, err := s.Store.(workspace.Snapshotter).Snapshot(ctx)
		if err != nil {
			s.err = err
		}
		s.moments = append(s.moments, moment{file, s.keep()})
	}
	return err
}

// TestPrintRun_CutOffAtAnyCommitLeavesOneSetEach looks
// at every moment of one run, each as the next start finds it. backend/crashtest
// kills a real process, with a smaller run.
func TestPrintRun_CutOffAtAnyCommitLeavesOneSetEach(t *testing.T) {
	t.Parallel()
	size := 100
	if underRace {
		size = 40
	}
	h, owner := alone(t)
	_ = h.file() // the moments are kept as files
	memory := h.secrets.Secrets.(*keychain.Memory)
	store := &cutStore{Store: h.store}
	var err error
	h.w, err = local.Open(t.Context(), local.Config{Store: store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	people := h.membersWith2FA(size)
	owner.printed(people[:8]...)
	old := map[string]int{}
	for _, p := range people {
		old[p.id] = p.active()
	}
	r := owner.beginRun(people...)
	store.keep = func() *keychain.Memory {
		copied := keychain.NewMemory()
		for _, name := range memory.Names() {
			v, err := memory.Get(context.Background(), name)
			h.ok(err)
			h.ok(copied.Set(context.Background(), name, secret.NewBytes(v.Reveal())))
		}
		return copied
	}
	r.issue()
	_, err = r.PutInForce(t.Context(), nil)
	h.ok(err)
	h.ok(store.err)
	batches := (size + 31) / 32
	if len(store.moments) != 2*batches+2 { // made, all out, in force, over
		t.Fatalf("%d commits for %d batches", len(store.moments), batches)
	}
	before := 0
	for i, m := range store.moments {
		inForce := m.look(t, h, r, people, old)
		want := min(size, 32*max(0, i-batches))
		if i == len(store.moments)-1 {
			want = size
		}
		if inForce != want || inForce < before {
			t.Errorf("after commit %d of %d, %d members have the new set, not %d", i+1, len(store.moments), inForce, want)
		}
		before = inForce
	}
}

// look starts the program on what was left, twice, and counts who has the new set.
func (m moment) look(t *testing.T, of *fixture, r *run, people []*user, old map[string]int) (inForce int) {
	t.Helper()
	dir := t.TempDir()
	h := &fixture{T: t, path: filepath.Join(dir, "workspace.db"), secrets: &faulty{Secrets: m.items}, clock: of.clock}
	h.ok(os.WriteFile(h.path, m.database, 0o600))
	h.open()
	defer func() { h.ok(h.store.Close()) }()
	first := h.head()
	h.restart()
	if h.head() != first {
		t.Error("a second start changes something")
	}
	ledger, state := map[string]store.SetState{}, store.RunState("")
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) error {
		row, err := tx.Run(r.Plan().Number)
		state = row.State
		if err != nil {
			return err
		}
		entries, err := tx.Ledger(row.Number)
		for _, e := range entries {
			ledger[e.ProfileID] = e.State
		}
		return err
	}))
	for _, p := range people {
		made := r.sheets[p.id].Sheet
		has := (&user{h: h, id: p.id}).active()
		switch {
		case has == made && ledger[p.id] == store.SetActive:
			inForce++
		case has == old[p.id] && ledger[p.id] != store.SetActive && ledger[p.id] != store.SetPending:
		default:
			t.Errorf("a member has sheet %d, had %d, and the ledger says of sheet %d that it is %q", has, old[p.id], made, ledger[p.id])
		}
	}
	if state != store.RunInterrupted && (state != store.RunDone || inForce < len(people)) {
		t.Errorf("the run is %q with %d in force", state, inForce)
	}
	return inForce
}
