package main

import (
	"context"
	"slices"
	"strconv"
	"time"

	"countersign/backend/client"
	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// newsView is a piece of news that stays, as news list --json prints it.
type newsView struct {
	Number int64     `json:"number"`
	Kind   string    `json:"kind"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
}

// staying are those of the news after a sign-in that are told until they are dismissed at this computer.
func staying(w service.Welcome) []newsView {
	views := []newsView{}
	for _, n := range w.News {
		if n.Stays > 0 {
			views = append(views, newsView{n.Stays, n.Kind, n.At, sentences.News(cli.Words(), n)})
		}
	}
	return views
}

func newsList(ctx context.Context, e *env, _ []string) error {
	e.listsNews = true
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		views := staying(s.Welcome())
		text := say(words.TerminalNewsListNone, nil) + "\n"
		if len(views) > 0 {
			text = table(words.TerminalNewsListHead, views, func(v newsView) string {
				return strconv.FormatInt(v.Number, 10) + "\t" + minute(v.At) + "\t" + cli.Printable(v.Text)
			})
		}
		return e.print(map[string]any{"news": views}, text)
	})
}

func newsDismiss(ctx context.Context, e *env, args []string) error {
	numbers := make([]int64, len(args))
	for i, s := range args {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return cli.Usage(words.TerminalUsageNews, words.Args{"typed": strconv.Quote(s)})
		}
		numbers[i] = n
	}
	return e.signedIn(ctx, func(_ *place, s *client.Session) error {
		all := staying(s.Welcome())
		var chosen []newsView
		for _, n := range numbers {
			i := slices.IndexFunc(all, func(v newsView) bool { return v.Number == n })
			if i < 0 { // it may be mistyped: none is dismissed
				return cli.Fail("news_unknown", cli.ExitUsage, words.TerminalFailureNewsUnknown, words.Args{"number": strconv.FormatInt(n, 10)})
			}
			chosen = append(chosen, all[i])
		}
		text := ""
		for _, v := range chosen {
			if err := s.PutNewsAway(ctx, v.Number); err != nil {
				return err
			}
			text += cli.Printable(say(words.TerminalNewsDismissDone, words.Args{"at": minute(v.At), "event": v.Text})) + "\n"
		}
		return e.print(map[string]any{"ok": true, "dismissed": numbers}, text)
	})
}
