package keychain

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"countersign/backend/store"
)

// FuzzDecode reads an item that somebody else has put where ours should be.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", " ", "a", "AA==", "AB==", "AA=", "AA==\n", "A\nA==", "AA==AA==", "-_==", "go-keyring-base64:AA==", "\x00", "ＡＡ＝＝"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := decode(text)
		if err != nil {
			if !errors.Is(err, store.ErrKeychainFailed) {
				t.Errorf("an answer without a name: %v", err)
			}
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Errorf("the error quotes the item: %v", err)
			}
			return
		}
		if base64.StdEncoding.EncodeToString(b.Reveal()) != text {
			t.Errorf("%q is read, and is not how it would be written", text)
		}
	})
}

// FuzzNames sees to it that no two names are filed under one account.
func FuzzNames(f *testing.F) {
	for _, s := range [][2]string{{"w/totp/p/1", "w/totp/p/2"}, {"a", "A"}, {"_a", "A"}, {"a:b", "a/b"}, {"", " "}, {"a\n", "a"}, {"é", "e\u0301"}, {strings.Repeat("a", 200), strings.Repeat("a", 201)}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		one, err1 := accountFor(a)
		two, err2 := accountFor(b)
		for _, err := range []error{err1, err2} {
			if err != nil && !errors.Is(err, store.ErrKeychainFailed) {
				t.Errorf("an answer without a name: %v", err)
			}
		}
		if err1 != nil || err2 != nil {
			return
		}
		if (a == b) != (one == two) || (a == b) != bytes.Equal([]byte(foldCase(a)), []byte(foldCase(b))) {
			t.Errorf("%q is filed as %q, %q as %q", a, one, b, two)
		}
		if strings.ToLower(foldCase(a)) != foldCase(a) {
			t.Errorf("%q is filed with capitals: %q", a, foldCase(a))
		}
	})
}
