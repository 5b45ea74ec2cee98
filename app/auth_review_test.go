package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/keychain"
)

func TestReview_OwnerAcceptsAChangedDatabase(t *testing.T) {
	t.Parallel()
	path, secrets := filepath.Join(t.TempDir(), "data"), keychain.NewMemory()
	w := windowOn(t, path, secrets)
	w.create()
	w.s.end()
	old, err := os.ReadFile(filepath.Join(path, "workspace.db"))
	w.ok(err)
	w = windowOn(t, path, secrets)
	if _, err := w.auth.SignIn(email, pass); err != nil {
		t.Fatal(err)
	}
	w.s.end()
	w.ok(os.WriteFile(filepath.Join(path, "workspace.db"), old, 0o600))

	w = windowOn(t, path, secrets)
	st, err := w.auth.State()
	w.ok(err)
	if st.Fault == nil || st.Fault.Code != "not_authentic" || st.Integrity == nil || st.Integrity.Findings[0].Kind != "older-copy" ||
		!st.Integrity.Acceptable || st.Integrity.LastGood == "" || st.Workspace != "" {
		t.Fatalf("%+v %+v", st, st.Integrity)
	}
	_, err = w.auth.SignIn(email, pass)
	w.refused(err, "not_authentic")

	w.desk.saveTo = filepath.Join(t.TempDir(), "diagnostics")
	saved, err := w.auth.SaveDiagnostics()
	w.ok(err)
	raw, err := os.ReadFile(w.desk.saveTo + ".json")
	w.ok(err)
	if saved.Name != "diagnostics.json" || !strings.Contains(string(raw), "older-copy") || strings.Contains(string(raw), "Amara") || strings.Contains(string(raw), "@") {
		t.Errorf("%s", raw)
	}
	_, err = w.auth.AcceptReviewed()
	w.refused(err, "challenge_ended") // nobody has reviewed it
	_, err = w.auth.Review(email, "not the password at all", Factor{Kind: "none"})
	w.refused(err, "credentials_wrong")
	_, err = w.auth.Review(email, pass, Factor{Kind: "none"})
	w.ok(err)
	w.ok(w.auth.EndReview())
	_, err = w.auth.AcceptReviewed()
	w.refused(err, "challenge_ended")
	_, err = w.auth.Review(email, pass, Factor{Kind: "none"})
	w.ok(err)
	st, err = w.auth.State() // a page that begins anew
	w.ok(err)
	if st.Fault == nil || st.Fault.Code != "not_authentic" {
		t.Fatalf("%+v", st)
	}
	_, err = w.auth.AcceptReviewed()
	w.refused(err, "challenge_ended")
	seen, err := w.auth.Review(email, pass, Factor{Kind: "none"})
	w.ok(err)
	if len(seen.People) != 1 || seen.People[0].Name != "Amara Okafor" || seen.LastGood == "" {
		t.Errorf("%+v", seen)
	}
	st, err = w.auth.AcceptReviewed()
	w.ok(err)
	if st.Stage != "signIn" {
		t.Errorf("%+v", st)
	}
	if _, err := w.auth.SignIn(email, pass); err != nil {
		t.Error(err)
	}
}
