package app

import (
	"fmt"
	"strings"

	"countersign/backend/sheet"
)

// UnprintableView is a person of whose name or email this computer has no font for a character.
type UnprintableView struct {
	Name       string `json:"name"`
	Email      string `json:"email"`
	Characters string `json:"characters"` // as U+1F600, a space between them: they can’t be shown either
	Language   string `json:"language"`   // theirs, which it has no font for; else empty
}

// named is whom a page is for.
type named struct{ name, email, language string }

// mostCharacters is how many of them are told of one person.
const mostCharacters = 8

// unprintable are those of the people whose page would have boxes on it.
func unprintable(people []named) ([]UnprintableView, error) {
	texts := make([]string, len(people))
	for i, p := range people {
		texts[i] = p.name + " " + p.email
	}
	missing, err := sheet.Unprintable(texts...)
	if err != nil {
		return nil, err
	}
	out := []UnprintableView{}
	for i, p := range people {
		lacks := ""
		if p.language != "" && paperLanguage(p.language) == "" {
			lacks = p.language
		}
		if missing[i] == "" && lacks == "" {
			continue
		}
		var characters []string
		for _, r := range missing[i] {
			if len(characters) == mostCharacters {
				characters = append(characters, "…")
				break
			}
			characters = append(characters, fmt.Sprintf("%U", r))
		}
		out = append(out, UnprintableView{p.name, p.email, strings.Join(characters, " "), lacks})
	}
	return out, nil
}

// Unprintable are those whose invitations this computer has no font for, before they are printed.
func (i *Import) Unprintable(session string) ([]UnprintableView, error) {
	in, err := i.s.use(session)
	if err != nil {
		return nil, err
	}
	given, err := in.shownCodes()
	if err != nil {
		return nil, err
	}
	people := make([]named, len(given))
	for n, g := range given {
		people[n] = named{g.Name, g.Email, g.Language}
	}
	return unprintable(people)
}
