package workspace

import (
	"context"
	"slices"
	"strconv"

	"countersign/backend/service"
	"countersign/backend/store"
)

// ownNews tells somebody what was changed of how they come in: an email, an authenticator app, a computer, recovery codes; by themselves, or by
// another who could do so as they. Any sign-in may be that other’s. So it stays until it is put away, which counts at one computer alone. At a
// computer that was added, what was before that is no news.
func ownNews(tx store.ReadTx, p store.Profile, at string) (news []service.News, err error) {
	away := map[string]bool{}
	for e, err := range tx.OwnNews(p.ID) {
		switch {
		case err != nil:
			return nil, err
		case e.Kind == eventNewsPutAway:
			if e.Detail["at"] == at {
				away[e.Detail["news"]] = true
			}
			continue
		case e.Kind == eventComputerAdded && e.Detail["at"] == at && at != "", len(news) == mostNews:
			return news, nil
		case !away[strconv.FormatInt(e.Seq, 10)]:
			news = append(news, service.News{Kind: e.Kind, At: e.At, By: p.Name, Detail: e.Detail, Stays: e.Seq})
		}
	}
	return news, nil
}

// PutNewsAway has a piece of news that stays told no more at the session’s computer. What is none, or is away already, changes nothing. Errors:
// session_ended; folder.
func (s *Session) PutNewsAway(ctx context.Context, number int64) error {
	done, err := s.begin()
	if err != nil {
		return err
	}
	defer done()
	return s.w.update(ctx, func(tx store.WriteTx) error {
		p, err := s.profile(tx)
		if err != nil {
			return err
		}
		news, err := ownNews(tx, p, s.at)
		if err != nil || !slices.ContainsFunc(news, func(n service.News) bool { return n.Stays == number }) {
			return err
		}
		detail := map[string]string{"news": strconv.FormatInt(number, 10)}
		if s.at != "" {
			detail["at"] = s.at
		}
		s.w.record(tx, s.w.now(), eventNewsPutAway, s.id, s.id, detail)
		return nil
	})
}

// entrances are the events with which somebody has come in, with all that they need for it.
var entrances = []string{eventSignedIn, eventWorkspaceCreated, eventWorkspaceRescued, eventKitUsed}

// lastEntrance is the number of the event with which a profile was last signed in
// and told its news; 0: never. Whoever came as far as enrolling a phone may have
// seen none: they are told again, twice rather than not at all. A password alone,
// which opens a window again, tells what is new since it did so before, and takes
// nothing from what a sign-in tells.
func lastEntrance(tx store.ReadTx, profileID string, unlocks bool) (seq int64, err error) {
	for e, err := range tx.EventsOf(profileID) {
		switch {
		case err != nil:
			return 0, err
		case !slices.Contains(entrances, e.Kind) && (!unlocks || e.Kind != eventUnlocked):
		case e.Detail["as-far-as"] != "":
			seq = e.Seq // each time a phone had to be enrolled: the first of them
		default:
			return e.Seq, nil
		}
	}
	return seq, nil
}
