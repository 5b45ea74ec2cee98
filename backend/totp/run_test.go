package totp_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"countersign/backend/totp"
)

// twin is a step at which the seed of the RFC shows the code of the step after it, too.
const (
	twin      = 62075368
	twinShown = "235522"
)

func TestMatches_HighestIsTheEndOfARunOfEqualCodes(t *testing.T) {
	t.Parallel()
	c := code(t, twinShown)
	for now, want := range map[int64][]int64{
		twin - 2: nil, twin - 1: {twin, twin + 1}, twin: {twin, twin + 1}, twin + 1: {twin, twin + 1}, twin + 2: {twin + 1}, twin + 3: nil,
	} {
		got, err := totp.Matches(seed(), c, at(now))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%+d: %v, %v; want %v", now-twin, got, err, want)
		}
	}
}

// Three equal codes in a row are one in 10¹², so the steps are made up here: runs
// of any length, also two that are a step apart.
func TestSteps_ACodeOpensOnceForEachRun(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	for range 2000 {
		shown := make([]bool, 14)
		for i := range shown {
			shown[i] = random.IntN(2) == 0
		}
		shows := func(step int64) (bool, error) { return step < int64(len(shown)) && shown[step], nil }
		last := int64(-1)
		for now := int64(0); now < int64(len(shown)); now++ {
			if random.IntN(3) == 0 {
				continue // nothing is typed in this step
			}
			steps, err := totp.Steps(now, shows)
			if err != nil {
				t.Fatal(err)
			}
			if len(steps) == 0 || steps[len(steps)-1] <= last {
				continue
			}
			opened := steps[len(steps)-1]
			if slices.Contains(shown[max(0, last):opened], false) || last < 0 {
				last = opened
				continue
			}
			t.Fatalf("%v: used up to step %d, it opens again at %d up to %d", shown, last, now, opened)
		}
	}
}
