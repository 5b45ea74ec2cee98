package workspace

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/backend/password"
)

// Limits of what people type, in characters (Unicode code points).
const (
	MaxName  = 120
	MaxEmail = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
)

// checkName takes the name of a person or of a workspace. Spaces around it are
// dropped; within it they stay. Control characters and those that turn the
// direction of text are refused, since they could make one name look like
// another on a sheet; marks that Arabic and Hebrew names need are not.
func checkName(s string, required, long, form Code, field string) (string, error) {
	s = strings.TrimSpace(password.Normalize(s))
	switch {
	case s == "":
		return "", refuse(required).at(field)
	case utf8.RuneCountInString(s) > MaxName:
		return "", refuse(long).at(field).with("max", MaxName)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable):
		return "", refuse(form).at(field)
	}
	return s, nil
}

func unprintable(r rune) bool {
	switch {
	case r == utf8.RuneError, unicode.IsControl(r):
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	case r == 0x2028, r == 0x2029, r == 0xFEFF: // line and paragraph separators, byte order mark
		return true
	}
	return false
}

// checkEmail takes an address and gives it back with its key, which is the same
// for every spelling that reaches the same person here: case does not count.
func checkEmail(s, field string) (email, key string, err error) {
	s = strings.TrimSpace(password.Normalize(s))
	bad := func(why string) (string, string, error) {
		return "", "", refuse(CodeEmailForm).at(field).with("why", why)
	}
	local, domain, found := strings.Cut(s, "@")
	switch {
	case s == "":
		return "", "", refuse(CodeEmailRequired).at(field)
	case utf8.RuneCountInString(s) > MaxEmail:
		return "", "", refuse(CodeEmailLong).at(field).with("max", MaxEmail)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unprintable(r) || r == 0x200E || r == 0x200F }):
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
