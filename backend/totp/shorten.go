package totp

import (
	"strings"
	"unicode"

	"github.com/go-text/typesetting/segmenter"
)

const ellipsis = "…"

// shortened is s where it takes no more than room bytes in a URI, else its beginning and
// an ellipsis that do. It ends after a word where that leaves half of what fits, else
// after a whole character as a person sees it.
func shortened(s string, room int) string {
	if len(escape(s)) <= room {
		return s
	}
	runes := []rune(s)
	fits := 0 // of the runes, beside the ellipsis
	for used := len(escape(ellipsis)); fits < len(runes); fits++ {
		if used += len(escape(string(runes[fits]))); used > room {
			break
		}
	}
	var text segmenter.Segmenter
	text.Init(runes)
	end := fits
	for graphemes := text.GraphemeIterator(); graphemes.Next(); {
		if at := graphemes.Grapheme().Offset; at > 0 && at <= fits {
			end = at
		}
	}
	for words := text.LineIterator(); words.Next(); {
		if at := words.Line().Offset; at >= fits/2 && at > 0 && at <= fits {
			end = at
		}
	}
	return strings.TrimRightFunc(string(runes[:end]), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + ellipsis
}
