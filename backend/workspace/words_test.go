package workspace_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/backend/secret"
	"countersign/backend/sentences"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/backend/workspace"
)

// message and sentence are what a refusal and an event read as in English.
func message(e *service.Error) string    { return sentences.Refusal(words.English(), e) }
func sentence(e service.LogEntry) string { return sentences.Event(words.English(), e) }

func searched(language string, e service.LogEntry) string {
	return sentences.Searched(words.For(language), e)
}

// declaredIn are the names that a pattern finds in a file of this package.
func declaredIn(t *testing.T, file, pattern string) (names []string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range regexp.MustCompile(pattern).FindAllSubmatch(source, -1) {
		names = append(names, string(d[1]))
	}
	if len(names) < 50 {
		t.Fatalf("%s declares only %v", file, names)
	}
	return names
}

// keysUnder are the keys of the catalogue that begin so, without their beginning.
func keysUnder(prefix string) (names []string) {
	for _, key := range words.English().Keys() {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

func TestWords_EachKindOfEventHasSome(t *testing.T) {
	t.Parallel()
	declared := declaredIn(t, "events.go", `event\w+\s*=\s*"([^"]+)"`)
	known := workspace.KnownKinds()
	for _, kind := range declared {
		if !slices.Contains(known, kind) {
			t.Errorf("%s is not in logKinds", kind)
		}
		if _, ok := words.English().Named("event." + kind); !ok {
			t.Errorf("%s has no words", kind)
		}
		if s := sentence(service.LogEntry{Kind: kind}); !strings.HasSuffix(s, ".") || strings.ContainsAny(s, "{}") {
			t.Errorf("%s reads %q", kind, s)
		}
	}
	if len(declared) != len(known) {
		t.Errorf("%d kinds are declared, %d are in logKinds", len(declared), len(known))
	}
	for _, kind := range keysUnder("event.") {
		if !slices.Contains(declared, kind) && !strings.HasPrefix(kind, "part.") {
			t.Errorf("there are words for %s, which is no event", kind)
		}
	}
}

func TestWords_EachCodeHasSome(t *testing.T) {
	t.Parallel()
	codes := declaredIn(t, "../service/errors.go", `\bCode\w+\s+Code\s*=\s*"(\w+)"`)
	for _, code := range codes {
		if m := message(&service.Error{Code: service.Code(code)}); m == code || !strings.HasSuffix(m, ".") {
			t.Errorf("%s reads %q", code, m)
		}
	}
	for _, code := range keysUnder("terminal.error.") {
		if !slices.Contains(codes, code) {
			t.Errorf("there are words for %s, which is no code", code)
		}
	}
}

func TestLog_SearchFindsWhatAnEntryReadsAs(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	_, _, err := h.w.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	a, err := s.Admin(t.Context())
	h.ok(err)
	page, err := a.Log(t.Context(), service.LogQuery{Text: "the password alone"})
	h.ok(err)
	if len(page.Entries) != 1 || page.Entries[0].Kind != "signed-in" {
		t.Errorf("found %+v", page.Entries)
	}
}
