package cli

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"countersign/backend/words"
)

// The widths of help: where nobody knows, and the most that is easy to read.
const (
	usualWidth = 80
	mostWidth  = 100
	leastWidth = 40
)

// Width is how wide a text on w may be: the terminal's, in bounds, or 80 columns.
func Width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return usualWidth
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return usualWidth
	}
	return max(leastWidth, min(mostWidth, width))
}

// Help is the help of a command, in lines of at most width columns.
func Help(c *cobra.Command, width int) string {
	var b strings.Builder
	b.WriteString(wrap(Sentence(c.Short), width, "", ""))
	under := func(title, text string) {
		if text != "" {
			b.WriteString("\n" + title + ":\n" + text)
		}
	}
	section := func(title words.Key, text string) { under(say(title, nil), text) }
	section(words.TerminalHelpUsage, wrap(UseLine(c), width, "  ", "      "))
	if c.Long != "" {
		b.WriteString("\n" + paragraphs(c.Long, width))
	}
	section(words.TerminalHelpExamples, indented(Examples(c)))
	groups := c.Groups()
	for _, g := range groups {
		under(g.Title, commandList(c, g.ID, width))
	}
	rest := words.TerminalHelpCommands
	if len(groups) > 0 {
		rest = words.TerminalHelpMoreCommands
	}
	section(rest, commandList(c, "", width))
	section(words.TerminalHelpFlags, flagList(c.LocalNonPersistentFlags(), width))
	section(words.TerminalHelpEveryFlags, flagList(everyFlags(c), width))
	if c.HasAvailableSubCommands() {
		b.WriteString("\n" + wrap(say(words.TerminalHelpMore, words.Args{"command": c.CommandPath()}), width, "", "  "))
	}
	return b.String()
}

// everyFlags are those of the root.
func everyFlags(c *cobra.Command) *pflag.FlagSet {
	if !c.HasParent() {
		return c.PersistentFlags()
	}
	return c.InheritedFlags()
}

// UseLine is how a command is given.
func UseLine(c *cobra.Command) string {
	parts := append([]string{c.CommandPath()}, strings.Fields(c.Use)[1:]...)
	if c.HasAvailableSubCommands() {
		parts = append(parts, "COMMAND")
	}
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if Required(f) {
			value, _ := pflag.UnquoteUsage(f)
			parts = append(parts, strings.TrimSpace("--"+f.Name+" "+value))
		}
	})
	return strings.Join(append(parts, "[flags]"), " ")
}

// Comment is a line of an example that explains the next.
func Comment(key words.Key) string { return "# " + say(key, nil) + "\n" }

// Examples are the lines of a command's examples. PROGRAM in those that every program has
// is its name.
func Examples(c *cobra.Command) []string {
	text := strings.ReplaceAll(strings.TrimSpace(c.Example), "PROGRAM", c.Root().Name())
	return strings.Split(text, "\n")
}

func indented(lines []string) string {
	return "  " + strings.Join(lines, "\n  ") + "\n"
}

func commandList(c *cobra.Command, group string, width int) string {
	var b strings.Builder
	longest := 0
	for _, n := range names(c) {
		longest = max(longest, len(n))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.GroupID == group {
			b.WriteString(hanging(sub.Name(), sub.Short, longest+4, width))
		}
	}
	return b.String()
}

func flagList(flags *pflag.FlagSet, width int) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			b.WriteString(hanging(FlagName(f), FlagText(f), min(24, width/3), width))
		}
	})
	return b.String()
}

// FlagName is a flag with its value, such as "--role ROLE".
func FlagName(f *pflag.Flag) string {
	value, _ := pflag.UnquoteUsage(f)
	name := strings.TrimSpace("--" + f.Name + " " + value)
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	return name
}

// FlagText says what a flag does, what it is where it is left out, and whether it may be.
func FlagText(f *pflag.Flag) string {
	_, text := pflag.UnquoteUsage(f)
	switch {
	case Required(f):
		return say(words.TerminalHelpRequired, words.Args{"flag": text})
	case f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]":
		return say(words.TerminalHelpDefault, words.Args{"flag": text, "value": f.DefValue})
	}
	return text
}

// hanging is a word with its text beside it, or below it where the word is long.
func hanging(word, text string, column, width int) string {
	space := strings.Repeat(" ", column)
	lines := wrap(text, width, space, space)
	if Cells(word)+4 > column {
		return "  " + word + "\n" + lines
	}
	return "  " + word + strings.Repeat(" ", column-2-Cells(word)) + strings.TrimPrefix(lines, space)
}

func paragraphs(text string, width int) string {
	var all []string
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		all = append(all, wrap(p, width, "", ""))
	}
	return strings.Join(all, "\n")
}

// Wrap breaks a text into lines that fit on w.
func Wrap(w io.Writer, text string) string { return wrap(text, Width(w), "", "") }

// wrap breaks a text at spaces, and where its language has none between its characters, into lines of at most width columns. A word that
// is longer has a line of its own.
func wrap(text string, width int, first, others string) string {
	var b strings.Builder
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		space := " "
		for _, piece := range pieces(word) {
			if !empty && Cells(line)+len(space)+Cells(piece) > width {
				b.WriteString(line + "\n")
				line, empty = others, true
			}
			if !empty {
				line += space
			}
			line, empty, space = line+piece, false, ""
		}
	}
	b.WriteString(line + "\n")
	return b.String()
}

// Sentence makes a sentence of the Short of a command or the usage of a flag.
func Sentence(s string) string { return Capital(s) + "." }

// Capital makes the first letter one.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:]
}
