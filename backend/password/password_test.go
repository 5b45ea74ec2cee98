package password_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/backend/password"
	"countersign/backend/secret"
)

// cheap costs as little as Check allows.
var cheap = password.Params{MemoryKiB: 19 << 10, Time: 1, Threads: 1}

var (
	salt  = []byte("0123456789abcdef")
	words = []string{"Amara Okafor", "amara.okafor@example.com", "Northwind Legal"}
)

func derive(s string) secret.Bytes { return password.Derive(secret.NewText(s), salt, cheap) }

// A changed form would lock everybody out. hash-wasm and Node's crypto, independent
// implementations, give the same values.
func TestKeys_FormStaysTheSame(t *testing.T) {
	t.Parallel()
	key := password.Derive(secret.NewText("Ame\u0301lie prend le train\x00"), salt, password.DefaultParams)
	if got := hex.EncodeToString(key.Reveal()); got != "0ef6b92130874b056367ec91cb7f7692efff7d7fbb716170b8080acf7d55c814" {
		t.Errorf("key %s", got)
	}
	nines := secret.NewBytes(bytes.Repeat([]byte{9}, 32))
	if got := hex.EncodeToString(password.PublicKey(key, nines)); got != "6c4b17076b0da86ccda8b8a47eb14cc93aa15b86ec62167e8e608a057e8319ab" {
		t.Errorf("public key %s", got)
	}
	if got := hex.EncodeToString(password.Sign(key, nines, []byte("what it is for"))); got != "8732330da126ff5503e6403ba57c47b34478c2194b7d5ece89bd086f57393ea2f26fd682b35891e6a12c3e7b1d8d6a09c2de7ec575872de31bd0b31c212d2403" {
		t.Errorf("signature %s", got)
	}
	if got := hex.EncodeToString(password.WrappingKey(key, nines, secret.NewBytes(bytes.Repeat([]byte{7}, 32))).Reveal()); got != "b71927e88a70aecfdb1048f5d36dd4de4a794b491e6b554710562cdb1ab6a35e" {
		t.Errorf("wrapping key %s", got)
	}
}

func TestSign_NeedsThePasswordAndTheShare(t *testing.T) {
	t.Parallel()
	share, other := secret.NewBytes(bytes.Repeat([]byte{1}, 32)), secret.NewBytes(bytes.Repeat([]byte{2}, 32))
	a, b := derive("one long password"), derive("two long passwords")
	public, message := password.PublicKey(a, share), []byte("what it is for")
	if !ed25519.Verify(public, message, password.Sign(derive("one long password"), share, message)) {
		t.Error("its own signature does not verify")
	}
	for name, signature := range map[string][]byte{
		"another password": password.Sign(b, share, message), "another share": password.Sign(a, other, message),
		"no share": password.Sign(a, secret.Bytes{}, message), "another message": password.Sign(a, share, message[1:]),
	} {
		if ed25519.Verify(public, message, signature) {
			t.Errorf("%s signs as well", name)
		}
	}
}

func TestWrappingKey_NeedsEachOfItsInputs(t *testing.T) {
	t.Parallel()
	of := func(b byte) secret.Bytes { return secret.NewBytes(bytes.Repeat([]byte{b}, 32)) }
	derived := derive("one long password")
	key := password.WrappingKey(derived, of(1), of(2))
	if key.Len() != password.KeySize || !key.Equal(password.WrappingKey(derived, of(1), of(2))) {
		t.Error("the same again gives another")
	}
	for name, other := range map[string]secret.Bytes{
		"another password": password.WrappingKey(derive("two long passwords"), of(1), of(2)), "another share": password.WrappingKey(derived, of(3), of(2)),
		"another lock": password.WrappingKey(derived, of(1), of(3)), "share and lock in each other's place": password.WrappingKey(derived, of(2), of(1)),
		"no lock": password.WrappingKey(derived, of(1), secret.Bytes{}),
	} {
		if key.Equal(other) {
			t.Errorf("%s gives the same", name)
		}
	}
}

func TestDerive_IsTheSameInEachUnicodeForm(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"Ame\u0301lie", "Am\u00e9lie"}, {"Nguye\u0302\u0303n", "Nguy\u1ec5n"}, {"\u1112\u1161\u11ab", "\ud55c"}, {"\u212b", "\u00c5"}} {
		if password.Normalize(pair[0]) != password.Normalize(pair[1]) || !derive(pair[0]).Equal(derive(pair[1])) {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
}

func TestDerive_TrimsCutsAndFoldsNothing(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("correct horse ", 74)[:1023]
	seen := make(map[string]string)
	for _, s := range []string{
		"pass", "Pass", " pass", "pass ", "pass\n", "pass\x00", "pass\x00word", "pass\x00Word", "ｐass", "pass\u200b", "pass\u00a0", "paß", "pass\xff", "pass\xfe",
		strings.Repeat("x", 64), strings.Repeat("x", 65), strings.Repeat("x", 72), strings.Repeat("x", 73), long + "a", long + "b",
	} {
		k := string(derive(s).Reveal())
		if other, ok := seen[k]; ok {
			t.Errorf("%.20q and %.20q derive the same", s, other)
		}
		seen[k] = s
	}
}

func TestParams_CheckBoundsThem(t *testing.T) {
	t.Parallel()
	for _, p := range []password.Params{password.DefaultParams, cheap, {MemoryKiB: 1 << 20, Time: 16, Threads: 16}} {
		if err := p.Check(); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, p := range []password.Params{
		{}, {19<<10 - 1, 3, 4}, {1<<20 + 1, 3, 4}, {64 << 10, 0, 4}, {64 << 10, 17, 4}, {64 << 10, 3, 0}, {64 << 10, 3, 17}, {1<<32 - 1, 1<<32 - 1, 255},
	} {
		if err := p.Check(); !errors.Is(err, password.ErrParams) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

func TestCheck_CountsCharactersAfterComposing(t *testing.T) {
	t.Parallel()
	const good = "kX9#mPq2vL7!rT4wZ"
	check := func(s string, minimum int) error { return password.Check(secret.NewText(s), minimum, words) }
	for s, want := range map[string]int{
		good[:14]:              14,
		"kX9#mPq2vL7!re\u0301": 14,
		"k":                    1,
		"ключ от Ямы 12":       14,
		"\U0001f511\U0001f40e\U0001f512\U0001f4ce7": 5,
	} {
		var short *password.ShortError
		if err := check(s, password.MinLength); !errors.As(err, &short) || short.Length != want || short.Minimum != 15 {
			t.Errorf("%q: %v; want length %d", s, err, want)
		}
	}
	var short *password.ShortError
	if err := check("kX9#mPq", password.MinLengthWith2FA); !errors.As(err, &short) || short.Minimum != 8 || short.Length != 7 {
		t.Errorf("7 of 8: %v", err)
	}
	long := strings.Repeat("é", 1000) + "kX9#mPq2vL7!rT4wZhN8&bCy"
	for s, ok := range map[string]bool{good[:15]: true, good: true, long: true, long + "a": false, strings.Repeat("e\u0301", 1000) + "kX9#mPq2vL7!rT4wZhN8&bCy": true} {
		err := check(s, password.MinLength)
		var tooLong *password.LongError
		if ok && (errors.As(err, &short) || errors.As(err, &tooLong)) || !ok && (!errors.As(err, &tooLong) || tooLong.Max != 1024) {
			t.Errorf("%d characters: %v", utf8.RuneCountInString(s), err)
		}
	}
	if err := check("kX9#mPq2", password.MinLengthWith2FA); err != nil {
		t.Errorf("8 of 8: %v", err)
	}
	if err := check("", password.MinLength); !errors.Is(err, password.ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
}

func TestCheck_AllowsEachCharacter(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"velvet otter builds a kayak", "zwei gelbe Enten im Regen", "Die schöne Straße führt ans Meer", "ключи лежат под третьим камнем",
		"τα κλειδιά είναι κάτω από την πέτρα", "chìa khóa nằm dưới hòn đá thứ ba", "المفتاح تحت الحجر الثالث", "鍵は三番目の石の下にあります。忘れないで",
		"\x00kX9#\x00mPq2\nvL7!rT", "🔑🐎🔒📎🌊🚲🎈🧭🪁🥁🛶🪗🧵🍋🦉", "        kX9#mPq2vL7!rT4wZ", "\xff\xfe kX9#mPq2vL7!rT4wZ",
	} {
		if err := password.Check(secret.NewText(s), password.MinLength, words); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestCheck_RefusesWhatIsTriedFirst(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]string{
		"lists":         {"password1234567", "Password1234567!", "iloveyouiloveyou", "letmeinletmein1", "trustno1trustno1"},
		"repeats":       {"passwordpassword", "aaaaaaaaaaaaaaa", "zxzxzxzxzxzxzxzx", "abcabcabcabcabc", "ääääääääääääääää", "日本語日本語日本語日本語日本語", "               ", strings.Repeat("ab12", 256)},
		"sequences":     {"123456789012345", "abcdefghijklmnop", "zyxwvutsrqponml", "αβγδεζηθικλμνξο", "абвгдежзийклмно", "1111222233334444"},
		"keyboards":     {"qwertyuiopasdfgh", "1qaz2wsx3edc4rfv", "йцукенгшщзхъфыв", "qwertzuiopasdfg", "azertyuiopqsdfg", "ςερτυθιοπασδφγη"},
		"own name":      {"amaraokafor1985", "Amara Okafor 1", "okaforamaraokafor", "amara.okafor@example.com", "rofakoaramarofako"},
		"the workspace": {"NorthwindLegal1", "Northwind Legal!", "n0rthw1nd l3gal"},
		"the program":   {"countersigncountersign", "Countersign2026!", "c0unt3rs1gn2026", "ngisretnuoc2026"},
		"as symbols":    {"P@ssw0rdP@ssw0rd", "p455w0rd p455w0rd"},
		"other layouts": {"парольпарольпароль", "пароль123456789", "ЙЦУКЕНйцукен123"},
	} {
		for _, s := range list {
			if err := password.Check(secret.NewText(s), password.MinLengthWith2FA, words); !errors.Is(err, password.ErrCommon) {
				t.Errorf("%s: %q: %v", name, s, err)
			}
		}
	}
	for _, s := range []string{"12345678", "password", "monkey12", "dragon88", "iloveyou", "letmein1", "P@ssw0rd", "abcd1234", "qwerty12", "Okafor85"} {
		if err := password.Check(secret.NewText(s), password.MinLengthWith2FA, words); !errors.Is(err, password.ErrCommon) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestCheck_RefusesOnlyYourOwnName(t *testing.T) {
	t.Parallel()
	const s = "Hannelore Wiesengrund"
	if err := password.Check(secret.NewText(s), password.MinLength, words); err != nil {
		t.Errorf("a stranger's name: %v", err)
	}
	if err := password.Check(secret.NewText(s), password.MinLength, []string{s}); !errors.Is(err, password.ErrCommon) {
		t.Errorf("one's own name: %v", err)
	}
}

func TestAssess_ScoreRisesWithThePassword(t *testing.T) {
	t.Parallel()
	last := -1
	for _, s := range []string{"monkey", "tr0ub4dour&3", "violet walrus lampshade", "violet walrus lampshade kX9#mPq2"} {
		r := password.Assess(secret.NewText(s), nil)
		if r.Score < last || r.Length != len(s) {
			t.Errorf("%q: %+v after %d", s, r, last)
		}
		last = r.Score
	}
	if last != 4 {
		t.Errorf("the best scores %d", last)
	}
	if r := password.Assess(secret.Text{}, nil); r.Score != 0 || r.Length != 0 || !r.Common {
		t.Errorf("nothing: %+v", r)
	}
}

func FuzzAssess(f *testing.F) {
	for _, s := range []string{"", "passwordpassword", "4@8({<369!1|7+$5%20", "\xff\xfe", "İstanbul", "日本語", "e\u0301e\u0301", "\x00", "12/31/1999", "ЙЦУКЕН", "ΣΑΣ", "ﷺ"} {
		f.Add(s, "Amara Okafor")
	}
	f.Fuzz(func(t *testing.T, s, word string) {
		r := password.Assess(secret.NewText(s), []string{word})
		if r.Score < 0 || r.Score > 4 || r.Common != (r.Score <= 1) {
			t.Errorf("%q: %+v", s, r)
		}
		if twice := password.Normalize(password.Normalize(s)); twice != password.Normalize(s) {
			t.Errorf("%q normalises to two forms", s)
		}
	})
}

func BenchmarkDerive(b *testing.B) {
	pw := secret.NewText("velvet otter builds a kayak")
	for b.Loop() {
		password.Derive(pw, salt, password.DefaultParams).Wipe()
	}
}

func BenchmarkAssess(b *testing.B) {
	for name, s := range map[string]string{
		"passphrase": "velvet otter builds a kayak",
		"quotation":  "correct horse battery staple",
		"128 digits": "31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679821480865132823066470938446",
		"symbols":    strings.Repeat("4@8({<369!1|7+$5%20", 54) + "x",
		"letters":    strings.Repeat("thequickbrownfoxjumps", 40) + "x",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				password.Assess(secret.NewText(s), words)
			}
		})
	}
}
