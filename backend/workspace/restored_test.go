package workspace_test

import (
	"context"
	"testing"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/workspace"
)

// atServer is the workspace as whoever runs a server has it.
func (h *fixture) atServer() *workspace.Workspace {
	h.Helper()
	w, err := workspace.Open(h.Context(), workspace.Config{Store: h.store, Secrets: h.secrets, Files: h.files, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	h.Cleanup(w.Close)
	return w
}

func (h *fixture) factor(p *user) (f store.Factor) {
	h.Helper()
	h.ok(h.store.View(h.Context(), func(tx store.ReadTx) (err error) {
		f, err = tx.Factor(p.id)
		return err
	}))
	return f
}

func TestRestored_CodesOfBeforeAreWorthNothing(t *testing.T) {
	t.Parallel()
	for name, note := range map[string]func(h *fixture, owner *user) error{
		"on a computer": func(h *fixture, owner *user) error {
			return owner.admin().NoteRestored(t.Context(), h.clock.now().Add(-time.Hour))
		},
		"at a server": func(h *fixture, _ *user) error {
			return h.atServer().NoteRestored(t.Context(), h.clock.now().Add(-time.Hour))
		},
		"put back by other means": func(h *fixture, owner *user) error {
			s, waits := owner.signIn(), h.one(person{role: store.RoleMember, on: true}).challenge()
			err := h.atServer().NotePutBack(t.Context(), h.clock.now().Add(-time.Hour))
			h.refused(second(s.Overview(t.Context())), service.CodeSessionEnded) // one of then, which may have ended since
			h.refused(second(waits.Verify(t.Context(), secret.NewText("000000"))), service.CodeChallengeEnded)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			ben := h.one(person{role: store.RoleMember, on: true})
			help, err := owner.admin().HelpCode(t.Context(), ben.id, "", owner.proof())
			h.ok(err)
			mia, given := h.invited(owner.admin())
			tablet := h.addApp(ben, "Tablet")
			h.clock.step(time.Minute)
			before := h.factor(ben)
			h.ok(note(h, owner))
			is := h.factor(ben)
			for i, was := range before.Apps {
				if is.Apps[i].LastUsedAt != was.LastUsedAt || is.Apps[i].LastUse != was.LastUse {
					t.Errorf("it looks as if a code had been used: %+v, not %+v", is.Apps[i], was)
				}
			}

			ahead := ben.phone
			ahead.ahead = 30 * time.Second
			for _, shown := range []phone{ben.phone, ahead, tablet} {
				_, err := ben.challenge().Verify(t.Context(), secret.NewText(shown.code()))
				h.refused(err, service.CodeCodeUsed)
			}
			if _, err := ben.challenge().UseHelpCode(t.Context(), secret.NewText(help.Code.Display())); err == nil {
				t.Error("a temporary code of before works")
			}
			if _, _, err := mia.redeem(given); err == nil {
				t.Error("an invitation of before works")
			}
			if h.holds("invitation/" + mia.id) {
				t.Error("an invitation of before still gets at the vault")
			}
			h.clock.step(30 * time.Second)
			ben.signIn()
		})
	}
}

func TestMoved_OpenCodesGoOnAndShownOnesEnd(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	ben := h.one(person{role: store.RoleMember, on: true})
	mia, given := h.invited(owner.admin())
	h.ok(h.atServer().NoteMoved(t.Context()))
	_, err := ben.challenge().Verify(t.Context(), secret.NewText(ben.phone.code()))
	h.refused(err, service.CodeCodeUsed)
	_, _, err = mia.redeem(given)
	h.ok(err)
}

func TestWorkspaceNews_OwnersAndAdminsAreToldOnce(t *testing.T) {
	t.Parallel()
	for kind, note := range map[string]func(w *workspace.Workspace, made time.Time) error{
		"server-restored": func(w *workspace.Workspace, made time.Time) error { return w.NoteRestored(t.Context(), made) },
		"server-taken":    func(w *workspace.Workspace, _ time.Time) error { return w.NoteMoved(t.Context()) },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h, owner := alone(t)
			others := h.people(person{role: store.RoleOwner}, person{role: store.RoleAdmin}, person{role: store.RoleMember})
			late := &user{h: h, email: "late@example.com", pass: "granite lagoon whisper 47"}
			given, err := owner.admin().AddMember(t.Context(), service.NewMember{Name: "Late", Email: late.email, Role: store.RoleAdmin}, owner.proof())
			h.ok(err)
			all := append(others, owner)
			for _, p := range all {
				p.signIn()
			}
			h.ok(note(h.atServer(), h.clock.now()))
			for i, p := range all {
				want := 1
				if i == 2 { // a member
					want = 0
				}
				for again := range 2 {
					news := p.signIn().Welcome().News
					if len(news) != want || want > 0 && news[0].Kind != kind {
						t.Errorf("%s is told %+v", p.name, news)
					}
					want *= again // only once
				}
			}
			if kind == "server-restored" { // the invitation has ended
				return
			}
			s, _, err := late.redeem(given)
			h.ok(err)
			if news := s.Welcome().News; len(news) > 0 {
				t.Errorf("who comes for the first time is told %+v", news)
			}
		})
	}
}

func TestRestored_OwnerWhoDidItIsNotTold(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	second := h.one(person{role: store.RoleOwner})
	second.signIn()
	h.ok(owner.admin().NoteRestored(t.Context(), h.clock.now()))
	if news := owner.signIn().Welcome().News; len(news) > 0 {
		t.Errorf("who did it is told %+v", news)
	}
	news := second.signIn().Welcome().News
	if len(news) != 1 || news[0].Kind != "workspace-restored" || news[0].By != owner.name || news[0].Detail["made"] == "" {
		t.Errorf("the other owner is told %+v", news)
	}
}

func TestServerEvents_AreOfNobody(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	w := h.atServer()
	at := h.clock.now()
	for _, act := range []func(context.Context) error{w.NoteBackupBegun, w.NoteBackup, w.NoteExport, w.NoteMoved} {
		h.ok(act(t.Context()))
	}
	a := owner.admin()
	page, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace, Limit: 4})
	h.ok(err)
	for i, kind := range []string{"server-taken", "server-exported", "server-backup-made", "server-backup-begun"} {
		if e := page.Entries[i]; e.Kind != kind || e.Actor != nil || e.Subject != nil {
			t.Errorf("%+v, not %s", e, kind)
		}
	}
	found, err := a.Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace, Text: "removed"})
	h.ok(err)
	if len(found.Entries) > 0 {
		t.Errorf("the workspace is told of as somebody who was removed: %+v", found.Entries)
	}
	var info store.Info
	h.ok(h.store.View(t.Context(), func(tx store.ReadTx) (err error) { info, err = tx.Info(); return err }))
	if !info.BackupAt.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("the last backup was at %v", info.BackupAt)
	}
}

func TestMove_HasWhatAServerNeedsAndNoShare(t *testing.T) {
	t.Parallel()
	h, owner, _ := guarded(t)
	h.add(owner.signIn(), paper("Lease", "text"))
	var names []string
	h.ok(owner.admin().Move(t.Context(), owner.proof(), func(c service.BackupCopy) error {
		rows := 0
		for _, err := range c.State.Rows() {
			if err != nil {
				return err
			}
			rows++
		}
		head, err := c.State.Head()
		if err != nil || head.Seq != c.Head || rows == 0 || len(c.Documents) != 1 || c.Missing != 0 || c.Database != nil {
			t.Errorf("%d rows, %+v, %v", rows, c, err)
		}
		for _, i := range c.Items {
			names = append(names, i.Name[len(c.WorkspaceID):])
		}
		return nil
	}))
	if len(names) != 5 || names[0] != "/lock" || names[3] != "/anchor" {
		t.Errorf("it has %v", names)
	}
}

func TestMove_NobodyChangesTheWorkspaceMeanwhile(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	other := owner.signIn()
	a := owner.admin()
	renamed := make(chan error, 1)
	h.ok(a.Move(t.Context(), owner.proof(), func(c service.BackupCopy) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := other.Rename(ctx, "Amara O."); err == nil {
			t.Error("it was changed while it was copied")
		}
		go func() { renamed <- other.Rename(context.WithoutCancel(t.Context()), "Amara Oka") }()
		return nil
	}))
	h.ok(<-renamed)
}

func TestComeBack_ComputersOfAServerAreOnesNoMore(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	before := h.head()
	h.ok(h.atServer().ComeBack(t.Context()))
	if after := h.eventsAfter(before); len(after) > 0 {
		t.Errorf("a workspace that was at no server: %v", after)
	}
	h.ok(owner.signIn().SaveComputer(t.Context(), newComputer(keyOf(h, 1))))
	_, _, err := h.w.SignIn(t.Context(), owner.email, secret.NewText(owner.pass))
	h.refused(err, service.CodeCredentialsWrong)
	h.ok(h.atServer().ComeBack(t.Context()))
	owner.signIn()
	page, err := owner.admin().Log(t.Context(), service.LogQuery{Group: service.GroupWorkspace, Limit: 1})
	h.ok(err)
	if e := page.Entries[0]; e.Kind != "server-left" || e.Actor != nil || e.Subject != nil {
		t.Errorf("%+v", e)
	}
}
