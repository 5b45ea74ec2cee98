package client

import (
	"context"
	"time"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/vault"
)

// Local is a workspace on this computer, which is made here and cleaned up here.
type Local struct {
	*Workspace
	service.Maker
}

// OpenLocal puts the client's half in front of a workspace in this process.
func OpenLocal(ctx context.Context, in service.Workspace, m service.Maker, c Config) (*Local, error) {
	w := &Local{newClient(in, c), m}
	if m.Created() {
		if err := w.loadShare(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Close wipes the share and the keys. The workspace is of no use afterwards.
func (w *Local) Close() {
	w.Workspace.Close()
	w.Maker.Close()
}

// NewWorkspace is what the first run asks for.
type NewWorkspace struct {
	Workspace string
	Name      string
	Email     string
	Password  secret.Text
}

// Create makes the workspace with an empty vault, and signs its owner in. Errors: password_*, and those of service.Maker.Create.
func (w *Local) Create(ctx context.Context, in NewWorkspace) (*Session, error) {
	keys, err := vault.NewKeys()
	if err != nil {
		return nil, err
	}
	return w.create(ctx, in, keys, Recovered{})
}

// Recovered are the contracts of a workspace whose keychain or database is gone, as
// far as an Emergency Kit opens them. Its profiles cannot be believed any more, and
// are not among them.
type Recovered struct {
	Keys  vault.Keys // of the kit
	KitAt time.Time  // when the kit was made; zero: not known
	Rows  []service.DocumentRow
}

// CreateFrom makes a workspace with the contracts of one that was lost, and signs
// its owner in. The kit stays good. Errors: as Create.
func (w *Local) CreateFrom(ctx context.Context, in NewWorkspace, r Recovered) (*Session, error) {
	if r.KitAt.IsZero() {
		r.KitAt = w.Now()
	}
	return w.create(ctx, in, r.Keys, r)
}

func (w *Local) create(ctx context.Context, in NewWorkspace, keys vault.Keys, r Recovered) (*Session, error) {
	made := service.NewWorkspace{Workspace: in.Workspace, Name: in.Name, Email: in.Email}
	if err := w.CheckNew(made); err != nil {
		return nil, err
	}
	if err := checkPassword(in.Password, w.MinPassword(), "password", in.Workspace, in.Name, in.Email); err != nil {
		return nil, err
	}
	if err := w.BeginCreate(ctx, made); err != nil {
		return nil, err
	}
	if err := w.loadShare(ctx); err != nil {
		return nil, err
	}
	pair, err := w.newKeyPair(keys)
	if err != nil {
		return nil, err
	}
	share, err := w.shareToChoose(ctx, "")
	if err != nil {
		return nil, err
	}
	pw, t, err := w.choose(ctx, in.Password, pair, share)
	if err != nil {
		return nil, err
	}
	s, err := w.Maker.Create(ctx, made, pw, service.NewVault{PublicKey: publicKey(keys), Recovered: r.Rows, KitAt: r.KitAt})
	owner, _, err := w.entered(ctx, s, nil, t, err)
	return owner, err
}
