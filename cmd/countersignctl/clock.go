package main

import (
	"context"
	"time"

	"countersign/backend/client"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// clockView is the clock as --json prints it.
type clockView struct {
	OK     bool      `json:"ok"` // not behind
	Now    time.Time `json:"now"`
	Newest time.Time `json:"newestEntry"`
}

func (v clockView) text() string {
	text := cli.Columns([][]string{
		{say(words.TerminalClockClock, nil), second(v.Now)},
		{say(words.TerminalClockNewest, nil), second(v.Newest)},
	}, 13)
	if !v.OK {
		text += say(words.TerminalClockBehind, words.Args{"command": commandLine("clock", "confirm")}) + "\n"
	}
	return text
}

func clockShow(ctx context.Context, e *env, _ []string) error {
	return e.asAdmin(ctx, func(a *client.Admin) error {
		c, err := a.Clock(ctx)
		if err != nil {
			return err
		}
		v := clockView{!c.Behind, c.Now.UTC(), c.Newest.UTC()}
		if err := e.print(v, v.text()); err != nil {
			return err
		}
		if c.Behind {
			return errFound
		}
		return nil
	})
}

func clockConfirm(ctx context.Context, e *env, _ []string) error {
	if err := e.canAsk(); err != nil {
		return err
	}
	return e.asAdmin(ctx, func(a *client.Admin) error {
		c, err := a.Clock(ctx)
		if err != nil {
			return err
		}
		if c.Behind {
			err := e.confirm(ctx, words.TerminalClockConfirmAsk, words.Args{"now": minute(c.Now), "newest": minute(c.Newest)})
			if err != nil {
				return err
			}
		}
		if err := a.ConfirmClock(ctx, client.Proof{}); err != nil {
			return err
		}
		done := words.TerminalClockConfirmDone
		if !c.Behind {
			done = words.TerminalClockConfirmRight
		}
		return e.print(map[string]any{"ok": true, "confirmed": c.Behind}, say(done, nil)+"\n")
	})
}
