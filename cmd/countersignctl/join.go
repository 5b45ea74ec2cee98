package main

import (
	"context"
	"errors"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/folders"
	"countersign/backend/joined"
	"countersign/backend/password"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

var (
	errJoinedOther     = cli.Fail("workspace_there", cli.ExitUnavailable, words.TerminalFailureJoinedOther, nil)
	errHere            = cli.Fail("workspace_elsewhere", cli.ExitUnavailable, words.TerminalFailureJoinedHere, nil)
	errNotJoined       = cli.Fail("not_joined", cli.ExitUnavailable, words.TerminalFailureNotJoined, nil)
	errPasswordDiffers = cli.Fail("password_differs", cli.ExitUsage, words.TerminalFailurePasswordDiffers, nil)
)

// joinReport is what join --json prints.
type joinReport struct {
	OK        bool   `json:"ok"`
	Folder    string `json:"folder"`
	Workspace string `json:"workspace"`
	Server    string `json:"server"`
	Email     string `json:"email"`
}

// joinWorkspace has the folder join the server that an invitation leads to, and uses its code. Where the code is refused the folder stays joined, and the
// command can be given again: what this computer has made for the person meanwhile is then still there.
func joinWorkspace(ctx context.Context, e *env, _ []string) error {
	path, err := e.freeFolder(ctx)
	if err != nil {
		return err
	}
	i, err := e.askInvitation(ctx)
	if err != nil {
		return err
	}
	secrets, err := e.joinServer(ctx, path, i)
	if err != nil {
		return err
	}
	defer secrets.close()
	w, err := joined.Open(ctx, path, client.Config{Secrets: secrets}, remote.Config{Now: e.now})
	if err != nil {
		return err
	}
	defer w.Close()
	if i.Computer {
		err = w.AddComputer(ctx, i.Email, i.Code)
	} else {
		err = e.redeem(ctx, &place{Workspace: w.Workspace}, i)
	}
	if err != nil {
		return err
	}
	report := joinReport{true, path, w.Name(), w.Address, i.Email}
	return e.print(report, say(words.TerminalJoinDone, words.Args{
		"workspace": cli.Printable(report.Workspace), "server": report.Server, "email": cli.Printable(report.Email),
	})+"\n")
}

// askInvitation asks for the line of an invitation, or takes what --server and --key say of one on paper, and asks for what is missing.
func (e *env) askInvitation(ctx context.Context) (i remote.Invitation, err error) {
	if e.server != "" || e.serverKey != "" {
		if i.Server, err = remote.ParseServer(e.server); err == nil {
			i.Key, err = remote.ParseFingerprint(e.serverKey)
		}
	} else {
		var line secret.Text
		if line, err = e.ask(ctx, words.TerminalAskInvitation, false); err == nil { // the code is in it
			i, err = remote.ParseInvitation(line)
		}
	}
	if err != nil {
		return i, err
	}
	if i.Email == "" {
		i.Email = e.email
	}
	if i.Email == "" {
		typed, err := e.ask(ctx, words.TerminalAskEmail, true)
		if err != nil {
			return i, err
		}
		i.Email = typed.Reveal()
	}
	if i.Code.Empty() {
		i.Code, err = e.ask(ctx, words.TerminalAskInvitationCode, false)
	}
	return i, err
}

// joinServer notes in the folder and in its secrets where the server is, unless that is done. The folder is this command's for as long: an app
// that has it open would go on without a workspace.
func (e *env) joinServer(ctx context.Context, path string, i remote.Invitation) (k keeper, err error) {
	there, err := joined.Has(path)
	if err != nil {
		return k, err
	}
	if !there {
		if err := folder.Prepare(path); err != nil {
			return k, folderFault(err)
		}
	}
	release, err := hold(path)
	if err != nil {
		return k, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if there {
		if k, err = e.secretsOf(ctx, path); err != nil {
			return k, err
		}
		at, err := joined.Load(ctx, path, k)
		if err == nil && (at.Address != i.Server || at.Key != i.Key) {
			err = errJoinedOther
		}
		if err != nil {
			k.close()
		}
		return k, err
	}
	k, undo, err := e.secretsForRestore(ctx, path)
	if err != nil {
		return k, err
	}
	err = joined.Join(ctx, path, k, remote.Config{Server: i.Server, Key: i.Key, Now: e.now}, func(workspace string) error { return e.mayHave(path, workspace) })
	if err != nil {
		k.close()
		err = errors.Join(err, undo())
	}
	return k, err
}

// hold takes the folder as the app does, and gives what lets go of it.
func hold(path string) (release func() error, err error) {
	lock, err := folder.Hold(path)
	switch {
	case errors.Is(err, folder.ErrInUse):
		return nil, cli.Fail(string(service.CodeInUse), cli.ExitUnavailable, words.TerminalFailureInUse, nil)
	case err != nil:
		return nil, folderFault(err)
	}
	return lock.Release, nil
}

// mayHave refuses a workspace that another folder of this computer has: two would share its items in the keychain.
func (e *env) mayHave(path, workspace string) error {
	root, err := folder.Resolve("", dataName)
	if errors.Is(err, folder.ErrNoHome) {
		return nil // and so no folders of an app
	}
	if err != nil {
		return err
	}
	all, err := folders.All(root)
	if err != nil {
		return folderFault(err)
	}
	for _, f := range all {
		if other, ok := folders.Path(root, f.ID); ok && f.Workspace == workspace && other != path {
			return errHere
		}
	}
	return nil
}

// redeem uses an invitation or the code of a password reset, with a new password.
func (e *env) redeem(ctx context.Context, p *place, i remote.Invitation) error {
	pw, err := e.ask(ctx, words.TerminalAskNewPassword, false)
	if err != nil {
		return err
	}
	again, err := e.ask(ctx, words.TerminalAskNewPasswordAgain, false)
	if err != nil {
		return err
	}
	if password.Normalize(again.Reveal()) != password.Normalize(pw.Reveal()) {
		return errPasswordDiffers
	}
	s, challenge, err := p.Redeem(ctx, i.Email, i.Code, pw)
	if err == nil && challenge != nil {
		defer challenge.Leave()
		if challenge.MustEnrol() {
			return errEnrolFirst
		}
		s, err = e.second(ctx, challenge)
	}
	if refused := (*client.RefusedHere)(nil); errors.As(err, &refused) {
		e.welcome(refused.Untold)
	}
	if err != nil {
		return err
	}
	e.welcome(s.Welcome())
	return s.End(context.WithoutCancel(ctx))
}

// leaveServer has the folder forget the server that it has joined.
func leaveServer(ctx context.Context, e *env, _ []string) error {
	path, err := e.folder()
	if err != nil {
		return err
	}
	if there, err := joined.Has(path); err != nil || !there {
		return service.Afterwards(errNotJoined, err)
	}
	if err := e.canAsk(); err != nil {
		return err
	}
	release, err := hold(path)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	secrets, err := e.secretsOf(ctx, path)
	if err != nil {
		return err
	}
	defer secrets.close()
	if err := e.confirm(ctx, words.TerminalLeaveAsk, nil); err != nil {
		return err
	}
	if err := joined.Leave(ctx, path, secrets); err != nil {
		return err
	}
	if err := folders.Remove(path); err != nil { // the app would list a workspace that is here no more
		return folderFault(err)
	}
	return e.print(map[string]any{"ok": true, "folder": path}, say(words.TerminalLeaveDone, words.Args{"folder": cli.Printable(path)})+"\n")
}
