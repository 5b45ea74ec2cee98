package app

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// importing is a window whose person imports members.
type importing struct {
	*window
	in  SignedIn
	imp *Import
}

func newImporting(t *testing.T) *importing {
	t.Helper()
	w := newWindow(t)
	return &importing{w, w.create(), &Import{w.s}}
}

// choose makes the next dialog answer with a file that has this content.
func (i *importing) choose(content string) {
	i.Helper()
	i.desk.openFrom = filepath.Join(i.TempDir(), "people.csv")
	i.ok(os.WriteFile(i.desk.openFrom, []byte(content), 0o600))
}

func (i *importing) pick(content string) ImportView {
	i.Helper()
	i.choose(content)
	view, err := i.imp.Pick(i.in.Token)
	i.ok(err)
	return view
}

func (i *importing) run(onlyGood bool) (ImportOutcome, error) {
	i.Helper()
	return i.imp.Run(i.in.Token, onlyGood, i.page.proof(pass, "none", ""))
}

// members are the emails of everybody in the workspace.
func (i *importing) members() []string {
	i.Helper()
	view, err := (&Members{i.s}).List(i.in.Token)
	i.ok(err)
	return slices.Sorted(slices.Values(view.Members.Email))
}

// printed gives the codes of the invitations as the page prints them, by email.
func (i *importing) printed() map[string]string {
	i.Helper()
	m := i.page.mailbox()
	out, err := i.imp.PrintInvitations(i.in.Token, m.PublicKey)
	i.ok(err)
	codes := map[string]string{}
	for n, code := range m.open(holdsCodes, out.Codes) {
		codes[out.Invitations[n].Email] = code
		if out.Invitations[n].Code != (Envelope{}) || out.Invitations[n].IssuedBy != "Amara Okafor" {
			i.Errorf("%+v", out.Invitations[n])
		}
	}
	return codes
}

// elsewhere is the same person in another process, as an admin.
func (i *importing) elsewhere() *client.Admin {
	i.Helper()
	ses, _, err := i.s.opened.workspace.SignIn(i.Context(), email, secret.NewText(pass))
	i.ok(err)
	a, err := ses.Admin(i.Context())
	i.ok(err)
	return a
}

const goodList = "name,email,role\nChidi Nwosu,chidi@example.com,\nZoë Löfgren,zoe@example.com,Admin\nSam Lee,sam@example.com,member\n"

func TestImport_PrintedInvitationsLetTheMembersIn(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	view := i.pick(goodList)
	if view.Name != "people.csv" || view.Good != 3 || view.Bad != 0 || view.Delimiter != "," || view.Encoding != "UTF-8" || !view.Header {
		t.Errorf("%+v", view)
	}
	out, err := i.run(false)
	i.ok(err)
	if want := []string{"amara.okafor@example.com", "chidi@example.com", "sam@example.com", "zoe@example.com"}; out.Count != 3 || !slices.Equal(i.members(), want) {
		t.Errorf("%+v %v", out, i.members())
	}
	if _, err := i.imp.Check(i.in.Token); err == nil {
		t.Error("the list can be imported again")
	}
	codes := i.printed()
	i.ok((&Members{i.s}).Print(i.in.Token))
	i.auth.Lock(i.in.Token)
	in, err := i.auth.Redeem("zoe@example.com", i.page.typed(holdsInvitation, codes["zoe@example.com"]), i.page.typed(holdsNewPassword, "granite lagoon whisper 47"))
	i.ok(err)
	if in.Session == nil || in.Session.Profile.Role != "admin" {
		t.Errorf("%+v", in)
	}
}

func TestImport_EachRowHasItsProblem(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	content := strings.Join([]string{
		"Email;Name;Role", "chidi@example.com;Chidi Nwosu;", "CHIDI@example.com;Another;", email + ";Amara;", "nobody;No Body;", ";No Email;", "x@example.com;;",
		"y@example.com;Y;king", "long@example.com;" + strings.Repeat("x", 1_000_000) + ";", "z@example.com;\"Zoë;owner\nsam@example.com;Sam;",
	}, "\r\n")
	view := i.pick(content)
	want := []string{"", "email_twice email", "email_taken email", "email_form email", "email_required email", "name_required name", "role_unknown role", "cell_long name", "quote_open name"}
	for n, row := range view.Rows {
		got := ""
		if row.Problem != nil {
			got = row.Problem.Code + " " + row.Problem.Field
		}
		if n >= len(want) || got != want[n] || row.Line != n+2 {
			t.Errorf("row %d, line %d: %q", n, row.Line, got)
		}
	}
	if view.Good != 1 || view.Bad != 8 || len(view.Rows) != 9 {
		t.Errorf("good %d, bad %d, of %d", view.Good, view.Bad, len(view.Rows))
	}
	if text, err := json.Marshal(view); err != nil || len(text) > 5000 {
		t.Errorf("%d characters go to the page: %v", len(text), err)
	}
	_, err := i.run(false)
	if e := i.refused(err, codeImportRows); e.Args["number"] != 8 || len(i.members()) != 1 {
		t.Errorf("%+v, %v", e, i.members())
	}
	out, err := i.run(true)
	i.ok(err)
	if !slices.Equal(i.members(), []string{email, "chidi@example.com"}) || out.Count != 1 {
		t.Errorf("%+v %v", out, i.members())
	}
}

func TestImport_OtherEncodingReadsTheSame(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	var wide strings.Builder
	for _, u := range utf16.Encode([]rune("\ufeff" + goodList)) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	for encoding, content := range map[string]string{"UTF-8": "\ufeff" + goodList, "UTF-16": wide.String()} {
		if view := i.pick(content); view.Rows[1].Name != "Zoë Löfgren" || view.Encoding != encoding || view.Bad != 0 {
			t.Errorf("%+v", view)
		}
	}
}

func TestImport_FileThatIsNoListLeavesTheFormerOne(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick(goodList)
	for want, content := range map[string]string{
		codeImportEmpty: "", codeImportSpreadsheet: "PK\x03\x04\x14\x00", codeImportNotText: "\x89PNG\r\n\x1a\n\x00", codeImportOneColumn: "name:email\na:b@example.com\n",
		codeImportNoEmail: "name,phone\nChidi,1\n", codeImportNoName: "email,phone\nchidi@example.com,1\n",
		"import_long":   "name,email\n" + strings.Repeat("Chidi,chidi@example.com\n", 100_000),
		codeImportLarge: "name,email\n" + strings.Repeat("\n", 20<<20),
	} {
		i.choose(content)
		_, err := i.imp.Pick(i.in.Token)
		i.refused(err, want)
	}
	i.desk.openFrom = t.TempDir()
	_, err := i.imp.Pick(i.in.Token)
	i.refused(err, codeImportUnreadable)
	i.desk.openFrom = filepath.Join(t.TempDir(), "gone.csv")
	_, err = i.imp.Pick(i.in.Token)
	if e := i.refused(err, codeImportUnreadable); e.Args["name"] != "gone.csv" {
		t.Errorf("%+v", e)
	}
	i.desk.openFrom = ""
	if view, err := i.imp.Pick(i.in.Token); err != nil || view.Name != "" {
		t.Errorf("dismissed: %+v %v", view, err)
	}
	if view, err := i.imp.Check(i.in.Token); err != nil || view.Good != 3 {
		t.Errorf("%+v %v", view, err)
	}
}

// busyDesk does something while the import is under way.
type busyDesk struct {
	*fakeDesktop
	during func()
}

func (d *busyDesk) Emit(event string, payload any) {
	if event == "import-progress" && d.during != nil {
		during := d.during
		d.during = nil
		during()
	}
	d.fakeDesktop.Emit(event, payload)
}

func TestImport_MemberAddedInBetweenStopsItAll(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick(goodList)
	other := i.elsewhere()
	i.s.desktop = &busyDesk{i.desk, func() {
		_, err := other.AddMember(context.Background(), service.NewMember{Name: "Sam", Email: "SAM@example.com", Role: service.RoleMember}, client.Proof{})
		i.ok(err)
	}}
	_, err := i.run(true)
	if e := i.refused(err, codeImportChanged); e.Args["line"] != 4 {
		t.Errorf("%+v", e)
	}
	if got := i.members(); len(got) != 2 {
		t.Errorf("half done: %v", got)
	}
	view, err := i.imp.Check(i.in.Token)
	i.ok(err)
	if view.Bad != 1 || view.Rows[2].Problem.Code != "email_taken" {
		t.Errorf("%+v", view)
	}
	out, err := i.run(true)
	i.ok(err)
	if out.Count != 2 || len(i.members()) != 4 {
		t.Errorf("%+v %v", out, i.members())
	}
}

func TestImport_CancelledOrLockedAddsNoMember(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick(goodList)
	i.s.desktop = &busyDesk{i.desk, func() { i.ok(i.imp.Cancel(i.in.Token)) }}
	_, err := i.run(false)
	i.refused(err, codeImportCancelled)
	if len(i.members()) != 1 {
		t.Errorf("half done: %v", i.members())
	}
	i.s.desktop = &busyDesk{i.desk, func() { i.auth.Lock(i.in.Token) }}
	if _, err = i.run(false); err == nil {
		t.Fatal("added after the lock")
	}
	back, err := i.auth.SignIn(email, pass)
	i.ok(err)
	i.in = *back.Session
	if len(i.members()) != 1 {
		t.Errorf("half done: %v", i.members())
	}
	_, err = i.imp.Check(i.in.Token) // what was picked before a lock is forgotten
	i.refused(err, codeImportNone)
	_, err = i.run(false)
	i.refused(err, codeImportNone)
}

func TestImport_MemberAddsNoneAndAdminNoOwner(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick(goodList)
	_, err := i.run(false)
	i.ok(err)
	codes := i.printed()
	for who, do := range map[string]func(){
		"sam@example.com": func() {
			_, err := i.imp.Pick(i.in.Token)
			i.refused(err, "forbidden")
			_, err = i.imp.SaveOverview(i.in.Token)
			i.refused(err, "forbidden")
			_, err = i.imp.SaveTemplate(i.in.Token)
			i.refused(err, "forbidden")
		},
		"zoe@example.com": func() {
			view := i.pick("name,email,role\nA,a@example.com,owner\nB,b@example.com,admin\nC,c@example.com,\n")
			if view.Good != 1 || view.Rows[0].Problem.Code != "forbidden" || view.Rows[1].Problem.Field != "role" {
				t.Errorf("%+v", view)
			}
		},
	} {
		in, err := i.auth.Redeem(who, i.page.typed(holdsInvitation, codes[who]), i.page.typed(holdsNewPassword, "granite lagoon whisper 47"))
		i.ok(err)
		i.in = *in.Session
		do()
	}
}
