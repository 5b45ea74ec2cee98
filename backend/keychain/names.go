package keychain

import (
	"fmt"
	"runtime"
	"strings"

	"countersign/backend/store"
)

// MaxName bounds a name. Windows keeps the account in a field of 513
// characters, and each may become two; macOS' command has room beside a value
// of MaxValue for more than this.
const MaxName = 200

// CheckName is ErrKeychainFailed for what is not a name for an item. A name
// holds ASCII letters, digits, '-', '/' and '.': no ':', which joins service and
// account on Windows and would let two names meet, and nothing that a shell, a
// D-Bus attribute or a person's keychain program reads in two ways.
func CheckName(name string) error {
	if name == "" || len(name) > MaxName || strings.ContainsFunc(name, isForeign) {
		return fmt.Errorf("%w: %q is not a name for an item", store.ErrKeychainFailed, name)
	}
	return nil
}

// accountFor checks a name and returns the account it is filed under.
func accountFor(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		return foldCase(name), nil
	}
	return name, nil
}

func isForeign(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '/', r == '.':
		return false
	}
	return true
}

// foldCase spells a name without capitals: A becomes _a. Credential Manager
// takes two names that differ only in case for one. No name holds '_', so no two
// names fold into one.
func foldCase(name string) string {
	var b strings.Builder
	for _, r := range name {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
