package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"countersign/backend/computer"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// A share is 32 random bytes in the keychain of each computer of a person. Without it a password makes no key of any use: see
// password.PublicKey. A workspace on this computer has one for everybody, which is made with it. In a workspace at a server each person
// has one of their own, and the keychain's item holds those of all who use this computer, one after the other.

// maxShares bounds the item: store.MaxSecret is 1,920 bytes. The newest are kept.
const maxShares = 48

// Open puts the client's half in front of a workspace at a server, of which this computer need not have a share yet.
// Errors: keychain.
func Open(ctx context.Context, in service.Workspace, c Config) (*Workspace, error) {
	if !service.IDFits(in.ID()) { // it names the item of the keychain
		return nil, errors.New("the workspace has an ID that none of ours has")
	}
	w := newClient(in, c)
	w.served = true
	if _, err := w.findShares(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// Close wipes the shares. The workspace is of no use afterwards.
func (w *Workspace) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, s := range w.shares {
		s.Wipe()
	}
}

// loadShare is findShares where there has to be one.
func (w *Workspace) loadShare(ctx context.Context) error {
	shares, err := w.findShares(ctx)
	if err == nil && len(shares) == 0 {
		err = service.Explain(fmt.Errorf("this computer's share: %w", store.ErrSecretMissing))
	}
	return err
}

// findShares reads the shares from the keychain.
func (w *Workspace) findShares(ctx context.Context) (shares []secret.Bytes, err error) {
	item, err := w.secrets.Get(ctx, w.shareName())
	if err != nil && !errors.Is(err, store.ErrSecretMissing) {
		return nil, service.Explain(fmt.Errorf("this computer's share: %w", err))
	}
	if err == nil && (item.Len() == 0 || item.Len()%computer.Size != 0) {
		return nil, service.Explain(fmt.Errorf("this computer's share has %d bytes: %w", item.Len(), store.ErrSecretMissing))
	}
	for b := item.Reveal(); len(b) > 0; b = b[computer.Size:] {
		shares = append(shares, secret.NewBytes(bytes.Clone(b[:computer.Size])))
	}
	item.Wipe()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shares = shares
	return shares, nil
}

// ShareName is what the keychain's item with the shares of a workspace is called.
func ShareName(workspace string) string { return workspace + "/device" }

func (w *Workspace) shareName() string { return ShareName(w.ID()) }

// known gives the shares that were read.
func (w *Workspace) known() []secret.Bytes {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shares
}

// needShare refuses where no password that is typed here can be right, before anything of it is sent. Errors: computer_unknown, session_ended after Close; keychain.
func (w *Workspace) needShare(ctx context.Context) error {
	w.mu.Lock()
	closed, known := w.closed, len(w.shares) > 0
	w.mu.Unlock()
	switch {
	case closed:
		return service.Refuse(service.CodeSessionEnded)
	case known, w.ID() == "": // or there is no workspace yet
		return nil
	}
	shares, err := w.findShares(ctx) // another program may have made one
	if err == nil && len(shares) == 0 {
		err = service.Refuse(service.CodeComputerUnknown)
	}
	return err
}

// shareOf finds the share that terms name. Where it was replaced since this computer had it, it came with the terms. Errors:
// computer_unknown; keychain.
func (w *Workspace) shareOf(ctx context.Context, t service.PasswordTerms) (secret.Bytes, error) {
	if err := w.needShare(ctx); err != nil {
		return secret.Bytes{}, err
	}
	shares := w.known()
	if !w.served {
		if len(shares) == 0 { // there is no workspace
			return secret.Bytes{}, nil
		}
		if s, ok := named(shares, t.Share); ok { // of one who was at a server with this computer: each has one of their own
			return s, nil
		}
		return shares[0], nil
	}
	if s, ok := named(shares, t.Share); ok {
		return s, nil
	}
	if len(t.Box) > 0 {
		key, err := w.computerKey(ctx)
		if err != nil {
			return secret.Bytes{}, err
		}
		next, _, err := key.TakeOver(w.ID(), shares, t.Box)
		if err == nil && computer.ShareID(next) == t.Share {
			return next, w.addShare(ctx, next)
		}
		w.log.Warn("a share was handed over that is not the person's", "error", err)
	}
	shares, err := w.findShares(ctx) // another program may have added it
	if err != nil {
		return secret.Bytes{}, err
	}
	if s, ok := named(shares, t.Share); ok {
		return s, nil
	}
	return secret.Bytes{}, service.Refuse(service.CodeComputerUnknown)
}

// named finds the share of a name.
func named(shares []secret.Bytes, id string) (secret.Bytes, bool) {
	for _, s := range shares {
		if computer.ShareID(s) == id {
			return s, true
		}
	}
	return secret.Bytes{}, false
}

// shareToChoose is the share under which a password is chosen: the one that is named, where this computer has it, or else a new one. Errors: keychain.
func (w *Workspace) shareToChoose(ctx context.Context, id string) (secret.Bytes, error) {
	if !w.served {
		return w.shareOf(ctx, service.PasswordTerms{})
	}
	if s, ok := named(w.known(), id); ok {
		return s, nil
	}
	made, err := w.newShare()
	if err != nil {
		return made, err
	}
	return made, w.addShare(ctx, made)
}

func (w *Workspace) newShare() (secret.Bytes, error) {
	b := make([]byte, computer.Size)
	if _, err := io.ReadFull(w.rand, b); err != nil {
		return secret.Bytes{}, fmt.Errorf("random bytes: %w", err)
	}
	return secret.NewBytes(b), nil
}

// addShare keeps a share beside those that are there. Errors: keychain.
func (w *Workspace) addShare(ctx context.Context, share secret.Bytes) error {
	return w.changeShares(ctx, func(shares []secret.Bytes) []secret.Bytes {
		if _, ok := named(shares, computer.ShareID(share)); ok {
			return shares
		}
		return append(shares[max(0, len(shares)+1-maxShares):], share)
	})
}

// dropShare forgets a share that was never used.
func (w *Workspace) dropShare(ctx context.Context, share secret.Bytes) error {
	return w.changeShares(ctx, func(shares []secret.Bytes) (left []secret.Bytes) {
		for _, s := range shares {
			if !s.Equal(share) {
				left = append(left, s)
			}
		}
		return left
	})
}

// changeShares reads the shares, changes them, and reads them back, since a keychain may say yes and keep nothing.
func (w *Workspace) changeShares(ctx context.Context, change func([]secret.Bytes) []secret.Bytes) error {
	w.making.Lock()
	defer w.making.Unlock()
	shares, err := w.findShares(ctx)
	if err != nil {
		return err
	}
	shares = change(shares)
	b := make([]byte, 0, len(shares)*computer.Size)
	for _, s := range shares {
		b = append(b, s.Reveal()...)
	}
	item := secret.NewBytes(b)
	defer item.Wipe()
	if item.Len() == 0 {
		err = w.secrets.Delete(ctx, w.shareName())
	} else {
		err = w.setAndReadBack(ctx, w.shareName(), item)
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shares = shares
	return nil
}

func (w *Workspace) setAndReadBack(ctx context.Context, name string, item secret.Bytes) error {
	if err := w.secrets.Set(ctx, name, item); err != nil {
		return service.Explain(fmt.Errorf("this computer's share: %w", err))
	}
	got, err := w.secrets.Get(ctx, name)
	if err != nil && !errors.Is(err, store.ErrSecretMissing) {
		return service.Explain(fmt.Errorf("this computer's share: %w", err))
	}
	defer got.Wipe()
	if !got.Equal(item) { // or there is none
		return service.Refuse(service.CodeKeychainMismatch).Because(err)
	}
	return nil
}
