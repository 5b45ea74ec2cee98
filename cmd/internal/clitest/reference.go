package clitest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/cmd/internal/cli"
)

var write = flag.Bool("write", false, "write the pages of docs/reference anew")

// Page is a page of docs/reference that is made by a test: it is compared with what is there, or with -write put there.
func Page(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "reference", name)
	if *write {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != text {
		t.Errorf("docs/reference/%s isn’t what the program says: run make reference", name)
	}
}

// Reference is the page of a program: what its help and its manual page say.
func (p Program) Reference() string {
	root := p.Root()
	var b strings.Builder
	b.WriteString("# " + root.Name() + "\n\n" + Markdown(cli.Sentence(root.Short)) + "\n\n")
	b.WriteString("<!-- Made by a test of cmd/" + root.Name() + ", with -write. -->\n\n")
	b.WriteString(text(root.Long) + "## Flags of every command\n\n" + flags(root.PersistentFlags(), root.LocalNonPersistentFlags()) + "## Commands\n\n")
	cli.Walk(root, func(c *cobra.Command) {
		if c == root {
			return
		}
		b.WriteString("### " + strings.TrimPrefix(c.CommandPath(), root.Name()+" ") + "\n\n" + Markdown(cli.Sentence(c.Short)) + "\n\n```sh\n" + cli.UseLine(c) + "\n```\n\n" + text(c.Long))
		b.WriteString(flags(c.LocalNonPersistentFlags()))
		if examples := cli.Examples(c); len(examples) > 0 && examples[0] != "" {
			b.WriteString("```sh\n" + strings.Join(examples, "\n") + "\n```\n\n")
		}
	})
	for _, s := range p.Manual {
		b.WriteString("## " + s.Title + "\n\n")
		for _, paragraph := range s.Paragraphs {
			b.WriteString(Markdown(paragraph) + "\n\n")
		}
		for _, i := range s.Items {
			b.WriteString("- " + codes(i[0]) + ": " + Markdown(i[1]) + "\n")
		}
		if len(s.Items) > 0 {
			b.WriteString("\n")
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}

func text(long string) string {
	if long == "" {
		return ""
	}
	return Markdown(long) + "\n\n"
}

func flags(sets ...*pflag.FlagSet) string {
	var b strings.Builder
	for _, set := range sets {
		set.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				b.WriteString("- `" + cli.FlagName(f) + "`: " + Markdown(cli.Sentence(cli.FlagText(f))) + "\n")
			}
		})
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n"
}

// codes puts each of a list into a code span.
func codes(list string) string {
	return "`" + strings.ReplaceAll(list, ", ", "`, `") + "`"
}

// Markdown is a text that says of itself only what it says: nothing of it is markup, or code of the site’s pages.
func Markdown(s string) string {
	return strings.NewReplacer(`\`, `\\`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "{", "&#123;", "}", "&#125;", "|", `\|`, "`", "\\`").Replace(s)
}

var (
	block  = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```$")
	inline = regexp.MustCompile("`([^`\n]+)`")
)

// Guides looks at the command lines in the documents: each names a command, with the flags that it has and the operands that it takes.
func (p Program) Guides(t *testing.T) {
	root := p.Root()
	docs := filepath.Join("..", "..", "docs")
	pages := []string{filepath.Join("..", "..", "README.md")}
	for _, pattern := range []string{"*.md", "admin/*.md", "operate/*.md", "security/*.md", "reference/formats.md"} {
		found, err := filepath.Glob(filepath.Join(docs, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		pages = append(pages, found...)
	}
	checked := 0
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, m := range block.FindAllStringSubmatch(string(b), -1) {
			lines = append(lines, strings.Split(m[1], "\n")...)
		}
		for _, m := range inline.FindAllStringSubmatch(block.ReplaceAllString(string(b), ""), -1) {
			lines = append(lines, m[1])
		}
		for _, line := range lines {
			line, _, _ = strings.Cut(line, "#")
			_, rest, ok := strings.Cut(line, root.Name()+" ")
			if !ok || strings.Contains(rest, "COMMAND") || strings.Contains(line, "/"+root.Name()) && !strings.HasPrefix(strings.TrimSpace(line), root.Name()) {
				continue // a place where any command may be; a file of that name
			}
			rest, _, _ = strings.Cut(strings.NewReplacer(")", "", ">", "|", "||", "|").Replace(rest), "|")
			c, args, err := root.Find(split(rest))
			if err == nil && c.HasSubCommands() && len(args) > 0 {
				err = fmt.Errorf("%s has no %s", c.CommandPath(), args[0])
			}
			if err == nil {
				err = c.ParseFlags(args)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", page, line, err)
			}
			checked++
		}
	}
	if checked < p.Told {
		t.Errorf("only %d command lines were found", checked)
	}
}
