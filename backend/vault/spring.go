package vault

import "io"

// spring reads ahead of who takes from it.
type spring struct {
	free pool
	out  chan *piece   // closed after the last piece
	stop chan struct{} // closed when nobody wants more
	err  error         // why it ended, nil at the end of the stream; to be read when out is closed
	rest []byte        // of first, for Read
	held *piece
}

func newSpring(src io.Reader) *spring {
	s := &spring{free: newPool(), out: make(chan *piece, pieceCount), stop: make(chan struct{})}
	go s.run(src)
	return s
}

func (s *spring) run(src io.Reader) {
	defer close(s.out)
	for {
		var p *piece
		select {
		case p = <-s.free:
		case <-s.stop:
			return
		}
		err := ready(p).fill(src)
		s.out <- p // there is room for all there are
		if err != nil {
			if err != io.EOF {
				s.err = err
			}
			return
		}
	}
}

// Read lets age read. The stream's own error comes through.
func (s *spring) Read(b []byte) (int, error) {
	for len(s.rest) == 0 {
		s.drop()
		p, ok := <-s.out
		switch {
		case ok:
			s.held, s.rest = p, p.b
		case s.err != nil:
			return 0, s.err
		default:
			return 0, io.EOF
		}
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *spring) drop() {
	if s.held != nil {
		s.held.release()
		s.held, s.rest = nil, nil
	}
}

// end waits for the reader, and for all who still use a piece.
func (s *spring) end() {
	close(s.stop)
	s.drop()
	for p := range s.out {
		p.release()
	}
	s.free.wipe()
}
