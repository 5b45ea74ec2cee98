package backup

import (
	"errors"
	"io"
	"os"

	"countersign/backend/documents"
	"countersign/backend/workspace"
)

// papers are the documents' files on their way back. Until they are settled they
// belong to nothing.
type papers struct {
	dir   string
	files *documents.Folder
	names []string
}

// keep writes one. What lies there under its name is of a restore that a crash has
// ended.
func (p *papers) keep(name string, content io.Reader) (err error) {
	if err := p.files.Remove(name); err != nil {
		return workspace.Explain(err)
	}
	f, err := p.files.Create(name)
	if err != nil {
		return workspace.Explain(err)
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	if _, err := io.Copy(f, content); err != nil {
		return workspace.Explain(err)
	}
	if err := f.Keep(); err != nil {
		return workspace.Explain(err)
	}
	p.names = append(p.names, name)
	return nil
}

// settle gives them their names, once the whole backup was verified.
func (p *papers) settle() error {
	for _, name := range p.names {
		if err := p.files.Settle(name); err != nil {
			return workspace.Explain(err)
		}
	}
	return workspace.Explain(p.files.Sync())
}

// drop takes them back.
func (p *papers) drop() {
	for _, name := range p.names {
		_ = p.files.Remove(name) // the next restore removes what stays
	}
	_ = os.Remove(p.dir) // unless something else is in it
}
