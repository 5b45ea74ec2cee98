package workspace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"countersign/backend/service"
	"countersign/backend/store"
)

// MakeSheets makes the sheets of the next members of a run from codes that the client has made, one set for each and
// RunBatch at most, and puts none in force. After an error the run is to be cancelled. A member who was
// removed, suspended or reset meanwhile is such an error, and so is one for whom
// the admin may no longer print. Errors: session_ended, run_over, member_gone,
// member_suspended, two_factor_off, forbidden; folder.
func (r *PrintRun) MakeSheets(ctx context.Context, made []service.NewSet) ([]service.RunSheet, error) {
	w := r.a.s.w
	r.making.Lock()
	defer r.making.Unlock()
	if err := r.begin(stageMaking, stageMaking); err != nil {
		return nil, err
	}
	from := r.made // which only grows here
	if len(made) == 0 || len(made) > service.RunBatch || from+len(made) > len(r.members) {
		return nil, fmt.Errorf("%w: there are not as many recovery codes as sheets to make", service.ErrMalformed)
	}
	sets, hashes := make([]store.Set, len(made)), make([][][]byte, len(made))
	people := make([]store.Profile, len(made))
	for i, n := range made {
		id, err := w.newID()
		if err != nil {
			return nil, err
		}
		if hashes[i], err = w.hashSet(n); err != nil {
			return nil, err
		}
		sets[i] = store.Set{
			ID: id, ProfileID: r.members[from+i].ID, Sheet: r.run.Sheets[from+i], State: store.SetPending, Salt: n.Salt, Params: n.Params,
			IssuedAt: w.now(), IssuedBy: r.run.ByName, Run: r.run.Number, Place: from + i + 1,
		}
	}
	err := w.update(ctx, func(tx store.WriteTx) error {
		actor, err := r.goesOn(tx, store.RunIssuing)
		if err != nil {
			return err
		}
		until := w.now().Add(runHold)
		if from+len(sets) == len(r.members) {
			until = r.a.s.lastsAtMost()
		}
		ok, err := tx.HoldRun(r.run.Number, store.RunIssuing, until)
		if err := refuseUnless(ok, err, service.CodeRunOver); err != nil {
			return err
		}
		all := make([]int, len(sets))
		for i := range sets {
			all[i] = i
			p, why, err := r.stillReady(tx, actor, sets[i].ProfileID)
			if err != nil {
				return err
			}
			if people[i] = r.members[from+i]; people[i].Name == "" { // of a run that was resumed
				people[i] = p
			}
			if why != "" { // the cover names them already: nothing is in force, so the run ends
				return refuse(why).At("members").With("name", people[i].Name)
			}
			if old, err := tx.ActiveSet(p.ID); err == nil {
				sets[i].Replaces = old.Sheet
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if _, err := dropPending(tx, p.ID, w.now()); err != nil {
				return err
			}
			if err := tx.InsertSet(sets[i], hashes[i]); err != nil {
				return err
			}
		}
		w.record(tx, w.now(), eventRunSheetsMade, r.a.s.id, "", r.detail(sets, all))
		return nil
	})
	if err != nil {
		return nil, err
	}
	sheets := make([]service.RunSheet, len(sets))
	for i, set := range sets {
		p := people[i]
		sheets[i] = service.RunSheet{
			Issued: service.Issued{
				Sheet: set.Sheet, Workspace: r.info.Name, Name: p.Name, Email: p.Email, IssuedAt: set.IssuedAt, IssuedBy: r.run.ByName,
				Replaces: set.Replaces, Support: r.info.Support, Language: p.Language,
			},
			Run: r.run.Number, CheckWord: w.checkWord(set.ID),
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.sets) == r.made {
		r.sets = append(r.sets, sets...)
	}
	if r.made += len(sets); r.made == len(r.members) {
		r.stage = stageMade
	}
	return sheets, nil
}

// begin goes from one stage to the next as a use of the session, and refuses a
// run that is at another.
func (r *PrintRun) begin(from, to runStage) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage != from {
		return refuse(service.CodeRunOver)
	}
	if err := r.a.s.touch(true); err != nil {
		return err
	}
	if r.state != store.RunIssuing {
		return refuse(service.CodeRunOver)
	}
	r.stage = to
	return nil
}

// goesOn refuses, within tx, a run that was ended from elsewhere, and an admin
// who is none any more. It gives who goes on with it.
func (r *PrintRun) goesOn(tx store.ReadTx, state store.RunState) (actor store.Profile, err error) {
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
func (r *PrintRun) stillReady(tx store.ReadTx, actor store.Profile, id string) (p store.Profile, why service.Code, err error) {
	p, err = tx.Profile(id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Profile{ID: id}, service.CodeMemberGone, nil
	case err != nil:
		return p, "", err
	case p.State == store.ProfileRemoved:
		return p, service.CodeMemberGone, nil
	}
	_, err = tx.Factor(id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, "", err
	}
	return p, barred(actor, id, p.Role, p.State, err == nil), nil
}

// detail names the members of a batch, and the sheet of one alone.
func (r *PrintRun) detail(sets []store.Set, some []int) map[string]string {
	ids := make([]string, len(some))
	for n, i := range some {
		ids[n] = sets[i].ProfileID
	}
	detail := map[string]string{"run": decimal(r.run.Number), "count": decimal(len(some)), "members": strings.Join(ids, " ")}
	if len(some) == 1 {
		detail["sheets"] = decimal(sets[some[0]].Sheet)
	}
	return detail
}
