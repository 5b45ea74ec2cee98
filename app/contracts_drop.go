package app

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"sync"
	"time"

	"countersign/backend/client"
)

// DroppedFile is a file that was dropped on the page or pasted into it, of which the
// page has the bytes and nobody the path.
type DroppedFile struct {
	Name     string `json:"name"`
	Folder   string `json:"folder"`   // that it came in, or empty; becomes a tag
	Size     int64  `json:"size"`     // bytes
	Modified int64  `json:"modified"` // milliseconds since 1970, 0: not known
}

// dropping are dropped files whose bytes come from the page, part by part.
type dropping struct {
	files []*droppedFile
}

// droppedFile is read by adding as SendPart feeds it.
type droppedFile struct {
	parts chan []byte
	ended chan struct{} // no more of it is asked for
	once  sync.Once

	sending sync.Mutex // one part at a time
	whole   bool       // the last part was sent; under sending
	ctx     context.Context
	rest    []byte
}

func (f *droppedFile) end() { f.once.Do(func() { close(f.ended) }) }

func (f *droppedFile) Read(b []byte) (int, error) {
	if len(f.rest) == 0 {
		select {
		case part, more := <-f.parts:
			if !more {
				return 0, io.EOF
			}
			f.rest = part
		case <-f.ctx.Done():
			return 0, f.ctx.Err()
		}
	}
	n := copy(b, f.rest)
	clear(f.rest[:n])
	f.rest = f.rest[n:]
	return n, nil
}

func (f *droppedFile) Close() error {
	f.end()
	return nil
}

var errNotRead = errors.New("the page could not read it")

// AddDropped adds dropped files, after what is added already. Their bytes follow
// with SendPart and the number that it answers, file by file in this order; 0: they
// are none, or too many. The events "adding" and "adding-waiting" tell how far it is.
func (c *Contracts) AddDropped(session string, files []DroppedFile) (int, error) {
	in, err := c.s.use(session)
	if err != nil {
		return 0, err
	}
	if len(files) == 0 || len(files) > maxFound {
		return 0, nil
	}
	d := &dropping{}
	a := &addition{}
	for _, file := range files {
		d.files = append(d.files, &droppedFile{parts: make(chan []byte), ended: make(chan struct{})})
		a.names = append(a.names, file.Name)
	}
	var number int
	err = in.note(func() error {
		in.drops++
		number = in.drops
		in.dropped[number] = d
		return nil
	})
	if err != nil {
		return 0, err
	}
	a.passed = func(done int, over bool) { // a file ends when adding has gone past it
		for i, f := range d.files {
			if over || i < done {
				f.end()
			}
		}
		if over {
			in.mu.Lock()
			defer in.mu.Unlock()
			delete(in.dropped, number)
		}
	}
	a.find = func(ctx context.Context, _ func(string, int)) (sources []client.Source) {
		for i, file := range files {
			from := d.files[i]
			from.ctx = ctx
			src := client.Source{Name: file.Name, Size: file.Size, Open: func() (io.ReadCloser, error) { return from, nil }}
			if file.Modified > 0 {
				src.Modified = time.UnixMilli(file.Modified).UTC()
			}
			if file.Folder != "" {
				src.Tags = []string{file.Folder}
			}
			sources = append(sources, src)
		}
		return sources
	}
	if err := in.add(a); err != nil {
		a.passed(0, true)
		return 0, err
	}
	return number, nil
}

// maxPart bounds one part, in bytes.
const maxPart = 4 << 20

// SendPart hands on the next bytes of a dropped file, in base64; the last of a file
// says so. It answers once they are taken, which is when their turn has come, and
// false where no more of this file is wanted: it is left out, or adding has ended.
func (c *Contracts) SendPart(session string, number, index int, dataBase64 string, last bool) (bool, error) {
	in, err := c.s.use(session)
	if err != nil {
		return false, err
	}
	in.mu.Lock()
	d := in.dropped[number]
	in.mu.Unlock()
	if d == nil || index < 0 || index >= len(d.files) || len(dataBase64) > base64.StdEncoding.EncodedLen(maxPart) {
		return false, nil
	}
	part, err := base64.StdEncoding.DecodeString(dataBase64)
	if err != nil {
		return false, &shellError{code: codePastedFailed, cause: errors.Join(errNotRead, err)}
	}
	f := d.files[index]
	f.sending.Lock()
	defer f.sending.Unlock()
	if f.whole {
		return false, nil
	}
	if len(part) > 0 {
		select {
		case f.parts <- part:
		case <-f.ended:
			return false, nil
		}
	}
	if last {
		f.whole = true
		close(f.parts)
		<-f.ended
	}
	return true, nil
}
