package workspace

import (
	"context"
	"errors"
	"slices"
	"sync"

	"countersign/backend/service"
	"countersign/backend/store"
)

// PrintRun is a print run under way. MakeSheets makes the sheets while none is in
// force; once they are on paper or in a file, PutInForce replaces the old sets,
// or Cancel leaves them. Whatever happens, each member has either the old set or
// the new one, and the ledger says which. A run belongs to the session that
// began it, and is used by one goroutine at a time.
type PrintRun struct {
	a       *Admin
	run     store.Run
	info    store.Info
	members []store.Profile
	second  string // who approved it, empty where nobody had to

	making sync.Mutex // one batch at a time

	mu      sync.Mutex
	made    int         // so many sheets
	sets    []store.Set // of these, not yet in force; of a run that was resumed: see madeSets
	skipped []service.Skipped
	inForce int
	state   store.RunState
	stage   runStage
}

// runStage is how far a run got here; its state is what the store says.
type runStage int

const (
	stageMaking runStage = iota // until there is a sheet for everybody
	stageMade
	stagePutting
)

// PreviewRun says what a run for these members would do. Errors: forbidden,
// session_ended; folder.
func (a *Admin) PreviewRun(ctx context.Context, members []string) (p service.RunPreview, err error) {
	if len(members) > service.MaxRun {
		return p, refuse(service.CodeRunLong).With("max", service.MaxRun)
	}
	err = a.view(ctx, func(tx store.ReadTx) error {
		p = service.RunPreview{}
		actor, err := a.profile(tx)
		if err != nil {
			return err
		}
		for _, id := range distinct(members) {
			m, err := tx.Member(id)
			if errors.Is(err, store.ErrNotFound) || err == nil && m.State == store.ProfileRemoved {
				continue
			}
			if err != nil {
				return err
			}
			if why := barred(actor, m.ID, m.Role, m.State, m.On); why != "" {
				p.Barred = append(p.Barred, service.Barred{Member: m, Reason: why})
				continue
			}
			p.Ready = append(p.Ready, m)
			if m.Sheet > 0 {
				p.Voids = append(p.Voids, m)
			}
		}
		return nil
	})
	return p, err
}

// barred says why no sheet can be issued for somebody, or nothing.
func barred(actor store.Profile, id string, role store.Role, state store.ProfileState, on bool) service.Code {
	switch {
	case service.MayIssueCodes.Refused(actor.ID, actor.Role, id, role) != "":
		return service.CodeForbidden
	case state == store.ProfileSuspended:
		return service.CodeMemberSuspended
	case state == store.ProfileInvited:
		return service.CodeMemberInvited
	case !on:
		return service.CodeTwoFactorOff
	}
	return ""
}

func distinct(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		was := seen[id]
		seen[id] = true
		return was
	})
}

// BeginRun begins a print run, with a step-up. It numbers the run and its sheets;
// no code is made yet. Errors: nobody_chosen, run_long, reason_*, member_gone,
// member_suspended, two_factor_off, forbidden, approval_*; those of a step-up;
// folder.
func (a *Admin) BeginRun(ctx context.Context, r service.RunRequest, proof service.Proof) (*PrintRun, error) {
	w := a.s.w
	reason, err := checkReason(r.Reason)
	if err != nil {
		return nil, err
	}
	ids := distinct(r.Members)
	switch {
	case len(ids) == 0:
		return nil, refuse(service.CodeNobodyChosen)
	case len(ids) > service.MaxRun:
		return nil, refuse(service.CodeRunLong).With("max", service.MaxRun)
	case r.Kind != store.RunPrint && r.Kind != store.RunExport:
		return nil, errors.New("a run of no kind")
	}
	out := &PrintRun{a: a, state: store.RunIssuing}
	var actor store.Profile
	check := func(tx store.ReadTx) (err error) {
		if actor, err = a.profile(tx); err != nil {
			return err
		}
		out.members = out.members[:0]
		for _, id := range ids {
			p, err := tx.Profile(id)
			if errors.Is(err, store.ErrNotFound) || err == nil && p.State == store.ProfileRemoved {
				return refuse(service.CodeMemberGone)
			}
			if err != nil {
				return err
			}
			_, err = tx.Factor(id)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if why := barred(actor, id, p.Role, p.State, err == nil); why != "" {
				return refuse(why).At("members").With("name", p.Name)
			}
			out.members = append(out.members, p)
		}
		if err := a.checkApproval(tx, r.Approval, store.ApprovePrintRun, ids); err != nil || r.Approval == "" {
			return err
		}
		row, err := tx.Approval(r.Approval)
		if err != nil {
			return err
		}
		by, err := tx.Profile(row.DecidedBy)
		out.second = by.Name
		return err
	}
	acts := service.RunActs
	if r.Kind == store.RunExport { // which may be a file that anybody can read
		acts = service.EachTime
	}
	err = a.change(ctx, stepUp(acts, proof), check, func(tx store.WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		number, err := tx.NextRun()
		if err != nil {
			return err
		}
		sheets := make([]int, len(ids))
		for i, id := range ids {
			if sheets[i], err = tx.NextSheet(id); err != nil {
				return err
			}
		}
		now := w.now()
		out.run = store.Run{
			Number: number, At: now, ByID: a.s.id, ByName: actor.Name, Reason: reason, Kind: r.Kind, State: store.RunIssuing, Members: ids, Sheets: sheets,
			HeldUntil: now.Add(runHold),
		}
		if err := errors.Join(tx.InsertRun(out.run), a.useApproval(tx, r.Approval)); err != nil {
			return err
		}
		if out.info, err = tx.Info(); err != nil {
			return err
		}
		w.record(tx, now, eventRunBegun, a.s.id, "", map[string]string{
			"run": decimal(number), "count": decimal(len(ids)), "reason": reason, "kind": string(r.Kind),
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	former, err := a.s.lastRun(ctx)
	if err != nil {
		_ = logLeftover(w, err)
	}
	a.s.mu.Lock()
	over := a.s.over
	a.s.run = out
	a.s.mu.Unlock()
	if former != nil { // one at a time: End would not find it
		if _, err := former.Cancel(ctx); err != nil {
			_ = logLeftover(w, err)
		}
	}
	if over { // ended before it could see this run
		_, err := out.Cancel(ctx)
		return nil, service.Afterwards(refuse(service.CodeSessionEnded), err)
	}
	return out, nil
}

// Plan gives the run with its members, in the order of the sheets.
func (r *PrintRun) Plan() service.RunPlan {
	p := service.RunPlan{Run: r.run, Workspace: r.info.Name, WorkspaceID: r.info.ID, ApprovedBy: r.second}
	for _, m := range r.members {
		p.Names, p.Emails = append(p.Names, m.Name), append(p.Emails, m.Email)
	}
	return p
}
