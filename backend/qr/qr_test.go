package qr_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/qr"
	"countersign/backend/secret"
	"countersign/backend/totp"
)

// scan reads the picture back with zbar, an independent reader.
func scan(t *testing.T, i qr.Image, scale int) string {
	t.Helper()
	picture, err := i.PNG(scale)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-Sbinary", file).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return string(out)
}

func TestEncode_ScannerReadsItBack(t *testing.T) {
	t.Parallel()
	for _, l := range []totp.Label{
		{Issuer: "Northwind Legal", Account: "amara.okafor@example.com"},
		{Issuer: "Нотариальная контора «Север»", Account: "Nguyễn Thị Ánh <anh@example.com>"},
		{Issuer: "A", Account: "b"},
	} {
		key, err := totp.NewKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		uri, _, err := totp.URI(key, l)
		if err != nil {
			t.Fatal(err)
		}
		i, err := qr.Encode(uri, qr.Screen)
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range []int{3, 8} {
			if got := scan(t, i, scale); got != uri.Reveal() {
				t.Errorf("%q at scale %d reads as something else, %d bytes", l, scale, len(got))
			}
		}
	}
}

// The longest names that are allowed, in scripts that take the most room.
func TestEncode_TheLongestNamesAreReadInEveryScript(t *testing.T) {
	t.Parallel()
	for script, letters := range map[string]string{
		"Latin": "Überörtliche Anwaltssozietät ", "Cyrillic": "Нотариальная контора ", "Arabic": "مكتب المحاماة ", "Thai": "สำนักงานกฎหมาย",
		"Hindi": "विधि कार्यालय ", "Japanese": "法律事務所", "mixed": "éa",
	} {
		name := []rune(strings.Repeat(letters, 200))[:120]
		for _, account := range []string{"amara.okafor@example.com", strings.Repeat("a", 242) + "@example.com", string([]rune(strings.Repeat(strings.ReplaceAll(letters, " ", ""), 200))[:242]) + "@example.com"} {
			key, err := totp.NewKey(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			uri, _, err := totp.URI(key, totp.Label{Issuer: strings.TrimSpace(string(name)), Account: account})
			if err != nil {
				t.Fatal(err)
			}
			i, err := qr.Encode(uri, qr.Screen)
			if err != nil {
				t.Fatal(err)
			}
			if i.Modules > 105 {
				t.Errorf("%s: %d modules", script, i.Modules)
			}
			if got := scan(t, i, 3); got != uri.Reveal() {
				t.Errorf("%s: reads as something else, %d bytes", script, len(got))
			}
		}
	}
}

func TestEncode_PathIsRunsOfModulesInTheSquare(t *testing.T) {
	t.Parallel()
	i, err := qr.Encode(secret.NewText("otpauth://totp/A:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A&algorithm=SHA1&digits=6&period=30"), qr.Screen)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^(M\d+ \d+h\d+v1h-\d+z)+$`).MatchString(i.Path) {
		t.Errorf("not runs: %.60s", i.Path)
	}
	if !strings.HasPrefix(i.Path, "M0 0h7v1h-7z") {
		t.Errorf("no finder pattern at the corner: %.60s", i.Path)
	}
	if (i.Modules-17)%4 != 0 || i.Modules < 21 {
		t.Errorf("%d modules", i.Modules)
	}
	picture, err := i.PNG(1)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	side := i.Modules + 2*qr.QuietZone
	if b := decoded.Bounds(); b.Dx() != side || b.Dy() != side {
		t.Errorf("%v for %d modules", b, i.Modules)
	}
	for n := range side {
		for z := range qr.QuietZone {
			for _, p := range [][2]int{{n, z}, {z, n}, {n, side - 1 - z}, {side - 1 - z, n}} {
				if r, _, _, _ := decoded.At(p[0], p[1]).RGBA(); r != 0xffff {
					t.Fatalf("the quiet zone is black at %v", p)
				}
			}
		}
	}
}

func TestEncode_RefusesWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	if _, err := qr.Encode(secret.Text{}, qr.Screen); !errors.Is(err, qr.ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := qr.Encode(secret.NewText(strings.Repeat("é", 2000)), qr.Screen); !errors.Is(err, qr.ErrTooLong) {
		t.Errorf("4,000 bytes: %v", err)
	}
	i, err := qr.Encode(secret.NewText("x"), qr.Screen)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]struct {
		i     qr.Image
		scale int
	}{
		"scale 0": {i, 0}, "a negative scale": {i, -1}, "a huge scale": {i, 1 << 20}, "the zero image": {qr.Image{}, 1},
		"a foreign path": {qr.Image{Modules: 21, Path: "M0 0L5 5z"}, 1}, "outside": {qr.Image{Modules: 21, Path: "M20 0h7v1h-7z"}, 1}, "above": {qr.Image{Modules: 21, Path: "M0 -1h7v1h-7z"}, 1},
	} {
		if _, err := bad.i.PNG(bad.scale); !errors.Is(err, qr.ErrImage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestImage_PrintsAsElided(t *testing.T) {
	t.Parallel()
	i, err := qr.Encode(secret.NewText("x"), qr.Screen)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if s := fmt.Sprintf(verb, i); strings.Contains(s, "h7") || s != secret.Elided {
			t.Errorf("%s prints %.40s", verb, s)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	uri, _, err := totp.URI(secret.NewBytes(make([]byte, totp.KeySize)), totp.Label{Issuer: "Northwind Legal", Account: "amara.okafor@example.com"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := qr.Encode(uri, qr.Screen); err != nil {
			b.Fatal(err)
		}
	}
}
