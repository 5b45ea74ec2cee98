package workspace

import (
	"context"
	"errors"
	"slices"
	"sync"

	"countersign/backend/service"
)

// RunBatch is how many members can share a commit while a run is made and put in
// force: enough that hashing, not the disk, is what takes the time.
const RunBatch = 32

// MaxRun is how many members a print run can have.
const MaxRun = 10_000

// PrintRun is a print run under way. MakeSheets makes the sheets while none is in
// force; once they are on paper or in a file, PutInForce replaces the old sets,
// or Cancel leaves them. Whatever happens, each member has either the old set or
// the new one, and the ledger says which. A run belongs to the session that
// began it, and is used by one goroutine at a time.
type PrintRun struct {
	a       *Admin
	run     Run
	info    Info
	first   int // sheet of Members[0]; the others follow
	members []Profile
	second  string // who approved it, empty where nobody had to

	making sync.Mutex // one batch at a time

	mu      sync.Mutex
	sets    []Set // made, and not yet in force
	skipped []Skipped
	inForce int
	state   RunState
	stage   runStage
}

// runStage is how far a run got here; its state is what the store says.
type runStage int

const (
	stageMaking runStage = iota // until there is a sheet for everybody
	stageMade
	stagePutting
)

// Skipped is a member of a run who keeps the old set, and why.
type Skipped struct {
	ID, Name string
	Reason   service.Code // member_gone, member_suspended, two_factor_off, forbidden, codes_changed
}

// RunRequest is what a print run is to do.
type RunRequest struct {
	Members  []string // profile IDs
	Reason   string
	Kind     RunKind
	Approval string // where two people are needed
}

// RunPreview is what a run would do.
type RunPreview struct {
	Ready  []Member // get a sheet
	Voids  []Member // of these, who holds one that it replaces
	Barred []Barred // do not
}

// Barred is a member who cannot be in a run.
type Barred struct {
	Member Member
	Reason service.Code // two_factor_off, member_suspended, forbidden
}

// PreviewRun says what a run for these members would do. Errors: forbidden,
// session_ended; folder.
func (a *Admin) PreviewRun(ctx context.Context, members []string) (p RunPreview, err error) {
	err = a.view(ctx, func(tx ReadTx) error {
		p = RunPreview{}
		actor, err := a.profile(tx)
		if err != nil {
			return err
		}
		for _, id := range distinct(members) {
			m, err := tx.Member(id)
			if errors.Is(err, ErrNotFound) || err == nil && m.State == ProfileRemoved {
				continue
			}
			if err != nil {
				return err
			}
			if why := barred(actor, m.ID, m.Role, m.State, m.On); why != "" {
				p.Barred = append(p.Barred, Barred{m, why})
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
func barred(actor Profile, id string, role Role, state ProfileState, on bool) service.Code {
	switch {
	case mayIssueCodes.refused(actor.ID, actor.Role, id, role) != "":
		return service.CodeForbidden
	case state == ProfileSuspended:
		return service.CodeMemberSuspended
	case state == ProfileInvited:
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
func (a *Admin) BeginRun(ctx context.Context, r RunRequest, proof Proof) (*PrintRun, error) {
	w := a.s.w
	reason, err := checkReason(r.Reason)
	if err != nil {
		return nil, err
	}
	ids := distinct(r.Members)
	switch {
	case len(ids) == 0:
		return nil, refuse(service.CodeNobodyChosen)
	case len(ids) > MaxRun:
		return nil, refuse(service.CodeRunLong).With("max", MaxRun)
	case r.Kind != RunPrint && r.Kind != RunExport:
		return nil, errors.New("a run of no kind")
	}
	out := &PrintRun{a: a, state: RunIssuing}
	var actor Profile
	check := func(tx ReadTx) (err error) {
		if actor, err = a.profile(tx); err != nil {
			return err
		}
		out.members = out.members[:0]
		for _, id := range ids {
			p, err := tx.Profile(id)
			if errors.Is(err, ErrNotFound) || err == nil && p.State == ProfileRemoved {
				return refuse(service.CodeMemberGone)
			}
			if err != nil {
				return err
			}
			_, err = tx.Factor(id)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if why := barred(actor, id, p.Role, p.State, err == nil); why != "" {
				return refuse(why).At("members").With("name", p.Name)
			}
			out.members = append(out.members, p)
		}
		if err := a.checkApproval(tx, r.Approval, ApprovePrintRun, ids); err != nil || r.Approval == "" {
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
	err = a.change(ctx, &proof, check, func(tx WriteTx) error {
		if err := check(tx); err != nil {
			return err
		}
		number, err := tx.NextRun()
		if err != nil {
			return err
		}
		for i := range out.members {
			n, err := tx.NextSheet()
			if err != nil {
				return err
			}
			if i == 0 {
				out.first = n
			}
		}
		now := w.now()
		out.run = Run{
			Number: number, At: now, ByID: a.s.id, ByName: actor.Name, Reason: reason, Kind: r.Kind, State: RunIssuing, Members: ids,
			HeldUntil: now.Add(runHold),
		}
		if err := errors.Join(tx.InsertRun(out.run), a.useApproval(tx, r.Approval)); err != nil {
			return err
		}
		if out.info, err = tx.Info(); err != nil {
			return err
		}
		return w.record(tx, now, eventRunBegun, a.s.id, "", map[string]string{
			"run": decimal(number), "count": decimal(len(ids)), "sheets": span(out.first, out.last()), "reason": reason, "kind": string(r.Kind),
		})
	})
	if err != nil {
		return nil, err
	}
	a.s.mu.Lock()
	former, over := a.s.run, a.s.over
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

func (r *PrintRun) last() int { return r.first + len(r.members) - 1 }

func span(first, last int) string {
	if first == last {
		return decimal(first)
	}
	return decimal(first) + "–" + decimal(last)
}

// RunPlan is what the cover page says.
type RunPlan struct {
	Run
	Workspace   string
	WorkspaceID string
	First, Last int    // sheet numbers
	ApprovedBy  string // name; empty where nobody had to
	Names       []string
	Emails      []string
}

// Plan gives the run with its members, in the order of the sheets.
func (r *PrintRun) Plan() RunPlan {
	p := RunPlan{Run: r.run, Workspace: r.info.Name, WorkspaceID: r.info.ID, First: r.first, Last: r.last(), ApprovedBy: r.second}
	for _, m := range r.members {
		p.Names, p.Emails = append(p.Names, m.Name), append(p.Emails, m.Email)
	}
	return p
}
