package main

import (
	"strings"

	"github.com/spf13/cobra"

	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

func policyCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "policy", under: underWorkspace, short: words.TerminalPolicyShort, long: words.TerminalPolicyLong,
			example: "countersignctl policy show\ncountersignctl policy require-2fa --from 2027-01-15 --dry-run",
		},
		command{
			use: "show", short: words.TerminalPolicyShowShort, long: words.TerminalPolicyShowLong,
			example: "countersignctl policy show\ncountersignctl policy show --json",
			run:     policyShow,
			flags:   []flags{signInFlags},
		},
		command{
			use: "require-2fa", short: words.TerminalPolicyRequire2faShort, long: words.TerminalPolicyRequire2faLong,
			example: "countersignctl policy require-2fa --dry-run\ncountersignctl policy require-2fa --from 2027-01-15",
			run:     policyRequire2FA,
			flags:   []flags{signInFlags, requireFlags, approvalFlags, confirmFlags},
		},
		command{
			use: "stop-requiring-2fa", short: words.TerminalPolicyStopRequiring2faShort, long: words.TerminalPolicyStopRequiring2faLong,
			example: "countersignctl policy stop-requiring-2fa",
			run:     policyStopRequiring2FA,
			flags:   []flags{signInFlags, approvalFlags, confirmFlags},
		},
		command{
			use: "require-approval", short: words.TerminalPolicyRequireApprovalShort, long: words.TerminalPolicyRequireApprovalLong,
			example: "countersignctl policy require-approval",
			run:     policyRequireApproval,
			flags:   []flags{signInFlags},
		},
		command{
			use: "stop-requiring-approval", short: words.TerminalPolicyStopRequiringApprovalShort, long: words.TerminalPolicyStopRequiringApprovalLong,
			example: "countersignctl policy stop-requiring-approval --approval 4f1c9a02",
			run:     policyStopRequiringApproval,
			flags:   []flags{signInFlags, approvalFlags, confirmFlags},
		},
		command{
			use: "auto-lock MINUTES", short: words.TerminalPolicyAutoLockShort, long: words.TerminalPolicyAutoLockLong,
			example: "countersignctl policy auto-lock 5",
			run:     policyAutoLock,
			flags:   []flags{signInFlags},
		},
		command{
			use: "check-codes DAYS", short: words.TerminalPolicyCheckCodesShort, long: words.TerminalPolicyCheckCodesLong,
			example: "countersignctl policy check-codes 90",
			run:     policyCheckCodes,
			flags:   []flags{signInFlags},
		},
		command{
			use: "allow-quick-unlock", short: words.TerminalPolicyAllowQuickUnlockShort, long: words.TerminalPolicyAllowQuickUnlockLong,
			example: "countersignctl policy allow-quick-unlock",
			run:     policyQuickUnlock(true),
			flags:   []flags{signInFlags, approvalFlags},
		},
		command{
			use: "stop-quick-unlock", short: words.TerminalPolicyStopQuickUnlockShort, long: words.TerminalPolicyStopQuickUnlockLong,
			example: "countersignctl policy stop-quick-unlock",
			run:     policyQuickUnlock(false),
			flags:   []flags{signInFlags},
		},
		command{
			use: "rename-workspace NAME", short: words.TerminalPolicyRenameWorkspaceShort, long: words.TerminalPolicyRenameWorkspaceLong,
			longArgs: words.Args{"max": service.MaxName},
			example:  "countersignctl policy rename-workspace \"Northwind Legal\"",
			run:      policyRenameWorkspace,
			flags:    []flags{signInFlags},
		},
		command{
			use: "support-contact CONTACT", short: words.TerminalPolicySupportContactShort, long: words.TerminalPolicySupportContactLong,
			longArgs: words.Args{"max": service.MaxSupport},
			example: "countersignctl policy support-contact help@example.com\n" +
				"countersignctl policy support-contact \"Kim Hara, room 214\"",
			run:   policySupportContact,
			flags: []flags{signInFlags},
		},
		command{
			use: "remove-support-contact", short: words.TerminalPolicyRemoveSupportContactShort, long: words.TerminalPolicyRemoveSupportContactLong,
			example: "countersignctl policy remove-support-contact",
			run:     policyRemoveSupportContact,
			flags:   []flags{signInFlags},
		},
		command{
			use: "name-admins", short: words.TerminalPolicyNameAdminsShort, long: words.TerminalPolicyNameAdminsLong,
			example: "countersignctl policy name-admins",
			run:     policyNameAdmins,
			flags:   []flags{signInFlags},
		},
		command{
			use: "stop-naming-admins", short: words.TerminalPolicyStopNamingAdminsShort, long: words.TerminalPolicyStopNamingAdminsLong,
			example: "countersignctl policy stop-naming-admins",
			run:     policyStopNamingAdmins,
			flags:   []flags{signInFlags},
		},
	)
}

func requireFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.from, "from", "", say(words.TerminalFlagFrom, nil))
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, say(words.TerminalFlagDryRun, nil))
}

func clockCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "clock", under: underWorkspace, short: words.TerminalClockShort, long: words.TerminalClockLong,
			example: "countersignctl clock show",
		},
		command{
			use: "show", short: words.TerminalClockShowShort, long: words.TerminalClockShowLong,
			example: "countersignctl clock show",
			run:     clockShow,
			flags:   []flags{signInFlags},
		},
		command{
			use: "confirm", short: words.TerminalClockConfirmShort, long: words.TerminalClockConfirmLong,
			example: "countersignctl clock confirm",
			run:     clockConfirm,
			flags:   []flags{signInFlags, confirmFlags},
		},
	)
}

func backupCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "backup", under: underWorkspace, short: words.TerminalBackupShort, long: words.TerminalBackupLong,
			example: "countersignctl backup create --output copy.age\ncountersignctl backup restore copy.age",
		},
		command{
			use: "create", short: words.TerminalBackupCreateShort, long: words.TerminalBackupCreateLong,
			example: "countersignctl backup create --output copy.age\n" +
				"countersignctl backup create --output copy.age --recipient age1...",
			run:   backupCreate,
			flags: []flags{signInFlags, outputFlags, recipientFlag, requires("output")},
		},
		command{
			use: "restore FILE", short: words.TerminalBackupRestoreShort, long: words.TerminalBackupRestoreLong,
			longArgs: words.Args{"keys": say(words.TerminalExportKeys, nil)},
			example: "countersignctl backup restore copy.age\n" +
				"countersignctl backup restore copy.age --data-dir /srv/countersign \\\n    --secrets-file",
			run:   backupRestore,
			flags: []flags{exportFlags, emailFlags, restoreFlags},
		},
	)
}

func moveCommand(e *env) *cobra.Command {
	return newCommand(e, command{
		use: "move", under: underWorkspace, short: words.TerminalMoveShort, long: words.TerminalMoveLong,
		example: "countersignctl move --output northwind.age\ncountersignctl move --output northwind.age --recipient age1...",
		run:     move, flags: []flags{signInFlags, outputFlags, recipientFlag, requires("output")},
	})
}

func restoreFlags(c *cobra.Command, o *options) {
	secretsFileFlag(c, o)
	c.Flags().BoolVar(&o.leave, "leave-server", false, say(words.TerminalFlagLeaveServer, nil))
	c.Flags().BoolVar(&o.replace, "replace", false, say(words.TerminalFlagReplace, nil))
}

func secretsFileFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.secretsFile, "secrets-file", false, say(words.TerminalFlagSecretsFile, nil))
}

func auditCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "audit", under: underRecords, short: words.TerminalAuditShort, long: words.TerminalAuditLong,
			example: "countersignctl audit list --since 2026-11-01\ncountersignctl audit verify",
		},
		command{
			use: "list", short: words.TerminalAuditListShort, long: words.TerminalAuditListLong,
			example: "countersignctl audit list --since 2026-11-01 --until 2026-12-01 --json\n" +
				"countersignctl audit list --person sam@example.com --group recovery",
			run:   auditList,
			flags: []flags{signInFlags, listFlags, beforeFlag},
		},
		command{
			use: "verify [FILE]", short: words.TerminalAuditVerifyShort, long: words.TerminalAuditVerifyLong,
			example: "countersignctl audit verify\ncountersignctl audit verify log.jsonl --head 412:9f2c...",
			run:     auditVerify,
			flags:   []flags{signInFlags, headFlag},
		},
		command{
			use: "export", short: words.TerminalAuditExportShort, long: words.TerminalAuditExportLong,
			example: "countersignctl audit export --output log.jsonl",
			run:     auditExport,
			flags:   []flags{signInFlags, outputFlags},
		},
		command{
			use: "code", short: words.TerminalAuditCodeShort, long: words.TerminalAuditCodeLong,
			example: "countersignctl audit code",
			run:     auditCode,
			flags:   []flags{signInFlags},
		},
		command{
			use: "compare EVENT CODE", short: words.TerminalAuditCompareShort, long: words.TerminalAuditCompareLong,
			example: "countersignctl audit compare 412 ABCD-EFGH-JKLM-NPQR",
			run:     auditCompare,
			flags:   []flags{signInFlags},
		},
		command{
			use: "accept-restored CODE", short: words.TerminalAuditAcceptShort, long: words.TerminalAuditAcceptLong,
			example: "countersignctl audit accept-restored ABCD-EFGH-JKLM-NPQR",
			run:     auditAccept,
			flags:   []flags{signInFlags},
		},
		command{
			use: "prove EVENT", short: words.TerminalAuditProveShort, long: words.TerminalAuditProveLong,
			example: "countersignctl audit prove 412 > event-412.tlog-proof",
			run:     auditProve,
			flags:   []flags{signInFlags},
		},
		command{
			use: "verify-proof FILE", short: words.TerminalAuditVerifyProofShort, long: words.TerminalAuditVerifyProofLong,
			example: "countersignctl audit verify-proof event-412.tlog-proof \\\n    --key countersign/...",
			run:     auditVerifyProof,
			flags:   []flags{logKeyFlag, requires("key")},
		},
	)
}

func logKeyFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.logKey, "key", "", say(words.TerminalFlagLogKey, nil))
}

func headFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.head, "head", "", say(words.TerminalFlagHead, nil))
}

func listFlags(c *cobra.Command, o *options) {
	fs := c.Flags()
	fs.IntVar(&o.limit, "limit", 50, say(words.TerminalFlagLimit, words.Args{"most": service.LogLimit}))
	fs.StringVar(&o.group, "group", "", say(words.TerminalFlagGroup, words.Args{"groups": strings.Join(groups(), ", ")}))
	fs.StringVar(&o.person, "person", "", say(words.TerminalFlagPerson, nil))
	fs.StringVar(&o.since, "since", "", say(words.TerminalFlagSince, nil))
	fs.StringVar(&o.until, "until", "", say(words.TerminalFlagUntil, nil))
	fs.StringVar(&o.search, "search", "", say(words.TerminalFlagSearch, nil))
	fs.BoolVar(&o.steps, "steps", false, say(words.TerminalFlagSteps, nil))
	cli.Choices(c, "group", groups()...)
}

func exportFlags(c *cobra.Command, o *options) {
	fs := c.Flags()
	fs.StringVar(&o.identity, "identity", "", say(words.TerminalFlagIdentity, nil))
	fs.StringVar(&o.fingerprint, "fingerprint", "", say(words.TerminalFlagFingerprint, nil))
	fs.BoolVar(&o.fromStdin, "stdin", false, say(words.TerminalFlagStdinPassphrase, nil))
	files(c, "identity")
}

func intoFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.into, "into", "", say(words.TerminalFlagInto, nil))
	cli.Folder(c, "into")
}

func exportCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "export", under: underRecords, short: words.TerminalExportShort, long: words.TerminalExportLong,
			example: "countersignctl export verify run-28.age\ncountersignctl export open run-28.age --into run-28",
		},
		command{
			use: "open FILE", short: words.TerminalExportOpenShort, long: words.TerminalExportOpenLong,
			longArgs: words.Args{"keys": say(words.TerminalExportKeys, nil)},
			example: "countersignctl export open run-28.age --into run-28\n" +
				"countersignctl export open run-28.age --into run-28 --identity key.txt",
			run:   exportOpen,
			flags: []flags{intoFlag, exportFlags, requires("into")},
		},
		command{
			use: "verify FILE", short: words.TerminalExportVerifyShort, long: words.TerminalExportVerifyLong,
			longArgs: words.Args{"keys": say(words.TerminalExportKeys, nil)},
			example:  "countersignctl export verify run-28.age --fingerprint ZT0J-R4QK-...",
			run:      exportVerify,
			flags:    []flags{exportFlags},
		},
	)
}

func doctorCommand(e *env) *cobra.Command {
	return newCommand(e, command{
		use: "doctor", under: underComputer, short: words.TerminalDoctorShort, long: words.TerminalDoctorLong,
		example: "countersignctl doctor\ncountersignctl doctor --json",
		run:     doctor,
		flags:   []flags{stdinSecretsFlag},
	})
}

func stdinSecretsFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.fromStdin, "stdin", false, say(words.TerminalFlagStdinSecretsFile, nil))
}

func statusCommand(e *env) *cobra.Command {
	return newCommand(e, command{
		use: "status", under: underComputer, short: words.TerminalStatusShort, long: words.TerminalStatusLong,
		example: "countersignctl status\ncountersignctl status --sign-in --email amara@example.com",
		run:     status,
		flags:   []flags{signInFlags, ownProfileFlag},
	})
}

func workspacesCommand(e *env) *cobra.Command {
	return newCommand(e, command{
		use: "workspaces", under: underComputer, short: words.TerminalWorkspacesShort, long: words.TerminalWorkspacesLong,
		example: "countersignctl workspaces\ncountersignctl workspaces --json",
		run:     workspaces,
	})
}

func joinCommand(e *env) *cobra.Command {
	return newCommand(e, command{
		use: "join", under: underComputer, short: words.TerminalJoinShort, long: words.TerminalJoinLong,
		example: "countersignctl join\ncountersignctl join --data-dir /srv/countersign --secrets-file\n" +
			"countersignctl join --server legal.example.com --key KQ3F-7XWZ-...",
		run:   joinWorkspace,
		flags: []flags{emailFlags, joinFlags},
	})
}

func joinFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.server, "server", "", say(words.TerminalFlagServer, nil))
	c.Flags().StringVar(&o.serverKey, "key", "", say(words.TerminalFlagServerKey, nil))
	secretsFileFlag(c, o)
	c.Flags().BoolVar(&o.fromStdin, "stdin", false, say(words.TerminalFlagStdinJoin, nil))
}

func leaveCommand(e *env) *cobra.Command {
	return newCommand(e, command{
		use: "leave", under: underComputer, short: words.TerminalLeaveShort, long: words.TerminalLeaveLong,
		example: "countersignctl leave",
		run:     leaveServer,
		flags:   []flags{stdinSecretsFlag, confirmFlags},
	})
}

func ownProfileFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.signIn, "sign-in", false, say(words.TerminalFlagSignIn, nil))
}
