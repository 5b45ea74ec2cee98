package words

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/number"
)

// The messages are a subset of ICU MessageFormat, which the page reads with
// intl-messageformat; a test holds the two against each other for every message.
//
//	{name}                                  a value as it is
//	{n, number}                             1,234
//	{n, number, ::group-off}                1234
//	{n, plural, =0 {none} one {#} other {#}} by the rules of the language; # is the number
//	{kind, select, a {…} other {…}}         by a word
//
// Two apostrophes are one. One before { or } (or, in a plural, #) makes what follows text, up to
// the next apostrophe. Everything else of the format is an error, since nothing needs it.

// text is a message that has been read.
type text []part

type part struct {
	kind    kind
	text    string          // of literal
	name    string          // of the others: the argument
	options map[string]text // of plural and choice, by their selectors
}

type kind int

const (
	literal kind = iota
	value
	count   // {n, number}
	figures // {n, number, ::group-off}
	plurals
	choice
	hash // # in a plural, whose argument is name
)

// parser reads one message.
type parser struct {
	rest string
}

func parse(message string) (text, error) {
	p := &parser{rest: message}
	t, err := p.text("", false)
	if err == nil && p.rest != "" {
		err = errors.New("there is a } without its {")
	}
	return t, err
}

// text reads up to the end or to the } that ends an option. In the options of a plural, # stands
// for the number in the argument counted.
func (p *parser) text(counted string, inOption bool) (t text, err error) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			t = append(t, part{kind: literal, text: b.String()})
			b.Reset()
		}
	}
	for p.rest != "" {
		switch c := p.rest[0]; {
		case c == '}':
			flush()
			return t, nil
		case c == '{':
			flush()
			one, err := p.argument()
			if err != nil {
				return nil, err
			}
			t = append(t, one)
		case c == '#' && counted != "":
			flush()
			t = append(t, part{kind: hash, name: counted})
			p.rest = p.rest[1:]
		case c == '\'':
			p.apostrophe(&b, counted != "")
		default:
			b.WriteByte(c)
			p.rest = p.rest[1:]
		}
	}
	flush()
	if inOption {
		return nil, errors.New("a { is without its }")
	}
	return t, nil
}

// apostrophe reads one, with the text that it quotes.
func (p *parser) apostrophe(b *strings.Builder, inPlural bool) {
	rest := p.rest[1:]
	if strings.HasPrefix(rest, "'") {
		b.WriteByte('\'')
		p.rest = rest[1:]
		return
	}
	special := "{}<>"
	if inPlural {
		special += "#"
	}
	if rest == "" || !strings.Contains(special, rest[:1]) {
		b.WriteByte('\'')
		p.rest = rest
		return
	}
	for rest != "" {
		if strings.HasPrefix(rest, "''") {
			b.WriteByte('\'')
			rest = rest[2:]
			continue
		}
		if rest[0] == '\'' {
			rest = rest[1:]
			break
		}
		b.WriteByte(rest[0])
		rest = rest[1:]
	}
	p.rest = rest
}

// argument reads what stands in braces.
func (p *parser) argument() (part, error) {
	p.rest = p.rest[1:]
	name := p.word()
	if name == "" {
		return part{}, errors.New("an argument has no name")
	}
	if p.take("}") {
		return part{kind: value, name: name}, nil
	}
	if !p.take(",") {
		return part{}, fmt.Errorf("the argument %s does not end", name)
	}
	switch form := p.word(); form {
	case "number":
		return p.number(name)
	case "plural":
		return p.choose(part{kind: plurals, name: name}, name)
	case "select":
		return p.choose(part{kind: choice, name: name}, "")
	default:
		return part{}, fmt.Errorf("the argument %s has the unknown form %q", name, form)
	}
}

func (p *parser) number(name string) (part, error) {
	if p.take("}") {
		return part{kind: count, name: name}, nil
	}
	if p.take(",") && p.take("::group-off") && p.take("}") {
		return part{kind: figures, name: name}, nil
	}
	return part{}, fmt.Errorf("the number %s has an unknown style", name)
}

// choose reads the options of a plural, in which # is the number, or of a select.
func (p *parser) choose(one part, counted string) (part, error) {
	if !p.take(",") {
		return part{}, fmt.Errorf("the argument %s has no options", one.name)
	}
	one.options = map[string]text{}
	for !p.take("}") {
		selector := ""
		if one.kind == plurals && p.take("=") {
			selector = "="
		}
		selector += p.word()
		if !validSelector(one.kind, selector) {
			return part{}, fmt.Errorf("the argument %s has no option %q", one.name, selector)
		}
		if _, twice := one.options[selector]; twice {
			return part{}, fmt.Errorf("the argument %s has the option %s twice", one.name, selector)
		}
		if !p.take("{") {
			return part{}, fmt.Errorf("the option %s of %s has no text", selector, one.name)
		}
		t, err := p.text(counted, true)
		if err != nil {
			return part{}, err
		}
		p.rest = p.rest[1:] // the } at which text has ended
		one.options[selector] = t
	}
	if _, ok := one.options["other"]; !ok {
		return part{}, fmt.Errorf("the argument %s lacks the option other", one.name)
	}
	return one, nil
}

// forms are the plural forms by the names that messages give them.
var forms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

func validSelector(k kind, selector string) bool {
	exact, isExact := strings.CutPrefix(selector, "=")
	switch {
	case k == choice:
		return selector != ""
	case isExact:
		_, err := strconv.Atoi(exact)
		return err == nil
	}
	for _, form := range forms {
		if form == selector {
			return true
		}
	}
	return false
}

// word skips blanks and reads letters, figures, _ and a leading minus.
func (p *parser) word() string {
	p.blanks()
	end := 0
	for end < len(p.rest) {
		c := p.rest[end]
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c != '-' || end > 0) {
			break
		}
		end++
	}
	w := p.rest[:end]
	p.rest = p.rest[end:]
	return w
}

// take skips blanks, and sign where it is next.
func (p *parser) take(sign string) bool {
	p.blanks()
	rest, ok := strings.CutPrefix(p.rest, sign)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *parser) blanks() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// arguments are the names of what t puts in, sorted.
func (t text) arguments() []string {
	names := map[string]bool{}
	var walk func(text)
	walk = func(t text) {
		for _, p := range t {
			if p.name != "" {
				names[p.name] = true
			}
			for _, option := range p.options {
				walk(option)
			}
		}
	}
	walk(t)
	return slices.Sorted(maps.Keys(names))
}

// write puts args into t.
func (c *Catalogue) write(t text, args Args) string {
	if len(t) == 1 && t[0].kind == literal {
		return t[0].text
	}
	var b strings.Builder
	c.writeTo(&b, t, args)
	return b.String()
}

func (c *Catalogue) writeTo(b *strings.Builder, t text, args Args) {
	for _, p := range t {
		if p.kind == literal {
			b.WriteString(p.text)
			continue
		}
		v, ok := args[p.name]
		if !ok {
			b.WriteString("{" + p.name + "}")
			continue
		}
		switch p.kind {
		case value:
			b.WriteString(plain(v))
		case figures:
			if n, ok := whole(v); ok {
				b.WriteString(c.numbers.Sprint(number.Decimal(n, number.NoSeparator())))
			} else {
				b.WriteString(plain(v))
			}
		case count, hash:
			if n, ok := whole(v); ok {
				b.WriteString(c.Count(n))
			} else {
				b.WriteString(plain(v))
			}
		case plurals:
			c.writeTo(b, p.options[c.form(p.options, v)], args)
		case choice:
			chosen, ok := p.options[plain(v)]
			if !ok {
				chosen = p.options["other"]
			}
			c.writeTo(b, chosen, args)
		}
	}
}

// form returns the option of a plural for v.
func (c *Catalogue) form(options map[string]text, v any) string {
	n, ok := whole(v)
	if !ok {
		return "other"
	}
	exact := "=" + strconv.FormatInt(n, 10)
	if _, ok := options[exact]; ok {
		return exact
	}
	form := forms[plural.Cardinal.MatchPlural(c.tag, int(max(n, -n)%10_000_000), 0, 0, 0, 0)]
	if _, ok := options[form]; ok {
		return form
	}
	return "other"
}

// plain returns v as text.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// whole returns v as a number. The details of events are numbers in text.
func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}
