package password

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The estimate knows English, ASCII and the QWERTY keyboard. What follows brings other
// people's passwords there, so that they are neither waved through nor overrated.

// keyboards pairs a layout's letters with the QWERTY keys below them. People who type
// "пароль" and those who type "gfhjkm" are guessed from the same list.
var keyboards = [...][2]string{
	{"йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"},
	{"ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"},
}

var keys = func() map[rune]rune {
	m := make(map[rune]rune)
	for _, k := range keyboards {
		below := []rune(k[1])
		for i, r := range []rune(k[0]) {
			m[r] = below[i]
			m[unicode.ToUpper(r)] = unicode.ToUpper(below[i])
		}
	}
	m['Σ'] = 'S' // the capital of two letters
	return m
}()

var (
	leetI = strings.NewReplacer("@", "a", "4", "a", "0", "o", "3", "e", "$", "s", "5", "s", "7", "t", "1", "i", "!", "i", "|", "i")
	leetL = strings.NewReplacer("@", "a", "4", "a", "0", "o", "3", "e", "$", "s", "5", "s", "7", "t", "1", "l", "!", "i", "|", "l")
)

// plainForms returns the forms in which a password is estimated: on a QWERTY
// keyboard, the same with symbols read as letters, and with repeats and sequences
// taken out. A form never holds more than the password does.
func plainForms(s string) []string {
	once := period([]rune(s))
	forms := []string{
		ascii(string(once)),
		leetI.Replace(ascii(string(once))),
		leetL.Replace(ascii(string(once))),
		ascii(string(period(squeeze(once)))),
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// ascii writes every character as one ASCII byte: without its accents, by its key on the
// keyboard, or, in other scripts, as one of 26 control characters, which belong to no word.
// The estimate counts bytes, and would take a Greek letter for two random ones.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		if k, ok := keys[r]; ok { // й has a key of its own, and is not и without its breve
			b.WriteRune(k)
			continue
		}
		for _, d := range norm.NFKD.String(string(r)) {
			k, ok := keys[d]
			switch {
			case unicode.IsSpace(d):
				b.WriteByte(' ')
			case d < utf8.RuneSelf:
				b.WriteRune(d)
			case ok:
				b.WriteRune(k)
			case !unicode.Is(unicode.Mn, d):
				b.WriteRune(1 + unicode.ToLower(d)%26)
			}
		}
	}
	return b.String()
}

// period returns the part that, said again and again, makes up the whole; the last
// time it may be cut short. Without such a part it returns the whole.
func period(rs []rune) []rune {
	// The failure function of Knuth, Morris and Pratt.
	fail := make([]int, len(rs)+1)
	for i, k := 1, 0; i < len(rs); i++ {
		for k > 0 && rs[i] != rs[k] {
			k = fail[k]
		}
		if rs[i] == rs[k] {
			k++
		}
		fail[i+1] = k
	}
	if p := len(rs) - fail[len(rs)]; 2*p <= len(rs) {
		return rs[:p]
	}
	return rs
}

// squeeze replaces each run of three or more characters in alphabetical order, forward or
// backward, or of the same character, by its first two, which say all about it.
func squeeze(rs []rune) []rune {
	var out []rune
	for i := 0; i < len(rs); {
		end := i + 1
		if end < len(rs) {
			step := rs[end] - rs[i]
			if step >= -1 && step <= 1 {
				for end < len(rs) && rs[end]-rs[end-1] == step {
					end++
				}
			}
		}
		out = append(out, rs[i:min(end, i+2)]...)
		i = end
	}
	return out
}

// everywhere are words that count as known in every workspace: its own program, and the
// rows and diagonals of keyboards that the estimate's graphs do not have as one piece.
var everywhere = []string{
	"countersign",
	"qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm",
	"1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm",
}

// vocabulary splits names and emails into the parts that turn up in passwords,
// forward and backward, in the same plain form.
func vocabulary(words []string) []string {
	var all []string
	for _, w := range slices.Concat(everywhere, words) {
		w = strings.ToLower(Normalize(w))
		parts := strings.FieldsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, p := range append(parts, strings.Join(parts, ""), w) {
			p = ascii(p)
			if len(p) < 3 {
				continue
			}
			backward := []byte(p)
			slices.Reverse(backward)
			all = append(all, p, string(backward))
		}
	}
	return all
}
