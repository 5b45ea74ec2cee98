package server

import (
	"errors"
	"io"
	"net/http"
	"time"

	"countersign/backend/service"
)

// slowest is how many bytes have to come or go in a second, on the whole. Who is slower holds a connection, and what it works on, for nothing.
const slowest = 4 << 10

// pace is how far a client is with a body.
type pace struct {
	began time.Time
	bytes int64
	stand time.Duration // that it may be behind
}

// deadline is for the next bytes: a client must not stand still, and not only trickle.
func (p *pace) deadline() time.Time {
	now := time.Now()
	if p.began.IsZero() {
		p.began = now
	}
	still, slow := now.Add(p.stand), p.began.Add(p.stand+time.Duration(p.bytes/slowest)*time.Second)
	if slow.Before(still) {
		return slow
	}
	return still
}

// moving reads a body that must not stand still.
type moving struct {
	pace
	control *http.ResponseController
	body    io.Reader
}

func (s *Server) moving(w http.ResponseWriter, body io.Reader) *moving {
	return &moving{pace{stand: s.stand}, http.NewResponseController(w), body}
}

var errCut = errors.New("the request has broken off")

func (m *moving) Read(b []byte) (int, error) {
	_ = m.control.SetReadDeadline(m.deadline())
	n, err := m.body.Read(b)
	m.bytes += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errors.Join(service.ErrMalformed, errCut, err)
	}
	return n, err
}

// stop lets a request take its time whose body has come: otherwise it would seem that its client has hung up.
func (m *moving) stop() { _ = m.control.SetReadDeadline(time.Time{}) }

// taking writes to a client that must not stand still.
type taking struct {
	http.ResponseWriter
	pace
	control *http.ResponseController
}

func (s *Server) taking(w http.ResponseWriter) *taking {
	return &taking{w, pace{stand: s.stand}, http.NewResponseController(w)}
}

// piece is what is written at once: a deadline is for so much.
const piece = 64 << 10

func (t *taking) Write(b []byte) (written int, err error) {
	for len(b) > 0 && err == nil {
		var n int
		_ = t.control.SetWriteDeadline(t.deadline())
		n, err = t.ResponseWriter.Write(b[:min(len(b), piece)])
		written += n
		t.bytes += int64(n)
		b = b[n:]
	}
	return written, err
}
