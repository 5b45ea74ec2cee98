package app

import (
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/runexport"
	"countersign/backend/service"
)

// PrintSheets is a run on its way to a printer, as the page draws it.
type PrintSheets struct {
	Number     int         `json:"number"`
	Workspace  string      `json:"workspace"`
	At         string      `json:"at"`
	By         string      `json:"by"`
	ApprovedBy string      `json:"approvedBy,omitempty"`
	Reason     string      `json:"reason"`
	LogHead    string      `json:"logHead"`
	LogEvent   int64       `json:"logEvent"`
	LogCode    string      `json:"logCode"` // as of that event
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
	Support   string `json:"support,omitempty"`
	Language  string `json:"language,omitempty"` // in which it is printed; empty: the window's
}

// MaxPrint is how many sheets go through the page to a printer; more are better saved.
const MaxPrint = 200

// Make makes the sheets for the system's print dialog. None is in force until
// PutInForce, once they are on paper.
func (p *PrintRuns) Make(session string, r RunRequest, proof Proof, answer PublicKey) (PrintSheets, error) {
	in, err := p.s.use(session)
	if err != nil {
		return PrintSheets{}, err
	}
	to, err := answerTo(answer)
	if err != nil {
		return PrintSheets{}, err
	}
	if len(r.Members) > MaxPrint {
		return PrintSheets{}, service.Fault(service.CodeRunLong, map[string]any{"max": MaxPrint}, nil)
	}
	var out PrintSheets
	err = in.asAdminProving(proof, func(ctx context.Context, a *client.Admin, typed client.Proof) error {
		run, err := a.BeginRun(ctx, service.RunRequest{Members: r.Members, Reason: r.Reason, Kind: service.RunPrint, Approval: r.Approval}, typed)
		if err != nil {
			return err
		}
		held, err := in.hold(run)
		if err != nil {
			return errors.Join(err, cancelled(run))
		}
		out, err = in.makeSheets(held.doing, a, run, to)
		if err != nil {
			defer in.release(held)
			return p.givenUp(held, run, "", err)
		}
		return nil
	})
	return out, err
}

func (in *signIn) makeSheets(ctx context.Context, a *client.Admin, run *client.PrintRun, to recipient) (PrintSheets, error) {
	plan := run.Plan()
	c, err := runexport.Cover(ctx, a, in.s.words(), plan)
	if err != nil {
		return PrintSheets{}, err
	}
	out := PrintSheets{
		Number: plan.Number, Workspace: plan.Workspace, At: stamp(plan.At), By: plan.ByName, ApprovedBy: plan.ApprovedBy, Reason: plan.Reason,
		LogHead: c.LogHead, LogEvent: c.LogEvent, LogCode: c.LogCode, Signature: c.SigningKey, Sheets: []PaperView{},
	}
	var codes []string
	err = run.Issue(ctx, in.runProgress("making"), func(s client.RunSheet) error {
		out.Sheets = append(out.Sheets, PaperView{Sheet: s.Sheet, Name: s.Name, Email: s.Email, Replaces: s.Replaces, CheckWord: s.CheckWord, Support: s.Support, Language: paperLanguage(s.Language)})
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
	if _, _, err := p.s.pending(session); err != nil {
		return err
	}
	p.s.desktop.Print()
	return nil
}

// PutInForce replaces the old sheets by those that were printed. pages is how many
// somebody says are on paper: the system's print dialog does not tell whether it
// was cancelled, so that without the cover and every sheet nothing changes.
func (p *PrintRuns) PutInForce(session string, pages int) (RunOutcome, error) {
	in, held, err := p.s.pending(session)
	if err != nil {
		return RunOutcome{}, err
	}
	if least := 1 + len(held.run.Plan().Names); pages < least {
		return RunOutcome{}, &shellError{code: codePagesMissing}
	}
	defer in.release(held)
	res, err := held.run.PutInForce(held.doing, in.runProgress("in-force"))
	out, err := p.ended(held.run, res, err)
	return out, in.after(err)
}
