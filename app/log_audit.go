package app

import (
	"context"
	"errors"
	"path/filepath"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/service"
	"countersign/backend/words"
)

// AuditLog is Settings → Audit log, for owners and admins.
type AuditLog struct{ s *shell }

// LogQuery chooses entries, newest first.
type LogQuery struct {
	Before int64  `json:"before"` // next of the page before; 0: from the newest
	Group  string `json:"group"`  // empty: all
	Days   int    `json:"days"`   // of the last days; 0: all
	Text   string `json:"text"`
	Person string `json:"person"` // who did it or whom it was done to: a profile's ID; empty: anybody
	Steps  bool   `json:"steps"`  // with technical steps
}

// LogPage is some of the log.
type LogPage struct {
	Entries []LogEntryView `json:"entries"`
	Next    int64          `json:"next"` // 0: this is the last page
	Head    int64          `json:"head"` // the newest entry of the whole log
}

// LogEntryView is one entry. Its kind has words on the page; Sentence stands in
// for a kind that has none yet.
type LogEntryView struct {
	Seq      int64             `json:"seq"`
	At       string            `json:"at"`
	Kind     string            `json:"kind"`
	Actor    string            `json:"actor"`
	Subject  string            `json:"subject"`
	Detail   map[string]string `json:"detail"`
	Sentence string            `json:"sentence"`
}

// LogReport is what Verify log finds.
type LogReport struct {
	Events   int64  `json:"events"`
	Breaks   int64  `json:"breaks"`
	FirstSeq int64  `json:"firstSeq,omitempty"` // of the first break
	LastGood string `json:"lastGood,omitempty"`
	Taken    int    `json:"taken"` // times that an owner went on with a database that did not fit
	At       string `json:"at"`
}

// Exported names the file that was written; empty when the dialog was dismissed.
type Exported struct {
	Name   string `json:"name"`
	Events int64  `json:"events"`
	Head   string `json:"head"` // to be noted elsewhere
}

// pageSize is how many entries the page asks for at a time.
const pageSize = 100

// List reads a page of the log.
func (l *AuditLog) List(session string, q LogQuery) (page LogPage, err error) {
	err = l.s.asAdmin(session, func(ctx context.Context, a *client.Admin) error {
		page, err = l.read(ctx, a, q, 0)
		return err
	})
	return page, err
}

// Follow reads what was written since entry after, LogPage.Head. It is for a page that asks by
// itself, again and again: it is no use of the session, which locks all the same.
func (l *AuditLog) Follow(session string, q LogQuery, after int64) (LogPage, error) {
	in, err := l.s.use(session)
	if err != nil {
		return LogPage{}, err
	}
	ctx := l.s.context()
	var page LogPage
	a, err := in.session.Watcher(ctx)
	if err == nil {
		page, err = l.read(ctx, a, q, after)
	}
	return page, in.after(err)
}

func (l *AuditLog) read(ctx context.Context, a *client.Admin, q LogQuery, after int64) (LogPage, error) {
	page := LogPage{Entries: []LogEntryView{}}
	query := service.LogQuery{
		Before: q.Before, After: after, Limit: pageSize, Group: service.LogGroup(q.Group), Person: q.Person, Text: q.Text, Steps: q.Steps,
	}
	if language := l.s.language(); q.Text != "" && language != "en" {
		query.Language = language
	}
	if q.Days > 0 {
		query.Since = l.s.now().AddDate(0, 0, -q.Days)
	}
	found, err := a.Log(ctx, query)
	if err != nil {
		return page, err
	}
	page.Next, page.Head = found.Next, found.Head
	if err := a.NameDocuments(ctx, found.Entries); err != nil {
		return page, err
	}
	page.Entries = l.s.logEntries(found.Entries)
	return page, nil
}

func (s *shell) logEntries(found []service.LogEntry) []LogEntryView {
	all := make([]LogEntryView, 0, len(found))
	for _, e := range found {
		all = append(all, LogEntryView{
			Seq: e.Seq, At: stamp(e.At), Kind: e.Kind, Actor: personName(e.Actor), Subject: personName(e.Subject), Detail: e.Detail,
			Sentence: s.sentence(e),
		})
	}
	return all
}

// Verify checks the whole chain of the log, and its end with the anchor. It tells how far
// it is with the event "log-progress", and ends early when the session does.
func (l *AuditLog) Verify(session string) (LogReport, error) {
	in, err := l.s.use(session)
	if err != nil {
		return LogReport{}, err
	}
	var out LogReport
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		r, err := a.VerifyLog(ctx, in.counts("log-progress"))
		if err != nil {
			return err
		}
		out = LogReport{Events: r.Events, Breaks: r.Breaks, Taken: len(r.Taken), At: stamp(l.s.now())}
		if r.First != nil {
			out.FirstSeq, out.LastGood = r.First.Seq, stamp(r.First.Last)
		}
		return nil
	})
	return out, err
}

// Export asks for a place and writes the whole log there as JSON lines, which
// countersignctl verifies without the workspace.
func (l *AuditLog) Export(session string) (Exported, error) {
	in, err := l.s.use(session)
	if err != nil {
		return Exported{}, err
	}
	var out Exported
	err = in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		path, err := l.s.desktop.SaveAs(words.DialogExportLog, l.s.dated(words.DialogNameLog)+".jsonl",
			[]fileKind{{words.DialogKindJsonl, "*.jsonl"}})
		if err != nil {
			return saveFailed("", err)
		}
		if path == "" {
			return nil
		}
		name := filepath.Base(path)
		f, err := folder.CreateWhole(path)
		if err != nil {
			return saveFailed(name, err)
		}
		done, err := a.ExportLog(ctx, f, in.counts("log-progress"))
		if err != nil {
			var known *service.Error
			if !errors.As(err, &known) { // the file's trouble, not the log's
				err = saveFailed(name, err)
			}
			return errors.Join(err, f.Drop())
		}
		if err := f.Keep(); err != nil {
			return saveFailed(name, err)
		}
		out = Exported{Name: name, Events: done.Events, Head: done.Head.String()}
		return nil
	})
	return out, err
}

func personName(p *service.LogPerson) string {
	if p == nil {
		return ""
	}
	return p.Name
}
