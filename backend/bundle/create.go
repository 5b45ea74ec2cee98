package bundle

import (
	"archive/tar"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
)

// Writer writes a bundle, in constant memory. An error sticks: the bundle is lost then, and
// Close says so, too. It is not for use by several goroutines.
type Writer struct {
	tar      *tar.Writer
	age      io.WriteCloser
	key      crypto.Signer
	public   ed25519.PublicKey
	manifest Manifest
	names    names
	files    []File
	total    int64
	err      error
}

// Create begins a bundle on w, which Close signs with key, an Ed25519 key (RFC 8032). A passphrase takes a second and
// 256 MiB of memory here.
//
// Errors: the writer's.
func Create(w io.Writer, to Recipients, key crypto.Signer, m Manifest) (*Writer, error) {
	public, ok := ed25519Key(key)
	if !ok {
		return nil, errors.New("bundle: the signing key is not an Ed25519 key")
	}
	recipients, err := to.forAge()
	if err != nil {
		return nil, err
	}
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return nil, fmt.Errorf("bundle: begin: %w", err)
	}
	b := &Writer{tar: tar.NewWriter(sealed), age: sealed, key: key, public: public, manifest: m, names: names{}}
	if err := b.entry(formatName, int64(len(formatText)), bytes.NewReader([]byte(formatText))); err != nil {
		return nil, err
	}
	return b, nil
}

func ed25519Key(key crypto.Signer) (ed25519.PublicKey, bool) {
	if key == nil {
		return nil, false
	}
	public, ok := key.Public().(ed25519.PublicKey)
	return public, ok && len(public) == ed25519.PublicKeySize
}

// Add adds a file whose size shows at its end. See AddFunc.
func (w *Writer) Add(name string, r io.Reader) error {
	return w.AddFunc(name, func(out io.Writer) error {
		_, err := io.Copy(out, r)
		return err
	})
}

// AddFunc adds the file that write writes. Up to a mebibyte of it waits in memory, and
// what is more in an encrypted file among the system's temporary files, until the size is known.
//
// Errors: ErrHostile for a name or size that no bundle may hold, ErrDone, write's and the writer's.
func (w *Writer) AddFunc(name string, write func(io.Writer) error) (err error) {
	if w.err != nil {
		return w.err
	}
	var s spool
	defer func() {
		if w.err == nil && err != nil {
			w.err = err
		}
	}()
	defer func() { err = errors.Join(err, s.drop()) }()
	if err := write(&s); err != nil {
		return err
	}
	r, err := s.reader()
	if err != nil {
		return err
	}
	return w.AddSized(name, s.size, r)
}

// AddSized adds a file of which the size is known, straight from r.
//
// Errors: as AddFunc, and io.ErrUnexpectedEOF when r ends before size; what r has beyond it
// is an error, too.
func (w *Writer) AddSized(name string, size int64, r io.Reader) error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.names.add(name); w.err != nil {
		return w.err
	}
	if w.err = room(name, size, w.total); w.err != nil {
		return w.err
	}
	sum := sha256.New()
	if err := w.entry(name, size, io.TeeReader(r, sum)); err != nil {
		return err
	}
	f := File{Name: name, Size: size}
	sum.Sum(f.SHA256[:0])
	w.files = append(w.files, f)
	w.total += size
	return nil
}

// entry writes an entry of the tar.
func (w *Writer) entry(name string, size int64, r io.Reader) error {
	form := tar.FormatUSTAR
	if size > plainSize {
		form = tar.FormatPAX
	}
	w.err = w.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600,
		ModTime: w.manifest.CreatedAt.Truncate(time.Second), Format: form,
	})
	if w.err == nil {
		_, w.err = io.CopyN(w.tar, r, size)
	}
	if errors.Is(w.err, io.EOF) {
		w.err = io.ErrUnexpectedEOF
	}
	if w.err == nil {
		if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 {
			w.err = errors.New("there is more of it than was said")
		} else if err != io.EOF {
			w.err = err
		}
	}
	if w.err != nil {
		w.err = fmt.Errorf("bundle: write %s: %w", name, w.err)
	}
	return w.err
}

// Files returns what was added so far.
func (w *Writer) Files() []File { return w.files }

// Close writes the manifest and its signature and ends the bundle. It does not close the
// writer below. Without Close nobody can open what was written.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	manifest, err := encode(w.manifest, w.files, w.public)
	if err != nil {
		w.err = err
		return err
	}
	signature, err := w.key.Sign(nil, manifest, crypto.Hash(0))
	if err != nil {
		w.err = fmt.Errorf("bundle: sign: %w", err)
		return w.err
	}
	if err := w.entry(manifestName, int64(len(manifest)), bytes.NewReader(manifest)); err != nil {
		return err
	}
	if err := w.entry(signatureName, int64(len(signature)), bytes.NewReader(signature)); err != nil {
		return err
	}
	if w.err = w.tar.Close(); w.err == nil {
		w.err = w.age.Close()
	}
	if w.err != nil {
		w.err = fmt.Errorf("bundle: end: %w", w.err)
		return w.err
	}
	w.err = ErrDone
	return nil
}
