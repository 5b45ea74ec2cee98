package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/runexport"
	"countersign/backend/service"
	"countersign/backend/words"
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

func outcome(plan service.RunPlan, r service.RunResult) RunOutcome {
	out := RunOutcome{Number: plan.Number, State: string(r.State), InForce: r.InForce, Of: len(plan.Names), Skipped: []SkippedView{}}
	for _, s := range r.Skipped {
		out.Skipped = append(out.Skipped, SkippedView{s.Name, string(s.Reason)})
	}
	return out
}

// pendingRun is a print run whose sheets are on their way to paper.
type pendingRun struct {
	run   *client.PrintRun
	stop  context.CancelFunc
	doing context.Context
}

// hold makes a run the sign-in's one, so that Cancel finds it.
func (in *signIn) hold(run *client.PrintRun) (held *pendingRun, err error) {
	err = in.note(func() error {
		held = &pendingRun{run: run}
		held.doing, held.stop = context.WithCancel(in.ctx)
		in.run = held
		return nil
	})
	return held, err
}

func (in *signIn) pending() (held *pendingRun, err error) {
	err = in.note(func() error {
		if held = in.run; held == nil {
			return service.Fault(service.CodeRunOver, nil, nil)
		}
		return nil
	})
	return held, err
}

func (s *shell) pending(token string) (in *signIn, held *pendingRun, err error) {
	if in, err = s.use(token); err == nil {
		held, err = in.pending()
	}
	return in, held, err
}

func (in *signIn) release(p *pendingRun) {
	p.stop()
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.run == p {
		in.run = nil
	}
}

// Save asks for a place, makes the sheets, writes them there, and only then puts
// them in force. Until the file is whole nobody's codes change, and whatever goes
// wrong leaves no file and each member with the old sheet.
func (p *PrintRuns) Save(session string, r RunRequest, proof Proof) (RunOutcome, error) {
	in, err := p.s.use(session)
	if err != nil {
		return RunOutcome{}, err
	}
	target, err := in.target(r)
	if err != nil {
		return RunOutcome{}, err
	}
	typed, err := in.proved(proof)
	if err != nil {
		return RunOutcome{}, err
	}
	ending := target.Format.Ending()
	path, err := p.s.desktop.SaveAs(words.DialogSaveSheets, p.s.dated(words.DialogNameSheets)+ending, kindsOf(ending))
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
	if err := in.live(); err != nil { // the dialog may have stood open for long
		return RunOutcome{}, err
	}
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		f, err := folder.CreateWhole(path) // before anything begins: the place may be read-only
		if err != nil {
			return saveFailed(filepath.Base(path), err)
		}
		defer func() { _ = f.Drop() }()
		run, err := a.BeginRun(ctx, service.RunRequest{Members: r.Members, Reason: r.Reason, Kind: service.RunExport, Approval: r.Approval}, typed)
		if err != nil {
			return err
		}
		held, err := in.hold(run)
		if err != nil {
			return errors.Join(err, cancelled(run))
		}
		defer in.release(held)
		if err := runexport.Write(held.doing, f, a, run, target, in.runProgress("making")); err != nil {
			return p.givenUp(held, run, filepath.Base(path), err)
		}
		if err := held.doing.Err(); err != nil { // stopped after the last sheet
			return p.givenUp(held, run, filepath.Base(path), err)
		}
		if err := f.Keep(); err != nil {
			return errors.Join(saveFailed(filepath.Base(path), err), cancelled(run))
		}
		res, err := run.PutInForce(held.doing, in.runProgress("in-force"))
		if res.InForce == 0 { // what the file holds will never work
			if gone := os.Remove(path); gone != nil {
				err = errors.Join(err, saveFailed(filepath.Base(path), gone))
			} else if err == nil && res.State != service.RunDone {
				return service.Fault(service.CodeRunCancelled, nil, nil)
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
func (p *PrintRuns) ended(run *client.PrintRun, res service.RunResult, err error) (RunOutcome, error) {
	if err == nil {
		return outcome(run.Plan(), res), nil
	}
	stopped := cancelled(run)
	over := service.IsCode(err, service.CodeRunOver) || service.IsCode(err, service.CodeSessionEnded)
	if res.InForce == 0 || over {
		return RunOutcome{}, errors.Join(err, stopped)
	}
	out := outcome(run.Plan(), res)
	problem := p.s.present(err)
	out.State, out.Problem = string(service.RunCancelled), &problem
	return out, nil
}

func cancelled(run *client.PrintRun) error {
	_, err := run.Cancel(context.Background())
	return err
}

// givenUp ends a run whose sheets did not get to their place.
func (p *PrintRuns) givenUp(held *pendingRun, run *client.PrintRun, name string, err error) error {
	stopped := held.doing.Err() != nil
	err = errors.Join(asRefusal(name, err), cancelled(run))
	if stopped {
		return service.Fault(service.CodeRunCancelled, nil, nil)
	}
	return err
}

// asRefusal takes what has no words of its own for the file's trouble.
func asRefusal(name string, err error) error {
	var known *service.Error
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
func (in *signIn) target(r RunRequest) (t runexport.Target, err error) {
	t = runexport.Target{Format: runexport.Age, Paper: paperSize(r.Paper), Words: in.s.words()}
	switch f := runexport.Format(r.Format); f {
	case runexport.PDF, runexport.CSV, runexport.Text:
		t.Format = f
		return t, nil
	}
	t.To, err = in.encryptTo(r.Recipients, r.Passphrase)
	return t, err
}

// Cancel ends the run under way: who has the new sheet by then keeps it, the
// others keep the old one. A run that is being saved answers Save.
func (p *PrintRuns) Cancel(session string) (RunOutcome, error) {
	in, held, err := p.s.pending(session)
	if err != nil {
		return RunOutcome{}, err
	}
	held.stop()
	in.release(held)
	res, err := held.run.Cancel(p.s.context())
	return outcome(held.run.Plan(), res), err
}
