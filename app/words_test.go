package app

import (
	"slices"
	"testing"

	"countersign/backend/words"
)

func TestLanguage_IsTheChosenOneOrTheSystems(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	others := slices.DeleteFunc(words.Languages(), func(name string) bool { return name == "en" })
	if w.s.language() != "en" {
		t.Errorf("without a word from the system: %s", w.s.language())
	}
	for _, name := range others {
		w.s.reads = []string{"tlh", name + "-AQ", "en"}
		if got := w.s.language(); got != name {
			t.Errorf("the system's %s became %s", name, got)
		}
		if v, _ := w.preferences().Get(); v.System != name || v.Language != "system" {
			t.Errorf("the page is told %+v", v)
		}
		_ = w.preferences().Set(PreferencesView{Language: "en"})
		if got := w.s.language(); got != "en" {
			t.Errorf("chosen was en, and not %s", got)
		}
		_ = w.preferences().Set(PreferencesView{Language: name})
		w.s.reads = nil
		if got, want := w.s.say(words.CommonCancel, nil), words.For(name).Text(words.CommonCancel, nil); got != want {
			t.Errorf("%s says %q and not %q", name, got, want)
		}
		_ = w.preferences().Set(PreferencesView{Language: "system"})
	}
}
