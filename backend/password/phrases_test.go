package password_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"countersign/backend/password"
	"countersign/backend/secret"
)

func checked(s string) error {
	return password.Check(secret.NewText(s), password.MinLengthWith2FA, words)
}

func TestCheck_EveryListedPhraseIsRefused(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("phrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		for _, s := range []string{strings.ReplaceAll(line, " ", ""), strings.ReplaceAll(strings.ToUpper(line), " ", "-") + "1!"} {
			var short *password.ShortError
			if err := checked(s); !errors.Is(err, password.ErrCommon) && !errors.As(err, &short) {
				t.Errorf("%q: %v", s, err)
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d phrases", n)
	}
}

func TestCheck_FamousPhraseIsRefusedHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"correct horse battery staple", "correcthorsebatterystaple", "CorrectHorseBatteryStaple", "Correct-Horse-Battery-Staple", "correct_horse_battery_staple",
		"correct.horse.battery.staple.", "correct  horse\tbattery staple", "correct horse battery staple 1", "correct horse battery staple 2026!", "1 correct horse battery staple",
		"!!!correct horse battery staple!!!", "c0rrect h0rse b4ttery st4ple", "C0rr3ct H0rs3 B4tt3ry St4pl3!", "staple battery horse correct", "correcthorsebatterystaplecorrecthorsebatterystaple",
		"correct horse battery staple to be or not to be", "córrect hórse báttery stáple", "correct horse battery staple abc", "xx correct horse battery staple xx",
		"correct horse battery staple Amara", "To be, or not to be: that is the question", "съешь ЕЩЁ этих мягких французских булок!", "МойСекретныйПароль1",
		"Übung macht den Meister", "いろはにほへとちりぬるを", "May the Force be with you!", "My voice is my passport. Verify me.", "horse-purple-hat-run-bay-lift-99",
	} {
		r := password.Assess(secret.NewText(s), words)
		if err := checked(s); !errors.Is(err, password.ErrCommon) || !r.Common || r.Score > 1 {
			t.Errorf("%q: %v, score %d", s, err, r.Score)
		}
	}
}

func TestCheck_WhatStandsBesideAPhraseCountsAlone(t *testing.T) {
	t.Parallel()
	const good = "kX9#mPq2vL7!"
	alone := password.Assess(secret.NewText(good), words).Score
	for _, s := range []string{"correct horse battery staple " + good, good + "correct horse battery staple"} {
		r := password.Assess(secret.NewText(s), words)
		if err := checked(s); err != nil || r.Score > alone+1 {
			t.Errorf("%q: %v, score %d; alone it has %d", s, err, r.Score, alone)
		}
	}
	for _, s := range []string{"velvet otter builds a kayak", "a correct horse has no battery", "seven staples in the barn door", "the quick otter jumps over seven kayaks"} {
		if err := checked(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}
