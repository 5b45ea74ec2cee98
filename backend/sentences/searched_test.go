package sentences_test

import (
	"strings"
	"testing"

	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
)

// Whatever kind has words of its own on the page: what is read there is found, and nothing that only a message has.
func TestSearched_HasWhatTheWindowSaysToo(t *testing.T) {
	t.Parallel()
	for _, name := range words.Languages() {
		c := words.For(name)
		found := 0
		for _, key := range c.Keys() {
			kind, ok := strings.CutPrefix(key, "audit.says.")
			if !ok || strings.HasSuffix(kind, ".more") || kind == "reason" || kind == "used" {
				continue
			}
			found++
			e := service.LogEntry{Kind: kind, Actor: &service.LogPerson{Name: "Nora Hill"}, Subject: &service.LogPerson{Name: "Noah Berg"}, Detail: map[string]string{
				"factor": "recovery", "number": "3", "sheet": "7", "replaces": "6", "from": "A", "to": "B", "left": "4", "run": "2", "count": "5", "reason": "r", "role": "admin", "minutes": "9", "kind": "code",
			}}
			text := sentences.Searched(c, e)
			if strings.ContainsAny(text, "{}") || !strings.HasPrefix(text, sentences.Event(c, e)) {
				t.Errorf("%s: %s is %q", name, kind, text)
			}
			if more, ok := c.Named(key + ".more"); ok && len(c.Arguments(more)) == 0 && !strings.Contains(text, c.Text(more, nil)) {
				t.Errorf("%s: %s lacks its second line: %q", name, kind, text)
			}
			if bare := sentences.Searched(c, service.LogEntry{Kind: kind}); strings.ContainsAny(bare, "{}") {
				t.Errorf("%s: %s without details is %q", name, kind, bare)
			}
		}
		if found < 10 {
			t.Errorf("%s: %d kinds", name, found)
		}
	}
}
