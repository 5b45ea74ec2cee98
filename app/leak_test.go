package app

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/pquerna/otp/totp"

	"countersign/backend/keychain"
)

// spellings are the forms in which a secret could lie about.
func spellings(raw []byte) map[string][]byte {
	wide := []byte{}
	for _, u := range utf16.Encode([]rune(string(raw))) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	lower := []byte(hex.EncodeToString(raw))
	quoted, _ := json.Marshal(string(raw))
	return map[string][]byte{
		"raw": raw, "UTF-16": wide, "hex": lower, "HEX": bytes.ToUpper(lower), "JSON": bytes.Trim(quoted, `"`),
		"base32": []byte(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)),
		"base64": []byte(base64.RawStdEncoding.EncodeToString(raw)), "base64url": []byte(base64.RawURLEncoding.EncodeToString(raw)),
	}
}

// TestDataFolder_HoldsNoSecretAfterEveryAct goes through everything that a person can do, then
// searches every file of the data folder while it is open, its WAL included.
func TestDataFolder_HoldsNoSecretAfterEveryAct(t *testing.T) {
	t.Parallel()
	memory := keychain.NewMemory()
	path := filepath.Join(t.TempDir(), "data")
	w := windowOn(t, path, memory)
	now := time.Now()
	w.s.now = func() time.Time { return now }
	secrets := map[string][]byte{"password": []byte(pass), "new password": []byte("granite lagoon whisper 47")}
	plantCodes := func(kind string, codes []string) {
		for _, c := range codes {
			secrets[kind+" "+c] = []byte(c)
			secrets[kind+" undashed "+c] = []byte(strings.ReplaceAll(c, "-", ""))
		}
	}
	plantKey := func(name string, groups []string) string {
		text := strings.Join(groups, "")
		key, err := base32.StdEncoding.DecodeString(text)
		w.ok(err)
		secrets[name] = key // its base32 is among the spellings
		return text
	}
	codeOf := func(key string) string {
		now = now.Add(30 * time.Second)
		code, err := totp.GenerateCode(key, now)
		w.ok(err)
		return code
	}

	in := w.create()
	v, err := w.enr.BeginEnable(in.Token, pass)
	w.ok(err)
	key := plantKey("key", v.KeyGroups)
	c, err := w.enr.Confirm(in.Token, codeOf(key))
	w.ok(err)
	plantCodes("code", c.Codes)
	w.ok(w.actions.CopyCodes(in.Token))
	_, err = w.enr.Continue(in.Token)
	w.ok(err)
	_, err = w.prof.Rename(in.Token, "Amara N. Okafor")
	w.ok(err)
	v, err = w.enr.BeginChangePhone(in.Token, 0, w.page.proof(pass, "code", codeOf(key)))
	w.ok(err)
	key = plantKey("second key", v.KeyGroups)
	_, err = w.enr.Confirm(in.Token, codeOf(key))
	w.ok(err)
	sheet, err := w.enr.BeginNewCodes(in.Token, w.page.proof(pass, "code", codeOf(key)))
	w.ok(err)
	plantCodes("new code", sheet.Codes)
	_, err = w.enr.KeepNewCodes(in.Token)
	w.ok(err)
	_, err = w.prof.ChangePassword(in.Token, pass, "granite lagoon whisper 47", w.page.factor("code", codeOf(key)))
	w.ok(err)
	w.auth.Lock(in.Token)
	w.locked("asked")
	if _, err := w.auth.SignIn(email, "a wrong password, typed by mistake"); err == nil {
		t.Fatal("it opened")
	}
	secrets["wrong password"] = []byte("a wrong password, typed by mistake")
	r, err := w.auth.SignIn(email, "granite lagoon whisper 47")
	w.ok(err)
	back, err := w.auth.UseRecoveryCode(r.Challenge.Token, sheet.Codes[4])
	w.ok(err)
	_, err = w.prof.NotMe(back.Token)
	w.ok(err)
	_ = w.s.present(os.ErrClosed) // and something for the log
	for _, name := range memory.Names() {
		item, err := memory.Get(context.Background(), name)
		w.ok(err)
		if !strings.HasSuffix(name, "/anchor") && !strings.Contains(name, "/totp/") {
			secrets[name] = item.Reveal()
		}
	}

	files := 0
	w.ok(filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(file)
		files++
		for name, secret := range secrets {
			for form, spelled := range spellings(secret) {
				if bytes.Contains(content, spelled) {
					t.Errorf("%s holds the %s in %s", filepath.Base(file), name, form)
				}
			}
		}
		return err
	}))
	if files < 3 || len(secrets) < 45 {
		t.Errorf("only %d files and %d secrets", files, len(secrets))
	}
}
