package workspace

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"io"

	"countersign/backend/secret"
	"countersign/backend/store"
)

// SigningKey signs what leaves the workspace in files (Ed25519, RFC 8032), so that
// whoever has noted its fingerprint knows where such a file is from. It follows
// from the integrity key (HKDF, RFC 5869) and is kept nowhere. Errors: forbidden,
// session_ended; folder.
func (a *Admin) SigningKey(ctx context.Context) (crypto.Signer, error) {
	if err := a.view(ctx, func(store.ReadTx) error { return nil }); err != nil {
		return nil, err
	}
	s, err := a.s.w.signer(signsExports)
	if err != nil {
		return nil, err // and no signer that is nil
	}
	return s, nil
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
