package cli

import (
	"github.com/spf13/cobra"

	"countersign/backend/words"
)

const shells = "bash|zsh|fish|powershell"

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion " + shells, Short: say(words.TerminalCompletionShort, nil), Long: say(words.TerminalCompletionLong, nil),
		Example: Comment(words.TerminalCompletionBash) + "source <(PROGRAM completion bash)\n" +
			Comment(words.TerminalCompletionFish) + "PROGRAM completion fish \\\n    > ~/.config/fish/completions/PROGRAM.fish\n" +
			Comment(words.TerminalCompletionPowershell) + "PROGRAM completion powershell | Out-String | Invoke-Expression",
		RunE: func(c *cobra.Command, args []string) error {
			out := c.OutOrStdout()
			switch args[0] {
			case "bash":
				return c.Root().GenBashCompletionV2(out, true)
			case "zsh":
				return c.Root().GenZshCompletion(out)
			case "fish":
				return c.Root().GenFishCompletion(out, true)
			}
			return c.Root().GenPowerShellCompletionWithDesc(out)
		},
	}
}

// completeOperands completes what a command takes beside flags: files where its Use line
// says FILE, words where it lists them, and nothing else. What needs a sign-in, such as
// emails, is not completed.
func completeOperands(c *cobra.Command) {
	all := operands(c)
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(all) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		switch o := all[len(args)]; {
		case o.choices != nil:
			return o.choices, cobra.ShellCompDirectiveNoFileComp
		case o.name == "FILE":
			return nil, cobra.ShellCompDirectiveDefault
		case o.name == "FOLDER":
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// Choices completes a flag with the words that it takes.
func Choices(c *cobra.Command, flag string, choices ...string) {
	complete(c, flag, choices, cobra.ShellCompDirectiveNoFileComp)
}

// Folder completes a flag with folders.
func Folder(c *cobra.Command, flag string) {
	complete(c, flag, nil, cobra.ShellCompDirectiveFilterDirs)
}

// Text says that there is nothing with which a flag could be completed.
func Text(c *cobra.Command, flag string) { complete(c, flag, nil, cobra.ShellCompDirectiveNoFileComp) }

func complete(c *cobra.Command, flag string, choices []string, directive cobra.ShellCompDirective) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(choices, directive)); err != nil {
		panic(err) // the program has no such flag, or it was said twice
	}
}
