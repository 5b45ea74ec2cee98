package app

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/service"
)

// heard gives what a window's page is told of what others do.
func (w *window) heard() chan Happened {
	all := make(chan Happened, 16)
	w.desk.told = func(event string, payload any) {
		if event == "happened" {
			all <- payload.(Happened)
		}
	}
	return all
}

func (w *window) hears(all chan Happened) Happened {
	w.Helper()
	select {
	case h := <-all:
		return h
	case <-time.After(time.Minute):
		w.Fatal("the page was not told for a minute")
		return Happened{}
	}
}

func TestNews_OfAnOpenWindowComeByThemselves(t *testing.T) {
	t.Parallel()
	_, invitation := serving(t)
	owner := newWindow(t)
	owner.expect("create")
	in := owner.join(invitation.Link().Reveal())
	mail := owner.page.mailbox()
	_, err := (&Members{owner.s}).Add(in.Token, NewMember{Name: "Sam Lee", Email: "sam.lee@example.com", Role: "member"}, owner.page.proof(pass, "none", ""), mail.PublicKey)
	owner.ok(err)
	owner.ok((&Members{owner.s}).CopyGiven(in.Token))
	member := newWindow(t)
	all := member.heard()
	theirs := member.join(owner.desk.clip)
	id := theirs.Profile.ID
	owner.ok((&Members{owner.s}).SetRole(in.Token, id, "admin", owner.page.proof(pass, "none", "")))
	h := member.hears(all)
	if len(h.News) != 1 || h.News[0].Kind != "role-changed" || h.News[0].By != "Amara Okafor" || h.Profile == nil || h.Profile.Role != "admin" || h.Approvals != nil {
		t.Errorf("%+v", h)
	}
	// An owner's table of members is another once a member has changed something, and nobody's session lasts longer for that.
	owners := owner.heard()
	_, err = (&Profile{member.s}).Rename(theirs.Token, "Sam T. Lee")
	owner.ok(err)
	for h = owner.hears(owners); !h.Members; h = owner.hears(owners) { // what was before it may come first
	}
	opened, err := owner.s.use(in.Token)
	owner.ok(err)
	session := opened.session
	first := session.Remaining()
	for left := first; first-left < 50*time.Millisecond; left = session.Remaining() {
	}
	before := session.Remaining()
	table, err := (&Members{owner.s}).Follow(in.Token)
	owner.ok(err)
	if left := session.Remaining(); left > before {
		t.Errorf("the session lasts for %v, after %v", left, before)
	}
	if !slices.Contains(table.Members.Name, "Sam T. Lee") {
		t.Errorf("%+v", table)
	}
	owner.ok((&Settings{owner.s}).AskApproval(in.Token, string(service.ApproveResetPassword), []string{id}, "Forgotten", owner.page.proof(pass, "none", "")))
	for h = member.hears(all); h.Approvals == nil; h = member.hears(all) { // what concerns them may come before it
	}
	if len(h.Approvals) != 1 || h.Approvals[0].By != "Amara Okafor" {
		t.Errorf("%+v", h)
	}
	owner.ok((&Members{owner.s}).Suspend(in.Token, id))
	member.locked("ended")
}
