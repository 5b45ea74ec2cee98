package vault_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"countersign/backend/documents"
	"countersign/backend/vault"
)

// ageFolder is where ageTool has put the tool, if it was called.
var ageFolder string

// ageTool builds the age tool from its own module, of the version that build/tools.mod names.
var ageTool = sync.OnceValues(func() (tool string, err error) {
	if ageFolder, err = os.MkdirTemp("", "age-*"); err != nil {
		return "", err
	}
	tool = filepath.Join(ageFolder, "age")
	out, err := exec.Command("go", "build", "-modfile=../../build/tools.mod", "-o", tool, "filippo.io/age/cmd/age").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return tool, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if ageFolder != "" {
		_ = os.RemoveAll(ageFolder) // it is among the system's temporary files
	}
	os.Exit(code)
}

// runAge runs the age tool to its end.
func runAge(t testing.TB, args ...string) {
	t.Helper()
	tool, err := ageTool()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func written(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAgeTool_OpensADocumentWithTheEmergencyKit(t *testing.T) {
	t.Parallel()
	k, dir := newKeys(t, 2), t.TempDir()
	kit := written(t, dir, "kit.txt", []byte(k.Newest().Text().Reveal()))
	for _, size := range []int64{0, 1, 5*piece + 77} {
		file, plain := written(t, dir, "a.2.age", encrypted(t, k, size)), filepath.Join(dir, "plain")
		runAge(t, "-d", "-i", kit, "-o", plain, file)
		if got, err := os.ReadFile(plain); err != nil || !bytes.Equal(got, plainOf(t, size)) {
			t.Errorf("%d of %d bytes, %v", len(got), size, err)
		}
	}
}

func TestAgeTool_OpensTheIndexAndTheDocuments(t *testing.T) {
	t.Parallel()
	k, dir := newKeys(t, 1), t.TempDir()
	kit := written(t, dir, "kit.txt", []byte("# Emergency Kit\n"+k.Newest().Text().Reveal()+"\n"))
	files := must[*documents.Folder](t)(documents.Open(filepath.Join(dir, "documents")))
	const index = "file,name\na.1.age,Lease of the mill.pdf\n"
	if err := files.WriteIndex(func(w io.Writer) error {
		_, err := k.Encrypt(w, strings.NewReader(index), nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := add(files, k, written(t, dir, "lease.pdf", plainOf(t, piece)), nil); err != nil {
		t.Fatal(err)
	}
	if err := files.Settle("a.1.age"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"contents.age": []byte(index), "a.1.age": plainOf(t, piece)} {
		plain := filepath.Join(dir, "plain")
		runAge(t, "-d", "-i", kit, "-o", plain, filepath.Join(dir, "documents", name))
		if got, err := os.ReadFile(plain); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d of %d bytes, %v", name, len(got), len(want), err)
		}
	}
}

func TestAgeTool_OpensADocumentWithAMembersKey(t *testing.T) {
	t.Parallel()
	k, member, dir := newKeys(t, 3), newIdentity(t), t.TempDir()
	own := written(t, dir, "own.txt", []byte(member.Text().Reveal()))
	sealed := written(t, dir, "keys.age", must[[]byte](t)(k.EncryptTo(member.Recipient())))
	keys, plain := filepath.Join(dir, "keys.txt"), filepath.Join(dir, "plain")
	runAge(t, "-d", "-i", own, "-o", keys, sealed)
	runAge(t, "-d", "-i", keys, "-o", plain, written(t, dir, "a.3.age", encrypted(t, k, 1000)))
	if got, err := os.ReadFile(plain); err != nil || !bytes.Equal(got, plainOf(t, 1000)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestDecrypt_OpensWhatTheAgeToolEncrypted(t *testing.T) {
	t.Parallel()
	k, other, dir := newKeys(t, 2), newIdentity(t), t.TempDir()
	for _, size := range []int64{0, chunk, 5*piece + 77} {
		file, plain := filepath.Join(dir, "a.age"), written(t, dir, "plain", plainOf(t, size))
		runAge(t, "-r", other.Recipient(), "-r", k.Newest().Recipient(), "-o", file, plain)
		b := must[[]byte](t)(os.ReadFile(file))
		var out bytes.Buffer
		if _, err := k.Decrypt(&out, 2, bytes.NewReader(b), nil); err != nil || !bytes.Equal(out.Bytes(), plainOf(t, size)) {
			t.Errorf("%d of %d bytes, %v", out.Len(), size, err)
		}
		r, got, err := k.At(2, bytes.NewReader(b), int64(len(b)))
		if err != nil || got != size {
			t.Fatalf("%d of %d bytes, %v", got, size, err)
		}
		at := must[[]byte](t)(io.ReadAll(io.NewSectionReader(r, 0, size)))
		if !bytes.Equal(at, plainOf(t, size)) {
			t.Errorf("%d of %d bytes are others", len(at), size)
		}
	}
}

func TestIdentity_HasTheFormOfTheAgeTool(t *testing.T) {
	t.Parallel()
	i := newIdentity(t)
	if !identityForm.MatchString(i.Text().Reveal()) || !recipientForm.MatchString(i.Recipient()) {
		t.Errorf("%s has another form", i.Recipient())
	}
	if (vault.Identity{}).Recipient() != "" || !(vault.Identity{}).Text().Empty() {
		t.Error("no identity has a text")
	}
}

var (
	identityForm  = regexp.MustCompile("^AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}$")
	recipientForm = regexp.MustCompile("^age1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}$")
)
