package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/backend/words"
)

// Section is what the manual page says beside the tree of commands: paragraphs, and then items,
// each with its text.
type Section struct {
	Title      string
	Paragraphs []string
	Items      [][2]string
}

func manCommand(sections []Section) *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: say(words.TerminalManShort, nil), Long: say(words.TerminalManLong, nil),
		Example: "PROGRAM man | man -l -",
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := io.WriteString(c.OutOrStdout(), Manual(c.Root(), sections))
			return err
		},
	}
}

// Manual is the manual page of a program, for man(7).
func Manual(root *cobra.Command, sections []Section) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1\n", strings.ToUpper(root.Name()))
	b.WriteString(manHeading(say(words.TerminalManName, nil)) + roff(root.Name()) + ` \- ` + roff(root.Short) + "\n")
	b.WriteString(manHeading(say(words.TerminalManSynopsis, nil)) + ".B " + roff(UseLine(root)) + "\n")
	b.WriteString(manHeading(say(words.TerminalManDescription, nil)) + strings.TrimPrefix(manParagraphs(root.Long), ".PP\n"))
	b.WriteString(manHeading(say(words.TerminalHelpEveryFlags, nil)) + manFlags(root.PersistentFlags()) + manFlags(root.LocalNonPersistentFlags()))
	b.WriteString(manHeading(say(words.TerminalHelpCommands, nil)))
	Walk(root, func(c *cobra.Command) {
		if c == root {
			return
		}
		b.WriteString(".SS " + roff(strings.TrimPrefix(UseLine(c), root.Name()+" ")) + "\n" + roff(Sentence(c.Short)) + "\n")
		b.WriteString(manParagraphs(c.Long) + manFlags(c.LocalNonPersistentFlags()) + manExamples(c))
	})
	for _, s := range sections {
		b.WriteString(manHeading(s.Title) + strings.TrimPrefix(manParagraphs(strings.Join(s.Paragraphs, "\n\n")), ".PP\n"))
		for _, i := range s.Items {
			b.WriteString(".TP\n.B " + roff(i[0]) + "\n" + roff(i[1]) + "\n")
		}
	}
	return b.String()
}

func manHeading(title string) string { return ".SH " + roff(strings.ToUpper(title)) + "\n" }

func manParagraphs(text string) string {
	var b strings.Builder
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if p != "" {
			b.WriteString(".PP\n" + roff(p) + "\n")
		}
	}
	return b.String()
}

func manFlags(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			b.WriteString(".TP\n.B " + roff(FlagName(f)) + "\n" + roff(Sentence(FlagText(f))) + "\n")
		}
	})
	return b.String()
}

func manExamples(c *cobra.Command) string {
	var b strings.Builder
	b.WriteString(".PP\n" + roff(say(words.TerminalHelpExamples, nil)) + ":\n.PP\n.RS 4\n.nf\n")
	for _, line := range Examples(c) {
		b.WriteString(roff(line) + "\n")
	}
	b.WriteString(".fi\n.RE\n")
	return b.String()
}

// roff escapes text for man(7).
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "“", `\(lq`, "”", `\(rq`, "’", `\(cq`, "'", `\(aq`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
