package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/backend/password"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
	"countersign/cmd/internal/clitest"
)

func TestReference_IsWhatTheProgramSays(t *testing.T) {
	t.Parallel()
	clitest.Page(t, "countersignctl.md", program().Reference())
}

// TestErrors_PageHasEachWithItsWordsAndItsExitCode makes the runbook of what window and terminal say.
func TestErrors_PageHasEachWithItsWordsAndItsExitCode(t *testing.T) {
	t.Parallel()
	var catalogue map[string]string
	source, err := os.ReadFile(filepath.Join("..", "..", "backend", "words", "en.json"))
	if err == nil {
		err = json.Unmarshal(source, &catalogue)
	}
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	for _, x := range errorCodes {
		for _, code := range x.codes {
			met[code] = x.exit
		}
	}
	all := map[string]string{}
	for key, message := range catalogue {
		if code, ok := strings.CutPrefix(key, "error."); ok {
			if code, ok := strings.CutSuffix(code, ".what"); ok {
				all[code] = plainly(t, message+" "+catalogue["error."+code+".next"])
			}
		}
	}
	for code := range met {
		for _, key := range []string{"terminal.failure." + code, "terminal.usage." + code} {
			if message, ok := catalogue[key]; ok && all[code] == "" {
				all[code] = plainly(t, message)
			}
		}
	}
	for _, code := range serviceCodes(t) {
		if all[code] == "" {
			t.Errorf("%s has no words", code)
		}
	}

	var b strings.Builder
	b.WriteString("---\noutline: 2\n---\n\n# Errors and exit codes\n\n<!-- Made by a test of cmd/countersignctl, with -write. -->\n\n")
	b.WriteString("Every error says what is wrong and what to do. Look it up here by its code, which `countersignctl --json` shows, or by its words with the search of this site. Capital letters such as MAX stand for a value.\n\n")
	b.WriteString("For what a server says when it doesn’t start or isn’t ready, see the [Runbook](../operations.md#runbook) and [countersignd](countersignd.md#errors).\n\n## Exit codes\n\n| exit | `countersignctl` |\n|---|---|\n")
	for _, x := range exits {
		fmt.Fprintf(&b, "| %d | %s |\n", x.code, clitest.Markdown(say(x.means, nil)))
	}
	b.WriteString("\nThe exit code of `countersignd` means the same: see [Exit status](countersignd.md#exit-status).\n\n## Groups\n\nWhat a script may meet, and what a group of errors has in common.\n\n| exit | codes | means |\n|---|---|---|\n")
	for _, x := range errorCodes {
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", x.exit, strings.Join(x.codes, "`, `"), clitest.Markdown(say(x.means, words.Args{"minimum": password.MinLength})))
	}
	b.WriteString("\n## Codes\n\nThe window has more of them than a script can meet: these have no exit code.\n")
	for _, code := range slices.Sorted(func(yield func(string) bool) {
		for code := range all {
			if !yield(code) {
				return
			}
		}
	}) {
		exit := ""
		if x, ok := met[code]; ok {
			exit = fmt.Sprintf(" Exit code %d.", x)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s%s\n", code, clitest.Markdown(all[code]), exit)
	}
	clitest.Page(t, "errors.md", b.String())
}

func serviceCodes(t *testing.T) (all []string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "backend", "service", "errors.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\tCode\w+\s+Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, m[1])
	}
	if len(all) < 100 || !slices.Contains(all, string(service.CodeNotAuthentic)) {
		t.Fatalf("only %d codes were found", len(all))
	}
	return all
}

// plainly is an ICU message for readers: of its variants the last one, and in the place of an argument its name.
func plainly(t *testing.T, message string) string {
	t.Helper()
	var b strings.Builder
	for rest := message; rest != ""; {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:open])
		end := closing(rest[open:])
		if end < 0 {
			t.Fatalf("%q is no message", message)
		}
		argument := rest[open+1 : open+end]
		rest = rest[open+end+1:]
		name, form, complex := strings.Cut(argument, ",")
		name = strings.ToUpper(strings.TrimSpace(name))
		if at := strings.LastIndex(form, "other {"); complex && at >= 0 {
			// The variant of other comes last and is all that follows.
			variant := strings.TrimSuffix(strings.TrimSpace(form[at+len("other {"):]), "}")
			b.WriteString(strings.ReplaceAll(plainly(t, variant), "#", name))
			continue
		}
		b.WriteString(name)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// closing is where the brace ends that text begins with.
func closing(text string) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func TestExits_EachCodeOfTheGroupsIsExplained(t *testing.T) {
	t.Parallel()
	for _, x := range errorCodes {
		if !slices.ContainsFunc(exits, func(e struct {
			code  int
			means words.Key
		}) bool {
			return e.code == x.exit
		}) || x.exit == cli.ExitDone {
			t.Errorf("exit code %d of %v isn’t explained", x.exit, x.codes)
		}
	}
}

func TestGuides_CommandLinesAreUnderstood(t *testing.T) {
	t.Parallel()
	program().Guides(t)
}
