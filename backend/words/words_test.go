package words_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/backend/words"
	"countersign/backend/words/wordstest"
)

var write = flag.Bool("write", false, "write which messages are not translated yet")

func pseudo(t *testing.T) *words.Catalogue {
	t.Helper()
	c, err := words.Read(wordstest.Pseudo(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMatch_IsTheFirstThatThereIs(t *testing.T) {
	t.Parallel()
	for _, name := range words.Languages() {
		for _, asked := range [][]string{{name}, {name + "-AQ"}, {"tlh", "not a tag", "", name}, {name, "en"}} {
			if got := words.Match(asked...); got != name {
				t.Errorf("%q is served by %s", asked, got)
			}
		}
	}
	for _, none := range [][]string{nil, {"tlh"}, {"und"}, {"_"}, {"zh-Hant"}} {
		if got := words.Match(none...); got != "en" || words.For(none...) != words.English() {
			t.Errorf("%q is served by %s", none, got)
		}
	}
	if words.Languages()[0] != "en" {
		t.Errorf("English is not the first of %q", words.Languages())
	}
}

func TestFor_TheMadeUpLanguageHasToBeNamed(t *testing.T) {
	t.Parallel()
	if got := words.For("en-XA").Text(words.CommonCancel, nil); got != "Cáñcêl~~~" {
		t.Errorf("%q", got)
	}
	if slices.Contains(words.Languages(), "en-XA") {
		t.Error("it is offered to everybody")
	}
}

// sameInAll are texts that read as in English in any language: names, standards, sizes of paper, what is typed, and what has no letters.
var sameInAll = []string{"Countersign", "· Countersign", "PDF", "CSV", "2FA", "JSON (*.json)", "PDF (*.pdf)", "A4", "Letter", "Delete", "Enter", "Esc", "Space", "F1", "Ctrl+L", "Ctrl+K", "Ctrl+V"}

// sameIn are the words that a language shares with English, as its dictionaries have them.
var sameIn = map[string][]string{
	"de": {
		"System", "System ()", "Version", "Person", "Backup", "Name", "B", "KB", "MB", "GB", "Tag", "Tags", "Text", "Text (*.txt)", "Code", "Status", "in", "Server",
		"Format", "Passphrase", "Admin", "Admins", "min",
	},
	"es": {"B", "KB", "MB", "GB", "min", "app"},
	"fr": {
		"Version", ", page", "Document", "Code", "Invitations", "Secrets", "Format", "Invitation", "Actions", "Page", "Date", "Type", "Description", "Exports", "Synopsis", "min",
		"Configuration", "secrets", "version", "Notifications",
	},
	"ja": {"B", "KB", "MB", "GB"},
}

func TestCatalogue_HasNothingLeftInEnglish(t *testing.T) {
	t.Parallel()
	english, arguments, used := words.English(), regexp.MustCompile(`\{\w+\}`), map[string]bool{}
	for _, name := range words.Languages()[1:] {
		source, err := os.ReadFile(name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		c, err := words.Read(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range english.Keys() {
			k, _ := english.Named(key)
			said := english.Text(k, nil)
			bare := strings.TrimSpace(arguments.ReplaceAllString(said, ""))
			if c.Text(k, nil) != said || !regexp.MustCompile(`\pL`).MatchString(bare) {
				continue
			}
			used[bare], used[name+" "+bare] = true, true
			if !slices.Contains(sameInAll, bare) && !slices.Contains(sameIn[name], bare) {
				t.Errorf("%s: %s is %q: translate it, or name it as a word that is the same", name, key, said)
			}
		}
		for _, word := range sameIn[name] {
			if !used[name+" "+word] {
				t.Errorf("%s: nothing is %q: take it out of the list", name, word)
			}
		}
	}
	for _, word := range sameInAll {
		if !used[word] {
			t.Errorf("nothing is %q: take it out of the list", word)
		}
	}
}

func TestCatalogue_EachLanguageIsComplete(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("*.json")
	if err != nil || len(found) == 0 {
		t.Fatalf("%v, %v", found, err)
	}
	languages := map[string]*words.Catalogue{"pseudo": pseudo(t)}
	for _, path := range found {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(path, ".json")
		if languages[name], err = words.Read(source); err != nil {
			t.Fatal(err)
		}
	}
	lacking := map[string]bool{}
	for name, c := range languages {
		for _, d := range c.Compare(words.English()) {
			if key, ok := strings.CutSuffix(d, " is missing"); ok {
				lacking[key] = true
			} else {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
	list := filepath.Join("testdata", "untranslated.txt")
	now := strings.Join(slices.Sorted(maps.Keys(lacking)), "\n")
	if *write {
		if err := os.WriteFile(list, []byte(now+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := os.ReadFile(list)
	if err != nil || strings.TrimSpace(string(listed)) != now {
		t.Errorf("%v; some language has no words of its own for:\n%s\nTranslate them, or until then go test ./backend/words -run EachLanguage -write", err, now)
	}
	if _, err := words.Load("xx"); err == nil {
		t.Error("a language without a file was loaded")
	}
}

func TestCompare_SeesWhatIsMissing(t *testing.T) {
	t.Parallel()
	read := func(s string) *words.Catalogue {
		c, err := words.Read([]byte(`{"language.tag": "en", ` + s + `}`))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	original := read(`"a.one": "{n}", "a.two": "", "a.three": "{n} {m}", "a.five": "{n}"`)
	got := read(`"a.one": "{m}", "a.three": "{m}, {n}, {n}", "a.four": "", "a.five": "{n"`).Compare(original)
	want := []string{"a.five cannot be read: the argument n does not end", "a.one puts in [m], and not [n]", "a.two is missing", "a.four is not in the original"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestRead_Refuses(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"NoJSON": `{`, "NotText": `{"language.tag": "en", "a.b": 1}`, "NoLanguage": `{"a.b": ""}`, "UnknownLanguage": `{"language.tag": "english!"}`,
	} {
		if _, err := words.Read([]byte(source)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestText_WhatIsNotGivenShows(t *testing.T) {
	t.Parallel()
	if got := words.English().Text(words.PaperSheet, nil); got != "Recovery sheet {sheet}" {
		t.Errorf("%q", got)
	}
	if got := words.English().Text(words.PaperSheet, words.Args{"sheet": "{sheet} '"}); got != "Recovery sheet {sheet} '" {
		t.Errorf("%q", got)
	}
}

func TestDay_IsAsPaperHasIt(t *testing.T) {
	t.Parallel()
	for month := time.January; month <= time.December; month++ {
		at := time.Date(2026, month, 3, 9, 5, 0, 0, time.UTC)
		if got := words.English().Day(at); got != at.Format("2 January 2006") {
			t.Errorf("%q", got)
		}
		if got := words.English().Minute(at); got != at.Format("2 Jan 2006, 15:04") {
			t.Errorf("%q", got)
		}
	}
}

func TestCount_IsTheLanguages(t *testing.T) {
	t.Parallel()
	if en, de := words.English().Count(-1234567), pseudo(t).Count(1234567); en != "-1,234,567" || de != "1.234.567" {
		t.Errorf("%q, %q", en, de)
	}
}

// sources are files of the project under the folders, by ending, without what is generated.
func sources(t *testing.T, ending string, folders ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ending) || strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "keys.go" {
				return nil
			}
			text, err := os.ReadFile(path)
			all[path] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 5 {
		t.Fatalf("only %d files end in %s", len(all), ending)
	}
	return all
}

// goFolders have what people are told by the application.
var goFolders = []string{"app", "backend", "cmd"}

// identifiers are the variables of keys.go, with the keys that they hold.
func identifiers(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)\s+= Key\{"([^"]+)"\}`).FindAllStringSubmatch(string(text), -1) {
		all[m[1]] = m[2]
	}
	if len(all) != len(words.English().Keys()) {
		t.Fatalf("keys.go has %d keys, en.json %d", len(all), len(words.English().Keys()))
	}
	return all
}

// byName are the areas whose keys are put together from a code or the kind of an event: tests of
// workspace and of the page hold them against those.
var byName = []string{"error.", "terminal.error.", "event."}

func TestKeys_EachIsUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	keys := identifiers(t)
	for path, text := range sources(t, ".go", goFolders...) {
		use := regexp.MustCompile(`\bwords\.([A-Z]\w+)`)
		if filepath.Dir(path) == filepath.Join("..", "..", "backend", "words") {
			use = regexp.MustCompile(`\b([A-Z]\w+)`)
		}
		for _, m := range use.FindAllStringSubmatch(text, -1) {
			used[keys[m[1]]] = true
		}
	}
	for _, ending := range []string{".ts", ".svelte"} {
		for _, text := range sources(t, ending, "frontend/src") {
			for _, m := range regexp.MustCompile(`'([a-zA-Z0-9]+\.[a-zA-Z0-9._-]+)'`).FindAllStringSubmatch(text, -1) {
				used[m[1]] = true
			}
		}
	}
	for _, key := range words.English().Keys() {
		if !used[key] && !slices.ContainsFunc(byName, func(area string) bool { return strings.HasPrefix(key, area) }) {
			t.Errorf("nobody uses %s", key)
		}
	}
}

// calls are what a Go file passes with a key: the key's name in keys.go, and the names of its Args.
func calls(t *testing.T, path, text string, found func(key string, names []string, where token.Position)) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for i, arg := range call.Args {
			name, ok := wordsName(arg)
			if !ok || i+1 == len(call.Args) {
				continue
			}
			switch given := call.Args[i+1].(type) {
			case *ast.Ident:
				if given.Name == "nil" {
					found(name, nil, fset.Position(call.Pos()))
				}
			case *ast.CompositeLit:
				var names []string
				for _, element := range given.Elts {
					if pair, ok := element.(*ast.KeyValueExpr); ok {
						if key, ok := pair.Key.(*ast.BasicLit); ok {
							names = append(names, strings.Trim(key.Value, `"`))
						}
					}
				}
				found(name, names, fset.Position(call.Pos()))
			}
		}
		return true
	})
}

// wordsName returns NAME of words.NAME.
func wordsName(e ast.Expr) (name string, ok bool) {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	of, ok := s.X.(*ast.Ident)
	return s.Sel.Name, ok && of.Name == "words"
}

func TestArgs_AreThoseOfTheMessage(t *testing.T) {
	t.Parallel()
	keys, seen := identifiers(t), 0
	for path, text := range sources(t, ".go", goFolders...) {
		calls(t, path, text, func(name string, given []string, where token.Position) {
			key, ok := words.English().Named(keys[name])
			if !ok {
				return // another thing of the package, such as its type
			}
			seen++
			slices.Sort(given)
			if want := words.English().Arguments(key); !slices.Equal(given, want) {
				t.Errorf("%s: %s puts in %v, and is given %v", where, key, want, given)
			}
		})
	}
	if seen < 40 {
		t.Errorf("only %d uses were found", seen)
	}
}

// sentence is a piece of text that reads like something said to a person.
var sentence = regexp.MustCompile(`[A-Za-z’']{2,},? [a-z’']{2,}`)

// spoken are the packages whose words people read. Everything they say is in the catalogue.
var spoken = []string{"app", "backend/sheet", "backend/sentences", "backend/runexport", "backend/memberimport", "cmd"}

// names are texts that look like sentences and are none: they are compared or typed, and nobody reads them.
var names = []string{
	"Countersign development",                                                            // the keychain's service in development builds
	"new password", "recovery code", "help code", "check word", "private key", "kit key", // what an envelope holds
	"log head", "log code", "signing key", // fields, in an error
	"sheet: the %s has more than %d characters",                                                       // an error
	"countersign recovery sheets",                                                                     // the form of a file
	"default-src 'none'; script-src 'self'", "default-src 'none'; style-src 'unsafe-inline'; sandbox", // policies
	"sudo apt install libwebkit2gtk-4.1-0", "sudo dnf install webkit2gtk4.1", "sudo pacman -S webkit2gtk-4.1", "sudo zypper install libwebkit2gtk-4_1-0",
	"sudo timedatectl set-ntp true",
}

func TestWords_AreNowhereElse(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for path, text := range sources(t, ".go", spoken...) {
		if strings.Contains(path, filepath.Join("sheet", "internal")) {
			continue // the language of PDF
		}
		if strings.Contains(path, "clitest") {
			continue // it is part of tests
		}
		for where, text := range loose(t, path, text) {
			if seen[text] = true; !slices.Contains(names, text) {
				t.Errorf("%s: %q: move it to en.json, or into an error that wraps another", where, text)
			}
		}
	}
	for _, name := range names {
		if !seen[name] {
			t.Errorf("%q is nowhere any more: take it out of the list", name)
		}
	}
	if got := loose(t, "x.go", `package x
		func f() error { g("Choose another file"); _ = "contract"; return fmt.Errorf("x: open the file: %w", err) }
		var c = command{use: "open it", example: "prog open it\n# open the file\n" + "prog open it", text: "Open the file"}`); len(got) != 3 {
		t.Errorf("the rule finds %q", got)
	}
}

// typed are the fields of a command that hold what people type, and # comment in an example what they read.
var (
	typed   = []string{"Use", "use", "Example", "example"}
	comment = regexp.MustCompile(`(?m)^#.*`)
)

// loose finds sentences in a Go file, other than in what is typed and in what goes to logs: errors, and
// calls of a logger. It gives them by their places.
func loose(t *testing.T, path, text string) map[string]string {
	t.Helper()
	all := map[string]string{}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	isTyped := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if field, ok := n.Key.(*ast.Ident); ok && slices.Contains(typed, field.Name) {
				ast.Inspect(n.Value, func(n ast.Node) bool { isTyped[n] = true; return true })
			}
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			return !forLogs(n.Fun)
		case *ast.Field: // its tag
			return n.Tag == nil
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if isTyped[n] {
				text = comment.FindString(text)
			}
			if err == nil && n.Kind == token.STRING && sentence.MatchString(text) {
				all[fset.Position(n.Pos()).String()] = text
			}
		}
		return true
	})
	return all
}

// forLogs reports whether what a function is given is read in a log: errors, and a logger's lines.
func forLogs(f ast.Expr) bool {
	s, ok := f.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch s.Sel.Name {
	case "New", "Errorf", "Error", "ErrorContext", "Warn", "WarnContext", "Info", "InfoContext", "reference":
		return true
	}
	return false
}
