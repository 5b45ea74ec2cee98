package typeset

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// Direction says which way a paragraph runs.
type Direction int

const (
	// Natural is the way of the language that the paper is in.
	Natural Direction = iota
	// Auto is the way of the first letter that has one, as names need it; Natural if none has.
	Auto
	// LTR is left to right, as codes, emails and fingerprints are read in every language.
	LTR
)

const (
	leftToRight rune = '\u200e'
	rightToLeft rune = '\u200f'
)

// levels returns the embedding level of each character (UAX #9): even ones run left to right,
// odd ones right to left. text has no characters that embed, override or isolate.
func levels(text []rune, base int) []uint8 {
	all := make([]uint8, len(text))
	for i := range all {
		all[i] = uint8(base)
	}
	if base == 0 && !turns(text) {
		return all
	}
	// The library takes a paragraph's direction from its first letter, so it gets one before the text.
	mark := leftToRight
	if base == 1 {
		mark = rightToLeft
	}
	var p bidi.Paragraph
	if _, err := p.SetString(string(mark) + string(paired(text, base))); err != nil {
		return all
	}
	order, err := p.Order()
	if err != nil {
		return all
	}
	for i := range order.NumRuns() {
		run := order.Run(i)
		from, to := run.Pos()
		for at := max(from, 1); at <= to && at <= len(text); at++ {
			switch {
			case run.Direction() == bidi.RightToLeft:
				all[at-1] = 1
			case base == 1:
				all[at-1] = 2
			}
		}
	}
	if base == 0 {
		numbers(text, all)
	}
	return all
}

// mostOpen is how many brackets may be open at once and still be paired (UAX #9, BD16).
const mostOpen = 63

// paired returns text with a mark of direction in place of each pair of brackets that has one (UAX #9,
// N0): that of the paragraph if anything within runs so, else that of what is within if what stands before
// runs so as well. The library looks for pairs and finds none, since it takes each bracket for its own
// partner.
func paired(text []rune, base int) []rune {
	out := slices.Clone(text)
	type opened struct {
		at     int
		before int     // the direction before it
		within [2]bool // which directions there are within
	}
	var open []opened
	last := base
	strong := func(direction int) {
		for i := range open {
			open[i].within[direction] = true
		}
	}
	for i, r := range text {
		p, _ := bidi.LookupRune(r)
		switch {
		case p.Class() == bidi.L:
			last = 0
			strong(0)
		case p.Class() == bidi.R, p.Class() == bidi.AL:
			last = 1
			strong(1)
		case p.Class() == bidi.EN:
			strong(last)
		case p.Class() == bidi.AN:
			strong(1)
		case p.IsOpeningBracket() && len(open) == mostOpen:
			return out
		case p.IsOpeningBracket():
			open = append(open, opened{at: i, before: last})
		case p.IsBracket():
			partner := []rune(bidi.ReverseString(string(r)))[0]
			at := len(open) - 1
			for at >= 0 && text[open[at].at] != partner {
				at--
			}
			if at < 0 {
				continue
			}
			pair := open[at]
			open = open[:at]
			direction := base
			switch {
			case pair.within[base]:
			case pair.within[1-base] && pair.before == 1-base:
				direction = 1 - base
			case pair.within[1-base]:
			default:
				continue
			}
			mark := []rune{leftToRight, rightToLeft}[direction]
			out[pair.at], out[i] = mark, mark
			last = direction // as the mark has it
		}
	}
	return out
}

// numbers raises the numbers that follow right-to-left letters, in a paragraph that runs left to
// right: they are part of what runs right to left (UAX #9, W2, W4, W5, W7 and I1). The library
// knows this and only says that they run left to right.
func numbers(text []rune, all []uint8) {
	after := false // a letter that runs right to left, and none since that does not
	for i, r := range text {
		switch class(r) {
		case bidi.L:
			after = false
		case bidi.R, bidi.AL:
			after = true
		case bidi.AN:
			if all[i] == 0 {
				all[i] = 2
			}
		case bidi.EN:
			if after && all[i] == 0 {
				all[i] = 2
			}
		}
	}
	raise := func(i int) bool { return all[i] == 0 && (class(text[i]) == bidi.ET || class(text[i]) == bidi.NSM) }
	for i := range text {
		switch {
		case i > 0 && all[i-1] == 2 && raise(i):
			all[i] = 2
		case i > 0 && i+1 < len(text) && all[i] == 0 && all[i-1] == 2 && all[i+1] == 2 && (class(text[i]) == bidi.ES || class(text[i]) == bidi.CS):
			all[i] = 2
		}
	}
	for i := len(text) - 2; i >= 0; i-- {
		if all[i+1] == 2 && raise(i) {
			all[i] = 2
		}
	}
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}

// turns reports whether anything in text runs right to left.
func turns(text []rune) bool {
	for _, r := range text {
		if r < 0x590 {
			continue
		}
		switch class(r) {
		case bidi.R, bidi.AL, bidi.AN:
			return true
		}
	}
	return false
}

// first returns the level of the first letter that has a direction, else instead.
func first(text []rune, instead int) int {
	for _, r := range text {
		switch class(r) {
		case bidi.L:
			return 0
		case bidi.R, bidi.AL:
			return 1
		}
	}
	return instead
}

// visual puts parts of a line, each of one level, in the order in which they stand from left to
// right (UAX #9, L2).
func visual[T any](parts []T, level func(T) uint8) {
	highest := uint8(0)
	for _, p := range parts {
		highest = max(highest, level(p))
	}
	for l := highest; l > 0; l-- {
		for i := 0; i < len(parts); i++ {
			if level(parts[i]) < l {
				continue
			}
			end := i
			for end+1 < len(parts) && level(parts[end+1]) >= l {
				end++
			}
			for a, b := i, end; a < b; a, b = a+1, b-1 {
				parts[a], parts[b] = parts[b], parts[a]
			}
			i = end
		}
	}
}
