package sentences_test

import (
	"slices"
	"testing"

	"countersign/backend/service"
	"countersign/backend/words"
)

func TestLanguages_OfAProfileAreThoseThereAreWordsIn(t *testing.T) {
	t.Parallel()
	if got := slices.Sorted(slices.Values(words.Languages())); !slices.Equal(got, service.Languages) {
		t.Errorf("there are words in %v, and a profile can have %v", got, service.Languages)
	}
}
