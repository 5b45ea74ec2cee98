package workspace

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"

	"countersign/backend/secret"
)

// SigningKey is the key that signs what leaves the workspace in files, so that
// whoever has noted its fingerprint knows where such a file is from. It follows
// from the integrity key (HKDF, RFC 5869) and is kept nowhere. Errors: forbidden,
// session_ended; folder.
func (a *Admin) SigningKey(ctx context.Context) (key ed25519.PrivateKey, err error) {
	if err := a.view(ctx, func(ReadTx) error { return nil }); err != nil {
		return nil, err
	}
	var derived error
	err = a.s.w.withIntegrity(func(integrity secret.Bytes) {
		seed, err := hkdf.Key(sha256.New, integrity.Reveal(), nil, "countersign/export signature/1", ed25519.SeedSize)
		defer clear(seed)
		if derived = err; err == nil {
			key = ed25519.NewKeyFromSeed(seed)
		}
	})
	if err == nil {
		err = derived
	}
	return key, err
}
