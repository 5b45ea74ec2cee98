package backend_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	outside = regexp.MustCompile(`^[a-z]+:`)
)

// TestDocs_LinksLeadToFilesAndHeadings is what make docs finds on the site, without its generator.
func TestDocs_LinksLeadToFilesAndHeadings(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../*.md")
	for _, pattern := range []string{"../docs/*.md", "../docs/[a-r]*/*.md", "../docs/security/*.md"} {
		found, e := filepath.Glob(pattern)
		if e != nil {
			err = e
		}
		pages = append(pages, found...)
	}
	if err != nil || len(pages) < 80 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	read := func(path string) string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return fence.ReplaceAllString(string(b), "")
	}
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(read(page), -1) {
			if outside.MatchString(m[1]) {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: there is no %s", page, m[1])
				continue
			}
			if anchor != "" && !hasHeading(read(target), anchor) {
				t.Errorf("%s: %s has no such heading", page, m[1])
			}
		}
	}
}

func hasHeading(text, anchor string) bool {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(m[1]))
		if slug == anchor {
			return true
		}
	}
	return false
}
