package totp

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/backend/secret"
)

// ErrLabel means that an issuer or account cannot be put into a key URI so that
// every authenticator app reads back exactly the same.
var ErrLabel = errors.New("totp: the label cannot be written into a key URI")

// maxURI keeps the URI within what a QR code of medium recovery level can hold
// (2,331 bytes), with room to spare.
const maxURI = 2000

// Label is what the authenticator app shows beside the code: the workspace's name
// and the profile's email.
type Label struct{ Issuer, Account string }

// Check reports whether URI would take the label: ErrLabel when one of the two is
// empty, holds a colon or a control character, is not UTF-8, begins or ends with
// white space, or when both together are too long. Ask it when a name or an email is chosen,
// so that nobody meets the error at enrolment.
//
// The Key URI format separates issuer and account by a colon and forbids it in
// either, escaped or not, since apps split after unescaping. Anything else, a
// slash, a per cent sign or a right-to-left mark, goes through unchanged.
func (l Label) Check() error {
	for _, part := range [2]string{l.Issuer, l.Account} {
		if part == "" || !utf8.ValidString(part) || strings.TrimSpace(part) != part ||
			strings.ContainsFunc(part, func(r rune) bool { return r == ':' || unicode.IsControl(r) }) {
			return ErrLabel
		}
	}
	if len(uri(strings.Repeat("A", encodedSize), l)) > maxURI {
		return ErrLabel
	}
	return nil
}

// URI returns the key as the QR code holds it:
//
//	otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER&algorithm=SHA1&digits=6&period=30
//
// Every parameter is said, though these are the defaults, because apps differ in
// what they assume. Spaces are %20: some apps show a plus sign as it stands.
//
// Errors: ErrKey, ErrLabel.
func URI(key secret.Bytes, l Label) (secret.Text, error) {
	encoded, err := usable(key)
	if err != nil {
		return secret.Text{}, err
	}
	if err := l.Check(); err != nil {
		return secret.Text{}, err
	}
	return secret.NewText(uri(encoded, l)), nil
}

func uri(encoded string, l Label) string {
	issuer := escape(l.Issuer)
	return "otpauth://totp/" + issuer + ":" + escape(l.Account) +
		"?secret=" + encoded +
		"&issuer=" + issuer +
		"&algorithm=SHA1" +
		"&digits=" + strconv.Itoa(Digits) +
		"&period=" + strconv.Itoa(Period)
}

// escape keeps the unreserved characters of RFC 3986 section 2.3 and the at sign,
// which a path and a query may hold and which keeps emails readable, and writes every
// other byte as %XX. The standard library has no such form: QueryEscape writes + for a
// space, and PathEscape keeps & and =, which mean something in a query.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~@", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
