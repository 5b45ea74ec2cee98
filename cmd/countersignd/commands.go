package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// options are the values of the flags that are no keys of the configuration.
type options struct {
	config     string
	json       bool
	recipients []string
	identity   string
	yes        bool
}

// The headings under which help lists the commands.
const (
	underStart = "start"
	underRun   = "run"
	underCopy  = "copy"
)

// command is a command or a group of the tree. What is typed stands here; what is read is in the catalogue: see package cli for its form.
type command struct {
	use         string
	under       string
	short, long words.Key
	example     string
	run         func(context.Context, *env, []string) error
	flags       []flags
}

// flags gives a command some of its flags.
type flags func(*cobra.Command, *options)

// The keys that concern each command.
var (
	ofDatabase = []string{"database"}
	ofKey      = append(ofDatabase, "server-key", "server-key-credential")
	ofSite     = append(ofKey, "certificate", "certificate-key", "public-address")
	ofCopy     = append(ofKey, "passphrase")
	ofImport   = append(ofSite, "passphrase")
	ofInit     = append(ofSite, "workspace", "owner-name", "owner-email")
	ofServe    = append(ofSite, "listen", "health-listen", "max-connections", "proxies", "drain", "newest-version", "log-level")
	ofAll      = func() (all []string) {
		for _, k := range keys {
			all = append(all, k.name)
		}
		return all
	}()
)

// commands is the tree of commands, which work on e.
func commands(e *env) *cobra.Command {
	root := cli.Root(newCommand(e, command{
		use: "countersignd", short: words.TerminalServerRootShort, long: words.TerminalServerRootLong,
		example: "countersignd config check\ncountersignd init --workspace \"Northwind Legal\" --owner-name \"Amara Okafor\" \\\n    --owner-email amara@example.com\ncountersignd serve",
	}), manual(),
		newCommand(e, command{
			use: "init", under: underStart, short: words.TerminalServerInitShort, long: words.TerminalServerInitLong,
			example: "countersignd init --workspace \"Northwind Legal\" --owner-name \"Amara Okafor\" \\\n    --owner-email amara@example.com --public-address countersign.example.com",
			run:     initialise, flags: []flags{configFlags(ofInit...)},
		}),
		configCommands(e),
		newCommand(e, command{
			use: "migrate", under: underStart, short: words.TerminalServerMigrateShort, long: words.TerminalServerMigrateLong,
			example: "countersignd migrate --database-file /run/secrets/database", run: migrate, flags: []flags{configFlags(ofDatabase...)},
		}),
		newCommand(e, command{
			use: "serve", under: underRun, short: words.TerminalServerServeShort, long: words.TerminalServerServeLong,
			example: "countersignd serve\ncountersignd serve --listen :443 --log-level warn", run: serve, flags: []flags{configFlags(ofServe...)},
		}),
		newCommand(e, command{
			use: "status", under: underRun, short: words.TerminalServerStatusShort, long: words.TerminalServerStatusLong,
			example: "countersignd status\ncountersignd status --json", run: status, flags: []flags{configFlags(ofSite...)},
		}),
		newCommand(e, command{
			use: "verify", under: underRun, short: words.TerminalServerVerifyShort, long: words.TerminalServerVerifyLong,
			example: "countersignd verify", run: verify, flags: []flags{configFlags(ofKey...)},
		}),
		newCommand(e, command{
			use: "backup FILE", under: underCopy, short: words.TerminalServerBackupShort, long: words.TerminalServerBackupLong,
			example: "countersignd backup /var/backups/workspace.age --recipient age1...\ncountersignd backup /var/backups/workspace.age \\\n    --passphrase-file /run/secrets/backup",
			run:     backUp, flags: []flags{configFlags(ofCopy...), sealFlags},
		}),
		newCommand(e, command{
			use: "restore FILE", under: underCopy, short: words.TerminalServerRestoreShort, long: words.TerminalServerRestoreLong,
			example: "countersignd restore /var/backups/workspace.age --identity key.txt", run: restore, flags: []flags{configFlags(ofCopy...), openFlags},
		}),
		newCommand(e, command{
			use: "note-restored", under: underCopy, short: words.TerminalServerNoteRestoredShort, long: words.TerminalServerNoteRestoredLong,
			example: "countersignd note-restored --yes", run: noteRestored, flags: []flags{configFlags(ofKey...), yesFlag},
		}),
		newCommand(e, command{
			use: "import FILE", under: underCopy, short: words.TerminalServerImportShort, long: words.TerminalServerImportLong,
			example: "countersignd import northwind.age --public-address countersign.example.com", run: importFile, flags: []flags{configFlags(ofImport...), openFlags},
		}),
		newCommand(e, command{
			use: "export FILE", under: underCopy, short: words.TerminalServerExportShort, long: words.TerminalServerExportLong,
			example: "countersignd export northwind.age --recipient age1...", run: export, flags: []flags{configFlags(ofCopy...), sealFlags},
		}),
		newCommand(e, command{
			use: "licenses", under: underRun, short: words.TerminalServerLicensesShort, long: words.TerminalServerLicensesLong, example: "countersignd licenses | less", run: licenses,
		}),
	)
	cli.Version(root, func() error { return e.print(map[string]string{"version": version}, "countersignd "+version+"\n") })
	root.PersistentFlags().BoolVar(&e.json, "json", false, say(words.TerminalFlagJson, nil))
	root.AddGroup(
		&cobra.Group{ID: underStart, Title: say(words.TerminalServerGroupStart, nil)},
		&cobra.Group{ID: underRun, Title: say(words.TerminalServerGroupRun, nil)},
		&cobra.Group{ID: underCopy, Title: say(words.TerminalServerGroupCopy, nil)},
	)
	return root
}

func configCommands(e *env) *cobra.Command {
	group := cli.Group(newCommand(e, command{
		use: "config", under: underStart, short: words.TerminalServerConfigShort, long: words.TerminalServerConfigLong, example: "countersignd config check",
	}))
	group.AddCommand(newCommand(e, command{
		use: "check", short: words.TerminalServerConfigCheckShort, long: words.TerminalServerConfigCheckLong,
		example: "countersignd config check\ncountersignd config check --config /etc/countersign/new.toml", run: checkConfig, flags: []flags{configFlags(ofAll...)},
	}))
	return group
}

// newCommand makes a command that works on e.
func newCommand(e *env, from command) *cobra.Command {
	c := &cobra.Command{Use: from.use, GroupID: from.under, Short: say(from.short, nil), Long: say(from.long, words.Args{"config": defaultConfig, "prefix": environment}), Example: from.example}
	if from.run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			e.command = c
			return from.run(c.Context(), e, args)
		}
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

// files completes a flag with the names of files.
func files(c *cobra.Command, flag string) {
	if err := c.MarkFlagFilename(flag); err != nil {
		panic(err) // the command has no such flag
	}
}
