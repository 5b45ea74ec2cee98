package bundle_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

func TestParseRecipients_NamesEachWrongLine(t *testing.T) {
	t.Parallel()
	mine, theirs, quantum := ours.Recipient().String(), others.Recipient().String(), must(age.GenerateHybridIdentity()).Recipient().String()
	var many strings.Builder
	for range bundle.MaxRecipients + 1 {
		fmt.Fprintln(&many, must(age.GenerateX25519Identity()).Recipient())
	}
	for name, tt := range map[string]struct {
		text string
		want bundle.LinesError
	}{
		"Good":        {"\ufeff# both\r\n" + mine + "\r\n\r\n  " + theirs + " ", nil},
		"Twice":       {mine + "\n" + mine, nil},
		"Empty":       {"", bundle.LinesError{{0, bundle.ReasonNone}}},
		"CommentOnly": {"# nobody\n\n", bundle.LinesError{{0, bundle.ReasonNone}}},
		"Typo":        {mine + "\n" + mistyped(theirs, 20, "qp") + "\n", bundle.LinesError{{2, bundle.ReasonTypo}}},
		"CutOff":      {mine[:40], bundle.LinesError{{1, bundle.ReasonTypo}}},
		"Private":     {"# oops\n" + ours.String(), bundle.LinesError{{2, bundle.ReasonPrivate}}},
		"SSH":         {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA amara@example.com", bundle.LinesError{{1, bundle.ReasonOther}}},
		"Plugin":      {"age1yubikey1qwerty", bundle.LinesError{{1, bundle.ReasonOther}}},
		"Words":       {"amara@example.com\nsam", bundle.LinesError{{1, bundle.ReasonForm}, {2, bundle.ReasonForm}}},
		"Mixed":       {mine + "\n" + quantum, bundle.LinesError{{2, bundle.ReasonMixed}}},
		"Many":        {many.String(), bundle.LinesError{{bundle.MaxRecipients + 1, bundle.ReasonMany}}},
	} {
		r, err := bundle.ParseRecipients(tt.text)
		var lines bundle.LinesError
		if errors.As(err, &lines); !slices.Equal(lines, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, not %v", name, err, tt.want)
		}
		if err == nil && !slices.Contains(r.Keys(), mine) || err != nil && len(r.Keys()) > 0 {
			t.Errorf("%s: the keys are %v", name, r.Keys())
		}
	}
}

// mistyped is a key with the first letter at a place, or the second where the first stands there.
func mistyped(key string, at int, letters string) string {
	letter := letters[:1]
	if key[at:at+1] == letter {
		letter = letters[1:]
	}
	return key[:at] + letter + key[at+1:]
}

func TestParseIdentities_NamesWrongLinesWithoutQuotingThem(t *testing.T) {
	t.Parallel()
	mine, theirs := ours.String(), others.String()
	for name, tt := range map[string]struct {
		text string
		want bundle.LinesError
	}{
		"Good":   {"# created: 2026-11-12\n# public key: " + ours.Recipient().String() + "\n" + mine + "\n", nil},
		"Two":    {mine + "\n" + theirs, nil},
		"Empty":  {"\n", bundle.LinesError{{0, bundle.ReasonNone}}},
		"Typo":   {mine + "\n" + mistyped(theirs, 30, "QP"), bundle.LinesError{{2, bundle.ReasonTypo}}},
		"Public": {ours.Recipient().String(), bundle.LinesError{{1, bundle.ReasonPublic}}},
		"Plugin": {"AGE-PLUGIN-YUBIKEY-1QWERTY", bundle.LinesError{{1, bundle.ReasonOther}}},
		"SSH":    {"-----BEGIN OPENSSH PRIVATE KEY-----", bundle.LinesError{{1, bundle.ReasonOther}}},
		"Locked": {"age-encryption.org/v1\n-> scrypt x 18\n\x00\x01\n", bundle.LinesError{{1, bundle.ReasonLocked}}},
		"Words":  {"hunter2", bundle.LinesError{{1, bundle.ReasonForm}}},
	} {
		_, err := bundle.ParseIdentities(secret.NewText(tt.text))
		var lines bundle.LinesError
		if errors.As(err, &lines); !slices.Equal(lines, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, not %v", name, err, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: the error repeats the line: %v", name, err)
		}
	}
}

func TestKeys_PrintAsElided(t *testing.T) {
	t.Parallel()
	to := must(bundle.ToPassphrase(passphrase))
	type holder struct{ with, key any }
	for _, v := range []any{to, bundle.WithPassphrase(passphrase), withOurs(t), holder{bundle.WithPassphrase(passphrase), withOurs(t)}} {
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if text := fmt.Sprintf(verb, v) + string(encoded); strings.Contains(text, "velvet") || strings.Contains(strings.ToUpper(text), "SECRET-KEY") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
	if _, err := bundle.ToPassphrase(secret.Text{}); !errors.Is(err, bundle.ErrNoPassphrase) {
		t.Errorf("an empty passphrase: %v", err)
	}
}

func TestFingerprint_ReadsBackHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	f := bundle.FingerprintOf(signer.Public().(ed25519.PublicKey))
	text := f.String()
	if len(text) != 39 || strings.Count(text, "-") != 7 || strings.ContainsAny(text, "ILOU") {
		t.Errorf("%s", text)
	}
	for _, typed := range []string{text, strings.ToLower(text), strings.ReplaceAll(text, "-", " "), strings.ReplaceAll(text, "-", ""), " " + strings.ReplaceAll(strings.ReplaceAll(text, "0", "o"), "1", "l") + "\n"} {
		if got, err := bundle.ParseFingerprint(typed); err != nil || got != f {
			t.Errorf("%q: %s, %v", typed, got, err)
		}
	}
	for _, wrong := range []string{"", text[1:], text + "A", "U" + text[1:], strings.Repeat("é", 16)} {
		if _, err := bundle.ParseFingerprint(wrong); err == nil {
			t.Errorf("%q is read", wrong)
		}
	}
	if b, err := json.Marshal(f); err != nil || string(b) != `"`+text+`"` {
		t.Errorf("%s, %v", b, err)
	}
}
