package workspace

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/backend/recovery"
)

// runBatch is how many members share a commit while a run is made and put in
// force: enough that hashing, not the disk, is what takes the time.
const runBatch = 32

// MaxRun is how many members a print run can have.
const MaxRun = 10_000

// PrintRun is a print run under way. Issue makes the sheets while none is in
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
	stageBegun  runStage = iota
	stageMaking          // until every sheet was taken
	stageMade
	stagePutting
)

// Skipped is a member of a run who keeps the old set, and why.
type Skipped struct {
	ID, Name string
	Reason   Code // member_gone, two_factor_off, codes_changed
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
	Reason Code // two_factor_off, member_suspended, forbidden
}

// PreviewRun says what a run for these members would do. Errors: forbidden,
// session_ended; folder.
func (a *Admin) PreviewRun(ctx context.Context, members []string) (p RunPreview, err error) {
	err = a.view(ctx, func(tx Tx) error {
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

// barred says why no sheet can be issued for somebody, or nothing. One's own
// sheet is printed with the others.
func barred(actor Profile, id string, role Role, state ProfileState, on bool) Code {
	switch {
	case !actIssue.may(actor.Role, role) && id != actor.ID:
		return CodeForbidden
	case state == ProfileSuspended:
		return CodeMemberSuspended
	case !on:
		return CodeTwoFactorOff
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
		return nil, refuse(CodeNobodyChosen)
	case len(ids) > MaxRun:
		return nil, refuse(CodeRunLong).with("max", MaxRun)
	case r.Kind != RunPrint && r.Kind != RunExport:
		return nil, errors.New("a run of no kind")
	}
	out := &PrintRun{a: a, state: RunIssuing}
	var actor Profile
	check := func(tx Tx) (err error) {
		if actor, err = a.profile(tx); err != nil {
			return err
		}
		out.members = out.members[:0]
		for _, id := range ids {
			p, err := tx.Profile(id)
			if errors.Is(err, ErrNotFound) || err == nil && p.State == ProfileRemoved {
				return refuse(CodeMemberGone)
			}
			if err != nil {
				return err
			}
			_, err = tx.Factor(id)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if why := barred(actor, id, p.Role, p.State, err == nil); why != "" {
				return refuse(why).at("members").with("name", p.Name)
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
	err = a.change(ctx, &proof, check, func(tx Tx) error {
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
			_ = quiet(w, err)
		}
	}
	if over { // ended before it could see this run
		_, err := out.Cancel(ctx)
		return nil, errors.Join(refuse(CodeSessionEnded), err)
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

// RunSheet is a sheet of a run on its way to paper: the only moment at which its
// codes are known.
type RunSheet struct {
	Issued
	Run       int
	CheckWord string
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
// removed, suspended or reset meanwhile is such an error. Errors: session_ended,
// run_over, member_gone, member_suspended, two_factor_off; folder; take's own.
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
		return refuse(CodeRunOver)
	}
	if err := r.a.s.Touch(); err != nil {
		return err
	}
	if r.state != RunIssuing {
		return refuse(CodeRunOver)
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
		return m, refuse(CodeSessionEnded)
	}
	err := onAllCores(ctx, (to-from)*recovery.SetSize, func(n int) error {
		i, c := n/recovery.SetSize, n%recovery.SetSize
		m.hashes[i][c] = recovery.Hash(m.codes[i][c], m.sets[i].Salt, m.sets[i].Params, pepper)
		return nil
	}, nil)
	return m, err
}

// keep stores a batch as pending sets and hands its sheets on.
func (r *PrintRun) keep(ctx context.Context, m made, progress Progress, take func(RunSheet) error) error {
	w := r.a.s.w
	if err := r.a.s.Touch(); err != nil {
		return err
	}
	err := w.update(ctx, func(tx Tx) error {
		if err := r.goesOn(tx, RunIssuing); err != nil {
			return err
		}
		all := make([]int, len(m.sets))
		for i := range m.sets {
			all[i] = i
			p, why, err := r.stillReady(tx, m.sets[i].ProfileID)
			if err != nil {
				return err
			}
			if why != "" { // the cover names them already: nothing is in force, so the run ends
				return refuse(why).at("members").with("name", r.members[m.from+i].Name)
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
				Replaces: set.Replaces, Codes: m.codes[i],
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
// who is none any more.
func (r *PrintRun) goesOn(tx Tx, state RunState) error {
	if _, err := r.a.profile(tx); err != nil {
		return err
	}
	row, err := tx.Run(r.run.Number)
	if err == nil && row.State != state {
		err = refuse(CodeRunOver)
	}
	return err
}

// stillReady looks again at a member of the run: much may have happened since it
// was begun.
func (r *PrintRun) stillReady(tx Tx, id string) (p Profile, why Code, err error) {
	p, err = tx.Profile(id)
	switch {
	case errors.Is(err, ErrNotFound):
		return Profile{ID: id}, CodeMemberGone, nil
	case err != nil:
		return p, "", err
	case p.State == ProfileRemoved:
		return p, CodeMemberGone, nil
	case p.State == ProfileSuspended:
		return p, CodeMemberSuspended, nil
	}
	if _, err := tx.Factor(id); errors.Is(err, ErrNotFound) {
		return p, CodeTwoFactorOff, nil
	} else if err != nil {
		return p, "", err
	}
	return p, "", nil
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

// RunResult says how a run ended.
type RunResult struct {
	State   RunState
	InForce int       // members who have the new set
	Skipped []Skipped // members who keep the old one
}

// PutInForce replaces the old sets by the new ones, a batch with each commit. It
// can be stopped by ctx between them: the members after that keep their old sets,
// and the result is of a cancelled run. After an error the run is to be
// cancelled, and the result says how far it got. Errors: session_ended, run_over;
// folder.
func (r *PrintRun) PutInForce(ctx context.Context, progress Progress) (RunResult, error) {
	if err := r.begin(stageMade, stagePutting); err != nil {
		return r.result(), err
	}
	w := r.a.s.w
	if err := r.sheetsAreOut(context.WithoutCancel(ctx)); err != nil {
		return r.result(), err
	}
	for from := 0; from < len(r.sets); from += runBatch {
		if ctx.Err() != nil {
			return r.end(context.WithoutCancel(ctx), RunCancelled, eventRunCancelled)
		}
		if err := r.a.s.Touch(); err != nil {
			return r.result(), err
		}
		batch := r.sets[from:min(from+runBatch, len(r.sets))]
		var moved []int
		var skipped []Skipped
		err := w.update(context.WithoutCancel(ctx), func(tx Tx) error {
			moved, skipped = nil, nil
			if err := r.goesOn(tx, RunReady); err != nil {
				return err
			}
			now := w.now()
			for i, set := range batch {
				p, why, err := r.stillReady(tx, set.ProfileID)
				if err != nil {
					return err
				}
				if pending, err := tx.Set(set.ID); errors.Is(err, ErrNotFound) || err == nil && pending.State != SetPending {
					why = cmp.Or(why, CodeCodesChanged) // whoever lost 2FA lost this set, too
				} else if err != nil {
					return err
				}
				if why != "" {
					skipped = append(skipped, Skipped{set.ProfileID, p.Name, why})
					if _, err := tx.MoveSet(set.ID, SetPending, SetDropped, now); err != nil {
						return err
					}
					continue
				}
				if err := errors.Join(putInForce(tx, set, now), reset(tx, set.ProfileID, false, KindRecovery)); err != nil {
					return err
				}
				moved = append(moved, i)
			}
			if len(moved)+len(skipped) == 0 {
				return nil
			}
			if len(moved) == 0 {
				return w.record(tx, now, eventRunSheetsDropped, r.a.s.id, "", map[string]string{"run": decimal(r.run.Number)})
			}
			if len(moved) == 1 {
				return w.record(tx, now, eventRunSheetIssued, r.a.s.id, batch[moved[0]].ProfileID, r.detail(batch, moved))
			}
			return w.record(tx, now, eventRunSheetsIssued, r.a.s.id, "", r.detail(batch, moved))
		})
		if err != nil {
			return r.result(), err
		}
		r.mu.Lock()
		r.inForce += len(moved)
		r.skipped = append(r.skipped, skipped...)
		r.mu.Unlock()
		if progress != nil {
			progress(int64(from+len(batch)), int64(len(r.sets)))
		}
	}
	return r.end(context.WithoutCancel(ctx), RunDone, eventRunDone)
}

// Cancel ends the run: who has the new set by then keeps it, the others keep the
// old one, and sheets that were printed for those are void. It may be called
// while the run goes on elsewhere, which then ends with run_over. A run that is
// over stays as it is. Errors: folder.
func (r *PrintRun) Cancel(ctx context.Context) (RunResult, error) {
	r.mu.Lock()
	over := r.state != RunIssuing && r.state != RunReady
	r.mu.Unlock()
	if over {
		return r.result(), nil
	}
	return r.end(context.WithoutCancel(ctx), RunCancelled, eventRunCancelled)
}

// sheetsAreOut notes that every sheet is on paper or in a file.
func (r *PrintRun) sheetsAreOut(ctx context.Context) error {
	w := r.a.s.w
	err := w.update(ctx, func(tx Tx) error {
		if err := r.goesOn(tx, RunIssuing); err != nil {
			return err
		}
		if ok, err := tx.MoveRun(r.run.Number, RunIssuing, RunReady, time.Time{}); err != nil || !ok {
			return errors.Join(err, refuseUnless(ok, CodeRunOver))
		}
		return w.record(tx, w.now(), eventRunReady, r.a.s.id, "", map[string]string{"run": decimal(r.run.Number)})
	})
	if err == nil {
		r.became(RunReady)
	}
	return err
}

func (r *PrintRun) became(s RunState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = s
}

// end ends the run in whichever state the store has it, and drops its sets that
// are not in force. It asks the ledger for them, since a batch may have been
// committed elsewhere a moment ago.
func (r *PrintRun) end(ctx context.Context, to RunState, event string) (RunResult, error) {
	w := r.a.s.w
	ended, inForce := to, 0
	err := w.update(ctx, func(tx Tx) error {
		row, err := tx.Run(r.run.Number)
		if err != nil {
			return err
		}
		var pending []string
		inForce = 0
		if err := tx.Ledger(r.run.Number, func(e LedgerEntry) error {
			switch e.State {
			case SetPending:
				pending = append(pending, e.SetID)
			case SetDropped:
			default:
				inForce++
			}
			return nil
		}); err != nil {
			return err
		}
		if ended = row.State; ended != RunIssuing && ended != RunReady {
			return nil
		}
		ended = to
		now := w.now()
		for _, id := range pending {
			if _, err := tx.MoveSet(id, SetPending, SetDropped, now); err != nil {
				return err
			}
		}
		if ok, err := tx.MoveRun(r.run.Number, row.State, to, now); err != nil || !ok {
			return errors.Join(err, refuseUnless(ok, CodeRunOver))
		}
		return w.record(tx, now, event, r.a.s.id, "", map[string]string{
			"run": decimal(r.run.Number), "count": decimal(inForce), "of": decimal(len(r.members)),
		})
	})
	if err == nil {
		r.mu.Lock()
		r.state, r.inForce = ended, inForce
		r.mu.Unlock()
	}
	return r.result(), err
}

func (r *PrintRun) result() RunResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	return RunResult{State: r.state, InForce: r.inForce, Skipped: slices.Clone(r.skipped)}
}

// interruptRuns ends the runs that a crash has left, at start-up.
func (w *Workspace) interruptRuns(ctx context.Context) error {
	for _, state := range []RunState{RunIssuing, RunReady} {
		var left []Run
		err := w.view(ctx, func(tx Tx) (err error) {
			left, err = tx.RunsIn(state)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range left {
			err := w.update(ctx, func(tx Tx) error {
				now := w.now()
				if ok, err := tx.MoveRun(r.Number, state, RunInterrupted, now); err != nil || !ok {
					return err
				}
				return w.record(tx, now, eventRunInterrupted, "", "", map[string]string{"run": decimal(r.Number)})
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// checkWord is the word that the sheet of a set shows: it follows from the set
// and the pepper, and is kept nowhere.
func (w *Workspace) checkWord(setID string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	mac := hmac.New(sha256.New, w.keys.pepper.Reveal())
	mac.Write([]byte("check word\x00" + setID))
	return recovery.CheckWord(mac.Sum(nil))
}
