package sheet

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/text"
	"countersign/backend/words"
)

// RunText writes every sheet of the run as Text does, with a form feed between two, at
// which a printer begins a page.
//
// An error leaves an unusable beginning on w.
//
// Errors: ErrNoSheets, ErrCodes, ErrNumber, ErrRun, *FieldError, and the writer's.
func RunText(w io.Writer, r Run, sheets iter.Seq[Sheet]) error {
	if err := r.check(); err != nil {
		return err
	}
	between := ""
	for s, err := range r.each(sheets) {
		if err == nil {
			_, err = io.WriteString(w, between)
		}
		if err == nil {
			err = Text(w, s)
		}
		if err != nil {
			return err
		}
		between = "\f"
	}
	return nil
}

// CSV writes a row for each member under a row of headings, for a mail merge: what it is,
// the member, and the ten codes in columns of their own. It is UTF-8 with a byte order
// mark, by which spreadsheets know it, and lines end in CR LF (RFC 4180).
//
// Names are one line of harmless text. What a spreadsheet would take for a formula (OWASP, "CSV
// injection": = + - @, and their wide forms) has an apostrophe before it, which shows.
//
// An error leaves an unusable beginning on w.
//
// Errors: as RunText.
func CSV(w io.Writer, r Run, sheets iter.Seq[Sheet]) error {
	if err := r.check(); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("sheet: write the CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	var row []string
	for _, heading := range []words.Key{
		words.CsvWorkspace, words.CsvRun, words.CsvSheet, words.CsvName, words.CsvEmail, words.CsvIssuedOn, words.CsvIssuedBy, words.CsvCheckWord, words.CsvReplaces,
	} {
		row = append(row, in(r.Words).words.Text(heading, nil))
	}
	for i := range recovery.SetSize {
		row = append(row, in(r.Words).words.Text(words.CsvCode, words.Args{"n": i + 1}))
	}
	err := out.Write(row)
	for s, wrong := range r.each(sheets) {
		if wrong != nil {
			return wrong
		}
		replaces := ""
		if s.Replaces > 0 {
			replaces = strconv.Itoa(s.Replaces)
		}
		row = append(row[:0], cell(s.Workspace), strconv.Itoa(s.Run), strconv.Itoa(s.Number), cell(s.Name), cell(s.Email),
			inPlace(s.IssuedAt, s.Location).Format(time.DateOnly), cell(s.IssuedBy), cell(s.CheckWord), replaces)
		for _, c := range s.Codes {
			row = append(row, c.Display())
		}
		if err == nil {
			err = out.Write(row)
		}
		if out.Flush(); err == nil {
			err = out.Error()
		}
		if err != nil {
			return fmt.Errorf("sheet: write the CSV: %w", err)
		}
	}
	return nil
}

// cell keeps a spreadsheet from calculating what somebody's name says. Tabs and line breaks
// are spaces by then.
func cell(s string) string {
	if s = text.Line(s); strings.ContainsAny(s[:min(1, len(s))], "=+-@") || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") || strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠") {
		return "'" + s
	}
	return s
}

// The form of JSON. A change that an old reader would misread gets another version.
const (
	runForm    = "countersign recovery sheets"
	runVersion = 1
)

// runHead is what JSON says before the sheets.
type runHead struct {
	Form       string `json:"form"`    // "countersign recovery sheets"
	Version    int    `json:"version"` // 1
	Workspace  string `json:"workspace"`
	Run        int    `json:"run"`
	IssuedAt   string `json:"issuedAt"` // RFC 3339, UTC
	IssuedBy   string `json:"issuedBy"`
	ApprovedBy string `json:"approvedBy"` // empty where one person was enough
	Reason     string `json:"reason"`
	LogHead    string `json:"logHead"`
	LogEvent   int64  `json:"logEvent,omitempty"`
	LogCode    string `json:"logCode,omitempty"` // as of that event
	SigningKey string `json:"signingKey"`
}

// runSheet is one of the sheets.
type runSheet struct {
	Sheet     int      `json:"sheet"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	CheckWord string   `json:"checkWord"`
	Replaces  int      `json:"replaces"` // 0: none
	Codes     []string `json:"codes"`    // ten, as they are printed, in their order
}

// JSON writes the run as one object for programs: the members of runHead, and "sheets", an
// array of objects in the order of the run, each on a line of its own. Texts are as they were
// entered, not cleaned: whoever shows them has to see to that.
//
// An error leaves an unusable beginning on w.
//
// Errors: as RunText.
func JSON(w io.Writer, r Run, sheets iter.Seq[Sheet]) error {
	if err := r.check(); err != nil {
		return err
	}
	head, err := json.Marshal(runHead{
		Form: runForm, Version: runVersion, Workspace: r.Workspace, Run: r.Number, IssuedAt: r.IssuedAt.UTC().Format(time.RFC3339),
		IssuedBy: r.IssuedBy, ApprovedBy: r.ApprovedBy, Reason: r.Reason, LogHead: r.LogHead, LogEvent: r.LogEvent, LogCode: r.LogCode, SigningKey: r.SigningKey,
	})
	if err != nil {
		return fmt.Errorf("sheet: encode the run: %w", err)
	}
	before := string(head[:len(head)-1]) + ",\"sheets\":[\n"
	for s, err := range r.each(sheets) {
		if err != nil {
			return err
		}
		one := runSheet{Sheet: s.Number, Name: s.Name, Email: s.Email, CheckWord: s.CheckWord, Replaces: s.Replaces}
		for _, c := range s.Codes {
			one.Codes = append(one.Codes, c.Display())
		}
		line, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("sheet: encode a sheet: %w", err)
		}
		if _, err := io.WriteString(w, before+string(line)); err != nil {
			return fmt.Errorf("sheet: write the JSON: %w", err)
		}
		before = ",\n"
	}
	if _, err := io.WriteString(w, "\n]}\n"); err != nil {
		return fmt.Errorf("sheet: write the JSON: %w", err)
	}
	return nil
}
