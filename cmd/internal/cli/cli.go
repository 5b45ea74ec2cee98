// Package cli is what the command line programs share: how a command line is read,
// how help, completion and the manual page are made from the tree of commands, how errors
// are told, and which exit codes there are.
//
// Build a tree of cobra commands whose root is made by Root and whose groups by Group,
// and hand it to Execute. The Use line of a command says what it takes, and nothing
// else is taken: "add NAME EMAIL", "verify [FILE]", "hand-over RUN SHEET...",
// "completion bash|zsh". What is typed stands in the code: names, Use lines and examples.
// What is read is in the catalogue (backend/words, under terminal.): Short is a verb with its
// object in lower case, without a full stop; Long is paragraphs with an empty line between them.
// Example is lines of at most 78 columns, where a Comment explains the next.
package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"countersign/backend/words"
)

func init() { cobra.EnableCommandSorting = false } // the order in which they are added says more

// Root makes c the root of a program's tree, with help, completion and the manual page
// after its own commands.
func Root(c *cobra.Command, page []Section, commands ...*cobra.Command) *cobra.Command {
	asGroup(c)
	c.SilenceErrors, c.SilenceUsage = true, true
	c.CompletionOptions.DisableDefaultCmd = true
	c.PersistentFlags().BoolP("help", "h", false, say(words.TerminalFlagHelp, nil))
	c.SetFlagErrorFunc(flagError)
	c.SetHelpFunc(func(c *cobra.Command, _ []string) {
		_, _ = io.WriteString(c.OutOrStdout(), Help(c, Width(c.OutOrStdout())))
	})
	c.AddCommand(commands...)
	c.AddCommand(completionCommand(), manCommand(page))
	c.SetHelpCommand(helpCommand())
	c.InitDefaultHelpCmd()
	return c
}

// Group makes c a command that only holds others.
func Group(c *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	asGroup(c)
	c.AddCommand(commands...)
	return c
}

// asGroup lets c say which commands it has, since cobra would print help and call it a
// success.
func asGroup(c *cobra.Command) {
	c.Args = cobra.ArbitraryArgs
	c.ValidArgsFunction = cobra.NoFileCompletions
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(c, args[0])
		}
		return missingCommand(c)
	}
}

// Version gives a root the flag --version, which prints the version and does nothing else.
func Version(root *cobra.Command, print func() error) {
	var show bool
	root.Flags().BoolVar(&show, "version", false, say(words.TerminalFlagVersion, nil))
	other := root.RunE
	root.RunE = func(c *cobra.Command, args []string) error {
		if show && len(args) == 0 {
			return print()
		}
		return other(c, args)
	}
}

// missingCommand is the error of a group, or of a program, that was given alone.
func missingCommand(c *cobra.Command) error {
	if !c.HasParent() {
		return Usage(words.TerminalUsageCommandMissing, nil)
	}
	return Usage(words.TerminalUsageCommandAfter, words.Args{"group": c.Name(), "commands": strings.Join(names(c), ", ")})
}

// names are the commands that help lists.
func names(c *cobra.Command) (all []string) {
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, sub.Name())
		}
	}
	return all
}

func unknownCommand(c *cobra.Command, typed string) error {
	wrong := Usage(words.TerminalUsageNoCommand, words.Args{"typed": strconv.Quote(typed)})
	if c.HasParent() {
		wrong = Usage(words.TerminalUsageNoCommandIn, words.Args{"typed": strconv.Quote(typed), "group": c.Name()})
	}
	return didYouMean(wrong, "", nearest(typed, names(c)))
}

// Execute carries out a command line. It returns the command that was meant, as far as
// that could be told, and its error; a mistake in the command line says where help is.
func Execute(ctx context.Context, root *cobra.Command, args []string, out, err io.Writer) (*cobra.Command, error) {
	prepare(root)
	root.SetArgs(append([]string{}, args...)) // nil would be the arguments of the process
	root.SetOut(out)
	root.SetErr(err)
	c, failed := root.ExecuteContextC(ctx)
	var f *Failure
	if errors.As(failed, &f) && f.Code == CodeUsage {
		failed = Fail(CodeUsage, f.Exit, words.TerminalUsageSeeHelp, words.Args{"wrong": f, "command": c.CommandPath()})
	}
	return c, failed
}

// prepare gives each command its arguments.
func prepare(c *cobra.Command) {
	c.DisableFlagsInUseLine = true
	if c.Args == nil {
		c.Args = takes
	}
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 {
		completeOperands(c)
	}
	for _, sub := range c.Commands() {
		prepare(sub)
	}
}

// Walk calls fn for a command and for all below it that help lists.
func Walk(c *cobra.Command, fn func(*cobra.Command)) {
	fn(c)
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			Walk(sub, fn)
		}
	}
}

func helpCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "help [COMMAND...]", Short: say(words.TerminalHelpShort, nil), Long: say(words.TerminalHelpLong, nil),
		Example: "PROGRAM help\nPROGRAM help completion",
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				if found == nil {
					found = c.Root()
				}
				return unknownCommand(found, slices.Concat(rest, args)[0])
			}
			return found.Help()
		},
	}
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		found, _, err := c.Root().Find(args)
		if err != nil || found == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(found), cobra.ShellCompDirectiveNoFileComp
	}
	return c
}
