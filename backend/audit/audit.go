// Package audit signs the events of a workspace into a chain, so that one that
// was changed, removed, added or moved is found.
//
// Each event is authenticated together with the signature of the one before it:
//
//	signature(n) = HMAC-SHA256(integrity key, signature(n−1) ‖ encoding(event n))
//
// The key is in the operating system's keychain, so somebody who can write only
// the database cannot make a chain that fits. A chain cut off at its end still
// fits; that is what an anchor outside the database is for.
package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"countersign/backend/secret"
)

// Event is one act: who did what to whom, and when.
type Event struct {
	Seq     int64             // 1 for the first, without gaps
	At      time.Time         // to the millisecond, UTC
	Kind    string            // a constant of the domain, such as "signed-in"
	Actor   string            // profile ID, or empty where nobody had signed in
	Subject string            // profile ID that it was done to, or empty
	Detail  map[string]string // never a secret
	Rows    []Row             // every row that the act changed, as it left it
	State   Sum               // of all rows, after the act
}

// Row is what an event says of one row of the database.
type Row struct {
	Key    string `json:"key"`    // such as "factor/PROFILE"
	Digest string `json:"digest"` // RowHash in hexadecimal; empty: the row is gone
}

// SignatureSize is the length of a signature in bytes.
const SignatureSize = sha256.Size

// ErrBroken is wrapped by Verify's errors.
var ErrBroken = errors.New("the audit log does not match its seal")

// Sign authenticates e after the event whose signature is prev. The first event's
// prev is nil.
func Sign(key secret.Bytes, prev []byte, e Event) []byte {
	mac := hmac.New(sha256.New, key.Reveal())
	field := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		mac.Write(n[:])
		mac.Write(b)
	}
	number := func(v int64) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(v))
		mac.Write(n[:])
	}
	field([]byte("countersign audit v1"))
	field(prev)
	number(e.Seq)
	number(e.At.UnixMilli())
	field([]byte(e.Kind))
	field([]byte(e.Actor))
	field([]byte(e.Subject))
	number(int64(len(e.Detail)))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		field([]byte(k))
		field([]byte(e.Detail[k]))
	}
	number(int64(len(e.Rows)))
	for _, r := range e.Rows {
		field([]byte(r.Key))
		field([]byte(r.Digest))
	}
	field(e.State[:])
	return mac.Sum(nil)
}

// Verifier checks a chain event by event, in order, from the first.
type Verifier struct {
	key  secret.Bytes
	seq  int64
	prev []byte
}

// NewVerifier starts at the beginning of a log.
func NewVerifier(key secret.Bytes) *Verifier { return &Verifier{key: key} }

// ResumeVerifier goes on after an event that was verified before, given its
// sequence number and signature from a place that is itself trusted.
func ResumeVerifier(key secret.Bytes, seq int64, signature []byte) *Verifier {
	return &Verifier{key: key, seq: seq, prev: signature}
}

// Seq is the newest event that was checked and found right.
func (v *Verifier) Seq() int64 { return v.seq }

// Next checks the next event and its signature. Its error wraps ErrBroken and names
// the sequence number at which the chain breaks.
func (v *Verifier) Next(e Event, signature []byte) error {
	if e.Seq != v.seq+1 {
		return fmt.Errorf("%w: event %d follows event %d", ErrBroken, e.Seq, v.seq)
	}
	if !hmac.Equal(signature, Sign(v.key, v.prev, e)) {
		return fmt.Errorf("%w: event %d", ErrBroken, e.Seq)
	}
	v.seq, v.prev = e.Seq, signature
	return nil
}
