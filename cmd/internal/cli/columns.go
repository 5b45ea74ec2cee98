package cli

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Cells is how many columns of a terminal a text takes: two for a Japanese character, none for a mark on the letter before it.
func Cells(text string) int { return uniseg.StringWidth(text) }

// gap is the space between two columns of a table.
const gap = 2

// Columns writes rows with their cells below each other: each column is as wide as its widest cell, and at least as least says. The last cell of
// a row is as long as it is.
func Columns(rows [][]string, least ...int) string {
	widths := append([]int(nil), least...)
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Cells(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-Cells(cell)+gap))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// pieces are the parts of a word between which a line may be broken: a language without spaces has them between most characters.
func pieces(word string) (all []string) {
	if !strings.ContainsFunc(word, func(r rune) bool { return Cells(string(r)) > 1 }) {
		return []string{word}
	}
	for state := -1; word != ""; {
		var piece string
		piece, word, _, state = uniseg.FirstLineSegmentInString(word, state)
		all = append(all, piece)
	}
	return all
}
