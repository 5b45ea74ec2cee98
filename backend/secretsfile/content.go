package secretsfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"

	"countersign/backend/store"
)

// The file, numbers big end first:
//
//	head      what the passphrase opens: see head.go
//	8 bytes   how many times the file was written
//	items     by name: 1 byte and a name, 2 bytes and the encrypted value
//	32 bytes  HMAC-SHA256 of all that, under a key that the head wraps
//
// maxSize is far above the items of the largest workspace: 10,000 people are 1.3 MB.
const (
	countSize = 8
	macSize   = 32
	maxSize   = 64 << 20
)

// content is a file that was read and found authentic, or one that is to be written.
type content struct {
	raw   []byte // the file itself; nil: not known
	head  []byte
	count uint64            // of writes
	items map[string][]byte // name to encrypted value
}

// with and without leave c as it is: what could not be written was never there.
func (c content) with(name string, sealed []byte) content {
	next := content{head: c.head, count: c.count, items: maps.Clone(c.items)}
	if next.items == nil {
		next.items = map[string][]byte{}
	}
	next.items[name] = sealed
	return next
}

func (c content) without(name string) content {
	next := content{head: c.head, count: c.count, items: maps.Clone(c.items)}
	delete(next.items, name)
	return next
}

// encode gives the file, in the same order whatever was set first.
func (k keys) encode(c content) []byte {
	size := len(c.head) + countSize + macSize
	for name, sealed := range c.items {
		size += 1 + len(name) + 2 + len(sealed)
	}
	out := append(make([]byte, 0, size), c.head...)
	out = binary.BigEndian.AppendUint64(out, c.count)
	for _, name := range slices.Sorted(maps.Keys(c.items)) {
		sealed := c.items[name]
		out = append(append(out, byte(len(name))), name...)
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(sealed))), sealed...)
	}
	return append(out, k.mac(out)...)
}

// read takes a file apart once its MAC is known to be right. raw begins with a head.
func (k keys) read(raw []byte) (content, error) {
	end := len(raw) - macSize
	if end < headSize+countSize || !k.verifies(raw[:end], raw[end:]) {
		return content{}, damaged("its seal does not fit")
	}
	c := content{raw: raw, head: raw[:headSize:headSize], count: binary.BigEndian.Uint64(raw[headSize:]), items: map[string][]byte{}}
	for rest := raw[headSize+countSize : end]; len(rest) > 0; {
		var name, sealed []byte
		var ok bool
		if name, rest, ok = take(rest, 1); ok {
			sealed, rest, ok = take(rest, 2)
		}
		if !ok {
			return content{}, damaged("an item is cut short")
		}
		c.items[string(name)] = sealed
	}
	return c, nil
}

// take reads a length of n bytes and as many bytes as that says.
func take(b []byte, n int) (part, rest []byte, ok bool) {
	if len(b) < n {
		return nil, nil, false
	}
	size := 0
	for _, c := range b[:n] {
		size = size<<8 | int(c)
	}
	if b = b[n:]; len(b) < size {
		return nil, nil, false
	}
	return b[:size:size], b[size:], true
}

// isStill reports whether the file ends as it did, and is as long.
func (c content) isStill(path string) (bool, error) {
	if c.raw == nil {
		return false, nil
	}
	f, err := openRegular(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return false, explain(err)
	}
	if st.Size() != int64(len(c.raw)) {
		return false, nil
	}
	end := make([]byte, macSize)
	if _, err := f.ReadAt(end, st.Size()-macSize); err != nil {
		return false, explain(err)
	}
	return bytes.Equal(end, c.raw[len(c.raw)-macSize:]), nil
}

func readWhole(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, explain(err)
	}
	if len(raw) > maxSize {
		return nil, damaged("it is too large")
	}
	return raw, nil
}

// openRegular opens the file, and nothing that only has its name: reading a pipe would
// wait for ever.
func openRegular(path string) (*os.File, error) {
	st, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, damaged("it is not there any more")
	case err != nil:
		return nil, explain(err)
	case !st.Mode().IsRegular():
		return nil, damaged("it is not a file")
	}
	f, err := os.Open(path)
	return f, explain(err)
}

func damaged(why string) error { return fmt.Errorf("%w: %s", store.ErrSecretsDamaged, why) }

// A name fits into its length, and an encrypted value into its.
var (
	_ = [256 - store.MaxSecretName]struct{}{}
	_ = [1<<16 - store.MaxSecret - sealOverhead]struct{}{}
)
