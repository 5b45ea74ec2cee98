package workspace

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/backend/service"
	"countersign/backend/totp"
	"countersign/backend/words"
)

var typedNames = []string{
	"", " ", "Amara Okafor", " a ", "<img src=x onerror=alert(1)>", "أميرة", "a\u202eb", "a\u2066b\u2069", "\x00", "a\nb", "\xff", "a\ufffdb", "\ufeffa",
	strings.Repeat("x", 120), strings.Repeat("x", 121), strings.Repeat("👩\u200d🚀", 60), "e\u0301", "\u0301", "a\u2028b", "a:b/c%d", "=1+1", "\u3164",
}

// FuzzName types anything where a person or a workspace is named.
func FuzzName(f *testing.F) {
	for _, s := range typedNames {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := checkName(s, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name")
		refusedWell(t, s, err)
		if err == nil {
			switch again, err := checkName(name, service.CodeNameRequired, service.CodeNameLong, service.CodeNameForm, "name"); {
			case err != nil || again != name:
				t.Errorf("%q is taken as %q, and that as %q (%v)", s, name, again, err)
			case !utf8.ValidString(name) || utf8.RuneCountInString(name) > service.MaxName || strings.TrimSpace(name) != name:
				t.Errorf("%q is taken as %q", s, name)
			case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E }):
				t.Errorf("%q is taken as %q, which moves text", s, name)
			}
		}
		of, err := checkWorkspaceName(s)
		refusedWell(t, s, err)
		if err == nil && (totp.Label{Issuer: of, Account: "name@example.com"}).Check() != nil {
			t.Errorf("no authenticator app can show %q", of)
		}
	})
}

// FuzzEmail types anything where an email is asked for.
func FuzzEmail(f *testing.F) {
	for _, s := range append(typedNames, "amara.okafor@example.com", "A@B.C", "a@b", "@b.c", "a@", "a@b.", "a@.b", "a@b..c", "a@b@c.d", "a b@c.d", "a\u200fb@c.d",
		"İ@example.com", "ß@example.com", "K@example.com", "ﬁ@example.com", "a@ｂ.ｃ", "a@b\u3002c", `"a"@b.c`, "a,b@c.d", strings.Repeat("a", 249)+"@b.de") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, key, err := checkEmail(s, "email")
		refusedWell(t, s, err)
		if err != nil {
			return
		}
		again, sameKey, err := checkEmail(email, "email")
		if err != nil || again != email || sameKey != key {
			t.Errorf("%q is taken as %q, and that as %q (%v)", s, email, again, err)
		}
		if emailKey(s) != key || emailKey(email) != key || emailKey(" "+email+" ") != key {
			t.Errorf("who typed %q cannot sign in as %q", s, email)
		}
		if (totp.Label{Issuer: "Northwind Legal", Account: email}).Check() != nil {
			t.Errorf("no authenticator app can show %q", email)
		}
		if strings.Count(email, "@") != 1 || utf8.RuneCountInString(email) > service.MaxEmail || strings.ContainsFunc(email, unicode.IsSpace) || !utf8.ValidString(email) {
			t.Errorf("%q is taken as %q", s, email)
		}
	})
}

// hasWords reports whether the catalogue says what has happened.
func hasWords(c service.Code) bool {
	_, ok := words.English().Named("error." + string(c) + ".what")
	return ok
}

// refusedWell sees to it that a refusal names its field and echoes nothing.
func refusedWell(t *testing.T, typed string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *service.Error
	if !errors.As(err, &e) || e.Field == "" || !hasWords(e.Code) {
		t.Errorf("%q is refused as %v", typed, err)
	}
}
