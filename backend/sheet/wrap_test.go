package sheet

import (
	"strings"
	"testing"

	"countersign/backend/text"
)

func FuzzWrap(f *testing.F) {
	for _, s := range []string{"", "Keep it with your important papers, not with your phone.", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "漢字漢字漢字漢字", "👩\u200d🚀👩\u200d🚀", "a-b-c-d", "a\u0336\u0336", "שרה כהן"} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		s = text.Line(s)
		limit = 10 + limit&63
		var whole strings.Builder
		for _, l := range wrap(s, limit) {
			if n := span(strings.TrimRight(l, " ")); n > limit {
				t.Errorf("%q is %d columns wide, not %d", l, n, limit)
			}
			whole.WriteString(l)
		}
		if whole.String() != s {
			t.Errorf("%q becomes %q", s, whole.String())
		}
	})
}
