package workspace

import (
	"testing"

	"countersign/backend/audit"
	"countersign/backend/store"
)

func TestConcernOf_EachIsToldOfTheirOwn(t *testing.T) {
	t.Parallel()
	event := func(kind, actor, subject string) audit.Event {
		return audit.Event{Kind: kind, Actor: actor, Subject: subject}
	}
	with := func(kind, name, value string) audit.Event {
		e := event(kind, "sam", "sam")
		e.Detail = map[string]string{name: value}
		return e
	}
	run := event(eventRunSheetsIssued, "nora", "")
	run.Detail = map[string]string{"members": "sam amara"}
	alike := event(eventRunSheetsIssued, "nora", "")
	alike.Detail = map[string]string{"members": "samuel"}
	for _, c := range []struct {
		what                    string
		e                       audit.Event
		sam, admin, owner, nora concern // Sam is a member, Nora an owner who has done most of it
	}{
		{"a role", event(eventRoleChanged, "nora", "sam"), ofOwn, ofMembers, ofMembers, ofNone},
		{"a suspension", event(eventMemberSuspended, "nora", "sam"), ofOwn, ofMembers, ofMembers, ofNone},
		{"an import", event(eventMembersImported, "nora", ""), ofNone, ofMembers, ofMembers, ofNone},
		{"2FA that is on", event(eventEnabled, "sam", "sam"), ofSession, ofMembers, ofMembers, ofMembers},
		{"a sign-in", event(eventSignedIn, "sam", "sam"), ofSession, ofNone, ofNone, ofNone},
		{"a sign-in with a code", with(eventSignedIn, "factor", "code"), ofSession, ofNone, ofNone, ofNone},
		{"a sign-in with a recovery code", with(eventSignedIn, "factor", "recovery"), ofSession, ofMembers, ofMembers, ofMembers},
		{"a sign-in with a help code", with(eventSignedIn, "factor", "help"), ofSession, ofMembers, ofMembers, ofMembers},
		{"an invitation that is redeemed", with(eventSignedIn, "chose-password", "invitation"), ofSession, ofMembers, ofMembers, ofMembers},
		{"a step-up with a recovery code", with(eventSteppedUp, "factor", "recovery"), ofSession, ofMembers, ofMembers, ofMembers},
		{"one's own act", event(eventPasswordChanged, "sam", "sam"), ofSession, ofNone, ofNone, ofNone},
		{"a guess", event(eventCounted, "", "sam"), ofNone, ofNone, ofNone, ofNone},
		{"a wrong guess", event(eventWrong, "", "sam"), ofNone, ofNone, ofNone, ofNone},
		{"a print run", run, ofOwn, ofMembers, ofMembers, ofNone},
		{"another's print run", alike, ofNone, ofMembers, ofMembers, ofNone},
		{"a requirement", event(eventRequired, "nora", ""), ofOwn, ofOwn, ofOwn, ofNone},
		{"a request", event(eventApprovalAsked, "nora", "sam"), ofNone, ofApproval, ofApproval, ofNone},
		{"a request for many", event(eventApprovalAsked, "nora", ""), ofNone, ofApproval, ofApproval, ofNone},
		{"a request about an admin", event(eventApprovalAsked, "nora", "admin"), ofNone, ofApproval, ofApproval, ofNone},
		{"a decision", event(eventApprovalGiven, "admin", ""), ofNone, ofNone, ofApproval, ofApproval},
		{"a kit that was used", event(eventKitUsed, "", "eve"), ofNone, ofOwn, ofOwn, ofOwn},
		{"a key pair that waits", event(eventKeyPairMade, "sam", "sam"), ofSession, ofOwn, ofOwn, ofOwn},
		{"a contract", event(eventDocumentsAdded, "sam", ""), ofNone, ofNone, ofNone, ofNone},
	} {
		for id, want := range map[string]concern{"sam": c.sam, "admin": c.admin, "owner": c.owner, "nora": c.nora} {
			p := store.Profile{ID: id, Role: store.RoleOwner}
			switch id {
			case "sam":
				p.Role = store.RoleMember
			case "admin":
				p.Role = store.RoleAdmin
			}
			if got := concernOf(c.e, p); got != want {
				t.Errorf("%s, to %s: %d, not %d", c.what, id, got, want)
			}
		}
	}
}

func TestHappened_ServerThatIsFullRefusesAndForgetsWhoLeaves(t *testing.T) {
	t.Parallel()
	var w Workspace
	w.waiters.wakeUp = func() {} // it looks already
	var all []*waiter
	for range mostWhoHappens {
		one, err := w.addWaiter(store.Profile{ID: "sam"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if _, err := w.addWaiter(store.Profile{ID: "amara"}, 0); err == nil {
		t.Fatal("one more waits")
	}
	for _, one := range all {
		w.dropWaiter(one)
	}
	if len(w.waiters.all) != 0 || w.waiters.wakeUp != nil {
		t.Errorf("%d wait", len(w.waiters.all))
	}
}
