package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/backend/folder"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// options are the values of all flags. A flag has one meaning and one default in every
// command that takes it, so that they can share a field.
type options struct {
	dataDir string
	json    bool

	email                    string // of the sign-in
	fromStdin, recovery, yes bool

	output, into, invitations         string
	force, csv, onlyGood, secretsFile bool
	identity, fingerprint, head       string
	logKey                            string
	recipients                        []string

	group, person, since, until, search string
	limit                               int
	before                              int64
	steps                               bool

	members                                             []string
	allWithout, all, allInvited                         bool
	signIn, replace, leave, dryRun                      bool
	role, language, reason, format, paperSize, approval string
	from, kind                                          string
	server, serverKey                                   string
}

// The headings under which help lists the commands and groups of the program.
const (
	underPeople    = "people"
	underWorkspace = "workspace"
	underRecords   = "records"
	underComputer  = "computer"
)

// command is a command or a group of the tree. What is typed stands here: its use and its examples.
// What is read is in the catalogue: see package cli for its form.
type command struct {
	use         string
	under       string // the heading, of those of the program
	short, long words.Key
	longArgs    words.Args
	example     string
	run         func(context.Context, *env, []string) error
	flags       []flags
}

// flags gives a command some of its flags.
type flags func(*cobra.Command, *options)

// commands is the tree of commands, which work on e.
func commands(e *env) *cobra.Command {
	root := cli.Root(newCommand(e, command{
		use: "countersignctl", short: words.TerminalRootShort, long: words.TerminalRootLong,
		example: "countersignctl doctor\ncountersignctl members list --email amara@example.com\ncountersignctl help members add",
	}), manual(),
		membersCommands(e), appsCommands(e), newsCommands(e), computersCommands(e), recoveryCommands(e), runsCommands(e), approvalsCommands(e),
		policyCommands(e), clockCommands(e), backupCommands(e), moveCommand(e),
		auditCommands(e), exportCommands(e),
		doctorCommand(e), statusCommand(e), workspacesCommand(e), joinCommand(e), leaveCommand(e),
	)
	cli.Version(root, func() error { return e.print(map[string]string{"version": version}, "countersignctl "+version+"\n") })
	root.PersistentFlags().StringVar(&e.dataDir, "data-dir", "", say(words.TerminalFlagDataDir, words.Args{"variable": folder.EnvVar}))
	root.PersistentFlags().BoolVar(&e.json, "json", false, say(words.TerminalFlagJson, nil))
	cli.Folder(root, "data-dir")
	root.AddGroup(
		&cobra.Group{ID: underPeople, Title: say(words.TerminalGroupPeople, nil)},
		&cobra.Group{ID: underWorkspace, Title: say(words.TerminalGroupWorkspace, nil)},
		&cobra.Group{ID: underRecords, Title: say(words.TerminalGroupRecords, nil)},
		&cobra.Group{ID: underComputer, Title: say(words.TerminalGroupComputer, nil)},
	)
	return root
}

// newCommand makes a command that works on e.
func newCommand(e *env, from command) *cobra.Command {
	c := &cobra.Command{Use: from.use, GroupID: from.under, Short: say(from.short, nil), Long: say(from.long, from.longArgs), Example: from.example}
	if from.run != nil {
		c.RunE = func(c *cobra.Command, args []string) error { return from.run(c.Context(), e, args) }
	}
	for _, add := range from.flags {
		add(c, &e.options)
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, done := c.GetFlagCompletionFunc(f.Name); !done && f.Value.Type() != "bool" {
			cli.Text(c, f.Name)
		}
	})
	return c
}

// newGroup makes a group of commands that work on e.
func newGroup(e *env, from command, commands ...command) *cobra.Command {
	group := cli.Group(newCommand(e, from))
	for _, c := range commands {
		group.AddCommand(newCommand(e, c))
	}
	return group
}

// emailFlags say who signs in, and how.
func emailFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.email, "email", "", say(words.TerminalFlagEmail, nil))
	c.Flags().BoolVar(&o.recovery, "recovery-code", false, say(words.TerminalFlagRecoveryCode, nil))
}

// signInFlags are those of commands that sign in.
func signInFlags(c *cobra.Command, o *options) {
	emailFlags(c, o)
	c.Flags().BoolVar(&o.fromStdin, "stdin", false, say(words.TerminalFlagStdin, nil))
}

// confirmFlags are those of commands that ask before they act.
func confirmFlags(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.yes, "yes", false, say(words.TerminalFlagYes, nil))
}

// approvalFlags are those of commands that may need a second admin.
func approvalFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.approval, "approval", "", say(words.TerminalFlagApproval, nil))
}

// outputFlags are those of commands that write a file.
func outputFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.output, "output", "", say(words.TerminalFlagOutput, nil))
	files(c, "output")
	forceFlag(c, o)
}

func forceFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.force, "force", false, say(words.TerminalFlagForce, nil))
}

// requires marks flags that a command cannot do without.
func requires(names ...string) flags {
	return func(c *cobra.Command, _ *options) { cli.Require(c, names...) }
}

func reasonFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.reason, "reason", "", say(words.TerminalFlagReason, nil))
}

func recipientFlag(c *cobra.Command, o *options) {
	c.Flags().StringArrayVar(&o.recipients, "recipient", nil, say(words.TerminalFlagRecipient, nil))
}

func paperFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.paperSize, "paper", "a4", say(words.TerminalFlagPaper, nil))
	cli.Choices(c, "paper", "a4", "letter")
}

func beforeFlag(c *cobra.Command, o *options) {
	c.Flags().Int64Var(&o.before, "before", 0, say(words.TerminalFlagBefore, nil))
}

// files completes a flag with the names of files.
func files(c *cobra.Command, flag string) {
	if err := c.MarkFlagFilename(flag); err != nil {
		panic(err) // the command has no such flag
	}
}
