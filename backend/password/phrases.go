package password

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed phrases.txt
var phrasesFile string

// phrases are the passphrases that everybody knows, squashed, by their length: SP 800-63B-4
// section 3.1.1.2 wants what is commonly used refused, and a long quotation is that.
var phrases = sync.OnceValue(func() map[int]map[string]bool {
	all := map[int]map[string]bool{}
	for line := range strings.Lines(phrasesFile) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s, _ := squash(ascii(Normalize(line)))
		if all[len(s)] == nil {
			all[len(s)] = map[string]bool{}
		}
		all[len(s)][s] = true
	}
	return all
})

// squash returns the letters and digits of an ASCII form in lower case, and where each stands.
// The control characters are the letters of other scripts: see ascii.
func squash(s string) (letters string, at []int) {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if alphabet(c) > 0 || 0 < c && c <= 26 {
			b.WriteByte(c)
			at = append(at, i)
		}
	}
	return b.String(), at
}

// unquoted returns an ASCII form without the well-known passphrases in it, of which the longest
// go first, and reports whether there was one. They are worth nothing: what stands beside
// them has to be good enough by itself.
func unquoted(s string) (rest string, found bool) {
	for {
		from, to := quotation(s)
		if to == 0 {
			return s, found
		}
		s, found = s[:from]+s[to:], true
	}
}

// quotation returns where the longest well-known passphrase of s begins and ends; 0, 0: there is
// none.
func quotation(s string) (from, to int) {
	letters, at := squash(s)
	longest := 0
	for size, known := range phrases() {
		for i := 0; size > longest && i+size <= len(letters); i++ {
			if known[letters[i:i+size]] {
				from, to, longest = at[i], at[i+size-1]+1, size
			}
		}
	}
	return from, to
}
