package sheet

import (
	"countersign/backend/sheet/internal/typeset"
	"countersign/backend/text"
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
