package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// The rule: every act checks again, at each of its commits, who does it and what they
// may do. looksagain_acts_test.go has an entry for each method that a session can
// call. The test changes the person before each commit of each.

// cast is who plays in an act.
type cast struct {
	*fixture
	n         int // the commit that is looked at
	actor, to *user
	keeper    *user // an owner, whatever comes
	s         *client.Session
	a         *client.Admin // nil for a member
	fallen    bool          // the actor may do nothing any more
}

func (c *cast) must(err error) {
	if err != nil {
		panic(err)
	}
}

// act is what a user does in a session.
type act struct {
	does      []string // the methods
	by        store.Role
	on        bool // the actor has 2FA
	signingIn bool // the actor is not in yet
	// ready sets the scene and gives what is done.
	ready func(c *cast) func() error
}

// falls are the ways in which a user loses what they may do. The first is for
// owners and admins, and the hardest to see: their session goes on.
var falls = []struct {
	name string
	make func(*store.Profile)
}{
	{"demoted", func(p *store.Profile) { p.Role = store.RoleMember }},
	{"suspended", func(p *store.Profile) { p.State, p.Epoch = store.ProfileSuspended, p.Epoch+1 }},
	{"removed", func(p *store.Profile) { p.State, p.Epoch = store.ProfileRemoved, p.Epoch+1 }},
	{"signed out elsewhere", func(p *store.Profile) { p.Epoch++ }},
}

// takesBack are the events of an act that may come after its actor's fall. They
// only count a guess, or take back what had not taken effect.
var takesBack = []string{
	"guess-counted", "guess-right", "guess-wrong", "guess-returned", "clock-set-back",
	"enrolment-abandoned", "secret-deleted", "recovery-codes-dropped",
	"run-cancelled", // the sheets that are not in force yet are dropped
}

// goesOn are acts that need not be refused: they take back what had not taken effect, only
// prove who somebody is, or clean up after the commit in which they took effect.
var goesOn = []string{
	"PrintRun.Cancel", "Session.CancelNewCodes", "Session.CancelEnrolment", "Session.End", "EnrolmentSession.CancelEnrolment", "Admin.Prove",
	"Admin.Remove", "Admin.Reset2FA", "Session.Disable", "Session.BeginChangePhone", "Session.RemoveApp",
}

// play plays an act once for each of its commits, with a fall before it, until it
// has come to its end with none.
func (x act) play(t *testing.T, h *fixture, keeper *user, steps *stepStore) {
	t.Helper()
	for n := 1; n < 60; n++ {
		fall := falls[0]
		if x.by == store.RoleMember {
			fall = falls[1+n%3]
		}
		people := h.people(person{role: x.by, on: x.on}, person{role: store.RoleMember, on: true})
		c := &cast{fixture: h, n: n, keeper: keeper, actor: people[0], to: people[1]}
		if !x.signingIn {
			c.s = c.actor.signIn()
		}
		if x.by != store.RoleMember {
			var err error
			c.a, err = c.s.Admin(t.Context())
			h.ok(err)
		}
		do := x.ready(c)
		var head int64
		steps.before(n, func() {
			c.fallen = true
			h.ok(workspace.Change(inner(h.w), context.WithoutCancel(t.Context()), func(tx store.WriteTx) error {
				p, err := tx.Profile(c.actor.id)
				if err != nil {
					return err
				}
				fall.make(&p)
				return tx.UpdateProfile(p)
			}))
			head = h.head()
		})
		err := do()
		steps.stop()
		if !c.fallen {
			if err != nil || n == 1 {
				t.Fatalf("%v by %s makes %d commits: %v", x.does, x.by, n-1, err)
			}
			return
		}
		if refused := (*service.Error)(nil); !errors.As(err, &refused) && (err != nil || !slices.Contains(goesOn, x.does[0])) {
			t.Errorf("%v: before commit %d its actor was %s, and what it met was %v", x.does, n, fall.name, err)
		}
		for _, e := range h.eventsAfter(head) {
			if e.Kind == "stepped-up" && fall.name == "demoted" {
				continue // it says who the user is, and a member is that as well
			}
			if (e.Actor == c.actor.id || e.Actor == "") && !slices.Contains(takesBack, e.Kind) {
				t.Errorf("%v: before commit %d its actor was %s, and there is %q after it (%v)", x.does, n, fall.name, e.Kind, err)
			}
		}
	}
	t.Fatalf("%v comes to no end", x.does)
}

// byAdmin is an act of one method of an admin, by one call.
func byAdmin(name string, role store.Role, do func(c *cast, a *client.Admin) error) act {
	return act{does: []string{"Admin." + name}, by: role, ready: func(c *cast) func() error { return func() error { return do(c, c.a) } }}
}

// byMember is an act of one method of a session, by one call.
func byMember(name string, do func(c *cast, s *client.Session) error) act {
	return act{does: []string{"Session." + name}, by: store.RoleMember, ready: func(c *cast) func() error { return func() error { return do(c, c.s) } }}
}

// vault gives the actor the vault's keys: an owner who has them signs in.
func (c *cast) vault() {
	c.Helper()
	c.keeper.signIn()
}

// texts are documents to add.
func (c *cast) texts(n int) (all []client.Source) {
	for range n {
		n := c.next()
		all = append(all, paper(fmt.Sprintf("Lease %d.txt", n), fmt.Sprintf("the text of %d", n)))
	}
	return all
}

// papers adds documents, and gives the first.
func (c *cast) papers(n int) string {
	c.Helper()
	c.vault()
	return c.add(c.s, c.texts(n)...).IDs[0]
}

func (c *cast) document() string { c.Helper(); return c.papers(1) }

// run begins a run of the actor's for two members.
func (c *cast) run() *client.PrintRun {
	c.Helper()
	other := c.one(person{role: store.RoleMember, on: true})
	r, err := c.a.BeginRun(c.Context(), service.RunRequest{Members: []string{c.to.id, other.id}, Reason: "r", Kind: store.RunPrint}, c.actor.proof())
	c.ok(err)
	return r
}

func (c *cast) issued() *client.PrintRun {
	c.Helper()
	r := c.run()
	c.ok(r.Issue(c.Context(), nil, func(client.RunSheet) error { return nil }))
	return r
}

func (c *cast) inForce() service.RunPlan {
	c.Helper()
	r := c.issued()
	c.ok(second(r.PutInForce(c.Context(), nil)))
	return r.Plan()
}

func (c *cast) asked() string {
	c.Helper()
	by := c.one(person{role: store.RoleAdmin})
	asked, err := by.admin().AskApproval(c.Context(), store.ApproveReset2FA, []string{c.to.id}, "r", by.proof())
	c.ok(err)
	return asked.ID
}

func enrolling(c *cast) (service.Shown, error) {
	return c.s.BeginEnable(c.Context(), secret.NewText(c.actor.pass))
}

func code(p *user) client.FactorInput {
	return client.FactorInput{Kind: service.FactorCode, Value: secret.NewText(p.newCode())}
}

func TestAct_LooksAgainAtEachCommit(t *testing.T) {
	t.Parallel()
	for _, x := range slices.Concat(acts, policyActs) {
		t.Run(strings.Join(x.does, " "), func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			x.play(t, h, owner, h.onSteps())
		})
	}
}

// readers commit nothing, whoever calls them: the test below sees to that, too.
var readers = map[string]func(c *cast, g *client.EnrolmentSession, ch *client.Challenge){
	"Session.ProfileID":    func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.ProfileID() },
	"Session.Welcome":      func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.Welcome() },
	"Session.Touch":        func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.must(c.s.Touch()) },
	"Session.Remaining":    func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.Remaining() },
	"Session.LimitReached": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.LimitReached() },
	"Session.Overdue":      func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.Overdue() },
	"Session.Whole":        func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.must(c.s.Whole()) },
	"Session.StepUp": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.StepUp(c.Context(), service.EachTime)))
	},
	"Session.ForOneAct": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { _ = c.s.ForOneAct(c.Context()) },
	"Session.ForUnlock": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { _, _ = c.s.ForUnlock(c.Context()) },
	"Session.Watcher": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Watcher(c.Context())))
	},
	"Session.Admin": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Admin(c.Context())))
	},
	"Session.CheckEmail": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(c.s.CheckEmail(c.Context(), "free@example.com"))
	},
	"Session.OwnLog": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.OwnLog(c.Context(), 0, 10)))
	},
	"Session.Checkpoint": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Checkpoint(c.Context(), service.CheckpointQuery{})))
	},
	"Session.LogState": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.LogState(c.Context())))
	},
	"Session.CompareLog": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		is, err := c.s.LogState(c.Context())
		c.must(err)
		c.must(c.s.CompareLog(c.Context(), is.Event, is.Code))
	},
	"Session.KnowLogAt": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(c.s.KnowLogAt(c.Context(), 1))
	},
	"Session.Checklist": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Checklist(c.Context())))
	},
	"Session.Happened": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Happened(c.Context(), 0)))
	},
	"Session.Overview": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Overview(c.Context())))
	},
	"Session.Showing":    func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { _, _ = c.s.Showing(c.Context()) },
	"Session.ShowingKey": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { _, _ = c.s.ShowingKey(c.Context()) },
	"Session.Documents": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Documents(c.Context())))
	},
	"Session.ReadDocuments": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.ReadDocuments(c.Context(), service.DocumentQuery{})))
	},
	"Session.UnknownFiles": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.UnknownFiles(c.Context())))
	},
	"Session.OwnKeys": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.OwnKeys() },
	"Session.BeginProof": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		_, _, _, err := c.s.BeginProof(c.Context())
		c.must(err)
	},
	"Session.BeginRecovery": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { _, _ = c.s.BeginRecovery(c.Context()) },
	"Session.Vault": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Vault(c.Context())))
	},
	"Session.WaitingKeys": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		_, _, err := c.s.WaitingKeys(c.Context())
		c.must(err)
	},
	"Session.Files": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) { c.s.Files() },
	"Session.Work": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		_, end, err := c.s.Work(c.Context())
		c.must(err)
		end()
	},
	"Session.Computers": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.Computers(c.Context())))
	},
	"Session.MissingFiles": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		c.must(second(c.s.MissingFiles(c.Context(), nil)))
	},
	"EnrolmentSession.Kind":         func(_ *cast, g *client.EnrolmentSession, _ *client.Challenge) { g.Kind() },
	"EnrolmentSession.Touch":        func(c *cast, g *client.EnrolmentSession, _ *client.Challenge) { c.must(g.Touch()) },
	"EnrolmentSession.Remaining":    func(_ *cast, g *client.EnrolmentSession, _ *client.Challenge) { g.Remaining() },
	"EnrolmentSession.LimitReached": func(_ *cast, g *client.EnrolmentSession, _ *client.Challenge) { g.LimitReached() },
	"EnrolmentSession.Overdue":      func(_ *cast, g *client.EnrolmentSession, _ *client.Challenge) { g.Overdue() },
	"EnrolmentSession.Showing":      func(c *cast, g *client.EnrolmentSession, _ *client.Challenge) { _, _ = g.Showing(c.Context()) },
	"EnrolmentSession.ShowingKey":   func(c *cast, g *client.EnrolmentSession, _ *client.Challenge) { _, _ = g.ShowingKey(c.Context()) },
	"EnrolmentSession.Enter":        func(c *cast, g *client.EnrolmentSession, _ *client.Challenge) { _, _ = g.Enter(c.Context()) },
	"Challenge.Name":                func(_ *cast, _ *client.EnrolmentSession, ch *client.Challenge) { ch.Name() },
	"Challenge.BeginHelp":           func(c *cast, _ *client.EnrolmentSession, ch *client.Challenge) { _, _ = ch.BeginHelp(c.Context()) },
	"Challenge.BeginRecovery":       func(c *cast, _ *client.EnrolmentSession, ch *client.Challenge) { _, _ = ch.BeginRecovery(c.Context()) },
	"Challenge.OwnKeys":             func(c *cast, _ *client.EnrolmentSession, ch *client.Challenge) { _, _ = ch.OwnKeys(c.Context()) },
	"Challenge.Email":               func(_ *cast, _ *client.EnrolmentSession, ch *client.Challenge) { ch.Email() },
	"Challenge.AuthenticatorOff": func(c *cast, _ *client.EnrolmentSession, ch *client.Challenge) {
		c.must(second(ch.AuthenticatorOff(c.Context())))
	},
	"Challenge.MustChoosePassword": func(_ *cast, _ *client.EnrolmentSession, ch *client.Challenge) { ch.MustChoosePassword() },
	"Challenge.MustEnrol":          func(_ *cast, _ *client.EnrolmentSession, ch *client.Challenge) { ch.MustEnrol() },
	"Challenge.RequiredSince":      func(_ *cast, _ *client.EnrolmentSession, ch *client.Challenge) { ch.RequiredSince() },
	"Challenge.Leave":              func(_ *cast, _ *client.EnrolmentSession, ch *client.Challenge) { ch.Leave() },
	"PrintRun.Plan": func(c *cast, _ *client.EnrolmentSession, _ *client.Challenge) {
		(&client.PrintRun{PrintRun: &workspace.PrintRun{}}).Plan()
	},
	"Admin.LogHead": nil, "Admin.Log": nil, "Admin.VerifyLog": nil, "Admin.ExportLog": nil, "Admin.ProveEvent": nil, "Admin.LogState": nil, "Admin.SigningKey": nil, // these are among adminCases
	"Admin.Members": nil, "Admin.Member": nil, "Admin.CheckMembers": nil, "Admin.Policy": nil, "Admin.Rehearse": nil, "Admin.Approvals": nil,
	"Admin.PreviewRun": nil, "Admin.Runs": nil, "Admin.Ledger": nil, "Admin.Unacknowledged": nil, "Admin.NameDocuments": nil,
	"Admin.Rotation": nil, "Admin.RotationStart": nil, "Admin.RotationEnd": nil, "Admin.WaitingInvitations": nil, "Admin.OpenCodes": nil, "Admin.ComputersOf": nil, "Admin.KnownVault": nil, "Admin.KitState": nil, "Admin.Clock": nil,
}

func TestAct_EachMethodThatCommitsIsAmongThem(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, x := range slices.Concat(acts, policyActs) {
		for _, name := range x.does {
			known[name] = true
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[*client.Session](), reflect.TypeFor[*client.Admin](), reflect.TypeFor[*client.PrintRun](),
		reflect.TypeFor[*client.Challenge](), reflect.TypeFor[*client.EnrolmentSession]()} {
		for m := range of.Methods() {
			name := of.Elem().Name() + "." + m.Name
			if _, reads := readers[name]; reads == known[name] {
				t.Errorf("%s is among the acts: %v, and among the readers: %v", name, known[name], reads)
			}
		}
	}
}

func TestReader_CommitsNothing(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	steps := h.onSteps()
	c := &cast{fixture: h, actor: owner, s: owner.signIn(), to: h.one(person{role: store.RoleMember, on: true})}
	given, err := owner.admin().HelpCode(t.Context(), c.to.id, "", owner.proof())
	h.ok(err)
	g, err := c.to.challenge().UseHelpCode(t.Context(), secret.NewText(given.Code.Display()))
	h.ok(err)
	ch := c.to.challenge()
	a := owner.admin()
	head := h.head()
	for name, read := range readers {
		if read != nil {
			read(c, g, ch)
			continue
		}
		for _, d := range adminCases {
			if "Admin."+d.method == name {
				_ = d.do(a, owner, c.to)
			}
		}
	}
	if h.head() != head {
		t.Errorf("%v", h.eventsAfter(head))
	}
	steps.stop()
}
