package workspace_test

import (
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
)

// No name and no email that is allowed makes enrolment impossible, whichever came first.
func TestEnrol_EveryAllowedNameAndEmailFitsTheApp(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ж", 243) + "@example.io"
	for _, tt := range []struct {
		name, email     string
		issuer, account string // what the app shows, where it is not cut
		shortened       bool
	}{
		{"Kanzlei: Nord", "nora@example.com", "Kanzlei∶ Nord", "nora@example.com", false},
		{strings.Repeat("é", 120), strings.Repeat("a", 233) + "@example.com", "", strings.Repeat("a", 233) + "@example.com", true},
		{strings.Repeat("👩", 120), long, "", "", true},
		{"Northwind Legal", long, "Northwind Legal", "", true},
	} {
		h, s := created(t)
		h.ok(s.ChangeEmail(t.Context(), tt.email, client.Proof{Password: secret.NewText(pass)}))
		a, err := s.Admin(t.Context())
		h.ok(err)
		h.ok(a.RenameWorkspace(t.Context(), tt.name))
		shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
		h.ok(err)
		if shown.Shortened != tt.shortened || shown.URI.Empty() ||
			(tt.issuer != "" && shown.Issuer != tt.issuer) || (tt.issuer == "" && !strings.HasSuffix(shown.Issuer, "…")) ||
			(tt.account != "" && shown.Account != tt.account) || (tt.account == "" && !strings.HasSuffix(shown.Account, "…")) {
			t.Errorf("%q and %q are shown as %q and %q, shortened: %t", tt.name, tt.email, shown.Issuer, shown.Account, shown.Shortened)
		}
	}
	h := newFixture(t)
	_, err := h.w.Create(t.Context(), client.NewWorkspace{
		Workspace: strings.Repeat("กิ", 60), Name: "Nora Hill", Email: long, Password: secret.NewText(pass),
	})
	h.ok(err)
}
