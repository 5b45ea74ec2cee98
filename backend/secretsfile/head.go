package secretsfile

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"golang.org/x/crypto/chacha20poly1305"

	"countersign/backend/password"
	"countersign/backend/secret"
)

// The head, numbers big end first:
//
//	23 bytes  "countersign secrets v1\n"
//	4, 4, 1   Argon2id: memory in KiB, passes, lanes (RFC 9106)
//	16 bytes  its salt
//	24 bytes  nonce
//	48 bytes  the file's key under XChaCha20-Poly1305, bound to all above
//	32 bytes  SHA-256 of all above
//
// The sum is no protection: it tells a file that went bad from a wrong passphrase.
const (
	magic     = "countersign secrets v1\n"
	saltAt    = len(magic) + 9
	nonceAt   = saltAt + password.SaltSize
	wrappedAt = nonceAt + chacha20poly1305.NonceSizeX
	sumAt     = wrappedAt + keySize + chacha20poly1305.Overhead
	headSize  = sumAt + sha256.Size
)

// newHead draws a key for a file and wraps it under the passphrase.
func newHead(passphrase secret.Text, p password.Params) (head []byte, k keys, err error) {
	if err := p.Check(); err != nil {
		return nil, keys{}, err
	}
	key := make([]byte, keySize)
	defer clear(key)
	head = append(make([]byte, 0, headSize), magic...)
	head = binary.BigEndian.AppendUint32(head, p.MemoryKiB)
	head = binary.BigEndian.AppendUint32(head, p.Time)
	head = append(head, p.Threads)
	head = head[:wrappedAt]
	for _, b := range [][]byte{key, head[saltAt:]} {
		if _, err := rand.Read(b); err != nil {
			return nil, keys{}, err
		}
	}
	wrapping := password.Derive(passphrase, head[saltAt:nonceAt], p)
	defer wrapping.Wipe()
	secret.Confined(func() {
		aead, fault := chacha20poly1305.NewX(wrapping.Reveal())
		if err = fault; err == nil {
			head = aead.Seal(head, head[nonceAt:wrappedAt], key, head[:wrappedAt])
			k = keysFrom(key)
		}
	})
	if err != nil {
		return nil, keys{}, err
	}
	sum := sha256.Sum256(head)
	return append(head, sum[:]...), k, nil
}

// headOf finds the head of a file, and sees whether it is whole.
func headOf(raw []byte) ([]byte, error) {
	if len(raw) < headSize {
		return nil, damaged("it is cut short")
	}
	head := raw[:headSize:headSize]
	if !bytes.HasPrefix(head, []byte(magic)) {
		return nil, damaged("it is not of a form that this version knows")
	}
	if sum := sha256.Sum256(head[:sumAt]); !bytes.Equal(sum[:], head[sumAt:]) {
		return nil, damaged("its beginning has changed")
	}
	if err := paramsOf(head).Check(); err != nil {
		return nil, damaged("its cost is out of bounds")
	}
	return head, nil
}

func paramsOf(head []byte) password.Params {
	p := head[len(magic):]
	return password.Params{MemoryKiB: binary.BigEndian.Uint32(p), Time: binary.BigEndian.Uint32(p[4:]), Threads: p[8]}
}

// unwrap opens the file's key with the passphrase. The head has passed headOf.
func unwrap(head []byte, passphrase secret.Text) (k keys, err error) {
	wrapping := password.Derive(passphrase, head[saltAt:nonceAt], paramsOf(head))
	defer wrapping.Wipe()
	secret.Confined(func() {
		aead, fault := chacha20poly1305.NewX(wrapping.Reveal())
		if err = fault; err != nil {
			return
		}
		key, fault := aead.Open(nil, head[nonceAt:wrappedAt], head[wrappedAt:sumAt], head[:wrappedAt])
		if fault != nil {
			err = ErrPassphrase
			return
		}
		defer clear(key)
		k = keysFrom(key)
	})
	return k, err
}
