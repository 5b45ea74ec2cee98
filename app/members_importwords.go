package app

import (
	"context"
	"errors"
	"maps"

	"countersign/backend/client"
	"countersign/backend/memberimport"
	"countersign/backend/service"
)

// listFaults are the codes for a file that is no list of people.
var listFaults = []struct {
	err  error
	code string
}{
	{memberimport.ErrEmpty, codeImportEmpty},
	{memberimport.ErrSpreadsheet, codeImportSpreadsheet},
	{memberimport.ErrNotText, codeImportNotText},
	{memberimport.ErrOneColumn, codeImportOneColumn},
	{memberimport.ErrNoEmail, codeImportNoEmail},
	{memberimport.ErrNoName, codeImportNoName},
}

func listFault(name string, err error) error {
	if err == nil {
		return nil
	}
	for _, f := range listFaults {
		if errors.Is(err, f.err) {
			return &shellError{code: f.code, args: map[string]any{"name": name}}
		}
	}
	switch {
	case errors.Is(err, memberimport.ErrTooMany):
		return service.Fault(service.CodeImportLong, map[string]any{"max": service.MaxImport}, nil)
	case errors.Is(err, memberimport.ErrTooLarge):
		return &shellError{
			code: codeImportLarge,
			args: map[string]any{"name": name, "max": memberimport.MaxSize >> 20},
		}
	}
	return importUnreadable(name, err)
}

func importUnreadable(name string, cause error) error {
	return &shellError{
		code: codeImportUnreadable, args: map[string]any{"name": name}, cause: cause,
	}
}

// rowProblems says which rows cannot be added, by their place in the list, and why:
// what was wrong in the file comes before what is wrong with the person.
func rowProblems(ctx context.Context, a *client.Admin, list memberimport.List) (map[int]*ImportProblem, error) {
	problems := map[int]*ImportProblem{}
	var people []service.NewMember
	var places []int
	for n, row := range list.Rows {
		if p := row.Problem; p.Code != "" {
			problems[n] = &ImportProblem{Code: rowCodes[p.Code], Field: p.Field, Args: map[string]any{"max": memberimport.MaxCell}}
			continue
		}
		people, places = append(people, newMember(row)), append(places, n)
	}
	wrong, err := a.CheckMembers(ctx, people)
	for _, w := range wrong {
		args := maps.Clone(w.Err.Args)
		if args == nil {
			args = map[string]any{}
		}
		problems[places[w.Index]] = &ImportProblem{Code: string(w.Err.Code), Field: w.Err.Field, Args: args}
	}
	return problems, err
}

var rowCodes = map[string]string{memberimport.CellLong: codeCellLong, memberimport.QuoteOpen: codeQuoteOpen}
