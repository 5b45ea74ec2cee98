package main

import (
	"strings"

	"github.com/spf13/cobra"

	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

func membersCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "members", under: underPeople, short: words.TerminalMembersShort, long: words.TerminalMembersLong,
			example: "countersignctl members list\ncountersignctl members suspend sam@example.com",
		},
		command{
			use: "list", short: words.TerminalMembersListShort, long: words.TerminalMembersListLong,
			example: "countersignctl members list\ncountersignctl members list --csv > members.csv",
			run:     membersList,
			flags:   []flags{signInFlags, csvFlag},
		},
		command{
			use: "add NAME EMAIL", short: words.TerminalMembersAddShort, long: words.TerminalMembersAddLong,
			example: "countersignctl members add \"Chidi Nwosu\" chidi@example.com\n" +
				"countersignctl members add \"Zoë Löfgren\" zoe@example.com --role admin",
			run:   membersAdd,
			flags: []flags{signInFlags, roleFlag, languageFlag},
		},
		command{
			use: "import FILE", short: words.TerminalMembersImportShort, long: words.TerminalMembersImportLong,
			example: "countersignctl members import people.csv --invitations invitations.pdf",
			run:     membersImport,
			flags:   []flags{signInFlags, onlyGoodFlag, invitationsFlags},
		},
		command{
			use: "invite-again [EMAIL...]", short: words.TerminalMembersInviteAgainShort, long: words.TerminalMembersInviteAgainLong,
			example: "countersignctl members invite-again kim@example.com sam@example.com\n" +
				"countersignctl members invite-again --all-invited --invitations new.pdf",
			run:   membersInviteAgain,
			flags: []flags{signInFlags, allInvitedFlag, invitationsFlags},
		},
		command{
			use: "role EMAIL member|admin|owner", short: words.TerminalMembersRoleShort, long: words.TerminalMembersRoleLong,
			example: "countersignctl members role sam@example.com admin\n" +
				cli.Comment(words.TerminalMembersRoleExample) + "countersignctl members role sam@example.com member --yes --stdin < answers",
			run:   membersRole,
			flags: []flags{signInFlags, confirmFlags},
		},
		command{
			use: "language LANGUAGE EMAIL...", short: words.TerminalMembersLanguageShort, long: words.TerminalMembersLanguageLong,
			example: "countersignctl members language ja kim@example.com sam@example.com\n" +
				"countersignctl members language none kim@example.com",
			run:   membersLanguage,
			flags: []flags{signInFlags},
		},
		command{
			use: "suspend EMAIL", short: words.TerminalMembersSuspendShort, long: words.TerminalMembersSuspendLong,
			example: "countersignctl members suspend sam@example.com",
			run:     membersSuspend,
			flags:   []flags{signInFlags, confirmFlags},
		},
		command{
			use: "reactivate EMAIL", short: words.TerminalMembersReactivateShort, long: words.TerminalMembersReactivateLong,
			example: "countersignctl members reactivate sam@example.com",
			run:     membersReactivate,
			flags:   []flags{signInFlags},
		},
		command{
			use: "remove EMAIL", short: words.TerminalMembersRemoveShort, long: words.TerminalMembersRemoveLong,
			example: "countersignctl members remove sam@example.com",
			run:     membersRemove,
			flags:   []flags{signInFlags, confirmFlags},
		},
		command{
			use: "temporary-code EMAIL", short: words.TerminalMembersTemporaryCodeShort, long: words.TerminalMembersTemporaryCodeLong,
			example: "countersignctl members temporary-code sam@example.com",
			run:     membersTemporaryCode,
			flags:   []flags{signInFlags, approvalFlags},
		},
		command{
			use: "reset-password EMAIL", short: words.TerminalMembersResetPasswordShort, long: words.TerminalMembersResetPasswordLong,
			example: "countersignctl members reset-password sam@example.com",
			run:     membersResetPassword,
			flags:   []flags{signInFlags, approvalFlags},
		},
		command{
			use: "codes", short: words.TerminalMembersCodesShort, long: words.TerminalMembersCodesLong,
			example: "countersignctl members codes\ncountersignctl members codes --json",
			run:     membersCodes,
			flags:   []flags{signInFlags},
		},
		command{
			use: "end-code EMAIL", short: words.TerminalMembersEndCodeShort, long: words.TerminalMembersEndCodeLong,
			example: "countersignctl members end-code sam@example.com\n" +
				"countersignctl members end-code sam@example.com --kind temporary-code",
			run:   membersEndCode,
			flags: []flags{signInFlags, oneTimeKindFlag, confirmFlags},
		},
		command{
			use: "computers EMAIL", short: words.TerminalMembersComputersShort, long: words.TerminalMembersComputersLong,
			example: "countersignctl members computers sam@example.com",
			run:     membersComputers,
			flags:   []flags{signInFlags},
		},
		command{
			use: "remove-computer EMAIL COMPUTER", short: words.TerminalMembersRemoveComputerShort, long: words.TerminalMembersRemoveComputerLong,
			example: "countersignctl members remove-computer sam@example.com \"Laptop\"",
			run:     membersRemoveComputer,
			flags:   []flags{signInFlags, confirmFlags},
		},
		command{
			use: "reset-2fa EMAIL", short: words.TerminalMembersReset2faShort, long: words.TerminalMembersReset2faLong,
			example: "countersignctl members reset-2fa sam@example.com",
			run:     membersReset2FA,
			flags:   []flags{signInFlags, approvalFlags, confirmFlags},
		},
	)
}

func appsCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "apps", under: underPeople, short: words.TerminalAppsShort, long: words.TerminalAppsLong,
			example: "countersignctl apps list\ncountersignctl apps remove \"Tablet\"",
		},
		command{
			use: "list", short: words.TerminalAppsListShort, long: words.TerminalAppsListLong,
			example: "countersignctl apps list\ncountersignctl apps list --json",
			run:     appsList,
			flags:   []flags{signInFlags},
		},
		command{
			use: "rename APP NAME", short: words.TerminalAppsRenameShort, long: words.TerminalAppsRenameLong,
			example: "countersignctl apps rename \"Authenticator app 2\" \"Tablet\"",
			run:     appsRename,
			flags:   []flags{signInFlags},
		},
		command{
			use: "remove APP", short: words.TerminalAppsRemoveShort, long: words.TerminalAppsRemoveLong,
			example: "countersignctl apps remove \"Tablet\"",
			run:     appsRemove,
			flags:   []flags{signInFlags, confirmFlags},
		},
	)
}

func newsCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "news", under: underPeople, short: words.TerminalNewsShort, long: words.TerminalNewsLong,
			example: "countersignctl news list\ncountersignctl news dismiss 412",
		},
		command{
			use: "list", short: words.TerminalNewsListShort, long: words.TerminalNewsListLong,
			example: "countersignctl news list\ncountersignctl news list --json",
			run:     newsList,
			flags:   []flags{signInFlags},
		},
		command{
			use: "dismiss NUMBER...", short: words.TerminalNewsDismissShort, long: words.TerminalNewsDismissLong,
			example: "countersignctl news dismiss 412\ncountersignctl news dismiss 412 415",
			run:     newsDismiss,
			flags:   []flags{signInFlags},
		},
	)
}

func computersCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "computers", under: underPeople, short: words.TerminalComputersShort, long: words.TerminalComputersLong,
			example: "countersignctl computers list\ncountersignctl computers add-code",
		},
		command{
			use: "list", short: words.TerminalComputersListShort, long: words.TerminalComputersListLong,
			example: "countersignctl computers list\ncountersignctl computers list --json",
			run:     computersList,
			flags:   []flags{signInFlags},
		},
		command{
			use: "add-code", short: words.TerminalComputersAddCodeShort, long: words.TerminalComputersAddCodeLong,
			example: "countersignctl computers add-code",
			run:     computersAddCode,
			flags:   []flags{signInFlags},
		},
		command{
			use: "rename COMPUTER NAME", short: words.TerminalComputersRenameShort, long: words.TerminalComputersRenameLong,
			example: "countersignctl computers rename vm-1182 \"Office\"",
			run:     computersRename,
			flags:   []flags{signInFlags},
		},
		command{
			use: "remove COMPUTER", short: words.TerminalComputersRemoveShort, long: words.TerminalComputersRemoveLong,
			example: "countersignctl computers remove \"Office\"",
			run:     computersRemove,
			flags:   []flags{signInFlags, confirmFlags},
		},
	)
}

func csvFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.csv, "csv", false, say(words.TerminalFlagCsv, nil))
}

// roles are the words for roles, the least first.
var roles = []string{"member", "admin", "owner"}

func roleFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.role, "role", "member", say(words.TerminalFlagRole, nil))
	cli.Choices(c, "role", roles...)
}

func languageFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.language, "language", "", say(words.TerminalFlagLanguage, words.Args{"languages": strings.Join(service.Languages, ", ")}))
	cli.Choices(c, "language", service.Languages...)
}

func oneTimeKindFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.kind, "kind", "", say(words.TerminalFlagKind, words.Args{"kinds": strings.Join(oneTimeWords(), ", ")}))
	cli.Choices(c, "kind", oneTimeWords()...)
}

func onlyGoodFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.onlyGood, "only-good", false, say(words.TerminalFlagOnlyGood, nil))
}

func allInvitedFlag(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.allInvited, "all-invited", false, say(words.TerminalFlagAllInvited, nil))
}

// invitationsFlags are those of commands that give out several invitations.
func invitationsFlags(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.invitations, "invitations", "", say(words.TerminalFlagInvitations, nil))
	files(c, "invitations")
	paperFlag(c, o)
	forceFlag(c, o)
}

func recoveryCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "recovery", under: underPeople, short: words.TerminalRecoveryShort, long: words.TerminalRecoveryLong,
			example: "countersignctl recovery issue --all-without-sheet --reason \"New members\" \\\n    --output run.age",
		},
		command{
			use: "issue", short: words.TerminalRecoveryIssueShort, long: words.TerminalRecoveryIssueLong,
			example: "countersignctl recovery issue --all-without-sheet --reason \"New members\" \\\n    --recipient age1... --output run.age\n" +
				"countersignctl recovery issue --member sam@example.com --reason \"Lost sheet\" \\\n    --format pdf --output sam.pdf",
			run:   recoveryIssue,
			flags: []flags{signInFlags, whoFlags, reasonFlag, outputFlags, formatFlag, recipientFlag, approvalFlags, paperFlag, requires("output", "reason")},
		},
		command{
			use: "confirm", short: words.TerminalRecoveryConfirmShort, long: words.TerminalRecoveryConfirmLong,
			example: "countersignctl recovery confirm --email sam@example.com",
			run:     recoveryConfirm,
			flags:   []flags{signInFlags},
		},
		command{
			use: "check", short: words.TerminalRecoveryCheckShort, long: words.TerminalRecoveryCheckLong,
			example: "countersignctl recovery check --email sam@example.com",
			run:     recoveryCheck,
			flags:   []flags{signInFlags},
		},
	)
}

func formatFlag(c *cobra.Command, o *options) {
	c.Flags().StringVar(&o.format, "format", "age", say(words.TerminalFlagFormat, nil))
	cli.Choices(c, "format", "age", "pdf", "csv", "text")
}

// whoFlags say for whom recovery codes are issued.
func whoFlags(c *cobra.Command, o *options) {
	c.Flags().StringArrayVar(&o.members, "member", nil, say(words.TerminalFlagMember, nil))
	allFlags(c, o)
}

func allFlags(c *cobra.Command, o *options) {
	c.Flags().BoolVar(&o.allWithout, "all-without-sheet", false, say(words.TerminalFlagAllWithoutSheet, nil))
	c.Flags().BoolVar(&o.all, "all", false, say(words.TerminalFlagAll, nil))
}

func runsCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "runs", under: underPeople, short: words.TerminalRunsShort, long: words.TerminalRunsLong,
			example: "countersignctl runs list\ncountersignctl runs hand-over 28 3-10",
		},
		command{
			use: "list", short: words.TerminalRunsListShort, long: words.TerminalRunsListLong,
			example: "countersignctl runs list\ncountersignctl runs list --before 29 --json",
			run:     runsList,
			flags:   []flags{signInFlags, beforeFlag},
		},
		command{
			use: "show RUN", short: words.TerminalRunsShowShort, long: words.TerminalRunsShowLong,
			example: "countersignctl runs show 28",
			run:     runsShow,
			flags:   []flags{signInFlags},
		},
		command{
			use: "unconfirmed", short: words.TerminalRunsUnconfirmedShort, long: words.TerminalRunsUnconfirmedLong,
			example: "countersignctl runs unconfirmed",
			run:     runsUnconfirmed,
			flags:   []flags{signInFlags},
		},
		command{
			use: "hand-over RUN LINE...", short: words.TerminalRunsHandOverShort, long: words.TerminalRunsHandOverLong,
			example: "countersignctl runs hand-over 28 1\ncountersignctl runs hand-over 28 2-8 13",
			run:     runsHandOver,
			flags:   []flags{signInFlags, confirmFlags},
		},
		command{
			use: "cancel RUN LINE...", short: words.TerminalRunsCancelShort, long: words.TerminalRunsCancelLong,
			example: "countersignctl runs cancel 28 5",
			run:     runsCancel,
			flags:   []flags{signInFlags, confirmFlags},
		},
	)
}

func approvalsCommands(e *env) *cobra.Command {
	return newGroup(e,
		command{
			use: "approvals", under: underPeople, short: words.TerminalApprovalsShort, long: words.TerminalApprovalsLong,
			example: "countersignctl approvals list\ncountersignctl approvals approve 4f1c9a02",
		},
		command{
			use: "list", short: words.TerminalApprovalsListShort, long: words.TerminalApprovalsListLong,
			example: "countersignctl approvals list",
			run:     approvalsList,
			flags:   []flags{signInFlags},
		},
		command{
			use: "ask KIND [EMAIL...]", short: words.TerminalApprovalsAskShort, long: words.TerminalApprovalsAskLong,
			longArgs: words.Args{"kinds": strings.Join(approvalWords(), ", ")},
			example: "countersignctl approvals ask reset-2fa sam@example.com --reason \"Lost phone\"\n" +
				"countersignctl approvals ask print-run --all --reason \"New sheets\"",
			run:   approvalsAsk,
			flags: []flags{signInFlags, kindChoices, reasonFlag, requires("reason"), allFlags},
		},
		command{
			use: "approve ID", short: words.TerminalApprovalsApproveShort, long: words.TerminalApprovalsApproveLong,
			example: "countersignctl approvals approve 4f1c9a02",
			run:     approvalsApprove,
			flags:   []flags{signInFlags},
		},
		command{
			use: "decline ID", short: words.TerminalApprovalsDeclineShort, long: words.TerminalApprovalsDeclineLong,
			example: "countersignctl approvals decline 4f1c9a02",
			run:     approvalsDecline,
			flags:   []flags{signInFlags},
		},
	)
}

// kindChoices completes what approval is asked for.
func kindChoices(c *cobra.Command, _ *options) { cli.Choose(c, "KIND", approvalWords()...) }
