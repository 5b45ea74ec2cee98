package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"countersign/backend/folder"
	"countersign/backend/keychain"
	"countersign/backend/password"
	"countersign/backend/secretsfile"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/words"
	"countersign/cmd/internal/cli"
)

// keeper is where the secrets of a folder are kept, until close.
type keeper struct {
	store.Secrets
	close func()
}

// secretsOf gives the secrets of a folder: those of its secrets file where there is
// one, whose passphrase is asked for, and else those of the system's keychain.
func (e *env) secretsOf(ctx context.Context, path string) (keeper, error) {
	there, err := secretsfile.Exists(path)
	switch {
	case err != nil:
		return keeper{}, service.Explain(err)
	case !there:
		return keeper{keychain.New(keychainService), func() {}}, nil
	}
	if err := secretsfile.Look(path); err != nil { // before anybody types anything
		return keeper{}, service.Explain(err)
	}
	typed, err := e.ask(ctx, words.TerminalAskSecretsPassphrase, false)
	if err != nil {
		return keeper{}, err
	}
	f, err := secretsfile.Open(ctx, path, typed)
	if err != nil {
		return keeper{}, secretsfile.Explain(err)
	}
	return keeper{f, f.Close}, nil
}

var (
	errNoKeychain  = cli.Fail(string(service.CodeKeychainAbsent), cli.ExitUnavailable, words.TerminalFailureKeychainAbsent, nil)
	errHasKeychain = cli.Fail(string(service.CodeSecretsFileRefused), cli.ExitUnavailable, words.TerminalFailureSecretsFileRefused, nil)
)

// secretsForRestore gives the secrets of a folder that is to get a workspace. Without a
// keychain it makes a secrets file, if that was asked for; undo takes it away again.
func (e *env) secretsForRestore(ctx context.Context, path string) (k keeper, undo func() error, err error) {
	undo = func() error { return nil }
	there, err := secretsfile.Exists(path)
	if err != nil {
		return keeper{}, undo, service.Explain(err)
	}
	if !there {
		absent := errors.Is(keychain.New(keychainService).Present(ctx), store.ErrKeychainAbsent)
		switch {
		case absent && !e.secretsFile:
			return keeper{}, undo, errNoKeychain
		case !absent && e.secretsFile:
			return keeper{}, undo, errHasKeychain
		case absent:
			return e.newSecretsFile(ctx, path)
		}
	}
	k, err = e.secretsOf(ctx, path)
	return k, undo, err
}

func (e *env) newSecretsFile(ctx context.Context, path string) (k keeper, undo func() error, err error) {
	undo = func() error { return nil }
	typed, err := e.ask(ctx, words.TerminalAskNewSecretsPassphrase, false)
	if err != nil {
		return k, undo, err
	}
	if err := secretsfile.Check(typed); err != nil {
		return k, undo, err
	}
	again, err := e.ask(ctx, words.TerminalAskAgain, false)
	if err != nil {
		return k, undo, err
	}
	if password.Normalize(again.Reveal()) != password.Normalize(typed.Reveal()) {
		return k, undo, errPassphraseDiffers
	}
	if err := folder.Prepare(path); err != nil {
		return k, undo, folderFault(err)
	}
	f, err := secretsfile.Create(ctx, path, typed, password.DefaultParams)
	if err != nil {
		return k, undo, secretsfile.Explain(err)
	}
	undo = func() error { return os.Remove(filepath.Join(path, secretsfile.Name)) }
	return keeper{f, f.Close}, undo, nil
}
