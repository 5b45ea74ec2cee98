package vault_test

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"countersign/backend/vault"
)

var errDisk = errors.New("the disk is broken")

// broken gives some bytes and then an error. It says when it is used after its time.
type broken struct {
	r    io.Reader
	err  error
	over atomic.Bool
	late atomic.Bool
}

func breaking(r io.Reader, after int64, err error) *broken {
	return &broken{r: io.LimitReader(r, after), err: err}
}

func (b *broken) Read(p []byte) (int, error) {
	b.late.Store(b.late.Load() || b.over.Load())
	n, err := b.r.Read(p)
	if err == io.EOF {
		err = b.err
	}
	return n, err
}

// narrow takes some bytes and then an error, or without one less than it should.
type narrow struct {
	left int
	err  error
	over atomic.Bool
	late atomic.Bool
}

func (n *narrow) Write(b []byte) (int, error) {
	n.late.Store(n.late.Load() || n.over.Load())
	if len(b) <= n.left {
		n.left -= len(b)
		return len(b), nil
	}
	return n.left, n.err
}

// places are where something may break: before, in the header, in a chunk, between, at
// the end.
var places = []int64{0, 10, 150, 190, 216, 1000, chunk, 3 * chunk, 300_000}

func TestStream_PassesOnTheReadersError(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	file := encrypted(t, k, 300_000)
	for _, own := range []error{errDisk, io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		for _, after := range append(places, int64(len(file))) {
			src := breaking(&stream{left: 300_000}, after, own)
			_, err := k.Encrypt(io.Discard, src, nil)
			src.over.Store(true)
			if !errors.Is(err, own) || errors.Is(err, vault.ErrDocument) || src.late.Load() {
				t.Errorf("encrypting, after %d: %v, and later reads: %v", after, err, src.late.Load())
			}
			src = breaking(bytes.NewReader(file), after, own)
			_, err = k.Decrypt(io.Discard, 1, src, nil)
			src.over.Store(true)
			if !errors.Is(err, own) || errors.Is(err, vault.ErrDocument) || src.late.Load() {
				t.Errorf("decrypting, after %d: %v, and later reads: %v", after, err, src.late.Load())
			}
		}
	}
}

func TestStream_WritersErrorEndsIt(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	file := encrypted(t, k, 300_000)
	for own, want := range map[error]error{errDisk: errDisk, nil: io.ErrShortWrite} {
		for _, after := range places[:len(places)-1] {
			dst, src := &narrow{left: int(after), err: own}, &stream{left: 1 << 40} // it would take an hour
			_, err := k.Encrypt(dst, src, nil)
			dst.over.Store(true)
			if !errors.Is(err, want) || dst.late.Load() {
				t.Errorf("encrypting, after %d: %v", after, err)
			}
			dst = &narrow{left: int(after), err: own}
			_, err = k.Decrypt(dst, 1, bytes.NewReader(file), nil)
			dst.over.Store(true)
			if !errors.Is(err, want) || errors.Is(err, vault.ErrDocument) || dst.late.Load() {
				t.Errorf("decrypting, after %d: %v", after, err)
			}
		}
	}
}

// brokenAt fails for what touches a place.
type brokenAt struct {
	r     *bytes.Reader
	place int64
	err   error
}

func (b brokenAt) ReadAt(p []byte, off int64) (int, error) {
	if b.place >= off && b.place < off+int64(len(p)) {
		return 0, b.err
	}
	return b.r.ReadAt(p, off)
}

func TestAt_TellsABrokenDiskFromAChange(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	file := encrypted(t, k, 300_000)
	for _, own := range []error{errDisk, io.ErrUnexpectedEOF} {
		for _, place := range append(places, int64(len(file)-1)) {
			r, size, err := k.At(1, brokenAt{bytes.NewReader(file), place, own}, int64(len(file)))
			if err == nil {
				_, err = r.ReadAt(make([]byte, size), 0)
			}
			if !errors.Is(err, own) || errors.Is(err, vault.ErrDocument) {
				t.Errorf("at %d: %v", place, err)
			}
		}
	}
	// A file that is shorter than its folder says was cut.
	if _, _, err := k.At(1, bytes.NewReader(file[:200_000]), int64(len(file))); !errors.Is(err, vault.ErrDocument) {
		t.Errorf("cut: %v", err)
	}
	if _, _, err := k.At(1, bytes.NewReader(nil), -1); !errors.Is(err, vault.ErrDocument) {
		t.Errorf("a negative size: %v", err)
	}
}
