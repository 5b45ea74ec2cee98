package password

import (
	"unicode/utf8"

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

// Assess estimates how hard a password is to guess, in a few milliseconds; the first time
// takes some 50 more. words are refused as its main part: the person's name and email,
// the workspace; "countersign" is always among them.
//
// The score is the lowest that zxcvbn gives to the plain forms of the password, since
// a guesser tries those as well. A passphrase that everybody knows adds nothing to it.
func Assess(pw secret.Text, words []string) (r Report) {
	secret.Confined(func() { r = assess(pw, words) })
	return r
}

func assess(pw secret.Text, words []string) Report {
	s := Normalize(pw.Reveal())
	known := vocabulary(words)
	score := 4
	for _, form := range plainForms(s) {
		form = first(form, assessed)
		score = min(score, guess(form, known))
		switch rest, found := unquoted(form); {
		case found && len(rest) < MinLengthWith2FA: // too short to be a password
			score = 0
		case found:
			score = min(score, guess(rest, known))
		}
	}
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
