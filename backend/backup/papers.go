package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"countersign/backend/documents"
	"countersign/backend/folder"
	"countersign/backend/service"
	"countersign/backend/store"
)

// papers are the documents' files on their way back. They wait in a folder of their
// own: what lies in the documents' place, say of a workspace whose database was lost,
// stays as it is until the whole backup was verified and its owner let in.
type papers struct {
	waiting, place string
	files          *documents.Folder
	names          []string
	settled        []string
	made           bool // the documents' place
	done           bool // the restore: what it has replaced may go
}

// former is the ending of a file that was in the documents' place under a name that
// the backup has, too, while it waits beside it.
const former = ".before"

func newPapers(data string) (*papers, error) {
	p := &papers{waiting: filepath.Join(data, "documents.restoring"), place: filepath.Join(data, "documents")}
	if err := p.drop(); err != nil { // of a restore that a crash has ended
		return nil, err
	}
	var err error
	p.files, err = documents.Open(p.waiting)
	return p, service.Explain(err)
}

// keep writes one.
func (p *papers) keep(name string, content io.Reader) (err error) {
	f, err := p.files.Create(name)
	if err != nil {
		return service.Explain(err)
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	if _, err := io.Copy(f, content); err != nil {
		return service.Explain(err)
	}
	if err := f.Keep(); err != nil {
		return service.Explain(err)
	}
	p.names = append(p.names, name)
	return service.Explain(p.files.Settle(name))
}

// settle puts them in their place. What is there under the same name waits until it
// is dropped, or put back by unsettle.
func (p *papers) settle() error {
	_, err := os.Lstat(p.place)
	p.made = errors.Is(err, os.ErrNotExist)
	if _, err := documents.Open(p.place); err != nil {
		return service.Explain(err)
	}
	for _, name := range p.names {
		at, waits := filepath.Join(p.place, name), filepath.Join(p.waiting, name)
		if err := os.Rename(at, waits+former); err != nil && !errors.Is(err, os.ErrNotExist) {
			return failed(err)
		}
		p.settled = append(p.settled, name)
		if err := os.Rename(waits, at); err != nil {
			return failed(err)
		}
	}
	return failed(folder.Sync(p.place))
}

// unsettle undoes settle as far as it got.
func (p *papers) unsettle() error {
	var all error
	for _, name := range p.settled {
		if err := os.Rename(filepath.Join(p.place, name), filepath.Join(p.waiting, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	all = errors.Join(all, p.putBackFormer())
	if p.made {
		if err := os.Remove(p.place); err != nil && !errors.Is(err, os.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return failed(all)
}

// putBackFormer gives the files that were in the documents' place their names again.
func (p *papers) putBackFormer() error {
	waiting, err := os.ReadDir(p.waiting)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, f := range waiting {
		if name, ok := strings.CutSuffix(f.Name(), former); ok {
			err = errors.Join(err, os.Rename(filepath.Join(p.waiting, f.Name()), filepath.Join(p.place, name)))
		}
	}
	return failed(err)
}

// drop removes the folder in which they waited, with what is left there. Until the
// restore is done that is nothing which was in the documents' place.
func (p *papers) drop() error {
	if !p.done {
		if err := p.putBackFormer(); err != nil {
			return err
		}
	}
	return failed(os.RemoveAll(p.waiting))
}

func failed(err error) error {
	if err == nil {
		return nil
	}
	return service.Explain(fmt.Errorf("%w: %w", store.ErrBlobsFailed, err))
}
