package workspace

import (
	"context"
	"crypto"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/totp"
)

// A workspace that was made again of a backup has gone back in time: counters, used codes and whatever else was since. The log says
// so, owners and admins are told, and what can be known to be of no use any more is ended.

// NoteBackupBegun writes into the log that whoever runs the server makes a backup. Errors: keychain and folder.
func (w *Workspace) NoteBackupBegun(ctx context.Context) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		w.record(tx, w.now(), eventServerBackupBegun, "", "", nil)
		return nil
	})
}

// NoteBackup writes into the log that it was made, once its file is there. Errors: keychain and folder.
func (w *Workspace) NoteBackup(ctx context.Context) error {
	return w.update(ctx, func(tx store.WriteTx) error { return w.backedUp(tx, eventServerBackupMade, "") })
}

// NoteExport writes into the log that whoever runs the server takes the workspace out of it. Errors: keychain and folder.
func (w *Workspace) NoteExport(ctx context.Context) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		w.record(tx, w.now(), eventServerExported, "", "", nil)
		return nil
	})
}

// NoteRestored is Admin.NoteRestored for whoever runs the server, and who needs no session. Errors: keychain and folder.
func (w *Workspace) NoteRestored(ctx context.Context, made time.Time) error {
	return w.update(ctx, func(tx store.WriteTx) error { return w.noteRestored(tx, eventServerRestored, "", made) })
}

// NotePutBack is NoteRestored for a database that was put back with its own means, or a standby that lacked the last changes. Unlike a backup it comes with the
// sessions and attempts of then, some of which may have ended since: all end. Errors: keychain and folder.
func (w *Workspace) NotePutBack(ctx context.Context, until time.Time) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		members, err := tx.Members()
		if err != nil {
			return err
		}
		for _, m := range members {
			p, err := tx.Profile(m.ID)
			if err != nil {
				return err
			}
			p.Epoch++
			if err := tx.UpdateProfile(p); err != nil {
				return err
			}
		}
		return w.noteRestored(tx, eventServerRestored, "", until)
	})
}

// NoteMoved writes into the log that the workspace is at a server from now on. No code that an authenticator app has shown before is
// good there. What is open stays so: nothing has gone back. Errors: keychain and folder.
func (w *Workspace) NoteMoved(ctx context.Context) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		now := w.now()
		if err := useUpSteps(tx, now); err != nil {
			return err
		}
		w.record(tx, now, eventServerTaken, "", w.ID(), nil)
		return nil
	})
}

// ComeBack is for a workspace that was at a server and is on one computer now, where nobody has computers: who has some signs in from no
// other. Whether it was is seen by that. Errors: keychain and folder.
func (w *Workspace) ComeBack(ctx context.Context) error {
	return w.update(ctx, func(tx store.WriteTx) error {
		members, err := tx.Members()
		if err != nil {
			return err
		}
		had := 0
		for _, m := range members {
			all, err := tx.Computers(m.ID)
			if err != nil {
				return err
			}
			if had += len(all); len(all) == 0 {
				continue
			}
			if err := dropComputers(tx, m.ID); err != nil {
				return err
			}
		}
		if had == 0 {
			return nil
		}
		w.record(tx, w.now(), eventServerLeft, "", w.ID(), nil)
		return nil
	})
}

// noteRestored begins a new time. The event is about the workspace, whose ID is no profile's: see workspaceNews.
func (w *Workspace) noteRestored(tx store.WriteTx, kind, by string, made time.Time) error {
	now := w.now()
	if err := useUpSteps(tx, now); err != nil {
		return err
	}
	given, err := tx.OneTimes()
	if err != nil {
		return err
	}
	for _, o := range given {
		if err := w.endOneTime(tx, o.ProfileID, o.Kind); err != nil {
			return err
		}
	}
	w.record(tx, now, kind, by, w.ID(), map[string]string{"made": made.UTC().Format(time.RFC3339)})
	return nil
}

// useUpSteps makes every code worthless that an authenticator app may have shown by now: which of them were used is not known. A
// phone may be a step ahead.
func useUpSteps(tx store.WriteTx, now time.Time) error {
	step, err := totp.Step(now)
	if err != nil {
		return err
	}
	members, err := tx.Members()
	if err != nil {
		return err
	}
	for _, m := range members {
		if !m.On {
			continue
		}
		f, err := tx.Factor(m.ID)
		if err != nil {
			return err
		}
		for _, a := range f.Apps {
			if a.LastStep > step {
				continue
			}
			if _, err := tx.ConsumeStep(f.ProfileID, a.Generation, step+1, a.LastUsedAt, a.LastUse); err != nil {
				return err
			}
		}
	}
	return nil
}

// Signer signs what whoever runs the server takes out of the workspace: see Admin.SigningKey.
func (w *Workspace) Signer() (crypto.Signer, error) { return w.signer(signsExports) }

// workspaceNews tells owners and admins what has become of the workspace since they were last signed in: that it was restored, or
// is at a server now. Who comes for the first time is told of nothing that was before.
func workspaceNews(tx store.ReadTx, p store.Profile, since int64) (news []service.News, err error) {
	if p.Role != store.RoleOwner && p.Role != store.RoleAdmin || since == 0 {
		return nil, nil
	}
	info, err := tx.Info()
	if err != nil {
		return nil, err
	}
	var by []string
	for e, err := range tx.EventsOf(info.ID) {
		if err != nil {
			return nil, err
		}
		if e.Seq <= since || len(news) == mostNews {
			break
		}
		if e.Actor != p.ID {
			news, by = append(news, service.News{Kind: e.Kind, At: e.At, Detail: e.Detail}), append(by, e.Actor)
		}
	}
	names := people{}
	for i := range news {
		who, err := names.find(tx, by[i])
		if err != nil {
			return nil, err
		}
		if who != nil {
			news[i].By = who.Name
		}
	}
	return news, nil
}
