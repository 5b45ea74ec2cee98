package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
	recipients                        []string

	group, person, since, until, search string
	limit                               int
	before                              int64
	steps                               bool

	members                                   []string
	allWithout, all, signIn, replace, dryRun  bool
	role, reason, format, paperSize, approval string
	from                                      string
}

const (
	groupPeople    = "people"
	groupWorkspace = "workspace"
	groupRecords   = "records"
	groupComputer  = "computer"
)

// commands is the tree of commands, which work on e.
func commands(e *env) *cobra.Command {
	root := cli.Root(&cobra.Command{
		Use: "countersignctl", Short: "manage a Countersign workspace from the command line",
		Long: "It works on the same data folder as the window of Countersign, needs no display, and can be used while the window is open.\n\n" +
			"Commands that show people’s data ask for your password and, if your 2FA is on, for a verification code. They are typed without echo, " +
			"or read from standard input with --stdin, a line each: the email unless --email gives it, the password, and the code. " +
			"They are never arguments and never in the environment. A wrong one counts as it does in the window.",
		Example: "countersignctl doctor\ncountersignctl members list --email amara@example.com\ncountersignctl help members add",
	}, page(),
		membersCommands(e), recoveryCommands(e), runsCommands(e), approvalsCommands(e),
		policyCommands(e), clockCommands(e), backupCommands(e),
		auditCommands(e), exportCommands(e),
		doctorCommand(e), statusCommand(e),
	)
	cli.Version(root, func() error { return e.print(map[string]string{"version": version}, "countersignctl "+version+"\n") })
	root.PersistentFlags().StringVar(&e.dataDir, "data-dir", "", "the `FOLDER` with the workspace (also COUNTERSIGN_DATA_DIR)")
	root.PersistentFlags().BoolVar(&e.json, "json", false, "print JSON, and errors as JSON")
	cli.Folder(root, "data-dir")
	root.AddGroup(
		&cobra.Group{ID: groupPeople, Title: "Members and recovery codes"}, &cobra.Group{ID: groupWorkspace, Title: "Workspace"},
		&cobra.Group{ID: groupRecords, Title: "Records and exports"}, &cobra.Group{ID: groupComputer, Title: "This computer"},
	)
	return root
}

// runs makes a command's RunE of a function on e.
func (e *env) runs(fn func(context.Context, *env, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error { return fn(c.Context(), e, args) }
}

// with gives a command its flags.
func (e *env) with(c *cobra.Command, flags ...func(*cobra.Command, *options)) *cobra.Command {
	for _, add := range flags {
		add(c, &e.options)
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, done := c.GetFlagCompletionFunc(f.Name); !done && f.Value.Type() != "bool" {
			cli.Text(c, f.Name)
		}
	})
	return c
}

// emailFlags say who signs in, and how.
func emailFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.email, "email", "", "sign in with this `EMAIL`")
	c.Flags().BoolVar(&o.recovery, "recovery-code", false, "sign in with a recovery code instead of a verification code (uses the code)")
}

// signInFlags are those of commands that sign in.
func signInFlags(c *cobra.Command, o *options) {
	emailFlags(c, o)
	c.Flags().BoolVar(&o.fromStdin, "stdin", false, "read email (unless given), password and code from standard input, a line each; before them the passphrase of a secrets file")
}

// confirmFlags are those of commands that ask before they act.
func confirmFlags(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.yes, "yes", false, "act without asking; needed where no one can answer")
}

// approvalFlags are those of commands that may need a second admin.
func approvalFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.approval, "approval", "", "use the second admin’s approval with this `ID`")
}

// outputFlags are those of commands that write a file.
func outputFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.output, "output", "", "write to this `FILE`")
	files(c, "output")
	forceFlag(c, o)
}

func forceFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.force, "force", false, "replace the file if it exists")
}

func reasonFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.reason, "reason", "", "the reason, a `TEXT` for the audit log and the cover")
}

func recipientFlag(c *cobra.Command, o *options) {
	c.Flags().StringArrayVar(&o.recipients, "recipient", nil, "encrypt for this public `KEY`, as age-keygen prints it; can be repeated")
}

func paperFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.paperSize, "paper", "a4", "draw for this `PAPER`: a4 or letter")
	cli.Choices(c, "paper", "a4", "letter")
}

// files completes a flag with the names of files.
func files(c *cobra.Command, flag string) {
	if err := c.MarkFlagFilename(flag); err != nil {
		panic(err) // the command has no such flag
	}
}
