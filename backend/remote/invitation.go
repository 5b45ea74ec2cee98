package remote

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"net"
	"net/url"
	"strings"

	"countersign/backend/secret"
	"countersign/backend/service"
)

// Fingerprint names a server's key: the first 160 bits of the SHA-256 of the public key in its certificate (SubjectPublicKeyInfo,
// RFC 7469 section 2.4). It can be typed from paper: see String.
type Fingerprint [20]byte

// FingerprintOf is that of a certificate's key.
func FingerprintOf(c *x509.Certificate) (f Fingerprint) {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	copy(f[:], sum[:])
	return f
}

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// String gives eight groups of four letters and digits (base32, RFC 4648).
func (f Fingerprint) String() string {
	text := base32Text.EncodeToString(f[:])
	var groups []string
	for ; text != ""; text = text[4:] {
		groups = append(groups, text[:4])
	}
	return strings.Join(groups, "-")
}

// alike are digits that the alphabet lacks, and that are typed for the letters that they look like.
var alike = strings.NewReplacer("0", "O", "1", "I")

// ParseFingerprint reads what String has written, in any case, with or without dashes and spaces. Errors: server_key.
func ParseFingerprint(text string) (f Fingerprint, err error) {
	if len(text) > maxLink {
		return f, service.Refuse(service.CodeServerKey).At("key")
	}
	plain := strings.ToUpper(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '-' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }), ""))
	plain = alike.Replace(plain)
	b, err := base32Text.DecodeString(plain)
	if err != nil || len(plain) != base32Text.EncodedLen(len(f)) || len(b) != len(f) {
		return f, service.Refuse(service.CodeServerKey).At("key").Because(err)
	}
	return Fingerprint(b), nil
}

// Invitation is what somebody needs to join a workspace at a server: where it is, how to know it, and the one-time code. Without email
// and code it only leads there: whoever has a password signs in.
type Invitation struct {
	Server string // HOST:PORT
	Key    Fingerprint
	Email  string
	Code   secret.Text // as it is shown

	Computer bool // the code adds another computer of its person
}

const (
	linkScheme = "countersign"
	linkHost   = "join"

	linkComputer = "computer"
	maxLink      = 4 << 10 // characters of a text that a link is looked for in
)

// Link is the invitation as one line, to be pasted. It holds the code, if there is one.
func (i Invitation) Link() secret.Text {
	q := url.Values{"server": {i.Server}, "key": {i.Key.String()}}
	if i.Email != "" {
		q.Set("email", i.Email)
	}
	if !i.Code.Empty() {
		q.Set("code", i.Code.Reveal())
	}
	if i.Computer {
		q.Set("for", linkComputer)
	}
	return secret.NewText((&url.URL{Scheme: linkScheme, Host: linkHost, RawQuery: q.Encode()}).String())
}

// ParseInvitation finds a link in a text, such as the message that it came with. Errors: invitation_link.
func ParseInvitation(text secret.Text) (i Invitation, err error) {
	wrong := service.Refuse(service.CodeInvitationLink).At("invitation")
	if len(text.Reveal()) > maxLink {
		return i, wrong
	}
	_, after, found := strings.Cut(text.Reveal(), linkScheme+"://")
	link, _, _ := strings.Cut(after, "\n")
	fields := strings.Fields(link)
	if !found || len(fields) == 0 {
		return i, wrong
	}
	u, err := url.Parse(linkScheme + "://" + strings.TrimRight(fields[0], ".,;:>)\"'”’"))
	if err != nil || u.Host != linkHost {
		return i, wrong
	}
	q := u.Query()
	if i.Server, err = ParseServer(q.Get("server")); err != nil {
		return i, wrong
	}
	if i.Key, err = ParseFingerprint(q.Get("key")); err != nil {
		return i, wrong
	}
	i.Email, i.Code, i.Computer = q.Get("email"), secret.NewText(q.Get("code")), q.Get("for") == linkComputer
	return i, nil
}

// DefaultPort is where a server listens that says nothing else.
const DefaultPort = "8443"

// ParseServer reads a server as it was typed: a name or an address, with a port or without, and perhaps with https:// in front. Errors: server_address.
func ParseServer(typed string) (server string, err error) {
	wrong := service.Refuse(service.CodeServerAddress).At("server")
	typed = strings.TrimSpace(typed)
	typed = strings.TrimSuffix(strings.TrimPrefix(typed, "https://"), "/")
	if typed == "" || len(typed) > 300 || strings.ContainsAny(typed, "/?#@ \\%") {
		return "", wrong
	}
	host, port, err := net.SplitHostPort(typed)
	if err != nil {
		host, port = strings.Trim(typed, "[]"), DefaultPort
	}
	if host == "" || port == "" || strings.ContainsFunc(port, func(r rune) bool { return r < '0' || r > '9' }) || len(port) > 5 || !hostFits(host) {
		return "", wrong
	}
	return net.JoinHostPort(host, port), nil
}

func hostFits(host string) bool {
	if net.ParseIP(host) != nil {
		return true
	}
	return !bytes.ContainsFunc([]byte(host), func(r rune) bool {
		return r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
