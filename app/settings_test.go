package app

import (
	"errors"
	"testing"
)

func TestCopySignature_IsNoSecretAndStays(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	settings := &Settings{w.s}
	w.ok(settings.CopySignature(in.Token))
	p, err := settings.Get(in.Token)
	w.ok(err)
	w.s.current().copied.clear()
	if w.desk.clip != p.Signature || p.Signature == "" {
		t.Errorf("%q on the clipboard, want %q", w.desk.clip, p.Signature)
	}
	w.desk.clipErr = errors.New("no clipboard")
	w.refused(settings.CopySignature(in.Token), codeClipboardFailed)
}
