package words_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	quoted = regexp.MustCompile("`([^`\n]+)`")
	// What isn’t said on a screen: commands, files, settings, codes of errors, values that are typed.
	unsaid = regexp.MustCompile(`^[^\p{Lu}0-9]|^[^\p{Ll}]*$|^[0-9]+:|[/_=<>{}\\]|\.(db|md|age|log|csv|json)\b`)
	led    = regexp.MustCompile(`Settings > (\w+)`)
	// Headings of a file that is imported are words of the person who wrote it.
	understood = regexp.MustCompile(`(?m)^\| (name|email|role|language) \|.*$`)
)

// TestGuides_QuoteOnlyWhatAScreenSays holds the labels in what users read against the catalogue: one that is renamed has to be
// renamed there, too.
func TestGuides_QuoteOnlyWhatAScreenSays(t *testing.T) {
	t.Parallel()
	var catalogue map[string]string
	source, err := os.ReadFile("en.json")
	if err == nil {
		err = json.Unmarshal(source, &catalogue)
	}
	if err != nil {
		t.Fatal(err)
	}
	said, places := map[string]bool{"Ctrl": true, "Cmd": true}, []string{}
	for key, message := range catalogue {
		said[message] = true
		if strings.HasPrefix(key, "nav.") {
			places = append(places, message)
		}
		if strings.HasPrefix(key, "keys.") {
			for _, one := range regexp.MustCompile(`,? or |, `).Split(message, -1) {
				said[one] = true
			}
		}
	}
	docs := filepath.Join("..", "..", "docs")
	pages := []string{filepath.Join("..", "..", "README.md")}
	for _, pattern := range []string{"index.md", "guide*.md", "data.md", "admin/*.md", "operate/*.md", "security/*.md"} {
		found, err := filepath.Glob(filepath.Join(docs, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		pages = append(pages, found...)
	}
	labels := 0
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := understood.ReplaceAllString(fenced.ReplaceAllString(string(b), ""), "")
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			if unsaid.MatchString(m[1]) {
				continue
			}
			labels++
			if !said[m[1]] {
				t.Errorf("%s: no screen says %q", page, m[1])
			}
		}
		for _, m := range led.FindAllStringSubmatch(text, -1) {
			labels++
			if !hasPrefix(places, m[1]) {
				t.Errorf("%s: Settings has no %q", page, m[1])
			}
		}
	}
	if labels < 150 {
		t.Errorf("only %d labels were found", labels)
	}
}

func hasPrefix(places []string, word string) bool {
	for _, p := range places {
		if p == word || strings.HasPrefix(p, word+" ") {
			return true
		}
	}
	return false
}
