package workspace

import (
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
