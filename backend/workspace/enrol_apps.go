package workspace

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/text"
)

// checkAppName takes the name of an authenticator app as text.Name keeps it.
func checkAppName(s string) (string, error) {
	name, ok := text.Name(s)
	if !ok || name == "" || utf8.RuneCountInString(name) > service.MaxAppName {
		return "", refuse(service.CodeAppName).At("name").With("max", service.MaxAppName)
	}
	return name, nil
}

// roomForApp refuses an app more than a profile can have, and a name that another one has.
func roomForApp(f store.Factor, name string) error {
	if len(f.Apps) >= service.MaxApps {
		return refuse(service.CodeAppsFull).With("max", service.MaxApps)
	}
	return freeAppName(f, 0, name)
}

// freeAppName refuses a name that an app other than this one has: they would look alike where one is removed.
func freeAppName(f store.Factor, generation int, name string) error {
	taken := slices.ContainsFunc(f.Apps, func(a store.App) bool { return a.Generation != generation && strings.EqualFold(a.Name, name) })
	return refuseUnless(!taken, nil, service.CodeAppNameTaken)
}

// BeginAddApp begins Add an app: a step-up, then a key for another authenticator app beside those that the profile has. The name and the room
// for it are looked at first, so that they cost no code. Errors: app_name, app_name_taken, apps_full, two_factor_off; those of a step-up; keychain and folder.
func (s *Session) BeginAddApp(ctx context.Context, name string, proof service.Proof) (shown service.Shown, err error) {
	done, err := s.begin()
	if err != nil {
		return service.Shown{}, err
	}
	defer done()
	in := store.Intent{Kind: store.IntentAddApp, ProfileID: s.id}
	if in.Name, err = checkAppName(name); err != nil {
		return service.Shown{}, err
	}
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		return mayEnrol(tx, in)
	})
	if err != nil {
		return service.Shown{}, err
	}
	err = s.confirm(ctx, service.EachTime, proof, func(*confirmation) (err error) {
		shown, err = s.beginEnrolment(ctx, in, false)
		return err
	})
	return shown, err
}

// addApp makes the new app one of the profile's, with the step of its first code used. An authenticator that was off is on again,
// as after Change phone. The others stay, and so do the recovery codes and the other sessions.
func (s *Session) addApp(ctx context.Context, step int64, t attempt) error {
	in := s.enrolment.intent
	now := s.w.now()
	err := s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		ok, err := tx.DeleteIntent(in.ID)
		if err := refuseUnless(ok, err, service.CodeEnrolmentEnded); err != nil {
			return err
		}
		if err := mayEnrol(tx, in); err != nil {
			return err
		}
		if err := tx.InsertApp(s.id, store.App{
			Generation: in.Generation, Name: in.Name, Item: in.Item, AddedAt: now, LastStep: step, LastUsedAt: now, LastUse: store.UseAppAdded,
		}); err != nil {
			return err
		}
		if err := clearFailures(tx, t); err != nil {
			return err
		}
		if err := rebind(tx, s.id); err != nil {
			return err
		}
		s.w.record(tx, now, eventAppAdded, s.id, s.id, map[string]string{"app": in.Name})
		return nil
	})
	if err == nil || service.IsCode(err, service.CodeEnrolmentEnded) {
		s.forgetEnrolment()
	}
	return err
}

// RenameApp sets the name of one. Errors: app_name, app_name_taken, app_gone, two_factor_off, session_ended; folder.
func (s *Session) RenameApp(ctx context.Context, app int, name string) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	if name, err = checkAppName(name); err != nil {
		return err
	}
	return s.w.update(ctx, func(tx store.WriteTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		f, a, err := appOf(tx, s.id, app)
		if err != nil || a.Name == name {
			return err
		}
		if err := freeAppName(f, app, name); err != nil {
			return err
		}
		ok, err := tx.RenameApp(s.id, app, name)
		if err := refuseUnless(ok, err, service.CodeAppGone); err != nil {
			return err
		}
		s.w.record(tx, s.w.now(), eventAppRenamed, s.id, s.id, map[string]string{"from": a.Name, "to": name})
		return nil
	})
}

// RemoveApp takes one of several apps from the profile, with a step-up: its codes open nothing any more, and every other session of the profile
// ends. The last one goes with Disable only. A code of any app proves it, also of this one. Errors: app_gone, app_last, two_factor_off; those of a step-up; folder.
func (s *Session) RemoveApp(ctx context.Context, app int, proof service.Proof) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	err = s.w.view(ctx, func(tx store.ReadTx) error {
		if _, err := s.profile(tx); err != nil {
			return err
		}
		_, err := oneOfSeveral(tx, s.id, app)
		return err
	})
	if err != nil {
		return err
	}
	return s.confirm(ctx, service.EachTime, proof, func(c *confirmation) error { return s.removeApp(ctx, c, app) })
}

func (s *Session) removeApp(ctx context.Context, c *confirmation, app int) error {
	now := s.w.now()
	var later []store.Intent
	err := s.endingOthers(ctx, c.update, func(tx store.WriteTx, stay func(store.Profile)) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		a, err := oneOfSeveral(tx, s.id, app)
		if err != nil {
			return err
		}
		ok, err := tx.DeleteApp(s.id, app)
		if err := refuseUnless(ok, err, service.CodeAppGone); err != nil {
			return err
		}
		if later, err = s.w.deleteLater(tx, s.id, []store.App{a}, now); err != nil {
			return err
		}
		unfinished, err := markPendingForDeletion(tx, s.id, now) // perhaps what was to take its place
		if err != nil {
			return err
		}
		if unfinished != nil {
			later = append(later, *unfinished)
		}
		p.Epoch++
		stay(p)
		if err := tx.UpdateProfile(p); err != nil {
			return err
		}
		s.w.record(tx, now, eventAppRemoved, s.id, s.id, detailOf(a))
		return nil
	})
	if err != nil {
		return err
	}
	s.forgetEnrolment()
	for _, in := range later {
		s.w.finishLater(ctx, in)
	}
	return nil
}

// detailOf says in the log which app it was.
func detailOf(a store.App) map[string]string {
	if a.Name == "" {
		return map[string]string{"named": "no"}
	}
	return map[string]string{"app": a.Name}
}

// oneOfSeveral finds an app that is not the last one.
func oneOfSeveral(tx store.ReadTx, profileID string, app int) (store.App, error) {
	f, a, err := appOf(tx, profileID, app)
	if err == nil && len(f.Apps) == 1 {
		err = refuse(service.CodeAppLast)
	}
	return a, err
}

// appOf finds an app of a profile.
func appOf(tx store.ReadTx, profileID string, app int) (store.Factor, store.App, error) {
	f, err := tx.Factor(profileID)
	if err != nil {
		return f, store.App{}, absent(err, service.CodeTwoFactorOff)
	}
	a, is := f.App(app)
	return f, a, refuseUnless(is, nil, service.CodeAppGone)
}
