package app

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/service"
)

func TestMemberColumns_SayWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	s := newShell(t.TempDir(), nil)
	monday := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	policy := service.Policy{Require2FA: true, RequireFrom: monday}
	all := []service.Member{
		{ID: "a", Name: "Amara", Email: "amara@example.com", Role: service.RoleOwner, On: true, OnSince: monday.Add(6 * time.Hour), CodesLeft: 9, Sheet: 12, Run: 3, CreatedAt: monday,
			IssuedAt: monday.Add(1 * time.Hour), HandedOverAt: monday.Add(2 * time.Hour), Acknowledged: monday.Add(3 * time.Hour), Checked: monday.Add(5 * time.Hour), LastSignInAt: monday.Add(4 * time.Hour)},
		{ID: "b", Name: "Béla", Email: "bela@example.com", Role: service.RoleMember, State: service.ProfileInvited, CreatedAt: monday, InvitedUntil: monday.Add(48 * time.Hour)},
		{ID: "c", Language: "ja", Name: "Chidi", Email: "chidi@example.com", Role: service.RoleMember, CreatedAt: monday},
		{ID: "d", Name: "Dara", Email: "dara@example.com", Role: service.RoleAdmin, State: service.ProfileSuspended, CreatedAt: monday},
	}
	columns := reflect.ValueOf(s.columns(all, policy, "a", service.RoleOwner))
	for i, m := range all {
		// Each field of a row, by its name, and beside them what may be done to them.
		row := reflect.ValueOf(s.memberView(m, policy))
		if got, want := columns.NumField(), row.NumField()+2; got != want {
			t.Fatalf("the table has %d columns, a row %d fields", got, want)
		}
		for f := range row.NumField() {
			name := row.Type().Field(f).Name
			var got any
			switch c := columns.FieldByName(name).Interface().(type) {
			case []string:
				got = c[i]
			case []int:
				got = c[i]
			case Words:
				got = c.Of[c.At[i]]
			case []int64:
				got = ""
				if c[i] != 0 {
					got = stamp(time.Unix(c[i], 0))
				}
			}
			if want := row.Field(f).Interface(); got != want {
				t.Errorf("%s of %s is %v, not %v", name, m.Name, got, want)
			}
			tag := func(v reflect.Value) string {
				field, _ := v.Type().FieldByName(name)
				word, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				return word
			}
			if tag(columns) != tag(row) {
				t.Errorf("%s crosses as %s", name, tag(columns))
			}
		}
	}
}

// An admin is offered to end what they could have given out, and nothing more.
func TestMembers_PageIsToldWhichCodesMayBeEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := &Members{o.s}
	o.ok(m.SetRole(o.in.Token, o.ids[0], "admin", o.page.proof(pass, "none", "")))
	o.ok(m.SetRole(o.in.Token, o.ids[1], "admin", o.page.proof(pass, "none", "")))
	_, err := m.ResetPassword(o.in.Token, o.ids[1], "", o.page.proof(pass, "none", ""), o.page.mailbox().PublicKey)
	o.ok(err)
	_, err = m.Add(o.in.Token, NewMember{Name: "Mia", Email: "mia@example.com", Role: "member"}, Proof{}, o.page.mailbox().PublicKey)
	o.ok(err)
	may := func(token string) map[string]bool {
		view, err := m.List(token)
		o.ok(err)
		of := map[string]bool{}
		c := view.Codes
		for i, row := range c.Member {
			if c.IssuedBy.Of[c.IssuedBy.At[i]] != "Amara Okafor" || c.IssuedAt[i] == 0 || c.ExpiresAt[i] <= c.IssuedAt[i] {
				t.Errorf("%+v", c)
			}
			kind := c.Kind.Of[c.Kind.At[i]]
			if email := view.Members.Email[row]; email != map[string]string{"password-reset": people[1], "invitation": "mia@example.com"}[kind] {
				t.Errorf("the %s is for %s", kind, email)
			}
			of[kind] = c.May[i]
		}
		return of
	}
	if of := may(o.in.Token); len(of) != 2 || !of["password-reset"] || !of["invitation"] {
		t.Errorf("the owner may end %v", of)
	}
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[0], pass)
	o.ok(err)
	admin, err := o.auth.UseRecoveryCode(res.Challenge.Token, o.old[0])
	o.ok(err)
	if of := may(admin.Token); len(of) != 2 || of["password-reset"] || !of["invitation"] {
		t.Errorf("an admin may end %v", of)
	}
}

// A code that stood at another's row would be ended by mistake.
func TestCodeColumns_LeaveOutWhoIsNotInTheTable(t *testing.T) {
	t.Parallel()
	all := []service.Member{{ID: "owner", Role: service.RoleOwner}, {ID: "nora", Role: service.RoleMember}}
	open := []service.OpenCode{{ProfileID: "new", Kind: service.OneTimeInvitation}, {ProfileID: "nora", Kind: service.OneTimeHelp}}
	c := codeColumns(open, all, "owner", service.RoleOwner)
	if !slices.Equal(c.Member, []int{1}) || !slices.Equal(c.Kind.Of, []string{"help"}) || !slices.Equal(c.May, []bool{true}) {
		t.Errorf("%+v", c)
	}
}

// What the page offers is what the table of permissions says, row by row.
func TestMembers_PageIsToldWhatItMayOffer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	view, err := (&Members{o.s}).List(o.in.Token)
	o.ok(err)
	c := view.Members
	acts := map[string]string{}
	for i, who := range c.Email {
		acts[who] = c.Acts.Of[c.Acts.At[i]]
		if c.Approves[i] {
			t.Errorf("%s could approve", who)
		}
	}
	for who, want := range map[string]string{email: "role", people[0]: "issue help-code reset-2fa reset-password role suspend remove"} {
		if acts[who] != want {
			t.Errorf("%s: %q, not %q", who, acts[who], want)
		}
	}
	o.ok((&Members{o.s}).SetRole(o.in.Token, o.ids[0], "admin", o.page.proof(pass, "none", "")))
	view, err = (&Members{o.s}).List(o.in.Token)
	o.ok(err)
	if n := slices.Index(view.Members.Email, people[0]); !view.Members.Approves[n] {
		t.Error("an admin with 2FA could not approve")
	}

	p, err := o.prof.Get(o.in.Token)
	o.ok(err)
	if want := strs(service.PermissionsOf(service.RoleOwner)); !slices.Equal(p.Permissions, want) || !slices.Contains(want, "backup") {
		t.Errorf("an owner may %v", p.Permissions)
	}
	o.auth.Lock(o.in.Token)
	res, err := o.auth.SignIn(people[1], pass)
	o.ok(err)
	member, err := o.auth.UseRecoveryCode(res.Challenge.Token, o.old[1])
	o.ok(err)
	if member.Profile.Permissions == nil || len(member.Profile.Permissions) > 0 {
		t.Errorf("a member may %v", member.Profile.Permissions)
	}
}
