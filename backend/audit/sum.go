package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"countersign/backend/secret"
)

// Sum is the sum of the hashes of a set of rows, modulo 2^256: a keyed multiset
// hash (Clarke and others, "Incremental multiset hash functions", 2003, the
// additive one). A change of one row changes it by one addition and one
// subtraction, however many rows there are, and who lacks the key can find no
// other set of rows with the same sum. The zero Sum is that of no rows.
type Sum [sha256.Size]byte

// Hash is the keyed hash of one row; the zero Hash stands for a row that is not there.
type Hash [sha256.Size]byte

// RowHash hashes the content of the row named key.
func RowHash(integrity secret.Bytes, key string, content []byte) (h Hash) {
	mac := hmac.New(sha256.New, integrity.Reveal())
	var n [8]byte
	for _, b := range [][]byte{[]byte("countersign row v1"), []byte(key), content} {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		mac.Write(n[:])
		mac.Write(b)
	}
	mac.Sum(h[:0])
	return h
}

// Add adds a row.
func (s *Sum) Add(h Hash) {
	var carry uint64
	for i := len(s) - 8; i >= 0; i -= 8 {
		var d uint64
		d, carry = bits.Add64(binary.BigEndian.Uint64(s[i:]), binary.BigEndian.Uint64(h[i:]), carry)
		binary.BigEndian.PutUint64(s[i:], d)
	}
}

// Remove takes a row away.
func (s *Sum) Remove(h Hash) {
	var borrow uint64
	for i := len(s) - 8; i >= 0; i -= 8 {
		var d uint64
		d, borrow = bits.Sub64(binary.BigEndian.Uint64(s[i:]), binary.BigEndian.Uint64(h[i:]), borrow)
		binary.BigEndian.PutUint64(s[i:], d)
	}
}
