package main

import (
	"context"
	"flag"
	"strings"
)

// command is one thing that the program does. Help, completion and the manual
// page are made of these.
type command struct {
	name  string // such as "audit list"
	args  string // what stands after it, such as "[FILE]"
	max   int    // how many of those there may be
	short string // one line
	long  string // paragraphs for the manual page
	flags func(*flag.FlagSet, *options)
	run   func(context.Context, *env, []string) error
}

// options are the values of all flags.
type options struct {
	dataDir, email, group, person, since, until, search, head, output, into, identity, fingerprint string
	json, fromStdin, recovery, signIn, steps, force, replace, showVersion                          bool
	limit                                                                                          int
	before                                                                                         int64
	recipients                                                                                     several

	role, reason, format, paperSize, invitations, approval string // of members and recovery
	csv, onlyGood, allWithout, all, secretsFile            bool
	members                                                several
}

var commands = []command{
	{
		name: "doctor", short: "say what is wrong with folder, database, keychain, clock, fonts and webview, and how to mend it",
		long: "Looks at the data folder, the keychain, the database, the clock, the fonts of sheets and what draws the window, without signing in. " +
			"It changes nothing but for a test item in the keychain, which it removes again. A locked keychain asks to be unlocked. " +
			"Where the folder has a secrets file in the keychain's place, its passphrase is asked for, and the file is looked at instead.",
		flags: func(fs *flag.FlagSet, o *options) {
			fs.BoolVar(&o.fromStdin, "stdin", false, "read the passphrase of a secrets file from standard input")
		},
		run: doctor,
	},
	{
		name: "status", short: "say where the workspace is and whether the app has it open",
		long: "Without signing in it tells the folder, the versions, whether there is a workspace, and whether the app holds the folder. With --sign-in it tells also the workspace's name and your own profile.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.BoolVar(&o.signIn, "sign-in", false, "sign in, and tell about your profile, too")
		},
		run: status,
	},
	{
		name: "members list", short: "list the members of the workspace (admins)",
		long: "With --csv it is the overview that a spreadsheet opens, without secrets: what would be a formula there has an apostrophe before it.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.BoolVar(&o.csv, "csv", false, "print CSV")
		},
		run: membersList,
	},
	{
		name: "members add", args: "NAME EMAIL", max: 2, short: "add a member, and print the invitation once (admins)",
		long: "With the invitation the member chooses a password in Countersign. It is good for 48 hours, works once, and is printed to standard output and nowhere else. " +
			"An owner or an admin is added by an owner.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.StringVar(&o.role, "role", "member", "give this `ROLE`: member, admin or owner")
		},
		run: membersAdd,
	},
	{
		name: "members import", args: "FILE", max: 1, short: "add the members on a list in CSV, all or none (admins)",
		long: "FILE has a row for each person, with name, email and, if need be, role; the first row may name the columns. Encoding and delimiter are found. " +
			"Where a row cannot be added it says why and adds nobody, unless --only-good is given. The invitations go to the file of --invitations, or else to standard output.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.BoolVar(&o.onlyGood, "only-good", false, "add those who can be added, and say why the others cannot")
			fs.StringVar(&o.invitations, "invitations", "", "write the invitations as PDF to this `FILE`, one to a page")
			paperFlag(fs, o)
			fs.BoolVar(&o.force, "force", false, "replace the file if it is there")
		},
		run: membersImport,
	},
	{
		name: "recovery issue", short: "issue recovery codes for members as a print run (admins)",
		long: "Codes are kept as hashes only, so that a fresh set is issued, which replaces the old one. The file is written first; the new codes are in force once it is whole, and until then nobody's codes change. " +
			"Ctrl+C cancels the run: it says who has the new codes by then. Where two people are needed, --approval names the approval. " +
			"An age file holds PDF, CSV and JSON, encrypted with a passphrase that is asked for, or for keys. The other formats have the codes in clear.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.Var(&o.members, "member", "for the member with this `EMAIL`; may be given several times")
			fs.BoolVar(&o.allWithout, "all-without-sheet", false, "for everybody whose 2FA is on and who has no sheet")
			fs.BoolVar(&o.all, "all", false, "for everybody whose 2FA is on")
			fs.StringVar(&o.reason, "reason", "", "the `TEXT` that cover and log give as the reason")
			fs.StringVar(&o.output, "output", "", "write the sheets to this `FILE`")
			fs.StringVar(&o.format, "format", "age", "write in this `FORMAT`: age, pdf, csv or text")
			fs.Var(&o.recipients, "recipient", "encrypt for this public `KEY`, as age-keygen prints it; may be given several times")
			fs.StringVar(&o.approval, "approval", "", "use the approval with this `ID`")
			paperFlag(fs, o)
			fs.BoolVar(&o.force, "force", false, "replace the file if it is there")
		},
		run: recoveryIssue,
	},
	{
		name: "audit list", short: "list events of the audit log, newest first (admins)",
		flags: func(fs *flag.FlagSet, o *options) { signInFlags(fs, o); listFlags(fs, o) }, run: auditList,
		long: "Dates are YYYY-MM-DD, which is that day's beginning here, or RFC 3339. The next page is asked for with --before.",
	},
	{
		name: "audit verify", args: "[FILE]", max: 1, short: "verify the whole log (admins), or an exported log without the workspace",
		long: "Without FILE it signs in and holds every event against its seal, and the log against the keychain. " +
			"With FILE, or - for standard input, it verifies an export and needs neither workspace nor keychain. " +
			"Without --head that proves only that the file's lines fit one another: somebody may have made all of it anew. " +
			"Give the head that was noted when the log was exported, or that is printed on paper.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.StringVar(&o.head, "head", "", "the `SEQ:HEX` that was noted elsewhere")
		},
		run: auditVerify,
	},
	{
		name: "audit export", short: "write the whole log as JSON lines (admins)",
		long: "The export goes to standard output, and its head to standard error. Note the head where nobody can change it. " +
			"With --output it goes to a file that only you can read, and that is there whole or not at all.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.StringVar(&o.output, "output", "", "write to this `FILE`")
			fs.BoolVar(&o.force, "force", false, "replace the file if it is there")
		},
		run: auditExport,
	},
	{
		name: "export open", args: "FILE", max: 1, short: "open an encrypted export or backup into a folder, without the workspace",
		long: "FILE is what Countersign has exported. All of it is verified before anything of it is in the folder, which must not be there yet; the files in it can be read by you alone. " +
			exportKeys,
		flags: func(fs *flag.FlagSet, o *options) {
			fs.StringVar(&o.into, "into", "", "the `FOLDER` to make, with the files in it")
			exportFlags(fs, o)
		},
		run: exportOpen,
	},
	{
		name: "export verify", args: "FILE", max: 1, short: "verify an encrypted export or backup, without the workspace",
		long:  "FILE is what Countersign has exported. It is read to its end, and nothing of it is written anywhere. " + exportKeys,
		flags: exportFlags,
		run:   exportVerify,
	},
	{
		name: "backup create", short: "copy the whole workspace, keychain items included, into one encrypted file (owners)",
		long: "The copy is of one moment, and the app may stay open. It holds every secret of the workspace but its people's passwords, so it is always encrypted: " +
			"for the public keys given with --recipient, or with a passphrase that is asked for twice. Keep it, and what opens it, apart from this machine.",
		flags: func(fs *flag.FlagSet, o *options) {
			signInFlags(fs, o)
			fs.StringVar(&o.output, "output", "", "write to this `FILE`")
			fs.BoolVar(&o.force, "force", false, "replace the file if it is there")
			fs.Var(&o.recipients, "recipient", "encrypt it for this public `KEY`; may be given several times")
		},
		run: backupCreate,
	},
	{
		name: "backup restore", args: "FILE", max: 1, short: "make a workspace of a backup, in a data folder that has none",
		long: "All of FILE is verified, then an owner signs in to the copy in it, with password and phone or recovery code, and only then is anything in the keychain or in the folder. " +
			"Recovery codes that were used after the backup work again: get new ones. " +
			"On a system without a keychain, --secrets-file keeps the secrets in a file in the folder; its new passphrase is asked for twice. " + exportKeys,
		flags: func(fs *flag.FlagSet, o *options) {
			exportFlags(fs, o)
			fs.StringVar(&o.email, "email", "", "restore as the owner with this `EMAIL`")
			fs.BoolVar(&o.recovery, "recovery-code", false, "sign in with a recovery code in place of a verification code; it is used up")
			fs.BoolVar(&o.secretsFile, "secrets-file", false, "without a keychain, keep the secrets in a file that a passphrase opens")
			fs.BoolVar(&o.replace, "replace", false, "restore although the keychain has this workspace's keys; a data folder that still uses them no longer opens")
		},
		run: backupRestore,
	},
	{
		name: "completion", args: "bash|zsh|fish", max: 1, short: "print the completion script for a shell",
		long: "For bash: source <(countersignctl completion bash). For zsh, put the script into a folder of $fpath as _countersignctl. " +
			"For fish: countersignctl completion fish > ~/.config/fish/completions/countersignctl.fish.",
	},
	{name: "man", short: "print the manual page", long: "The page is in the form that man reads: countersignctl man | man -l -."},
}

func init() { // they print the table that they are in
	for i := range commands {
		switch commands[i].name {
		case "completion":
			commands[i].run = completion
		case "man":
			commands[i].run = manual
		}
	}
}

// globalFlags may stand anywhere.
func globalFlags(fs *flag.FlagSet, o *options) {
	fs.StringVar(&o.dataDir, "data-dir", o.dataDir, "the `FOLDER` that holds the workspace (also COUNTERSIGN_DATA_DIR)")
	fs.BoolVar(&o.json, "json", o.json, "print JSON, and errors as JSON")
	fs.BoolVar(&o.showVersion, "version", o.showVersion, "print the version")
}

func signInFlags(fs *flag.FlagSet, o *options) {
	fs.StringVar(&o.email, "email", "", "sign in as the profile with this `EMAIL`")
	fs.BoolVar(&o.fromStdin, "stdin", false, "read email (unless given), password and code from standard input, a line each; before them the passphrase of a secrets file")
	fs.BoolVar(&o.recovery, "recovery-code", false, "sign in with a recovery code in place of a verification code; it is used up")
}

func paperFlag(fs *flag.FlagSet, o *options) {
	fs.StringVar(&o.paperSize, "paper", "a4", "draw for this `PAPER`: a4 or letter")
}

const exportKeys = "A passphrase is asked for if the file is locked with one, and a key file is needed if it is locked for a key. " +
	"Whoever has the passphrase or your public key could make such a file anew, and sign it with a key of their own. " +
	"Give the fingerprint that the workspace shows, or that is printed on a run's cover, and a file of another key is refused."

func exportFlags(fs *flag.FlagSet, o *options) {
	fs.StringVar(&o.identity, "identity", "", "open it with the private keys in this `FILE`, as age-keygen makes it")
	fs.StringVar(&o.fingerprint, "fingerprint", "", "refuse it unless the `KEY` with this fingerprint has signed it")
	fs.BoolVar(&o.fromStdin, "stdin", false, "read the passphrase from standard input")
}

func listFlags(fs *flag.FlagSet, o *options) {
	fs.IntVar(&o.limit, "limit", 50, "list at most `N` events, up to 500")
	fs.Int64Var(&o.before, "before", 0, "list events before number `SEQ`")
	fs.StringVar(&o.group, "group", "", "only this `GROUP`: "+strings.Join(groups(), ", "))
	fs.StringVar(&o.person, "person", "", "only what the profile with this `EMAIL` did, or was done to it")
	fs.StringVar(&o.since, "since", "", "not before this `DATE`")
	fs.StringVar(&o.until, "until", "", "before this `DATE`")
	fs.StringVar(&o.search, "search", "", "only events with all these `WORDS`")
	fs.BoolVar(&o.steps, "steps", false, "list technical steps, too")
}

// flagSet has a command's flags and the global ones. A nil command has only these.
func (c *command) flagSet(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet("countersignctl", flag.ContinueOnError)
	globalFlags(fs, o)
	if c != nil && c.flags != nil {
		c.flags(fs, o)
	}
	return fs
}
