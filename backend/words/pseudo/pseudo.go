// Package pseudo makes a language that nobody speaks: English with accents, and 40 % longer. Whoever looks at a
// screen in it sees which text isn't in the catalogue, and what has no room.
package pseudo

import "strings"

// Tag is the language's tag, the usual one for English with accents.
const Tag = "en-XA"

var accents = strings.NewReplacer("a", "á", "e", "ê", "i", "ï", "o", "ø", "u", "ü", "n", "ñ", "A", "Á", "E", "Ê", "I", "Ï", "O", "Ø", "U", "Ü", "N", "Ñ")

// Translate puts a message into the language: accents on what is text, which is what stands in an even number of
// braces, and a tail of 40 % of its length.
func Translate(message string) string {
	var out strings.Builder
	depth, letters := 0, 0
	for _, r := range message {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case depth%2 == 0:
			letters++
			out.WriteString(accents.Replace(string(r)))
			continue
		}
		out.WriteRune(r)
	}
	if letters > 0 {
		out.WriteString(tail(letters))
	}
	return out.String()
}

// tail is 40 % of so many letters. Its words are at most twelve long: a line can be broken between them.
func tail(letters int) string {
	n := letters*2/5 + 1
	return strings.Repeat(strings.Repeat("~", 12)+" ", (n-1)/12) + strings.Repeat("~", (n-1)%12+1)
}

// Catalogue translates all messages.
func Catalogue(english map[string]string, tag string) map[string]string {
	all := make(map[string]string, len(english))
	for key, message := range english {
		all[key] = Translate(message)
	}
	all["language.tag"] = tag
	return all
}
