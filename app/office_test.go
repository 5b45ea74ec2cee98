package app

import (
	"slices"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"
)

// office is a window in which an owner without 2FA is signed in, and members have it.
type office struct {
	*window
	in   SignedIn
	runs *PrintRuns
	ids  []string
	old  []string // a code of each member's sheet in force
}

var people = []string{"chidi@example.com", "zoe@example.com"}

func newOffice(t *testing.T) *office {
	t.Helper()
	return officeOn(newWindow(t))
}

func officeOn(w *window) *office {
	w.Helper()
	o := &office{window: w, in: w.create(), runs: &PrintRuns{w.s}}
	for _, who := range people {
		o.join(who)
	}
	view, err := (&Members{w.s}).List(o.in.Token)
	w.ok(err)
	for _, who := range people {
		o.ids = append(o.ids, view.Members.ID[slices.Index(view.Members.Email, who)])
	}
	return o
}

// join adds a member, who signs in and turns 2FA on; the owner is back afterwards.
func (o *office) join(who string) { o.joinAs("Member <b>"+who, who) }

func (o *office) joinAs(name, who string) {
	o.Helper()
	m := o.page.mailbox()
	given, err := (&Members{o.s}).Add(o.in.Token, NewMember{Name: name, Email: who, Role: "member"}, Proof{}, m.PublicKey)
	o.ok(err)
	code := m.open(holdsInvitation, given.Code)[0]
	o.auth.Lock(o.in.Token)
	res, err := o.auth.Redeem(who, o.page.typed(holdsInvitation, code), o.page.typed(holdsNewPassword, pass))
	o.ok(err)
	phone, err := o.enr.BeginEnable(res.Session.Token, pass)
	o.ok(err)
	digits, err := totp.GenerateCode(strings.Join(phone.KeyGroups, ""), o.s.now())
	o.ok(err)
	sheet, err := o.enr.Confirm(res.Session.Token, digits)
	o.ok(err)
	_, err = o.enr.Continue(res.Session.Token)
	o.ok(err)
	o.old = append(o.old, sheet.Codes[0])
	o.auth.Lock(res.Session.Token)
	o.back()
}

// back signs the owner in.
func (o *office) back() {
	o.Helper()
	res, err := o.auth.SignIn(email, pass)
	o.ok(err)
	o.in = *res.Session
}

// opens reports whether a recovery code lets a member in.
func (o *office) opens(who, code string) bool {
	o.Helper()
	o.auth.Lock(o.in.Token)
	defer o.back()
	res, err := o.auth.SignIn(who, pass)
	o.ok(err)
	in, err := o.auth.UseRecoveryCode(res.Challenge.Token, code)
	if err == nil {
		o.auth.Lock(in.Token)
	} else {
		o.auth.Leave(res.Challenge.Token)
	}
	return err == nil
}
