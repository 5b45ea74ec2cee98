package words

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"countersign/backend/words/wordstest"
)

// spoken is a message that both formatters are to say.
type spoken struct {
	Language string `json:"language"`
	Message  string `json:"message"`
	Args     Args   `json:"args"`
}

// inPage gives what the page says. A nil answer: the page cannot read the message.
func inPage(t *testing.T, all []spoken) (said []*string) {
	t.Helper()
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/page.mjs")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the page's formatter: %v (make setup installs it)", err)
	}
	if err := json.Unmarshal(out, &said); err != nil || len(said) != len(all) {
		t.Fatalf("%d answers for %d messages: %v", len(said), len(all), err)
	}
	return said
}

// here gives what this package says.
func here(s spoken) (said *string) {
	catalogue, err := json.Marshal(map[string]string{LanguageTag.name: s.Language, "test.message": s.Message})
	if err != nil {
		return nil
	}
	c, err := Read(catalogue)
	if err != nil {
		return nil
	}
	if _, err := parse(s.Message); err != nil {
		return nil
	}
	text := c.Text(Key{"test.message"}, s.Args)
	return &text
}

// samples are sets of arguments among which each option of m is chosen at least once.
func samples(m text) (all []Args) {
	names := m.arguments()
	numbers, words := map[string]bool{}, map[string][]string{}
	var walk func(text)
	walk = func(m text) {
		for _, p := range m {
			if p.kind == count || p.kind == figures || p.kind == plurals {
				numbers[p.name] = true
			}
			for selector, option := range p.options {
				if p.kind == choice {
					words[p.name] = append(words[p.name], selector)
				}
				walk(option)
			}
		}
	}
	walk(m)
	all = []Args{{}}
	for _, name := range names {
		values := []any{"<" + name + "> {n} '"}
		switch {
		case numbers[name]:
			values = []any{-1, 0, 1, 2, 3, 5, 11, 21, 1234}
		case len(words[name]) > 0:
			values = nil
			for _, w := range words[name] {
				values = append(values, w)
			}
		}
		var next []Args
		for _, a := range all {
			for _, v := range values {
				with := maps.Clone(a)
				with[name] = v
				next = append(next, with)
			}
		}
		all = next
	}
	return all
}

// catalogues are those that ship, by their files, and the made-up one.
func catalogues(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"pseudo": wordstest.Pseudo(t)}
	found, err := filepath.Glob("*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if all[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if all["en.json"] == nil {
		t.Fatalf("en.json is not among %v", found)
	}
	return all
}

func TestText_SaysWhatThePageSays(t *testing.T) {
	t.Parallel()
	var all []spoken
	for path, source := range catalogues(t) {
		var messages map[string]string
		if err := json.Unmarshal(source, &messages); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for key, m := range messages {
			read, err := parse(m)
			if err != nil {
				t.Fatalf("%s: %s: %v", path, key, err)
			}
			for _, args := range samples(read) {
				all = append(all, spoken{messages[LanguageTag.name], m, args})
			}
		}
	}
	if len(all) < 2000 {
		t.Fatalf("only %d samples", len(all))
	}
	hold(t, all)
}

// hold says all in both ways. A catalogue is read once for each language.
func hold(t *testing.T, all []spoken) {
	t.Helper()
	speakers := map[string]*Catalogue{}
	for i, page := range inPage(t, all) {
		s := all[i]
		c := speakers[s.Language]
		if c == nil {
			var err error
			if c, err = Read(fmt.Appendf(nil, "{%q: %q}", LanguageTag.name, s.Language)); err != nil {
				t.Fatal(err)
			}
			speakers[s.Language] = c
		}
		m, err := parse(s.Message)
		switch {
		case page == nil && err != nil:
		case page == nil || err != nil:
			t.Errorf("%s: %q: the page says %v; here: %v", s.Language, s.Message, page, err)
		default:
			if here := c.write(m, s.Args); here != *page {
				t.Errorf("%s: %q with %v: the page says %q, and not %q", s.Language, s.Message, s.Args, *page, here)
			}
		}
	}
}

func TestText_ReadsTheFormatAsThePageDoes(t *testing.T) {
	t.Parallel()
	var all []spoken
	for _, m := range []string{
		"", "It's", "It''s", "'{n}'", "'{'n'}'", "a '' b ''", "'{n} '' {n}'", "'", "''", "'''", "'{", "'<b>' it's '>'", "'#'", "#",
		"{n}", "{ n }", "{\n n\t}", "{n,number}", "{n, number , ::group-off }", "{w}",
		"{n, plural, one {#} other {#s}}", "{n,plural,=1{one}one{never}other{'#' is #}}", "{n, plural, other {it's '{#}'}}",
		"{n, plural, one {{w, select, a {# A} other {# O}}} other {{n}}}", "{w, select, a {#} other {{n, plural, other {#}}}}",
		"{w, select, a {A} other {}}", "{w, select, other {{w}}}", "{n, plural, =-1 {} =0 {} other {#}}",
		// What neither reads.
		"{", "{n", "{n,}", "{}", "{n, plural}", "{n, plural, one {#}}", "{w, select, a {A}}", "{n, plural, other {#}", "{n, number", "{w, select, a {A} a {B} other {C}}",
		"{n, plural, one other {#}}", "{n plural, other {#}}",
	} {
		for _, n := range []int{-1, 0, 1, 2, 12345} {
			for _, w := range []string{"a", "b", "{n}'#"} {
				all = append(all, spoken{"en-GB", m, Args{"n": n, "w": w}})
			}
		}
	}
	hold(t, all)
	for _, m := range []string{"{n, date}", "{n, selectordinal, other {#}}", "{n, plural, offset:1 other {#}}", "{n, number, percent}", "{n, plural, several {#} other {#}}", "{a-b}", "a } b"} {
		if here(spoken{"en-GB", m, nil}) != nil {
			t.Errorf("%q is no message of this package", m)
		}
	}
}

func TestText_CountsAsThePageDoesInManyLanguages(t *testing.T) {
	t.Parallel()
	// Hebrew is left out: its form for 20, 30 … went away in newer data than golang.org/x/text has.
	const m = "{n, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}"
	var all []spoken
	for _, language := range strings.Fields("en-GB de fr es it pt-BR nl sv da nb fi pl cs sk sl hr ru uk ro hu lt lv et tr el ar ja ko zh hi cy ga") {
		for n := range 130 {
			all = append(all, spoken{language, m, Args{"n": n}})
		}
		all = append(all, spoken{language, m, Args{"n": 1001}}, spoken{language, m, Args{"n": 100000}})
	}
	hold(t, all)
}

// pluralForms are the forms that a language has for whole numbers up to a thousand, but for other, which each message
// has, and zero, which other reads for.
func pluralForms(tag string) (all []string) {
	for n := range 1000 {
		form := forms[plural.Cardinal.MatchPlural(language.MustParse(tag), n, 0, 0, 0, 0)]
		if form != "other" && form != "zero" && !slices.Contains(all, form) {
			all = append(all, form)
		}
	}
	return all
}

// counts reports whether a text has the number before a noun, which has a form for it.
func counts(t text) bool {
	for i, p := range t {
		if p.kind == hash && i+1 < len(t) && regexp.MustCompile(`^\s\pL`).MatchString(t[i+1].text) {
			return true
		}
	}
	return false
}

// pluralsLacking says which of the forms a message has no words for, where it counts something. Words for =1 are those for one.
func pluralsLacking(m text, of []string) (lacks []string) {
	exact := map[string]string{"one": "=1", "two": "=2"}
	for _, p := range m {
		for _, form := range of {
			_, named := p.options[form]
			if _, ok := p.options[exact[form]]; p.kind == plurals && counts(p.options["other"]) && !named && !ok {
				lacks = append(lacks, form)
			}
		}
		for _, option := range p.options {
			lacks = append(lacks, pluralsLacking(option, of)...)
		}
	}
	return lacks
}

// otherwise are messages that count otherwise: the one has a message of its own, or # is the number of an event.
var otherwise = []string{"issue.ready", "error.log_not_authentic.next"}

func TestCatalogue_HasEachPluralFormOfItsLanguage(t *testing.T) {
	t.Parallel()
	for path, source := range catalogues(t) {
		var messages map[string]string
		if err := json.Unmarshal(source, &messages); err != nil {
			t.Fatal(err)
		}
		forms := pluralForms(messages[LanguageTag.name])
		for key, m := range messages {
			read, err := parse(m)
			if err != nil {
				t.Fatalf("%s: %s: %v", path, key, err)
			}
			if lacks := pluralsLacking(read, forms); len(lacks) > 0 && !slices.Contains(otherwise, key) {
				t.Errorf("%s: %s has no words for %v", path, key, lacks)
			}
		}
	}
	for m, want := range map[string]string{
		"{n, plural, =1 {a} other {b}}": "", "{n, plural, one {a} other {b (#)}}": "", "{n, plural, =1 {a} few {# c} other {# b}}": "two many",
		"{w, select, a {{n, plural, one {a} other {# b}}} other {}}": "two few many",
	} {
		read, err := parse(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(pluralsLacking(read, pluralForms("ar")), " "); got != want {
			t.Errorf("%s lacks %q", m, got)
		}
	}
}
