package app

import (
	"context"
	"slices"

	"countersign/backend/client"
	"countersign/backend/service"
)

// PrintRuns is Print runs: issuing sheets for several members, and their ledger.
type PrintRuns struct{ s *shell }

// RunView is a line of the ledger.
type RunView struct {
	Number  int            `json:"number"`
	At      string         `json:"at"`
	By      string         `json:"by"`
	Reason  string         `json:"reason"`
	Kind    string         `json:"kind"`  // print, export
	State   string         `json:"state"` // issuing, ready, done, cancelled, interrupted
	Members int            `json:"members"`
	Sheets  map[string]int `json:"sheets"` // how many are made, issued, handed-over, acknowledged, replaced, voided
}

// SheetRow is a sheet of a run.
type SheetRow struct {
	Sheet          int    `json:"sheet"`
	Run            int    `json:"run"`
	Place          int    `json:"place"`  // on the run’s list
	Member         string `json:"member"` // ID
	Name           string `json:"name"`
	Email          string `json:"email"`
	State          string `json:"state"` // made, issued, handed-over, acknowledged, replaced, voided
	IssuedAt       string `json:"issuedAt"`
	HandedOverAt   string `json:"handedOverAt,omitempty"`
	AcknowledgedAt string `json:"acknowledgedAt,omitempty"`
	EndedAt        string `json:"endedAt,omitempty"`
	CodesLeft      int    `json:"codesLeft"`
	ForOwner       bool   `json:"forOwner,omitempty"` // only an owner marks or voids it
}

// LedgerView is one run.
type LedgerView struct {
	Run     RunView      `json:"run"`
	Sheets  []SheetRow   `json:"sheets"`
	Without []MemberView `json:"without"` // it was begun for them, and they have no sheet of it
}

func runView(r service.Run) RunView {
	return RunView{
		Number: r.Number, At: stamp(r.At), By: r.ByName, Reason: r.Reason, Kind: string(r.Kind), State: string(r.State), Members: len(r.Members),
		Sheets: map[string]int{},
	}
}

func sheetRow(e service.LedgerEntry) SheetRow {
	return SheetRow{
		Sheet: e.Sheet, Run: e.Run, Place: e.Place, Member: e.ProfileID, Name: e.Name, Email: e.Email, State: string(e.SheetState()), IssuedAt: stamp(e.IssuedAt),
		HandedOverAt: stamp(e.HandedOverAt), AcknowledgedAt: stamp(e.AcknowledgedAt), EndedAt: stamp(e.EndedAt), CodesLeft: e.CodesLeft,
	}
}

// List reads runs, newest first, before a number; 0: from the newest.
func (p *PrintRuns) List(session string, before int) ([]RunView, error) {
	out := []RunView{}
	err := p.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		all, err := a.Runs(ctx, before)
		for _, r := range all {
			v := runView(r.Run)
			for state, n := range r.Sheets {
				v.Sheets[string(state)] = n
			}
			out = append(out, v)
		}
		return err
	})
	return out, err
}

// Get reads one run.
func (p *PrintRuns) Get(session string, run int) (LedgerView, error) {
	out := LedgerView{Sheets: []SheetRow{}, Without: []MemberView{}}
	err := p.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		policy, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		l, err := a.Ledger(ctx, run)
		if err != nil {
			return err
		}
		out.Run = runView(l.Run)
		for _, e := range l.Entries {
			row := sheetRow(e)
			row.ForOwner = slices.Contains(l.Left, row.Member)
			out.Sheets = append(out.Sheets, row)
			out.Run.Sheets[row.State]++
		}
		for _, m := range l.Without {
			out.Without = append(out.Without, p.s.memberView(m, policy))
		}
		return nil
	})
	return out, err
}

// Unacknowledged lists what is in force and was not acknowledged, oldest first.
func (p *PrintRuns) Unacknowledged(session string) ([]SheetRow, error) {
	out := []SheetRow{}
	err := p.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		all, err := a.Unacknowledged(ctx)
		for _, e := range all {
			out = append(out, sheetRow(e))
		}
		return err
	})
	return out, err
}

// HandOver notes that sheets were handed over, by their places on the run’s list, and gives how many.
func (p *PrintRuns) HandOver(session string, run int, places []int) (n int, err error) {
	err = p.s.asAdmin(session, func(ctx context.Context, a *client.Admin) (err error) {
		n, err = a.HandOver(ctx, run, places)
		return err
	})
	return n, err
}

// Void voids sheets that never reached their members, and gives how many.
func (p *PrintRuns) Void(session string, run int, places []int) (n int, err error) {
	err = p.s.asAdmin(session, func(ctx context.Context, a *client.Admin) (err error) {
		n, err = a.VoidSheets(ctx, run, places)
		return err
	})
	return n, err
}

// RunPreview is what a run would do.
type RunPreview struct {
	Ready  []MemberView `json:"ready"`  // get a sheet
	Voids  []MemberView `json:"voids"`  // of these, who holds one that it replaces
	Barred []BarredView `json:"barred"` // do not

	Unprintable []UnprintableView `json:"unprintable"` // get one with boxes on it
}

// BarredView is a member who cannot be in a run.
type BarredView struct {
	Member MemberView `json:"member"`
	Reason string     `json:"reason"` // two_factor_off, member_invited, member_suspended, forbidden
}

// Preview says what a run for these members would do.
func (p *PrintRuns) Preview(session string, members []string) (RunPreview, error) {
	out := RunPreview{Ready: []MemberView{}, Voids: []MemberView{}, Barred: []BarredView{}, Unprintable: []UnprintableView{}}
	var people []named
	err := p.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		policy, err := a.Policy(ctx)
		if err != nil {
			return err
		}
		found, err := a.PreviewRun(ctx, members)
		if err != nil {
			return err
		}
		for _, m := range found.Ready {
			out.Ready = append(out.Ready, p.s.memberView(m, policy))
			people = append(people, named{m.Name, m.Email, m.Language})
		}
		for _, m := range found.Voids {
			out.Voids = append(out.Voids, p.s.memberView(m, policy))
		}
		for _, b := range found.Barred {
			out.Barred = append(out.Barred, BarredView{p.s.memberView(b.Member, policy), string(b.Reason)})
		}
		return nil
	})
	if err == nil {
		out.Unprintable, err = unprintable(people)
	}
	return out, err
}
