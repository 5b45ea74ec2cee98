package main

import (
	"countersign/backend/sheet"
	"countersign/backend/words"
)

// drawn is whom a page is for.
type drawn struct{ name, email string }

// mostBoxes is of how many people tellBoxes says it; more say the same.
const mostBoxes = 10

// tellBoxes says on whose page there will be boxes, because this computer has no font for a character.
func (e *env) tellBoxes(people []drawn) error {
	texts := make([]string, len(people))
	for i, p := range people {
		texts[i] = p.name + " " + p.email
	}
	missing, err := sheet.Unprintable(texts...)
	if err != nil {
		return err
	}
	told := 0
	for i, p := range people {
		if missing[i] != "" && told < mostBoxes {
			told++
			e.notice(words.TerminalBoxes, words.Args{"who": member(p.name, p.email)})
		}
	}
	return nil
}
