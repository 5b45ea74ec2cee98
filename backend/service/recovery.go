package service

import (
	"time"

	"countersign/backend/secret"
)

// NewSet is what a client makes of ten recovery codes, which it does not tell.
type NewSet struct {
	Salt   []byte
	Params Argon2id
	Proofs []secret.Bytes // recovery.Proof of each code, in their order
}

// Issued is a recovery set on its way to paper. Only the client that has made them knows its codes.
type Issued struct {
	Sheet     int
	Workspace string
	Name      string
	Email     string
	IssuedAt  time.Time
	IssuedBy  string
	Replaces  int    // sheet number, 0 for none
	Support   string // whom to ask for help, as it stands in Info
	Language  string // of the person; empty: none is known
}
