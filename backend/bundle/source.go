package bundle

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// The first line of an age file.
const (
	introAny = "age-encryption.org/v"
	intro    = introAny + "1\n"
)

// source is the encrypted file. It tells a file that ends from a disk that fails.
type source struct {
	r   *bufio.Reader
	in  io.Reader
	eof bool  // the end was seen
	err error // what the disk said
}

func newSource(in io.Reader) *source {
	s := &source{in: in}
	s.r = bufio.NewReader(readFunc(func(b []byte) (int, error) {
		n, err := s.in.Read(b)
		if n > 0 && err == io.EOF {
			return n, nil // it is said again, after these bytes were looked at
		}
		if err == io.EOF {
			s.eof = true
		} else if err != nil {
			s.err = err
		}
		return n, err
	}))
	return s
}

// intro looks at the first line, and leaves it.
func (s *source) intro() error {
	b, err := s.r.Peek(len(intro))
	got := string(b)
	switch {
	case got == intro:
		return nil
	case s.err != nil:
		return s.err
	case err != nil && got != "" && strings.HasPrefix(intro, got):
		return ErrCutShort
	case strings.HasPrefix(got, introAny):
		return ErrNewer
	}
	return ErrNotAge
}

// headerFault says what an error of age before the payload means.
func (s *source) headerFault(err error) error {
	for _, known := range []error{ErrNeedsPassphrase, ErrNeedsKey, ErrPassphrase, ErrNotForKey, ErrWork, ErrEdited} {
		if errors.Is(err, known) {
			return known
		}
	}
	switch {
	case s.err != nil:
		return s.err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrCutShort
	}
	return ErrEdited
}

// payloadFault does the same for the payload, which age divides into pieces of 64 KiB that
// are each authenticated.
func (s *source) payloadFault(err error) error {
	switch {
	case s.err != nil:
		return s.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ErrCutShort
	case s.eof:
		return ErrEnd
	}
	return ErrEdited
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }
