package workspace_test

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/audit"
	"countersign/backend/secret"
	"countersign/backend/workspace"
)

// The rule: every act looks again, at each of its commits, at who does it and at
// what they may do. The test below has an entry for each method that somebody who is
// in can call, and changes the person before each commit of each.

// stepStore counts the times that something may be committed, and has something
// happen before one of them: between two commits of an act.
type stepStore struct {
	workspace.Store
	mu     sync.Mutex
	seen   int
	at     int // before which; 0: none
	happen func()
}

func (s *stepStore) Exclusive(ctx context.Context, fn func() error) error {
	s.mu.Lock()
	s.seen++
	var now func()
	if s.seen == s.at {
		now, s.happen = s.happen, nil
	}
	s.mu.Unlock()
	if now != nil {
		now()
	}
	return s.Store.Exclusive(ctx, fn)
}

func (s *stepStore) Snapshot(ctx context.Context) ([]byte, error) {
	return s.Store.(workspace.Snapshotter).Snapshot(ctx)
}

// before has something happen before the nth time from now on.
func (s *stepStore) before(n int, happen func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen, s.at, s.happen = 0, n, happen
}

// stop tells how often there was a time, and lets nothing happen any more.
func (s *stepStore) stop() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = 0
	return s.seen
}

// onSteps opens the house on a store with steps.
func (h *house) onSteps() *stepStore {
	h.Helper()
	s := &stepStore{Store: h.store}
	var err error
	h.w, err = workspace.Open(h.Context(), workspace.Config{Store: s, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	return s
}

// cast is who plays in an act.
type cast struct {
	*house
	n         int // the commit that is looked at
	actor, to *somebody
	keeper    *somebody // an owner, whatever comes
	s         *workspace.Session
	a         *workspace.Admin // nil for a member
	fallen    bool             // the actor may do nothing any more
}

func (c *cast) must(err error) {
	if err != nil {
		panic(err)
	}
}

// act is something that somebody does who is in.
type act struct {
	does []string // the methods
	by   workspace.Role
	on   bool // the actor has 2FA
	door bool // the actor is not in yet
	// ready sets the scene and gives what is done.
	ready func(c *cast) func() error
}

// falls are the ways in which somebody stops being who they were. The first is for
// owners and admins, and the hardest to see: their session goes on.
var falls = []struct {
	name string
	make func(*workspace.Profile)
}{
	{"demoted", func(p *workspace.Profile) { p.Role = workspace.RoleMember }},
	{"suspended", func(p *workspace.Profile) { p.State, p.Epoch = workspace.ProfileSuspended, p.Epoch+1 }},
	{"removed", func(p *workspace.Profile) { p.State, p.Epoch = workspace.ProfileRemoved, p.Epoch+1 }},
	{"signed out elsewhere", func(p *workspace.Profile) { p.Epoch++ }},
}

// takesBack are the events of an act that may come after its actor's fall. They
// only count a guess, or take back what had not taken effect.
var takesBack = []string{
	"guess-counted", "guess-wrong", "guess-returned", "clock-set-back",
	"enrolment-abandoned", "secret-deleted", "recovery-codes-dropped",
	"run-cancelled", // the sheets that are not in force yet are dropped
}

// play plays an act once for each of its commits, with a fall before it, until it
// has come to its end with none.
func (x act) play(t *testing.T, h *house, keeper *somebody, steps *stepStore) {
	t.Helper()
	for n := 1; n < 60; n++ {
		fall := falls[0]
		if x.by == workspace.RoleMember {
			fall = falls[1+n%3]
		}
		people := h.people(person{role: x.by, on: x.on}, person{role: workspace.RoleMember, on: true})
		c := &cast{house: h, n: n, keeper: keeper, actor: people[0], to: people[1]}
		if !x.door {
			c.s = c.actor.signIn()
		}
		if x.by != workspace.RoleMember {
			var err error
			c.a, err = c.s.Admin(t.Context())
			h.ok(err)
		}
		do := x.ready(c)
		var head int64
		steps.before(n, func() {
			c.fallen = true
			h.ok(workspace.Change(h.w, context.WithoutCancel(t.Context()), func(tx workspace.WriteTx) error {
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
		for _, e := range h.eventsAfter(head) {
			if e.Kind == "stepped-up" && fall.name == "demoted" {
				continue // it says who somebody is, and a member is that as well
			}
			if (e.Actor == c.actor.id || e.Actor == "") && !slices.Contains(takesBack, e.Kind) {
				t.Errorf("%v: before commit %d its actor was %s, and there is %q after it (%v)", x.does, n, fall.name, e.Kind, err)
			}
		}
	}
	t.Fatalf("%v comes to no end", x.does)
}

func (h *house) eventsAfter(seq int64) (all []audit.Event) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx workspace.ReadTx) error {
		return eachEvent(tx, seq, func(e audit.Event, _ []byte) error {
			all = append(all, e)
			return nil
		})
	}))
	return all
}

// byAdmin is an act of one method of an admin, by one call.
func byAdmin(name string, role workspace.Role, do func(c *cast, a *workspace.Admin) error) act {
	return act{does: []string{"Admin." + name}, by: role, ready: func(c *cast) func() error { return func() error { return do(c, c.a) } }}
}

// byMember is an act of one method of a session, by one call.
func byMember(name string, do func(c *cast, s *workspace.Session) error) act {
	return act{does: []string{"Session." + name}, by: workspace.RoleMember, ready: func(c *cast) func() error { return func() error { return do(c, c.s) } }}
}

// vault gives the actor the vault's keys: somebody who has them signs in.
func (c *cast) vault() {
	c.Helper()
	c.keeper.signIn()
}

// texts are documents to add.
func (c *cast) texts(n int) (all []workspace.Source) {
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
func (c *cast) run() *workspace.PrintRun {
	c.Helper()
	other := c.one(person{role: workspace.RoleMember, on: true})
	r, err := c.a.BeginRun(c.Context(), workspace.RunRequest{Members: []string{c.to.id, other.id}, Reason: "r", Kind: workspace.RunPrint}, c.actor.proof())
	c.ok(err)
	return r
}

func (c *cast) issued() *workspace.PrintRun {
	c.Helper()
	r := c.run()
	c.ok(r.Issue(c.Context(), nil, func(workspace.RunSheet) error { return nil }))
	return r
}

func (c *cast) inForce() workspace.RunPlan {
	c.Helper()
	r := c.issued()
	c.ok(second(r.PutInForce(c.Context(), nil)))
	return r.Plan()
}

func (c *cast) asked() string {
	c.Helper()
	by := c.one(person{role: workspace.RoleAdmin})
	asked, err := by.admin().AskApproval(c.Context(), workspace.ApproveReset2FA, []string{c.to.id}, "r", by.proof())
	c.ok(err)
	return asked.ID
}

func enrolling(c *cast) (workspace.Shown, error) {
	return c.s.BeginEnable(c.Context(), secret.NewText(c.actor.pass))
}

func code(p *somebody) workspace.FactorInput {
	return workspace.FactorInput{Kind: workspace.FactorCode, Value: secret.NewText(p.newCode())}
}

// acts has each method that commits at least once; a test sees to it.
var acts = []act{
	byAdmin("AddMember", workspace.RoleOwner, func(c *cast, a *workspace.Admin) error {
		return second(a.AddMember(c.Context(), workspace.NewMember{Name: "N", Email: fmt.Sprintf("n%d@example.com", c.next()), Role: workspace.RoleAdmin}, c.actor.proof()))
	}),
	byAdmin("AddMembers", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return second(a.AddMembers(c.Context(), []workspace.NewMember{{Name: "N", Email: fmt.Sprintf("n%d@example.com", c.next()), Role: workspace.RoleMember}}, c.actor.proof(), nil))
	}),
	byAdmin("SetRole", workspace.RoleOwner, func(c *cast, a *workspace.Admin) error {
		return a.SetRole(c.Context(), c.to.id, workspace.RoleAdmin, c.actor.proof())
	}),
	byAdmin("Suspend", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error { return a.Suspend(c.Context(), c.to.id) }),
	{does: []string{"Admin.Resume"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		c.ok(c.a.Suspend(c.Context(), c.to.id))
		return func() error { return c.a.Resume(c.Context(), c.to.id) }
	}},
	byAdmin("Remove", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error { return a.Remove(c.Context(), c.to.id, c.actor.proof()) }),
	byAdmin("ResetPassword", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return second(a.ResetPassword(c.Context(), c.to.id, "", c.actor.proof()))
	}),
	byAdmin("Reset2FA", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return a.Reset2FA(c.Context(), c.to.id, "", c.actor.proof())
	}),
	byAdmin("HelpCode", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return second(a.HelpCode(c.Context(), c.to.id, "", c.actor.proof()))
	}),
	byAdmin("AskApproval", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return second(a.AskApproval(c.Context(), workspace.ApproveReset2FA, []string{c.to.id}, "r", c.actor.proof()))
	}),
	{does: []string{"Admin.Approve"}, by: workspace.RoleAdmin, on: true, ready: func(c *cast) func() error {
		id := c.asked()
		return func() error { return c.a.Approve(c.Context(), id, c.actor.proof()) }
	}},
	{does: []string{"Admin.Refuse"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		id := c.asked()
		return func() error { return c.a.Refuse(c.Context(), id) }
	}},
	byAdmin("RenameWorkspace", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return a.RenameWorkspace(c.Context(), fmt.Sprintf("Other %d", c.next()))
	}),
	byAdmin("SetIdle", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error { return a.SetIdle(c.Context(), 2+c.next()%13) }),
	byAdmin("BeginRun", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return second(a.BeginRun(c.Context(), workspace.RunRequest{Members: []string{c.to.id}, Reason: "r", Kind: workspace.RunPrint}, c.actor.proof()))
	}),
	{does: []string{"PrintRun.Issue", "PrintRun.PutInForce"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		r := c.run()
		return func() error {
			if err := r.Issue(c.Context(), nil, func(workspace.RunSheet) error { return nil }); err != nil {
				return err
			}
			return second(r.PutInForce(c.Context(), nil))
		}
	}},
	{does: []string{"PrintRun.Cancel"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		r := c.issued()
		return func() error { return second(r.Cancel(c.Context())) }
	}},
	{does: []string{"Admin.HandOver"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		plan := c.inForce()
		return func() error { return second(c.a.HandOver(c.Context(), plan.Number, []int{plan.First, plan.Last})) }
	}},
	{does: []string{"Admin.VoidSheets"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		plan := c.inForce()
		return func() error { return second(c.a.VoidSheets(c.Context(), plan.Number, []int{plan.First, plan.Last})) }
	}},
	byAdmin("Backup", workspace.RoleOwner, func(c *cast, a *workspace.Admin) error {
		return a.Backup(c.Context(), c.actor.proof(), nil, func(workspace.BackupCopy) error {
			if c.fallen {
				c.Error("a backup with every secret went to somebody who may have none any more")
			}
			return nil
		})
	}),
	byAdmin("Prove", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error { return a.Prove(c.Context(), c.actor.proof()) }),
	{does: []string{"Admin.MakeKit"}, by: workspace.RoleOwner, ready: func(c *cast) func() error {
		c.vault()
		return func() error { return second(c.a.MakeKit(c.Context(), c.actor.proof())) }
	}},
	byAdmin("NoteSecretsPassphrase", workspace.RoleOwner, func(c *cast, a *workspace.Admin) error { return a.NoteSecretsPassphrase(c.Context()) }),
	byAdmin("NoteRestored", workspace.RoleOwner, func(c *cast, a *workspace.Admin) error { return a.NoteRestored(c.Context(), c.clock.now()) }),
	byAdmin("NoteExport", workspace.RoleAdmin, func(c *cast, a *workspace.Admin) error {
		return a.NoteExport(c.Context(), workspace.ExportOpened, workspace.SeenExport{Run: 1})
	}),
	{does: []string{"Admin.PurgeDocuments"}, by: workspace.RoleAdmin, ready: func(c *cast) func() error {
		id := c.document()
		c.ok(c.s.RemoveDocuments(c.Context(), []string{id}))
		return func() error { return c.a.PurgeDocuments(c.Context(), []string{id}) }
	}},
	{does: []string{"Admin.BeginRotation", "Admin.HoldRotation", "Admin.Rotate"}, by: workspace.RoleOwner, ready: func(c *cast) func() error {
		// One rotation at a time: another's may have been left where it was.
		owner := c.keeper.admin()
		c.ok(owner.HoldRotation(c.Context(), false))
		c.ok(owner.Rotate(c.Context(), nil))
		if c.n == 1 {
			c.papers(17) // two commits
		} else {
			c.vault()
		}
		return func() error {
			for _, step := range []func() error{
				func() error { return c.a.BeginRotation(c.Context(), c.actor.proof()) },
				func() error { return c.a.HoldRotation(c.Context(), true) },
				func() error { return c.a.HoldRotation(c.Context(), false) },
				func() error { return c.a.Rotate(c.Context(), nil) },
			} {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		}
	}},

	byMember("Rename", func(c *cast, s *workspace.Session) error { return s.Rename(c.Context(), fmt.Sprintf("N %d", c.next())) }),
	byMember("ChangeEmail", func(c *cast, s *workspace.Session) error {
		return workspace.ChangeEmail(s, c.Context(), fmt.Sprintf("e%d@example.com", c.next()), c.actor.proof())
	}),
	byMember("ChangePassword", func(c *cast, s *workspace.Session) error {
		return s.ChangePassword(c.Context(), secret.NewText(c.actor.pass), secret.NewText("kettle drum marzipan 7"), workspace.FactorInput{})
	}),
	{does: []string{"Session.BeginEnable", "Session.Confirm", "Session.Continue"}, by: workspace.RoleMember, ready: func(c *cast) func() error {
		return func() error {
			shown, err := enrolling(c)
			if err != nil {
				return err
			}
			if _, err := c.s.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())); err != nil {
				return err
			}
			return c.s.Continue(c.Context())
		}
	}},
	{does: []string{"Session.CancelEnrolment"}, by: workspace.RoleMember, ready: func(c *cast) func() error {
		c.ok(second(enrolling(c)))
		return func() error { return c.s.CancelEnrolment(c.Context()) }
	}},
	{does: []string{"Session.End"}, by: workspace.RoleMember, ready: func(c *cast) func() error {
		c.ok(second(enrolling(c)))
		return func() error { return c.s.End(c.Context()) }
	}},
	{does: []string{"Session.BeginChangePhone"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error {
			shown, err := c.s.BeginChangePhone(c.Context(), c.actor.proof())
			if err != nil {
				return err
			}
			return second(c.s.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())))
		}
	}},
	{does: []string{"Session.BeginNewCodes", "Session.KeepNewCodes"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error {
			if _, err := c.s.BeginNewCodes(c.Context(), c.actor.proof()); err != nil {
				return err
			}
			return c.s.KeepNewCodes(c.Context())
		}
	}},
	{does: []string{"Session.CancelNewCodes"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		c.ok(second(c.s.BeginNewCodes(c.Context(), c.actor.proof())))
		return func() error { return c.s.CancelNewCodes(c.Context()) }
	}},
	{does: []string{"Session.Disable"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		return func() error { return c.s.Disable(c.Context(), code(c.actor)) }
	}},
	{does: []string{"Session.NotMe"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		c.ok(second(c.s.BeginNewCodes(c.Context(), c.actor.proof())))
		c.ok(c.s.KeepNewCodes(c.Context()))
		return func() error { return c.s.NotMe(c.Context()) }
	}},
	{does: []string{"Session.Acknowledge"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		by := c.one(person{role: workspace.RoleAdmin})
		r, err := by.admin().BeginRun(c.Context(), workspace.RunRequest{Members: []string{c.actor.id}, Reason: "r", Kind: workspace.RunPrint}, by.proof())
		c.ok(err)
		var word string
		c.ok(r.Issue(c.Context(), nil, func(s workspace.RunSheet) error { word = s.CheckWord; return nil }))
		c.ok(second(r.PutInForce(c.Context(), nil)))
		return func() error { return c.s.Acknowledge(c.Context(), secret.NewText(word)) }
	}},
	{does: []string{"Session.AddDocuments"}, by: workspace.RoleMember, ready: func(c *cast) func() error {
		c.vault()
		all := c.texts(65) // two commits
		return func() error { return second(c.s.AddDocuments(c.Context(), slices.Values(all), nil)) }
	}},
	{does: []string{"Session.RenameDocument", "Session.TagDocuments", "Session.RemoveDocuments", "Session.RestoreDocuments", "Session.OpenDocument",
		"Session.CopyDocument", "Session.CheckDocuments"}, by: workspace.RoleMember, ready: func(c *cast) func() error {
		id := c.document()
		return func() error {
			for _, step := range []func() error{
				func() error { return c.s.RenameDocument(c.Context(), id, fmt.Sprintf("Other %d.txt", c.next())) },
				func() error { return c.s.TagDocuments(c.Context(), []string{id}, []string{"a"}, nil) },
				func() error { return c.s.RemoveDocuments(c.Context(), []string{id}) },
				func() error { return c.s.RestoreDocuments(c.Context(), []string{id}) },
				func() error {
					o, err := c.s.OpenDocument(c.Context(), id)
					if err != nil {
						return err
					}
					return o.Close()
				},
				func() error { return c.s.CopyDocument(c.Context(), id, io.Discard, nil) },
				func() error { return second(c.s.CheckDocuments(c.Context(), nil)) },
			} {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		}
	}},
	{does: []string{"Session.EmptyBin"}, by: workspace.RoleMember, ready: func(c *cast) func() error {
		c.ok(c.s.RemoveDocuments(c.Context(), []string{c.document()}))
		c.clock.step(workspace.BinLife + time.Hour)
		c.s = c.actor.signIn()
		return func() error { return c.s.EmptyBin(c.Context()) }
	}},

	{does: []string{"Challenge.Verify"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		challenge := c.actor.challenge()
		return func() error { return second(challenge.Verify(c.Context(), secret.NewText(c.actor.newCode()))) }
	}},
	{does: []string{"Challenge.Recover"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		issued, err := c.s.BeginNewCodes(c.Context(), c.actor.proof())
		c.ok(err)
		c.ok(c.s.KeepNewCodes(c.Context()))
		challenge := c.actor.challenge()
		return func() error { return second(challenge.Recover(c.Context(), secret.NewText(display(issued)[0]))) }
	}},
	{does: []string{"Challenge.UseHelpCode", "EnrolmentSession.Begin", "EnrolmentSession.Confirm"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		by := c.one(person{role: workspace.RoleAdmin})
		given, err := by.admin().HelpCode(c.Context(), c.actor.id, "", by.proof())
		c.ok(err)
		challenge := c.actor.challenge()
		return func() error {
			g, err := challenge.UseHelpCode(c.Context(), secret.NewText(given.Code.Display()))
			if err != nil {
				return err
			}
			shown, err := g.Begin(c.Context())
			if err != nil {
				return err
			}
			return second(g.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())))
		}
	}},
	{does: []string{"EnrolmentSession.CancelEnrolment", "EnrolmentSession.End"}, by: workspace.RoleMember, on: true, ready: func(c *cast) func() error {
		by := c.one(person{role: workspace.RoleAdmin})
		given, err := by.admin().HelpCode(c.Context(), c.actor.id, "", by.proof())
		c.ok(err)
		g, err := c.actor.challenge().UseHelpCode(c.Context(), secret.NewText(given.Code.Display()))
		c.ok(err)
		c.ok(second(g.Begin(c.Context())))
		return func() error {
			if err := g.CancelEnrolment(c.Context()); err != nil {
				return err
			}
			if _, err := g.Begin(c.Context()); err != nil {
				return err
			}
			return g.End(c.Context())
		}
	}},
}

// policyActs change what is asked of everybody, so that each has a house of its own.
var policyActs = []act{
	{does: []string{"Admin.SetTwoPeople"}, by: workspace.RoleOwner, on: true, ready: func(c *cast) func() error {
		c.people(person{role: workspace.RoleAdmin, on: true}, person{role: workspace.RoleAdmin, on: true})
		return func() error { return c.a.SetTwoPeople(c.Context(), true, "", c.actor.proof()) }
	}},
	{does: []string{"Admin.Require2FA", "Admin.DropRequirement"}, by: workspace.RoleOwner, on: true, ready: func(c *cast) func() error {
		c.people(person{role: workspace.RoleAdmin, on: true}, person{role: workspace.RoleAdmin, on: true})
		return func() error {
			if err := c.a.Require2FA(c.Context(), c.clock.now().Add(time.Hour), "", c.actor.proof()); err != nil {
				return err
			}
			return c.a.DropRequirement(c.Context(), "", c.actor.proof())
		}
	}},
	{does: []string{"Admin.ConfirmClock"}, by: workspace.RoleOwner, ready: func(c *cast) func() error {
		c.clock.step(time.Hour)
		c.ok(c.actor.signIn().Rename(c.Context(), fmt.Sprintf("Ahead %d", c.next())))
		c.clock.step(-time.Hour)
		c.s = c.actor.signIn()
		a, err := c.s.Admin(c.Context())
		c.ok(err)
		return func() error { return a.ConfirmClock(c.Context(), c.actor.proof()) }
	}},
	{does: []string{"Challenge.ChoosePassword"}, by: workspace.RoleMember, on: true, door: true, ready: func(c *cast) func() error {
		keeper := c.people(person{role: workspace.RoleOwner, on: true}, person{role: workspace.RoleOwner, on: true})[0]
		a := keeper.admin()
		c.ok(a.Require2FA(c.Context(), c.clock.now(), "", keeper.proof()))
		s := c.actor.signIn()
		c.ok(s.ChangePassword(c.Context(), secret.NewText(c.actor.pass), secret.NewText(shortPass), c.actor.proof().Factor))
		c.actor.pass = shortPass
		c.ok(a.DropRequirement(c.Context(), "", keeper.proof()))
		c.actor.alone(s)
		challenge := c.actor.challenge()
		return func() error { return second(challenge.ChoosePassword(c.Context(), secret.NewText(longerPass))) }
	}},
	{does: []string{"Challenge.Enrol", "EnrolmentSession.Continue"}, by: workspace.RoleMember, door: true, ready: func(c *cast) func() error {
		keepers := c.people(person{role: workspace.RoleOwner, on: true}, person{role: workspace.RoleOwner, on: true})
		c.ok(keepers[0].admin().Require2FA(c.Context(), c.clock.now(), "", keepers[0].proof()))
		challenge := c.actor.challenge()
		return func() error {
			g, err := challenge.Enrol(c.Context())
			if err != nil {
				return err
			}
			shown, err := g.Begin(c.Context())
			if err != nil {
				return err
			}
			if _, err := g.Confirm(c.Context(), secret.NewText(c.phoneOf(shown).code())); err != nil {
				return err
			}
			return g.Continue(c.Context())
		}
	}},
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
var readers = map[string]func(c *cast, g *workspace.EnrolmentSession, ch *workspace.Challenge){
	"Session.ProfileID":    func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.s.ProfileID() },
	"Session.Welcome":      func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.s.Welcome() },
	"Session.Touch":        func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.must(c.s.Touch()) },
	"Session.Remaining":    func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.s.Remaining() },
	"Session.LimitReached": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.s.LimitReached() },
	"Session.Overdue":      func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.s.Overdue() },
	"Session.Whole":        func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.must(c.s.Whole()) },
	"Session.StepUp": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(second(c.s.StepUp(c.Context())))
	},
	"Session.ForOneAct": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { c.s.ForOneAct() },
	"Session.Watcher": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(second(c.s.Watcher(c.Context())))
	},
	"Session.Admin": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(second(c.s.Admin(c.Context())))
	},
	"Session.CheckEmail": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(c.s.CheckEmail(c.Context(), "free@example.com"))
	},
	"Session.Overview": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(second(c.s.Overview(c.Context())))
	},
	"Session.Showing":    func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { _, _ = c.s.Showing() },
	"Session.ShowingKey": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { _, _ = c.s.ShowingKey() },
	"Session.Documents": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(second(c.s.Documents(c.Context())))
	},
	"Session.MissingFiles": func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) {
		c.must(second(c.s.MissingFiles(c.Context(), nil)))
	},
	"EnrolmentSession.Kind":         func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { g.Kind() },
	"EnrolmentSession.Touch":        func(c *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { c.must(g.Touch()) },
	"EnrolmentSession.Remaining":    func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { g.Remaining() },
	"EnrolmentSession.LimitReached": func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { g.LimitReached() },
	"EnrolmentSession.Overdue":      func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { g.Overdue() },
	"EnrolmentSession.Showing":      func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { _, _ = g.Showing() },
	"EnrolmentSession.ShowingKey":   func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { _, _ = g.ShowingKey() },
	"EnrolmentSession.Enter":        func(_ *cast, g *workspace.EnrolmentSession, _ *workspace.Challenge) { _, _ = g.Enter() },
	"Challenge.Email":               func(_ *cast, _ *workspace.EnrolmentSession, ch *workspace.Challenge) { ch.Email() },
	"Challenge.AuthenticatorOff": func(c *cast, _ *workspace.EnrolmentSession, ch *workspace.Challenge) {
		c.must(second(ch.AuthenticatorOff(c.Context())))
	},
	"Challenge.MustChoosePassword": func(_ *cast, _ *workspace.EnrolmentSession, ch *workspace.Challenge) { ch.MustChoosePassword() },
	"Challenge.MustEnrol":          func(_ *cast, _ *workspace.EnrolmentSession, ch *workspace.Challenge) { ch.MustEnrol() },
	"Challenge.RequiredSince":      func(_ *cast, _ *workspace.EnrolmentSession, ch *workspace.Challenge) { ch.RequiredSince() },
	"Challenge.Leave":              func(_ *cast, _ *workspace.EnrolmentSession, ch *workspace.Challenge) { ch.Leave() },
	"PrintRun.Plan":                func(c *cast, _ *workspace.EnrolmentSession, _ *workspace.Challenge) { (&workspace.PrintRun{}).Plan() },
	"Admin.LogHead":                nil, "Admin.Log": nil, "Admin.VerifyLog": nil, "Admin.ExportLog": nil, "Admin.SigningKey": nil, // these are among the deeds
	"Admin.Members": nil, "Admin.Member": nil, "Admin.CheckMembers": nil, "Admin.Policy": nil, "Admin.Rehearse": nil, "Admin.Approvals": nil,
	"Admin.PreviewRun": nil, "Admin.Runs": nil, "Admin.Ledger": nil, "Admin.Unacknowledged": nil, "Admin.NameDocuments": nil,
	"Admin.Rotation": nil, "Admin.KitState": nil, "Admin.Clock": nil,
}

func TestAct_EachMethodThatCommitsIsAmongThem(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, x := range slices.Concat(acts, policyActs) {
		for _, name := range x.does {
			known[name] = true
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[*workspace.Session](), reflect.TypeFor[*workspace.Admin](), reflect.TypeFor[*workspace.PrintRun](),
		reflect.TypeFor[*workspace.Challenge](), reflect.TypeFor[*workspace.EnrolmentSession]()} {
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
	c := &cast{house: h, actor: owner, s: owner.signIn(), to: h.one(person{role: workspace.RoleMember, on: true})}
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
		for _, d := range deeds {
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
