package secretsfile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/secretsfile"
	"countersign/backend/service"
	"countersign/backend/store"
)

func set(t *testing.T, s store.Secrets, name, value string) {
	t.Helper()
	if err := s.Set(t.Context(), name, secret.NewBytes([]byte(value))); err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, s store.Secrets, name, value string) {
	t.Helper()
	got, err := s.Get(t.Context(), name)
	if err != nil || string(got.Reveal()) != value {
		t.Errorf("%s: %d bytes, %v", name, got.Len(), err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func read(t *testing.T, dir string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, secretsfile.Name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func put(t *testing.T, dir string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, secretsfile.Name), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_TakesOnlyTheRightPassphrase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set(t, create(t, dir), "w/a", "apricot")
	wants(t, open(t, dir), "w/a", "apricot")
	for _, wrong := range []string{"", "lantern gravel oboe nineteen ", "Lantern gravel oboe nineteen"} {
		_, err := secretsfile.Open(t.Context(), dir, secret.NewText(wrong))
		is(t, err, secretsfile.ErrPassphrase)
	}
	if st, err := os.Stat(filepath.Join(dir, secretsfile.Name)); err != nil || runtime.GOOS != "windows" && st.Mode() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
}

func TestOpen_PassphraseIsTheSameInEachUnicodeForm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := secretsfile.Create(t.Context(), dir, secret.NewText("s\u00e9same et th\u00e9 vert"), cheap)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	f, err = secretsfile.Open(t.Context(), dir, secret.NewText("se\u0301same et the\u0301 vert"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

func TestFile_HasNoSecretInClear(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, dir)
	set(t, f, "w/a", "a secret of some length")
	raw := read(t, dir)
	for _, word := range []string{"a secret", "lantern", "oboe"} {
		if bytes.Contains(raw, []byte(word)) {
			t.Errorf("%q is in it", word)
		}
	}
	set(t, f, "w/a", "a secret of some length")
	if bytes.Equal(raw, read(t, dir)) {
		t.Error("the same value sealed twice is the same text")
	}
}

func TestCreate_NeverReplacesAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set(t, create(t, dir), "w/a", "apricot")
	_, err := secretsfile.Create(t.Context(), dir, phrase, cheap)
	is(t, err, secretsfile.ErrExists)
	wants(t, open(t, dir), "w/a", "apricot")
}

func TestOpen_RefusesAFileWithAnyByteChangedOrMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, dir)
	set(t, f, "w/a", "apricot")
	whole := read(t, dir)
	opens := func(what string, i int) {
		_, err := secretsfile.Open(t.Context(), dir, phrase)
		if !errors.Is(err, store.ErrSecretsDamaged) {
			t.Errorf("%s %d: %v", what, i, err)
		}
		if _, err := f.Get(t.Context(), "w/a"); err == nil && len(read(t, dir)) != len(whole) {
			t.Errorf("%s %d: read by whoever has it open", what, i)
		}
		if err := f.Set(t.Context(), "w/b", secret.NewBytes(nil)); !errors.Is(err, store.ErrSecretsDamaged) {
			t.Errorf("%s %d: written over by whoever has it open: %v", what, i, err)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x10
		put(t, dir, changed)
		opens("changed", i)
	}
	for _, n := range []int{0, 1, 22, 100, len(whole) / 2, len(whole) - 33, len(whole) - 1} {
		put(t, dir, whole[:n])
		opens("cut", n)
	}
	put(t, dir, append(bytes.Clone(whole), 0))
	opens("longer", 0)
	put(t, dir, whole)
	wants(t, f, "w/a", "apricot")
}

func TestOpen_RefusesItemsOfAnotherFile(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	set(t, create(t, one), "w/a", "apricot")
	set(t, create(t, two), "w/a", "avocado")
	a, b := read(t, one), read(t, two)
	if len(a) != len(b) {
		t.Fatal("the files differ in length")
	}
	const head = 188 // see head.go
	put(t, one, append(bytes.Clone(a[:head]), b[head:]...))
	_, err := secretsfile.Open(t.Context(), one, phrase)
	is(t, err, store.ErrSecretsDamaged)
}

func TestFile_RefusesAnOlderCopyWhileOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, dir)
	set(t, f, "w/anchor", "1")
	old := read(t, dir)
	set(t, f, "w/anchor", "2")
	put(t, dir, old)
	_, err := f.Get(t.Context(), "w/anchor")
	is(t, err, store.ErrSecretsDamaged)
	is(t, f.Delete(t.Context(), "w/anchor"), store.ErrSecretsDamaged)
}

func TestFile_DeletedIsDamagedAndNotEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := create(t, dir)
	set(t, f, "w/a", "apricot")
	if err := os.Remove(filepath.Join(dir, secretsfile.Name)); err != nil {
		t.Fatal(err)
	}
	_, err := f.Get(t.Context(), "w/a")
	is(t, err, store.ErrSecretsDamaged)
	is(t, f.Set(t.Context(), "w/a", secret.NewBytes(nil)), store.ErrSecretsDamaged)
	if _, err := os.Lstat(filepath.Join(dir, secretsfile.Name)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it was made anew")
	}
}

func TestOpen_RefusesAFolderOrALink(t *testing.T) {
	t.Parallel()
	for what, lay := range map[string]func(path, elsewhere string) error{
		"a folder": func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"a link": func(path, elsewhere string) error {
			return os.Symlink(filepath.Join(elsewhere, secretsfile.Name), path)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir, elsewhere := t.TempDir(), t.TempDir()
			create(t, elsewhere)
			if err := lay(filepath.Join(dir, secretsfile.Name), elsewhere); err != nil {
				t.Fatal(err)
			}
			there, err := secretsfile.Exists(dir)
			if !there || err != nil {
				t.Errorf("%v %v", there, err)
			}
			_, err = secretsfile.Open(t.Context(), dir, phrase)
			is(t, err, store.ErrSecretsDamaged)
			_, err = secretsfile.Create(t.Context(), dir, phrase, cheap)
			is(t, err, secretsfile.ErrExists)
		})
	}
}

func TestClose_LocksTheFile(t *testing.T) {
	t.Parallel()
	f := create(t, t.TempDir())
	set(t, f, "w/a", "apricot")
	f.Close()
	_, err := f.Get(t.Context(), "w/a")
	is(t, err, store.ErrSecretsLocked)
	is(t, f.Set(t.Context(), "w/b", secret.NewBytes(nil)), store.ErrSecretsLocked)
}

func TestCheck_PassphraseRulesAreThoseOfAPassword(t *testing.T) {
	t.Parallel()
	for passphrase, want := range map[string]service.Code{
		"":                          service.CodePassphraseRequired,
		"velvet tundra":             service.CodePassphraseShort,
		"aaaaaaaaaaaaaaaaaaaaaaaaa": service.CodePassphraseCommon,
		strings.Repeat("tundra velvet orchard ", 60): service.CodePassphraseLong,
	} {
		err := secretsfile.Check(secret.NewText(passphrase))
		var e *service.Error
		if !errors.As(err, &e) || e.Code != want || e.Field != "passphrase" {
			t.Errorf("%.20q: %v", passphrase, err)
		}
	}
	if err := secretsfile.Check(phrase); err != nil {
		t.Error(err)
	}
}

func TestChange_EncryptsAllAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, beside := create(t, dir), open(t, dir)
	set(t, f, "w/a", "apricot")
	set(t, f, "w/empty", "")
	old := read(t, dir)
	next := secret.NewText("kettle drum marzipan seven")
	is(t, f.Opens(t.Context(), next), secretsfile.ErrPassphrase)
	if err := errors.Join(f.Opens(t.Context(), phrase), f.Change(t.Context(), next, cheap)); err != nil {
		t.Fatal(err)
	}
	wants(t, f, "w/a", "apricot")
	set(t, f, "w/b", "banana")
	is(t, f.Opens(t.Context(), phrase), secretsfile.ErrPassphrase)
	_, err := secretsfile.Open(t.Context(), dir, phrase)
	is(t, err, secretsfile.ErrPassphrase)
	g, err := secretsfile.Open(t.Context(), dir, next)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	for name, value := range map[string]string{"w/a": "apricot", "w/b": "banana", "w/empty": ""} {
		wants(t, g, name, value)
	}

	// Whoever had it open has to open it again, and the old head opens nothing of it.
	_, err = beside.Get(t.Context(), "w/a")
	is(t, err, store.ErrSecretsLocked)
	is(t, beside.Set(t.Context(), "w/c", secret.NewBytes(nil)), store.ErrSecretsLocked)
	const head = 188 // see head.go
	put(t, dir, append(bytes.Clone(old[:head]), read(t, dir)[head:]...))
	_, err = secretsfile.Open(t.Context(), dir, phrase)
	is(t, err, store.ErrSecretsDamaged)
}
