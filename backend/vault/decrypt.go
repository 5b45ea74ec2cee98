package vault

import (
	"io"

	"filippo.io/age"

	"countersign/backend/secret"
)

// Decrypt writes the plain bytes of a document that was encrypted for a generation, and
// says what they were: hold that against what is known of it. It needs 4 MiB
// at most.
//
// It hashes and writes beside: dst is used by another goroutine, which is gone when
// Decrypt returns. progress, which may be nil, gets the plain bytes so far.
//
// Every byte that reaches dst is authentic. Only when there is no error is it known that
// none is missing, so dst is better a file out of sight until then.
//
// Errors: ErrNoKey, ErrDocument, and those of src and dst as they are.
func (k Keys) Decrypt(dst io.Writer, generation int, src io.Reader, progress func(done int64)) (Sum, error) {
	key, err := k.ageKey(generation)
	if err != nil {
		return Sum{}, err
	}
	in, free, out, sum := &source{r: src}, newPool(), newOrderedWriter(dst), newSummer(progress)
	err = decrypt(out, free, in, sum, key)
	writeErr, s := out.end(), sum.end()
	free.wipe()
	switch {
	case in.err != nil: // also where age took it for the end
		return Sum{}, in.err
	case writeErr != nil:
		return Sum{}, writeErr
	case err != nil:
		return Sum{}, ErrDocument
	}
	return s, nil
}

// ageKey is the key of a generation as age takes it.
func (k Keys) ageKey(generation int) (key *age.X25519Identity, err error) {
	h := k.at(generation)
	if h == nil {
		return nil, ErrNoKey
	}
	secret.Confined(func() { key, err = h.identity.key() })
	if err != nil {
		return nil, ErrNoKey // it was wiped just now
	}
	return key, nil
}

func decrypt(out *orderedWriter, free *pool, in io.Reader, sum *summer, key age.Identity) error {
	var plain io.Reader
	var err error
	secret.Confined(func() { plain, err = age.Decrypt(in, key) })
	if err != nil {
		return ErrDocument
	}
	for err == nil && !out.failed.Load() {
		p := free.take()
		if err = p.fill(plain); err == nil || err == io.EOF {
			sum.add(p)
			p.share(out)
			sum.tell(p)
		}
		p.release()
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// source remembers the error of a reader, to tell it from that of a document.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
