package main

import (
	"strings"

	"github.com/spf13/cobra"

	"countersign/cmd/internal/cli"
)

func membersCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "members", GroupID: groupPeople, Short: "list, add and help members (admins)",
			Long:    "Owners and admins look after members here, as in the window under Settings > Members. If the workspace requires second-admin approval, resets and temporary codes need --approval.",
			Example: "countersignctl members list\ncountersignctl members suspend sam@example.com",
		},
		e.with(&cobra.Command{
			Use: "list", Short: "list the members of the workspace (admins)",
			Long:    "With --csv it is a list without secrets for a spreadsheet. What would be a formula there has an apostrophe before it.",
			Example: "countersignctl members list\ncountersignctl members list --csv > members.csv",
			RunE:    e.runs(membersList),
		}, signInFlags, func(c *cobra.Command, o *options) { c.Flags().BoolVar(&o.csv, "csv", false, "print CSV") }),
		e.with(&cobra.Command{
			Use: "add NAME EMAIL", Short: "add a member, and print the invitation once (admins)",
			Long: "The member uses the invitation to set a password in Countersign. It expires after 48 hours, works once, and is printed to standard output and nowhere else. " +
				"Only an owner can add an owner or an admin.",
			Example: "countersignctl members add \"Chidi Nwosu\" chidi@example.com\ncountersignctl members add \"Zoë Löfgren\" zoe@example.com --role admin",
			RunE:    e.runs(membersAdd),
		}, signInFlags, func(c *cobra.Command, o *options) {
			c.Flags().StringVar(&o.role, "role", "member", "give this `ROLE`: member, admin or owner")
			cli.Choices(c, "role", roles...)
		}),
		e.with(&cobra.Command{
			Use: "import FILE", Short: "import members from a CSV file (admins)",
			Long: "FILE has a row for each person, with name, email and, if needed, role. The first row may name the columns. Encoding and delimiter are detected. " +
				"If a row can’t be added, the command says why and adds no one, unless --only-good is given. " +
				"The invitations go to the file of --invitations, or else to standard output.",
			Example: "countersignctl members import people.csv --invitations invitations.pdf",
			RunE:    e.runs(membersImport),
		}, signInFlags, func(c *cobra.Command, o *options) {
			c.Flags().BoolVar(&o.onlyGood, "only-good", false, "add those who can be added, and say why the others can’t")
			c.Flags().StringVar(&o.invitations, "invitations", "", "write the invitations as PDF to this `FILE`, one to a page")
			files(c, "invitations")
		}, paperFlag, forceFlag),
		e.with(&cobra.Command{
			Use: "role EMAIL member|admin|owner", Short: "change the role of a member (owners)",
			Long: "It applies at once. One-time codes for the member stop working, and so do codes they created that their new role doesn’t allow. " +
				"Someone who was invited needs a new invitation: use members reset-password.",
			Example: "countersignctl members role sam@example.com admin\n# in a script\ncountersignctl members role sam@example.com member --yes --stdin < answers",
			RunE:    e.runs(membersRole),
		}, signInFlags, confirmFlags),
		e.with(&cobra.Command{
			Use: "suspend EMAIL", Short: "suspend a member (admins)",
			Long: "The member is signed out at once and can’t sign in until reactivated. Their password, 2FA and recovery codes stay as they are. " +
				"Invitations and codes they created stop working.",
			Example: "countersignctl members suspend sam@example.com",
			RunE:    e.runs(membersSuspend),
		}, signInFlags, confirmFlags),
		e.with(&cobra.Command{
			Use: "reactivate EMAIL", Short: "let a suspended member sign in again (admins)",
			Long:    "They sign in with the same password and 2FA as before.",
			Example: "countersignctl members reactivate sam@example.com",
			RunE:    e.runs(membersReactivate),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "remove EMAIL", Short: "remove a member permanently (admins)",
			Long: "The member is signed out and can’t sign in again. Their password, 2FA and recovery codes are deleted permanently. " +
				"Invitations and codes they created stop working. What they did stays in the audit log.",
			Example: "countersignctl members remove sam@example.com",
			RunE:    e.runs(membersRemove),
		}, signInFlags, confirmFlags),
		e.with(&cobra.Command{
			Use: "temporary-code EMAIL", Short: "create a temporary code for a lost phone, and print it once (admins)",
			Long: "It is for a member who knows their password but has lost their phone and recovery codes. They enter it after the password, instead of a verification code, " +
				"and then set up their authenticator app on another phone. It works once and expires after 48 hours. Their old phone and codes work until they finish.",
			Example: "countersignctl members temporary-code sam@example.com",
			RunE:    e.runs(membersTemporaryCode),
		}, signInFlags, approvalFlags),
		e.with(&cobra.Command{
			Use: "reset-password EMAIL", Short: "create a password reset code, and print it once (admins)",
			Long: "The member uses the code to choose a new password. It works once and expires after 48 hours. The old password works until then. " +
				"For someone who hasn’t signed in yet it is a new invitation.",
			Example: "countersignctl members reset-password sam@example.com",
			RunE:    e.runs(membersResetPassword),
		}, signInFlags, approvalFlags),
		e.with(&cobra.Command{
			Use: "reset-2fa EMAIL", Short: "turn off the 2FA of a member (admins)",
			Long: "The member is signed out, and their recovery codes no longer work. They sign in with their password only until they turn on 2FA again. " +
				"For a lost phone alone, members temporary-code is enough.",
			Example: "countersignctl members reset-2fa sam@example.com",
			RunE:    e.runs(membersReset2FA),
		}, signInFlags, approvalFlags, confirmFlags),
	)
}

// roles are the words for roles, the least first.
var roles = []string{"member", "admin", "owner"}

func recoveryCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "recovery", GroupID: groupPeople, Short: "issue recovery codes, and confirm your own sheet",
			Long:    "Recovery codes are used instead of verification codes when the phone is lost. Admins issue them on sheets, in print runs.",
			Example: "countersignctl recovery issue --all-without-sheet --reason \"New members\" \\\n    --output run.age",
		},
		e.with(&cobra.Command{
			Use: "issue", Short: "issue recovery codes to members (admins)",
			Long: "Stored codes can’t be read back, so this issues a new set that replaces the old one. The file is written first. The new codes are active once it is complete, " +
				"and until then no one’s codes change. Ctrl+C cancels the run and says who has the new codes by then. " +
				"If the workspace requires second-admin approval, --approval names the approval.\n\n" +
				"An age file contains PDF, CSV and JSON, encrypted with a passphrase that is asked for, or for keys. The other formats are unencrypted.",
			Example: "countersignctl recovery issue --all-without-sheet --reason \"New members\" \\\n    --recipient age1... --output run.age\n" +
				"countersignctl recovery issue --member sam@example.com --reason \"Lost sheet\" \\\n    --format pdf --output sam.pdf",
			RunE: e.runs(recoveryIssue),
		}, signInFlags, whoFlags, reasonFlag, outputFlags, func(c *cobra.Command, o *options) {
			c.Flags().StringVar(&o.format, "format", "age", "write in this `FORMAT`: age, pdf, csv or text")
			cli.Choices(c, "format", "age", "pdf", "csv", "text")
			cli.Require(c, "output", "reason")
		}, recipientFlag, approvalFlags, paperFlag),
		e.with(&cobra.Command{
			Use: "confirm", Short: "confirm that you have your recovery sheet",
			Long:    "Enter the check word on your sheet. It tells your admins that you have the sheet. It can’t be used to sign in.",
			Example: "countersignctl recovery confirm --email sam@example.com",
			RunE:    e.runs(recoveryConfirm),
		}, signInFlags),
	)
}

// whoFlags say for whom recovery codes are issued.
func whoFlags(c *cobra.Command, o *options) {
	c.Flags().StringArrayVar(&o.members, "member", nil, "for the member with this `EMAIL`; can be repeated")
	c.Flags().BoolVar(&o.allWithout, "all-without-sheet", false, "for everyone who has 2FA on and no sheet")
	c.Flags().BoolVar(&o.all, "all", false, "for everyone who has 2FA on")
}

func runsCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "runs", GroupID: groupPeople, Short: "see who has which recovery sheet, and keep track of it (admins)",
			Long: "A print run is the sheets that were issued together. Each sheet is issued, then handed over, then confirmed by its member with the check word on it, " +
				"until it is replaced or cancelled.",
			Example: "countersignctl runs list\ncountersignctl runs hand-over 28 443-450",
		},
		e.with(&cobra.Command{
			Use: "list", Short: "list print runs, newest first (admins)",
			Long:    "At most 100 are listed. The next page begins at --before.",
			Example: "countersignctl runs list\ncountersignctl runs list --before 29 --json",
			RunE:    e.runs(runsList),
		}, signInFlags, func(c *cobra.Command, o *options) {
			c.Flags().Int64Var(&o.before, "before", 0, "list what is before this `NUMBER`")
		}),
		e.with(&cobra.Command{
			Use: "show RUN", Short: "show a print run, and where each of its sheets is (admins)",
			Long:    "RUN is the number of the print run. It is on the cover and in runs list.",
			Example: "countersignctl runs show 28",
			RunE:    e.runs(runsShow),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "unconfirmed", Short: "list active sheets that no member has confirmed, oldest first (admins)",
			Long:    "The sheets of all print runs are listed. Hand them over, and ask their members to confirm them in Settings > Profile or with recovery confirm.",
			Example: "countersignctl runs unconfirmed",
			RunE:    e.runs(runsUnconfirmed),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "hand-over RUN SHEET...", Short: "mark sheets as handed over (admins)",
			Long:    "SHEET is the number of a sheet, or several such as 443-450. Only active sheets that weren’t handed over are marked.",
			Example: "countersignctl runs hand-over 28 443\ncountersignctl runs hand-over 28 444-450 455",
			RunE:    e.runs(runsHandOver),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "cancel RUN SHEET...", Short: "cancel sheets that didn’t reach their members (admins)",
			Long: "Destroy the paper as well. The members have no recovery codes until they get new ones, and are told at their next sign-in. " +
				"SHEET is the number of a sheet, or several such as 443-450.",
			Example: "countersignctl runs cancel 28 443",
			RunE:    e.runs(runsCancel),
		}, signInFlags, confirmFlags),
	)
}

func approvalsCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "approvals", GroupID: groupPeople, Short: "ask for, give and decline second-admin approval (admins)",
			Long: "If the workspace requires approval, a second owner or admin must approve print runs, resets, temporary codes and a weaker policy. " +
				"An approval covers exactly what was asked for, by the one who asked, for 48 hours.",
			Example: "countersignctl approvals list\ncountersignctl approvals approve 4f1c9a02",
		},
		e.with(&cobra.Command{
			Use: "list", Short: "list what waits for approval, or is approved and not yet used (admins)",
			Long:    "The ID is what approvals approve, approvals decline and --approval take.",
			Example: "countersignctl approvals list",
			RunE:    e.runs(approvalsList),
		}, signInFlags),
		cli.Choose(e.with(&cobra.Command{
			Use: "ask KIND [EMAIL...]", Short: "ask a second admin for approval, and print its ID (admins)",
			Long: "KIND is " + strings.Join(approvalWords(), ", ") + ".\n\n" +
				"For a print run, name the members it is for, or give --all or --all-without-sheet. For a reset or a temporary code, name one member. " +
				"For the policy, name no one. Once approved, give the command again with --approval.",
			Example: "countersignctl approvals ask reset-2fa sam@example.com --reason \"Lost phone\"\n" +
				"countersignctl approvals ask print-run --all --reason \"New sheets\"",
			RunE: e.runs(approvalsAsk),
		}, signInFlags, func(c *cobra.Command, o *options) {
			reasonFlag(c, o)
			cli.Require(c, "reason")
			c.Flags().BoolVar(&o.allWithout, "all-without-sheet", false, "for everyone who has 2FA on and no sheet")
			c.Flags().BoolVar(&o.all, "all", false, "for everyone who has 2FA on")
		}), "KIND", approvalWords()...),
		e.with(&cobra.Command{
			Use: "approve ID", Short: "approve what another admin asked for (admins)",
			Long:    "Your 2FA must be on. You can’t approve what you asked for, or what is about you.",
			Example: "countersignctl approvals approve 4f1c9a02",
			RunE:    e.runs(approvalsApprove),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "decline ID", Short: "decline what another admin asked for, or take back your own request (admins)",
			Long:    "It can be asked for again.",
			Example: "countersignctl approvals decline 4f1c9a02",
			RunE:    e.runs(approvalsDecline),
		}, signInFlags),
	)
}
