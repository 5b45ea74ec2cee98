package app

import (
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/folder"
	"countersign/backend/keychain"
)

// backed is an archive whose workspace has a backup.
func backed(t *testing.T) (a *archive, file string) {
	t.Helper()
	a = newArchive(t)
	a.desk.saveTo = filepath.Join(a.dir, "backup.age")
	_, err := (&Settings{a.s}).Backup(a.in.Token, BackupRequest{Recipients: a.key.Recipient().String()}, a.page.proof(pass, "none", ""))
	a.ok(err)
	return a, a.desk.saveTo
}

// read picks and opens the backup in another window.
func (a *archive) read(w *window, file string) *Restore {
	w.Helper()
	r := &Restore{w.s}
	w.desk.openFrom = file
	got, err := r.Pick()
	w.ok(err)
	if want := (PickedExport{filepath.Base(file), "keys"}); got != want {
		w.Fatalf("got %+v, want %+v", got, want)
	}
	v, err := r.Open(w.page.typed(holdsPrivateKey, a.key.String()))
	w.ok(err)
	if v.Workspace != "Northwind Legal" || v.By != "Amara Okafor" || v.SignedBy == "" {
		w.Errorf("%+v", v)
	}
	return r
}

func (w *window) owner(pw string) RestoreOwner {
	return RestoreOwner{Email: email, Password: w.page.typed(holdsPassword, pw), Factor: w.page.factor("none", "")}
}

func (w *window) expect(want string) AuthState {
	w.Helper()
	st, err := w.auth.State()
	w.ok(err)
	if st.Stage != want {
		w.Fatalf("%+v, want %s", st, want)
	}
	return st
}

func TestRestore_MakesTheWorkspaceOfABackup(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	w := newWindow(t)
	if st := w.expect("create"); !st.CanRestore {
		t.Error("it is not offered")
	}
	told := 0
	w.desk.told = func(event string, payload any) {
		if event == "restore-progress" {
			told++
		}
	}
	r := a.read(w, file)
	if told == 0 {
		t.Error("the page does not hear how far it is")
	}
	if v, err := w.auth.Support(); err != nil || v.Contact != "" || len(v.Names) != 0 { // Help is read meanwhile
		t.Errorf("%+v, %v", v, err)
	}
	_, err := r.Finish(w.owner("not the password at all"))
	w.refused(err, "credentials_wrong")
	st, err := r.Finish(w.owner(pass))
	w.ok(err)
	if st.Stage != "signIn" || st.Workspace != "Northwind Legal" || st.CanRestore {
		t.Errorf("%+v", st)
	}
	in, err := w.auth.SignIn(email, pass)
	w.ok(err)
	if in.Session == nil {
		t.Error("its owner cannot sign in")
	}
	if _, err := r.Finish(w.owner(pass)); err == nil {
		t.Error("it is restored twice")
	}
}

func TestRestore_IsRefusedWhereAWorkspaceOpens(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	a.desk.openFrom = file
	_, err := (&Restore{a.s}).Pick()
	a.refused(err, "restore_occupied")
}

func TestRestore_SetsAsideAWorkspaceWhoseKeychainIsLost(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	a.s.end()
	w := windowOn(t, a.s.path(), keychain.NewMemory())
	if st := w.expect("fault"); !st.CanRestore || st.Fault.Code != "keychain_item_missing" {
		t.Errorf("%+v", st)
	}
	_, err := a.read(w, file).Finish(w.owner(pass))
	w.ok(err)
	w.expect("signIn")
	aside, err := filepath.Glob(filepath.Join(a.s.path(), "workspace-before-*.db"))
	if w.ok(err); len(aside) != 1 {
		t.Errorf("set aside: %v", aside)
	}
}

func TestRestore_AsksBeforeItReplacesTheKeychainsKeys(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	a.s.end()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), a.s.secrets) // the folder is lost
	r := a.read(w, file)
	_, err := r.Finish(w.owner(pass))
	w.refused(err, "restore_lives")
	sure := w.owner(pass)
	sure.Replace = true
	_, err = r.Finish(sure)
	w.ok(err)
	w.expect("signIn")
}

// Whatever opens the folder ends a restore: another page, or the one that was left.
func TestRestore_ThatIsLeftLetsGoOfTheFolder(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	for name, leave := range map[string]func(w *window, r *Restore){
		"closed":           func(w *window, r *Restore) { w.ok(r.Close()) },
		"another page":     func(w *window, _ *Restore) { w.expect("create") },
		"the window is":    func(w *window, _ *Restore) { w.s.end() },
		"another was made": func(w *window, _ *Restore) { w.create(); w.s.end() },
	} {
		w := newWindow(t)
		r := a.read(w, file)
		if _, err := folder.Hold(w.s.path()); err == nil {
			t.Errorf("%s: the folder is free before", name)
		}
		leave(w, r)
		_, err := r.Finish(w.owner(pass))
		w.refused(err, "export_none")
		if _, err := os.Lstat(filepath.Join(w.s.path(), "workspace.db.restoring")); err == nil {
			t.Errorf("%s: the copy is left", name)
		}
	}
}

func TestRestore_SaysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	a, file := backed(t)
	w := newWindow(t)
	r := &Restore{w.s}
	whole, err := os.ReadFile(file)
	w.ok(err)
	cut := filepath.Join(a.dir, "cut.age")
	w.ok(os.WriteFile(cut, whole[:len(whole)-200], 0o600))
	w.desk.openFrom = cut
	_, err = r.Pick()
	w.ok(err)
	_, err = r.Open(w.page.typed(holdsPrivateKey, ""))
	w.refused(err, "export_key_required")
	_, err = r.Open(w.page.typed(holdsPrivateKey, a.key.String()))
	w.refused(err, "export_end")
	w.desk.openFrom = filepath.Join(a.dir, "text.age")
	w.ok(os.WriteFile(w.desk.openFrom, []byte("text"), 0o600))
	_, err = r.Pick()
	w.refused(err, "export_unknown")
	w.desk.openFrom = filepath.Join(a.dir, "none.age")
	_, err = r.Pick()
	w.refused(err, "export_unreadable")
	w.desk.openFrom = ""
	if got, err := r.Pick(); err != nil || got.Name != "" {
		t.Errorf("dismissed: %+v, %v", got, err)
	}
}
