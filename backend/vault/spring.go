package vault

import "io"

// spring reads a stream ahead of who takes from it.
type spring struct {
	free pool
	out  chan *piece   // closed after the last piece
	stop chan struct{} // closed when nobody wants more
	err  error         // why it ended, nil at the end of the stream; to be read when out is closed
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
		err := p.ready().fill(src)
		s.out <- p // there is room for all there are
		if err != nil {
			if err != io.EOF {
				s.err = err
			}
			return
		}
	}
}

// end waits for the reader, and for all who still use a piece.
func (s *spring) end() {
	close(s.stop)
	for p := range s.out {
		p.release()
	}
	s.free.wipe()
}
