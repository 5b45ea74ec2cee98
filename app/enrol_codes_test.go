package app

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/backend/secret"
)

// shown is a window in which ten codes are shown.
func shown(t *testing.T) (*window, SignedIn, *shownSheet) {
	t.Helper()
	w := newWindow(t)
	in := w.create()
	v, err := w.enr.BeginEnable(in.Token, pass)
	w.ok(err)
	code, err := totp.GenerateCode(strings.Join(v.KeyGroups, ""), time.Now())
	w.ok(err)
	c, err := w.enr.Confirm(in.Token, code)
	w.ok(err)
	return w, in, c
}

func TestSaveSheet_IsPDFOrTextForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	w, in, sheet := shown(t)
	dir := t.TempDir()
	for typed, want := range map[string]string{"sheet.pdf": "sheet.pdf", "sheet.TXT": "sheet.TXT", "no ending": "no ending.pdf"} {
		w.desk.saveTo = filepath.Join(dir, typed)
		saved, err := w.actions.SaveSheet(in.Token)
		w.ok(err)
		if saved.Name != want {
			t.Errorf("saved as %q", saved.Name)
		}
		path := filepath.Join(dir, want)
		st, err := os.Stat(path)
		w.ok(err)
		if st.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v", want, st.Mode())
		}
		var text []byte
		if strings.HasSuffix(want, ".pdf") {
			text, err = exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output()
		} else {
			text, err = os.ReadFile(path)
		}
		w.ok(err)
		for _, c := range append([]string{"Amara Okafor", email, "Northwind Legal"}, sheet.Codes...) {
			if !strings.Contains(string(text), c) {
				t.Errorf("%s lacks %q", want, c)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSaveSheet_AsksBeforeItReplaces(t *testing.T) {
	t.Parallel()
	w, in, _ := shown(t)
	dir := t.TempDir()
	precious := filepath.Join(dir, "mine.pdf")
	w.ok(os.WriteFile(precious, []byte("precious"), 0o600))
	w.desk.saveTo = filepath.Join(dir, "mine")
	saved, err := w.actions.SaveSheet(in.Token)
	w.ok(err)
	if got, _ := os.ReadFile(precious); string(got) != "precious" || saved.Name != "" || w.desk.asked != 1 {
		t.Error("a file was replaced that nobody agreed to")
	}
	w.desk.saveTo = ""
	if saved, err := w.actions.SaveSheet(in.Token); err != nil || saved.Name != "" {
		t.Errorf("dismissed: %+v %v", saved, err)
	}
	w.desk.saveTo = filepath.Join(dir, "no such folder", "x.pdf")
	_, err = w.actions.SaveSheet(in.Token)
	if e := w.refused(err, codeSaveFailed); e.Args["name"] != "x.pdf" {
		t.Errorf("%+v", e)
	}
	w.desk.saveErr = errors.New("no dialog")
	_, err = w.actions.SaveSheet(in.Token)
	w.refused(err, codeSaveFailed)
}

func TestClipboard_IsClearedOnlyOfWhatWasPutThere(t *testing.T) {
	t.Parallel()
	w, in, sheet := shown(t)
	w.ok(w.actions.CopyCodes(in.Token))
	if !strings.Contains(w.desk.clip, sheet.Codes[9]) {
		t.Error("the codes are not on the clipboard")
	}
	w.s.current().copied.clear()
	if w.desk.clip != "" {
		t.Error("the codes stay on the clipboard")
	}
	w.ok(w.actions.CopyKey(in.Token))
	if len(w.desk.clip) != 32 {
		t.Errorf("the key has %d characters", len(w.desk.clip))
	}
	w.ok(w.desk.SetClipboard("the person's own"))
	w.s.current().copied.clear()
	if w.desk.clip != "the person's own" {
		t.Error("what the person copied is gone")
	}
	w.ok(w.actions.CopyKey(in.Token))
	w.s.end()
	if w.desk.clip != "" {
		t.Error("the key stays on the clipboard after the end")
	}
	w.desk.clipErr = errors.New("no clipboard")
	if err := w.s.current().copied.put(secret.NewText("codes")); err == nil {
		t.Error("a clipboard that fails is not told")
	}
}

func TestSaveSheet_DialogAfterALockSavesNothing(t *testing.T) {
	t.Parallel()
	w, in, _ := shown(t)
	w.desk.saveTo = filepath.Join(t.TempDir(), "sheet.pdf")
	w.desk.meanwhile = func() { w.auth.Lock(in.Token) }
	_, err := w.actions.SaveSheet(in.Token)
	w.refused(err, "session_ended")
	if _, err := os.Stat(w.desk.saveTo); err == nil {
		t.Error("the codes were written after the lock")
	}
}

func TestCodeActions_EndWithWhatIsShown(t *testing.T) {
	t.Parallel()
	w, in, _ := shown(t)
	w.ok(w.actions.Print(in.Token))
	_, err := w.enr.Continue(in.Token)
	w.ok(err)
	w.refused(w.actions.CopyKey(in.Token), "enrolment_ended")
	w.refused(w.actions.CopyCodes(in.Token), "enrolment_ended")
	w.refused(w.actions.Print(in.Token), "enrolment_ended")
	_, err = w.actions.SaveSheet(in.Token)
	w.refused(err, "enrolment_ended")
	if w.desk.printed != 1 {
		t.Errorf("printed %d times", w.desk.printed)
	}
}
