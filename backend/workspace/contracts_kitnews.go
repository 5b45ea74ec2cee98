package workspace

import (
	"slices"

	"countersign/backend/service"
	"countersign/backend/store"
)

// kitNews is what somebody has to know of the Emergency Kit since they were last
// signed in: see lastEntrance. That it was used is told to owners, who can make another one and
// rotate the vault's key, and to admins: the owner whose profile was taken over
// with it may have been the only one. That another owner has made one is told to
// owners, once however many were made: all for one key hold the same. Who comes
// for the first time is told of nothing that was before.
func kitNews(tx store.ReadTx, p store.Profile, since int64) (news []service.News, err error) {
	if p.Role != store.RoleOwner && p.Role != store.RoleAdmin || since == 0 {
		return nil, nil
	}
	made := false
	var by []string
	for e, err := range tx.KitEvents(since) {
		if err != nil {
			return nil, err
		}
		who := e.Actor
		switch {
		case e.Kind == eventKitUsed:
			who = e.Subject // nobody was signed in
		case made || p.Role != store.RoleOwner || e.Actor == p.ID:
			continue
		default:
			made = true
		}
		news, by = append(news, service.News{Kind: e.Kind, At: e.At, Detail: e.Detail, UsedKit: e.Kind == eventKitUsed}), append(by, who)
		if len(news) == mostNews {
			break
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

// ownNews tells somebody that their email was changed, or an authenticator app added, since they were last signed
// in, by themselves or by another at their open window.
func ownNews(tx store.ReadTx, p store.Profile, since int64) (news []service.News, err error) {
	for e, err := range tx.EventsOf(p.ID) {
		if err != nil {
			return nil, err
		}
		if e.Seq <= since || len(news) == mostNews {
			break
		}
		if e.Kind == eventEmailChanged || e.Kind == eventAppAdded {
			news = append(news, service.News{Kind: e.Kind, At: e.At, By: p.Name, Detail: e.Detail})
		}
	}
	return news, nil
}

// entrances are the events with which somebody has come in.
var entrances = []string{eventSignedIn, eventUnlocked, eventWorkspaceCreated, eventWorkspaceRescued, eventKitUsed}

// lastEntrance is the number of the event with which a profile was last signed in
// and told its news; 0: never. Whoever came as far as enrolling a phone may have
// seen none: they are told again, twice rather than not at all.
func lastEntrance(tx store.ReadTx, profileID string) (seq int64, err error) {
	for e, err := range tx.EventsOf(profileID) {
		switch {
		case err != nil:
			return 0, err
		case !slices.Contains(entrances, e.Kind):
		case e.Detail["as-far-as"] != "":
			seq = e.Seq // each time a phone had to be enrolled: the first of them
		default:
			return e.Seq, nil
		}
	}
	return seq, nil
}
