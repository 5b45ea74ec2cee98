package sheet

import (
	_ "embed"
	"errors"
	"sync"

	"countersign/backend/sheet/internal/typeset"
)

// The fonts cover Latin with its extensions, Greek, Cyrillic and Vietnamese; fonts/ has
// their licences. What they lack is set in fonts of this computer.
var (
	//go:embed fonts/Inter-Regular.woff
	interRegular []byte
	//go:embed fonts/Inter-Medium.woff
	interMedium []byte
	//go:embed fonts/Inter-SemiBold.woff
	interSemiBold []byte
	//go:embed fonts/IBMPlexMono-Medium.woff
	plexMonoMedium []byte
)

// faces are the fonts by what they are for.
type faces struct{ text, figure, strong, code *typeset.Font }

// loadFaces parses the fonts once, when the first sheet is drawn.
var loadFaces = sync.OnceValues(func() (*faces, error) {
	var f faces
	var errs []error
	for _, font := range []struct {
		name   string
		weight int
		data   []byte
		to     **typeset.Font
	}{
		{"Inter-Regular", 400, interRegular, &f.text},
		{"Inter-Medium", 500, interMedium, &f.figure},
		{"Inter-SemiBold", 600, interSemiBold, &f.strong},
		{"IBMPlexMono-Medium", 500, plexMonoMedium, &f.code},
	} {
		parsed, err := typeset.Parse(font.name, font.weight, font.data)
		*font.to = parsed
		errs = append(errs, err)
	}
	return &f, errors.Join(errs...)
})
