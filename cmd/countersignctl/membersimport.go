package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"countersign/backend/folder"
	"countersign/backend/roster"
	"countersign/backend/runfile"
	"countersign/backend/sheet"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// rosterFaults are the sentences for a file that is no list of people.
var rosterFaults = []struct {
	err error
	as  *cli.Failure
}{
	{roster.ErrEmpty, cli.Fail("import_empty", "The file is empty. Give one with a row for each person.", cli.ExitUsage)},
	{roster.ErrSpreadsheet, cli.Fail("import_spreadsheet", "The file is a spreadsheet. Save it as CSV, then give that file.", cli.ExitUsage)},
	{roster.ErrNotText, cli.Fail("import_not_text", "The file is not a list in CSV. Save the list as CSV (UTF-8) once more.", cli.ExitUsage)},
	{roster.ErrOneColumn, cli.Fail("import_one_column", "Only one column was found. Separate name and email with commas, semicolons or tabs.", cli.ExitUsage)},
	{roster.ErrNoEmail, cli.Fail("import_no_email", "No column has emails. Write Name and Email into the first row, above their columns.", cli.ExitUsage)},
	{roster.ErrNoName, cli.Fail("import_no_name", "No column has names. Write Name into the first row, above the names.", cli.ExitUsage)},
	{roster.ErrTooLarge, cli.Fail("import_large", "The file is too large for a list of members. Give one that has the list alone.", cli.ExitUsage)},
	{roster.ErrTooMany, cli.Fail("import_many", fmt.Sprintf("The list is too long. Import at most %d members at a time.", workspace.MaxImport), cli.ExitUsage)},
}

func (e *env) readRoster(ctx context.Context, args []string) (roster.List, error) {
	f, err := openInput(ctx, args[0])
	if err != nil {
		return roster.List{}, unreadable(err)
	}
	defer f.Close()
	list, err := roster.Read(f, workspace.MaxImport)
	if err == nil {
		return list, nil
	}
	for _, f := range rosterFaults {
		if errors.Is(err, f.err) {
			return list, f.as
		}
	}
	return list, unreadable(err)
}

// problem is a row that cannot be added.
type problem struct {
	Line    int    `json:"line"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Code    string `json:"code"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// imported is what members import --json prints.
type imported struct {
	OK          bool         `json:"ok"`
	Added       int          `json:"added"`
	File        string       `json:"file,omitempty"` // with the invitations
	Problems    []problem    `json:"problems"`
	Invitations []invitation `json:"invitations,omitempty"`
}

func membersImport(ctx context.Context, e *env, args []string) error {
	list, err := e.readRoster(ctx, args)
	if err != nil {
		return err
	}
	if _, err := e.paper(); err != nil {
		return err
	}
	if err := e.free(e.invitations); err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		people, problems, err := sortOut(ctx, a, list)
		if err != nil {
			return err
		}
		if len(problems) > 0 && !e.onlyGood || len(people) == 0 {
			if err := e.print(imported{Problems: problems}, told(problems)+"No one was added. Fix the list, or add --only-good to add the others.\n"); err != nil {
				return err
			}
			return errFound
		}
		return e.addAll(ctx, a, people, problems)
	})
}

// sortOut tells who can be added, and why the others cannot.
func sortOut(ctx context.Context, a *workspace.Admin, list roster.List) (people []workspace.NewMember, problems []problem, err error) {
	all := make([]workspace.NewMember, len(list.Rows))
	for i, row := range list.Rows {
		all[i] = workspace.NewMember{Name: row.Name, Email: row.Email, Role: workspace.Role(row.Role)}
	}
	wrong, err := a.CheckMembers(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	byRow := map[int]*workspace.Error{}
	for _, w := range wrong {
		byRow[w.Index] = w.Err
	}
	problems = []problem{}
	for i, row := range list.Rows {
		p := problem{Line: row.Line, Name: row.Name, Email: row.Email}
		switch err := byRow[i]; {
		case row.Problem.Code == roster.CellLong:
			p.Code, p.Field, p.Message = roster.CellLong, row.Problem.Field, fmt.Sprintf("A cell has more than %d characters.", roster.MaxCell)
		case row.Problem.Code != "":
			p.Code, p.Field, p.Message = row.Problem.Code, row.Problem.Field, "A quotation mark opens here, and none closes."
		case err != nil:
			p.Code, p.Field, p.Message = string(err.Code), err.Field, refusal(err)
		default:
			people = append(people, all[i])
			continue
		}
		problems = append(problems, p)
	}
	return people, problems, nil
}

func told(problems []problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "line %-5d %s <%s>: %s\n", p.Line, cli.Printable(p.Name), cli.Printable(p.Email), cli.Printable(p.Message))
	}
	return b.String()
}

// addAll adds people in one step and hands out their invitations: into a file, which
// is begun before, since its place may be read-only, or else on standard output.
func (e *env) addAll(ctx context.Context, a *workspace.Admin, people []workspace.NewMember, problems []problem) error {
	var f *folder.Whole
	if e.invitations != "" {
		var err error
		if f, err = folder.CreateWhole(e.invitations); err != nil {
			return unwritable(e.invitations, err)
		}
		defer func() { _ = f.Drop() }()
	}
	given, err := a.AddMembers(ctx, people, workspace.Proof{}, e.counting("invitations prepared"))
	if err != nil {
		return err
	}
	out := imported{OK: true, Added: len(given), Problems: problems}
	text := fmt.Sprintf("%sAdded: %d.\n", told(problems), len(given))
	if f != nil {
		if err := e.drawInvitations(f, given); err == nil {
			out.File = e.invitations
			return e.print(out, text+fmt.Sprintf("Their invitations are in %s, a page each, in clear. Print the file, then remove it.\n", cli.Printable(e.invitations)))
		}
		e.notice("%s couldn’t be written. Everyone was added. The invitations follow here, and only here.", e.invitations)
	}
	for _, g := range given {
		out.Invitations = append(out.Invitations, invitationOf(g))
		text += fmt.Sprintf("%s  %s <%s>\n", g.Code.Display(), cli.Printable(g.Name), cli.Printable(g.Email))
	}
	return e.print(out, text+fmt.Sprintf("Each works once, until %s. They are not shown again.\n", given[0].ExpiresAt.Local().Format("2006-01-02 15:04")))
}

func (e *env) drawInvitations(f *folder.Whole, given []workspace.GivenOut) error {
	size, err := e.paper()
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = sheet.InvitationPDF(w, func(yield func(sheet.Invitation) bool) {
		for _, g := range given {
			if !yield(runfile.Invitation(g)) {
				return
			}
		}
	}, size)
	if err := errors.Join(err, w.Flush()); err != nil {
		return err
	}
	return f.Keep()
}

// paper reads --paper.
func (e *env) paper() (sheet.Paper, error) {
	switch strings.ToLower(e.paperSize) {
	case "a4":
		return sheet.A4, nil
	case "letter":
		return sheet.Letter, nil
	}
	return 0, cli.Usagef("--paper is a4 or letter")
}

// free refuses the name of a file that is there, unless it may be replaced.
func (e *env) free(name string) error {
	if name == "" || e.force {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return cli.Fail("file_exists", fmt.Sprintf("%s is there already. Choose another name, or add --force to replace it.", name), cli.ExitUsage)
	}
	return nil
}
