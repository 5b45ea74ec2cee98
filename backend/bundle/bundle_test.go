package bundle_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

func TestBundle_OpensForThePassphraseAndEachKey(t *testing.T) {
	t.Parallel()
	byPassphrase, err := bundle.ToPassphrase(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	quantum := must(age.GenerateHybridIdentity())
	two, err := bundle.ParseRecipients("# admins\n" + ours.Recipient().String() + "\n" + others.Recipient().String() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	strong, err := bundle.ParseRecipients(quantum.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	keys := func(text string) bundle.Identities { return must(bundle.ParseIdentities(secret.NewText(text))) }
	for name, tt := range map[string]struct {
		to   bundle.Recipients
		with bundle.Identities
		lock bundle.Lock
	}{
		"passphrase":         {byPassphrase, bundle.WithPassphrase(passphrase), bundle.LockPassphrase},
		"one key":            {toOurs(t), withOurs(t), bundle.LockKeys},
		"first of two":       {two, withOurs(t), bundle.LockKeys},
		"second of two":      {two, keys(others.String()), bundle.LockKeys},
		"several to try":     {toOurs(t), keys("# old\n" + others.String() + "\n\n# new\r\n" + ours.String() + "\r\n"), bundle.LockKeys},
		"a post-quantum one": {strong, keys(quantum.String()), bundle.LockKeys},
	} {
		file := made(t, tt.to, nil)
		if lock, err := bundle.LockOf(bytes.NewReader(file)); err != nil || lock != tt.lock {
			t.Errorf("%s: the lock is %d, %v", name, lock, err)
		}
		folder, c, err := extract(t, file, tt.with)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, f := range c.Files {
			got, err := os.ReadFile(filepath.Join(folder, f.Name))
			if err != nil || string(got) != content[f.Name] || f.Size != int64(len(got)) || f.SHA256 != sha256.Sum256(got) {
				t.Errorf("%s: %s is %q, %v", name, f.Name, got, err)
			}
		}
		if len(c.Files) != len(content) || c.Workspace != "Northwind Legal" || c.Kind != bundle.KindSheets || c.Details["run"] != "28" || !c.CreatedAt.Equal(sheets().CreatedAt) {
			t.Errorf("%s: %+v", name, c)
		}
		if c.SignedBy != bundle.FingerprintOf(signer.Public().(ed25519.PublicKey)) {
			t.Errorf("%s: signed by %s", name, c.SignedBy)
		}
		if again, err := verify(file, tt.with); err != nil || fmt.Sprint(again) != fmt.Sprint(c) {
			t.Errorf("%s: verifying finds %+v, %v", name, again, err)
		}
	}
}

func TestExtract_FilesAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	folder, _, err := extract(t, made(t, toOurs(t), nil), withOurs(t))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	names := map[string]bool{}
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names[e.Name()] = true
		if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if len(names) != 5 || !names["manifest.json"] || !names["manifest.sig"] {
		t.Errorf("the folder holds %v", names)
	}
}

func TestExtract_ReplacesNothing(t *testing.T) {
	t.Parallel()
	file := made(t, toOurs(t), nil)
	for name, prepare := range map[string]func(string) error{
		"a folder": func(p string) error { return os.Mkdir(p, 0o700) },
		"a file":   func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"a link":   func(p string) error { return os.Symlink("nowhere", p) },
	} {
		place := filepath.Join(t.TempDir(), "out")
		if err := prepare(place); err != nil {
			t.Fatal(err)
		}
		r, err := bundle.Open(bytes.NewReader(file), withOurs(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Extract(place); !errors.Is(err, bundle.ErrExists) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExtract_FolderThatCannotBeMadeIsAPathError(t *testing.T) {
	t.Parallel()
	file := made(t, toOurs(t), nil)
	place := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, into := range []string{filepath.Join(place, "out"), filepath.Join(filepath.Dir(place), "none", "out")} {
		r, err := bundle.Open(bytes.NewReader(file), withOurs(t))
		if err != nil {
			t.Fatal(err)
		}
		var system *os.PathError
		if _, err := r.Extract(into); !errors.As(err, &system) {
			t.Errorf("%s: %v", into, err)
		}
	}
}

// The manifest verifies with nothing but Ed25519 and SHA-256, as somebody would do it
// who has nothing of Countersign.
func TestManifest_VerifiesByHand(t *testing.T) {
	t.Parallel()
	all := entries(t, made(t, toOurs(t), nil))
	if n := len(all); n != 6 || all[0].Name != "format.txt" || all[0].content != "countersign bundle 1\n" || all[n-2].Name != "manifest.json" || all[n-1].Name != "manifest.sig" {
		t.Fatalf("%v", all)
	}
	var manifest struct {
		Form    string
		Version int
		Kind    string
		Key     []byte
		Files   []struct{ Name, SHA256 string }
	}
	text := all[4].content
	if err := json.Unmarshal([]byte(text), &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Form != "countersign bundle" || manifest.Version != 1 || manifest.Kind != "recovery-sheets" || !ed25519.Verify(manifest.Key, []byte(text), []byte(all[5].content)) {
		t.Errorf("%s", text)
	}
	for i, f := range manifest.Files {
		if f.Name != all[i+1].Name || f.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte(all[i+1].content))) {
			t.Errorf("%+v", f)
		}
	}
}

func TestAdd_TakesFilesOfAnyKnownOrUnknownSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 511, 512, 65_536, bundle.InMemory - 1, bundle.InMemory, bundle.InMemory + 1, 3*bundle.InMemory + 7} {
		data := bytes.Repeat([]byte("countersign"), size/11+1)[:size]
		file := made(t, toOurs(t), func(w *bundle.Writer) error {
			return errors.Join(
				w.Add("stream", iotest.OneByteReader(bytes.NewReader(data[:min(size, 600)]))),
				w.AddFunc("pieces", func(out io.Writer) error {
					for piece := data; len(piece) > 0; piece = piece[min(len(piece), 40_000):] {
						if _, err := out.Write(piece[:min(len(piece), 40_000)]); err != nil {
							return err
						}
					}
					return nil
				}),
				w.AddSized("sized", int64(size), bytes.NewReader(data)))
		})
		folder, c, err := extract(t, file, withOurs(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"pieces", "sized"} {
			if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s of %d bytes: %d came out, %v", name, size, len(got), err)
			}
		}
		if c.Files[4].SHA256 != sha256.Sum256(data) {
			t.Errorf("%d bytes: another digest", size)
		}
	}
}

func TestAddSized_WrongSizeFailsTheBundle(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int64{"shorter": 6, "longer": 4} {
		var b bytes.Buffer
		w, err := bundle.Create(&b, toOurs(t), signer, sheets())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.AddSized("a.txt", size, strings.NewReader("12345")); err == nil {
			t.Errorf("%s: taken", name)
		}
		if w.Add("b.txt", strings.NewReader("")) == nil || w.Close() == nil {
			t.Errorf("%s: it goes on", name)
		}
		if _, err := verify(b.Bytes(), withOurs(t)); !errors.Is(err, bundle.ErrCutShort) {
			t.Errorf("%s: it opens: %v", name, err)
		}
	}
}

var errDisk = errors.New("no space left on device")

func TestWriter_FailingDiskIsReportedAndLeavesNoFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, room := range []int{0, 100, 2000, 200_000, 2_097_000} {
		out := &failing{room}
		w, err := bundle.Create(out, toOurs(t), signer, sheets())
		if err == nil {
			err = w.Add("large", bytes.NewReader(make([]byte, 2*bundle.InMemory)))
		}
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
	w, err := bundle.Create(io.Discard, toOurs(t), signer, sheets())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddFunc("large", func(out io.Writer) error {
		_, err := out.Write(make([]byte, 2*bundle.InMemory))
		return errors.Join(err, errDisk)
	}); !errors.Is(err, errDisk) || !errors.Is(w.Close(), errDisk) {
		t.Errorf("the error of a file's writer: %v", err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

type failing struct{ room int }

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

func TestAddFunc_TemporaryFileIsEncrypted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	mark := strings.Repeat("P4XW-8NJC-R2HE-0TVM", 1000)
	made(t, toOurs(t), func(w *bundle.Writer) error {
		return w.AddFunc("large", func(out io.Writer) error {
			for range 200 {
				if _, err := io.WriteString(out, mark); err != nil {
					return err
				}
			}
			waiting, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), ".countersign-*"))
			if err != nil || len(waiting) != 1 {
				t.Fatalf("%v, %v", waiting, err)
			}
			b, err := os.ReadFile(waiting[0])
			if err != nil || len(b) < 1<<20 || bytes.Contains(b, []byte("P4XW")) {
				t.Errorf("%d bytes wait in clear, or %v", len(b), err)
			}
			if info, err := os.Stat(waiting[0]); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("others can read it: %v, %v", info.Mode(), err)
			}
			return nil
		})
	})
}

func TestAdd_OnlyALongFileNeedsATemporaryFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	w, err := bundle.Create(io.Discard, toOurs(t), signer, sheets())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add("short", bytes.NewReader(make([]byte, bundle.InMemory))); err != nil {
		t.Error(err)
	}
	var system *os.PathError
	if err := w.Add("long", bytes.NewReader(make([]byte, bundle.InMemory+1))); !errors.As(err, &system) || !errors.As(w.Close(), &system) {
		t.Error(err)
	}
}

func TestOpen_PassesOnTheReadersError(t *testing.T) {
	t.Parallel()
	file := made(t, toOurs(t), nil)
	for _, n := range []int{0, 10, 100, 300, 2000, len(file) - 1, len(file)} {
		r, err := bundle.Open(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(errDisk)), withOurs(t))
		if err == nil {
			_, err = r.Verify()
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	for _, r := range []io.Reader{iotest.OneByteReader(bytes.NewReader(file)), iotest.DataErrReader(bytes.NewReader(file)), iotest.HalfReader(bytes.NewReader(file))} {
		b, err := bundle.Open(r, withOurs(t))
		if err == nil {
			_, err = b.Verify()
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestBundle_IsReadOnceAndClosedOnce(t *testing.T) {
	t.Parallel()
	r, err := bundle.Open(bytes.NewReader(made(t, toOurs(t), func(w *bundle.Writer) error {
		if len(w.Files()) != 3 {
			t.Errorf("%d files were added", len(w.Files()))
		}
		return nil
	})), withOurs(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Verify(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Extract(filepath.Join(t.TempDir(), "out")); !errors.Is(err, bundle.ErrDone) {
		t.Errorf("read again: %v", err)
	}
	w, err := bundle.Create(io.Discard, toOurs(t), signer, sheets())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(w.Close(), w.Add("a", strings.NewReader(""))); !errors.Is(err, bundle.ErrDone) {
		t.Errorf("used again: %v", err)
	}
}

func TestCreate_NeedsARecipientAndASigningKey(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if _, err := bundle.Create(&b, bundle.Recipients{}, signer, sheets()); err == nil {
		t.Error("nobody could open it")
	}
	if _, err := bundle.Create(&b, toOurs(t), nil, sheets()); err == nil {
		t.Error("nobody signed it")
	}
	if b.Len() > 0 {
		t.Errorf("%d bytes were written", b.Len())
	}
}

func TestWriter_RefusesAManifestThatIsTooLong(t *testing.T) {
	t.Parallel()
	m := sheets()
	m.Details["long"] = strings.Repeat("x", bundle.MaxManifest)
	w, err := bundle.Create(io.Discard, toOurs(t), signer, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, bundle.ErrHostile) {
		t.Error(err)
	}
}

func TestWriter_MemoryDoesNotGrowWithAFile(t *testing.T) {
	live := func(size int64) uint64 {
		w, err := bundle.Create(io.Discard, toOurs(t), signer, sheets())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.AddSized("zeros", size, io.LimitReader(zeros{}, size)); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(w)
		return m.HeapAlloc
	}
	if small, large := live(1<<10), live(64<<20); large > small+2<<20 {
		t.Errorf("%d bytes are held for 64 MiB, %d for 1 KiB", large, small)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
