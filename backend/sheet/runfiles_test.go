package sheet_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"countersign/backend/sheet"
)

func TestRunFiles_HaveTheAgreedForm(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 3)
	for form, name := range map[string]string{"text": "run.txt", "CSV": "run.csv", "JSON": "run.json"} {
		var b bytes.Buffer
		if err := writers[form](&b, r, all(sheets)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s differs (%v); -update writes it anew:\n%s", file, err, b.String())
		}
	}
}

// rows reads a CSV as a spreadsheet does.
func rows(t *testing.T, r sheet.Run, sheets []sheet.Sheet) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.CSV(&b, r, all(sheets)); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked || strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r\n") != len(sheets)+1 {
		t.Errorf("no mark, or lines that end otherwise: %q", text)
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCSV_RowHasTheMemberAndTenCodes(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 2)
	sheets[1].Replaces = 0
	got := rows(t, r, sheets)
	want := append([]string{"Northwind Legal", "28", "443", "Chidi Nwosu", "chidi.nwosu@example.com", "2026-11-12", "Amara Okafor", "lantern", "118"}, codesOfTheDesign...)
	if strings.Join(got[1], "|") != strings.Join(want, "|") || len(got[0]) != len(want) || got[0][9] != "Code 1" || got[2][8] != "" {
		t.Errorf("%q", got)
	}
}

func TestCSV_NamesAreNeverFormulas(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"=cmd|'/c calc'!A1": "'=cmd|'/c calc'!A1", "+1+1": "'+1+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'=1", "\r=1": "'=1", "\n=1": "'=1", " =1": "'=1", "\u200b=1": "'=1",
		"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x", "a=1": "a=1", "O'Neill, \"Bob\"": "O'Neill, \"Bob\"", "a;b": "a;b", "Amara\nOkafor": "Amara Okafor", "": "", "'": "'", "Müller": "Müller",
	} {
		r, sheets := issued(t, 1)
		s := &sheets[0]
		s.Name, s.Email, s.Workspace, s.IssuedBy, s.CheckWord = name, name, name, name, name
		r.Members[0].Name, r.Members[0].Email = name, name
		row := rows(t, r, sheets)[1]
		for _, column := range []int{0, 3, 4, 6, 7} {
			if row[column] != want {
				t.Errorf("%q becomes %q in column %d", name, row[column], column+1)
			}
		}
	}
}

func TestRunFiles_HostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, len(hostile))
	for i, name := range hostile {
		r.Members[i].Name, sheets[i].Name = name, name
	}
	for _, row := range rows(t, r, sheets)[1:] {
		for _, c := range row {
			if strings.ContainsFunc(c, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) || c != "" && strings.ContainsAny(c[:1], "=+-@") {
				t.Errorf("%q", c)
			}
		}
	}
	var b bytes.Buffer
	if err := sheet.JSON(&b, r, all(sheets)); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte("\n")); n != len(hostile)+2 || bytes.ContainsFunc(bytes.ReplaceAll(b.Bytes(), []byte("\n"), nil), unicode.IsControl) {
		t.Errorf("a name breaks the lines of the JSON: %d lines", n)
	}
	var back struct{ Sheets []struct{ Name string } }
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	for i, s := range back.Sheets {
		if want := strings.ToValidUTF8(hostile[i], "\ufffd"); s.Name != want && hostile[i] != "\xff\xfeAmara" {
			t.Errorf("%q comes back as %q", hostile[i], s.Name)
		}
	}
}

func TestJSON_ReadsBack(t *testing.T) {
	t.Parallel()
	r, sheets := issued(t, 2)
	r.ApprovedBy = "Sam Lee"
	var b bytes.Buffer
	if err := sheet.JSON(&b, r, all(sheets)); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Form, Workspace, IssuedAt, IssuedBy, ApprovedBy, Reason, LogHead, LogCode, SigningKey string

		LogEvent     int64
		Version, Run int
		Sheets       []struct {
			Sheet, Replaces        int
			Name, Email, CheckWord string
			Codes                  []string
		}
	}
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if back.Form != "countersign recovery sheets" || back.Version != 1 || back.Run != 28 || back.IssuedAt != "2026-11-12T09:41:00Z" || back.ApprovedBy != "Sam Lee" || back.LogHead != r.LogHead || back.LogEvent != 412 || back.LogCode != r.LogCode || back.SigningKey != r.SigningKey {
		t.Errorf("%+v", back)
	}
	if s := back.Sheets[0]; len(back.Sheets) != 2 || s.Sheet != 443 || s.Replaces != 118 || s.CheckWord != "lantern" || strings.Join(s.Codes, "|") != strings.Join(codesOfTheDesign, "|") {
		t.Errorf("%+v", back.Sheets)
	}
}

func FuzzRun(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, "chidi@example.com", "Yearly renewal")
	}
	f.Fuzz(func(t *testing.T, name, email, reason string) {
		r, sheets := issued(t, 2)
		r.Reason, r.Members[0].Name, r.Members[0].Email, sheets[0].Name, sheets[0].Email = reason, name, email, name, email
		var good []string
		for form, write := range writers {
			var b bytes.Buffer
			err := write(&b, r, all(sheets))
			if err == nil {
				good = append(good, form)
			}
			if form == "JSON" && err == nil && !json.Valid(b.Bytes()) {
				t.Errorf("no JSON: %s", b.String())
			}
		}
		if len(good) != 0 && len(good) != len(writers) {
			t.Fatalf("only %v are written", good)
		}
		if len(good) == 0 {
			return
		}
		for _, row := range rows(t, r, sheets) {
			for _, c := range row {
				if c != "" && strings.ContainsAny(c[:1], "=+-@") || strings.ContainsFunc(c, unicode.IsControl) {
					t.Errorf("%q", c)
				}
			}
		}
	})
}
