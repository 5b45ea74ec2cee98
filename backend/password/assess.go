package password

import (
	"strings"
	"unicode"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"

	"countersign/backend/secret"
)

// assessed is how many characters are looked at: the estimate grows with the square
// of the length, and what is long enough to be cut here is judged by its beginning.
const assessed = 128

// guessable is the highest score that counts as too easily guessed: below 10⁸
// guesses, which includes the lists that SP 800-63B-4 section 3.1.1.2 wants refused.
const guessable = 1

// Report is what the strength meter shows.
type Report struct {
	Score  int  // 0 to 4, as zxcvbn counts
	Length int  // code points after NFC
	Common bool // too easily guessed to be set
}

// Assess estimates how hard a password is to guess. words are refused as its main
// part: the person's name and email, the workspace; "countersign" is always among them.
func Assess(pw secret.Text, words []string) Report {
	s := Normalize(pw.Reveal())
	score := zxcvbn.PasswordStrength(first(s, assessed), vocabulary(words)).Score
	return Report{Score: score, Length: utf8.RuneCountInString(s), Common: score <= guessable}
}

// first returns the first n characters of s.
func first(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// vocabulary splits names and emails into the parts that turn up in passwords.
func vocabulary(words []string) []string {
	all := []string{"countersign"}
	for _, w := range words {
		w = strings.ToLower(Normalize(w))
		parts := strings.FieldsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		all = append(all, w, strings.Join(parts, ""))
		for _, p := range parts {
			if utf8.RuneCountInString(p) > 2 {
				all = append(all, p)
			}
		}
	}
	return all
}
