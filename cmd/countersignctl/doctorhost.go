package main

import (
	"crypto/rand"
	"io"
	"slices"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/sheet"
	"countersign/backend/words"
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
		x.wrong("fonts", say(words.TerminalDoctorFontsWrong, words.Args{"why": err}), say(words.TerminalDoctorFontsInstall, nil))
		return
	}
	x.ok("fonts", say(words.TerminalDoctorFontsGood, nil))
}

// clockRight says how far a clock that is not wrong can be trusted.
func (x *examination) clockRight(now time.Time) {
	at := words.Args{"now": now.Format("2006-01-02 15:04:05 -07:00")}
	kept, known := synchronised()
	switch {
	case !known:
		x.ok("clock", say(words.TerminalDoctorClockUnknown, at))
	case kept:
		x.ok("clock", say(words.TerminalDoctorClockKept, at))
	default: // which may be so on purpose: a virtual machine takes it from its host
		x.ok("clock", say(words.TerminalDoctorClockFree, at))
		x.findings[len(x.findings)-1].Mend = say(words.TerminalDoctorClockTurnOn, words.Args{"command": turnSyncOn})
	}
}
