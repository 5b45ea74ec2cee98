//go:build !windows

package serverkey

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"countersign/backend/secret"
)

func created(t *testing.T) (k *Key, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "server.key")
	k, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return k, path
}

func written(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "server.key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// refuses expects a refusal whose sentence says this.
func refuses(t *testing.T, what string, err, want error, says string) {
	t.Helper()
	if !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, not %v with %q", what, err, want, says)
	}
}

// fixed is a key of ours whose values are known.
func fixed() *Key { return &Key{secret.NewBytes(bytes.Repeat([]byte{0x2a}, keySize))} }

func TestCreate_MakesANewKeyThatOnlyItsOwnerCanRead(t *testing.T) {
	t.Parallel()
	k, path := created(t)
	again, err := Read(path)
	if err != nil || again.Fingerprint() != k.Fingerprint() {
		t.Errorf("read back: %v", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if other, _ := created(t); other.Fingerprint() == k.Fingerprint() || len(k.Fingerprint()) != 32 {
		t.Errorf("two keys have the fingerprints %s and %s", other.Fingerprint(), k.Fingerprint())
	}
}

func TestCreate_NeverReplacesAFile(t *testing.T) {
	t.Parallel()
	path := written(t, "precious")
	_, err := Create(path)
	refuses(t, "there", err, ErrThere, path)
	if b, err := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("it reads %q, %v", b, err)
	}
	if _, err := Create(filepath.Join(t.TempDir(), "none", "server.key")); err == nil || errors.Is(err, ErrThere) {
		t.Errorf("in no folder: %v", err)
	}
	path = filepath.Join(t.TempDir(), "server.key")
	var all sync.WaitGroup
	var won atomic.Int32
	var print atomic.Value
	for range 8 {
		all.Go(func() {
			k, err := Create(path)
			if err == nil {
				won.Add(1)
				print.Store(k.Fingerprint())
			} else if !errors.Is(err, ErrThere) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if k, err := Read(path); err != nil || won.Load() != 1 || k.Fingerprint() != print.Load() {
		t.Errorf("%d of 8 at once have made it, %v", won.Load(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("there is %v, %v", left, err)
	}
}

// TestRead_KnowsTheFormOfTheFirstVersion holds what servers have on their disks.
func TestRead_KnowsTheFormOfTheFirstVersion(t *testing.T) {
	t.Parallel()
	const text = "countersign-server-key-v1 KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio c2fab76dcd1d991e"
	if got := string(format(fixed().key.Reveal())); got != text+"\n" {
		t.Errorf("it is written as %q", got)
	}
	for _, end := range []string{"", "\n", "\r\n"} {
		k, err := Read(written(t, text+end))
		if err != nil || !k.key.Equal(fixed().key) {
			t.Errorf("with the end %q: %v", end, err)
		}
	}
}

func TestRead_CutChangedAndForeignFilesAreNoKeys(t *testing.T) {
	t.Parallel()
	text := strings.TrimSuffix(string(format(fixed().key.Reveal())), "\n")
	for n := range len(text) {
		_, err := parse([]byte(text[:n]))
		refuses(t, fmt.Sprintf("cut to %d", n), err, ErrForm, "not a server key")
	}
	for n := range len(text) {
		for _, flip := range []byte{1, 2, 0x20, 0x80} {
			changed := []byte(text)
			changed[n] ^= flip
			if _, err := parse(changed); !errors.Is(err, ErrForm) {
				t.Errorf("changed at %d: %v", n, err)
			}
		}
	}
	for content, says := range map[string]string{
		"":                                      "not a server key",
		"AGE-SECRET-KEY-1QQQ":                   "not a server key",
		"\n" + text:                             "not a server key",
		"countersign-server-key-v2 x":           "that this version knows",
		text[:40]:                               "cut short",
		text + text:                             "more than one",
		text + "\n" + text + "\n":               "more than one",
		text + strings.Repeat(" ", maxFile):     "more than one",
		text[:30] + "A" + text[31:]:             "has changed",
		text + "\n" + strings.Repeat("\n", 1e5): "", // the end of the line, as often as one likes
	} {
		_, err := Read(written(t, content))
		if says == "" && err != nil {
			t.Error(err)
		}
		if says != "" {
			refuses(t, fmt.Sprintf("%.30q", content), err, ErrForm, says)
			if strings.HasPrefix(says, ":") && !strings.HasSuffix(err.Error(), says) {
				t.Errorf("%.30q: %v", content, err)
			}
		}
	}
}

func TestRead_WhatIsNoFileIsNoKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Read(filepath.Join(dir, "none"))
	refuses(t, "nothing", err, ErrMissing, filepath.Join(dir, "none"))
	_, err = Read(dir)
	refuses(t, "a folder", err, ErrForm, "not a file")
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Read(pipe) // whoever waits for a writer waits for ever
	refuses(t, "a pipe", err, ErrForm, "not a file")
	if _, err := Read("/proc/self/mem"); err == nil {
		t.Error("read from memory")
	}
}

func TestRead_KeyThatOthersCanReachIsRefused(t *testing.T) {
	t.Parallel()
	const me, root, other = 1000, 0, 1001
	for _, c := range []struct {
		mode  fs.FileMode
		owner int
		ok    bool
	}{
		{0o600, me, true}, {0o400, me, true}, {0o700, me, true}, {0o600, root, true}, {0o440, root, true}, {0o640, root, true},
		{0o640, me, false}, {0o604, me, false}, {0o602, me, false}, {0o601, me, false}, {0o620, me, false},
		{0o644, root, false}, {0o660, root, false}, {0o442, root, false}, {0o600, other, false}, {0o400, other, false},
	} {
		err := private(c.mode, c.owner, me)
		if c.ok && err != nil {
			t.Errorf("%04o of %d: %v", c.mode, c.owner, err)
		}
		if !c.ok {
			refuses(t, fmt.Sprintf("%04o of %d", c.mode, c.owner), err, ErrExposed, "others can")
		}
	}
	_, path := created(t)
	if err := os.Chmod(path, 0o604); err != nil {
		t.Fatal(err)
	}
	_, err := Read(path)
	refuses(t, "a file", err, ErrExposed, "0604")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	_, err = Read(link)
	refuses(t, "a link to it", err, ErrExposed, "0604")
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err = Read(link); err != nil { // as Kubernetes has its secrets
		t.Error(err)
	}
}

func TestCredential_IsTheFileThatSystemdNames(t *testing.T) {
	k, path := created(t)
	t.Setenv(credentials, filepath.Dir(path))
	got, err := Credential("server.key")
	if err != nil || got.Fingerprint() != k.Fingerprint() {
		t.Error(err)
	}
	for _, name := range []string{"other", "", ".", "..", "../" + filepath.Base(filepath.Dir(path)) + "/server.key", "a\x00"} {
		_, err := Credential(name)
		refuses(t, fmt.Sprintf("%q", name), err, ErrMissing, "no server key")
	}
	for _, dir := range []string{"", ".", "credentials"} {
		t.Setenv(credentials, dir)
		_, err := Credential("server.key")
		refuses(t, fmt.Sprintf("in %q", dir), err, ErrMissing, "no credentials")
	}
}

func TestBox_OpensOnlyWhatIsItsOwnAndInItsPlace(t *testing.T) {
	t.Parallel()
	k := fixed()
	box := k.For("secrets")
	other := &Key{secret.NewBytes(bytes.Repeat([]byte{0x2b}, keySize))}
	for _, size := range []int{0, 1, 32, 2000} {
		value := secret.NewBytes(bytes.Repeat([]byte{9}, size))
		sealed, err := box.Encrypt(value, "workspace", "item")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := fixed().For("secrets").Decrypt(sealed, "workspace", "item"); err != nil || !got.Equal(value) || len(sealed) != size+overhead {
			t.Errorf("%d bytes: %v", size, err)
		}
		if again, err := box.Encrypt(value, "workspace", "item"); err != nil || bytes.Equal(again[nonceAt:textAt], sealed[nonceAt:textAt]) || bytes.Equal(again[textAt:], sealed[textAt:]) {
			t.Errorf("twice the same, %v", err)
		}
		for what, open := range map[string]func() (secret.Bytes, error){
			"another name":      func() (secret.Bytes, error) { return box.Decrypt(sealed, "workspace", "other") },
			"another workspace": func() (secret.Bytes, error) { return box.Decrypt(sealed, "other", "item") },
			"moved limits":      func() (secret.Bytes, error) { return box.Decrypt(sealed, "workspacei", "tem") },
			"parts that joined": func() (secret.Bytes, error) { return box.Decrypt(sealed, "workspaceitem") },
			"one part more":     func() (secret.Bytes, error) { return box.Decrypt(sealed, "workspace", "item", "") },
			"another purpose":   func() (secret.Bytes, error) { return k.For("other").Decrypt(sealed, "workspace", "item") },
			"another key":       func() (secret.Bytes, error) { return other.For("secrets").Decrypt(sealed, "workspace", "item") },
		} {
			got, err := open()
			refuses(t, what, err, ErrNotOpen, "does not open")
			if got.Len() > 0 {
				t.Errorf("%s gave %d bytes", what, got.Len())
			}
		}
		for n := range len(sealed) {
			changed := bytes.Clone(sealed)
			changed[n] ^= 1
			_, err := box.Decrypt(changed, "workspace", "item")
			_, cut := box.Decrypt(sealed[:n], "workspace", "item")
			if !errors.Is(err, ErrNotOpen) || !errors.Is(cut, ErrNotOpen) {
				t.Errorf("changed at %d: %v; cut there: %v", n, err, cut)
			}
		}
	}
}

// TestBox_KnowsTheFormOfTheFirstVersion holds what databases have in them.
func TestBox_KnowsTheFormOfTheFirstVersion(t *testing.T) {
	t.Parallel()
	k := fixed()
	if got := k.Fingerprint(); got != "4440126b8a87ec75e7e3ae86af385069" {
		t.Errorf("the fingerprint is %s", got)
	}
	const sealed = "018d65840d649974edd8b5ece90fcb8199e47947f823f5250bba624b829d7c4d49f3ec90214ebcbab8979b40381b"
	b, err := hex.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.For("secrets").Decrypt(b, "workspace", "item"); err != nil || string(got.Reveal()) != "value" {
		t.Errorf("%v", err)
	}
}

func TestKey_PrintsNothingOfItself(t *testing.T) {
	t.Parallel()
	k := fixed()
	for _, v := range []any{k, *k, k.For("x"), *k.For("x")} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s"} {
			if said := fmt.Sprintf(verb, v); strings.Contains(said, "2a2a") || strings.Contains(said, "42 42") || strings.Contains(said, "0x2a, 0x2a") || strings.Contains(said, "****") {
				t.Errorf("%s: %s", verb, said)
			}
		}
	}
	k.Close()
	if !bytes.Equal(k.key.Reveal(), make([]byte, keySize)) {
		t.Error("it is not wiped")
	}
}
