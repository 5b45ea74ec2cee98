package main

import (
	"context"
	"errors"
	"os"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/joined"
	"countersign/backend/secretsfile"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// state is what status tells.
type state struct {
	Folder   string      `json:"folder"`
	There    bool        `json:"there"`
	Version  string      `json:"version"`
	Database string      `json:"database"` // none, current, older, newer, or the code of a fault
	Created  bool        `json:"created"`
	Joined   bool        `json:"joined,omitempty"`  // it is at a server
	Held     bool        `json:"held"`              // the app has it open
	Secrets  string      `json:"secrets,omitempty"` // keychain, or file: they are in a file that a passphrase opens
	Profile  *ownProfile `json:"profile,omitempty"`
}

// ownProfile is what --sign-in adds.
type ownProfile struct {
	Workspace  string `json:"workspace"`
	Name       string `json:"name"`
	Email      string `json:"email"`
	Role       string `json:"role"`
	TwoFactor  bool   `json:"twoFactor"`
	CodesLeft  int    `json:"codesLeft"`
	LogEntries int64  `json:"logEntries,omitempty"` // for admins
}

func status(ctx context.Context, e *env, _ []string) error {
	path, err := e.folder()
	if err != nil {
		return err
	}
	st := state{Folder: path, Version: version, Database: "none"}
	if _, err := os.Stat(path); err == nil {
		st.There = true
		if st.Held, err = folder.Held(path); err != nil {
			return folderFault(err)
		}
		if st.Joined, err = joined.Has(path); err != nil {
			return err
		}
		if st.Created = st.Joined; !st.Joined {
			err = st.look(ctx)
		}
		if err != nil {
			return err
		}
		file, err := secretsfile.Exists(path)
		if err != nil {
			return service.Explain(err)
		}
		switch {
		case file:
			st.Secrets = "file"
		case st.Created:
			st.Secrets = "keychain"
		}
	}
	if e.signIn {
		if st.Profile, err = e.ownProfile(ctx); err != nil {
			return err
		}
	}
	return e.print(st, st.text())
}

// look reads whether there is a workspace, without the keychain.
func (st *state) look(ctx context.Context) error {
	db, err := openStore(ctx, databaseIn(st.Folder))
	switch {
	case errors.Is(err, errNoWorkspace):
		return nil
	case errors.Is(err, errOlder):
		st.Database = "older"
		return nil
	case service.IsCode(err, service.CodeDatabaseNewer):
		st.Database = "newer"
		return nil
	case err != nil:
		s, _ := explain(err)
		st.Database = s.Code
		return nil
	}
	st.Database = "current"
	err = db.View(ctx, func(tx store.ReadTx) error {
		info, err := tx.Info()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		st.Created = !info.CreatedAt.IsZero()
		return err
	})
	return service.Explain(errors.Join(err, db.Close()))
}

func (e *env) ownProfile(ctx context.Context) (own *ownProfile, err error) {
	err = e.signedIn(ctx, func(_ *place, s *client.Session) error {
		o, err := s.Overview(ctx)
		if err != nil {
			return err
		}
		own = &ownProfile{Workspace: o.Workspace, Name: o.Profile.Name, Email: o.Profile.Email, Role: string(o.Profile.Role), TwoFactor: o.TwoFactor.On}
		if o.TwoFactor.Codes != nil {
			own.CodesLeft = o.TwoFactor.Codes.Left
		}
		a, err := s.Admin(ctx)
		if service.IsCode(err, service.CodeForbidden) {
			return nil
		}
		if err != nil {
			return err
		}
		page, err := a.Log(ctx, service.LogQuery{Limit: 1})
		own.LogEntries = page.Head
		return err
	})
	return own, err
}

func (st state) text() string {
	var rows [][]string
	line := func(name, value string) { rows = append(rows, []string{name, cli.Printable(value)}) }
	line(say(words.TerminalStatusFolder, nil), st.Folder)
	if !st.There {
		line("", say(words.TerminalStatusFolderNone, nil))
	}
	line(say(words.TerminalStatusVersion, nil), st.Version)
	if st.Joined {
		line(say(words.TerminalStatusWorkspace, nil), say(words.TerminalStatusWorkspaceJoined, nil))
	} else {
		line(say(words.TerminalStatusDatabase, nil), inWords(words.TerminalWordDatabase, st.Database))
		line(say(words.TerminalStatusWorkspace, nil), say(words.TerminalStatusWorkspaceIs, words.Args{"created": yesNo(st.Created)}))
	}
	line(say(words.TerminalStatusApp, nil), say(words.TerminalStatusAppHas, words.Args{"open": yesNo(st.Held)}))
	if st.Secrets != "" {
		line(say(words.TerminalStatusSecrets, nil), say(words.TerminalStatusSecretsAre, words.Args{"place": st.Secrets, "file": secretsfile.Name}))
	}
	if p := st.Profile; p != nil {
		line(say(words.TerminalStatusName, nil), p.Workspace)
		role := inWords(words.TerminalWordRole, p.Role)
		line(say(words.TerminalStatusProfile, nil), say(words.TerminalStatusProfileIs, words.Args{"member": member(p.Name, p.Email), "role": role}))
		line(say(words.TerminalStatusTwoFactor, nil), say(words.TerminalStatusTwoFactorIs, words.Args{"on": yesNo(p.TwoFactor), "n": p.CodesLeft}))
		if p.LogEntries > 0 {
			line(say(words.TerminalStatusLog, nil), say(words.TerminalStatusLogHas, words.Args{"n": p.LogEntries}))
		}
	}
	return cli.Columns(rows, 11)
}
