package vault

import (
	"crypto/rand"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"
)

// Sealed data is a version byte, the generation in four bytes, big end first, a nonce of
// 24 bytes, and the data under XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha-03).
// Its nonces are long enough to be drawn at random for as long as a vault may live.
const (
	sealVersion  = 1
	sealHead     = 1 + 4
	sealNonce    = chacha20poly1305.NonceSizeX
	sealOverhead = sealHead + sealNonce + chacha20poly1305.Overhead
)

// Seal encrypts data that is small enough to be kept in memory with the newest key. It
// opens again for the same id only, so that two rows cannot change places.
//
// Errors: ErrNoKey.
func (k Keys) Seal(id string, plain []byte) ([]byte, error) {
	if k.Empty() {
		return nil, ErrNoKey
	}
	h := k.held[0]
	out := make([]byte, sealHead+sealNonce, sealOverhead+len(plain))
	out[0] = sealVersion
	binary.BigEndian.PutUint32(out[1:], uint32(h.generation))
	if _, err := rand.Read(out[sealHead:]); err != nil {
		return nil, err
	}
	return h.rows.Seal(out, out[sealHead:], plain, sealData(out, id)), nil
}

// OpenSealed opens what Seal made for this id.
//
// Errors: ErrSealed; ErrNoKey where the generation is not there.
func (k Keys) OpenSealed(id string, sealed []byte) ([]byte, error) {
	if len(sealed) < sealOverhead || sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	generation := binary.BigEndian.Uint32(sealed[1:])
	if generation < 1 || generation > maxGeneration {
		return nil, ErrSealed
	}
	h := k.at(int(generation))
	if h == nil {
		return nil, ErrNoKey
	}
	text := sealed[sealHead+sealNonce:]
	out := make([]byte, 0, len(text)-chacha20poly1305.Overhead)
	plain, err := h.rows.Open(out, sealed[sealHead:sealHead+sealNonce], text, sealData(sealed, id))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// sealData is what is bound to the data and not kept: the version, the generation, the id.
func sealData(head []byte, id string) []byte {
	data := make([]byte, 0, 128) // enough for most, and then not on the heap
	return append(append(data, head[:sealHead]...), id...)
}
