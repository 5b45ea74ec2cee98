package sheet

import (
	"strconv"
	"time"

	"golang.org/x/text/language"

	"countersign/backend/words"
)

// The words of a sheet, the same on paper and in text.

// said are words of a catalogue. Only it makes them, so that nothing else is written on paper
// but what a field holds.
type said struct{ text string }

// writer says things in the language of a sheet, run or invitation.
type writer struct{ words *words.Catalogue }

// in returns the writer of a language; nil is English.
func in(c *words.Catalogue) writer {
	if c == nil {
		c = words.English()
	}
	return writer{c}
}

// rightToLeft reports whether the language is written so.
func (w writer) rightToLeft() bool {
	script, _ := language.Make(w.words.Language()).Script()
	switch script.String() {
	case "Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa":
		return true
	}
	return false
}

func (w writer) say(k words.Key, args words.Args) said { return said{w.words.Text(k, args)} }

// or returns s, or in its place a message when s is empty.
func (w writer) or(s string, instead words.Key) string {
	if s == "" {
		return w.words.Text(instead, nil)
	}
	return s
}

// day is a date as paper has it, in a place.
func (w writer) day(at time.Time, where *time.Location) string {
	return w.words.Day(inPlace(at, where))
}

func inPlace(at time.Time, where *time.Location) time.Time {
	if where == nil {
		where = time.UTC
	}
	return at.In(where)
}

// fact is a row beside the name.
type fact struct {
	label said
	value string
}

func (w writer) fact(label words.Key, value string) fact { return fact{w.say(label, nil), value} }

func (s Sheet) facts() []fact {
	w := in(s.Words)
	rows := []fact{w.fact(words.SheetSheet, strconv.Itoa(s.Number))}
	if s.Run > 0 {
		rows = append(rows, w.fact(words.SheetRun, strconv.Itoa(s.Run)))
	}
	rows = append(rows, w.fact(words.SheetIssuedOn, w.day(s.IssuedAt, s.Location)))
	if s.IssuedBy != "" {
		rows = append(rows, w.fact(words.SheetIssuedBy, s.IssuedBy))
	}
	return rows
}

func (s Sheet) advice() []said {
	w := in(s.Words)
	lost := words.SheetTodoLostRun
	if s.Run == 0 {
		lost = words.SheetTodoLost
	}
	all := []said{
		w.say(words.SheetTodoKeep, nil),
		w.say(words.SheetTodoUse, nil),
		w.say(words.SheetTodoNobody, words.Args{"workspace": w.or(s.Workspace, words.PaperYourWorkspace)}),
		w.say(lost, nil),
	}
	if s.Support != "" {
		all = append(all, w.say(words.SheetTodoSupport, words.Args{"support": s.Support}))
	}
	return all
}

// box is what the frame says: what it is about, the word that is typed or compared, and
// what to do with it.
func (s Sheet) box() (about said, word string, what said) {
	w := in(s.Words)
	if s.CheckWord != "" {
		return w.say(words.SheetWord, nil), s.CheckWord, w.say(words.SheetWordText, nil)
	}
	number := w.say(words.SheetNumber, words.Args{"sheet": s.Number})
	return w.say(words.SheetGood, nil), number.text, w.say(words.SheetGoodText, nil)
}

func (s Sheet) footer() (left, right said) {
	w := in(s.Words)
	left = w.say(words.SheetFoot, words.Args{"sheet": s.Number})
	if s.Replaces > 0 {
		right = w.say(words.SheetReplaces, words.Args{"sheet": s.Replaces})
	}
	return left, right
}
