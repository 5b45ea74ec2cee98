package password

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"github.com/ccojocar/zxcvbn-go/adjacency"
	"github.com/ccojocar/zxcvbn-go/data"
	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/scoring"
)

// zxcvbn finds parts that a guesser would try (Wheeler, "zxcvbn: Low-Budget Password Strength
// Estimation", USENIX Security 2016, section 4), weighs each, and adds up the cheapest way to
// write the password with them. Its weights, its sum and its lists come from the library.
// The finding is here, since the library's own reads all lists whenever a program
// starts, which is a sixth of the time in which the window is there. A test holds it
// to the library's score.

// guess gives the score of an ASCII text, 0 to 4. known are words that a guesser tries in
// this order.
func guess(s string, known []string) int {
	return scoring.MinimumEntropyMatchSequence(s, append(undated(s, known), dates(s)...)).Score
}

// undated finds all but dates, in which the library counts a character too many.
func undated(s string, known []string) []match.Match {
	ranks := map[string]int{}
	rank(ranks, known)
	found := append(words(s, ranks), words(s, listed())...)
	found = append(found, repeats(s)...)
	found = append(found, sequences(s)...)
	for _, keyboard := range []string{"qwerty", "dvorak", "keypad", "macKeypad"} {
		found = append(found, paths(s, adjacency.GraphMap[keyboard])...)
	}
	return found
}

// listed gives the best rank of each word of the lists, of which the first use reads them.
var listed = sync.OnceValue(func() map[string]int {
	ranks := map[string]int{}
	for _, name := range []string{"Passwords", "English", "FemaleNames", "MaleNames", "Surnames"} {
		var file struct{ List []string }
		if err := json.Unmarshal(data.MustAsset("data/"+name+".json"), &file); err != nil {
			panic("password: the list " + name + ": " + err.Error()) // it is part of the program
		}
		rank(ranks, file.List)
	}
	return ranks
})

// rank adds a list, the best guess first. A word keeps the best of its ranks.
func rank(ranks map[string]int, list []string) {
	for i, word := range list {
		word = strings.ToLower(word)
		if best, ok := ranks[word]; !ok || i+1 < best {
			ranks[word] = i + 1
		}
	}
}

// part is s[from:to] as the library knows it.
func part(s, pattern string, from, to int) match.Match {
	return match.Match{Pattern: pattern, I: from, J: to - 1, Token: s[from:to]}
}

// words finds what has a rank, in whatever case.
func words(s string, ranks map[string]int) (found []match.Match) {
	lower := strings.ToLower(s)
	for from := range s {
		for to := from + 1; to <= len(s); to++ {
			rank, ok := ranks[lower[from:to]]
			if !ok {
				continue
			}
			m := part(s, "dictionary", from, to)
			m.Entropy = entropy.DictionaryEntropy(m, float64(rank))
			found = append(found, m)
		}
	}
	return found
}

// shortest is the fewest characters that make a pattern.
const shortest = 3

// repeats finds one character said again and again, in whatever case.
func repeats(s string) (found []match.Match) {
	lower := strings.ToLower(s)
	for from := 0; from < len(s); {
		to := from + 1
		for to < len(s) && lower[to] == lower[from] {
			to++
		}
		if to-from >= shortest {
			m := part(s, "repeat", from, to)
			m.Entropy = entropy.RepeatEntropy(m)
			found = append(found, m)
		}
		from = to
	}
	return found
}

// sequences finds letters and digits in their order, forward or backward.
func sequences(s string) (found []match.Match) {
	for from := 0; from+1 < len(s); {
		step := int(s[from+1]) - int(s[from])
		size := alphabet(s[from])
		to := from + 1
		if step == 1 || step == -1 {
			for to < len(s) && int(s[to])-int(s[to-1]) == step && alphabet(s[to]) == size && sameCase(s[to], s[from]) {
				to++
			}
		}
		if size > 0 && to-from >= shortest {
			m := part(s, "sequence", from, to)
			m.Entropy = entropy.SequenceEntropy(m, size, step == 1)
			found = append(found, m)
		}
		from = max(to-1, from+1) // the end of one may be the beginning of another
	}
	return found
}

// alphabet is how many characters there are of c's kind, 0 for those without an order.
func alphabet(c byte) int {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		return 26
	case '0' <= c && c <= '9':
		return 10
	}
	return 0
}

func sameCase(a, b byte) bool { return a&0x20 == b&0x20 }

// paths finds keys that lie side by side.
func paths(s string, keyboard adjacency.Graph) (found []match.Match) {
	for from := 0; from+1 < len(s); {
		to, turns, shifted, last := from+1, 0, 0, -1
		for ; to < len(s); to++ {
			direction, upper := neighbour(keyboard.Graph[s[to-1:to]], s[to])
			if direction < 0 {
				break
			}
			if direction != last {
				turns++
			}
			if upper {
				shifted++
			}
			last = direction
		}
		if to-from >= shortest {
			m := part(s, "spatial", from, to)
			m.DictionaryName = keyboard.Name
			m.Entropy = entropy.SpatialEntropy(m, turns, shifted)
			found = append(found, m)
		}
		from = to
	}
	return found
}

// neighbour gives the direction in which the key of c lies, or -1, and whether c takes Shift.
func neighbour(around []string, c byte) (direction int, shifted bool) {
	for direction, key := range around {
		if i := strings.IndexByte(key, c); i >= 0 {
			return direction, i == 1
		}
	}
	return -1, false
}

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[\s/\\_.-](\d{1,2})[\s/\\_.-](\d{4}|\d{2})`)
	yearFirst = regexp.MustCompile(`^(\d{4}|\d{2})[\s/\\_.-](\d{1,2})[\s/\\_.-](\d{1,2})`)
	digits    = regexp.MustCompile(`^\d{4,8}`)
)

// dates finds days, with or without something between their parts.
func dates(s string) (found []match.Match) {
	for from := range s {
		rest := s[from:]
		add := func(length int, year, separator string) {
			m := part(s, "date", from, from+length)
			m.Entropy = entropy.DateEntropy(match.DateMatch{Year: int64(number(year)), Separator: separator})
			found = append(found, m)
		}
		if p := dayFirst.FindStringSubmatch(rest); p != nil && isDay(p[1], p[2]) && isYear(p[3]) {
			add(len(p[0]), p[3], "/")
		}
		if p := yearFirst.FindStringSubmatch(rest); p != nil && isYear(p[1]) && isDay(p[2], p[3]) {
			add(len(p[0]), p[1], "/")
		}
		run := digits.FindString(rest)
		for length := 4; length <= len(run); length++ {
			for _, n := range []int{2, 4} {
				end := length - n
				if year := run[:n]; isYear(year) && splits(run[n:length]) {
					add(length, year, "")
				}
				if year := run[max(end, 0):length]; isYear(year) && splits(run[:max(end, 0)]) {
					add(length, year, "")
				}
			}
		}
	}
	return found
}

// splits reports whether two to four digits can be read as day and month.
func splits(run string) bool {
	for i := max(1, len(run)-2); i <= min(2, len(run)-1); i++ {
		if isDay(run[:i], run[i:]) {
			return true
		}
	}
	return false
}

// isDay reports whether two numbers are a day and a month, in either order.
func isDay(a, b string) bool {
	within := func(s string, most int) bool {
		n := number(s)
		return len(s) <= 2 && n >= 1 && n <= most
	}
	return within(a, 31) && within(b, 12) || within(a, 12) && within(b, 31)
}

// isYear reports whether a number is a year that people know, in two digits or in four.
func isYear(s string) bool {
	n := number(s)
	return len(s) == 2 || len(s) == 4 && n >= 1900 && n <= 2099
}

func number(digits string) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
