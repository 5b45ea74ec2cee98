package bundle_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"testing"

	"countersign/backend/bundle"
)

func TestToPassphrase_IsCheapOnlyInATest(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "run", "./testdata/outside").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		file []byte
		work string
	}{
		"a program": {out, "18"},
		"a test":    {made(t, must(bundle.ToPassphrase(passphrase)), nil), "4"},
	} {
		header, _, _ := bytes.Cut(tt.file, []byte("\n--- "))
		found := regexp.MustCompile(`^age-encryption\.org/v1\n-> scrypt [^ ]+ (\d+)\n`).FindSubmatch(header)
		if found == nil || string(found[1]) != tt.work {
			t.Errorf("%s: the work factor is not %s:\n%s", name, tt.work, header)
		}
	}
}
