package vault

import (
	"crypto/rand"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"
)

// Encrypted data is a version byte, the generation in four bytes, big end first, a nonce of
// 24 bytes, and the data under XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha-03).
// Its nonces are long enough to be drawn at random for as long as a vault may live.
const (
	sealVersion  = 1
	dataHead     = 1 + 4
	sealNonce    = chacha20poly1305.NonceSizeX
	sealOverhead = dataHead + sealNonce + chacha20poly1305.Overhead
)

// EncryptData encrypts data that is small enough to be kept in memory with the newest key. It
// opens again for the same id only, so that two rows cannot change places.
//
// Errors: ErrNoKey.
func (k Keys) EncryptData(id string, plain []byte) ([]byte, error) {
	if k.Empty() {
		return nil, ErrNoKey
	}
	h := k.held[0]
	out := make([]byte, dataHead+sealNonce, sealOverhead+len(plain))
	out[0] = sealVersion
	binary.BigEndian.PutUint32(out[1:], uint32(h.generation))
	if _, err := rand.Read(out[dataHead:]); err != nil {
		return nil, err
	}
	return h.rows.Seal(out, out[dataHead:], plain, dataFor(out, id)), nil
}

// DecryptData opens what EncryptData made for this id.
//
// Errors: ErrCiphertext; ErrNoKey where the generation is not there.
func (k Keys) DecryptData(id string, sealed []byte) ([]byte, error) {
	if len(sealed) < sealOverhead || sealed[0] != sealVersion {
		return nil, ErrCiphertext
	}
	generation := binary.BigEndian.Uint32(sealed[1:])
	if generation < 1 || generation > maxGeneration {
		return nil, ErrCiphertext
	}
	h := k.at(int(generation))
	if h == nil {
		return nil, ErrNoKey
	}
	text := sealed[dataHead+sealNonce:]
	out := make([]byte, 0, len(text)-chacha20poly1305.Overhead)
	plain, err := h.rows.Open(out, sealed[dataHead:dataHead+sealNonce], text, dataFor(sealed, id))
	if err != nil {
		return nil, ErrCiphertext
	}
	return plain, nil
}

// dataFor is what is bound to the data and not kept: the version, the generation, the id.
func dataFor(head []byte, id string) []byte {
	data := make([]byte, 0, 128) // enough for most, and then not on the heap
	return append(append(data, head[:dataHead]...), id...)
}
