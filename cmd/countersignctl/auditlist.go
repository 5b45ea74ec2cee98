package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// groups are the names that --group takes.
func groups() (names []string) {
	for _, g := range service.LogGroups {
		names = append(names, string(g))
	}
	return names
}

// listed is an event as audit list --json prints it.
type listed struct {
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	Kind     string            `json:"kind"`
	Group    string            `json:"group"`
	Step     bool              `json:"step"`
	Actor    *person           `json:"actor"`
	Subject  *person           `json:"subject"`
	Detail   map[string]string `json:"detail"`
	Sentence string            `json:"sentence"`
}

type person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func personView(p *service.LogPerson) *person {
	if p == nil {
		return nil
	}
	return &person{p.ID, p.Name, p.Email}
}

func auditList(ctx context.Context, e *env, _ []string) error {
	q, err := e.query()
	if err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		page, err := a.Log(ctx, q)
		if errors.Is(err, store.ErrNotFound) {
			return cli.Usage(words.TerminalUsageNoProfile, words.Args{"typed": strconv.Quote(e.person)})
		}
		if err != nil {
			return err
		}
		if err := a.NameDocuments(ctx, page.Entries); err != nil {
			return err
		}
		entries := []listed{}
		var text strings.Builder
		for _, l := range page.Entries {
			entries = append(entries, listed{l.Seq, l.At, l.Kind, string(l.Group), l.Step, personView(l.Actor), personView(l.Subject), l.Detail, event(l)})
			fmt.Fprintf(&text, "%6d  %s  %s\n", l.Seq, second(l.At), cli.Printable(event(l)))
		}
		if page.Next > 0 && !e.json {
			e.notice(words.TerminalAuditListMore, words.Args{"next": page.Next})
		}
		return e.print(map[string]any{"entries": entries, "next": page.Next, "head": page.Head}, text.String())
	})
}

// query reads the flags before anybody is asked for a password.
func (e *env) query() (q service.LogQuery, err error) {
	q = service.LogQuery{Before: e.before, Limit: e.limit, Group: service.LogGroup(e.group), Person: e.person, Text: e.search, Steps: e.steps}
	if language := words.Match(cli.Words().Language()); q.Text != "" && language != "en" {
		q.Language = language
	}
	switch {
	case e.limit < 1 || e.limit > service.LogLimit:
		return q, cli.Usage(words.TerminalUsageNumber, words.Args{"flag": "--limit", "least": 1, "most": service.LogLimit})
	case e.before < 0:
		return q, cli.Usage(words.TerminalUsageEventNumber, words.Args{"flag": "--before"})
	case e.group != "" && !slices.Contains(service.LogGroups, q.Group):
		return q, cli.Usage(words.TerminalUsageOneOf, words.Args{"flag": "--group", "words": strings.Join(groups(), ", ")})
	case e.person != "" && !strings.Contains(e.person, "@"):
		return q, cli.Usage(words.TerminalUsageEmail, words.Args{"flag": "--person"})
	}
	if q.Since, err = date("--since", e.since); err != nil {
		return q, err
	}
	q.Until, err = date("--until", e.until)
	return q, err
}

func date(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, cli.Usage(words.TerminalUsageDate, words.Args{"flag": flag, "typed": strconv.Quote(s)})
	}
	return t, nil
}
