package app

import (
	"context"
	"math/rand/v2"
	"time"

	"countersign/backend/client"
	"countersign/backend/service"
)

// Happened is the event "happened": others have done something that concerns the person who is in.
type Happened struct {
	News      []News         `json:"news"`
	Profile   *ProfileView   `json:"profile,omitempty"` // as it is now, where something of it may have changed
	Approvals []ApprovalView `json:"approvals"`         // all that wait, where some were made or decided on; else null
	Members   bool           `json:"members"`           // the table of members is another: Members.Follow
}

// Pauses before the server is asked again, where it has answered at once or could not be asked.
const (
	firstNewsPause   = time.Second
	longestNewsPause = time.Minute
)

// followNews tells the page what others do, for as long as this sign-in lasts. It is no use of the session. On one computer nobody else is at
// work meanwhile.
func (in *signIn) followNews() {
	if !in.s.atServer() {
		return
	}
	after, pause := in.session.Welcome().Seq, firstNewsPause
	in.requireFrom = in.session.Welcome().RequireFrom
	for in.ctx.Err() == nil {
		began := time.Now()
		h, err := in.session.Happened(in.ctx, after)
		switch {
		case in.ctx.Err() != nil:
			return
		case service.IsCode(err, service.CodeSessionEnded):
			_ = in.after(err)
			return
		case err != nil:
			in.s.log().Warn("the server did not say what others do", "error", err.Error())
			in.pause(pause)
			pause = min(2*pause, longestNewsPause)
			continue
		}
		pause = firstNewsPause
		if h.Any() {
			in.tellNews(h)
		}
		if time.Since(began) < firstNewsPause { // a server that ends has nobody wait, and one that lies has news without end
			in.pause(firstNewsPause)
		}
		after = h.Seq
	}
}

// pause waits a while, which differs from one computer to the next.
func (in *signIn) pause(d time.Duration) {
	select {
	case <-time.After(d/2 + rand.N(d)):
	case <-in.ctx.Done():
	}
}

func (in *signIn) tellNews(h service.Happened) {
	told := Happened{News: newsView(h.News), Members: h.Members}
	if h.Overview != nil {
		p := in.s.profileView(*h.Overview)
		told.Profile = &p
	}
	if h.Approvals {
		told.Approvals = in.watchApprovals()
	}
	in.emit("happened", told)
	in.notify(notice(h, told.Approvals, in.requireFrom))
	if h.Overview != nil {
		in.requireFrom = h.Overview.TwoFactor.RequireFrom
	}
}

// watchApprovals is nil where nobody may see them any more.
func (in *signIn) watchApprovals() []ApprovalView {
	a, err := in.session.Watcher(in.ctx)
	if err != nil {
		return nil
	}
	all, err := approvalViews(in.ctx, a)
	if err != nil {
		return nil
	}
	return all
}

func approvalViews(ctx context.Context, a *client.Admin) ([]ApprovalView, error) {
	out := []ApprovalView{}
	all, err := a.Approvals(ctx)
	for _, r := range all {
		out = append(out, ApprovalView{
			ID: r.ID, Kind: string(r.Kind), Members: r.Members, Names: r.Names, Reason: r.Reason, By: r.ByName, At: stamp(r.At),
			ExpiresAt: stamp(r.ExpiresAt), State: string(r.State), Mine: r.Mine, May: r.May,
		})
	}
	return out, err
}
