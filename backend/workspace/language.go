package workspace

import (
	"context"
	"strings"

	"countersign/backend/service"
	"countersign/backend/store"
)

// SetLanguage notes in which language the session’s person reads. Empty is none. Errors: language_unknown, session_ended; folder.
func (s *Session) SetLanguage(ctx context.Context, tag string) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	if e := service.CheckLanguage(tag); e != nil {
		return e
	}
	return s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil || p.Language == tag {
			return err
		}
		return s.w.setLanguage(tx, s.id, []store.Profile{p}, tag)
	})
}

// SetLanguageOf notes in which language members read, in one step. Empty is none. Errors: language_unknown, nobody_chosen, import_long,
// forbidden, member_gone; folder.
func (a *Admin) SetLanguageOf(ctx context.Context, ids []string, tag string) error {
	ids = distinct(ids)
	switch {
	case len(ids) == 0:
		return refuse(service.CodeNobodyChosen)
	case len(ids) > service.MaxImport:
		return refuse(service.CodeImportLong).With("max", service.MaxImport)
	}
	if e := service.CheckLanguage(tag); e != nil {
		return e
	}
	return a.change(ctx, nil, nil, func(tx store.WriteTx) error {
		var others []store.Profile
		for _, id := range ids {
			_, target, err := a.target(tx, id, service.MaySetLanguage)
			if err != nil {
				return err
			}
			if target.Language != tag {
				others = append(others, target)
			}
		}
		if len(others) == 0 {
			return nil
		}
		return a.s.w.setLanguage(tx, a.s.id, others, tag)
	})
}

func (w *Workspace) setLanguage(tx store.WriteTx, by string, profiles []store.Profile, tag string) error {
	members := make([]string, 0, len(profiles))
	for _, p := range profiles {
		p.Language = tag
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		members = append(members, p.ID)
	}
	if len(members) == 1 {
		w.record(tx, w.now(), eventLanguageSet, by, members[0], map[string]string{"language": tag})
		return nil
	}
	w.record(tx, w.now(), eventLanguagesSet, by, "", map[string]string{"language": tag, "count": decimal(len(members)), "members": strings.Join(members, " ")})
	return nil
}
