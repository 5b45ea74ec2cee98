package store

import "errors"

// What a Store may answer, to be matched with errors.Is.
var (
	ErrNotFound = errors.New("not in the store")
	ErrBusy     = errors.New("the database is busy")
	ErrFull     = errors.New("the disk is full")
	ErrReadOnly = errors.New("the database cannot be written")
	ErrDamaged  = errors.New("the database is damaged")
	ErrNewer    = errors.New("the database is from a newer version")
	ErrAltered  = errors.New("the database's schema is not the one this program made")
	ErrFailed   = errors.New("the database failed")

	// ErrConflict means that another transaction was in the way. Nothing of this one
	// remains, and its function can be run again.
	ErrConflict = errors.New("the transaction conflicts with another")
	// ErrUnknownOutcome means that nobody knows whether the commit stands. The
	// function must not be run again before that is found out.
	ErrUnknownOutcome = errors.New("it is not known whether the commit stands")
)
