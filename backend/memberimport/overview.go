package memberimport

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"countersign/backend/words"
)

// Person is a row of the overview. Times that are zero are left out.
type Person struct {
	Name         string
	Email        string
	Role         string
	State        string
	TwoFactor    string // on, off, overdue
	Required     string // whether 2FA is: no, yes, or the day from which on
	CodesLeft    int
	Sheet        int // 0 for none; then there are no codes either
	IssuedAt     time.Time
	HandedOver   time.Time
	Acknowledged time.Time
	LastSignIn   time.Time
	Language     string // a tag; empty: none is known
}

var overviewHeadings = []words.Key{
	words.CsvName, words.CsvEmail, words.CsvRole, words.CsvState, words.CsvTwoFactor, words.CsvRequired, words.CsvCodesLeft, words.CsvSheet, words.CsvIssued,
	words.CsvHandedOver, words.CsvAcknowledged, words.CsvLastSignIn, words.CsvLanguage,
}

// WriteOverview writes people as CSV under headings in a language. It is UTF-8 with a byte order mark, by which
// spreadsheets know it, and lines end in CR LF (RFC 4180); times are of where. What a
// spreadsheet would take for a formula (OWASP, "CSV injection": = + - @ tab CR at the
// start, and their wide forms) has an apostrophe before it, which shows.
//
// An error, the writer's, leaves an unusable beginning on w.
func WriteOverview(w io.Writer, language *words.Catalogue, people iter.Seq[Person], where *time.Location) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("memberimport: write the overview: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var headings []string
	for _, key := range overviewHeadings {
		headings = append(headings, language.Text(key, nil))
	}
	err := out.Write(headings)
	day := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.In(where).Format("2006-01-02 15:04")
	}
	for p := range people {
		if err != nil {
			break
		}
		codes, sheet := "", ""
		if p.Sheet > 0 {
			codes, sheet = strconv.Itoa(p.CodesLeft), strconv.Itoa(p.Sheet)
		}
		err = out.Write([]string{
			harmless(p.Name), harmless(p.Email), harmless(p.Role), harmless(p.State), harmless(p.TwoFactor), harmless(p.Required), codes, sheet,
			day(p.IssuedAt), day(p.HandedOver), day(p.Acknowledged), day(p.LastSignIn), harmless(p.Language),
		})
	}
	if out.Flush(); err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("memberimport: write the overview: %w", err)
	}
	return nil
}

// templateHeadings name the columns that Read looks for.
var templateHeadings = []string{headName[0], headEmail[0], headRole[0], headLanguage[0]}

// WriteTemplate writes an empty list with the columns that Read looks for, as WriteOverview writes
// one. It has no example: one that is forgotten in it would be added.
func WriteTemplate(w io.Writer) error {
	_, err := io.WriteString(w, "\ufeff"+strings.Join(templateHeadings, ",")+"\r\n")
	return err
}

// harmless keeps a spreadsheet from calculating what somebody's name says.
func harmless(s string) string {
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, sign) {
			return "'" + s
		}
	}
	return s
}
