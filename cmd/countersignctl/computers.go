package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// computerView is one of a person's computers as computers list --json prints it.
type computerView struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	AddedAt    time.Time  `json:"addedAt"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
	Here       bool       `json:"here"`
	Strange    bool       `json:"strange,omitempty"` // none of theirs has added it
}

func computersList(ctx context.Context, e *env, _ []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		all, err := s.Computers(ctx)
		if err != nil {
			return err
		}
		views := []computerView{}
		for _, c := range all.All {
			v := computerView{ID: c.ID, Name: c.Name, AddedAt: c.AddedAt, Here: c.Here, Strange: c.Strange}
			if !c.LastUsedAt.IsZero() {
				v.LastUsedAt = &c.LastUsedAt
			}
			views = append(views, v)
		}
		return e.print(map[string]any{"computers": views}, computerTable(views))
	})
}

func computerTable(all []computerView) string {
	if len(all) == 0 {
		return say(words.TerminalComputersNone, nil) + "\n"
	}
	return table(words.TerminalComputersHead, all, func(v computerView) string {
		used, about := "", ""
		if v.LastUsedAt != nil {
			used = minute(*v.LastUsedAt)
		}
		switch {
		case v.Here:
			about = say(words.ComputersHere, nil)
		case v.Strange:
			about = say(words.ComputersStrange, nil)
		}
		return fmt.Sprintf("%s\t%s\t%s\t%s", cli.Printable(v.Name), minute(v.AddedAt), used, about)
	})
}

// computerAct is what acts on one of them print with --json.
type computerAct struct {
	OK   bool   `json:"ok"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// computerNamed finds one by its name, or by its ID where several have that name.
func computerNamed(ctx context.Context, s *client.Session, name string) (found client.Computer, err error) {
	all, err := s.Computers(ctx)
	if err != nil {
		return found, err
	}
	var fits []client.Computer
	for _, c := range all.All {
		if strings.EqualFold(c.Name, name) || c.ID == name {
			fits = append(fits, c)
		}
	}
	switch len(fits) {
	case 0:
		return found, service.Refuse(service.CodeComputerGone)
	case 1:
		return fits[0], nil
	}
	return found, cli.Fail("computer_ambiguous", cli.ExitUsage, words.TerminalFailureComputerAmbiguous, words.Args{"name": name})
}

// computerCode is what computers add-code --json prints.
type computerCode struct {
	Code      string    `json:"code"`
	Link      string    `json:"link"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func computersAddCode(ctx context.Context, e *env, _ []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		if err := s.ForOneAct(ctx); err != nil {
			return err
		}
		given, err := s.GiveComputerCode(ctx, client.Proof{})
		if err != nil {
			return whyUnproven(err)
		}
		link, err := linkOf(given)
		if err != nil {
			return err
		}
		out := computerCode{given.Code.Display(), link, given.ExpiresAt}
		return e.print(out, say(words.TerminalComputersCodeDone, words.Args{"link": out.Link, "code": out.Code, "until": minute(out.ExpiresAt)})+"\n")
	})
}

func computersRename(ctx context.Context, e *env, names []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		c, err := computerNamed(ctx, s, names[0])
		if err == nil {
			err = s.RenameComputer(ctx, c.ID, names[1])
		}
		if err != nil {
			return err
		}
		return e.print(computerAct{true, c.ID, names[1]}, say(words.TerminalComputersRenameDone, words.Args{"from": c.Name, "to": names[1]})+"\n")
	})
}

func computersRemove(ctx context.Context, e *env, names []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		c, err := computerNamed(ctx, s, names[0])
		if err != nil {
			return err
		}
		if err := e.confirm(ctx, words.TerminalComputersRemoveAsk, words.Args{"name": c.Name}); err != nil {
			return err
		}
		pw, err := e.ask(ctx, words.TerminalAskPasswordAgain, false)
		if err == nil {
			err = s.ForOneAct(ctx)
		}
		if err == nil {
			err = s.RemoveComputer(ctx, c.ID, client.Proof{Password: pw})
		}
		if err != nil {
			return whyUnproven(err)
		}
		return e.print(computerAct{true, c.ID, c.Name}, say(words.TerminalComputersRemoveDone, words.Args{"name": c.Name})+"\n")
	})
}
