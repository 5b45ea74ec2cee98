package vault

import (
	"io"
	"sync/atomic"
)

// A document goes through in pieces: few, so that memory stays the same however long it
// is, and large, so that handing them on costs nothing beside the work.
const (
	pieceSize  = 256 << 10
	pieceCount = 4
)

// piece is part of a stream. It goes back to its pool when all its users are done.
type piece struct {
	b     []byte // what is in it
	room  []byte // made when it is first needed: most documents fit into one
	users atomic.Int32
	home  pool
}

// pool holds the pieces of one stream that nobody uses.
type pool chan *piece

func newPool() pool {
	free := make(pool, pieceCount)
	for range pieceCount {
		free <- &piece{home: free}
	}
	return free
}

// take waits for a piece.
func (f pool) take() *piece { return (<-f).ready() }

// ready makes it the piece of one user, with nothing in it.
func (p *piece) ready() *piece {
	if p.room == nil {
		p.room = make([]byte, pieceSize)
	}
	p.b = nil
	p.users.Store(1)
	return p
}

// wipe waits until all pieces are back and overwrites what went through them.
func (f pool) wipe() {
	for range pieceCount {
		clear((<-f).room)
	}
}

// share hands the piece to one more user.
func (p *piece) share(with *sink) {
	p.users.Add(1)
	with.in <- p
}

func (p *piece) release() {
	if p.users.Add(-1) == 0 {
		p.home <- p
	}
}

// fill reads until the piece is full or there is an error.
func (p *piece) fill(r io.Reader) error {
	n, err := fill(p.room, r)
	p.b = p.room[:n]
	return err
}

// fill reads until b is full or there is an error, which may be io.EOF. Unlike
// io.ReadFull it leaves every error as it is: age says io.ErrUnexpectedEOF of a file that
// was cut.
func fill(b []byte, r io.Reader) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}
