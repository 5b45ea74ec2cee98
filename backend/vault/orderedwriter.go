package vault

import (
	"io"
	"sync/atomic"
)

// orderedWriter writes pieces in the order in which it gets them, while who gives them goes on.
type orderedWriter struct {
	in     chan *piece
	done   chan struct{}
	failed atomic.Bool
	err    error // to be read when done is closed
}

func newOrderedWriter(w io.Writer) *orderedWriter {
	s := &orderedWriter{in: make(chan *piece, pieceCount), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for p := range s.in {
			if s.err == nil {
				_, s.err = whole{w}.Write(p.b)
				s.failed.Store(s.err != nil)
			}
			p.release()
		}
	}()
	return s
}

// end waits until everything was written.
func (s *orderedWriter) end() error {
	close(s.in)
	<-s.done
	return s.err
}

// whole takes a write for failed that did not write all.
type whole struct{ w io.Writer }

func (w whole) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, err
}
