package sheet

import (
	"strings"
	"sync"

	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/text"
	"countersign/backend/words"
)

// Unprintable returns, for each text, the characters that no font on this computer can draw, each
// once; on paper they would be boxes. Ask it before names are printed: what is missing is a font.
func Unprintable(texts ...string) ([]string, error) {
	faces, err := loadFaces()
	if err != nil {
		return nil, err
	}
	set := typeset.NewSetter()
	missing := make([]string, len(texts))
	for i, t := range texts {
		missing[i] = set.Lacks(faces.text, text.Line(t))
	}
	return missing, nil
}

// drawn says of languages whether this computer has fonts for them, once they were looked for.
var drawn sync.Map

// Draws reports whether this computer has the fonts for what is printed in a language.
func Draws(language *words.Catalogue) (bool, error) {
	if known, ok := drawn.Load(language.Language()); ok {
		return known.(bool), nil
	}
	faces, err := loadFaces()
	if err != nil {
		return false, err
	}
	set := typeset.NewSetter()
	set.Language(language.Language(), writer{language}.rightToLeft())
	var all strings.Builder
	for _, name := range language.Keys() {
		if group, _, _ := strings.Cut(name, "."); group == "sheet" || group == "invitation" || group == "paper" {
			key, _ := language.Named(name)
			all.WriteString(language.Text(key, nil))
		}
	}
	can := set.Lacks(faces.text, text.Line(all.String())) == ""
	drawn.Store(language.Language(), can)
	return can, nil
}
