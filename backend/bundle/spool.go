package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
)

// inMemory is how much of a file whose size is not known yet waits in memory.
const inMemory = 1 << 20

// spool keeps a file until its size is known, which a tar says before the file. What is too
// long for memory waits on the disk, encrypted to a key that only this process has: a
// crash leaves nothing that anybody can read.
type spool struct {
	memory bytes.Buffer
	file   *os.File
	key    *age.X25519Identity
	to     io.WriteCloser
	size   int64
	err    error // it sticks
}

func (s *spool) Write(b []byte) (n int, err error) {
	if s.err == nil && s.file == nil && s.memory.Len()+len(b) > inMemory {
		s.err = s.open()
	}
	switch {
	case s.err != nil:
	case s.file == nil:
		n, s.err = s.memory.Write(b)
	default:
		n, s.err = s.to.Write(b)
	}
	s.size += int64(n)
	return n, s.err
}

func (s *spool) open() (err error) {
	if s.key, err = age.GenerateX25519Identity(); err != nil {
		return fmt.Errorf("bundle: a key for what waits on the disk: %w", err)
	}
	if s.file, err = os.CreateTemp("", ".countersign-*"); err != nil {
		return fmt.Errorf("bundle: a place to wait: %w", err)
	}
	if s.to, err = age.Encrypt(s.file, s.key.Recipient()); err != nil {
		return fmt.Errorf("bundle: encrypt what waits on the disk: %w", err)
	}
	return nil
}

// reader returns what was written, from the beginning.
func (s *spool) reader() (io.Reader, error) {
	memory := bytes.NewReader(s.memory.Bytes())
	if s.file == nil || s.err != nil {
		return memory, s.err
	}
	err := s.to.Close()
	if err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	var rest io.Reader
	if err == nil {
		rest, err = age.Decrypt(s.file, s.key)
	}
	if err != nil {
		return nil, fmt.Errorf("bundle: read what waited on the disk: %w", err)
	}
	return io.MultiReader(memory, rest), nil
}

// drop removes it.
func (s *spool) drop() error {
	clear(s.memory.Bytes())
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.file.Name()))
	s.file = nil
	return err
}
