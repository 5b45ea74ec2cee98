package main

import (
	"strings"

	"github.com/spf13/cobra"

	"countersign/cmd/internal/cli"
)

func policyCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "policy", GroupID: groupWorkspace, Short: "show and change what the workspace requires (admins)",
			Long:    "It is what the window shows in Settings > Workspace.",
			Example: "countersignctl policy show\ncountersignctl policy require-2fa --from 2027-01-15 --dry-run",
		},
		e.with(&cobra.Command{
			Use: "show", Short: "show what the workspace requires (admins)",
			Long:    "It also shows the fingerprint of the signing key, which export verify can compare.",
			Example: "countersignctl policy show\ncountersignctl policy show --json",
			RunE:    e.runs(policyShow),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "require-2fa", Short: "require 2FA, now or from a day on (admins)",
			Long: "From then on, members must turn on 2FA before they can do anything else. The command first says who would have to, and who could help a member who is locked out. " +
				"With --dry-run it says that and changes nothing. A later day than before may need a second admin’s approval.",
			Example: "countersignctl policy require-2fa --dry-run\ncountersignctl policy require-2fa --from 2027-01-15",
			RunE:    e.runs(policyRequire2FA),
		}, signInFlags, func(c *cobra.Command, o *options) {
			c.Flags().StringVar(&o.from, "from", "", "require it from this `DATE`, such as 2027-01-15; without it, now")
			c.Flags().BoolVar(&o.dryRun, "dry-run", false, "say what would happen, and change nothing")
		}, approvalFlags, confirmFlags),
		e.with(&cobra.Command{
			Use: "stop-requiring-2fa", Short: "make 2FA optional again (admins)",
			Long:    "Members who have it on keep it. Members without 2FA whose password is too short choose a longer one at their next sign-in.",
			Example: "countersignctl policy stop-requiring-2fa",
			RunE:    e.runs(policyStopRequiring2FA),
		}, signInFlags, approvalFlags, confirmFlags),
		e.with(&cobra.Command{
			Use: "require-approval", Short: "require second-admin approval (owners)",
			Long:    "From then on, a second admin must approve print runs, resets, temporary codes and a weaker policy. Two owners or admins need 2FA on first.",
			Example: "countersignctl policy require-approval",
			RunE:    e.runs(policyRequireApproval),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "stop-requiring-approval", Short: "let admins act alone again (owners)",
			Long:    "This itself needs a second admin’s approval. Approvals already given stay valid.",
			Example: "countersignctl policy stop-requiring-approval --approval 4f1c9a02",
			RunE:    e.runs(policyStopRequiringApproval),
		}, signInFlags, approvalFlags, confirmFlags),
		e.with(&cobra.Command{
			Use: "auto-lock MINUTES", Short: "set after how many minutes of inactivity the window locks (admins)",
			Long:    "MINUTES is 1 to 15. It applies to everyone at once.",
			Example: "countersignctl policy auto-lock 5",
			RunE:    e.runs(policyAutoLock),
		}, signInFlags),
	)
}

func clockCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "clock", GroupID: groupWorkspace, Short: "compare this computer’s clock with the audit log (admins)",
			Long:    "If the clock is behind the newest entry of the audit log, invitations, password resets, temporary codes and approvals don’t work until it is set or confirmed.",
			Example: "countersignctl clock show",
		},
		e.with(&cobra.Command{
			Use: "show", Short: "show this computer’s clock and the newest entry of the audit log (admins)",
			Long:    "The exit code is 3 if the clock is behind.",
			Example: "countersignctl clock show",
			RunE:    e.runs(clockShow),
		}, signInFlags),
		e.with(&cobra.Command{
			Use: "confirm", Short: "confirm that this computer’s clock is right (owners)",
			Long: "Do this only if the date and time of this computer are right, and the audit log is ahead of them. " +
				"Open invitations, password resets, temporary codes and approvals stop working.",
			Example: "countersignctl clock confirm",
			RunE:    e.runs(clockConfirm),
		}, signInFlags, confirmFlags),
	)
}

func backupCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "backup", GroupID: groupWorkspace, Short: "back up and restore the whole workspace (owners)",
			Long:    "A backup has everything that a new computer needs, in one encrypted file.",
			Example: "countersignctl backup create --output copy.age\ncountersignctl backup restore copy.age",
		},
		e.with(&cobra.Command{
			Use: "create", Short: "back up the whole workspace to an encrypted file (owners)",
			Long: "The backup is of one moment, and the app can stay open. It contains every secret of the workspace except passwords, so it is always encrypted: " +
				"for the public keys of --recipient, or with a passphrase that is asked for twice. Store it, and what opens it, away from this computer.",
			Example: "countersignctl backup create --output copy.age\ncountersignctl backup create --output copy.age --recipient age1...",
			RunE:    e.runs(backupCreate),
		}, signInFlags, outputFlags, recipientFlag, func(c *cobra.Command, _ *options) { cli.Require(c, "output") }),
		e.with(&cobra.Command{
			Use: "restore FILE", Short: "restore a backup into an empty data folder",
			Long: "First, all of FILE is verified. Then an owner signs in to the copy in it, with password and phone or recovery code. Only then is anything written to the keychain or the folder. " +
				"Recovery codes that were used after the backup work again: get new ones. " +
				"On a system without a keychain, --secrets-file keeps the secrets in a file in the folder, and asks twice for its new passphrase.\n\n" + exportKeys,
			Example: "countersignctl backup restore copy.age\ncountersignctl backup restore copy.age --data-dir /srv/countersign \\\n    --secrets-file",
			RunE:    e.runs(backupRestore),
		}, exportFlags, emailFlags, func(c *cobra.Command, o *options) {
			c.Flags().BoolVar(&o.secretsFile, "secrets-file", false, "without a keychain, keep the secrets in a file that a passphrase opens")
			c.Flags().BoolVar(&o.replace, "replace", false, "restore although the keychain has this workspace’s keys; a data folder that still uses them no longer opens")
		}),
	)
}

func auditCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "audit", GroupID: groupRecords, Short: "list, verify and export the audit log (admins)",
			Long:    "Every change in the workspace is an event of the audit log.",
			Example: "countersignctl audit list --since 2026-11-01\ncountersignctl audit verify",
		},
		e.with(&cobra.Command{
			Use: "list", Short: "list events of the audit log, newest first (admins)",
			Long:    "A date is YYYY-MM-DD, which is the beginning of that day here, or RFC 3339. The next page begins at --before.",
			Example: "countersignctl audit list --since 2026-11-01 --until 2026-12-01 --json\ncountersignctl audit list --person sam@example.com --group recovery",
			RunE:    e.runs(auditList),
		}, signInFlags, listFlags),
		e.with(&cobra.Command{
			Use: "verify [FILE]", Short: "verify the whole audit log (admins), or an exported one without the workspace",
			Long: "Without FILE it signs in, and compares every event with its signature and the log with the keychain.\n\n" +
				"With FILE, or - for standard input, it verifies an export and needs neither workspace nor keychain. " +
				"Without --head that proves only that the lines of the file fit one another: someone may have made all of it again. " +
				"Give the checkpoint that was noted when the log was exported, or that is printed on paper.",
			Example: "countersignctl audit verify\ncountersignctl audit verify log.jsonl --head 412:9f2c...",
			RunE:    e.runs(auditVerify),
		}, signInFlags, func(c *cobra.Command, o *options) {
			c.Flags().StringVar(&o.head, "head", "", "the checkpoint `SEQ:HEX` that was noted elsewhere")
		}),
		e.with(&cobra.Command{
			Use: "export", Short: "write the whole audit log as JSON lines (admins)",
			Long: "The export goes to standard output, and its checkpoint to standard error. Note the checkpoint where no one can change it. " +
				"With --output it goes to a file that only you can read, complete or not at all.",
			Example: "countersignctl audit export --output log.jsonl",
			RunE:    e.runs(auditExport),
		}, signInFlags, outputFlags),
	)
}

func listFlags(c *cobra.Command, o *options) {
	fs := c.Flags()
	fs.IntVar(&o.limit, "limit", 50, "list at most `N` events, up to 500")
	fs.Int64Var(&o.before, "before", 0, "list what is before this `NUMBER`")
	fs.StringVar(&o.group, "group", "", "only this `GROUP`: "+strings.Join(groups(), ", "))
	fs.StringVar(&o.person, "person", "", "only what the person with this `EMAIL` did, or what was done to them")
	fs.StringVar(&o.since, "since", "", "not before this `DATE`")
	fs.StringVar(&o.until, "until", "", "before this `DATE`")
	fs.StringVar(&o.search, "search", "", "only events with all these `WORDS`")
	fs.BoolVar(&o.steps, "steps", false, "also list technical steps")
	cli.Choices(c, "group", groups()...)
}

const exportKeys = "If the file is encrypted with a passphrase, it is asked for; if it is encrypted for a key, --identity is needed. " +
	"Anyone who has the passphrase or your public key could make such a file, and sign it with a key of their own. " +
	"Give the fingerprint that the workspace shows, or that is printed on a cover, and a file of another key is refused."

func exportFlags(c *cobra.Command, o *options) {
	fs := c.Flags()
	fs.StringVar(&o.identity, "identity", "", "open it with the private keys in this `FILE`, as age-keygen makes it")
	fs.StringVar(&o.fingerprint, "fingerprint", "", "refuse it unless the `KEY` with this fingerprint signed it")
	fs.BoolVar(&o.fromStdin, "stdin", false, "read the passphrase from standard input")
	files(c, "identity")
}

func exportCommands(e *env) *cobra.Command {
	return cli.Group(
		&cobra.Command{
			Use: "export", GroupID: groupRecords, Short: "verify and open encrypted exports, without the workspace",
			Long:    "An export is a file that Countersign encrypted and signed: recovery sheets, or a backup.",
			Example: "countersignctl export verify run-28.age\ncountersignctl export open run-28.age --into run-28",
		},
		e.with(&cobra.Command{
			Use: "open FILE", Short: "open an encrypted export or backup into a folder",
			Long:    "All of FILE is verified before anything of it is in the folder, which must not exist yet. Only you can read the files in it.\n\n" + exportKeys,
			Example: "countersignctl export open run-28.age --into run-28\ncountersignctl export open run-28.age --into run-28 --identity key.txt",
			RunE:    e.runs(exportOpen),
		}, func(c *cobra.Command, o *options) {
			c.Flags().StringVar(&o.into, "into", "", "create this `FOLDER` with the files in it")
			cli.Folder(c, "into")
			cli.Require(c, "into")
		}, exportFlags),
		e.with(&cobra.Command{
			Use: "verify FILE", Short: "verify an encrypted export or backup",
			Long:    "FILE is read to its end, and nothing of it is written anywhere.\n\n" + exportKeys,
			Example: "countersignctl export verify run-28.age --fingerprint ZT0J-R4QK-...",
			RunE:    e.runs(exportVerify),
		}, exportFlags),
	)
}

func doctorCommand(e *env) *cobra.Command {
	return e.with(&cobra.Command{
		Use: "doctor", GroupID: groupComputer, Short: "check the data folder, database, keychain, clock, fonts and web view, and suggest fixes",
		Long: "It needs no sign-in and changes nothing, except for a test item in the keychain, which it removes again. A locked keychain asks to be unlocked. " +
			"If the folder has a secrets file instead of the keychain, its passphrase is asked for, and the file is checked. The exit code is 3 if something is wrong.",
		Example: "countersignctl doctor\ncountersignctl doctor --json",
		RunE:    e.runs(doctor),
	}, func(c *cobra.Command, o *options) {
		c.Flags().BoolVar(&o.fromStdin, "stdin", false, "read the passphrase of a secrets file from standard input")
	})
}

func statusCommand(e *env) *cobra.Command {
	return e.with(&cobra.Command{
		Use: "status", GroupID: groupComputer, Short: "show where the workspace is, and whether the app has it open",
		Long:    "Without signing in it shows the folder, the versions, whether there is a workspace, and whether the app holds the folder. With --sign-in it also shows the workspace’s name and your own profile.",
		Example: "countersignctl status\ncountersignctl status --sign-in --email amara@example.com",
		RunE:    e.runs(status),
	}, signInFlags, func(c *cobra.Command, o *options) {
		c.Flags().BoolVar(&o.signIn, "sign-in", false, "sign in, and also show your profile")
	})
}
