package service_test

import (
	"strings"
	"testing"

	"countersign/backend/service"
)

func TestNewer_ComparesNumbersAndTakesNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"0.1.1", "0.1.0"}, {"0.10.0", "0.9.9"}, {"1.0.0", "0.65535.65535"}} {
		if !service.Newer(c[0], c[1]) || service.Newer(c[1], c[0]) || service.Newer(c[0], c[0]) {
			t.Errorf("%q and %q are not told apart", c[0], c[1])
		}
	}
	for _, none := range []string{
		"", "9", "9.9", "9.9.9.9", "v9.9.9", "9.9.9-rc.1", "9.9.x", " 9.9.9", "9.9.+9", "9.-9.9", "9..9", "9.9.65536", "9.9.000009", strings.Repeat("9", 1000) + ".0.0", "9.9.9\n", "<b>.9.9",
	} {
		if service.Newer(none, "0.0.1") || service.Newer("0.0.1", none) {
			t.Errorf("%q is a version", none)
		}
	}
}
