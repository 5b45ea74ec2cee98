package password

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"
	"github.com/ccojocar/zxcvbn-go/scoring"
)

func TestParts_AreThoseThatTheLibraryFinds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4226, 6238))
	known := []string{"amara", "okafor"}
	listed := slices.Sorted(maps.Keys(listed()))
	patterns := []string{"abcdef", "ZYX", "12345", "9876", "qwertyuiop", "QwErTy", "zaq1", "5tgb", "aaaa", "AaAa", "111", "78963", "aoeui", "amara", "Okafor"}
	piece := func() string {
		switch random.IntN(5) {
		case 0:
			b := make([]byte, 1+random.IntN(4))
			for i := range b {
				b[i] = byte(' ' + random.IntN('~'-' '+1))
			}
			return string(b)
		case 1:
			return patterns[random.IntN(len(patterns))]
		case 2:
			return strings.ToUpper(listed[random.IntN(len(listed))])
		}
		return listed[random.IntN(len(listed))]
	}
	for range 800 {
		var s string
		for range 1 + random.IntN(4) {
			s += piece()
		}
		want := zxcvbn.PasswordStrength(s, known, matching.FilterL33tMatcher, matching.FilterDateSepMatcher, matching.FilterDateWithoutSepMatcher)
		if got := scoring.MinimumEntropyMatchSequence(s, undated(s, known)); got.Score != want.Score || got.Entropy != want.Entropy {
			t.Errorf("%q: score %d of %v bits, the library's %d of %v", s, got.Score, got.Entropy, want.Score, want.Entropy)
		}
	}
}

func TestParts_DateIsOne(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"31/12/1999", "12-31-99", "1999.1.2", "99_12_31", "24121985", "19851224", "241285", "2485", "31/12/2031"} {
		if !slices.ContainsFunc(dates("x"+s+"y"), func(m match.Match) bool { return m.Token == s }) {
			t.Errorf("%s is not a date in %v", s, dates("x"+s+"y"))
		}
	}
	for _, s := range []string{"99/99/99", "40.40.40", "99-0-99", "1/2", "0000", "00000000", "123"} {
		if found := dates(s); len(found) > 0 {
			t.Errorf("%s: %v", s, found)
		}
	}
}
