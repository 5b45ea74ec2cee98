package cli

import (
	"sync/atomic"

	"countersign/backend/locale"
	"countersign/backend/words"
)

var spoken atomic.Pointer[words.Catalogue]

// Speak makes the program speak the language of the person who runs it. Only main calls it, before anything is said:
// until then a program speaks English, as tests want it.
func Speak() { spoken.Store(words.For(locale.Languages()...)) }

// Words is the catalogue of the language that the program speaks. What other programs read is the same in each
// language: codes, and the names of columns and fields.
func Words() *words.Catalogue {
	if c := spoken.Load(); c != nil {
		return c
	}
	return words.English()
}
