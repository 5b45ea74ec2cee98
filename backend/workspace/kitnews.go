package workspace

import (
	"slices"

	"countersign/backend/audit"
)

// kitNews is what somebody has to know of the Emergency Kit since they were last
// signed in: see lastEntrance. That it was used is told to owners, who can make another one and
// rotate the vault's key, and to admins: the owner whose profile was taken over
// with it may have been the only one. That another owner has made one is told to
// owners, once however many were made: all for one key hold the same. Who comes
// for the first time is told of nothing that was before.
func kitNews(tx Tx, p Profile, since int64) (news []News, err error) {
	if p.Role != RoleOwner && p.Role != RoleAdmin || since == 0 {
		return nil, nil
	}
	names := people{}
	made := false
	err = tx.KitEvents(since, func(e audit.Event) error {
		by := e.Actor
		switch {
		case e.Kind == eventKitUsed:
			by = e.Subject // nobody was signed in
		case made || p.Role != RoleOwner || e.Actor == p.ID:
			return nil
		default:
			made = true
		}
		who, err := names.find(tx, by)
		if err != nil {
			return err
		}
		n := News{Kind: e.Kind, At: e.At, Detail: e.Detail}
		if who != nil {
			n.By = who.Name
		}
		if news = append(news, n); len(news) == mostNews {
			return errEnough
		}
		return nil
	})
	return news, ignoreEnough(err)
}

// emailNews tells somebody that their email was changed since they were last signed
// in, by themselves or by another at their open window.
func emailNews(tx Tx, p Profile, since int64) (news []News, err error) {
	err = tx.EventsOf(p.ID, func(e audit.Event) error {
		switch {
		case e.Seq <= since:
			return errEnough
		case e.Kind != eventEmailChanged:
			return nil
		}
		if news = append(news, News{Kind: e.Kind, At: e.At, By: p.Name, Detail: e.Detail}); len(news) == mostNews {
			return errEnough
		}
		return nil
	})
	return news, ignoreEnough(err)
}

// entrances are the events with which somebody has come in.
var entrances = []string{eventSignedIn, eventWorkspaceCreated, eventWorkspaceRescued, eventKitUsed}

// lastEntrance is the number of the event with which a profile was last signed in
// and told its news; 0: never. Whoever came as far as enrolling a phone may have
// seen none: they are told again, twice rather than not at all.
func lastEntrance(tx Tx, profileID string) (seq int64, err error) {
	var gate int64
	err = tx.EventsOf(profileID, func(e audit.Event) error {
		switch {
		case !slices.Contains(entrances, e.Kind):
			return nil
		case e.Detail["as-far-as"] != "":
			gate = e.Seq
			return nil
		}
		seq = e.Seq
		return errEnough
	})
	if seq == 0 { // each time a phone had to be enrolled: the first of them
		seq = gate
	}
	return seq, ignoreEnough(err)
}

// UsedKit reports whether somebody came in with the Emergency Kit.
func (n News) UsedKit() bool { return n.Kind == eventKitUsed }
