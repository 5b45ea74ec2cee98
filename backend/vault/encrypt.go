package vault

import (
	"crypto/sha256"
	"hash"
	"io"

	"filippo.io/age"

	"countersign/backend/secret"
)

// Encrypt writes an age file of what src has to the end, for the newest key, and says
// what it was. It needs 4 MiB at most, however much that is.
//
// It reads ahead and hashes beside: src is used by another goroutine, which is gone when
// Encrypt returns. progress, which may be nil, gets the plain bytes so far. What was
// written before an error is of no use.
//
// Errors: ErrNoKey, and those of src and dst as they are.
func (k Keys) Encrypt(dst io.Writer, src io.Reader, progress func(done int64)) (Sum, error) {
	if k.Empty() {
		return Sum{}, ErrNoKey
	}
	to, err := age.ParseX25519Recipient(k.held[0].identity.Recipient())
	if err != nil {
		return Sum{}, ErrRecipient
	}
	in, sum := newPrefetchReader(src), newSummer(progress)
	err = encrypt(dst, in, sum, to)
	s := sum.end()
	in.end()
	if err != nil {
		return Sum{}, err
	}
	return s, nil
}

func encrypt(dst io.Writer, in *prefetchReader, sum *summer, to age.Recipient) error {
	var w io.WriteCloser
	var err error
	secret.Confined(func() { w, err = age.Encrypt(whole{dst}, to) })
	if err != nil {
		return err
	}
	for p := range in.out {
		sum.add(p)
		_, err := w.Write(p.b)
		sum.tell(p)
		p.release()
		if err != nil {
			return err
		}
	}
	if in.err != nil {
		return in.err
	}
	return w.Close()
}

// summer hashes beside the encryption, and counts.
type summer struct {
	hash     hash.Hash
	sink     *orderedWriter
	size     int64
	progress func(int64)
}

func newSummer(progress func(int64)) *summer {
	h := sha256.New()
	return &summer{hash: h, sink: newOrderedWriter(h), progress: progress}
}

// add hashes a piece, at its own pace.
func (s *summer) add(p *piece) { p.share(s.sink) }

// tell counts a piece that is done.
func (s *summer) tell(p *piece) {
	s.size += int64(len(p.b))
	if s.progress != nil && len(p.b) > 0 {
		s.progress(s.size)
	}
}

// end waits for the hash.
func (s *summer) end() Sum {
	_ = s.sink.end() // a hash takes everything
	return Sum{s.size, [32]byte(s.hash.Sum(nil))}
}
