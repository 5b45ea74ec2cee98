// Package words has everything that Countersign says, in each language: one catalogue for the
// window, paper, the terminal and the audit log. A catalogue is a JSON file of ICU messages
// by key, and the page reads the same file.
//
// To say something new, add a message to en.json, run go generate, and use the key:
//
//	words.English().Text(words.CoverTitle, words.Args{"run": 12})
//
// To add a language, add its file, named by its tag, with the messages of en.json. Its "language.tag" decides how
// numbers and plurals are formed. The page's list of languages has a line for it, too
// (frontend/src/base/i18n/languages.ts).
//
// Args holds values as the message wants them: text is put in as it is, and is never read as
// a message.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"countersign/backend/words/pseudo"
)

//go:generate go run ./genkeys

//go:embed *.json
var files embed.FS

// Key names a message. Only this package makes one: keys.go has a variable for each message of
// en.json, so a key that does not exist does not compile.
type Key struct{ name string }

// String returns the key as the catalogue has it.
func (k Key) String() string { return k.name }

// Args are what is put into a message, by name: a string, an int, an int64, an error, or a fmt.Stringer.
type Args map[string]any

// Catalogue is a language. It can be used by several goroutines.
type Catalogue struct {
	tag      language.Tag
	messages map[string]string
	numbers  *message.Printer
	read     sync.Map // of entries by key: a program says few of the messages, and reads only those
}

// entry is a message that has been read, and the names of what it puts in, sorted.
type entry struct {
	text      text
	arguments []string
}

// English returns the catalogue that every other one translates. It is read when it is first
// asked for.
func English() *Catalogue { return For() }

// Languages are the names of the languages that there are, English first: those of their files, such as "de".
func Languages() []string { return slices.Clone(languages()) }

var languages = sync.OnceValue(func() []string {
	found, err := files.ReadDir(".")
	if err != nil {
		panic(err) // it is embedded
	}
	all := []string{"en"}
	for _, f := range found {
		if name := strings.TrimSuffix(f.Name(), ".json"); name != "en" {
			all = append(all, name)
		}
	}
	return all
})

// matcher knows which language serves the reader of another, as Unicode has it: German those of Swiss German.
var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, name := range languages() {
		tags = append(tags, language.MustParse(name))
	}
	return language.NewMatcher(tags)
})

// Match returns which of Languages is the first of tags that there is. Tags are BCP 47, the preferred one first; what is none
// is left out. Without any it is English. The made-up language (package pseudo) is only taken if it is named.
func Match(tags ...string) string {
	var wanted []language.Tag
	for _, tag := range tags {
		if tag == pseudo.Tag {
			return pseudo.Tag
		}
		if t, err := language.Parse(tag); err == nil {
			wanted = append(wanted, t)
		}
	}
	_, at, confidence := matcher().Match(wanted...)
	if confidence == language.No {
		return "en"
	}
	return languages()[at]
}

// For returns the catalogue for a person who reads these languages: see Match.
func For(tags ...string) *Catalogue {
	c, err := Load(Match(tags...))
	if err != nil {
		panic(err) // a test has read each file
	}
	return c
}

// loaded are the catalogues by name that somebody has asked for.
var loaded sync.Map

// Load returns the catalogue of a language by its name, one of Languages or that of the made-up one. It is read once.
func Load(name string) (*Catalogue, error) {
	if c, ok := loaded.Load(name); ok {
		return c.(*Catalogue), nil
	}
	c, err := read(name)
	if err != nil {
		return nil, err
	}
	first, _ := loaded.LoadOrStore(name, c)
	return first.(*Catalogue), nil
}

func read(name string) (*Catalogue, error) {
	if name == pseudo.Tag {
		english, err := Load("en")
		if err != nil {
			return nil, err
		}
		return catalogue(pseudo.Catalogue(english.messages, pseudo.Tag))
	}
	source, err := files.ReadFile(name + ".json")
	if err != nil {
		return nil, fmt.Errorf("words: there is no catalogue %q", name)
	}
	c, err := Read(source)
	if err != nil || name == "en" {
		return c, err
	}
	english, err := Load("en")
	if err != nil {
		return nil, err
	}
	for key, message := range english.messages { // what is not translated yet: a test knows which
		if _, ok := c.messages[key]; !ok {
			c.messages[key] = message
		}
	}
	return c, nil
}

// Read returns the catalogue in source. That it is complete, and that each message can be read,
// is for tests to see: see Compare.
func Read(source []byte) (*Catalogue, error) {
	var messages map[string]string
	if err := json.Unmarshal(source, &messages); err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	return catalogue(messages)
}

func catalogue(messages map[string]string) (*Catalogue, error) {
	tag, err := language.Parse(messages[LanguageTag.name])
	if err != nil {
		return nil, fmt.Errorf("words: %s: %w", LanguageTag, err)
	}
	return &Catalogue{tag: tag, messages: messages, numbers: message.NewPrinter(tag)}, nil
}

// entry returns a message. One that cannot be read stands for itself, braces and all.
func (c *Catalogue) entry(key string) entry {
	if e, ok := c.read.Load(key); ok {
		return e.(entry)
	}
	t, err := parse(c.messages[key])
	if err != nil {
		t = text{{kind: literal, text: c.messages[key]}}
	}
	e := entry{t, t.arguments()}
	c.read.Store(key, e)
	return e
}

// Language returns the BCP 47 tag of the language, such as "en-GB".
func (c *Catalogue) Language() string { return c.tag.String() }

// Text returns a message with args in it. What args lacks stands there as {name}, which tests
// look for.
func (c *Catalogue) Text(k Key, args Args) string { return c.write(c.entry(k.name).text, args) }

// Named returns the key with a name that was put together at run time, such as an error's
// code, and whether there is one.
func (c *Catalogue) Named(name string) (k Key, ok bool) {
	_, ok = c.messages[name]
	return Key{name}, ok
}

// Count returns a number as the language writes it, such as "1,234".
func (c *Catalogue) Count(n int64) string {
	written := c.numbers.Sprint(number.Decimal(n))
	// The page's engines know what Unicode has decided since golang.org/x/text was told of it.
	switch base, _ := c.tag.Base(); base.String() {
	case "fr":
		return strings.ReplaceAll(written, "\u00a0", "\u202f") // a narrow space between thousands
	case "es":
		if -10_000 < n && n < 10_000 {
			return strconv.FormatInt(n, 10) // four figures stay together
		}
	}
	return written
}

// Direction returns "rtl" for a language that is written from right to left, else "ltr".
func (c *Catalogue) Direction() string {
	script, _ := c.tag.Script()
	if slices.Contains([]string{"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// Day returns a date as paper has it, such as "12 November 2026".
func (c *Catalogue) Day(at time.Time) string { return c.Text(PaperDay, dateArgs(at)) }

// Minute returns a point in time as paper has it, such as "12 Nov 2026, 09:31".
func (c *Catalogue) Minute(at time.Time) string { return c.Text(PaperMinute, dateArgs(at)) }

func dateArgs(at time.Time) Args {
	return Args{"day": at.Day(), "month": int(at.Month()), "year": at.Year(), "time": at.Format("15:04")}
}

// Compare says how c differs from the catalogue that it translates: the keys that only one of
// them has, messages that put in other arguments, and messages that cannot be read.
func (c *Catalogue) Compare(original *Catalogue) (differences []string) {
	for _, key := range slices.Sorted(maps.Keys(original.messages)) {
		m, ok := c.messages[key]
		if !ok {
			differences = append(differences, key+" is missing")
			continue
		}
		if _, err := parse(m); err != nil {
			differences = append(differences, fmt.Sprintf("%s cannot be read: %v", key, err))
			continue
		}
		if is, should := c.entry(key).arguments, original.entry(key).arguments; !slices.Equal(is, should) {
			differences = append(differences, fmt.Sprintf("%s puts in %v, and not %v", key, is, should))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.messages)) {
		if _, ok := original.messages[key]; !ok {
			differences = append(differences, key+" is not in the original")
		}
	}
	return differences
}

// Arguments returns the names of what a message puts in, sorted. They are not to be changed.
func (c *Catalogue) Arguments(k Key) []string { return c.entry(k.name).arguments }

// Keys returns the names of all messages, sorted.
func (c *Catalogue) Keys() []string { return slices.Sorted(maps.Keys(c.messages)) }
