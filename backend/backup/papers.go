package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/workspace"
)

// papers are the documents' files on their way back. They wait in a folder of their
// own: what lies in the documents' place, say of a workspace whose database was lost,
// stays as it is until the whole backup was verified and its owner let in.
type papers struct {
	waiting, place string
	files          *documents.Folder
	names          []string
}

func newPapers(data string) (*papers, error) {
	p := &papers{waiting: filepath.Join(data, "documents.restoring"), place: filepath.Join(data, "documents")}
	if err := p.drop(); err != nil { // of a restore that a crash has ended
		return nil, err
	}
	var err error
	p.files, err = documents.Open(p.waiting)
	return p, workspace.Explain(err)
}

// keep writes one.
func (p *papers) keep(name string, content io.Reader) (err error) {
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
	return workspace.Explain(p.files.Settle(name))
}

// settle puts them in their place.
func (p *papers) settle() error {
	if _, err := documents.Open(p.place); err != nil {
		return workspace.Explain(err)
	}
	for _, name := range p.names {
		if err := os.Rename(filepath.Join(p.waiting, name), filepath.Join(p.place, name)); err != nil {
			return failed(err)
		}
	}
	return failed(folder.Sync(p.place))
}

// drop removes the folder in which they waited, with what is left there.
func (p *papers) drop() error { return failed(os.RemoveAll(p.waiting)) }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return workspace.Explain(fmt.Errorf("%w: %w", workspace.ErrFilesFailed, err))
}
