package bundle_test

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

// signer is the key of a workspace.
var signer = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// The keys of an admin and of somebody else. The first stays, so that what a fuzzer has found
// can be tried again; it opens nothing but tests.
var ours, others = must(age.ParseX25519Identity("AGE-SECRET-KEY-1A3F9VXD2X7WQKZ03KUE6TLYEVXAJC8VLCR06TULDTL8DWP90JXTQGT30TU")), must(age.GenerateX25519Identity())

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var passphrase = secret.NewText("tundra velvet orchard 91")

func sheets() bundle.Manifest {
	return bundle.Manifest{
		Kind: bundle.KindSheets, Workspace: "Northwind Legal", WorkspaceID: "w-1", CreatedBy: "Amara Okafor",
		CreatedAt: time.Date(2026, 11, 12, 9, 41, 0, 0, time.UTC), Details: map[string]string{"run": "28"},
	}
}

var content = map[string]string{"sheets.csv": "sheet,code\r\n443,P4XW-8NJC-R2HE-0TVM\r\n", "empty.txt": "", "sheets.json": "{}"}

func toOurs(t testing.TB) bundle.Recipients {
	t.Helper()
	r, err := bundle.ParseRecipients(ours.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func withOurs(t testing.TB) bundle.Identities {
	t.Helper()
	i, err := bundle.ParseIdentities(secret.NewText(ours.String()))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// made is a bundle of content and of whatever add adds.
func made(t testing.TB, to bundle.Recipients, add func(*bundle.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := bundle.Create(&b, to, signer, sheets())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sheets.csv", "empty.txt", "sheets.json"} {
		if err := w.Add(name, strings.NewReader(content[name])); err != nil {
			t.Fatal(err)
		}
	}
	if add != nil {
		if err := add(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(file []byte, with bundle.Identities) (bundle.Contents, error) {
	r, err := bundle.Open(bytes.NewReader(file), with)
	if err != nil {
		return bundle.Contents{}, err
	}
	return r.Verify()
}

// extract extracts into a folder of the test's, which must be empty or hold all.
func extract(t testing.TB, file []byte, with bundle.Identities) (folder string, c bundle.Contents, err error) {
	t.Helper()
	place := t.TempDir()
	folder = filepath.Join(place, "out")
	r, err := bundle.Open(bytes.NewReader(file), with)
	if err == nil {
		c, err = r.Extract(folder)
	}
	entries, listErr := os.ReadDir(place)
	if listErr != nil {
		t.Fatal(listErr)
	}
	if err != nil && len(entries) > 0 || err == nil && (len(entries) != 1 || entries[0].Name() != "out") {
		t.Errorf("after %v the folder holds %v", err, entries)
	}
	return folder, c, err
}

// sealed encrypts what somebody with our public key could have encrypted.
func sealed(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, ours.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(plain)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opened is what the age tool would take out.
func opened(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(file), ours)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// entry is an entry of a tar.
type entry struct {
	tar.Header
	content string
}

func plain(name, content string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o600, Format: tar.FormatUSTAR}, content}
}

// entries takes a good bundle apart.
func entries(t testing.TB, file []byte) (all []entry) {
	t.Helper()
	r := tar.NewReader(bytes.NewReader(opened(t, file)))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, plain(h.Name, string(b)))
	}
}

// packed puts entries together.
func packed(t testing.TB, all ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range all {
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// without and with change a list of entries and leave the original alone.
func without(all []entry, name string) []entry {
	return slices.DeleteFunc(slices.Clone(all), func(e entry) bool { return e.Name == name })
}

func before(all []entry, name string, more ...entry) []entry {
	i := slices.IndexFunc(all, func(e entry) bool { return e.Name == name })
	return slices.Insert(slices.Clone(all), i, more...)
}
