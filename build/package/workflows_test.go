package package_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestWorkflows_RunTargetsThatThereAre(t *testing.T) {
	t.Parallel()
	makefile := read(t, "Makefile")
	files, err := filepath.Glob(root + "/.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	ran := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)^\s*(?:- run: )?make ([a-z-]+)`).FindAllStringSubmatch(string(b), -1) {
			ran++
			if !strings.Contains(makefile, "\n"+found[1]+":") {
				t.Errorf("%s: there is no target %s", file, found[1])
			}
		}
	}
	if ran < 3 {
		t.Errorf("only %d targets were found", ran)
	}
}
