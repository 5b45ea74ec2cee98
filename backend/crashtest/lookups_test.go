package crashtest

import (
	"io"
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

// lookUps are the use cases that only read. They have no writes at which they could
// be cut off, and the store can fail in them all the same.
var lookUps = []useCase{
	{name: "look at a challenge", base: enabled, covers: []string{"Challenge.AuthenticatorOff"}, ready: func(p *person) func() {
		p.start()
		c := p.challenge()
		return func() { got(c.AuthenticatorOff(p.ctx)) }
	}},
	{name: "look at one's profile", base: enabled, covers: []string{"Session.StepUp", "Session.Overview", "Session.Checklist", "Session.OwnLog", "Session.Checkpoint", "Session.LogState", "Session.CompareLog", "Session.KnowLogAt", "Workspace.Support", "Session.Admin", "Session.Watcher", "Session.CheckEmail"},
		ready: signedIn(func(p *person, s *client.Session) {
			got(s.StepUp(p.ctx, service.EachTime))
			got(s.Overview(p.ctx))
			got(s.Checklist(p.ctx))
			got(s.OwnLog(p.ctx, 0, 10))
			got(s.Checkpoint(p.ctx, service.CheckpointQuery{After: 1}))
			is := got(s.LogState(p.ctx))
			must(s.CompareLog(p.ctx, is.Event, is.Code))
			must(s.KnowLogAt(p.ctx, is.Event))
			got(p.w.Support(p.ctx))
			got(s.Admin(p.ctx))
			got(got(s.Watcher(p.ctx)).LogHead(p.ctx))
			must(s.CheckEmail(p.ctx, "amara@example.org"))
		})},
	{name: "look at what the password alone opens", base: enabled, covers: []string{"Session.ForUnlock"}, ready: func(p *person) func() {
		p.start()
		s := p.signIn()
		must(p.admin(s).SetQuickUnlock(p.ctx, true, "", p.proof()))
		return func() { got(s.ForUnlock(p.ctx)) }
	}},
	{name: "ask what has happened", base: teamBase, covers: []string{"Session.Happened"}, ready: func(p *person) func() {
		p.start()
		s := got(p.due(miaEmail, miaPass).Verify(p.ctx, secret.NewText(p.code(2))))
		return func() {
			got(s.Happened(p.ctx, 0))
			if h := got(s.Happened(p.ctx, 1)); h.Overview == nil { // the owner has invited her
				panic(h)
			}
		}
	}},
	{name: "look whether it was at a server", base: enabled, covers: []string{"Workspace.ComeBack"}, ready: func(p *person) func() {
		p.start()
		return func() { must(p.w.ComeBack(p.ctx)) }
	}},
	{name: "look at the log", base: enabled, covers: []string{"Admin.Log", "Admin.LogHead", "Admin.VerifyLog", "Admin.ExportLog", "Admin.ProveEvent", "Admin.LogState", "Admin.SigningKey"},
		ready: led(func(p *person, a *client.Admin) {
			got(a.Log(p.ctx, service.LogQuery{Person: email}))
			got(a.Log(p.ctx, service.LogQuery{After: 2}))
			got(a.VerifyLog(p.ctx, nil))
			got(a.ExportLog(p.ctx, io.Discard, nil))
			got(a.ProveEvent(p.ctx, 2))
			got(a.LogState(p.ctx))
			got(a.SigningKey(p.ctx))
		})},
	{name: "look at the members", base: teamBase, covers: []string{"Admin.Members", "Admin.Member", "Admin.CheckMembers", "Admin.Policy", "Admin.Rehearse", "Admin.Approvals", "Admin.Clock"},
		ready: func(p *person) func() {
			p.start()
			a := p.admin(p.signIn())
			got(a.AskApproval(p.ctx, store.ApproveReset2FA, []string{p.member(miaEmail)}, "Lost", p.proof()))
			return func() {
				got(a.Members(p.ctx))
				got(a.Member(p.ctx, p.member(miaEmail)))
				got(a.CheckMembers(p.ctx, []service.NewMember{{Name: "Ana", Email: "ana@example.com", Role: store.RoleMember}}))
				got(a.Policy(p.ctx))
				got(a.Rehearse(p.ctx))
				got(a.Clock(p.ctx))
				if len(got(a.Approvals(p.ctx))) != 1 {
					panic("the approval is not there")
				}
			}
		}},
	{name: "look at the print runs", base: teamBase, covers: []string{"Admin.PreviewRun", "Admin.Runs", "Admin.Ledger", "Admin.Unacknowledged"},
		ready: func(p *person) func() {
			p.start()
			a := p.admin(p.signIn())
			r := p.issue(a)
			got(r.PutInForce(p.ctx, nil))
			return func() {
				got(a.PreviewRun(p.ctx, p.everybody()))
				got(a.Runs(p.ctx, 0))
				got(a.Ledger(p.ctx, r.Plan().Number))
				got(a.Unacknowledged(p.ctx))
			}
		}},
	{name: "look at the contracts", base: contractsBase, covers: []string{"Session.Documents", "Session.ReadDocuments", "Session.MissingFiles", "Session.UnknownFiles", "Admin.NameDocuments", "Admin.Rotation", "Admin.KitState", "Admin.KnownVault",
		"Session.Vault", "Admin.RotationStart", "Admin.RotationEnd"},
		ready: func(p *person) func() {
			p.start()
			s := p.signIn()
			a := p.admin(s)
			got(a.MakeKit(p.ctx, byPassword))
			return func() {
				got(s.MissingFiles(p.ctx, got(s.Documents(p.ctx))))
				got(s.UnknownFiles(p.ctx))
				page := got(a.Log(p.ctx, service.LogQuery{}))
				must(a.NameDocuments(p.ctx, page.Entries))
				got(a.Rotation(p.ctx))
				got(a.KitState(p.ctx))
				key, _, err := a.KnownVault(p.ctx)
				got(key, err)
				got(s.Vault(p.ctx))
				_, holders, err := a.RotationStart(p.ctx)
				if must(err); len(holders) != 1 {
					panic("the owner has no key pair")
				}
				_, _, _, err = a.RotationEnd(p.ctx)
				must(err)
			}
		}},
}

// fromMemory are the methods that ask no store.
var fromMemory = []string{
	"Workspace.Created", "Workspace.Name", "Workspace.MinPassword", "Workspace.Idle", "Workspace.HasKit", "Workspace.Close",
	"Challenge.Email", "Challenge.Leave", "Challenge.MustEnrol", "Challenge.RequiredSince", "Challenge.MustChoosePassword",
	"Session.ProfileID", "Session.Welcome", "Session.Touch", "Session.Remaining", "Session.LimitReached", "Session.Overdue", "Session.Whole",
	"Session.ForOneAct", "Session.Showing", "Session.ShowingKey", "Session.Files", "Session.OwnKeys", "Workspace.CheckNew", "Workspace.ID", "Challenge.Name", "RedeemAttempt.Leave", "Session.Work", "Workspace.Now",
	"EnrolmentSession.Kind", "EnrolmentSession.Touch", "EnrolmentSession.Remaining", "EnrolmentSession.LimitReached", "EnrolmentSession.Overdue", "EnrolmentSession.Showing", "EnrolmentSession.ShowingKey", "EnrolmentSession.Enter",
	"PrintRun.Plan", "KitAttempt.Message", "Quarantine.Report", "Acceptance.Review",

	"Locked.Terms", "Locked.Remaining", "Locked.Leave",

	"Session.SaveKeyPair",      // asks it: see covered_test.go
	"Session.FoundVault",       // likewise
	"Workspace.AcceptRestored", // of a workspace at a server: writes one item of this computer’s keychain
	"Workspace.CreateFrom",     // asks it: the faults are those of Create
}

func TestStoreFault_CoversEachMethodThatAsksTheStore(t *testing.T) {
	t.Parallel()
	known := slices.Clone(fromMemory)
	for _, c := range append(slices.Clone(useCases), lookUps...) {
		known = append(known, c.covers...)
	}
	for _, name := range exported() {
		if !slices.Contains(known, name) {
			t.Errorf("%s meets no fault of the store, and is not among those that ask none", name)
		}
	}
}

// exported are the methods of all that packages client and workspace lend to a shell.
func exported() (names []string) {
	for _, v := range []any{(*client.Local)(nil), (*client.Challenge)(nil), (*client.Locked)(nil), (*client.Session)(nil), (*client.EnrolmentSession)(nil), (*client.Admin)(nil),
		(*client.PrintRun)(nil), (*workspace.KitAttempt)(nil), (*workspace.SignInAttempt)(nil), (*workspace.RedeemAttempt)(nil), (*workspace.ReviewAttempt)(nil), (*client.Quarantine)(nil), (*client.Acceptance)(nil)} {
		of := reflect.TypeOf(v)
		for m := range of.NumMethod() {
			names = append(names, strings.Replace(of.Elem().Name(), "Local", "Workspace", 1)+"."+of.Method(m).Name)
		}
	}
	return names
}
