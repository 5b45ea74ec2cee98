package vault

import (
	"io"
	"sync/atomic"
)

// sink uses pieces in the order in which it gets them, while who gives them goes on.
type sink struct {
	in     chan *piece
	done   chan struct{}
	failed atomic.Bool
	err    error // to be read when done is closed
}

func newSink(use func([]byte) error) *sink {
	s := &sink{in: make(chan *piece, pieceCount), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for p := range s.in {
			if s.err == nil {
				s.err = use(p.b)
				s.failed.Store(s.err != nil)
			}
			p.release()
		}
	}()
	return s
}

// end waits until everything was used.
func (s *sink) end() error {
	close(s.in)
	<-s.done
	return s.err
}

// into writes all of each piece.
func into(w io.Writer) func([]byte) error {
	return func(b []byte) error {
		n, err := w.Write(b)
		if err == nil && n < len(b) {
			err = io.ErrShortWrite
		}
		return err
	}
}

// late is a writer that gathers what it gets into pieces and lets a sink write them.
type late struct {
	to   *sink
	free pool
	held *piece
}

func newLate(w io.Writer) *late { return &late{to: newSink(into(w)), free: newPool()} }

// Write fails some time after the sink did; end says why.
func (l *late) Write(b []byte) (int, error) {
	total := len(b)
	for len(b) > 0 {
		if l.to.failed.Load() {
			return 0, io.ErrClosedPipe
		}
		if l.held == nil {
			l.held = l.free.take()
			l.held.b = l.held.room[:0]
		}
		n := min(len(b), pieceSize-len(l.held.b))
		l.held.b = append(l.held.b, b[:n]...)
		b = b[n:]
		if len(l.held.b) == pieceSize {
			l.flush()
		}
	}
	return total, nil
}

func (l *late) flush() {
	if l.held != nil {
		l.held.share(l.to)
		l.held.release()
		l.held = nil
	}
}

// end writes what is left and waits. It returns the writer's own error.
func (l *late) end() error {
	l.flush()
	return l.to.end()
}
