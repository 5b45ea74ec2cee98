package memberimport

import (
	"slices"
	"strings"
)

// shape is how a file is laid out: where in a row things are, -1 for nowhere.
type shape struct {
	delimiter               rune
	separator               bool // the first line says sep= and is skipped
	header                  bool
	name, last, email, role int
	language                int
}

// skip is how many rows that are not blank come before the first person.
func (s shape) skip() (n int) {
	for _, yes := range []bool{s.separator, s.header} {
		if yes {
			n++
		}
	}
	return n
}

var delimiters = []rune{',', ';', '\t', '|'}

// sampleRows is how many rows are looked at.
const sampleRows = 50

// findShape reads a sample with each delimiter and takes the one that makes sense of it.
func findShape(sample []rune) (shape, error) {
	try, said := delimiters, false
	if d, ok := saidSeparator(sample); ok {
		try, said = []rune{d}, true
	}
	var best shape
	score, columns, named, nobody := 0, 0, false, false
	for _, d := range try {
		rows := firstRows(sample, d)
		if said && len(rows) > 0 {
			rows = rows[1:]
		}
		if len(rows) == 0 {
			nobody = true
			continue
		}
		columns = max(columns, len(rows[0]))
		if s, ok := byHeadings(rows[0]); ok {
			if s.name < 0 && s.last < 0 {
				named = true
				continue
			}
			s.delimiter, s.separator = d, said
			if points := 1000 + len(rows[0]); points > score {
				best, score = s, points
			}
			continue
		}
		points := 0
		for _, row := range rows {
			if len(row) > 1 && looksLikeEmail(row[1].text) {
				points++
			}
		}
		if points > score {
			best, score = shape{delimiter: d, separator: said, name: 0, last: -1, email: 1, role: 2, language: -1}, points
		}
	}
	switch {
	case score > 0:
		return best, nil
	case nobody:
		return shape{}, ErrEmpty
	case columns < 2:
		return shape{}, ErrOneColumn
	case named:
		return shape{}, ErrNoName
	}
	return shape{}, ErrNoEmail
}

// saidSeparator reads the line with which a spreadsheet is told the delimiter.
func saidSeparator(sample []rune) (rune, bool) {
	if len(sample) < 6 || !strings.EqualFold(string(sample[:4]), "sep=") || sample[5] != '\n' && sample[5] != '\r' {
		return 0, false
	}
	return sample[4], slices.Contains(delimiters, sample[4])
}

func firstRows(sample []rune, delimiter rune) (rows [][]cell) {
	from := runes(sample)
	p := parser{from: &from, delimiter: delimiter, line: 1}
	for len(rows) < sampleRows {
		cells, _, err := p.record()
		if err != nil {
			break
		}
		if !blank(cells) {
			rows = append(rows, slices.Clone(cells))
		}
	}
	return rows
}

// looksLikeEmail is enough to know a column by; whether it is one is judged elsewhere.
func looksLikeEmail(s string) bool {
	local, domain, ok := strings.Cut(strings.TrimSpace(s), "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, ",;|\t\n")
}

// The headings in common use, as heading writes them.
var (
	headName  = []string{"name", "fullname", "displayname", "member", "membername", "person", "user"}
	headFirst = []string{"firstname", "first", "givenname", "given", "forename"}
	headLast  = []string{"lastname", "last", "surname", "familyname", "family"}
	headEmail = []string{"email", "mail", "emailaddress", "mailaddress", "emailid", "workemail", "primaryemail", "useremail", "memberemail"}
	headRole  = []string{"role", "userrole", "memberrole", "workspacerole"}

	headLanguage = []string{"language", "lang", "locale", "preferredlanguage", "memberlanguage"}
)

// heading makes one of all spellings of a heading: "E-Mail address [Required]" is emailaddress.
func heading(s string) string {
	if i := strings.IndexAny(s, "[(*:"); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n\u00a0_-.'’", r) {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// byHeadings finds the columns, if the row names that of the emails.
func byHeadings(row []cell) (shape, bool) {
	find := func(spellings []string) int {
		return slices.IndexFunc(row, func(c cell) bool { return slices.Contains(spellings, heading(c.text)) })
	}
	s := shape{header: true, name: find(headName), last: -1, email: find(headEmail), role: find(headRole), language: find(headLanguage)}
	if s.name < 0 {
		s.name, s.last = find(headFirst), find(headLast)
	}
	return s, s.email >= 0
}
