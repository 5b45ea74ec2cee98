package keychain

import (
	"runtime"
	"strings"

	"countersign/backend/store"
)

// accountFor checks a name and returns the account it is filed under.
func accountFor(name string) (string, error) {
	if err := store.CheckSecretName(name); err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		return foldCase(name), nil
	}
	return name, nil
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
