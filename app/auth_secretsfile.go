package app

import (
	"context"
	"errors"
	"path/filepath"

	"countersign/backend/client"
	"countersign/backend/folder"
	"countersign/backend/local"
	"countersign/backend/password"
	"countersign/backend/secretsfile"
	"countersign/backend/service"
	"countersign/backend/store"
)

// The secrets file stands in for the keychain of a system that has none. It is used
// where it is, and made only when somebody asks for it: nothing falls back silently.

var (
	// errFileLocked means that the folder has a secrets file, and nobody has typed its passphrase.
	errFileLocked = service.Fault(service.CodeSecretsFileLocked, nil, nil)
	// errMayMakeFile lies beneath keychain_absent where a secrets file may be made.
	errMayMakeFile = errors.New("the folder has no workspace yet, and could have a secrets file")
)

// presence is a keychain that can say whether it is there without prompting.
type presence interface{ Present(context.Context) error }

// MakeSecretsFile makes a secrets file under a new passphrase, where there is neither
// a keychain nor a workspace, and opens the folder with it.
func (d *Auth) MakeSecretsFile(passphrase Envelope) (AuthState, error) {
	typed, err := d.s.current().keys.open(holdsPassphrase, passphrase)
	if err != nil {
		return AuthState{}, err
	}
	if err := secretsfile.Check(typed); err != nil {
		return AuthState{}, err
	}
	if _, err := d.s.ready(); !errors.Is(err, errMayMakeFile) {
		return AuthState{}, service.Fault(service.CodeSecretsFileRefused, nil, err)
	}
	err = d.s.withFile(func(ctx context.Context) (*secretsfile.File, error) {
		lock, err := folder.Hold(d.s.path())
		if err != nil {
			return nil, folderFault(err)
		}
		defer func() { _ = lock.Release() }()
		return secretsfile.Create(ctx, d.s.path(), typed, d.s.passphraseCost())
	})
	if errors.Is(err, secretsfile.ErrExists) {
		err = service.Fault(service.CodeSecretsFileRefused, nil, err)
	}
	if err != nil {
		return AuthState{}, secretsfile.Explain(err)
	}
	return d.State()
}

// UnlockSecretsFile opens the folder's secrets file. It stays open until the window is
// closed, as a keychain stays open when the window locks.
func (d *Auth) UnlockSecretsFile(passphrase Envelope) (AuthState, error) {
	typed, err := d.s.current().keys.open(holdsPassphrase, passphrase)
	if err != nil {
		return AuthState{}, err
	}
	if typed.Empty() {
		return AuthState{}, &service.Error{Code: service.CodePassphraseRequired, Field: "passphrase"}
	}
	err = secretsfile.Explain(d.s.withFile(func(ctx context.Context) (*secretsfile.File, error) { return secretsfile.Open(ctx, d.s.path(), typed) }))
	if service.IsCode(err, service.CodeSecretsFileDamaged) {
		return d.fault(err), nil
	}
	if err != nil {
		return AuthState{}, err
	}
	return d.State()
}

// ChangeSecretsPassphrase gives the secrets file another passphrase, for owners who know
// the one that it has. The log says so first.
func (w *Settings) ChangeSecretsPassphrase(session string, current, next Envelope) error {
	in, err := w.s.use(session)
	if err != nil {
		return err
	}
	typed, err := in.keys.open(holdsPassphrase, current)
	if err != nil {
		return err
	}
	chosen, err := in.keys.open(holdsPassphrase, next)
	if err != nil {
		return err
	}
	return in.asAdmin(func(ctx context.Context, a *client.Admin) error {
		defer func() { go collect() }()
		f := w.s.unlocked()
		if f == nil {
			return service.Fault(service.CodeSecretsFileNone, nil, nil)
		}
		if err := secretsfile.Check(chosen); err != nil {
			return err
		}
		if err := secretsfile.Explain(f.Opens(ctx, typed)); err != nil {
			return atCurrent(err)
		}
		if err := a.NoteSecretsPassphrase(ctx); err != nil {
			return err
		}
		return service.Explain(f.Change(ctx, chosen, w.s.passphraseCost()))
	})
}

// atCurrent says that a wrong passphrase is the one that is to be replaced.
func atCurrent(err error) error {
	var e *service.Error
	if errors.As(err, &e) && e.Code == service.CodePassphraseWrong {
		return &service.Error{Code: e.Code, Field: "current"}
	}
	return err
}

// unlocked is the secrets file that is in use, or nil.
func (s *shell) unlocked() *secretsfile.File {
	s.opening.Lock()
	defer s.opening.Unlock()
	return s.file
}

// withFile takes the file that get gives, unless there is one open.
func (s *shell) withFile(get func(context.Context) (*secretsfile.File, error)) error {
	s.opening.Lock()
	defer s.opening.Unlock()
	if s.file != nil {
		return nil
	}
	defer func() { go collect() }() // and with what is collected the passphrase is overwritten
	f, err := get(s.context())
	if err == nil {
		s.file = f
	}
	return err
}

// openSecrets says where the secrets of this folder are kept. It is called with s.opening
// held.
func (s *shell) openSecrets() (store.Secrets, error) {
	if s.file != nil {
		return s.file, nil
	}
	there, err := secretsfile.Exists(s.path())
	switch {
	case err != nil:
		return nil, service.Explain(err)
	case !there:
		return s.secrets, nil
	}
	if err := secretsfile.Look(s.path()); err != nil {
		return nil, service.Explain(err)
	}
	return nil, errFileLocked
}

// needsKeychain is keychain_absent for a folder that is to get a workspace on a system
// where its secrets could not be kept. Whatever else may be wrong with a keychain shows
// when it is used.
func (s *shell) needsKeychain(ctx context.Context) error {
	system, ok := s.secrets.(presence)
	if s.file != nil || !ok {
		return nil
	}
	if err := system.Present(ctx); errors.Is(err, store.ErrKeychainAbsent) {
		return service.Fault(service.CodeKeychainAbsent, nil, errors.Join(errMayMakeFile, err))
	}
	return nil
}

// usesFile reports whether the folder has a secrets file, open or not.
func (s *shell) usesFile() bool {
	there, err := secretsfile.Exists(s.path())
	return there && err == nil
}

func (s *shell) secretsFilePath() string { return filepath.Join(s.path(), secretsfile.Name) }

func (s *shell) passphraseCost() password.Params {
	c := local.Config{Password: password.DefaultParams}
	if s.cost != nil {
		s.cost(&c)
	}
	return c.Password
}
