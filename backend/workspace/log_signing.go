package workspace

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"

	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// SigningKey signs what leaves the workspace in files (Ed25519, RFC 8032), so that
// whoever has noted its fingerprint knows where such a file is from. It follows
// from the integrity key (HKDF, RFC 5869) and is kept nowhere. It signs the manifests of
// bundles alone, and only those that say the name of who asks. Errors: forbidden,
// session_ended; folder.
func (a *Admin) SigningKey(ctx context.Context) (crypto.Signer, error) {
	var name string
	err := a.view(ctx, func(tx store.ReadTx) error {
		p, err := a.profile(tx)
		name = p.Name
		return err
	})
	if err != nil {
		return nil, err
	}
	s, err := a.s.w.signer(signsExports)
	if err != nil {
		return nil, err // and no signer that is nil
	}
	return &manifestSigner{s, name}, nil
}

// formBundle is what package bundle writes in the manifest of each of its files.
const formBundle = "countersign bundle"

// manifestSigner signs for an admin: what says that somebody else made it, or that it is of another
// workspace, would be believed by whoever has noted the key.
type manifestSigner struct {
	*signer
	name string
}

func (s *manifestSigner) Sign(r io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	var m struct {
		Form, WorkspaceID, CreatedBy string
		Key                          []byte
	}
	switch err := json.Unmarshal(message, &m); {
	case err != nil, m.Form != formBundle, m.WorkspaceID != s.w.ID(), m.CreatedBy != s.name, !bytes.Equal(m.Key, s.public):
		return nil, service.Refuse(service.CodeForbidden).Because(errors.New("it isn’t the manifest of a file that its signer makes"))
	}
	return s.signer.Sign(r, message, opts)
}

// What keys follow from the integrity key.
const (
	signsExports     = "countersign/export signature/1"
	signsCheckpoints = "countersign/checkpoint signature/1"
)

func (w *Workspace) signer(use string) (*signer, error) {
	s := &signer{w: w, use: use}
	if err := s.with(func(key ed25519.PrivateKey) { s.public = key.Public().(ed25519.PublicKey) }); err != nil {
		return nil, err
	}
	return s, nil
}

// signer makes the key anew for each signature, so that none is left in memory.
type signer struct {
	w      *Workspace
	use    string // what it signs
	public ed25519.PublicKey
}

func (s *signer) Public() crypto.PublicKey { return s.public }

// Sign signs a message as it is, without a hash.
func (s *signer) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) (signature []byte, err error) {
	var failed error
	err = s.with(func(key ed25519.PrivateKey) { signature, failed = key.Sign(nil, message, opts) })
	if err == nil {
		err = failed
	}
	return signature, err
}

func (s *signer) with(use func(ed25519.PrivateKey)) error {
	var derived error
	err := s.w.withIntegrity(func(integrity secret.Bytes) {
		seed, err := hkdf.Key(sha256.New, integrity.Reveal(), nil, s.use, ed25519.SeedSize)
		defer clear(seed)
		if derived = err; err != nil {
			return
		}
		key := ed25519.NewKeyFromSeed(seed)
		defer clear(key)
		use(key)
	})
	if err == nil {
		err = derived
	}
	return err
}
