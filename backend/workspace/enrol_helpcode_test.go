package workspace_test

import (
	"maps"
	"strconv"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// lost is a member who had phone and codes, and an admin's help code in hand.
type lost struct {
	*fixture
	*user
	codes []string // ten, of the sheet that is lost
	help  client.GivenOut
}

func lostBoth(t *testing.T) lost {
	t.Helper()
	h, owner := alone(t)
	p := h.one(person{role: store.RoleMember})
	key, codes := h.enable(p.signIn())
	p.phone = key
	given, err := owner.admin().HelpCode(t.Context(), p.id, "", owner.proof())
	h.ok(err)
	return lost{fixture: h, user: p, codes: codes, help: given}
}

// atTheGate begins with the help code, and proves the new phone.
func (l lost) atEnrolment() (*client.EnrolmentSession, phone, *client.Issued) {
	l.fixture.Helper()
	g, err := l.user.challenge().UseHelpCode(l.Context(), secret.NewText(l.help.Code.Display()))
	l.ok(err)
	shown, err := g.Begin(l.Context())
	l.ok(err)
	fresh := l.phoneOf(shown)
	issued, err := g.Confirm(l.Context(), secret.NewText(fresh.code()))
	l.ok(err)
	return g, fresh, issued
}

func TestHelpCode_EndsTheLostCodesWithTheLostPhone(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, fresh, issued := l.atEnrolment()
	if issued == nil || len(issued.Codes) != 10 || issued.Replaces != issued.Sheet-1 {
		t.Fatalf("the right code shows no codes to keep: %+v", issued)
	}
	codes := display(issued)
	if shown, err := g.Showing(t.Context()); err != nil || shown.Sheet != issued.Sheet {
		t.Errorf("shown: sheet %d, %v", shown.Sheet, err)
	}
	_, err := g.Enter(t.Context())
	l.refused(err, service.CodeEnrolmentUnconfirmed)
	l.ok(g.Continue(t.Context()))
	s, err := g.Enter(t.Context())
	l.ok(err)
	if now := l.status(s).Codes; now == nil || now.Sheet != issued.Sheet || now.Left != 10 {
		t.Errorf("in force: %+v", now)
	}

	l.clock.step(time.Minute)
	_, err = l.user.challenge().Recover(t.Context(), secret.NewText(l.codes[0]))
	l.refused(err, service.CodeRecoveryWrong)
	_, err = l.user.challenge().Verify(t.Context(), secret.NewText(l.phone.code()))
	l.strange(err)
	_, err = l.user.challenge().Verify(t.Context(), secret.NewText(fresh.code()))
	l.ok(err)
	_, err = l.user.challenge().Recover(t.Context(), secret.NewText(codes[0]))
	l.ok(err)
	if l.intents() != 0 {
		t.Error("an intent is left")
	}
}

func TestHelpCode_NothingChangesBeforeContinue(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(l lost, g *client.EnrolmentSession){
		"locked":    func(l lost, g *client.EnrolmentSession) { l.ok(g.End(l.Context())) },
		"cancelled": func(l lost, g *client.EnrolmentSession) { l.ok(g.CancelEnrolment(l.Context())) },
		"crashed":   func(l lost, _ *client.EnrolmentSession) { l.restart() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := lostBoth(t)
			g, fresh, issued := l.atEnrolment()
			leave(l, g)
			l.clock.step(time.Minute)
			_, err := l.user.challenge().Verify(t.Context(), secret.NewText(fresh.code()))
			l.strange(err)
			_, err = l.user.challenge().Recover(t.Context(), secret.NewText(display(issued)[0]))
			l.refused(err, service.CodeRecoveryWrong)
			_, err = l.user.challenge().Verify(t.Context(), secret.NewText(l.phone.code()))
			l.ok(err)
			_, err = l.user.challenge().Recover(t.Context(), secret.NewText(l.codes[0]))
			l.ok(err)
			if l.intents() != 0 {
				t.Error("an intent is left")
			}
		})
	}
}

func TestHelpCode_ASheetIssuedMeanwhileEndsTheEnrolment(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, _, _ := l.atEnrolment()
	// Whose old phone it is gets new codes: those that the enrolment shows are gone.
	s := l.user.signIn()
	theirs, err := s.BeginNewCodes(t.Context(), l.user.proof())
	l.ok(err)
	l.refused(g.Continue(t.Context()), service.CodeEnrolmentEnded)
	l.ok(s.KeepNewCodes(t.Context()))
	l.clock.step(time.Minute)
	_, err = l.user.challenge().Recover(t.Context(), secret.NewText(display(theirs)[0]))
	l.ok(err)

	fresh, _ := l.enrolAt(g) // the enrolment is there, and begins again
	if now := l.status(fresh).Codes; now == nil || now.Left != 10 || now.Sheet == theirs.Sheet {
		t.Errorf("in force: %+v", now)
	}
}

func TestHelpCode_TheLogNamesTheSheetsThatSwapped(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, _, issued := l.atEnrolment()
	l.ok(g.Continue(t.Context()))
	var told []map[string]string
	l.ok(l.store.View(t.Context(), func(tx store.ReadTx) error {
		return eachEvent(tx, 0, func(e audit.Event, _ []byte) error {
			if e.Kind == "phone-and-codes-changed" {
				told = append(told, e.Detail)
			}
			return nil
		})
	}))
	want := map[string]string{"sheet": strconv.Itoa(issued.Sheet), "replaces": strconv.Itoa(issued.Replaces)}
	if len(told) != 1 || !maps.Equal(told[0], want) {
		t.Errorf("told: %v, not %v", told, want)
	}
}

func TestEnrolmentSession_LastsNoLongerThanASession(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, err := l.user.challenge().UseHelpCode(t.Context(), secret.NewText(l.help.Code.Display()))
	l.ok(err)
	l.ok(g.Touch())
	if g.LimitReached() {
		t.Error("its limit is reached at once")
	}
	l.fixture.clock.step(service.SessionLimit)
	if !g.LimitReached() {
		t.Error("it has no limit")
	}
	l.refused(g.Touch(), service.CodeSessionEnded)
}

// Guesses at the lost codes make nobody wait with the new ones.
func TestHelpCode_NewCodesWorkWhateverWasGuessedBefore(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, _, issued := l.atEnrolment()
	for range 5 {
		l.refused(second(l.user.challenge().Recover(t.Context(), secret.NewText(noCode))), service.CodeRecoveryWrong)
	}
	l.ok(g.Continue(t.Context()))
	l.ok(second(l.user.challenge().Recover(t.Context(), secret.NewText(display(issued)[0]))))
}

func TestEnrolmentSession_IsNeverOverdue(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	g, _, _ := l.atEnrolment()
	if g.Overdue() {
		t.Error("it is overdue")
	}
}

// A challenge that is over tells nothing of a help code, and costs no guess.
func TestHelpCode_ChallengeThatIsOverLooksAtNone(t *testing.T) {
	t.Parallel()
	l := lostBoth(t)
	c := l.user.challenge()
	l.alter(l.user.id, func(p *store.Profile) { p.Epoch++ })
	head := l.head()
	l.refused(second(c.UseHelpCode(t.Context(), secret.NewText(noCode))), service.CodeChallengeEnded)
	if l.head() != head {
		t.Errorf("%v", l.eventsAfter(head))
	}
}
