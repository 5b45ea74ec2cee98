package vault

import "io"

// ahead is how many pieces are read that nobody has asked for. The system reads ahead
// itself, so it is not for the disk's sake.
const ahead = pieceCount / 4

// prefetchReader reads a stream ahead of who takes from it.
type prefetchReader struct {
	free *pool
	out  chan *piece   // closed after the last piece
	stop chan struct{} // closed when nobody wants more
	err  error         // why it ended, nil at the end of the stream; to be read when out is closed
}

func newPrefetchReader(src io.Reader) *prefetchReader {
	s := &prefetchReader{free: newPool(), out: make(chan *piece, ahead), stop: make(chan struct{})}
	go s.run(src)
	return s
}

func (s *prefetchReader) run(src io.Reader) {
	defer close(s.out)
	for {
		select {
		case <-s.stop:
			return
		default:
		}
		p := s.free.take()
		err := p.fill(src)
		s.out <- p
		if err != nil {
			if err != io.EOF {
				s.err = err
			}
			return
		}
	}
}

// end lets the reader finish what it is at, and waits for all who still use a piece.
func (s *prefetchReader) end() {
	close(s.stop)
	for p := range s.out {
		p.release()
	}
	s.free.wipe()
}
