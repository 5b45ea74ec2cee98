package main

import (
	"slices"

	"countersign/backend/sheet"
	"countersign/backend/words"
)

// drawn is whom a page is for.
type drawn struct{ name, email, language string }

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
	var languages []string
	for _, p := range people {
		languages = append(languages, p.language)
	}
	if err := e.tellNoFonts(languages); err != nil {
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

// noLanguage is the word for a member of whom none is known.
const noLanguage = "none"

// languageName says a language in words.
func languageName(tag string) string {
	if tag == "" {
		tag = noLanguage
	}
	return say(words.EventPartLanguage, words.Args{"language": tag})
}

// tellNoFonts says in which of the languages nothing can be printed, because this computer has no fonts for them.
func (e *env) tellNoFonts(languages []string) error {
	slices.Sort(languages)
	for _, tag := range slices.Compact(languages) {
		if tag == "" {
			continue
		}
		can, err := sheet.Draws(words.For(tag))
		if err != nil {
			return err
		}
		if !can {
			e.notice(words.TerminalNoFonts, words.Args{"language": languageName(tag)})
		}
	}
	return nil
}
