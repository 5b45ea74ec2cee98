package main

import (
	"context"
	"errors"
	"log/slog"

	"countersign/backend/postgres"
	"countersign/backend/sentences"
	"countersign/backend/serverkey"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/backend/workspace"
	"countersign/cmd/internal/cli"
)

// workspaceName is what the workspace is called in the database, which could have several.
const workspaceName = "main"

// tokensPurpose separates the key of what tokens stand for from others that follow from the server's.
const tokensPurpose = "tokens"

// site is what the server stands on: the database, its key, and the workspace.
type site struct {
	database    *postgres.Database
	key         *postgres.Key
	fingerprint string // of the server's key
	workspace   *workspace.Workspace
	tokens      *postgres.Tokens
	sealer      *serverkey.Box // of what the tokens stand for
}

func (s *site) close() {
	if s.workspace != nil {
		s.workspace.Close()
	}
	if s.key != nil {
		s.key.Close()
	}
	if s.sealer != nil {
		s.sealer.Close()
	}
	s.database.Close()
}

// opening is postgres.Open or OpenBeside.
type opening func(ctx context.Context, connString string) (*postgres.Database, error)

// openSite opens it, and looks that key, schema and log fit, and that there is a workspace. Nothing is written.
func openSite(ctx context.Context, c *config, open opening, log *slog.Logger) (*site, error) {
	key, err := readKey(c)
	if err != nil {
		return nil, err
	}
	defer key.Close()
	s, err := openWith(ctx, c, open, key, log, false)
	if err == nil && !s.workspace.Created() {
		s.close()
		err = errNoWorkspace
	}
	return s, err
}

// openWith opens it with a key. A fresh database belongs to the key from then on.
func openWith(ctx context.Context, c *config, open opening, key *serverkey.Key, log *slog.Logger, fresh bool) (s *site, err error) {
	d, err := open(ctx, c.database.Reveal())
	if err != nil {
		return nil, err
	}
	s = &site{database: d, fingerprint: key.Fingerprint()}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	belongs, err := d.Fingerprint(ctx)
	if err == nil && belongs == "" && !fresh {
		err = errNoWorkspace
	}
	if err != nil {
		return s, err
	}
	if s.key, err = d.TakeKey(ctx, key); err != nil {
		return s, err
	}
	of := d.Workspace(workspaceName)
	s.tokens, s.sealer = of.Tokens(), key.For(tokensPurpose)
	s.workspace, err = workspace.Open(ctx, workspace.Config{
		Store: of, Secrets: s.key.Secrets(of), Files: of.Blobs(context.WithoutCancel(ctx)), Log: log,
		Sentence: func(language string, e service.LogEntry) string { return sentences.Searched(words.For(language), e) },
	})
	return s, err
}

// readKey reads the server's key from where the configuration says.
func readKey(c *config) (*serverkey.Key, error) {
	where := c.keyFile
	var key *serverkey.Key
	var err error
	if c.credential != "" {
		where = say(words.TerminalServerKeyCredentialNamed, words.Args{"name": c.credential})
		key, err = serverkey.Credential(c.credential)
	} else {
		key, err = serverkey.Read(c.keyFile)
	}
	args := words.Args{"where": where, "why": err}
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, serverkey.ErrMissing):
		return nil, cli.Fail("key_missing", cli.ExitUnavailable, words.TerminalServerFailureKeyMissing, args)
	case errors.Is(err, serverkey.ErrExposed):
		return nil, cli.Fail("key_exposed", cli.ExitUnavailable, words.TerminalServerFailureKeyExposed, args)
	case errors.Is(err, serverkey.ErrForm):
		return nil, cli.Fail("key_form", cli.ExitUnavailable, words.TerminalServerFailureKeyForm, args)
	}
	return nil, cli.Fail("key_unreadable", cli.ExitUnavailable, words.TerminalServerFailureKeyUnreadable, args)
}

// databaseFaults are what a database answers, as whoever runs the server is told.
var databaseFaults = []struct {
	err  error
	code string
	text words.Key
}{
	{postgres.ErrOtherKey, "key_other", words.TerminalServerFailureKeyOther},
	{postgres.ErrOlderSchema, "database_older", words.TerminalServerFailureDatabaseOlder},
	{store.ErrUnknownOutcome, "outcome_unknown", words.TerminalServerFailureOutcomeUnknown},
	{store.ErrNewer, "database_newer", words.TerminalServerFailureDatabaseNewer},
	{store.ErrAltered, "database_altered", words.TerminalServerFailureDatabaseAltered},
	{store.ErrReadOnly, "database_read_only", words.TerminalServerFailureDatabaseReadOnly},
	{store.ErrFull, "database_full", words.TerminalServerFailureDatabaseFull},
	{store.ErrBusy, "database_busy", words.TerminalServerFailureDatabaseBusy},
	{store.ErrFailed, "database_failed", words.TerminalServerFailureDatabaseFailed},
}

// databaseFault puts what the database has answered into words, and leaves anything else as it is.
func databaseFault(err error) error {
	var own *cli.Failure
	if err == nil || errors.As(err, &own) || service.IsCode(err, service.CodeNotAuthentic) {
		return err
	}
	for _, f := range databaseFaults {
		if errors.Is(err, f.err) {
			return cli.Fail(f.code, cli.ExitUnavailable, f.text, words.Args{"why": service.Cause(err)})
		}
	}
	return err
}

var errNoWorkspace = cli.Fail("no_workspace", cli.ExitUnavailable, words.TerminalServerFailureNoWorkspace, nil)
