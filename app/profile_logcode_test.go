package app

import (
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/keychain"
)

func TestLogCode_IsComparedWithAnothersComputer(t *testing.T) {
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
	theirs := member.join(owner.desk.clip)

	is, err := (&Profile{owner.s}).LogState(in.Token)
	owner.ok(err)
	if is.Event == 0 || len(is.Code) != 19 || is.At == "" {
		t.Fatalf("%+v", is)
	}
	compare := func(event int64, code string) error {
		return (&Profile{member.s}).CompareLog(theirs.Token, event, code)
	}
	member.ok(compare(is.Event, is.Code))
	member.ok(compare(is.Event, strings.ToLower(strings.ReplaceAll(is.Code, "-", " "))))
	for _, e := range []AppError{
		member.refused(compare(is.Event-1, is.Code), "log_code_other"), member.refused(compare(is.Event, "ABCD"), "log_code"),
		member.refused(compare(1<<40, is.Code), "event_unknown"), member.refused(member.auth.AcceptRestored(is.Code), "log_code"),
	} {
		if !worded(e) || e.Field == "" {
			t.Errorf("%+v", e)
		}
	}
}

func TestLogCode_OfAWorkspaceOnThisComputerIsItsOwn(t *testing.T) {
	t.Parallel()
	secrets := keychain.NewMemory()
	w := windowOn(t, filepath.Join(t.TempDir(), "data"), secrets)
	in := w.create()
	is, err := (&Profile{w.s}).LogState(in.Token)
	w.ok(err)
	w.ok((&Profile{w.s}).CompareLog(in.Token, is.Event, is.Code))
	w.refused(w.auth.AcceptRestored(is.Code), "log_code") // its keychain has an anchor: nothing is accepted here
	for _, name := range secrets.Names() {
		if strings.HasSuffix(name, "/checkpoint") {
			t.Errorf("the keychain has %s", name)
		}
	}
}
