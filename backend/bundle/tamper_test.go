package bundle_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/backend/bundle"
	"countersign/backend/secret"
)

// known are the errors that a damaged file may end in.
var known = []error{
	bundle.ErrNotAge, bundle.ErrNewer, bundle.ErrNeedsPassphrase, bundle.ErrNeedsKey, bundle.ErrPassphrase, bundle.ErrNotForKey,
	bundle.ErrWork, bundle.ErrCutShort, bundle.ErrEdited, bundle.ErrEnd,
}

func isKnown(err error) bool {
	return slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) })
}

func TestVerify_FindsEachChangedByte(t *testing.T) {
	t.Parallel()
	with := withOurs(t)
	two := must(bundle.ParseRecipients(others.Recipient().String() + "\n" + ours.Recipient().String()))
	file := made(t, two, nil)
	for i := 0; i < len(file); i += tried {
		bit := byte(1) << (i / tried % 8)
		file[i] ^= bit
		if _, err := verify(file, with); !isKnown(err) {
			t.Errorf("byte %d of %d: %v", i, len(file), err)
		}
		file[i] ^= bit
	}
	if _, err := verify(file, with); err != nil {
		t.Error(err)
	}
}

func TestVerify_FindsEachCutAndAddedByte(t *testing.T) {
	t.Parallel()
	with := withOurs(t)
	file := made(t, toOurs(t), nil)
	for n := 0; n < len(file); n += tried {
		_, err := verify(file[:n], with)
		want := []error{bundle.ErrCutShort, bundle.ErrEnd}
		if n == 0 {
			want = []error{bundle.ErrNotAge}
		}
		if !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }) {
			t.Errorf("cut to %d of %d bytes: %v", n, len(file), err)
		}
	}
	for _, tail := range []string{"\x00", "x", strings.Repeat("\x00", 100_000), string(file)} {
		if _, err := verify(append(bytes.Clone(file), tail...), with); !isKnown(err) {
			t.Errorf("with %d bytes more: %v", len(tail), err)
		}
	}
}

func TestVerify_FindsAnyChangeInALongFile(t *testing.T) {
	t.Parallel()
	with := withOurs(t)
	file := made(t, toOurs(t), func(w *bundle.Writer) error { return w.Add("long", bytes.NewReader(make([]byte, 300_000))) })
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(file)-1).Draw(t, "at")
		by := byte(rapid.IntRange(1, 255).Draw(t, "by"))
		changed := bytes.Clone(file)
		var err error
		if rapid.Bool().Draw(t, "cut") {
			_, err = verify(file[:at], with)
		} else {
			changed[at] ^= by
			_, err = verify(changed, with)
		}
		if !isKnown(err) {
			t.Errorf("%v", err)
		}
	})
}

// The places where a file is most often cut or changed, each with what is said about it.
func TestVerify_TellsACutFromAnEdit(t *testing.T) {
	t.Parallel()
	with := withOurs(t)
	file := made(t, toOurs(t), func(w *bundle.Writer) error { return w.Add("long", bytes.NewReader(make([]byte, 300_000))) })
	header := bytes.Index(file, []byte("\n--- ")) + len("\n--- ") + 43 + 1
	const piece = 65_536 + 16
	edit := func(at int) []byte {
		b := bytes.Clone(file)
		b[at] ^= 1
		return b
	}
	for name, tt := range map[string]struct {
		file []byte
		want error
	}{
		"Empty":              {nil, bundle.ErrNotAge},
		"SomethingElse":      {[]byte("%PDF-1.7\n" + strings.Repeat("x", 200)), bundle.ErrNotAge},
		"Armored":            {[]byte("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n"), bundle.ErrNotAge},
		"AgeOfTheFuture":     {bytes.Replace(file, []byte("org/v1"), []byte("org/v2"), 1), bundle.ErrNewer},
		"CutInTheFirstLine":  {file[:10], bundle.ErrCutShort},
		"CutInTheHeader":     {file[:header-30], bundle.ErrCutShort},
		"CutAfterTheHeader":  {file[:header], bundle.ErrCutShort},
		"CutBetweenPieces":   {file[:header+16+2*piece], bundle.ErrCutShort},
		"CutInAPiece":        {file[:header+16+2*piece+1000], bundle.ErrEnd},
		"EditedHeader":       {edit(header - 2), bundle.ErrEdited},
		"EditedFirstPiece":   {edit(header + 16 + 5), bundle.ErrEdited},
		"EditedSecondPiece":  {edit(header + 16 + piece + 5), bundle.ErrEdited},
		"EditedLastByte":     {edit(len(file) - 1), bundle.ErrEnd},
		"PiecesChangedPlace": {slices.Concat(file[:header+16], file[header+16+piece:header+16+2*piece], file[header+16:header+16+piece], file[header+16+2*piece:]), bundle.ErrEdited},
	} {
		if _, err := verify(tt.file, with); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, not %v", name, err, tt.want)
		}
		if _, _, err := extract(t, tt.file, with); !errors.Is(err, tt.want) {
			t.Errorf("%s, extracting: %v, not %v", name, err, tt.want)
		}
	}
}

func TestOpen_TellsAWrongKeyFromAWrongPassphrase(t *testing.T) {
	t.Parallel()
	byPassphrase := must(bundle.ToPassphrase(passphrase))
	locked, forKey := made(t, byPassphrase, nil), made(t, toOurs(t), nil)
	withOthers := must(bundle.ParseIdentities(secret.NewText(others.String())))
	wrong := bundle.WithPassphrase(secret.NewText("tundra velvet orchard 92"))
	for name, tt := range map[string]struct {
		file []byte
		with bundle.Identities
		want error
	}{
		"WrongPassphrase":        {locked, wrong, bundle.ErrPassphrase},
		"KeyForAPassphrase":      {locked, withOurs(t), bundle.ErrNeedsPassphrase},
		"NothingForAPassphrase":  {locked, bundle.Identities{}, bundle.ErrNeedsPassphrase},
		"AnotherKey":             {forKey, withOthers, bundle.ErrNotForKey},
		"PassphraseForAKey":      {forKey, wrong, bundle.ErrNeedsKey},
		"MoreWorkThanIsSensible": {bytes.Replace(locked, []byte(" 4\n"), []byte(" 21\n"), 1), wrong, bundle.ErrWork},
		"AbsurdWork":             {bytes.Replace(locked, []byte(" 4\n"), []byte(" 999999\n"), 1), wrong, bundle.ErrWork},
		"NoWorkFactor":           {bytes.Replace(locked, []byte(" 4\n"), []byte(" 04\n"), 1), wrong, bundle.ErrEdited},
	} {
		if _, err := verify(tt.file, tt.with); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, not %v", name, err, tt.want)
		}
	}
}

func TestPassphrase_IsTheSameFromEachKeyboard(t *testing.T) {
	t.Parallel()
	to := must(bundle.ToPassphrase(secret.NewText("Zoe\u0308 and the o\u0302tter")))
	if _, err := verify(made(t, to, nil), bundle.WithPassphrase(secret.NewText("Zo\u00eb and the \u00f4tter"))); err != nil {
		t.Error(err)
	}
}

func TestFingerprint_DiffersForAnotherSigner(t *testing.T) {
	t.Parallel()
	// Whoever has the public key can make one from the beginning. Only the fingerprint tells.
	forger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	var b bytes.Buffer
	w, err := bundle.Create(&b, toOurs(t), forger, sheets())
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := verify(b.Bytes(), withOurs(t))
	if err != nil || c.SignedBy == bundle.FingerprintOf(signer.Public().(ed25519.PublicKey)) || c.SignedBy != bundle.FingerprintOf(forger.Public().(ed25519.PublicKey)) {
		t.Errorf("%s, %v", c.SignedBy, err)
	}
	for _, f := range []bundle.Fingerprint{c.SignedBy, bundle.FingerprintOf(signer.Public().(ed25519.PublicKey))} {
		folder := filepath.Join(t.TempDir(), "out")
		r, err := bundle.Open(bytes.NewReader(b.Bytes()), withOurs(t))
		if err != nil {
			t.Fatal(err)
		}
		r.Expect(f)
		_, err = r.Extract(folder)
		if f == c.SignedBy && err != nil || f != c.SignedBy && !errors.Is(err, bundle.ErrSigner) {
			t.Errorf("expecting %s: %v", f, err)
		}
		if _, statErr := os.Stat(folder); (statErr == nil) != (err == nil) {
			t.Errorf("after %v the folder: %v", err, statErr)
		}
	}
}
