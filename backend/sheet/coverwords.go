package sheet

import (
	"fmt"
	"strconv"
)

// The words of a run's cover.
const (
	coverAdvice  = "What to do with these sheets"
	headLabel    = "Head of the audit log"
	headUse      = "It stands for every event up to this run. With it, countersignctl audit verify proves of an exported log that none of them was changed since."
	keyLabel     = "Signing key"
	keyUse       = "Exports of this workspace are signed with this key. Do not trust one that shows another fingerprint."
	columnSheet  = "Sheet"
	columnMember = "Member"
	columnSigned = "Handed over: date and signature"
	coverRight   = "There are no codes on this page"
)

func (r Run) title() string { return fmt.Sprintf("Print run %d", r.Number) }

// lead says how many there are.
func (r Run) lead() string {
	if len(r.Members) == 1 {
		return "One recovery sheet, for one member."
	}
	return fmt.Sprintf("%d recovery sheets, each for one member.", len(r.Members))
}

func (r Run) facts() []fact {
	rows := []fact{{"Issued on", day(r.IssuedAt, r.Location)}, {"Issued by", or(r.IssuedBy, nothing)}}
	if r.ApprovedBy != "" {
		rows = append(rows, fact{"Approved by", r.ApprovedBy})
	}
	return append(rows, fact{"Sheets", strconv.Itoa(len(r.Members))}, fact{"Numbers", r.numbers()})
}

func (r Run) advice() []string {
	return []string{
		"Fold each sheet at its lines, the codes inside, and put it into an envelope with a window.",
		"Give it to the member in person, and have them sign below.",
		"Mark it as handed over under Print runs, where you also see when the member has confirmed it.",
		"Void what you could not hand over, also under Print runs, and destroy it.",
		"Keep this list: it shows who has which sheet.",
	}
}

func (r Run) footer(page, pages int) string {
	return fmt.Sprintf("Countersign print run %d, page %d of %d", r.Number, page, pages)
}
