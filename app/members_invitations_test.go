package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/service"
)

func TestSaveInvitations_OnePageEachForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick(goodList)
	_, err := i.run(false)
	i.ok(err)
	for _, paper := range []string{"a4", "letter"} {
		i.desk.saveTo = filepath.Join(t.TempDir(), "out.pdf")
		saved, err := i.imp.SaveInvitations(i.in.Token, paper)
		i.ok(err)
		st, err := os.Stat(i.desk.saveTo)
		i.ok(err)
		if saved.Name != "out.pdf" || st.Mode().Perm() != 0o600 {
			t.Errorf("%+v %v", saved, st.Mode())
		}
		text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", i.desk.saveTo, "-").Output()
		i.ok(err)
		pages := strings.Split(strings.TrimSuffix(string(text), "\f"), "\f")
		if len(pages) != 3 {
			t.Fatalf("%d pages", len(pages))
		}
		for email, code := range i.printed() {
			if !slices.ContainsFunc(pages, func(p string) bool { return strings.Contains(p, email) && strings.Contains(p, code) }) {
				t.Errorf("no page has email and code of %s", email)
			}
		}
	}
	i.desk.saveTo = filepath.Join(t.TempDir(), "no such folder", "out.pdf")
	_, err = i.imp.SaveInvitations(i.in.Token, "a4")
	i.refused(err, codeSaveFailed)
	i.desk.saveTo = ""
	if saved, err := i.imp.SaveInvitations(i.in.Token, "a4"); err != nil || saved.Name != "" {
		t.Errorf("dismissed: %+v %v", saved, err)
	}
	i.ok((&Members{i.s}).Hide(i.in.Token))
	_, err = i.imp.SaveInvitations(i.in.Token, "a4")
	i.refused(err, "enrolment_ended")
}

func TestPrintInvitations_TooManyAreToBeSaved(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.s.current().given = make([]client.GivenOut, MaxPrint+1)
	_, err := i.imp.PrintInvitations(i.in.Token, i.page.mailbox().PublicKey)
	i.refused(err, codePrintLong)
}

func TestSaveInvitations_DialogAfterALockSavesNothing(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick(goodList)
	_, err := i.run(false)
	i.ok(err)
	i.desk.saveTo = filepath.Join(t.TempDir(), "out.pdf")
	i.desk.meanwhile = func() { i.auth.Lock(i.in.Token) }
	_, err = i.imp.SaveInvitations(i.in.Token, "a4")
	i.refused(err, "session_ended")
	if left, err := os.ReadDir(filepath.Dir(i.desk.saveTo)); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

func TestInvitations_NameTheSupportContact(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	_, err := (&Settings{i.s}).SetSupport(i.in.Token, "helpdesk@northwind.example")
	i.ok(err)
	i.pick(goodList)
	_, err = i.run(false)
	i.ok(err)
	printed, err := i.imp.PrintInvitations(i.in.Token, i.page.mailbox().PublicKey)
	i.ok(err)
	for _, p := range printed.Invitations {
		if p.Support != "helpdesk@northwind.example" || p.ExpiresAt == "" {
			t.Errorf("%+v", p)
		}
	}
	given, err := (&Members{i.s}).Add(i.in.Token, NewMember{Name: "A", Email: "a@example.com", Role: "member"}, Proof{}, i.page.mailbox().PublicKey)
	i.ok(err)
	if given.Support != "helpdesk@northwind.example" {
		t.Errorf("one alone: %+v", given)
	}
}

func TestSaveTemplate_IsPickedAgain(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.desk.saveTo = filepath.Join(t.TempDir(), "people")
	saved, err := i.imp.SaveTemplate(i.in.Token)
	i.ok(err)
	text, err := os.ReadFile(i.desk.saveTo + ".csv")
	i.ok(err)
	view := i.pick(string(text) + "Zoë Lindqvist,zoe@example.com,admin\r\n")
	if saved.Name != "people.csv" || !view.Header || view.Good != 1 || view.Rows[0].Role != "admin" {
		t.Errorf("%+v of %q: %+v", saved, text, view)
	}
	i.desk.saveTo = filepath.Join(t.TempDir(), "no such folder", "people.csv")
	_, err = i.imp.SaveTemplate(i.in.Token)
	i.refused(err, codeSaveFailed)
}

func TestSaveOverview_HasEachMemberAndNoSecret(t *testing.T) {
	t.Parallel()
	i := newImporting(t)
	i.pick("name,email\n=2+3,formula@example.com\n")
	_, err := i.run(false)
	i.ok(err)
	i.desk.saveTo = filepath.Join(t.TempDir(), "members")
	saved, err := i.imp.SaveOverview(i.in.Token)
	i.ok(err)
	if saved.Name != "members.csv" {
		t.Errorf("saved as %q", saved.Name)
	}
	text, err := os.ReadFile(i.desk.saveTo + ".csv")
	i.ok(err)
	for _, want := range []string{"'=2+3,formula@example.com,member,invited,off,no,,,,,,,\r\n", "Amara Okafor,amara.okafor@example.com,owner,active,off,no,,,,,,2"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	for _, code := range i.printed() {
		if strings.Contains(string(text), code) {
			t.Error("an invitation is in the overview")
		}
	}
}

func TestOneTime_TemporaryCodeNamesNoServer(t *testing.T) {
	t.Parallel()
	at := client.Place{Server: "legal.example.com:8443", Key: "K5TQ"}
	for kind, want := range map[service.OneTimeKind]string{service.OneTimeInvitation: at.Server, service.OneTimeReset: at.Server, service.OneTimeHelp: ""} {
		if v := oneTimeView(client.GivenOut{GivenOut: service.GivenOut{Kind: kind}, At: at}, Envelope{}, ""); v.Server != want {
			t.Errorf("%s names %q, not %q", kind, v.Server, want)
		}
	}
}
