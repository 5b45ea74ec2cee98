package workspace_test

import (
	"errors"
	"io"

	"countersign/backend/store"
)

// moody are files that fail where they are told to.
type moody struct {
	store.Blobs
	create, keep, sync, remove, open error
	missing                          int // how often a file is not there that is
	read                             func(off, end int64) error
	indexes, settles, syncs, tidied  int // how often each was asked for
	begun, opened                    int // files that nobody has let go of
}

// moody has the fixture's files fail where the test says so.
func (h *fixture) moody() *moody {
	m := &moody{Blobs: h.files.Blobs}
	h.files.Blobs = m
	return m
}

func (m *moody) Create(name string) (store.NewBlob, error) {
	if m.create != nil {
		return nil, m.create
	}
	n, err := m.Blobs.Create(name)
	m.begun++
	return moodyFile{n, m}, err
}

func (m *moody) Open(name string) (store.StoredBlob, error) {
	if m.open != nil {
		return nil, m.open
	}
	if m.missing > 0 {
		m.missing--
		return nil, store.ErrBlobMissing
	}
	f, err := m.Blobs.Open(name)
	m.opened++
	return moodyStored{f, m}, err
}

func (m *moody) Sync() error {
	m.syncs++
	return errors.Join(m.sync, m.Blobs.Sync())
}

func (m *moody) Settle(name string) error {
	m.settles++
	return m.Blobs.Settle(name)
}

func (m *moody) Tidy() error {
	m.tidied++
	return m.Blobs.Tidy()
}

func (m *moody) Remove(name string) error {
	if m.remove != nil {
		return m.remove
	}
	return m.Blobs.Remove(name)
}

func (m *moody) WriteIndex(write func(io.Writer) error) error {
	m.indexes++
	return m.Blobs.WriteIndex(write)
}

type moodyFile struct {
	store.NewBlob
	of *moody
}

func (n moodyFile) Keep() error {
	if n.of.keep != nil {
		return n.of.keep
	}
	return n.NewBlob.Keep()
}

func (n moodyFile) Drop() error {
	n.of.begun--
	return n.NewBlob.Drop()
}

type moodyStored struct {
	store.StoredBlob
	of *moody
}

func (f moodyStored) ReadAt(b []byte, off int64) (int, error) {
	if f.of.read != nil {
		if err := f.of.read(off, off+int64(len(b))); err != nil {
			return 0, err
		}
	}
	return f.StoredBlob.ReadAt(b, off)
}

func (f moodyStored) Close() error {
	f.of.opened--
	return f.StoredBlob.Close()
}
