package app

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/backend/keychain"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// listed are this computer's workspaces, the one in use in brackets.
func (w *window) listed() (names []string) {
	w.Helper()
	all, err := w.auth.Workspaces()
	w.ok(err)
	for _, c := range all {
		if c.InUse {
			c.Name = "[" + c.Name + "]"
		}
		names = append(names, c.Name)
	}
	return names
}

func (w *window) lists(want ...string) {
	w.Helper()
	if got := w.listed(); !slices.Equal(got, want) {
		w.Errorf("this computer has %q, not %q", got, want)
	}
}

// folderOf is the ID of the data folder of a workspace.
func (w *window) folderOf(name string) string {
	w.Helper()
	all, err := w.auth.Workspaces()
	w.ok(err)
	i := slices.IndexFunc(all, func(c OnComputer) bool { return c.Name == name })
	if i < 0 {
		w.Fatalf("no %s in %+v", name, all)
	}
	return all[i].Folder
}

func (w *window) choose(name string) AuthState {
	w.Helper()
	st, err := w.auth.ChooseWorkspace(w.folderOf(name))
	w.ok(err)
	return st
}

// second makes another workspace on the computer, whose owner locks the window.
func (w *window) second(name string) {
	w.Helper()
	st, err := w.auth.AddWorkspace()
	w.ok(err)
	if st.Stage != "create" || !st.Others {
		w.Fatalf("another workspace begins with %+v", st)
	}
	n := w.page.newWorkspace()
	n.Workspace = name
	in, err := w.auth.CreateWorkspace(n)
	w.ok(err)
	w.leave(in)
	w.auth.Forget()
}

// leave locks the window.
func (w *window) leave(in SignedIn) {
	w.Helper()
	w.auth.Lock(in.Token)
	w.locked("asked")
}

func TestWorkspaces_EachHasItsFolderAndTheLastIsShownAtTheNextStart(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	if st := w.expect("create"); st.Others {
		t.Error("there are others before there is one")
	}
	w.lists()
	w.leave(w.create())
	w.lists("[Northwind Legal]")
	w.second("Acme")
	w.lists("[Acme]", "Northwind Legal")
	if st := w.choose("Northwind Legal"); st.Stage != "signIn" || st.Workspace != "Northwind Legal" || !st.Others {
		t.Errorf("%+v", st)
	}
	signInAgain(w)
	w.s.end()
	next := windowOn(t, w.s.root, secrets)
	if st := next.expect("signIn"); st.Workspace != "Northwind Legal" {
		t.Errorf("the next start shows %q", st.Workspace)
	}
	next.choose("Acme")
	next.s.end()
	third := windowOn(t, w.s.root, secrets)
	if st := third.expect("signIn"); st.Workspace != "Acme" || third.s.path() == w.s.root {
		t.Errorf("the start after shows %q of %s", st.Workspace, third.s.path())
	}
}

func TestWorkspaces_NobodyIsInAnotherOneAndWhatWasTypedIsKept(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.leave(w.create())
	w.second("Acme")
	w.choose("Northwind Legal")
	in := signInAgain(w)
	w.ok(w.auth.Keep(in.Token, Kept{Place: "profile"}))
	_, err := w.auth.ChooseWorkspace(w.folderOf("Acme"))
	w.refused(err, string(service.CodeForbidden))
	_, err = w.auth.AddWorkspace()
	w.refused(err, string(service.CodeForbidden))
	w.leave(in)
	if st := w.choose("Acme"); st.LockedEmail != "" {
		t.Errorf("Acme was left by %q", st.LockedEmail)
	}
	if st := w.choose("Northwind Legal"); st.LockedEmail != email {
		t.Errorf("Northwind Legal was left by %q", st.LockedEmail)
	}
	if back := signInAgain(w); back.Kept == nil || back.Kept.Place != "profile" {
		t.Errorf("they come back to %+v", back.Kept)
	}
}

func TestWorkspaces_WhoIsAboutToSignInSignsInToTheOneThatShows(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.leave(w.create())
	w.second("Acme")
	w.choose("Northwind Legal")
	at := w.s.current()
	o, err := w.s.ready()
	w.ok(err)
	ses, _, err := o.workspace.SignIn(t.Context(), email, secret.NewText(pass))
	w.ok(err)
	w.choose("Acme")
	if w.s.current() == at {
		t.Error("what was begun in the workspace that was left goes on")
	}
	if _, err := at.signedIn(ses, time.Time{}); err == nil {
		t.Error("a sign-in to the workspace that was left goes on in the other")
	}
	if w.s.current().who != nil {
		t.Error("somebody is in")
	}
}

func TestWorkspaces_OneThatWasNotMadeLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.leave(w.create())
	st, err := w.auth.AddWorkspace()
	w.ok(err)
	left := w.s.path()
	if st, err = w.auth.AddWorkspace(); err != nil || st.Stage != "create" || w.s.path() != left {
		t.Errorf("adding once more: %+v, %v, in %s", st, err, w.s.path())
	}
	w.lists("Northwind Legal")
	w.choose("Northwind Legal")
	w.second("Acme")
	if w.s.path() != left {
		t.Errorf("the folder that was left empty is not used: %s, not %s", w.s.path(), left)
	}
}

func TestWorkspaces_OnlyTheirOwnFoldersAreOpened(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.leave(w.create())
	for _, folder := range []string{"..", "../data", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "/"} {
		_, err := w.auth.ChooseWorkspace(folder)
		w.refused(err, string(service.CodeFolderFailed))
	}
	w.lists("[Northwind Legal]")
}

func TestWorkspaces_AServersIsThereOnce(t *testing.T) {
	t.Parallel()
	at, invitation := serving(t)
	w := newWindow(t)
	w.leave(w.create())
	w.second("Acme")
	st, err := w.auth.AddWorkspace()
	w.ok(err)
	if st.Stage != "create" {
		t.Fatalf("%+v", st)
	}
	in := w.join(invitation.Link().Reveal())
	w.lists("Acme", "Northwind Legal", "[Northwind Legal]")
	w.leave(in)

	// Once more is refused, and what is there goes on.
	_, err = w.auth.AddWorkspace()
	w.ok(err)
	if e := w.refused(w.auth.Join(invitation.Server, invitation.Key.String()), codeWorkspaceHere); e.Args["name"] != "Northwind Legal" {
		t.Errorf("%+v", e)
	}
	if st := w.expect("create"); st.Joined {
		t.Errorf("%+v", st)
	}
	all, err := w.auth.Workspaces()
	w.ok(err)
	i := slices.IndexFunc(all, func(c OnComputer) bool { return c.Server == invitation.Server })
	st, err = w.auth.ChooseWorkspace(all[i].Folder)
	w.ok(err)
	if st.Stage != "signIn" || st.Server != invitation.Server {
		t.Errorf("%+v", st)
	}

	// While its server is away the others can be used.
	at.Close()
	w.choose("Acme")
	st, err = w.auth.ChooseWorkspace(all[i].Folder)
	w.ok(err)
	if st.Stage != "fault" || !st.Others {
		t.Errorf("%+v", st)
	}
	w.lists("Acme", "Northwind Legal", "[Northwind Legal]")
	w.ok(w.auth.LeaveServer())
	if st := w.expect("create"); !st.Others {
		t.Errorf("%+v", st)
	}
	w.lists("Acme", "Northwind Legal")
}

func TestWorkspaces_ABackupOfOneThatIsHereIsRestoredInItsPlace(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	a.leave(a.in)
	_, err := a.auth.AddWorkspace()
	a.ok(err)
	r := &Restore{a.s}
	a.desk.openFrom = file
	_, err = r.Pick()
	a.ok(err)
	_, err = r.Open(a.page.typed(holdsPrivateKey, a.key.String()))
	a.refused(err, codeWorkspaceHere)
	_, err = r.Finish(RestoreOwner{Email: email, Password: a.page.typed(holdsPassword, pass), Factor: a.page.factor("none", ""), Replace: true})
	a.refused(err, codeWorkspaceHere)
	a.ok(r.Close())
	a.lists("Northwind Legal")
}

func TestWorkspaces_SecretsFileIsLockedBehindWhoLeaves(t *testing.T) {
	t.Parallel()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), absent{})
	_, err := w.makeFile(filePhrase)
	w.ok(err)
	w.leave(w.create())
	st, err := w.auth.AddWorkspace()
	w.ok(err)
	if st.Stage != "fault" || st.SecretsFile || !st.Others {
		t.Errorf("another workspace begins with %+v", st)
	}
	w.choose("Northwind Legal")
	w.expect("unlock")
	_, err = w.unlockFile(filePhrase)
	w.ok(err)
	w.expect("signIn")
}
