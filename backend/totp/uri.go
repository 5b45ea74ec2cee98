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

// maxURI is how many bytes a QR code of version 22 holds at the low level of error
// correction (ISO/IEC 18004 table 7): 105 modules on a side, which a window shows with
// 3 pixels and more to a module.
const maxURI = 1003

// maxTwice is how many bytes version 12 holds, 65 modules on a side.
const maxTwice = 367

// Label is what the authenticator app shows beside the code: the workspace's name
// and the profile's email.
type Label struct{ Issuer, Account string }

// Check reports whether URI would take the label: ErrLabel when one of the two is
// empty, holds a control character, is not UTF-8, or begins or ends with white space.
func (l Label) Check() error {
	for _, part := range [2]string{l.Issuer, l.Account} {
		if part == "" || !utf8.ValidString(part) || strings.TrimSpace(part) != part || strings.ContainsFunc(part, unicode.IsControl) {
			return ErrLabel
		}
	}
	return nil
}

// URI returns the key as the QR code holds it, and the label as an app reads it there:
//
//	otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER&algorithm=SHA1&digits=6&period=30
//
// Where the whole label does not fit into a code that is easily scanned, the issuer is
// shortened; the account only if it takes more than two thirds of the room. The key is
// never touched.
//
// The issuer is said twice, as Google's Key URI format recommends, where that takes no
// more than maxTwice: FreeOTP shows the one in the label, and most show the parameter. A
// longer one is said in the parameter alone. Every parameter is said, though these are the defaults, because apps differ in
// what they assume. Spaces are %20: some apps show a plus sign as it stands.
//
// Errors: ErrKey, ErrLabel.
func URI(key secret.Bytes, l Label) (secret.Text, Label, error) {
	encoded, err := usable(key)
	if err != nil {
		return secret.Text{}, Label{}, err
	}
	if err := l.Check(); err != nil {
		return secret.Text{}, Label{}, err
	}
	l = l.fitted()
	return secret.NewText(uri(encoded, l)), l, nil
}

// Shortens reports whether l, which URI returned for whole, leaves some of it out.
func (l Label) Shortens(whole Label) bool {
	return l.Issuer != withoutColon(whole.Issuer) || l.Account != withoutColon(whole.Account)
}

// fitted is the label as it is written into a URI of maxURI bytes at most.
func (l Label) fitted() Label {
	l.Issuer, l.Account = withoutColon(l.Issuer), withoutColon(l.Account)
	room := maxURI - len(written(strings.Repeat("A", encodedSize), "", Label{}))
	l.Issuer = shortened(l.Issuer, max(room-len(escape(l.Account)), room/3))
	l.Account = shortened(l.Account, room-len(escape(l.Issuer)))
	return l
}

// withoutColon puts a ratio sign, which looks the same, in the place of a colon. The Key
// URI format forbids it in issuer and account, escaped or not, since apps split there
// after unescaping. Anything else, a slash, a per cent sign or a right-to-left mark, goes
// through unchanged.
func withoutColon(s string) string { return strings.ReplaceAll(s, ":", "\u2236") }

func uri(encoded string, l Label) string {
	if twice := written(encoded, escape(l.Issuer)+":", l); len(twice) <= maxTwice {
		return twice
	}
	return written(encoded, "", l)
}

func written(encoded, prefix string, l Label) string {
	return "otpauth://totp/" + prefix + escape(l.Account) +
		"?secret=" + encoded +
		"&issuer=" + escape(l.Issuer) +
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
