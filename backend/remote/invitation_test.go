package remote_test

import (
	"strings"
	"testing"

	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
)

func TestInvitation_LinkIsReadInAMessage(t *testing.T) {
	t.Parallel()
	in := remote.Invitation{
		Server: "legal.example.com:8443", Key: remote.Fingerprint{1, 2, 250}, Email: "amara+x&y@example.com", Code: secret.NewText("A1B2-C3D4-E5F6-G7H8"),
	}
	link := in.Link().Reveal()
	for what, text := range map[string]string{
		"alone": link, "with a line after it": link + "\nValid for 48 hours.", "in a sentence": "Join with " + link + ".", "in brackets": "<" + link + ">", "with spaces": "  " + link + " \r\n",
	} {
		got, err := remote.ParseInvitation(secret.NewText(text))
		if err != nil || got.Server != in.Server || got.Key != in.Key || got.Email != in.Email || got.Code.Reveal() != in.Code.Reveal() {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
}

func TestInvitation_RefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	good := remote.Invitation{Server: "legal.example.com:8443", Email: "a@example.com", Code: secret.NewText("A1B2-C3D4-E5F6-G7H8")}.Link().Reveal()
	for what, text := range map[string]string{
		"nothing": "", "words": "Welcome!", "the scheme alone": "countersign://", "another act": strings.Replace(good, "//join", "//leave", 1),
		"no server": strings.Replace(good, "server=", "servers=", 1), "a short key": strings.Replace(good, "key=AAAA-", "key=", 1), "no key": strings.Replace(good, "key=", "keys=", 1),
		"a broken escape": strings.Replace(good, "%3A8443", "%", 1), "too long": good + " " + strings.Repeat("x", 1<<20),
	} {
		if _, err := remote.ParseInvitation(secret.NewText(text)); !service.IsCode(err, service.CodeInvitationLink) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestFingerprint_IsReadAsItIsTyped(t *testing.T) {
	t.Parallel()
	want := remote.Fingerprint{0: 0x72, 7: 3, 19: 9}
	text := want.String()
	if len(text) != 39 || strings.Count(text, "-") != 7 {
		t.Errorf("%q", text)
	}
	if !strings.Contains(text, "OI") {
		t.Errorf("%s has no letters that digits look like", text)
	}
	for _, typed := range []string{text, strings.ToLower(text), strings.ReplaceAll(text, "-", ""), strings.ReplaceAll(text, "-", " ") + "\n", strings.NewReplacer("O", "0", "I", "1").Replace(text)} {
		if got, err := remote.ParseFingerprint(typed); err != nil || got != want {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "A", text[1:], text + "A", strings.Replace(text, "A", "8", 1), strings.Repeat("A", 1<<20)} {
		if _, err := remote.ParseFingerprint(typed); !service.IsCode(err, service.CodeServerKey) {
			t.Errorf("%.50q: %v", typed, err)
		}
	}
}

func TestParseServer_TakesANameAndAPort(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"legal.example.com": "legal.example.com:8443", "legal.example.com:443": "legal.example.com:443", " https://legal.example.com:9/ ": "legal.example.com:9",
		"192.0.2.7": "192.0.2.7:8443", "[2001:db8::1]:443": "[2001:db8::1]:443", "[2001:db8::1]": "[2001:db8::1]:8443", "localhost:1": "localhost:1",
	} {
		if got, err := remote.ParseServer(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{
		"", "http://legal.example.com", "ftp://x", "a b", "user@host", "host/path", "host:port", "host:123456", ":443", "host:", "hö.example", "host?x", "a\\b", "host%20", strings.Repeat("x", 301),
	} {
		if got, err := remote.ParseServer(typed); !service.IsCode(err, service.CodeServerAddress) {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
}
