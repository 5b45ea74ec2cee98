package app

import (
	"context"
	"slices"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
	"countersign/backend/words"
)

// Dates to keep are told, as what others do is, while their person is at another window, and only while they are due: see toldFor.

const (
	// datesPause is how often it is looked whether somebody went to another window.
	datesPause = time.Minute
	// datesAgain is how long nothing is read once it was looked for what is due: most of it changes with the day.
	datesAgain = time.Hour
	// firstDay is how long the checklist says alone what is to be set up.
	firstDay = 24 * time.Hour
	// oldBackup is how old the last backup may be.
	oldBackup = 30 * 24 * time.Hour
	// endsSoon is how long before its end a code that was given out is told of.
	endsSoon = 12 * time.Hour
	// longestTold is how long a date that was told is not told again: see toldFor.
	longestTold = 7 * 24 * time.Hour
)

// toldFor is longestTold, but for codes that end: other ones may be due tomorrow.
func toldFor(k words.Key) time.Duration {
	if k == words.NotifyEnding {
		return 24 * time.Hour
	}
	return longestTold
}

// keepDates tells of what is due, for as long as this sign-in lasts.
func (in *signIn) keepDates() {
	var w departures
	for in.ctx.Err() == nil {
		if now := in.s.now(); w.looks(in.elsewhere(), now) {
			in.tellDates(now)
		}
		in.pause(in.s.datesPause)
	}
}

// departures says when to look for what is due: as somebody goes to another window, and not while they stay there. To look is a use of the
// session, which somebody who has just left has made as well; it may not keep a window open that nobody comes back to.
type departures struct {
	away bool      // when it was asked last
	next time.Time // no look before
}

func (d *departures) looks(away bool, now time.Time) bool {
	leaves := away && !d.away
	d.away = away
	if !leaves || now.Before(d.next) {
		return false
	}
	d.next = now.Add(datesAgain)
	return true
}

func (in *signIn) tellDates(now time.Time) {
	due, err := in.due(in.ctx, now)
	if err != nil { // a server that can't be reached, or a session that has ended: the next look says the same
		in.s.log().Info("what is due was not read", "error", err.Error())
		return
	}
	id := in.session.ProfileID()
	if due = in.s.reminders.untold(id, due, now); !in.notify(due...) {
		return
	}
	if err := in.s.reminders.note(id, due, now); err != nil { // until the app ends it is known
		in.s.log().Warn("when reminders were told is not kept", "error", err.Error())
	}
}

// due lists what is due now for the person who is in. To read their own profile is a use of the session: see departures. The rest is none.
func (in *signIn) due(ctx context.Context, now time.Time) (due []words.Key, err error) {
	me, err := in.session.Overview(ctx)
	if err != nil {
		return nil, err
	}
	if c := me.TwoFactor.Codes; c != nil && c.CheckDue {
		due = append(due, words.NotifyCheck)
	}
	a, err := in.session.Watcher(ctx)
	if service.IsCode(err, service.CodeForbidden) {
		return due, nil
	}
	if err != nil {
		return nil, err
	}
	open, err := a.OpenCodes(ctx)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(open, func(o service.OpenCode) bool {
		return o.IssuedBy == me.Profile.Name && o.ExpiresAt.Before(now.Add(endsSoon))
	}) {
		due = append(due, words.NotifyEnding)
	}
	if now.Sub(me.Profile.CreatedAt) < firstDay { // on the first day the checklist says the rest
		return due, nil
	}
	may := in.s.permissionsOf(me.Profile.Role)
	if slices.Contains(may, service.MayManageKey) {
		kit, err := a.KitState(ctx)
		if err != nil {
			return nil, err
		}
		if !kit.Current { // or there is none
			due = append(due, words.NotifyKit)
		}
	}
	if slices.Contains(may, service.MayBackUp) {
		has, err := backedUpSince(ctx, a, now.Add(-oldBackup))
		if err != nil {
			return nil, err
		}
		if !has {
			due = append(due, words.NotifyBackup)
		}
	}
	return due, nil
}

// backedUpSince reports whether the log has a backup since then.
func backedUpSince(ctx context.Context, a *client.Admin, since time.Time) (bool, error) {
	q := service.LogQuery{Group: service.GroupWorkspace, Since: since, Limit: service.LogLimit}
	for {
		page, err := a.Log(ctx, q)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(page.Entries, func(e service.LogEntry) bool { return e.Kind == "backup-made" }) {
			return true, nil
		}
		if page.Next == 0 {
			return false, nil
		}
		q.Before = page.Next
	}
}
