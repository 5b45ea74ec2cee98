package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/memberimport"
	"countersign/backend/service"
	"countersign/backend/sheet"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// rosterFaults are the sentences for a file that is no list of people.
var rosterFaults = []struct {
	err error
	as  *cli.Failure
}{
	{memberimport.ErrEmpty, cli.Fail("import_empty", cli.ExitUsage, words.TerminalFailureImportEmpty, nil)},
	{memberimport.ErrSpreadsheet, cli.Fail("import_spreadsheet", cli.ExitUsage, words.TerminalFailureImportSpreadsheet, nil)},
	{memberimport.ErrNotText, cli.Fail("import_not_text", cli.ExitUsage, words.TerminalFailureImportNotText, nil)},
	{memberimport.ErrOneColumn, cli.Fail("import_one_column", cli.ExitUsage, words.TerminalFailureImportOneColumn, nil)},
	{memberimport.ErrNoEmail, cli.Fail("import_no_email", cli.ExitUsage, words.TerminalFailureImportNoEmail, nil)},
	{memberimport.ErrNoName, cli.Fail("import_no_name", cli.ExitUsage, words.TerminalFailureImportNoName, nil)},
	{memberimport.ErrTooLarge, cli.Fail("import_large", cli.ExitUsage, words.TerminalFailureImportLarge, nil)},
	{memberimport.ErrTooMany, cli.Fail("import_many", cli.ExitUsage, words.TerminalFailureImportMany, words.Args{"max": service.MaxImport})},
}

func (e *env) readRoster(ctx context.Context, args []string) (memberimport.List, error) {
	f, err := openInput(ctx, args[0])
	if err != nil {
		return memberimport.List{}, unreadable(err)
	}
	defer f.Close()
	list, err := memberimport.Read(f, service.MaxImport)
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
	OK       bool      `json:"ok"`
	Added    int       `json:"added"`
	Problems []problem `json:"problems"`
	handedOut
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
	return e.asAdmin(ctx, func(a *client.Admin) error {
		people, problems, err := sortOut(ctx, a, list)
		if err != nil {
			return err
		}
		if len(problems) > 0 && !e.onlyGood || len(people) == 0 {
			if err := e.print(imported{Problems: problems}, told(problems)+say(words.TerminalMembersImportNone, nil)+"\n"); err != nil {
				return err
			}
			return errFound
		}
		return e.addAll(ctx, a, people, problems)
	})
}

// sortOut tells who can be added, and why the others cannot.
func sortOut(ctx context.Context, a *client.Admin, list memberimport.List) (people []service.NewMember, problems []problem, err error) {
	all := make([]service.NewMember, len(list.Rows))
	for i, row := range list.Rows {
		all[i] = service.NewMember{Name: row.Name, Email: row.Email, Role: service.Role(row.Role), Language: row.Language}
	}
	wrong, err := a.CheckMembers(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	byRow := map[int]*service.Error{}
	for _, w := range wrong {
		byRow[w.Index] = w.Err
	}
	problems = []problem{}
	for i, row := range list.Rows {
		p := problem{Line: row.Line, Name: row.Name, Email: row.Email}
		switch err := byRow[i]; {
		case row.Problem.Code == memberimport.CellLong:
			p.Code, p.Field, p.Message = memberimport.CellLong, row.Problem.Field, say(words.TerminalMembersImportCellLong, words.Args{"max": memberimport.MaxCell})
		case row.Problem.Code != "":
			p.Code, p.Field, p.Message = row.Problem.Code, row.Problem.Field, say(words.TerminalMembersImportQuoteOpen, nil)
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
		line := say(words.TerminalMembersImportLine, words.Args{"line": fmt.Sprintf("%-5d", p.Line), "member": member(p.Name, p.Email), "why": p.Message})
		b.WriteString(cli.Printable(line) + "\n")
	}
	return b.String()
}

// addAll adds people in one step and hands out their invitations.
func (e *env) addAll(ctx context.Context, a *client.Admin, people []service.NewMember, problems []problem) error {
	given, out, where, err := e.handOut(ctx, a, func() ([]client.GivenOut, error) {
		return a.AddMembers(ctx, people, client.Proof{}, e.progress(words.TerminalProgressInvitations))
	})
	if err != nil {
		return err
	}
	text := told(problems) + say(words.TerminalMembersImportDone, words.Args{"n": len(given)}) + "\n" + where
	return e.print(imported{OK: true, Added: len(given), Problems: problems, handedOut: out}, text)
}

// paper reads --paper.
func (e *env) paper() (sheet.Paper, error) {
	switch strings.ToLower(e.paperSize) {
	case "a4":
		return sheet.A4, nil
	case "letter":
		return sheet.Letter, nil
	}
	return 0, cli.Usage(words.TerminalUsagePaper, nil)
}

// free refuses the name of a file that is there, unless it may be replaced.
func (e *env) free(name string) error {
	if name == "" || e.force {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return fileExists(name)
	}
	return nil
}

func fileExists(name string) error {
	return cli.Fail("file_exists", cli.ExitUsage, words.TerminalFailureFileExists, words.Args{"file": name})
}

// keep puts a file in its place. One that has come there since free looked is replaced only if it may be.
func (e *env) keep(f *folder.Whole, name string) error {
	if e.force {
		return f.Keep()
	}
	_, err := f.KeepFree(slices.Values([]string{name}))
	if errors.Is(err, fs.ErrExist) {
		return fileExists(name)
	}
	return err
}

// output is a file of --output on its way, for what keeps it itself.
type output struct {
	*folder.Whole
	e *env
}

// Keep is env.keep.
func (o output) Keep() error { return o.e.keep(o.Whole, o.e.output) }
