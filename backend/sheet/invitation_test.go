package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/recovery"
	"countersign/backend/secret"
	"countersign/backend/sheet"
)

// invited is an invitation to the person of the design's sheet.
func invited(t testing.TB) sheet.Invitation {
	t.Helper()
	c, err := recovery.Parse(secret.NewText(codesOfTheDesign[0]))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 9, 41, 0, 0, time.UTC)
	return sheet.Invitation{
		Workspace: "Northwind Legal", Name: "Chidi Nwosu", Email: "chidi.nwosu@example.com", Code: c, IssuedAt: at, IssuedBy: "Amara Okafor",
		ExpiresAt: at.Add(48 * time.Hour),
	}
}

func drawInvitations(t testing.TB, size sheet.Paper, all ...sheet.Invitation) paper {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.InvitationPDF(&b, slices.Values(all), size); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "invitations.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return paper{file, b.Bytes()}
}

func TestInvitation_TextIsInOrder(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/invitation.txt")
	if err != nil {
		t.Fatal(err)
	}
	reset := invited(t)
	reset.Reset = true
	pages := drawInvitations(t, sheet.A4, invited(t), reset).pages(t)
	if got := strings.Join(pages, "\f\n"); got != string(golden) {
		t.Errorf("it reads\n%s", got)
	}
}

func TestInvitation_NameIsInTheWindowAndCodeInside(t *testing.T) {
	t.Parallel()
	for size, third := range map[sheet.Paper]float64{sheet.A4: 99, sheet.Letter: 279.4 / 3} {
		p := drawInvitations(t, size, invited(t))
		for text, between := range map[string][2]float64{
			"Chidi": {45, 51}, codesOfTheDesign[0]: {third, 2 * third}, "code”.": {2 * third, 3 * third}, "Amara": {45, third},
		} {
			words := slices.DeleteFunc(p.words(t), func(w word) bool { return w.text != text })
			if !slices.ContainsFunc(words, func(w word) bool { return w.top > between[0] && w.bottom < between[1] }) {
				t.Errorf("%q is not between %v: %v", text, between, words)
			}
		}
		if p.ink(t, 4, third-0.5, 6, 1.2) == 0 || p.ink(t, 4, 2*third-0.5, 6, 1.2) == 0 {
			t.Error("there is no mark where it is folded")
		}
	}
}

func TestInvitation_HostileAndLongNamesStayOnThePage(t *testing.T) {
	t.Parallel()
	long, hostile := invited(t), invited(t)
	long.Name, long.Email = strings.Repeat("Nwosu-Okafor ", 39), strings.Repeat("chidi", 48)+"@example.com"
	long.Workspace, long.IssuedBy = strings.Repeat("Northwind ", 50), strings.Repeat("Okafor", 85)
	hostile.Name, hostile.Email, hostile.Workspace = "a\u202eb\x00\nc", "x\u200b@\u202eexample.com", "\f\f"
	for _, size := range []sheet.Paper{sheet.A4, sheet.Letter} {
		p := drawInvitations(t, size, long, hostile)
		pages := p.pages(t)
		if len(pages) != 2 {
			t.Fatalf("%d pages", len(pages))
		}
		for _, want := range []string{long.Name, long.Email, long.IssuedBy, long.Workspace} {
			if !strings.Contains(squash(pages[0]), squash(want)) {
				t.Errorf("%.30q is not whole", want)
			}
		}
		for _, w := range p.words(t) {
			if w.left < 3 || w.right > 213 || w.bottom > 295 || math.IsNaN(w.top) {
				t.Errorf("%q is off the page: %+v", w.text, w)
			}
		}
		if strings.ContainsAny(pages[1], "\u202e\u200b\x00") {
			t.Errorf("%q", pages[1])
		}
	}
}

func TestInvitation_RefusesWrongFields(t *testing.T) {
	t.Parallel()
	none, over, long := invited(t), invited(t), invited(t)
	none.Code = recovery.Code{}
	over.ExpiresAt = over.IssuedAt
	long.Email = strings.Repeat("x", sheet.MaxField+1)
	for name, c := range map[string]struct {
		all  []sheet.Invitation
		size sheet.Paper
		want error
	}{
		"none": {nil, sheet.A4, sheet.ErrNoSheets}, "no code": {[]sheet.Invitation{none}, sheet.A4, sheet.ErrInvitation},
		"over": {[]sheet.Invitation{over}, sheet.A4, sheet.ErrInvitation}, "paper": {[]sheet.Invitation{invited(t)}, 7, sheet.ErrPaper},
	} {
		if err := sheet.InvitationPDF(io.Discard, slices.Values(c.all), c.size); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var field *sheet.FieldError
	if err := sheet.InvitationPDF(io.Discard, slices.Values([]sheet.Invitation{long}), sheet.A4); !errors.As(err, &field) || field.Field != "email" {
		t.Errorf("too long: %v", err)
	}
}

func TestInvitationPDF_WritesEachPageAsItIsDrawn(t *testing.T) {
	t.Parallel()
	one, atHundred := invited(t), int64(0)
	var out counter
	err := sheet.InvitationPDF(&out, func(yield func(sheet.Invitation) bool) {
		for i := range 200 {
			one.Email = fmt.Sprintf("person.%d@example.com", i)
			if i == 100 {
				atHundred = out.n
			}
			if !yield(one) {
				return
			}
		}
	}, sheet.A4)
	if err != nil {
		t.Fatal(err)
	}
	// The fonts come last, about 30 KB, however many there are.
	if half := (out.n - 40<<10) / 2; atHundred < half*9/10 {
		t.Errorf("after 100 of 200 invitations %d of %d bytes are out", atHundred, out.n)
	}
}

func TestInvitation_SaysWhereTheServerIs(t *testing.T) {
	t.Parallel()
	const server, key = "legal.example.com:8443", "K5TQ-2ZJX-7MHF-4BVE-3LYC-6RAP-WNGD-5OSU"
	i := invited(t)
	i.Server, i.ServerKey = server, key
	for size, third := range map[sheet.Paper]float64{sheet.A4: 99, sheet.Letter: 279.4 / 3} {
		p := drawInvitations(t, size, i)
		for _, text := range []string{server, key, codesOfTheDesign[0]} {
			words := slices.DeleteFunc(p.words(t), func(w word) bool { return w.text != text })
			if len(words) != 1 || words[0].top < third || words[0].bottom > 2*third {
				t.Errorf("%s: %v", text, words)
			}
		}
		if text := strings.Join(p.pages(t), ""); !strings.Contains(text, "“Join a workspace”") || strings.Contains(text, "On the computer with this workspace") {
			t.Errorf("what to do is not right: %s", text)
		}
	}
	i.Server = strings.Repeat("x", sheet.MaxField+1)
	var field *sheet.FieldError
	if err := sheet.InvitationPDF(io.Discard, slices.Values([]sheet.Invitation{i}), sheet.A4); !errors.As(err, &field) || field.Field != "server" {
		t.Errorf("a server of any length: %v", err)
	}
}
