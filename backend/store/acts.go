package store

import (
	"context"
	"errors"
	"time"
)

// Act is a request that changes something, as a server knows it: it stands in the same commit as the change, so that nobody's asking again changes
// anything twice, whatever has become of the answer.
type Act struct {
	Digest  Digest    // of who asks, and of the key that they have given it
	Request Digest    // of what is asked
	Until   time.Time // by the workspace's clock: until then it is remembered
}

// Acts is a WriteTx that notes acts. Where one workspace is on one computer nobody asks again, and its store has none.
type Acts interface {
	// NoteAct notes one with what the transaction changes. Errors: ErrRepeated; ErrOtherAct. Then nothing of the transaction may stand.
	NoteAct(a Act) error
}

var (
	// ErrRepeated means that a request was carried out before.
	ErrRepeated = errors.New("this request was carried out before")
	// ErrOtherAct means that another request had the same key.
	ErrOtherAct = errors.New("another request had the same key")
)

// Once is an Act on its way.
type Once struct {
	Act
	noted bool
}

type onceKey struct{}

// WithAct gives a request to the first change that is made of it. The changes of one context are made one after the other.
func WithAct(ctx context.Context, a Act) context.Context {
	return context.WithValue(ctx, onceKey{}, &Once{Act: a})
}

// ActOf gives it, or nil where there is none, or where a change has noted it.
func ActOf(ctx context.Context) *Once {
	o, _ := ctx.Value(onceKey{}).(*Once)
	if o == nil || o.noted {
		return nil
	}
	return o
}

// Noted says that it stands: what follows of the same request belongs to it.
func (o *Once) Noted() { o.noted = true }
