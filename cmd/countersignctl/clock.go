package main

import (
	"context"
	"fmt"
	"time"

	"countersign/backend/workspace"
)

// clockView is the clock as --json prints it.
type clockView struct {
	OK     bool      `json:"ok"` // not behind
	Now    time.Time `json:"now"`
	Newest time.Time `json:"newestEntry"`
}

func (v clockView) text() string {
	at := func(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }
	text := fmt.Sprintf("%-14s %s\n%-14s %s\n", "clock", at(v.Now), "newest entry", at(v.Newest))
	if !v.OK {
		text += "The clock is behind the audit log. Set the date and time. If they are right, an owner can confirm them: countersignctl clock confirm\n"
	}
	return text
}

func clockShow(ctx context.Context, e *env, _ []string) error {
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
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
	return e.asAdmin(ctx, func(a *workspace.Admin) error {
		c, err := a.Clock(ctx)
		if err != nil {
			return err
		}
		if c.Behind {
			err := e.confirm(ctx, "Is it really %s? The audit log has an entry from %s. Open invitations, password resets, temporary codes and approvals stop working.",
				c.Now.Local().Format("2006-01-02 15:04"), c.Newest.Local().Format("2006-01-02 15:04"))
			if err != nil {
				return err
			}
		}
		if err := a.ConfirmClock(ctx, workspace.Proof{}); err != nil {
			return err
		}
		text := "Clock confirmed.\n"
		if !c.Behind {
			text = "The clock isn’t behind the audit log. Nothing was changed.\n"
		}
		return e.print(map[string]any{"ok": true, "confirmed": c.Behind}, text)
	})
}
