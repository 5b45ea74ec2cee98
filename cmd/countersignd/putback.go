package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/logreport"
)

// putBack is what note-restored prints.
type putBack struct {
	OK        bool      `json:"ok"`
	Workspace string    `json:"workspace"`
	Event     int64     `json:"event"` // the newest that the database had
	At        time.Time `json:"at"`    // of that
	LogEvent  int64     `json:"logEvent"`
	LogCode   string    `json:"logCode"` // see audit.Checkpoint.Short
}

func yesFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.yes, "yes", false, say(words.TerminalServerFlagYes, nil))
}

// noteRestored says of a database that was put back with PostgreSQL's own means what restore says of a backup. It needs the server's key, and the whole log has to
// fit: who has the database alone can't say it. Members' computers still ask for the code.
func noteRestored(ctx context.Context, e *env, _ []string) error {
	s, r, err := verified(ctx, e)
	if err != nil {
		return err
	}
	defer s.close()
	if v, text := logreport.Of(r); !v.OK {
		if err := e.print(v, text); err != nil {
			return err
		}
		return errFound
	}
	about := words.Args{"workspace": cli.Printable(s.workspace.Name()), "event": r.Events, "at": minute(r.HeadAt)}
	if !e.yes {
		return cli.Fail("usage", cli.ExitUsage, words.TerminalServerFailureNoteRestored, about)
	}
	if err := s.workspace.NotePutBack(ctx, r.HeadAt); err != nil {
		return err
	}
	out := putBack{OK: true, Workspace: s.workspace.Name(), Event: r.Events, At: r.HeadAt}
	if out.LogEvent, out.LogCode, err = s.workspace.LogCode(ctx); err != nil {
		return err
	}
	about["logEvent"], about["code"] = out.LogEvent, out.LogCode
	return e.print(out, say(words.TerminalServerNoteRestoredDone, about)+"\n")
}
