package main

import (
	"crypto/rand"
	"io"
	"slices"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/sheet"
)

// fonts draws a page: the fonts of sheets are in the program.
func (x *examination) fonts() {
	codes, err := recovery.Generate(rand.Reader)
	if err == nil {
		now := x.now()
		err = sheet.InvitationPDF(io.Discard, slices.Values([]sheet.Invitation{{
			Workspace: "Countersign", Name: "Doctor", Email: "doctor@example.com", Code: codes[0], IssuedAt: now, ExpiresAt: now.Add(time.Hour),
		}}), sheet.A4)
	}
	if err != nil {
		x.wrong("fonts", "A page can’t be drawn: "+err.Error()+".", "Install countersignctl again: its file is damaged.")
		return
	}
	x.ok("fonts", "Sheets bring their own: Latin, Greek and Cyrillic. In the window, other scripts need the system's fonts.")
}

// clockRight says how far a clock that is not wrong can be trusted.
func (x *examination) clockRight(now time.Time) {
	at := now.Format("2006-01-02 15:04:05 -07:00")
	kept, known := synchronised()
	switch {
	case !known:
		x.ok("clock", "It says %s. Compare it with your phone.", at)
	case kept:
		x.ok("clock", "It says %s. Automatic time sync is on.", at)
	default: // which may be so on purpose: a virtual machine takes it from its host
		x.ok("clock", "It says %s. Automatic time sync is off. Compare it with your phone.", at)
		x.findings[len(x.findings)-1].Mend = clockMend
	}
}
