package cli

import (
	"strings"
	"testing"
)

func TestColumns_StandBelowEachOtherInEachScript(t *testing.T) {
	t.Parallel()
	rows := [][]string{
		{"NAME", "EMAIL", "ROLE"},
		{"Amara Okafor", "amara@example.com", "owner"},
		{"山田 太郎", "yamada@example.com", "メンバー"},
		{"محمد بن سلمان", "m@example.com", "عضو"},
		{"प्रिया रमन", "priya@example.com", ""},
		{"Zoe\u0308 Lo\u0308fgren", "", "admin"},
		{"\u2068한국어\u2069", "k@example.com", "ゲスト"},
	}
	lines := strings.Split(strings.TrimSuffix(Columns(rows, 0, 20), "\n"), "\n")
	if len(lines) != len(rows) {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	widest := 0
	for _, row := range rows {
		widest = max(widest, Cells(row[0]))
	}
	for i, line := range lines {
		if strings.HasSuffix(line, " ") {
			t.Errorf("%q ends in spaces", line)
		}
		for n, at := range []int{0, widest + 2, widest + 2 + 20 + 2} {
			if rows[i][n] == "" {
				continue
			}
			before, _, found := strings.Cut(line, rows[i][n])
			if !found || Cells(before) != at {
				t.Errorf("%q begins in column %d, not %d: %q", rows[i][n], Cells(before), at, line)
			}
		}
	}
}

func TestCells_AreThoseOfATerminal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "Zoë": 3, "Zoe\u0308": 3, "山田": 4, "メンバー": 8, "عضو": 3, "रमन": 3, "\u2068a\u2069": 1, "ｱ": 1} {
		if got := Cells(text); got != want {
			t.Errorf("%q takes %d, not %d", text, got, want)
		}
	}
}

func TestWrap_BreaksJapaneseWithinTheWidth(t *testing.T) {
	t.Parallel()
	text := "ワークスペースのメンバーを停止します。停止されたメンバーはサインインできません。 countersignctl members suspend を使います。"
	wrapped := wrap(text, 30, "", "  ")
	lines := strings.Split(strings.TrimSuffix(wrapped, "\n"), "\n")
	if len(lines) < 4 {
		t.Errorf("%q", lines)
	}
	var all string
	for _, line := range lines {
		if n := Cells(line); n > 30 {
			t.Errorf("%d columns: %q", n, line)
		}
		if all += strings.TrimSpace(line); strings.HasPrefix(strings.TrimSpace(line), "。") {
			t.Errorf("a line begins with its full stop: %q", line)
		}
	}
	if squeeze := strings.NewReplacer(" ", "").Replace; squeeze(all) != squeeze(text) {
		t.Errorf("it became %q", all)
	}
}
