package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"countersign/backend/folder"
	"countersign/backend/runfile"
	"countersign/backend/words"
	"countersign/backend/workspace"
)

// RunRequest is what a print run is to do.
type RunRequest struct {
	Members    []string `json:"members"` // IDs
	Reason     string   `json:"reason"`
	Paper      string   `json:"paper"`      // a4, letter
	Format     string   `json:"format"`     // pdf, csv, text, or age, which is anything else too; of no meaning for Make
	Recipients string   `json:"recipients"` // for age: public keys, one a line; empty: the passphrase
	Passphrase Envelope `json:"passphrase"`
	Approval   string   `json:"approval"` // where two people are needed
}

// RunOutcome says how a run ended and what it left where.
type RunOutcome struct {
	Number  int           `json:"number"` // 0: the dialog was dismissed, and nothing was done
	State   string        `json:"state"`
	InForce int           `json:"inForce"`
	Of      int           `json:"of"`
	Skipped []SkippedView `json:"skipped"`
	Name    string        `json:"name,omitempty"` // of the file
	Folder  string        `json:"folder,omitempty"`
	Problem *AppError     `json:"problem,omitempty"` // why not everybody has the new sheet who was to
}

// SkippedView is a member of a run who keeps the old set.
type SkippedView struct {
	Name   string `json:"name"`
	Reason string `json:"reason"` // member_gone, member_suspended, two_factor_off, codes_changed
}

func outcome(plan workspace.RunPlan, r workspace.RunResult) RunOutcome {
	out := RunOutcome{Number: plan.Number, State: string(r.State), InForce: r.InForce, Of: len(plan.Names), Skipped: []SkippedView{}}
	for _, s := range r.Skipped {
		out.Skipped = append(out.Skipped, SkippedView{s.Name, string(s.Reason)})
	}
	return out
}

// pendingRun is a print run whose sheets are on their way to paper.
type pendingRun struct {
	run   *workspace.PrintRun
	stop  context.CancelFunc
	doing context.Context
}

// hold makes a run the window's one, so that Cancel and a lock find it.
func (s *shell) hold(token string, run *workspace.PrintRun) (*pendingRun, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token != s.token {
		return nil, errNoSession
	}
	ctx, stop := context.WithCancel(s.ctx)
	s.run = &pendingRun{run: run, stop: stop, doing: ctx}
	return s.run, nil
}

func (s *shell) pending(token string) (*pendingRun, error) {
	if _, err := s.use(token); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return nil, workspace.Fault(workspace.CodeRunOver, nil, nil)
	}
	return s.run, nil
}

func (s *shell) release(p *pendingRun) {
	p.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == p {
		s.run = nil
	}
}

// progress tells the page how far a run is: the event "run-progress".
func (p *PrintRuns) progress(phase string) workspace.Progress {
	var last time.Time
	return func(done, total int64) {
		if now := time.Now(); done == total || now.Sub(last) > 50*time.Millisecond {
			last = now
			p.s.desktop.Emit("run-progress", map[string]any{"phase": phase, "done": done, "total": total})
		}
	}
}

// Save asks for a place, makes the sheets, writes them there, and only then puts
// them in force. Until the file is whole nobody's codes change, and whatever goes
// wrong leaves no file and each member with the old sheet.
func (p *PrintRuns) Save(session string, r RunRequest, proof Proof) (RunOutcome, error) {
	if _, err := p.s.use(session); err != nil {
		return RunOutcome{}, err
	}
	target, err := p.target(r)
	if err != nil {
		return RunOutcome{}, err
	}
	typed, err := p.s.proved(session, proof)
	if err != nil {
		return RunOutcome{}, err
	}
	ending := target.Format.Ending()
	path, err := p.s.desktop.SaveAs(words.DialogSaveSheets, dated(words.DialogNameSheets, p.s.now())+ending, kindsOf(ending))
	if err != nil {
		return RunOutcome{}, saveFailed("", err)
	}
	if path == "" {
		return RunOutcome{}, nil
	}
	path, ok, err := p.s.withEnding(path, ending)
	if err != nil || !ok {
		return RunOutcome{}, err
	}
	var out RunOutcome
	err = p.s.asAdmin(session, func(ctx context.Context, a *workspace.Admin) error {
		f, err := folder.CreateWhole(path) // before anything begins: the place may be read-only
		if err != nil {
			return saveFailed(filepath.Base(path), err)
		}
		defer func() { _ = f.Drop() }()
		run, err := a.BeginRun(ctx, workspace.RunRequest{Members: r.Members, Reason: r.Reason, Kind: workspace.RunExport, Approval: r.Approval}, typed)
		if err != nil {
			return err
		}
		held, err := p.s.hold(session, run)
		if err != nil {
			return errors.Join(err, cancelled(run))
		}
		defer p.s.release(held)
		if err := runfile.Write(held.doing, f, a, run, target, p.progress("making")); err != nil {
			return p.givenUp(held, run, filepath.Base(path), err)
		}
		if err := held.doing.Err(); err != nil { // stopped after the last sheet
			return p.givenUp(held, run, filepath.Base(path), err)
		}
		if err := f.Keep(); err != nil {
			return errors.Join(saveFailed(filepath.Base(path), err), cancelled(run))
		}
		res, err := run.PutInForce(held.doing, p.progress("in-force"))
		if res.InForce == 0 { // what the file holds will never work
			if gone := os.Remove(path); gone != nil {
				err = errors.Join(err, saveFailed(filepath.Base(path), gone))
			} else if err == nil && res.State != workspace.RunDone {
				return workspace.Fault(workspace.CodeRunCancelled, nil, nil)
			}
		}
		if out, err = p.ended(run, res, err); err != nil {
			return err
		}
		if res.InForce > 0 {
			out.Name, out.Folder = filepath.Base(path), filepath.Dir(path)
		}
		return nil
	})
	return out, err
}

// ended says how a run ended that was being put in force. A failure in mid-run is part
// of the outcome where sheets are in force already: they stay so, and have to be known of.
func (p *PrintRuns) ended(run *workspace.PrintRun, res workspace.RunResult, err error) (RunOutcome, error) {
	if err == nil {
		return outcome(run.Plan(), res), nil
	}
	stopped := cancelled(run)
	over := workspace.IsCode(err, workspace.CodeRunOver) || workspace.IsCode(err, workspace.CodeSessionEnded)
	if res.InForce == 0 || over {
		return RunOutcome{}, errors.Join(err, stopped)
	}
	out := outcome(run.Plan(), res)
	problem := p.s.present(err)
	out.State, out.Problem = string(workspace.RunCancelled), &problem
	return out, nil
}

func cancelled(run *workspace.PrintRun) error {
	_, err := run.Cancel(context.Background())
	return err
}

// givenUp ends a run whose sheets did not get to their place.
func (p *PrintRuns) givenUp(held *pendingRun, run *workspace.PrintRun, name string, err error) error {
	stopped := held.doing.Err() != nil
	err = errors.Join(asRefusal(name, err), cancelled(run))
	if stopped {
		return workspace.Fault(workspace.CodeRunCancelled, nil, nil)
	}
	return err
}

// asRefusal takes what has no words of its own for the file's trouble.
func asRefusal(name string, err error) error {
	var known *workspace.Error
	if errors.As(err, &known) {
		return err
	}
	return saveFailed(name, err)
}

func kindsOf(ending string) []fileKind {
	switch ending {
	case ".age":
		return []fileKind{{words.DialogKindAge, "*.age"}}
	case ".csv":
		return []fileKind{{words.DialogKindCsv, "*.csv"}}
	case ".txt":
		return []fileKind{{words.DialogKindTxt, "*.txt"}}
	}
	return []fileKind{{words.DialogKindPdf, "*.pdf"}}
}

// target says how the sheets leave the app: encrypted, unless something else was asked for.
func (p *PrintRuns) target(r RunRequest) (t runfile.Target, err error) {
	t = runfile.Target{Format: runfile.Age, Paper: paperSize(r.Paper)}
	switch f := runfile.Format(r.Format); f {
	case runfile.PDF, runfile.CSV, runfile.Text:
		t.Format = f
		return t, nil
	}
	t.To, err = p.s.sealFor(r.Recipients, r.Passphrase)
	return t, err
}

// PrintSheets is a run on its way to a printer, as the page draws it.
type PrintSheets struct {
	Number     int         `json:"number"`
	Workspace  string      `json:"workspace"`
	At         string      `json:"at"`
	By         string      `json:"by"`
	ApprovedBy string      `json:"approvedBy,omitempty"`
	Reason     string      `json:"reason"`
	LogHead    string      `json:"logHead"`
	Signature  string      `json:"signature"`
	Sheets     []PaperView `json:"sheets"`
	Codes      Envelope    `json:"codes"` // ten a sheet, in their order, a space between them
}

// PaperView is one sheet of it.
type PaperView struct {
	Sheet     int    `json:"sheet"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	Replaces  int    `json:"replaces,omitempty"`
	CheckWord string `json:"checkWord"`
}

// MaxPrint is how many sheets go through the page to a printer; more are better saved.
const MaxPrint = 200

// Make makes the sheets for the system's print dialog. None is in force until
// PutInForce, once they are on paper.
func (p *PrintRuns) Make(session string, r RunRequest, proof Proof, answer PublicKey) (PrintSheets, error) {
	if _, err := p.s.use(session); err != nil {
		return PrintSheets{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return PrintSheets{}, err
	}
	if len(r.Members) > MaxPrint {
		return PrintSheets{}, workspace.Fault(workspace.CodeRunLong, map[string]any{"max": MaxPrint}, nil)
	}
	var out PrintSheets
	err = p.s.asAdminProving(session, proof, func(ctx context.Context, a *workspace.Admin, typed workspace.Proof) error {
		run, err := a.BeginRun(ctx, workspace.RunRequest{Members: r.Members, Reason: r.Reason, Kind: workspace.RunPrint, Approval: r.Approval}, typed)
		if err != nil {
			return err
		}
		held, err := p.s.hold(session, run)
		if err != nil {
			return errors.Join(err, cancelled(run))
		}
		out, err = p.make(held.doing, a, run, to)
		if err != nil {
			defer p.s.release(held)
			return p.givenUp(held, run, "", err)
		}
		return nil
	})
	return out, err
}

func (p *PrintRuns) make(ctx context.Context, a *workspace.Admin, run *workspace.PrintRun, to recipient) (PrintSheets, error) {
	plan := run.Plan()
	c, err := runfile.Cover(ctx, a, plan)
	if err != nil {
		return PrintSheets{}, err
	}
	out := PrintSheets{
		Number: plan.Number, Workspace: plan.Workspace, At: stamp(plan.At), By: plan.ByName, ApprovedBy: plan.ApprovedBy, Reason: plan.Reason,
		LogHead: c.LogHead, Signature: c.SigningKey, Sheets: []PaperView{},
	}
	var codes []string
	err = run.Issue(ctx, p.progress("making"), func(s workspace.RunSheet) error {
		out.Sheets = append(out.Sheets, PaperView{Sheet: s.Sheet, Name: s.Name, Email: s.Email, Replaces: s.Replaces, CheckWord: s.CheckWord})
		codes = append(codes, display(s.Codes)...)
		return nil
	})
	if err != nil {
		return PrintSheets{}, err
	}
	out.Codes, err = to.close(holdsCodes, spaced(codes))
	return out, err
}

// Print opens the system's print dialog on what Make has made.
func (p *PrintRuns) Print(session string) error {
	if _, err := p.s.pending(session); err != nil {
		return err
	}
	p.s.desktop.Print()
	return nil
}

// PutInForce replaces the old sheets by those that were printed. pages is how many
// somebody says are on paper: the system's print dialog does not tell whether it
// was cancelled, so that without the cover and every sheet nothing changes.
func (p *PrintRuns) PutInForce(session string, pages int) (RunOutcome, error) {
	held, err := p.s.pending(session)
	if err != nil {
		return RunOutcome{}, err
	}
	if least := 1 + len(held.run.Plan().Names); pages < least {
		return RunOutcome{}, &shellError{code: codePagesMissing}
	}
	ses, err := p.s.use(session)
	if err != nil {
		return RunOutcome{}, err
	}
	defer p.s.release(held)
	res, err := held.run.PutInForce(held.doing, p.progress("in-force"))
	out, err := p.ended(held.run, res, err)
	return out, p.s.after(ses, err)
}

// Cancel ends the run under way: who has the new sheet by then keeps it, the
// others keep the old one. A run that is being saved answers Save.
func (p *PrintRuns) Cancel(session string) (RunOutcome, error) {
	held, err := p.s.pending(session)
	if err != nil {
		return RunOutcome{}, err
	}
	held.stop()
	p.s.release(held)
	res, err := held.run.Cancel(p.s.context())
	return outcome(held.run.Plan(), res), err
}
