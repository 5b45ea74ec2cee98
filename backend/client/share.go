package client

import (
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/backend/password"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// A computer's share is 32 random bytes in its keychain. Without it a password makes no key of any use: see password.PublicKey. That of
// a workspace on this computer is made with the workspace. Of another workspace it is made when somebody comes in here with a code.

// Open puts the client's half in front of a workspace that is not on this computer, which need not have a share of it yet.
// Errors: keychain.
func Open(ctx context.Context, in service.Workspace, c Config) (*Workspace, error) {
	if !service.IDFits(in.ID()) { // it names the item of the keychain
		return nil, errors.New("the workspace has an ID that none of ours has")
	}
	w := newClient(in, c)
	w.away = true
	if _, err := w.findShare(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// Close wipes this computer's share. The workspace is of no use afterwards.
func (w *Workspace) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.share.Wipe()
}

// loadShare is findShare where there has to be one.
func (w *Workspace) loadShare(ctx context.Context) error {
	there, err := w.findShare(ctx)
	if err == nil && !there {
		err = service.Explain(fmt.Errorf("this computer's share: %w", store.ErrSecretMissing))
	}
	return err
}

// findShare reads this computer's share from the keychain, and says whether there is one.
func (w *Workspace) findShare(ctx context.Context) (there bool, err error) {
	share, err := w.secrets.Get(ctx, w.shareName())
	if errors.Is(err, store.ErrSecretMissing) {
		return false, nil
	}
	if err != nil {
		return false, service.Explain(fmt.Errorf("this computer's share: %w", err))
	}
	if share.Len() != password.KeySize {
		return false, service.Explain(fmt.Errorf("this computer's share has %d bytes: %w", share.Len(), store.ErrSecretMissing))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.share = share
	return true, nil
}

// ShareName is what the keychain's item with a computer's share of a workspace is called.
func ShareName(workspace string) string { return workspace + "/device" }

func (w *Workspace) shareName() string { return ShareName(w.ID()) }

// needShare refuses where no password that is typed here can be right, before anything of it is sent. Errors: computer_unknown; keychain.
func (w *Workspace) needShare(ctx context.Context) error {
	if w.ID() == "" { // there is no workspace yet
		return nil
	}
	w.mu.Lock()
	known := w.share.Len() > 0
	w.mu.Unlock()
	if known {
		return nil
	}
	there, err := w.findShare(ctx) // another program may have made it
	if err == nil && !there {
		err = service.Refuse(service.CodeComputerUnknown)
	}
	return err
}

// makeShare makes this computer's share where there is none, and reads it back, since a keychain may say yes and keep nothing. Errors: keychain.
func (w *Workspace) makeShare(ctx context.Context) error {
	w.making.Lock()
	defer w.making.Unlock()
	if err := w.needShare(ctx); !service.IsCode(err, service.CodeComputerUnknown) {
		return err
	}
	b := make([]byte, password.KeySize)
	if _, err := io.ReadFull(w.rand, b); err != nil {
		return fmt.Errorf("random bytes: %w", err)
	}
	made := secret.NewBytes(b)
	if err := w.secrets.Set(ctx, w.shareName(), made); err != nil {
		return service.Explain(fmt.Errorf("this computer's share: %w", err))
	}
	got, err := w.secrets.Get(ctx, w.shareName())
	if err != nil && !errors.Is(err, store.ErrSecretMissing) {
		return service.Explain(fmt.Errorf("this computer's share: %w", err))
	}
	if !got.Equal(made) { // or there is none
		return service.Refuse(service.CodeKeychainMismatch).Because(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.share = made
	return nil
}
