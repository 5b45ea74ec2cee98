package sheet

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/words"
)

// columns is how wide a line of Text may be: it prints on A4 and Letter from any
// terminal, and survives being quoted in a mail.
const columns = 72

// labelGap is how many columns lie between the longest label and the values.
const labelGap = 2

// Text writes the sheet as plain UTF-8, with the words of the paper one, in lines of at most 72
// columns that end in a line feed. Nothing in it can move a terminal's cursor or turn
// its text around.
//
// Errors: ErrCodes, ErrNumber, *FieldError, and the writer's.
func Text(w io.Writer, s Sheet) error {
	if err := s.check(); err != nil {
		return err
	}
	s = s.cleaned()
	in := in(s.Words)
	var b strings.Builder
	line := func(indent, text string) {
		for i, l := range wrap(text, columns-len(indent)) {
			if i > 0 {
				indent = strings.Repeat(" ", len(indent))
			}
			b.WriteString(strings.TrimRight(indent+l, " ") + "\n")
		}
	}
	heading := func(about said) {
		line("", "")
		line("", about.text)
		line("", strings.Repeat("-", span(about.text)))
	}

	line("", s.Workspace)
	line("", "")
	line("", in.or(s.Name, words.PaperNothing))
	for _, l := range fill([]string{in.or(s.Email, words.PaperNothing)}, columns) {
		line("", l)
	}
	line("", "")
	labels := 0
	for _, f := range s.facts() {
		labels = max(labels, span(f.label.text))
	}
	for _, f := range s.facts() {
		line(f.label.text+strings.Repeat(" ", labels+labelGap-span(f.label.text)), f.value)
	}

	heading(in.say(words.SheetTitle, nil))
	line("", in.say(words.SheetText, nil).text)
	line("", "")
	for i, c := range s.Codes {
		line("", fmt.Sprintf("[ ]  %2d  %s", i+1, c.Display()))
	}

	heading(in.say(words.SheetTodo, nil))
	for i, sentence := range s.advice() {
		line(fmt.Sprintf("%d. ", i+1), sentence.text)
	}

	about, word, what := s.box()
	heading(about)
	line("", word)
	line("", what.text)

	left, right := s.footer()
	line("", "")
	line("", left.text)
	if right.text != "" {
		line("", right.text)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("sheet: write the text: %w", err)
	}
	return nil
}

// wrap divides text into lines of at most limit columns, between words if it can and
// between characters if it must. There is at least one line.
func wrap(text string, limit int) []string { return fill(typeset.Words(text), limit) }

func fill(words []string, limit int) []string {
	var lines []string
	current := ""
	for _, word := range words {
		if span(strings.TrimRight(current+word, " ")) <= limit {
			current += word
			continue
		}
		if current != "" {
			lines = append(lines, current)
			current = ""
		}
		for _, character := range typeset.Characters(word) {
			if span(strings.TrimRight(current+character, " ")) > limit {
				lines = append(lines, current)
				current = ""
			}
			current += character
		}
	}
	if current != "" || len(lines) == 0 {
		lines = append(lines, current)
	}
	return lines
}

// span returns how many columns a terminal gives to s.
func span(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.M, r), unicode.Is(unicode.Cf, r):
		case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
