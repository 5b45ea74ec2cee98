package memberimport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"countersign/backend/memberimport"
	"countersign/backend/words"
)

func read(t *testing.T, content string) memberimport.List {
	t.Helper()
	list, err := memberimport.Read(strings.NewReader(content), 100)
	if err != nil {
		t.Fatalf("%.60q: %v", content, err)
	}
	return list
}

func refused(t *testing.T, content string, want error) {
	t.Helper()
	if list, err := memberimport.Read(strings.NewReader(content), 100); !errors.Is(err, want) {
		t.Errorf("%.60q: got %d rows and %v, want %v", content, len(list.Rows), err, want)
	}
}

// people are the rows as one text: name <email> role.
func people(l memberimport.List) (all []string) {
	for _, r := range l.Rows {
		all = append(all, fmt.Sprintf("%s <%s> %s", r.Name, r.Email, r.Role))
	}
	return all
}

var two = []string{"Chidi Nwosu <chidi@example.com> member", "Zoë Löfgren <zoe@example.com> admin"}

func TestRead_FindsEachDelimiter(t *testing.T) {
	t.Parallel()
	for _, d := range []string{",", ";", "\t", "|"} {
		content := strings.ReplaceAll("Name/Email/Role\nChidi Nwosu/chidi@example.com/\nZoë Löfgren/zoe@example.com/Admin\n", "/", d)
		list := read(t, content)
		if got := people(list); !reflect.DeepEqual(got, two) || string(list.Delimiter) != d || !list.Header {
			t.Errorf("%q: %v, delimiter %q", d, got, list.Delimiter)
		}
	}
	list := read(t, "name;email\n\"Nwosu, Chidi\";chidi@example.com\n\"Okafor, Amara\";amara@example.com\n")
	if list.Delimiter != ';' || list.Rows[0].Name != "Nwosu, Chidi" {
		t.Errorf("commas in names: %+v", list)
	}
	if list := read(t, "sep=|\r\nname|email\r\nChidi|chidi@example.com\r\n"); list.Delimiter != '|' || len(list.Rows) != 1 || list.Rows[0].Line != 3 {
		t.Errorf("with a line that says so: %+v", list)
	}
}

func TestRead_TakesEachEncoding(t *testing.T) {
	t.Parallel()
	content := "Name,Email,Role\r\nChidi Nwosu,chidi@example.com,\r\nZoë Löfgren,zoe@example.com,ADMIN\r\n"
	wide := func(order func(u uint16) []byte) string {
		var b strings.Builder
		for _, u := range utf16.Encode([]rune("\ufeff" + content)) {
			b.Write(order(u))
		}
		return b.String()
	}
	for name, file := range map[string]string{
		"UTF-8":        content,
		"UTF-8 ":       "\ufeff" + content,
		"UTF-16":       wide(func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }),
		"UTF-16 ":      wide(func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }),
		"Windows-1252": strings.NewReplacer("ë", "\xeb", "ö", "\xf6").Replace(content),
	} {
		list := read(t, file)
		if got := people(list); !reflect.DeepEqual(got, two) || list.Encoding != strings.TrimSpace(name) {
			t.Errorf("%s: %v as %s", name, got, list.Encoding)
		}
	}
	if got := read(t, "Name,Email\nJos\xe9 \x93Pepe\x94,jose@example.com\n").Rows[0].Name; got != "José “Pepe”" {
		t.Errorf("Windows-1252: %q", got)
	}
}

func TestRead_FindsColumnsByTheirHeadings(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"E-MAIL,Phone,Full name,ROLE\nchidi@example.com,+1 555,Chidi Nwosu,\nzoe@example.com,,Zoë Löfgren,aDmin",
		"role;Mail;Display Name\n;chidi@example.com;Chidi Nwosu\nadmin;zoe@example.com;Zoë Löfgren",
		"First Name [Required],Last Name [Required],Email Address [Required],Role\nChidi,Nwosu,chidi@example.com,member\nZoë,Löfgren,zoe@example.com,Admin\n",
		"surname\tgiven_name\temail address\trole\nNwosu\tChidi\tchidi@example.com\t\nLöfgren\tZoë\tzoe@example.com\tadmin",
		"Chidi Nwosu,chidi@example.com\nZoë Löfgren,zoe@example.com,admin\n",
		"\n\n\"Name\" , \"Email\",\"Role\"\n\n ,, \nChidi Nwosu, chidi@example.com ,member\n\r\n\"Zoë\nLöfgren\",\"zoe@example.com\",admin\n\n",
	} {
		if got := people(read(t, content)); !reflect.DeepEqual(got, two) {
			t.Errorf("%q: %q", content, got)
		}
	}
}

func TestRead_LanguageIsATagWithoutItsRegion(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": "", "ja": "ja", " DE ": "de", "de-AT": "de", "pt_BR.UTF-8": "pt", "German": "german"} {
		for _, heading := range []string{"Language", "LANG", "locale", "Preferred language", "member_language"} {
			list := read(t, heading+",Email,Name\n"+given+",kim@example.com,Kim\n")
			if got := list.Rows[0]; got.Language != want || got.Name != "Kim" || got.Role != memberimport.DefaultRole {
				t.Errorf("%s %q: %+v", heading, given, got)
			}
		}
	}
	if list := read(t, "Kim,kim@example.com,member,ja\n"); list.Rows[0].Language != "" {
		t.Errorf("without headings: %+v", list.Rows)
	}
}

func TestRead_QuotedCellsHoldDelimitersLinesAndQuotes(t *testing.T) {
	t.Parallel()
	list := read(t, "name,email\r\n\"O\"\"Hara, Kim\r\nof the night shift\",kim@example.com\rAmara \"AJ\" Okafor,amara@example.com\n")
	want := []memberimport.Row{
		{Line: 2, Name: `O"Hara, Kim of the night shift`, Email: "kim@example.com", Role: "member"},
		{Line: 4, Name: `Amara "AJ" Okafor`, Email: "amara@example.com", Role: "member"},
	}
	if !reflect.DeepEqual(list.Rows, want) {
		t.Errorf("%+v", list.Rows)
	}
	list = read(t, "name,email\nChidi,chidi@example.com\n\"Zoë,zoe@example.com\nKim,kim@example.com\n")
	if len(list.Rows) != 2 || list.Rows[1].Problem != (memberimport.Problem{Code: memberimport.QuoteOpen, Field: "name"}) || list.Rows[1].Line != 3 {
		t.Errorf("a quotation mark that nobody closes: %+v", list.Rows)
	}
}

func TestRead_EachWrongFileHasItsError(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]error{
		"": memberimport.ErrEmpty, "\n\r\n ,, \n": memberimport.ErrEmpty, "\ufeff": memberimport.ErrEmpty, "name,email\n\n": memberimport.ErrEmpty,
		"PK\x03\x04\x14\x00\x06\x00": memberimport.ErrSpreadsheet, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": memberimport.ErrSpreadsheet,
		"\x89PNG\r\n\x1a\n\x00\x00": memberimport.ErrNotText, "%PDF-1.7\n": memberimport.ErrNotText, "name,email\na\x00b,c@example.com": memberimport.ErrNotText,
		"name,email\nZoë,zoe@example.com\nJos\xe9,jose@example.com\n": memberimport.ErrNotText, // two encodings in one file
		"name,email\nJos\xe9,jose@example.com\nX\x81,x@example.com\n": memberimport.ErrNotText,
		"\xff\xfea": memberimport.ErrNotText, "\xff\xfe\x00\xd8a\x00": memberimport.ErrNotText, "\xff\xfe\x00\xd8": memberimport.ErrNotText,
		"name:email:role\nChidi:chidi@example.com:member\n": memberimport.ErrOneColumn, "email\nchidi@example.com\n": memberimport.ErrOneColumn,
		"name,phone\nChidi,+1 555\n": memberimport.ErrNoEmail, "email,phone\nchidi@example.com,+1 555\n": memberimport.ErrNoName,
		"name,email\n" + strings.Repeat("Chidi,chidi@example.com\n", 101): memberimport.ErrTooMany,
	} {
		refused(t, content, want)
	}
	if list := read(t, "name,email\n"+strings.Repeat("Chidi,chidi@example.com\n", 100)); len(list.Rows) != 100 {
		t.Errorf("%d rows", len(list.Rows))
	}
	broken := errors.New("the stick was pulled out")
	if _, err := memberimport.Read(io.MultiReader(strings.NewReader("name,email\nChidi,"), failing{broken}), 100); !errors.Is(err, broken) {
		t.Errorf("a reader's error: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// endless gives a text again and again, n bytes in all.
type endless struct {
	text string
	at   int
	left int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), e.left)], e.text[e.at:])
	e.at, e.left = (e.at+n)%len(e.text), e.left-n
	return n, nil
}

func TestRead_OverlongCellIsAProblemOfItsRow(t *testing.T) {
	t.Parallel()
	list, err := memberimport.Read(io.MultiReader(strings.NewReader("name,email\nChidi,chidi@example.com\n"), &endless{text: "ä", left: 2_000_000},
		strings.NewReader(",long@example.com\nZoë,zoe@example.com\n"), &endless{text: ",x", left: 2_000_000}), 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Rows) != 4 || list.Rows[1].Problem != (memberimport.Problem{Code: memberimport.CellLong, Field: "name"}) || list.Rows[1].Email != "long@example.com" ||
		list.Rows[2].Problem.Code != "" {
		t.Errorf("%+v", list.Rows)
	}
	if n := len([]rune(list.Rows[1].Name)); n > 50 {
		t.Errorf("%d characters of it are kept", n)
	}
}

// It is measured what reading allocates in all, which bounds what it keeps.
func TestRead_MemoryIsBounded(t *testing.T) { // not parallel: it measures
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := memberimport.Read(&endless{text: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", left: memberimport.MaxSize + 1}, 100)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, memberimport.ErrOneColumn) {
		t.Errorf("one cell: %v", err)
	}
	_, err = memberimport.Read(io.MultiReader(strings.NewReader("name,email\n\"Chidi,"), &endless{text: "x", left: memberimport.MaxSize}), 100)
	if !errors.Is(err, memberimport.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d MiB were allocated for a file that has nobody in it", used>>20)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"name,email\nChidi,chidi@example.com\n", "\ufeffname;email\r\n\"a\"\"b\";c@d.e", "\xff\xfen\x00a\x00,\x00", "sep=|\na|b@c.d", "a\tb@c.d\t\xe9", "\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		list, err := memberimport.Read(strings.NewReader(string(content)), 20)
		if err != nil {
			if len(list.Rows) > 0 {
				t.Error("rows beside an error")
			}
			return
		}
		if len(list.Rows) == 0 || len(list.Rows) > 20 {
			t.Fatalf("%d rows", len(list.Rows))
		}
		last := 0
		for _, r := range list.Rows {
			if r.Line <= last || r.Role == "" || strings.ContainsAny(r.Name+r.Email, "\r\n") {
				t.Fatalf("after line %d: %+v", last, r)
			}
			last = r.Line
			for _, s := range []string{r.Name, r.Email, r.Role} {
				if n := len([]rune(s)); n > 2*memberimport.MaxCell+1 {
					t.Fatalf("%d characters", n)
				}
			}
		}
	})
}

func TestWriteOverview_ReadsBack(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := memberimport.WriteOverview(&b, words.English(), sample(), clock.Location()); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/overview.csv")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("it is\n%s", b.String())
	}
	list := read(t, b.String())
	if got := people(list); got[0] != "Amara Okafor <amara@example.com> owner" || got[1] != "'=HYPERLINK(\"//x\") <'+49@example.com> member" {
		t.Errorf("%q", got)
	}
	if err := memberimport.WriteOverview(full{}, words.English(), sample(), clock.Location()); err == nil {
		t.Error("nobody says that nothing was written")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteTemplate_IsReadAsItIsFilledIn(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := memberimport.WriteTemplate(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := memberimport.Read(bytes.NewReader(b.Bytes()), 10); !errors.Is(err, memberimport.ErrEmpty) {
		t.Errorf("an empty one: %v", err)
	}
	b.WriteString("Zoë Lindqvist,zoe@example.com,admin,sv\r\nPriya Raman,priya@example.com,\r\n")
	list, err := memberimport.Read(&b, 10)
	if err != nil || !list.Header || list.Encoding != "UTF-8" || len(list.Rows) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	want := memberimport.Row{Line: 2, Name: "Zoë Lindqvist", Email: "zoe@example.com", Role: "admin", Language: "sv"}
	if list.Rows[0] != want || list.Rows[1].Role != memberimport.DefaultRole {
		t.Errorf("%+v", list.Rows)
	}
}
