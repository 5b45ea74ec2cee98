package workspace

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/backend/password"
	"countersign/backend/service"
	"countersign/backend/text"
)

// checkName takes the name of a person or of a workspace as text.Name keeps it. A name in which
// nothing can be seen is none. Characters that can't be shown are refused: they could make one
// name look like another on a sheet.
func checkName(s string, required, long, form service.Code, field string) (string, error) {
	name, ok := text.Name(s)
	switch {
	case !ok:
		return "", refuse(form).At(field)
	case name == "":
		return "", refuse(required).At(field)
	case utf8.RuneCountInString(name) > service.MaxName:
		return "", refuse(long).At(field).With("max", service.MaxName)
	}
	return name, nil
}

// checkEmail takes an address and gives it back with its key, which is the same
// for every spelling that reaches the same person here: case does not count.
func checkEmail(s, field string) (email, key string, err error) {
	s = strings.TrimSpace(password.Normalize(s))
	bad := func(why string) (string, string, error) {
		return "", "", refuse(service.CodeEmailForm).At(field).With("why", why)
	}
	local, domain, found := strings.Cut(s, "@")
	switch {
	case s == "":
		return "", "", refuse(service.CodeEmailRequired).At(field)
	case utf8.RuneCountInString(s) > service.MaxEmail:
		return "", "", refuse(service.CodeEmailLong).At(field).With("max", service.MaxEmail)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return text.Unfit(r) || text.Hidden(r) }):
		return bad("form")
	case strings.ContainsFunc(s, unicode.IsSpace):
		return bad("space")
	case !found:
		return bad("at")
	case local == "":
		return bad("start")
	case strings.ContainsAny(s, "<>()[],;:\\\"") || strings.Contains(domain, "@"):
		return bad("form")
	case !strings.Contains(domain, ".") || strings.HasSuffix(domain, "."):
		return bad("ending")
	case strings.HasPrefix(domain, ".") || strings.Contains(domain, ".."):
		return bad("form")
	}
	return s, emailKey(s), nil
}

// emailKey is what two spellings of an address have in common.
func emailKey(s string) string {
	return strings.ToLower(strings.TrimSpace(password.Normalize(s)))
}
