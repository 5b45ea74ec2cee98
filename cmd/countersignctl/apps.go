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

// appView is one of a person's authenticator apps as apps list --json prints it.
type appView struct {
	Number     int        `json:"number"`
	Name       string     `json:"name"` // empty: its person has given it none
	AddedAt    time.Time  `json:"addedAt"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

// appAct is what acts on one of them print with --json.
type appAct struct {
	OK     bool   `json:"ok"`
	Number int    `json:"number"`
	Name   string `json:"name"`
}

func appName(name string) string {
	if name == "" {
		return say(words.TwoFactorApp, nil)
	}
	return cli.Printable(name)
}

func appsList(ctx context.Context, e *env, _ []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		o, err := s.Overview(ctx)
		if err != nil {
			return err
		}
		views := []appView{}
		for _, a := range o.TwoFactor.Apps {
			v := appView{Number: a.Number, Name: a.Name, AddedAt: a.AddedAt}
			if !a.LastUsedAt.IsZero() {
				v.LastUsedAt = &a.LastUsedAt
			}
			views = append(views, v)
		}
		return e.print(map[string]any{"apps": views}, appTable(views))
	})
}

func appTable(all []appView) string {
	if len(all) == 0 {
		return say(words.TerminalAppsNone, nil) + "\n"
	}
	return table(words.TerminalAppsHead, all, func(v appView) string {
		used := ""
		if v.LastUsedAt != nil {
			used = minute(*v.LastUsedAt)
		}
		return fmt.Sprintf("%s\t%s\t%s", appName(v.Name), minute(v.AddedAt), used)
	})
}

// appNamed finds one by its name, of which each has another. One without a name is found by the words that stand for it.
func appNamed(ctx context.Context, s *client.Session, name string) (service.App, error) {
	o, err := s.Overview(ctx)
	if err != nil {
		return service.App{}, err
	}
	if !o.TwoFactor.On {
		return service.App{}, service.Refuse(service.CodeTwoFactorOff)
	}
	for _, by := range []func(service.App) string{func(a service.App) string { return a.Name }, func(a service.App) string { return appName(a.Name) }} {
		for _, a := range o.TwoFactor.Apps {
			if strings.EqualFold(by(a), name) {
				return a, nil
			}
		}
	}
	return service.App{}, service.Refuse(service.CodeAppGone)
}

func appsRename(ctx context.Context, e *env, names []string) error {
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		a, err := appNamed(ctx, s, names[0])
		if err == nil {
			err = s.RenameApp(ctx, a.Number, names[1])
		}
		if err != nil {
			return err
		}
		return e.print(appAct{true, a.Number, names[1]}, say(words.TerminalAppsRenameDone, words.Args{"from": appName(a.Name), "to": names[1]})+"\n")
	})
}

func appsRemove(ctx context.Context, e *env, names []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		a, err := appNamed(ctx, s, names[0])
		if err != nil {
			return err
		}
		if err := e.confirm(ctx, words.TerminalAppsRemoveAsk, words.Args{"name": appName(a.Name)}); err != nil {
			return err
		}
		err = s.ForOneAct(ctx)
		if err == nil {
			err = s.RemoveApp(ctx, a.Number, client.Proof{})
		}
		if err != nil {
			return whyUnproven(err)
		}
		return e.print(appAct{true, a.Number, a.Name}, say(words.TerminalAppsRemoveDone, words.Args{"name": appName(a.Name)})+"\n")
	})
}
