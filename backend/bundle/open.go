package bundle

import (
	"archive/tar"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"
)

// Reader is a bundle that is open and not yet verified. It is read once, by Verify or by
// Extract. Both work in constant memory.
type Reader struct {
	src   *source
	plain io.Reader
	want  *Fingerprint
	taken int64 // bytes of the tar
	fault error // of the encryption; it sticks
	done  bool
}

// Open begins to read a bundle. A passphrase takes as long to try as it took to set.
//
// Errors: ErrNotAge, ErrNewer, ErrNeedsPassphrase, ErrNeedsKey, ErrPassphrase,
// ErrNotForKey, ErrWork, ErrCutShort, ErrEdited, and the reader's.
func Open(r io.Reader, with Identities) (*Reader, error) {
	src := newSource(r)
	if err := src.intro(); err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(src.r, with)
	if err != nil {
		return nil, src.headerFault(err)
	}
	return &Reader{src: src, plain: plain}, nil
}

// Expect makes Verify and Extract refuse what another key has signed.
func (r *Reader) Expect(signer Fingerprint) { r.want = &signer }

// Verify reads the bundle to its end and keeps nothing of the files.
//
// Errors: ErrNotBundle, ErrNewer, ErrCutShort, ErrEdited, ErrEnd, ErrFiles, ErrSignature,
// ErrSigner, ErrHostile, ErrDone, and the reader's.
func (r *Reader) Verify() (Contents, error) {
	return r.walk(func(File, io.Reader) error { return nil })
}

// walk reads all entries. keep gets each as it goes by, when nothing is known to be good.
func (r *Reader) walk(keep func(File, io.Reader) error) (Contents, error) {
	if r.done {
		return Contents{}, ErrDone
	}
	r.done = true
	c, err := r.entries(keep)
	switch {
	case r.fault != nil: // before whatever followed from it
		return Contents{}, r.fault
	case err != nil:
		return Contents{}, err
	}
	return c, nil
}

// read reads what was authenticated.
func (r *Reader) read(b []byte) (int, error) {
	n, err := r.plain.Read(b)
	r.taken += int64(n)
	if err != nil && err != io.EOF {
		r.fault = r.src.payloadFault(err)
		return n, r.fault
	}
	return n, err
}

func (r *Reader) entries(keep func(File, io.Reader) error) (Contents, error) {
	in := tar.NewReader(readFunc(r.read))
	if err := format(in); err != nil {
		return Contents{}, err
	}
	var files []File
	var total int64
	seen := names{}
	for {
		h, err := next(in)
		if err != nil {
			return Contents{}, err
		}
		if h.Name == manifestName {
			return r.end(in, h, files, keep)
		}
		if err := seen.add(h.Name); err != nil {
			return Contents{}, err
		}
		if err := room(h.Name, h.Size, total); err != nil {
			return Contents{}, err
		}
		f, err := file(in, h, keep)
		if err != nil {
			return Contents{}, err
		}
		files = append(files, f)
		total += f.Size
	}
}

// format reads the first entry.
func format(in *tar.Reader) error {
	h, err := in.Next()
	if err != nil || h.Name != formatName || h.Size > int64(len(formatText))+8 {
		return ErrNotBundle
	}
	b, err := io.ReadAll(in)
	switch text := string(b); {
	case err != nil || !strings.HasPrefix(text, form+" "):
		return ErrNotBundle
	case text != formatText:
		return ErrNewer
	}
	return nil
}

// next returns the header of the next entry, which is of the plain kind that Create writes.
func next(in *tar.Reader) (*tar.Header, error) {
	h, err := in.Next()
	switch {
	case err == io.EOF:
		return nil, fmt.Errorf("%w: there is no manifest", ErrFiles)
	case err != nil:
		return nil, fmt.Errorf("%w: an entry that cannot be read", ErrHostile)
	case h.Typeflag != tar.TypeReg:
		return nil, fmt.Errorf("%w: %q is no plain file", ErrHostile, h.Name)
	case !plain(h) && !large(h):
		return nil, fmt.Errorf("%w: %q is an entry of an unknown form", ErrHostile, h.Name)
	}
	return h, nil
}

func plain(h *tar.Header) bool {
	return h.Format == tar.FormatUSTAR && len(h.PAXRecords) == 0 && h.Size <= plainSize
}

// large is an entry that says nothing beside its size in the way of pax.
func large(h *tar.Header) bool {
	return h.Format == tar.FormatPAX && len(h.PAXRecords) == 1 && h.PAXRecords["size"] == strconv.FormatInt(h.Size, 10) && h.Size > plainSize
}

// file reads a file to its end.
func file(in io.Reader, h *tar.Header, keep func(File, io.Reader) error) (File, error) {
	f := File{Name: h.Name, Size: h.Size}
	sum := sha256.New()
	tee := io.TeeReader(in, sum)
	if err := keep(f, tee); err != nil {
		return f, err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return f, fmt.Errorf("%w: %q is cut off", ErrHostile, h.Name)
	}
	sum.Sum(f.SHA256[:0])
	return f, nil
}

// end reads the manifest and what comes after it, and holds everything against it.
func (r *Reader) end(in *tar.Reader, h *tar.Header, files []File, keep func(File, io.Reader) error) (Contents, error) {
	manifest, err := small(in, h, maxManifest, keep)
	if err != nil {
		return Contents{}, err
	}
	if h, err = next(in); err != nil {
		return Contents{}, err
	}
	if h.Name != signatureName {
		return Contents{}, fmt.Errorf("%w: %q after the manifest", ErrHostile, h.Name)
	}
	signature, err := small(in, h, ed25519.SignatureSize, keep)
	if err != nil {
		return Contents{}, err
	}
	if _, err := in.Next(); err != io.EOF {
		return Contents{}, fmt.Errorf("%w: something after the signature", ErrHostile)
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(readFunc(r.read), block)); err != nil {
		return Contents{}, err
	}
	if r.taken != tarSize(files, len(manifest), len(signature)) {
		return Contents{}, fmt.Errorf("%w: a tar that is longer or shorter than its entries", ErrHostile)
	}
	c, err := decode(manifest, signature)
	if err != nil {
		return Contents{}, err
	}
	if !slices.Equal(c.Files, files) {
		return Contents{}, ErrFiles
	}
	if r.want != nil && *r.want != c.SignedBy {
		return Contents{}, fmt.Errorf("%w: %s", ErrSigner, c.SignedBy)
	}
	return c, nil
}

// block is the unit of a tar.
const block = 512

// tarSize is how long the tar is that Create writes: each entry with its header, in
// whole blocks, and two blocks at the end.
func tarSize(files []File, more ...int) int64 {
	whole := func(size int64) int64 { return block + (size+block-1)/block*block }
	size := whole(int64(len(formatText))) + 2*block
	for _, f := range files {
		size += whole(f.Size)
		if f.Size > plainSize {
			size += 2 * block // its pax header, and what that says
		}
	}
	for _, n := range more {
		size += whole(int64(n))
	}
	return size
}

// small reads an entry that is kept in memory.
func small(in io.Reader, h *tar.Header, limit int64, keep func(File, io.Reader) error) (b []byte, err error) {
	if h.Size > limit {
		return nil, fmt.Errorf("%w: %q has %d bytes", ErrHostile, h.Name, h.Size)
	}
	b, err = io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is cut off", ErrHostile, h.Name)
	}
	return b, keep(File{Name: h.Name, Size: h.Size}, strings.NewReader(string(b)))
}
