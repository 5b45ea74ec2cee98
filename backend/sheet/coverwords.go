package sheet

import (
	"strconv"

	"countersign/backend/words"
)

// The words of a run's cover.

func (r Run) title() said { return in(r.Words).say(words.CoverTitle, words.Args{"run": r.Number}) }

// lead says how many there are.
func (r Run) lead() said { return in(r.Words).say(words.CoverLead, words.Args{"n": len(r.Members)}) }

func (r Run) facts() []fact {
	w := in(r.Words)
	rows := []fact{
		w.fact(words.SheetIssuedOn, w.day(r.IssuedAt, r.Location)),
		w.fact(words.SheetIssuedBy, w.or(r.IssuedBy, words.PaperNothing)),
	}
	if r.ApprovedBy != "" {
		rows = append(rows, w.fact(words.CoverApprovedBy, r.ApprovedBy))
	}
	return append(rows, w.fact(words.CoverSheets, strconv.Itoa(len(r.Members))))
}

func (r Run) advice() (all []said) {
	for _, key := range []words.Key{words.CoverFold, words.CoverGive, words.CoverMark, words.CoverVoid, words.CoverKeep} {
		all = append(all, in(r.Words).say(key, nil))
	}
	return all
}

func (r Run) footer(page, pages int) said {
	return in(r.Words).say(words.CoverFoot, words.Args{"run": r.Number, "page": page, "pages": pages})
}
