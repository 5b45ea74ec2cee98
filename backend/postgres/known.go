package postgres

import (
	"errors"
	"slices"

	"countersign/backend/store"
)

// known are answers of a transaction that sees one snapshot: what it has asked once it need not ask again, until it writes itself. A use case asks for the
// same few rows many times, and the journal asks for each once more before it changes.
type known map[any]any

// mostKnown bounds them: an import has a row for each member, and asks for none of them twice.
const mostKnown = 100

// What is known is found by the look-up and its argument.
type (
	askedInfo     struct{}
	askedHead     struct{}
	askedProfile  string // by ID
	askedFactor   string // by the profile's ID
	askedAttempts string // by subject
)

type answer[T any] struct {
	value T
	err   error // ErrNotFound, or none
}

// knows asks what is not known yet. copied makes a copy of a value that shares no memory with it: nobody may change what is known.
func knows[T any](t *readTx, what any, copied func(T) T, ask func() (T, error)) (T, error) {
	if t.known == nil {
		return ask()
	}
	if a, has := t.known[what].(answer[T]); has {
		return copied(a.value), a.err
	}
	value, err := ask()
	if err == nil || errors.Is(err, store.ErrNotFound) {
		if len(t.known) >= mostKnown {
			t.unlearn()
		}
		t.known[what] = answer[T]{copied(value), err}
	}
	return value, err
}

// unlearn is called before the transaction writes.
func (t *readTx) unlearn() { clear(t.known) }

func copiedInfo(i store.Info) store.Info { return i }

func copiedHead(h store.Head) store.Head {
	h.Signature, h.Tree = slices.Clone(h.Signature), slices.Clone(h.Tree)
	return h
}

func copiedProfile(p store.Profile) store.Profile {
	r := &p.Password
	r.Salt, r.PublicKey, r.Lock = slices.Clone(r.Salt), slices.Clone(r.PublicKey), slices.Clone(r.Lock)
	return p
}

func copiedFactor(f store.Factor) store.Factor {
	f.Apps = slices.Clone(f.Apps)
	return f
}
