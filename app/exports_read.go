package app

import (
	"context"
	"errors"
	"io"
	"os"

	"countersign/app/platform"
	"countersign/backend/bundle"
	"countersign/backend/secret"
)

// maxKeyFile is how long a file of private keys may be, in bytes.
const maxKeyFile = 1 << 20

// opener is what was typed to open the file, or the key file.
func (in *signIn) opener(p *pickedExport, typed Envelope) (bundle.Identities, error) {
	what := map[bundle.Lock]string{bundle.LockPassphrase: holdsPassphrase, bundle.LockKeys: holdsPrivateKey}[p.lock]
	text, err := in.keys.open(what, typed)
	if err != nil {
		return bundle.Identities{}, err
	}
	in.mu.Lock()
	keys := p.keys
	in.mu.Unlock()
	switch {
	case p.lock == bundle.LockPassphrase && text.Empty():
		return bundle.Identities{}, &shellError{code: codeExportPassphraseRequired, field: "passphrase"}
	case p.lock == bundle.LockPassphrase:
		return bundle.WithPassphrase(text), nil
	case text.Empty() && keys != nil:
		return *keys, nil
	case text.Empty():
		return bundle.Identities{}, &shellError{code: codeExportKeyRequired, field: "key"}
	}
	return parseKeys(text, "")
}

// read opens the file anew and hands it on. Waiting for it is use of the session.
func (in *signIn) read(p *pickedExport, with bundle.Identities, take func(*bundle.Reader) (bundle.Contents, error)) (c bundle.Contents, err error) {
	if err := in.live(); err != nil {
		return c, err
	}
	f, size, err := openFile(p.path)
	if err != nil {
		return c, err
	}
	defer f.Close()
	tell := in.telling("export-progress")
	watched := &watchedFile{ctx: p.doing, f: f, tell: func(done int64) { tell(map[string]int64{"done": done, "total": size}, false) }}
	secret.Confined(func() {
		var r *bundle.Reader
		if r, err = bundle.Open(watched, with); err == nil {
			c, err = take(r)
		}
	})
	if p.doing.Err() != nil && err != nil {
		return c, &shellError{code: codeExportCancelled}
	}
	return c, err
}

// watchedFile says how far its reading is, and ends with ctx.
type watchedFile struct {
	ctx  context.Context
	f    *os.File
	tell func(done int64)
	done int64
}

func (w *watchedFile) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.f.Read(b)
	w.done += int64(n)
	w.tell(w.done)
	return n, err
}

// openFile opens a plain file and tells its size.
func openFile(path string) (*os.File, int64, error) {
	f, err := platform.OpenRegular(path)
	if err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, st.Size(), nil
}

func readKeyFile(path string) (secret.Text, error) {
	f, size, err := openFile(path)
	if err != nil {
		return secret.Text{}, err
	}
	defer f.Close()
	if size > maxKeyFile {
		return secret.Text{}, errors.New("it is too long for a file of keys")
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	defer clear(raw)
	return secret.NewText(string(raw)), err
}
