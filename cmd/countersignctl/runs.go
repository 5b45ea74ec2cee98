package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// runView is a print run as --json prints it.
type runView struct {
	Number  int            `json:"number"`
	At      time.Time      `json:"at"`
	By      string         `json:"by"`
	Reason  string         `json:"reason"`
	Kind    string         `json:"kind"`  // print, export
	State   string         `json:"state"` // issuing, ready, done, cancelled, interrupted
	Members int            `json:"members"`
	Sheets  map[string]int `json:"sheets"` // how many are made, issued, handed-over, confirmed, replaced, cancelled
}

func runViewOf(r service.Run) runView {
	return runView{r.Number, r.At, r.ByName, r.Reason, string(r.Kind), string(r.State), len(r.Members), map[string]int{}}
}

// sheetView is a sheet of a print run as --json prints it.
type sheetView struct {
	Place        int       `json:"line"` // on the run’s list
	Sheet        int       `json:"sheet"`
	Run          int       `json:"run"`
	Member       person    `json:"member"`
	State        string    `json:"state"`
	IssuedAt     time.Time `json:"issuedAt"`
	HandedOverAt time.Time `json:"handedOverAt,omitzero"`
	ConfirmedAt  time.Time `json:"confirmedAt,omitzero"`
	EndedAt      time.Time `json:"endedAt,omitzero"`
	CodesLeft    int       `json:"codesLeft"`
	ForOwner     bool      `json:"forOwner,omitempty"` // only an owner marks or cancels it
}

func sheetViewOf(l service.LedgerEntry) sheetView {
	return sheetView{l.Place, l.Sheet, l.Run, person{l.ProfileID, l.Name, l.Email}, stateWord(l.SheetState()), l.IssuedAt, l.HandedOverAt, l.AcknowledgedAt, l.EndedAt, l.CodesLeft, false}
}

// stateWord is what the terminal calls where a sheet stands.
func stateWord(s service.SheetState) string {
	switch s {
	case service.SheetAcknowledged:
		return "confirmed"
	case service.SheetVoided:
		return "cancelled"
	}
	return string(s)
}

func runsList(ctx context.Context, e *env, _ []string) error {
	if e.before < 0 {
		return cli.Usage(words.TerminalUsageRunNumber, words.Args{"flag": "--before"})
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		all, err := a.Runs(ctx, int(e.before))
		if err != nil {
			return err
		}
		views := []runView{}
		for _, r := range all {
			v := runViewOf(r.Run)
			for state, n := range r.Sheets {
				v.Sheets[stateWord(state)] = n
			}
			views = append(views, v)
		}
		return e.print(map[string]any{"runs": views}, runTable(views))
	})
}

func runTable(all []runView) string {
	if len(all) == 0 {
		return say(words.TerminalRunsListNone, nil) + "\n"
	}
	return table(words.TerminalRunsListHead, all, func(v runView) string {
		return fmt.Sprintf("%d\t%s\t%s\t%s\t%d\t%d\t%d\t%s", v.Number, day(v.At), cli.Printable(v.By), inWords(words.TerminalWordRun, v.State), v.Members,
			v.Sheets["handed-over"]+v.Sheets["confirmed"], v.Sheets["confirmed"], cli.Printable(v.Reason))
	})
}

func sheetTable(all []sheetView) string {
	return table(words.TerminalRunsSheets, all, func(v sheetView) string {
		return fmt.Sprintf("%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d", v.Run, v.Place, v.Sheet, cli.Printable(v.Member.Name), cli.Printable(v.Member.Email), inWords(words.TerminalWordSheet, v.State),
			day(v.IssuedAt), day(v.HandedOverAt), day(v.ConfirmedAt), v.CodesLeft)
	})
}

// table has a line for each row, under headings, with tabs between cells.
func table[T any](head words.Key, rows []T, line func(T) string) string {
	all := [][]string{strings.Split(say(head, nil), "\t")}
	for _, r := range rows {
		cells := strings.Split(line(r), "\t")
		for i, c := range cells {
			cells[i] = cli.Printable(c)
		}
		all = append(all, cells)
	}
	return cli.Columns(all)
}

// minute and second are how the terminal writes times.
func minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
func second(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}

func runsShow(ctx context.Context, e *env, args []string) error {
	run, err := runNumber(args[0])
	if err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		l, err := a.Ledger(ctx, run)
		if err != nil {
			return err
		}
		v, sheets, without := runViewOf(l.Run), []sheetView{}, []person{}
		for _, entry := range l.Entries {
			s := sheetViewOf(entry)
			s.ForOwner = slices.Contains(l.Left, entry.ProfileID)
			sheets = append(sheets, s)
			v.Sheets[s.State]++
		}
		for _, m := range l.Without {
			without = append(without, person{m.ID, m.Name, m.Email})
		}
		text := cli.Printable(say(words.TerminalRunsShowRun, words.Args{
			"run": v.Number, "at": minute(v.At), "by": v.By, "state": inWords(words.TerminalWordRun, v.State), "reason": v.Reason,
		})) + "\n"
		if len(sheets) > 0 {
			text += sheetTable(sheets)
		}
		if left, _ := leftIn(l, func(service.LedgerEntry) bool { return true }); len(left) > 0 {
			text += cli.Printable(say(words.TerminalRunsLeft, words.Args{"n": len(left), "members": someNames(left)})) + "\n"
		}
		for _, p := range without {
			text += cli.Printable(say(words.TerminalRunsShowWithout, words.Args{"member": member(p.Name, p.Email)})) + "\n"
		}
		return e.print(map[string]any{"run": v, "sheets": sheets, "without": without}, text)
	})
}

func runsUnconfirmed(ctx context.Context, e *env, _ []string) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
		all, err := a.Unacknowledged(ctx)
		if err != nil {
			return err
		}
		sheets := []sheetView{}
		for _, l := range all {
			sheets = append(sheets, sheetViewOf(l))
		}
		text := say(words.TerminalRunsUnconfirmedNone, nil) + "\n"
		if len(sheets) > 0 {
			text = sheetTable(sheets)
		}
		return e.print(map[string]any{"sheets": sheets}, text)
	})
}

func runsHandOver(ctx context.Context, e *env, args []string) error {
	run, places, err := placesOf(args)
	if err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		l, err := ledgerOf(ctx, a, run, places)
		if err != nil {
			return err
		}
		wanted, left := e.withoutLeft(l, places, func(entry service.LedgerEntry) bool { return entry.HandedOverAt.IsZero() })
		if left {
			if err := e.canAsk(); err != nil {
				return err
			}
			if err := e.confirm(ctx, words.TerminalRunsHandOverAsk, words.Args{"n": len(wanted)}); err != nil {
				return err
			}
		}
		n, err := a.HandOver(ctx, run, wanted)
		if err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true, "run": run, "handedOver": n, "forOwner": len(places) - len(wanted)},
			say(words.TerminalRunsHandOverDone, words.Args{"n": n, "of": len(places)})+"\n")
	})
}

func runsCancel(ctx context.Context, e *env, args []string) error {
	run, places, err := placesOf(args)
	if err != nil {
		return err
	}
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		l, err := ledgerOf(ctx, a, run, places)
		if err != nil {
			return err
		}
		wanted, _ := e.withoutLeft(l, places, func(service.LedgerEntry) bool { return true })
		var holders []string
		for _, entry := range l.Entries {
			if slices.Contains(wanted, entry.Place) {
				holders = append(holders, entry.Name)
			}
		}
		err = e.confirm(ctx, words.TerminalRunsCancelAsk, words.Args{"n": len(wanted), "run": run, "members": someNames(holders)})
		if err != nil {
			return err
		}
		n, err := a.VoidSheets(ctx, run, wanted)
		if err != nil {
			return err
		}
		return e.print(map[string]any{"ok": true, "run": run, "cancelled": n, "forOwner": len(places) - len(wanted)}, say(words.TerminalRunsCancelDone, words.Args{"n": n, "of": len(places)})+"\n")
	})
}

// ledgerOf reads a run, and refuses places on its list that it does not have: the number may be mistyped.
func ledgerOf(ctx context.Context, a *client.Admin, run int, places []int) (service.Ledger, error) {
	l, err := a.Ledger(ctx, run)
	if err != nil {
		return service.Ledger{}, err
	}
	has := map[int]bool{}
	for _, entry := range l.Entries {
		has[entry.Place] = true
	}
	for _, n := range places {
		if !has[n] {
			return service.Ledger{}, cli.Fail("sheet_unknown", cli.ExitUsage, words.TerminalFailureSheetUnknown, words.Args{"run": run, "line": n})
		}
	}
	return l, nil
}

// leftIn names whose sheets in force, of those that are meant, only an owner marks or cancels, and gives their places.
func leftIn(l service.Ledger, meant func(service.LedgerEntry) bool) (names []string, places []int) {
	for _, entry := range l.Entries {
		if slices.Contains(l.Left, entry.ProfileID) && meant(entry) {
			names, places = append(names, entry.Name), append(places, entry.Place)
		}
	}
	return names, places
}

// withoutLeft leaves out, and names, the sheets that only an owner marks or cancels, since one of them has all refused. Where no other is wanted,
// there is nothing to leave out, and the refusal says so.
func (e *env) withoutLeft(l service.Ledger, places []int, meant func(service.LedgerEntry) bool) (rest []int, left bool) {
	names, not := leftIn(l, func(entry service.LedgerEntry) bool { return slices.Contains(places, entry.Place) && meant(entry) })
	rest = slices.DeleteFunc(slices.Clone(places), func(n int) bool { return slices.Contains(not, n) })
	if len(not) == 0 || len(rest) == 0 {
		return places, false
	}
	e.notice(words.TerminalRunsLeft, words.Args{"n": len(names), "members": someNames(names)})
	return rest, true
}

func runNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, cli.Usage(words.TerminalUsageRun, words.Args{"typed": strconv.Quote(s)})
	}
	return n, nil
}

// placesOf reads a run and places on its list, such as 28 3 5-10.
func placesOf(args []string) (run int, places []int, err error) {
	if run, err = runNumber(args[0]); err != nil {
		return 0, nil, err
	}
	for _, s := range args[1:] {
		from, to, isRange := strings.Cut(s, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || first < 1 || last < first || last-first >= service.MaxRun {
			return 0, nil, cli.Usage(words.TerminalUsageSheet, words.Args{"typed": strconv.Quote(s)})
		}
		for n := first; n <= last; n++ {
			places = append(places, n)
		}
	}
	slices.Sort(places)
	return run, slices.Compact(places), nil
}
