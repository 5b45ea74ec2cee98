package workspace

import (
	"context"
	"errors"
	"strings"

	"countersign/backend/recovery"
	"countersign/backend/service"
)

// RunSheet is a sheet of a run on its way to paper: the only moment at which its
// codes are known.
type RunSheet struct {
	Issued
	Run       int
	CheckWord string
}

// made is a batch of sets that were hashed, with their codes.
type made struct {
	sets   []Set
	hashes [][][]byte
	codes  [][]recovery.Code
	from   int
}

// Issue makes the sheets, hands each to take in their order, and puts none in
// force. Codes are hashed on all cores while earlier ones are written. After an
// error, be it take's or ctx's, the run is to be cancelled. A member who was
// removed, suspended or reset meanwhile is such an error, and so is one for whom
// the admin may no longer print. Errors: session_ended, run_over, member_gone,
// member_suspended, two_factor_off, forbidden; folder; take's own.
func (r *PrintRun) Issue(ctx context.Context, progress Progress, take func(RunSheet) error) error {
	if err := r.begin(stageBegun, stageMaking); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan made)
	failed := make(chan error, 1)
	go func() {
		defer close(batches)
		for from := 0; from < len(r.members); from += runBatch {
			m, err := r.hash(ctx, from, min(from+runBatch, len(r.members)))
			if err != nil {
				failed <- err
				return
			}
			select {
			case batches <- m:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
	}()
	for m := range batches {
		if err := r.keep(ctx, m, progress, take); err != nil {
			stop()
			for range batches {
			}
			return err
		}
	}
	select {
	case err := <-failed:
		return err
	default:
		return r.begin(stageMaking, stageMade)
	}
}

// begin goes from one stage to the next as a use of the session, and refuses a
// run that is at another: each is gone through once, and only sheets that were
// all taken can be put in force.
func (r *PrintRun) begin(from, to runStage) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage != from {
		return refuse(service.CodeRunOver)
	}
	if err := r.a.s.touch(true); err != nil {
		return err
	}
	if r.state != RunIssuing {
		return refuse(service.CodeRunOver)
	}
	r.stage = to
	return nil
}

// hash makes the codes of some members and hashes them, on all cores.
func (r *PrintRun) hash(ctx context.Context, from, to int) (made, error) {
	w := r.a.s.w
	m := made{from: from, sets: make([]Set, to-from), hashes: make([][][]byte, to-from), codes: make([][]recovery.Code, to-from)}
	for i := range m.sets {
		codes, err := recovery.Generate(w.rand)
		if err != nil {
			return m, err
		}
		salt, err := w.random(recovery.SaltSize)
		if err != nil {
			return m, err
		}
		id, err := w.newID()
		if err != nil {
			return m, err
		}
		m.codes[i], m.hashes[i] = codes, make([][]byte, len(codes))
		m.sets[i] = Set{
			ID: id, ProfileID: r.members[from+i].ID, Sheet: r.first + from + i, State: SetPending, Salt: salt, Params: w.codeCost,
			IssuedAt: w.now(), IssuedBy: r.run.ByName, Run: r.run.Number,
		}
	}
	w.mu.RLock()
	pepper := w.keys.pepper
	w.mu.RUnlock()
	if pepper.Len() != keySize {
		return m, refuse(service.CodeSessionEnded)
	}
	err := inParallel(ctx, (to-from)*recovery.SetSize, func(n int) error {
		i, c := n/recovery.SetSize, n%recovery.SetSize
		m.hashes[i][c] = recovery.Hash(m.codes[i][c], m.sets[i].Salt, recovery.Params(m.sets[i].Params), pepper)
		return nil
	}, nil)
	return m, err
}

// keep stores a batch as pending sets and hands its sheets on.
func (r *PrintRun) keep(ctx context.Context, m made, progress Progress, take func(RunSheet) error) error {
	w := r.a.s.w
	if err := r.a.s.touch(true); err != nil {
		return err
	}
	err := w.update(ctx, func(tx WriteTx) error {
		actor, err := r.goesOn(tx, RunIssuing)
		if err != nil {
			return err
		}
		until := w.now().Add(runHold)
		if m.from+len(m.sets) == len(r.members) {
			until = r.a.s.lastsAtMost()
		}
		ok, err := tx.HoldRun(r.run.Number, RunIssuing, until)
		if err := refuseUnless(ok, err, service.CodeRunOver); err != nil {
			return err
		}
		all := make([]int, len(m.sets))
		for i := range m.sets {
			all[i] = i
			p, why, err := r.stillReady(tx, actor, m.sets[i].ProfileID)
			if err != nil {
				return err
			}
			if why != "" { // the cover names them already: nothing is in force, so the run ends
				return refuse(why).At("members").With("name", r.members[m.from+i].Name)
			}
			if old, err := tx.ActiveSet(p.ID); err == nil {
				m.sets[i].Replaces = old.Sheet
			} else if !errors.Is(err, ErrNotFound) {
				return err
			}
			if _, err := dropPending(tx, p.ID, w.now()); err != nil {
				return err
			}
			if err := tx.InsertSet(m.sets[i], m.hashes[i]); err != nil {
				return err
			}
		}
		return w.record(tx, w.now(), eventRunSheetsMade, r.a.s.id, "", r.detail(m.sets, all))
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.sets = append(r.sets, m.sets...)
	r.mu.Unlock()
	for i, set := range m.sets {
		p := r.members[m.from+i]
		err := take(RunSheet{
			Issued: Issued{
				Sheet: set.Sheet, Workspace: r.info.Name, Name: p.Name, Email: p.Email, IssuedAt: set.IssuedAt, IssuedBy: r.run.ByName,
				Replaces: set.Replaces, Support: r.info.Support, Codes: m.codes[i],
			},
			Run: r.run.Number, CheckWord: w.checkWord(set.ID),
		})
		if err != nil {
			return err
		}
		if progress != nil {
			progress(int64(m.from+i+1), int64(len(r.members)))
		}
	}
	return nil
}

// goesOn refuses, within tx, a run that was ended from elsewhere, and an admin
// who is none any more. It gives who goes on with it.
func (r *PrintRun) goesOn(tx ReadTx, state RunState) (actor Profile, err error) {
	if actor, err = r.a.profile(tx); err != nil {
		return actor, err
	}
	row, err := tx.Run(r.run.Number)
	if err == nil && row.State != state {
		err = refuse(service.CodeRunOver)
	}
	return actor, err
}

// stillReady looks again at a member of the run, and at what the actor may do for
// them: much may have happened to both since it was begun.
func (r *PrintRun) stillReady(tx ReadTx, actor Profile, id string) (p Profile, why service.Code, err error) {
	p, err = tx.Profile(id)
	switch {
	case errors.Is(err, ErrNotFound):
		return Profile{ID: id}, service.CodeMemberGone, nil
	case err != nil:
		return p, "", err
	case p.State == ProfileRemoved:
		return p, service.CodeMemberGone, nil
	}
	_, err = tx.Factor(id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return p, "", err
	}
	return p, barred(actor, id, p.Role, p.State, err == nil), nil
}

// detail names the sheets and the members of a batch.
func (r *PrintRun) detail(sets []Set, some []int) map[string]string {
	ids := make([]string, len(some))
	for n, i := range some {
		ids[n] = sets[i].ProfileID
	}
	return map[string]string{
		"run": decimal(r.run.Number), "count": decimal(len(some)), "sheets": span(sets[some[0]].Sheet, sets[some[len(some)-1]].Sheet),
		"members": strings.Join(ids, " "),
	}
}
