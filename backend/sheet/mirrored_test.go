package sheet_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/backend/sheet"
	"countersign/backend/words"
)

// arabic is a catalogue in Arabic as far as a sheet’s heads go, and else in English: what is tested is
// how paper runs, not how well it is translated.
func arabic(t testing.TB) *words.Catalogue {
	t.Helper()
	return english(t, map[string]string{
		"language.tag": "ar", "sheet.title": "رموز الاسترداد الخاصة بك", "sheet.todo": "ماذا تفعل بهذه الورقة", "sheet.sheet": "الورقة",
		"sheet.todo_nobody": "لا تشارك هذه الرموز بدلًا من الورقة. لن يطلبها منك أحد في {workspace}.", "invitation.title": "دعوتك", "cover.title": "دفعة الطباعة {run}",
	})
}

// english is the English catalogue with other messages in place of some.
func english(t testing.TB, instead map[string]string) *words.Catalogue {
	t.Helper()
	source, err := os.ReadFile("../words/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var messages map[string]string
	if err := json.Unmarshal(source, &messages); err != nil {
		t.Fatal(err)
	}
	for key, message := range instead {
		if messages[key] == "" {
			t.Fatalf("there is no %s", key)
		}
		messages[key] = message
	}
	if source, err = json.Marshal(messages); err != nil {
		t.Fatal(err)
	}
	c, err := words.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reports whether a word stands somewhere, in millimetres; 0 is anywhere. pdftotext gives
// the letters of a single word as they stand.
func at(all []word, text string, left, right float64) bool {
	if text[0] >= utf8.RuneSelf {
		letters := []rune(text)
		slices.Reverse(letters)
		text = string(letters)
	}
	return slices.ContainsFunc(all, func(w word) bool {
		return unmarked(w.text) == text && (left == 0 || math.Abs(w.left-left) < 0.6) && (right == 0 || math.Abs(w.right-right) < 0.6)
	})
}

func TestPDF_ArabicSheetIsMirrored(t *testing.T) {
	t.Parallel()
	s := printed(t)
	s.Words, s.Workspace, s.Name = arabic(t), "شركة النور", "محمد الفارسي"
	p := draw(t, sheet.A4, s)
	all := p.words(t)
	for _, want := range []struct {
		text        string
		left, right float64
	}{
		{"رموز", 0, 188}, {"ماذا", 0, 188}, // heads begin at the right
		{"الورقة", 0, 188}, {"443", 132, 0}, // labels on the right, and what they say on the left
		{"P4XW-8NJC-R2HE-0TVM", 0, 171.8}, {"6EWN-XA1G-K5QT-ZB7V", 0, 83.8}, // first codes on the right, read from left to right
		{"lantern", 45.5, 0},                                  // and the frame on the left
		{"محمد", 0, 107}, {"chidi.nwosu@example.com", 0, 107}, // the address in the envelope’s window, which is on the left
	} {
		if !at(all, want.text, want.left, want.right) {
			t.Errorf("%q is not at %.1f to %.1f", want.text, want.left, want.right)
			for _, w := range all {
				if w.left > 20 {
					t.Logf("%q is at %.2f to %.2f", w.text, w.left, w.right)
				}
			}
		}
	}
	for name, part := range map[string][4]float64{
		"the first box to tick": {183.5, 131, 4.6, 5}, "the frame": {22, 206.8, 50, 0.8}, "the mark": {183, 16, 5.2, 5}, "the line above the codes": {22, 128, 166, 0.9},
	} {
		if p.ink(t, part[0], part[1], part[2], part[3]) == 0 {
			t.Errorf("%s is missing", name)
		}
	}
	text := unmarked(strings.Join(strings.Fields(p.tool(t, "pdftotext", "-layout", p.file, "-")), " "))
	for _, want := range []string{"شركة النور", "محمد الفارسي", "رموز الاسترداد الخاصة بك", "الرموز بدلًا من الورقة", "لن يطلبها منك أحد في شركة النور."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q cannot be copied: %q", want, text)
		}
	}
	if info := p.tool(t, "pdfinfo", p.file); !strings.Contains(info, "Tagged:          yes") {
		t.Error(info)
	}
}

// What is typed is read from left to right, also where it begins with a sign that has no direction.
func TestInvitationPDF_ArabicOneKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()
	i := invited(t)
	i.Words, i.Server, i.ServerKey, i.Email = arabic(t), "[::1]:8443", "K5TQ-2ZJX-7MHF-4BVE-3LYC-6RAP-WNGD-5OSU", "-x.@example.com"
	all := drawInvitations(t, sheet.A4, i).words(t)
	for _, typed := range []string{i.Server, i.ServerKey, i.Email, i.Code.Display()} {
		if !slices.ContainsFunc(all, func(w word) bool { return w.text == typed }) {
			t.Errorf("%q does not stand there: %v", typed, all)
		}
	}
}

func TestRunPDF_EachSheetIsInItsLanguage(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 2)
	sheets[1].Words = arabic(t)
	p := drawRun(t, sheet.A4, r, sheets)
	pages := p.pages(t)
	if len(pages) != 3 || !strings.Contains(pages[1], "Your recovery codes") || strings.Contains(pages[2], "Your recovery codes") || !strings.Contains(unmarked(pages[2]), "رموز") {
		t.Errorf("%q", pages)
	}
	if rd := p.read(t); !slices.ContainsFunc(slices.Collect(func(yield func(map[string]any) bool) {
		for _, o := range rd.objects {
			if d, ok := o["value"].(map[string]any); ok && d["/S"] == "/Sect" && !yield(d) {
				return
			}
		}
	}), func(d map[string]any) bool { return d["/Lang"] == "u:ar" }) {
		t.Error("no page says that it is in Arabic")
	}
}

// Japanese has no spaces: a line ends between letters, but none begins with what closes a sentence.
func TestPDF_JapaneseBreaksBetweenLetters(t *testing.T) {
	t.Parallel()
	const sentence = "スマートフォンの確認コードの代わりに使えます。各コードは1回限りです。使ったコードには印を付けてください。「はい」と答えます。"
	s := printed(t)
	s.Words = english(t, map[string]string{"language.tag": "ja", "sheet.todo_keep": strings.Repeat(sentence, 3)})
	p := draw(t, sheet.A4, s)
	text := p.pages(t)[0]
	if !strings.Contains(squash(text), strings.Repeat(sentence, 3)) {
		t.Errorf("the sentence is cut: %q", text)
	}
	lines := 0
	for line := range strings.Lines(text) {
		if strings.ContainsAny(line, "使付各") {
			lines++
		}
		if strings.IndexAny(line, "。、」ー") == 0 {
			t.Errorf("a line begins with what ends another: %q", line)
		}
	}
	if lines < 4 {
		t.Errorf("it stands on %d lines", lines)
	}
	if fonts := p.tool(t, "pdffonts", p.file); !strings.Contains(fonts, "notosanscjkjp-") || strings.Contains(fonts, "notosanscjksc-") {
		t.Errorf("not in a Japanese font: %s", fonts)
	}
}
