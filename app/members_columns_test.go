package app

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/backend/workspace"
)

func TestTheTableOfMembersSaysWhatTheirRowsSay(t *testing.T) {
	t.Parallel()
	s := newShell(t.TempDir(), nil)
	monday := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	policy := workspace.Policy{Require2FA: true, RequireFrom: monday}
	all := []workspace.Member{
		{ID: "a", Name: "Amara", Email: "amara@example.com", Role: workspace.RoleOwner, On: true, CodesLeft: 9, Sheet: 12, Run: 3, CreatedAt: monday,
			IssuedAt: monday.Add(1 * time.Hour), HandedOverAt: monday.Add(2 * time.Hour), Acknowledged: monday.Add(3 * time.Hour), LastSignInAt: monday.Add(4 * time.Hour)},
		{ID: "b", Name: "Béla", Email: "bela@example.com", Role: workspace.RoleMember, State: workspace.ProfileInvited, CreatedAt: monday, InvitedUntil: monday.Add(48 * time.Hour)},
		{ID: "c", Name: "Chidi", Email: "chidi@example.com", Role: workspace.RoleMember, CreatedAt: monday},
		{ID: "d", Name: "Dara", Email: "dara@example.com", Role: workspace.RoleAdmin, State: workspace.ProfileSuspended, CreatedAt: monday},
	}
	columns := reflect.ValueOf(s.columns(all, policy))
	for i, m := range all {
		// Each field of a row, by its name, and nothing that a row has not.
		row := reflect.ValueOf(s.memberView(m, policy))
		if got, want := columns.NumField(), row.NumField(); got != want {
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
