package workspace_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/backend/client"
	"countersign/backend/secret"
	"countersign/backend/service"
)

// longEmail is an address of n characters that begins with some of them.
func longEmail(begins string, n int) string {
	const domain = "@example.com"
	left := n - len([]rune(begins)) - len(domain)
	return begins + strings.Repeat("a", left) + domain
}

func TestEnrol_EveryAllowedNameAndEmailCanBeEnrolled(t *testing.T) {
	t.Parallel()
	names := []string{
		"Northwind Legal", strings.Repeat("é", service.MaxName), strings.Repeat("Ж", service.MaxName), strings.Repeat("ش", service.MaxName), strings.Repeat("ก", service.MaxName),
		strings.Repeat("क", service.MaxName), strings.Repeat("法", service.MaxName), strings.Repeat("🔐", service.MaxName), strings.Repeat("%", service.MaxName),
	}
	for _, address := range []string{email, longEmail("", 245), longEmail("", service.MaxEmail), longEmail(strings.Repeat("é", 200), service.MaxEmail), longEmail(strings.Repeat("法", 240), service.MaxEmail)} {
		t.Run(fmt.Sprintf("%d bytes", len(address)), func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			s, err := h.w.Create(t.Context(), client.NewWorkspace{Workspace: names[0], Name: "Amara Okafor", Email: address, Password: secret.NewText(pass)})
			h.ok(err)
			a, err := s.Admin(t.Context())
			h.ok(err)
			for _, name := range names {
				h.ok(a.RenameWorkspace(t.Context(), name))
				shown, err := s.BeginEnable(t.Context(), secret.NewText(pass))
				if err != nil {
					t.Errorf("%.20s…: %v", name, err)
					continue
				}
				whole := shown.Account == address && shown.Issuer == name
				if shown.URI.Empty() || shown.Account == "" || shown.Issuer == "" || !whole && !shown.Shortened || len(shown.Groups) != 8 {
					t.Errorf("%.20s…: what is shown is not what an app needs", name)
				}
				h.ok(s.CancelEnrolment(t.Context()))
			}
		})
	}
}

func TestCreate_TakesTheLongestNameAndEmailTogether(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	s, err := h.w.Create(t.Context(), client.NewWorkspace{
		Workspace: strings.Repeat("法", service.MaxName), Name: "Amara Okafor", Email: longEmail(strings.Repeat("é", 200), service.MaxEmail), Password: secret.NewText(pass),
	})
	h.ok(err)
	_, err = s.BeginEnable(t.Context(), secret.NewText(pass))
	h.ok(err)
}
