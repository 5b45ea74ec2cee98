package sheet_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/sheet"
)

var people = []string{
	"Chidi Nwosu", "Sam Lee", "Ελένη Παπαδοπούλου", "Святослав Їжакевич-Щербина", "Nguyễn Thị Ánh Tuyết", "Łucja Żółć", "Şükrü Öğütçü",
}

// issued is a print run of n sheets, with the first the design's.
func issued(t testing.TB, n int) (sheet.Run, []sheet.Sheet) {
	t.Helper()
	r := sheet.Run{
		Number: 28, Workspace: "Northwind Legal", IssuedAt: time.Date(2026, 11, 12, 9, 41, 0, 0, time.UTC), IssuedBy: "Amara Okafor",
		Reason:   "Yearly renewal: the sheets of last November are to be replaced.",
		LogHead:  "412:9f2c41d8a07be36652c1f0e4ab93d7185e6a2c04bb7f91d3e85a6c0f27d4b913",
		LogEvent: 412, LogCode: "B7KQ-2XWD-M4TA-Z6RC",
		SigningKey: "ZT0J-R4QK-ND6E-DB2X-PTDC-6MQS-0V5H-P4FF",
	}
	var sheets []sheet.Sheet
	for i := range n {
		s := printed(t)
		if i > 0 {
			s.Number, s.Replaces, s.Name, s.CheckWord = 443+i, 118+i, people[i%len(people)], "harbour"
			s.Email = fmt.Sprintf("person.%d@example.com", i)
			s.Codes = nil
			for j := range recovery.SetSize {
				c, err := recovery.Parse(secret.NewText(fmt.Sprintf("%08d%08d", i, j)))
				if err != nil {
					t.Fatal(err)
				}
				s.Codes = append(s.Codes, c)
			}
		}
		sheets = append(sheets, s)
		r.Members = append(r.Members, sheet.Member{Sheet: s.Number, Name: s.Name, Email: s.Email})
	}
	return r, sheets
}

func all(sheets []sheet.Sheet) iter.Seq[sheet.Sheet] { return slices.Values(sheets) }
