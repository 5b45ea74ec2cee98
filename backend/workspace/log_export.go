package workspace

import (
	"context"
	"errors"
	"io"

	"countersign/backend/audit"
	"countersign/backend/service"
	"countersign/backend/store"
)

// ExportLog writes the whole log, technical steps too, in the form of
// audit.Exporter: JSON lines that audit.VerifyExport verifies without the
// workspace and without its key, given the head noted elsewhere. A log that does
// not fit its signatures is exported as it is, and the summary says so. On an error
// what was written is of no use. Errors: forbidden, session_ended, not_authentic
// where an event cannot be read; those of out; folder.
func (a *Admin) ExportLog(ctx context.Context, out io.Writer, progress service.Progress) (service.LogExport, error) {
	w := a.s.w
	var head store.Head
	var info store.Info
	err := a.view(ctx, func(tx store.ReadTx) (err error) {
		if head, err = tx.Head(); err != nil {
			return err
		}
		info, err = tx.Info()
		return err
	})
	if err != nil {
		return service.LogExport{}, err
	}
	key, err := w.integrity()
	if err != nil {
		return service.LogExport{}, err
	}
	x, err := audit.NewExporter(out, info.ID)
	if err != nil {
		return service.LogExport{}, err
	}
	v := audit.NewVerifier(key)
	var done service.LogExport
	named := order{seen: map[string]bool{"": true}}
	err = viewing(a.view).walk(ctx, head.Seq, progress, func(e store.SignedEvent) error {
		if done.BrokenAt == 0 && v.Next(e.Event, e.Signature) != nil {
			done.BrokenAt = v.Seq() + 1
		}
		named.add(e.Actor)
		named.add(e.Subject)
		return x.Event(e.Event, e.Signature)
	})
	if err != nil {
		return service.LogExport{}, enough(err)
	}
	if err := a.exportPeople(ctx, x, named.ids); err != nil {
		return service.LogExport{}, err
	}
	if _, gone := w.integrity(); gone != nil {
		return service.LogExport{}, refuse(service.CodeSessionEnded)
	}
	done.Events, done.Head = x.Head().Seq, x.Head()
	return done, x.Close(info.Name, w.now(), done.BrokenAt)
}

// LogHead is the head that an export of this moment has, to be printed or noted
// where nobody can change it.
func (a *Admin) LogHead(ctx context.Context) (audit.Head, error) {
	e, err := a.ExportLog(ctx, io.Discard, nil)
	return e.Head, err
}

// exportPeople writes who they are today. A profile that is gone has no line.
func (a *Admin) exportPeople(ctx context.Context, x *audit.Exporter, ids []string) error {
	for len(ids) > 0 {
		chunk := ids[:min(logChunk, len(ids))]
		ids = ids[len(chunk):]
		var found []audit.ExportPerson
		err := a.view(ctx, func(tx store.ReadTx) error {
			found = nil
			for _, id := range chunk {
				p, err := tx.Profile(id)
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				found = append(found, audit.ExportPerson{ID: id, Name: p.Name, Email: p.Email})
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range found {
			if err := x.Person(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// order keeps IDs once each, in the order in which they came.
type order struct {
	seen map[string]bool
	ids  []string
}

func (o *order) add(id string) {
	if !o.seen[id] {
		o.seen[id] = true
		o.ids = append(o.ids, id)
	}
}
