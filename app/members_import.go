package app

import (
	"context"
	"errors"
	"path/filepath"

	"countersign/app/platform"
	"countersign/backend/client"
	"countersign/backend/memberimport"
	"countersign/backend/service"
	"countersign/backend/words"
)

// Import is Settings → Members → Import: many members from a file, and their
// invitations on paper. The list stays here between Pick and Run, so that what is
// added is what the preview has shown.
type Import struct{ s *shell }

// ImportView is the preview of an import. Without a name the dialog was dismissed.
type ImportView struct {
	Name      string      `json:"name"` // of the file
	Encoding  string      `json:"encoding"`
	Delimiter string      `json:"delimiter"`
	Header    bool        `json:"header"` // the first row named the columns
	Rows      []ImportRow `json:"rows"`
	Good      int         `json:"good"`
	Bad       int         `json:"bad"`
}

// ImportRow is a person of the list.
type ImportRow struct {
	Line  int    `json:"line"` // of the file, from 1
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`

	Language string         `json:"language"` // a tag, or empty
	Problem  *ImportProblem `json:"problem"`  // null: can be added
}

// ImportProblem is why a person cannot be added, as an error has it.
type ImportProblem struct {
	Code  string         `json:"code"`
	Field string         `json:"field"` // name, email, role, language; or empty
	Args  map[string]any `json:"args"`
}

// ImportOutcome says how many were added.
type ImportOutcome struct {
	Count int `json:"count"`
}

// pickedList is a list that was picked, until it is imported or the session ends.
type pickedList struct {
	name string
	list memberimport.List
}

// Pick asks for a file and shows what an import of it would do. The list takes
// the place of one that was picked before.
func (i *Import) Pick(session string) (ImportView, error) {
	in, err := i.s.use(session)
	if err != nil {
		return ImportView{}, err
	}
	if err := in.asAdmin(func(context.Context, *client.Admin) error { return nil }); err != nil {
		return ImportView{}, err
	}
	path, err := i.s.desktop.OpenFile(words.ImportTitle, []fileKind{{words.DialogKindLists, "*.csv;*.tsv;*.txt"}, {words.DialogKindAll, "*"}})
	if err != nil {
		return ImportView{}, importUnreadable("", err)
	}
	if path == "" {
		return ImportView{Rows: []ImportRow{}}, nil
	}
	list, err := readMemberList(path)
	if err != nil {
		return ImportView{}, err
	}
	err = in.note(func() error {
		in.list = &pickedList{filepath.Base(path), list}
		return nil
	})
	if err != nil {
		return ImportView{}, err
	}
	return i.Check(session)
}

// Check shows again what an import of the picked list would do now.
func (i *Import) Check(session string) (ImportView, error) {
	in, picked, err := i.listed(session)
	if err != nil {
		return ImportView{}, err
	}
	view := ImportView{
		Name: picked.name, Encoding: picked.list.Encoding, Delimiter: string(picked.list.Delimiter), Header: picked.list.Header,
		Rows: make([]ImportRow, len(picked.list.Rows)),
	}
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		problems, err := rowProblems(ctx, a, picked.list)
		for n, row := range picked.list.Rows {
			view.Rows[n] = ImportRow{Line: row.Line, Name: row.Name, Email: row.Email, Role: row.Role, Language: row.Language, Problem: problems[n]}
		}
		view.Bad = len(problems)
		view.Good = len(view.Rows) - view.Bad
		return err
	})
	if err != nil {
		return ImportView{}, err
	}
	return view, nil
}

func (i *Import) listed(session string) (in *signIn, picked *pickedList, err error) {
	if in, err = i.s.use(session); err != nil {
		return nil, nil, err
	}
	err = in.note(func() error {
		if picked = in.list; picked == nil {
			return &shellError{code: codeImportNone}
		}
		return nil
	})
	return in, picked, err
}

// Run adds everybody on the list in one step, or with onlyGood those who can be
// added, and keeps their invitations for SaveInvitations and PrintInvitations
// until they are hidden. Whatever goes wrong, nobody is added. The event
// "import-progress" {done, total} tells how far it is; Cancel stops it.
func (i *Import) Run(session string, onlyGood bool, proof Proof) (ImportOutcome, error) {
	in, picked, err := i.listed(session)
	if err != nil {
		return ImportOutcome{}, err
	}
	var out ImportOutcome
	err = in.asAdminProving(proof, func(ctx context.Context, a *client.Admin, typed client.Proof) error {
		people, lines, err := chosen(ctx, a, picked.list, onlyGood)
		if err != nil {
			return err
		}
		ctx, stop, err := in.beginImport()
		if err != nil {
			return err
		}
		defer stop()
		given, err := a.AddMembers(ctx, people, typed, in.progress("import-progress"))
		if err != nil {
			return importFailed(ctx, lines, err)
		}
		out.Count = len(given)
		return in.keepImported(given)
	})
	return out, err
}

// chosen are the people of the list, with their lines, refused where one of them
// is wrong and all were asked for.
func chosen(ctx context.Context, a *client.Admin, list memberimport.List, onlyGood bool) (people []service.NewMember, lines []int, err error) {
	problems, err := rowProblems(ctx, a, list)
	if err != nil {
		return nil, nil, err
	}
	if len(problems) > 0 && !onlyGood {
		return nil, nil, &shellError{
			code: codeImportRows, args: map[string]any{"number": len(problems)},
		}
	}
	for n, row := range list.Rows {
		if problems[n] == nil {
			people, lines = append(people, newMember(row)), append(lines, row.Line)
		}
	}
	return people, lines, nil
}

func newMember(r memberimport.Row) service.NewMember {
	return service.NewMember{Name: r.Name, Email: r.Email, Role: service.Role(r.Role), Language: r.Language}
}

// beginImport makes an import the sign-in's one, so that Cancel finds it.
func (in *signIn) beginImport() (ctx context.Context, stop context.CancelFunc, err error) {
	err = in.note(func() error {
		ctx, stop = context.WithCancel(in.ctx)
		in.stopImport = stop
		return nil
	})
	return ctx, stop, err
}

// Cancel stops the import under way: nobody is added.
func (i *Import) Cancel(session string) error {
	in, err := i.s.use(session)
	if err != nil {
		return err
	}
	return in.note(func() error {
		if in.stopImport != nil {
			in.stopImport()
		}
		return nil
	})
}

// InviteAgain gives those of some members who have not used their invitation new ones, and keeps
// them as Run does. The old ones are no longer good.
func (i *Import) InviteAgain(session string, members []string, proof Proof) (ImportOutcome, error) {
	in, err := i.s.use(session)
	if err != nil {
		return ImportOutcome{}, err
	}
	var out ImportOutcome
	err = in.asAdminProving(proof, func(_ context.Context, a *client.Admin, typed client.Proof) error {
		ctx, stop, err := in.beginImport()
		if err != nil {
			return err
		}
		defer stop()
		given, err := a.InviteAgain(ctx, members, typed, in.progress("import-progress"))
		if err != nil {
			return importFailed(ctx, nil, err)
		}
		out.Count = len(given)
		return in.keepImported(given)
	})
	return out, err
}

// keepImported holds the invitations until they are hidden; the list has been used.
func (in *signIn) keepImported(given []client.GivenOut) error {
	return in.note(func() error {
		in.given, in.list = given, nil
		return nil
	})
}

// importFailed says why nobody was added: it was stopped, or somebody else came first.
func importFailed(ctx context.Context, lines []int, err error) error {
	var known *service.Error
	switch {
	case ctx.Err() != nil:
		return &shellError{code: codeImportCancelled}
	case errors.As(err, &known):
		if row, ok := known.Args["row"].(int); ok && row <= len(lines) {
			return &shellError{
				code: codeImportChanged, args: map[string]any{"line": lines[row-1]},
			}
		}
	}
	return err
}

// readMemberList reads a list of people from a file.
func readMemberList(path string) (memberimport.List, error) {
	name := filepath.Base(path)
	f, err := platform.OpenRegular(path)
	if err != nil {
		return memberimport.List{}, importUnreadable(name, err)
	}
	defer f.Close()
	list, err := memberimport.Read(f, service.MaxImport)
	return list, listFault(name, err)
}
