package app

import (
	"slices"
	"testing"
	"time"

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

// reads waits until the workspace has the language for the person who is in.
func (w *window) reads(token, language string) {
	w.Helper()
	for end := time.Now().Add(time.Minute); ; {
		p, err := (&Profile{w.s}).Get(token)
		w.ok(err)
		if p.Language == language {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("for a minute it was %q and not %q", p.Language, language)
		}
	}
}

func TestLanguage_ThatWasChosenIsToldToTheWorkspace(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.expect("create")
	in := w.create()
	choose := func(language string) {
		t.Helper()
		w.ok(w.preferences().Set(PreferencesView{Language: language, TextSize: 100}))
		w.s.ending.Wait()
	}
	is := func(want string) {
		t.Helper()
		p, err := (&Profile{w.s}).Get(in.Token)
		w.ok(err)
		if p.Language != want {
			t.Errorf("it is %q and not %q", p.Language, want)
		}
	}
	is("") // on one computer the system's is that of what is printed anyway
	choose("de")
	is("de")
	w.s.reads = []string{"ja"}
	choose("system")
	is("ja")
	w.auth.Lock(in.Token)
	choose("fr") // while nobody is in
	r, err := w.auth.SignIn(email, pass)
	w.ok(err)
	in = *r.Session
	w.reads(in.Token, "fr")

	// What an admin has set is another's word: it stands until its person chooses.
	now := w.s.current()
	w.ok((&Members{w.s}).SetLanguage(in.Token, []string{in.Profile.ID}, "ar"))
	w.s.preferences.now.Language = systemLanguage
	now.tellLanguage("ar")
	is("ar")
	if offersPseudo {
		choose("en-XA")
		is("ar")
	}
}

func TestLanguage_SystemsIsToldToAServerThatKnowsNone(t *testing.T) {
	t.Parallel()
	_, invitation := serving(t)
	w := newWindow(t)
	w.s.reads = []string{"ja"}
	w.expect("create")
	in := w.join(invitation.Link().Reveal())
	w.reads(in.Token, "ja")
	w.s.reads = []string{"de"}
	w.s.current().tellLanguage("ja")
	w.reads(in.Token, "ja")
	w.s.current().tellLanguage("")
	w.reads(in.Token, "de")
}

func TestPaper_IsInTheMembersLanguage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := &Members{o.s}
	o.ok(m.SetLanguage(o.in.Token, o.ids[:1], "ja"))
	o.refused(m.SetLanguage(o.in.Token, o.ids[:1], "tlh"), "language_unknown")
	found, err := o.runs.Preview(o.in.Token, o.ids)
	o.ok(err)
	if len(found.Ready) != 2 || found.Ready[0].Language == found.Ready[1].Language {
		t.Errorf("%+v", found.Ready)
	}
	given, err := m.Add(o.in.Token, NewMember{Name: "Emi", Email: "emi@example.com", Role: "member", Language: "fr"}, Proof{}, o.page.mailbox().PublicKey)
	o.ok(err)
	if given.Language != "fr" {
		t.Errorf("%+v", given)
	}
	if got := paperLanguage(""); got != "" {
		t.Errorf("%q", got)
	}
}
