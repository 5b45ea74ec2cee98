package sheet_test

import (
	"testing"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/sheet"
)

// codesOfTheDesign are those of the design's picture.
var codesOfTheDesign = []string{
	"P4XW-8NJC-R2HE-0TVM", "DK6Z-31YF-QB9A-S7GN", "0HTR-WV5M-J8XP-4CE2", "N7QA-GD3K-6ZFY-B1SW", "YV2J-M9TX-5R0C-HPK8",
	"3BGE-7FSN-WA4D-XQ6Z", "T8CM-0PVY-92KJ-EG5H", "Q1ZD-6RWB-NX7F-3MTA", "FS9K-4JHP-VC2Y-8D0R", "6EWN-XA1G-K5QT-ZB7V",
}

// printed is the sheet of the design's picture.
func printed(t testing.TB) sheet.Sheet {
	t.Helper()
	s := sheet.Sheet{
		Number: 443, Run: 28, Workspace: "Northwind Legal", Name: "Chidi Nwosu", Email: "chidi.nwosu@example.com",
		IssuedAt: time.Date(2026, 11, 12, 9, 41, 0, 0, time.UTC), IssuedBy: "Amara Okafor", Replaces: 118, CheckWord: "lantern",
	}
	for _, shown := range codesOfTheDesign {
		c, err := recovery.Parse(secret.NewText(shown))
		if err != nil {
			t.Fatal(err)
		}
		s.Codes = append(s.Codes, c)
	}
	return s
}

// own is a sheet that somebody issued to themselves.
func own(t testing.TB) sheet.Sheet {
	t.Helper()
	s := printed(t)
	s.Number, s.Run, s.Replaces, s.CheckWord, s.IssuedBy = 3, 0, 0, "", s.Name
	return s
}
