package vault

import (
	"io"
	"sync/atomic"
)

// A document goes through in pieces. Their number has a limit, so that memory stays the
// same however long it is: 4 MiB. That much is in use only where one of those who work
// side by side has fallen behind, as happens for some milliseconds at a time on a busy
// machine. With half of it the others wait, and saving takes a sixth longer; four times as much
// gains a tenth, and the heap is twice as large.
const (
	pieceSize  = 256 << 10
	pieceCount = 16
)

// piece is part of a stream. It goes back to its pool when all its users are done.
type piece struct {
	b     []byte // what is in it
	room  []byte
	users atomic.Int32
	home  *pool
}

// pool makes the pieces of one stream. Pieces that came back are used before new ones are
// made, so that most documents need one or two.
type pool struct {
	back chan *piece
	made int
}

func newPool() *pool { return &pool{back: make(chan *piece, pieceCount)} }

// take waits for a piece. It is for one goroutine.
func (f *pool) take() (p *piece) {
	select {
	case p = <-f.back:
	default:
		if f.made == pieceCount {
			p = <-f.back
			break
		}
		f.made++
		p = &piece{room: make([]byte, pieceSize), home: f}
	}
	p.b = nil
	p.users.Store(1)
	return p
}

// wipe waits until all pieces are back and overwrites what went through them.
func (f *pool) wipe() {
	for range f.made {
		clear((<-f.back).room)
	}
}

// share hands the piece to one more user.
func (p *piece) share(with *orderedWriter) {
	p.users.Add(1)
	with.in <- p
}

func (p *piece) release() {
	if p.users.Add(-1) == 0 {
		p.home.back <- p
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
