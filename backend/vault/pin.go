package vault

import (
	"crypto/ed25519"
	"encoding/binary"
)

// Pin is how a vault is recognised: the public key of one generation of its key. Whoever has pinned a vault takes no other for it. The
// zero value is none.
type Pin struct {
	Generation int
	Key        [ed25519.PublicKeySize]byte
}

// PinSize is how long Bytes are.
const PinSize = 4 + ed25519.PublicKeySize

// Pin recognises the newest key. It is zero where there is none.
func (k Keys) Pin() (p Pin) {
	if public := k.PublicKey(); public != nil {
		p.Generation = k.Generation()
		copy(p.Key[:], public)
	}
	return p
}

// Bytes are the generation, big end first, and the key.
func (p Pin) Bytes() []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, PinSize), uint32(p.Generation)), p.Key[:]...)
}

// ParsePin reads what Bytes gave. Errors: ErrPin.
func ParsePin(b []byte) (p Pin, err error) {
	if len(b) != PinSize {
		return Pin{}, ErrPin
	}
	generation := binary.BigEndian.Uint32(b)
	copy(p.Key[:], b[4:])
	if generation > maxGeneration || generation == 0 && p != (Pin{}) {
		return Pin{}, ErrPin
	}
	p.Generation = int(generation)
	return p, nil
}
