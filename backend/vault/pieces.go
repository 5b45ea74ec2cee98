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
func (f pool) take() *piece { return ready(<-f) }

func ready(p *piece) *piece {
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

// fill reads until the piece is full or there is an error, which may be io.EOF. Unlike
// io.ReadFull it leaves every error as it is.
func (p *piece) fill(r io.Reader) error {
	n := 0
	for n < len(p.room) {
		m, err := r.Read(p.room[n:])
		n += m
		if err != nil {
			p.b = p.room[:n]
			return err
		}
	}
	p.b = p.room
	return nil
}
