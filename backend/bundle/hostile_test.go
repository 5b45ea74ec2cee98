package bundle_test

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/backend/bundle"
)

// Names that are no names of files in a folder, on one system or another.
var hostileNames = []string{
	"", ".", "..", "/etc/passwd", "../x", "a/b", "a/../../x", `a\b`, `..\x`, "C:x", "a:stream", ".bashrc", "-rf", "a b", "a\nb", "a\x00b", "a.", "a-", "naïve.txt", "\u202etxt.a",
	"con", "NUL.txt", "com1", "lpt9.pdf", "manifest.json", "Manifest.SIG", "format.txt", strings.Repeat("a", bundle.MaxName+1), "a*", "a?", "~", "$HOME",
}

func TestBundle_RefusesHostileNames(t *testing.T) {
	t.Parallel()
	good := entries(t, made(t, toOurs(t), nil))
	for _, name := range hostileNames {
		w, err := bundle.Create(&strings.Builder{}, toOurs(t), signer, sheets())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Add(name, strings.NewReader("x")); !errors.Is(err, bundle.ErrHostile) {
			t.Errorf("%q is written: %v", name, err)
		}
		if strings.Contains(name, "\x00") || name == "" || strings.EqualFold(name, "manifest.json") {
			continue // a tar cannot say the first two, and the third is the manifest
		}
		e := plain(name, "x")
		e.Format = tar.FormatUnknown // as a tar would have it
		if _, _, err := extract(t, sealed(t, packed(t, before(good, "manifest.json", e)...)), withOurs(t)); !errors.Is(err, bundle.ErrHostile) {
			t.Errorf("%q is read: %v", name, err)
		}
	}
	for _, name := range []string{"a", "sheets.pdf", "run-28_A4.pdf", "console.txt", "com10", "WORKSPACE.db", strings.Repeat("a", bundle.MaxName)} {
		if _, err := verify(made(t, toOurs(t), func(w *bundle.Writer) error { return w.Add(name, strings.NewReader("x")) }), withOurs(t)); err != nil {
			t.Errorf("%q is refused: %v", name, err)
		}
	}
}

func TestOpen_RefusesEntriesThatNoBundleHas(t *testing.T) {
	t.Parallel()
	good := entries(t, made(t, toOurs(t), nil))
	special := func(kind byte, name, link string) entry {
		return entry{tar.Header{Typeflag: kind, Name: name, Linkname: link}, ""}
	}
	pax := plain("attributes.txt", "x")
	pax.Format, pax.PAXRecords = tar.FormatPAX, map[string]string{"SCHILY.xattr.user.x": "y"}
	gnu := plain("gnu.txt", "x")
	gnu.Format = tar.FormatGNU
	long := plain("manifest.json", strings.Repeat(" ", bundle.MaxManifest)+"{}")
	tooLong := func(t *testing.T) []entry {
		return append(without(without(good, "manifest.json"), "manifest.sig"), long)
	}
	for name, tt := range map[string]struct {
		entries []entry
		want    error
	}{
		"SymbolicLink":       {before(good, "sheets.csv", special(tar.TypeSymlink, "link", "/etc/passwd")), bundle.ErrHostile},
		"HardLink":           {before(good, "empty.txt", special(tar.TypeLink, "link", "sheets.csv")), bundle.ErrHostile},
		"Folder":             {before(good, "sheets.csv", special(tar.TypeDir, "folder/", "")), bundle.ErrHostile},
		"Pipe":               {before(good, "sheets.csv", special(tar.TypeFifo, "pipe", "")), bundle.ErrHostile},
		"Device":             {before(good, "sheets.csv", special(tar.TypeChar, "device", "")), bundle.ErrHostile},
		"Attributes":         {before(good, "sheets.csv", pax), bundle.ErrHostile},
		"OtherKindOfTar":     {before(good, "sheets.csv", gnu), bundle.ErrHostile},
		"SameNameTwice":      {before(good, "sheets.json", plain("sheets.csv", "x")), bundle.ErrHostile},
		"SameNameInCapitals": {before(good, "sheets.json", plain("SHEETS.csv", "x")), bundle.ErrHostile},
		"LongManifest":       {tooLong(t), bundle.ErrHostile},
		"AfterTheSignature":  {append(slices.Clone(good), plain("late.txt", "x")), bundle.ErrHostile},
		"AfterTheManifest":   {before(good, "manifest.sig", plain("late.txt", "x")), bundle.ErrHostile},
		"NoSignature":        {without(good, "manifest.sig"), bundle.ErrFiles},
		"NoManifest":         {without(without(good, "manifest.json"), "manifest.sig"), bundle.ErrFiles},
		"FileTooMany":        {before(good, "manifest.json", plain("more.txt", "x")), bundle.ErrFiles},
		"FileMissing":        {without(good, "empty.txt"), bundle.ErrFiles},
		"FileChanged":        {before(without(good, "sheets.csv"), "empty.txt", plain("sheets.csv", strings.Replace(content["sheets.csv"], "443", "444", 1))), bundle.ErrFiles},
		"FileRenamed":        {before(without(good, "sheets.csv"), "empty.txt", plain("sheets2.csv", content["sheets.csv"])), bundle.ErrFiles},
		"OtherOrder":         {before(without(good, "sheets.csv"), "manifest.json", plain("sheets.csv", content["sheets.csv"])), bundle.ErrFiles},
		"NoFormat":           {without(good, "format.txt"), bundle.ErrNotBundle},
		"OtherFormat":        {before(without(good, "format.txt"), "sheets.csv", plain("format.txt", "something else 1\n")), bundle.ErrNotBundle},
		"NewerFormat":        {before(without(good, "format.txt"), "sheets.csv", plain("format.txt", "countersign bundle 2\n")), bundle.ErrNewer},
	} {
		if _, _, err := extract(t, sealed(t, packed(t, tt.entries...)), withOurs(t)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, not %v", name, err, tt.want)
		}
	}
}

func TestSignature_CoversEachByteOfTheManifest(t *testing.T) {
	t.Parallel()
	good := entries(t, made(t, toOurs(t), nil))
	n := len(good)
	manifest, signature := good[n-2].content, good[n-1].content
	key := `"key": "`
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	for name, tt := range map[string]struct {
		manifest, signature string
		want                error
	}{
		"EditedName":       {strings.Replace(manifest, "Northwind", "Southwind", 1), signature, bundle.ErrSignature},
		"EditedKind":       {strings.Replace(manifest, "recovery-sheets", "workspace-backup", 1), signature, bundle.ErrSignature},
		"EditedSpace":      {strings.Replace(manifest, "\n", "\n ", 1), signature, bundle.ErrSignature},
		"AnotherKey":       {manifest[:strings.Index(manifest, key)+len(key)] + "AAAA" + manifest[strings.Index(manifest, key)+len(key)+4:], signature, bundle.ErrSignature},
		"AnotherSignature": {manifest, string(ed25519.Sign(other, []byte(manifest))), bundle.ErrSignature},
		"ShortSignature":   {manifest, signature[:63], bundle.ErrSignature},
		"NoSignature":      {manifest, "", bundle.ErrSignature},
		"LongSignature":    {manifest, signature + "x", bundle.ErrHostile},
		"UnknownMember":    {strings.Replace(manifest, `"kind"`, `"extra": 1, "kind"`, 1), signature, bundle.ErrHostile},
		"OtherVersion":     {strings.Replace(manifest, `"version": 1`, `"version": 2`, 1), signature, bundle.ErrHostile},
		"OtherForm":        {strings.Replace(manifest, "countersign bundle", "something else", 1), signature, bundle.ErrHostile},
		"NoJSON":           {"<xml/>", signature, bundle.ErrHostile},
		"TwoOfThem":        {manifest + manifest, signature, bundle.ErrHostile},
		"Empty":            {"", signature, bundle.ErrHostile},
		"ShortKey":         {strings.Replace(manifest, key, key+"AAAA", 1), signature, bundle.ErrHostile},
		"BadDigest":        {strings.Replace(manifest, `"sha256": "`, `"sha256": "zz`, 1), signature, bundle.ErrHostile},
	} {
		all := append(slices.Clone(good[:n-2]), plain("manifest.json", tt.manifest), plain("manifest.sig", tt.signature))
		if _, _, err := extract(t, sealed(t, packed(t, all...)), withOurs(t)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, not %v", name, err, tt.want)
		}
	}
}

func TestOpen_RefusesTooMuchBeforeReadingIt(t *testing.T) {
	t.Parallel()
	many := []entry{plain("format.txt", "countersign bundle 1\n")}
	for i := range bundle.MaxFiles + 1 {
		many = append(many, plain(fmt.Sprintf("f%d", i), ""))
	}
	if _, err := verify(sealed(t, packed(t, many...)), withOurs(t)); !errors.Is(err, bundle.ErrHostile) {
		t.Errorf("too many files: %v", err)
	}
	// The header alone says so; there is nothing behind it.
	huge := packed(t, many[0], plain("huge", ""))
	h := huge[1024:1536]
	copy(h[124:136], "\x80\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00") // 8 GiB in base 256
	copy(h[148:156], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:156], fmt.Sprintf("%06o\x00 ", sum))
	if _, _, err := extract(t, sealed(t, huge), withOurs(t)); !errors.Is(err, bundle.ErrHostile) {
		t.Errorf("too large a file: %v", err)
	}
	w, err := bundle.Create(&strings.Builder{}, toOurs(t), signer, sheets())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddSized("huge", bundle.MaxFile+1, nil); !errors.Is(err, bundle.ErrHostile) {
		t.Errorf("too large a file is written: %v", err)
	}
}

func TestOpen_RefusesOtherAgeFiles(t *testing.T) {
	t.Parallel()
	for _, inside := range []string{"", "dear diary", strings.Repeat("x", 100_000), string(packed(t, plain("diary.txt", "dear"))), string(packed(t))} {
		if _, _, err := extract(t, sealed(t, []byte(inside)), withOurs(t)); !errors.Is(err, bundle.ErrNotBundle) {
			t.Errorf("%.20q: %v", inside, err)
		}
	}
	good := opened(t, made(t, toOurs(t), nil))
	for n := len(good) - 1; n > 0; n -= 11 {
		if _, err := verify(sealed(t, good[:n]), withOurs(t)); !errors.Is(err, bundle.ErrHostile) && !errors.Is(err, bundle.ErrFiles) && !errors.Is(err, bundle.ErrNotBundle) {
			t.Errorf("a tar cut to %d of %d bytes: %v", n, len(good), err)
		}
	}
	for _, more := range []int{1, 512, 10_240, 100_000} {
		if _, err := verify(sealed(t, append(bytes.Clone(good), make([]byte, more)...)), withOurs(t)); !errors.Is(err, bundle.ErrHostile) {
			t.Errorf("%d bytes after the tar: %v", more, err)
		}
	}
}
