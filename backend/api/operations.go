package api

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// By is who may ask for an operation: what the token stands for.
type By string

// Who may ask. An enrolment session becomes a session, with the same token.
const (
	ByNobody    By = "nobody" // without a token
	BySignIn    By = "sign-in attempt"
	ByRedeem    By = "redeem attempt"
	ByKit       By = "kit attempt"
	ByChallenge By = "challenge"
	ByLocked    By = "locked session"
	ByEnrolling By = "session or enrolment session"
	ByEnrolment By = "enrolment session"
	BySession   By = "session"
	ByAdmin     By = "session of an owner or admin"
)

// About is what both ends know of an operation, but for its types.
type About struct {
	Name string // after Prefix
	By   By
	Does string // one sentence

	Again bool // it changes nothing, or nothing that asking again does not set right: where its answer is lost, there is nothing to look for
	Keyed bool // its request has a key: see IdempotencyKey
	Ends  bool // its token may stand for nothing any more
	Large bool // its request may be of LargeBody
	Long  bool // answers with lines: see Line
}

// Limits of a request's body, in bytes.
const (
	NobodysBody = 8 << 10   // of who has no token
	SmallBody   = 256 << 10 // a password comes with up to 64 KiB of keys, in base64
	LargeBody   = 64 << 20  // 10,000 invitations with their keys are 20 MiB
)

// Limit is how long a request may be.
func (a About) Limit() int64 {
	switch {
	case a.By == ByNobody:
		return NobodysBody
	case a.Large:
		return LargeBody
	}
	return SmallBody
}

// Lines is the content type of a long answer. Empty lines in it say only that the work goes on.
const Lines = "application/x-ndjson"

// RequestID is the header that names a request in the logs of both ends. A client of ours sends it; the answer has it in any case.
const RequestID = "Countersign-Request"

// IdempotencyKey is the header in which a client names a request that changes something: 16 to 64 letters, digits, - and _ between quotes
// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/). Whoever has no answer asks again with the same key and the same token, and is
// told what came of it: it is carried out once. For KeysLast a key is good for nothing else.
const (
	IdempotencyKey = "Idempotency-Key"
	KeysLast       = 10 * time.Minute
)

// NewIdempotencyKey is 256 random bits: what was answered is encrypted with it.
func NewIdempotencyKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return `"` + base64.RawURLEncoding.EncodeToString(b) + `"`
}

// IsIdempotencyKey reports whether a key has its form.
func IsIdempotencyKey(key string) bool { return keyForm.MatchString(key) }

// IdempotencyKeyForm is a regular expression.
const IdempotencyKeyForm = `^"[A-Za-z0-9_-]{16,64}"$`

var keyForm = regexp.MustCompile(IdempotencyKeyForm)

// NewRequestID is 64 random bits.
func NewRequestID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// IsRequestID reports whether an ID has the form of ours: it goes into a log.
func IsRequestID(id string) bool {
	b, err := hex.DecodeString(id)
	return err == nil && len(b) == 8
}

// Path is the address of the operation at its server.
func (a About) Path() string { return Prefix + a.Name }

// Op is an operation with its request and its result.
type Op[In, Out any] struct{ About }

// AdminIn is a request of an admin. Watch says that nobody has asked for it: it is no use of the session.
type AdminIn[T any] struct {
	Watch bool `json:",omitempty"`
	In    T
}

// AdminOp is an operation of an admin.
type AdminOp[In, Out any] struct{ Op[AdminIn[In], Out] }

// Operation is an operation among all of them.
type Operation struct {
	About
	In, Out reflect.Type
}

var operations []Operation

// Operations are all of them, by name.
func Operations() []Operation {
	return slices.SortedFunc(slices.Values(operations), func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
}

type trait func(*About)

func again(a *About) { a.Again = true }
func keyed(a *About) { a.Keyed = true }
func ends(a *About)  { a.Ends = true }
func large(a *About) { a.Large = true }
func long(a *About)  { a.Long = true }

func op[In, Out any](by By, name, does string, as ...trait) Op[In, Out] {
	o := Op[In, Out]{About{Name: name, By: by, Does: does}}
	for _, t := range as {
		t(&o.About)
	}
	o.Keyed = o.Keyed || !o.Again && !o.Long // what takes long tells by what it leaves how far it came
	operations = append(operations, Operation{o.About, reflect.TypeFor[In](), reflect.TypeFor[Out]()})
	return o
}

func adminOp[In, Out any](name, does string, as ...trait) AdminOp[In, Out] {
	return AdminOp[In, Out]{op[AdminIn[In], Out](ByAdmin, "admin/"+name, does, as...)}
}
