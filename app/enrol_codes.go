package app

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/runexport"
	"countersign/backend/sheet"
	"countersign/backend/words"
)

// CodeActions are the three ways to keep what is shown: copy, print, save. It acts on
// what the session is showing now, so the page never hands a secret back.
type CodeActions struct{ s *shell }

// CopyKey puts the key on the clipboard for a short time.
func (k *CodeActions) CopyKey(session string) error {
	in, err := k.s.named(session)
	if err != nil {
		return err
	}
	key, err := in.who.ShowingKey(k.s.context())
	if err != nil {
		return in.after(err)
	}
	return in.copySecret(key)
}

// CopyCodes puts the recovery codes on the clipboard for a short time.
func (k *CodeActions) CopyCodes(session string) error {
	in, err := k.s.named(session)
	if err != nil {
		return err
	}
	issued, err := in.showing()
	if err != nil {
		return err
	}
	return in.copySecret(codesText(in.s.words(), issued))
}

// Saved names the file that was written; empty when the dialog was dismissed.
type Saved struct {
	Name string `json:"name"`
}

// SaveSheet asks for a place and writes the recovery sheet there, as PDF or as
// text by the name's ending. The file is for its owner alone, whole or absent.
func (k *CodeActions) SaveSheet(session string) (Saved, error) {
	issued, err := k.showing(session)
	if err != nil {
		return Saved{}, err
	}
	path, err := k.s.desktop.SaveAs(words.DialogSaveSheet, k.s.say(words.DialogNameSheet, words.Args{"sheet": issued.Sheet})+".pdf",
		[]fileKind{{words.DialogKindPdf, "*.pdf"}, {words.DialogKindTxt, "*.txt"}})
	if err != nil {
		return Saved{}, saveFailed("", err)
	}
	if path == "" {
		return Saved{}, nil
	}
	path, ok, err := k.s.withEnding(path, ".pdf", ".txt")
	if err != nil || !ok {
		return Saved{}, err
	}
	if issued, err = k.showing(session); err != nil { // the dialog may have stood open for long
		return Saved{}, err
	}
	name := filepath.Base(path)
	var out bytes.Buffer
	if strings.EqualFold(filepath.Ext(path), ".txt") {
		err = sheet.Text(&out, paper(k.s.words(), issued))
	} else {
		err = sheet.PDF(&out, slices.Values([]sheet.Sheet{paper(k.s.words(), issued)}), sheet.A4)
	}
	if err != nil {
		return Saved{}, err
	}
	defer clear(out.Bytes())
	if err := folder.WriteWhole(path, out.Bytes()); err != nil {
		return Saved{}, saveFailed(name, err)
	}
	return Saved{Name: name}, nil
}

// withEnding adds the first of the endings to a name without any of them. The
// dialog asked about the name as it was typed, so one that is longer now is asked
// about again.
func (s *shell) withEnding(path string, endings ...string) (string, bool, error) {
	if slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
		return path, true, nil
	}
	path += endings[0]
	if _, err := os.Stat(path); err != nil {
		return path, true, nil
	}
	ok, err := s.desktop.AskReplace(filepath.Base(path))
	if err != nil {
		return path, false, saveFailed(filepath.Base(path), err)
	}
	return path, ok, nil
}

// Print opens the system's print dialog on the page, whose print style shows the
// recovery sheet alone.
func (k *CodeActions) Print(session string) error {
	if _, err := k.showing(session); err != nil {
		return err
	}
	k.s.desktop.Print()
	return nil
}

func (k *CodeActions) showing(token string) (client.Issued, error) {
	in, err := k.s.named(token)
	if err != nil {
		return client.Issued{}, err
	}
	return in.showing()
}

// showing gives the recovery codes that are shown now.
func (in *signIn) showing() (client.Issued, error) {
	issued, err := in.who.Showing(in.s.context())
	return issued, in.after(err)
}

func paper(c *words.Catalogue, i client.Issued) sheet.Sheet {
	return sheet.Sheet{
		Number: i.Sheet, Workspace: i.Workspace, Name: i.Name, Email: i.Email, IssuedAt: i.IssuedAt, IssuedBy: i.IssuedBy,
		Replaces: i.Replaces, Support: i.Support, Codes: i.Codes, Location: time.Local, Words: runexport.Language(i.Language, c),
	}
}

// saveFailed says that a file was not written, and why as far as its person can mend it.
func saveFailed(name string, cause error) error {
	code := codeSaveFailed
	switch {
	case folder.IsFull(cause):
		code = codeSaveFull
	case errors.Is(cause, fs.ErrPermission):
		code = codeSaveForbidden
	case folder.IsReadOnly(cause):
		code = codeSaveReadOnly
	}
	return &shellError{code: code, args: map[string]any{"name": name}, cause: cause}
}
