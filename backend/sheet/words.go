package sheet

import (
	"fmt"
	"strconv"
	"time"
)

// The words of a sheet, the same on paper and in text. Short sentences, the reader in
// the second person, nothing in capitals.
const (
	title   = "Your recovery codes"
	lead    = "Each code works once, in place of the verification code from your phone. Tick it when you have used it."
	advice  = "What to do with this sheet"
	nothing = "–" // an en dash for what is not there
)

// fact is a row beside the name.
type fact struct{ label, value string }

func (s Sheet) facts() []fact {
	rows := []fact{{"Sheet", strconv.Itoa(s.Number)}}
	if s.Run > 0 {
		rows = append(rows, fact{"Print run", strconv.Itoa(s.Run)})
	}
	rows = append(rows, fact{"Issued on", s.date()})
	if s.IssuedBy != "" {
		rows = append(rows, fact{"Issued by", s.IssuedBy})
	}
	return rows
}

// date is the day on which the sheet was issued, where it was issued.
func (s Sheet) date() string { return day(s.IssuedAt, s.Location) }

func day(at time.Time, where *time.Location) string {
	return inPlace(at, where).Format("2 January 2006")
}

func inPlace(at time.Time, where *time.Location) time.Time {
	if where == nil {
		where = time.UTC
	}
	return at.In(where)
}

func (s Sheet) advice() []string {
	lost := "If you lose this sheet, ask an admin for a new one. The codes on this one then stop working."
	if s.Run == 0 {
		lost = "If you lose this sheet, get new codes under Settings, Profile. The codes on this one then stop working."
	}
	return []string{
		"Keep it with your important papers, not with your phone.",
		"Without your phone, sign in with your password, choose “Use a recovery code” and type the next code without a tick. Capitals and dashes do not matter.",
		fmt.Sprintf("Give the codes to nobody. Nobody at %s will ask.", or(s.Workspace, "your workspace")),
		lost,
	}
}

// box is what the frame says: what it is about, the word that is typed or compared, and
// what to do with it.
func (s Sheet) box() (about, word, what string) {
	if s.CheckWord != "" {
		return "Check word", s.CheckWord, "Type it under Settings, Profile to say that this sheet has reached you."
	}
	return "Is this sheet still good?", fmt.Sprintf("Sheet %d", s.Number),
		"Settings, Profile shows the number of the sheet that works. If it shows another, destroy this one."
}

func (s Sheet) footer() (left, right string) {
	left = fmt.Sprintf("Countersign recovery sheet %d", s.Number)
	if s.Replaces > 0 {
		right = fmt.Sprintf("Replaces sheet %d, whose codes no longer work", s.Replaces)
	}
	return left, right
}

// or returns s, or instead when s is empty.
func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
