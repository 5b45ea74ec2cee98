// Package sentences puts what a workspace answers into words: its refusals for terminals, its events
// and news for the audit log and the window. The window has its own words for refusals and for most
// events, from the same catalogue.
package sentences

import (
	"strings"

	"countersign/backend/service"
	"countersign/backend/words"
)

// Refusal says what happened, and what to do next where that isn't the same. A code has words of its own for the terminal only where
// the window says more than a terminal can show.
func Refusal(c *words.Catalogue, e *service.Error) string {
	code := string(e.Code)
	if key, ok := c.Named("terminal.error." + code); ok {
		return c.Text(key, e.Args)
	}
	what, ok := c.Named("error." + code + ".what")
	if !ok {
		return code
	}
	next, ok := c.Named("error." + code + ".next")
	if !ok {
		return code
	}
	return strings.TrimSpace(c.Text(what, e.Args) + " " + c.Text(next, e.Args))
}

// Event says who did what to whom. A detail that an event lacks is empty.
func Event(c *words.Catalogue, e service.LogEntry) string {
	key, ok := c.Named("event." + e.Kind)
	if !ok || strings.HasPrefix(e.Kind, "part.") { // a kind of a later version
		return c.Text(words.EventPartUnknownKind, words.Args{"actor": actor(c, e), "subject": subject(c, e), "kind": strings.ReplaceAll(e.Kind, "-", " ")})
	}
	args := words.Args{}
	for _, name := range c.Arguments(key) {
		switch p, ok := parts[name]; {
		case name == "actor":
			args[name] = actor(c, e)
		case name == "subject":
			args[name] = subject(c, e)
		case name == "chose":
			args[name] = e.Detail["chose-password"]
		case ok:
			args[name] = c.Text(p.key, p.args(e.Detail))
		default:
			args[name] = e.Detail[name]
		}
	}
	return c.Text(key, args)
}

// Searched is all that is read of an event, in a terminal or in the window, where some kinds have words of their own and a line below.
func Searched(c *words.Catalogue, e service.LogEntry) string {
	all := []string{Event(c, e)}
	for _, name := range []string{"audit.says." + e.Kind, "audit.says." + e.Kind + ".more"} {
		key, ok := c.Named(name)
		if !ok {
			continue
		}
		args := words.Args{}
		for _, argument := range c.Arguments(key) {
			switch argument {
			case "actor":
				args[argument] = actor(c, e)
			case "subject":
				args[argument] = subject(c, e)
			case "chose":
				args[argument] = e.Detail["chose-password"]
			default:
				args[argument] = e.Detail[argument]
			}
		}
		all = append(all, c.Text(key, args))
	}
	return strings.Join(all, "\n")
}

func actor(c *words.Catalogue, e service.LogEntry) string {
	return person(c, e.Actor, words.EventPartNobody)
}

func subject(c *words.Catalogue, e service.LogEntry) string {
	return person(c, e.Subject, words.AuditUnknown)
}

// News says who did what, to the person who is told it.
func News(c *words.Catalogue, n service.News) string {
	by, you := &service.LogPerson{Name: n.By}, &service.LogPerson{Name: c.Text(words.EventPartYou, nil)}
	if n.UsedKit {
		by, you = nil, by
	}
	return Event(c, service.LogEntry{Kind: n.Kind, Actor: by, Subject: you, Detail: n.Detail})
}

// person names somebody as today, or by ID where the profile is gone.
func person(c *words.Catalogue, p *service.LogPerson, nobody words.Key) string {
	switch {
	case p == nil:
		return c.Text(nobody, nil)
	case p.Name == "":
		return c.Text(words.EventPartRemoved, words.Args{"id": p.ID})
	}
	return p.Name
}

// part is a piece of a sentence that several events have: from which details it is made. An empty
// detail is "none" in the messages.
type part struct {
	key  words.Key
	from []string
	as   string // the argument's name, where it is not the detail's
}

// parts are the pieces by the argument that they stand for.
var parts = map[string]part{
	"means":  {key: words.EventPartMeans, from: []string{"factor", "number", "used"}},
	"proof":  {key: words.EventPartProof, from: []string{"factor", "number", "used"}},
	"guess":  {key: words.EventPartGuess, from: []string{"kind"}},
	"act":    {key: words.EventPartAct, from: []string{"for"}, as: "act"},
	"what":   {key: words.EventPartContracts, from: []string{"count", "names"}},
	"export": {key: words.EventPartExport, from: []string{"signer", "run"}},
	"backup": {key: words.EventPartBackup, from: []string{"signer"}},
	"flaw":   {key: words.EventPartFlaw, from: []string{"flaw"}},

	"language": {key: words.EventPartLanguage, from: []string{"language"}},
}

func (p part) args(detail map[string]string) words.Args {
	args := words.Args{}
	for _, name := range p.from {
		value := detail[name]
		if value == "" {
			value = "none"
		}
		if p.as != "" {
			name = p.as
		}
		if name != "names" && name != "signer" && name != "used" { // these are shown, and not chosen by
			value = strings.ReplaceAll(value, "-", "_")
		}
		args[name] = value
	}
	return args
}
