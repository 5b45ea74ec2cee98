// Package api is how package service looks over HTTPS, for both ends: package server answers, package remote asks.
//
// Each operation is a POST of one JSON value to its own address, and is answered with one Answer. Nothing of a request is in its
// address, where proxies and logs would keep it. What was proven so far is a token in the Authorization header: it stands for a
// service.SignInAttempt, Challenge, EnrolmentSession or Session, and an operation takes one of its own kind only. Long operations answer with
// lines that tell how far they have come before the Answer; documents are streams of bytes, see Files.
//
// Names of JSON fields are those of the Go types in package service. docs/openapi.yaml is made of this package.
package api

//go:generate go run -modfile=../../build/tools.mod -tags openapi ../../build/openapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"countersign/backend/service"
	"countersign/backend/store"
)

// Prefix begins the address of each operation.
const Prefix = "/v1/"

// None is a request or a result that holds nothing.
type None struct{}

// Answer is what an operation answers with. An act that took effect may have both a result and an error: of what it left undone.
type Answer[Out any] struct {
	Result Out
	Error  *Error `json:",omitempty"`
	State  State
}

// Line is one of the lines that a long operation answers with.
type Line struct {
	Done, Total int64           `json:",omitempty"` // how far it has come
	Data        []byte          `json:",omitempty"` // the next bytes of what is written on the way
	Answer      json.RawMessage `json:",omitempty"` // the last line: an Answer
}

// State comes with each answer, so that the other end knows it without asking.
type State struct {
	Workspace WorkspaceState
	Session   *SessionState `json:",omitempty"` // of a request by a session, or by an enrolment session
}

// WorkspaceState is what a workspace tells everybody.
type WorkspaceState struct {
	ID          string
	Name        string
	Now         time.Time
	Idle        time.Duration // nanoseconds
	MinPassword int           // characters
	HasKit      bool
}

// SessionState is how long a session lasts.
type SessionState struct {
	Remaining    time.Duration // nanoseconds; 0: it is over
	LimitReached bool
	Overdue      bool
	Whole        bool // it may do more than enrol
}

// Error is a refusal, a fault of the server's store, or both: the refusal is then what the fault was told as.
type Error struct {
	Code  service.Code   `json:",omitempty"`
	Field string         `json:",omitempty"`
	Args  map[string]any `json:",omitempty"`
	Fault Fault          `json:",omitempty"`
}

// Fault is what the server's store has met, as far as a client has to know it.
type Fault string

// The faults. What is none of the others is FaultInternal, of which the server's log says more.
const (
	FaultInternal       Fault = "internal"
	FaultMalformed      Fault = "malformed" // no request that a client of ours sends
	FaultConflict       Fault = "conflict"  // it was changed meanwhile: read again
	FaultUnknownOutcome Fault = "unknown-outcome"
	FaultNotFound       Fault = "not-found"
	FaultBusy           Fault = "busy"
	FaultFull           Fault = "full"
	FaultReadOnly       Fault = "read-only"
	FaultDamaged        Fault = "damaged"
	FaultFailed         Fault = "failed"
	FaultFileMissing    Fault = "file-missing"
	FaultFilesFull      Fault = "files-full"
	FaultFilesReadOnly  Fault = "files-read-only"
	FaultFilesFailed    Fault = "files-failed"
)

// faults says what each is on either end. ErrUnknownOutcome comes before what it is wrapped around.
var faults = []struct {
	fault  Fault
	err    error
	status int
}{
	{FaultUnknownOutcome, store.ErrUnknownOutcome, http.StatusServiceUnavailable},
	{FaultConflict, store.ErrConflict, http.StatusConflict},
	{FaultNotFound, store.ErrNotFound, http.StatusNotFound},
	{FaultBusy, store.ErrBusy, http.StatusServiceUnavailable},
	{FaultFull, store.ErrFull, http.StatusInsufficientStorage},
	{FaultReadOnly, store.ErrReadOnly, http.StatusServiceUnavailable},
	{FaultDamaged, store.ErrDamaged, http.StatusInternalServerError},
	{FaultFailed, store.ErrFailed, http.StatusServiceUnavailable},
	{FaultFileMissing, store.ErrBlobMissing, http.StatusNotFound},
	{FaultFilesFull, store.ErrBlobsFull, http.StatusInsufficientStorage},
	{FaultFilesReadOnly, store.ErrBlobsReadOnly, http.StatusServiceUnavailable},
	{FaultFilesFailed, store.ErrBlobsFailed, http.StatusServiceUnavailable},
	{FaultMalformed, service.ErrMalformed, http.StatusBadRequest},
	{FaultInternal, ErrInternal, http.StatusInternalServerError},
}

// ErrBusy is for a server that has too much to do at the moment.
var ErrBusy = store.ErrBusy

// ErrInternal is for what the server's log alone says more of.
var ErrInternal = errors.New("the server has failed")

// ErrorOf is an error as it is sent; nil for none. Nothing of its text is in it.
func ErrorOf(err error) *Error {
	if err == nil {
		return nil
	}
	var out Error
	var refusal *service.Error
	if errors.As(err, &refusal) {
		out.Code, out.Field, out.Args = refusal.Code, refusal.Field, refusal.Args
	}
	for _, f := range faults {
		if errors.Is(err, f.err) {
			out.Fault = f.fault
			return &out
		}
	}
	if out.Code == "" {
		out.Fault = FaultInternal
	}
	return &out
}

// Err is an error as it was sent: nil for none.
func (e *Error) Err() error {
	if e == nil {
		return nil
	}
	var beneath error
	for _, f := range faults {
		if e.Fault == f.fault {
			beneath = f.err
		}
	}
	if e.Fault != "" && beneath == nil { // of a newer server
		beneath = ErrInternal
	}
	if e.Code == "" {
		if beneath == nil {
			return ErrInternal
		}
		return beneath
	}
	out := service.Refuse(e.Code).At(e.Field)
	for name, value := range e.Args {
		out.With(name, plain(value))
	}
	if beneath != nil {
		return out.Because(beneath)
	}
	return out
}

// plain gives a number back the type that refusals have it in: int.
func plain(value any) any {
	if f, ok := value.(float64); ok && f == float64(int(f)) {
		return int(f)
	}
	return value
}

// Status is the HTTP status of an answer.
func (e *Error) Status() int {
	switch {
	case e == nil:
		return http.StatusOK
	case e.Code == service.CodeSessionEnded, e.Code == service.CodeChallengeEnded:
		return http.StatusUnauthorized
	case e.Code == service.CodeForbidden:
		return http.StatusForbidden
	case e.Code == service.CodeThrottled:
		return http.StatusTooManyRequests
	}
	for _, f := range faults {
		if e.Fault == f.fault {
			return f.status
		}
	}
	return http.StatusUnprocessableEntity
}
