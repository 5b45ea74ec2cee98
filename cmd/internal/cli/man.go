package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Page is what the manual page says beside the tree of commands.
type Page struct {
	Title    string // what the program is for, after its name
	Sections []Section
}

// Section has paragraphs, and then items, each with its text.
type Section struct {
	Title      string
	Paragraphs []string
	Items      [][2]string
}

func manCommand(p Page) *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "print the manual page",
		Long:    "The page has every command with its flags and examples, the exit codes and the codes of errors. It is in the form that man reads.",
		Example: "PROGRAM man | man -l -",
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := io.WriteString(c.OutOrStdout(), Manual(c.Root(), p))
			return err
		},
	}
}

// Manual is the manual page of a program, for man(7).
func Manual(root *cobra.Command, p Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n", strings.ToUpper(root.Name()), roff(root.Name()), roff(p.Title))
	b.WriteString(".B " + roff(UseLine(root)) + "\n.SH DESCRIPTION\n" + strings.TrimPrefix(manParagraphs(root.Long), ".PP\n"))
	b.WriteString(".SH FLAGS OF EVERY COMMAND\n" + manFlags(root.PersistentFlags()) + manFlags(root.LocalNonPersistentFlags()))
	b.WriteString(".SH COMMANDS\n")
	Walk(root, func(c *cobra.Command) {
		if c == root {
			return
		}
		b.WriteString(".SS " + roff(strings.TrimPrefix(UseLine(c), root.Name()+" ")) + "\n" + roff(Sentence(c.Short)) + "\n")
		b.WriteString(manParagraphs(c.Long) + manFlags(c.LocalNonPersistentFlags()) + manExamples(c))
	})
	for _, s := range p.Sections {
		b.WriteString(".SH " + roff(strings.ToUpper(s.Title)) + "\n" + strings.TrimPrefix(manParagraphs(strings.Join(s.Paragraphs, "\n\n")), ".PP\n"))
		for _, i := range s.Items {
			b.WriteString(".TP\n.B " + roff(i[0]) + "\n" + roff(i[1]) + "\n")
		}
	}
	return b.String()
}

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
	b.WriteString(".PP\nExamples:\n.PP\n.RS 4\n.nf\n")
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
