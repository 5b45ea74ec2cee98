package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"

	"countersign/backend/api"
	"countersign/backend/service"
	"countersign/backend/store"
)

// Files are the encrypted files of the contracts at the server, for as long as the session is.
func (s *session) Files() service.Files { return files{s} }

type files struct{ s *session }

func path(name string) (string, error) {
	if err := store.CheckBlobName(name); err != nil {
		return "", err
	}
	return api.Files + "/" + name, nil
}

// Create begins a file at the server, which has said yes to its name when this returns.
func (f files) Create(ctx context.Context, name string) (store.NewBlob, error) {
	at, err := path(name)
	if err != nil {
		return nil, err
	}
	if err := f.s.Whole(); err != nil {
		return nil, err
	}
	return f.s.upload(ctx, at)
}

// Remove removes a file that no row speaks of. That is also done after the session, by whoever tidies up at the server.
func (f files) Remove(ctx context.Context, name string) error {
	at, err := path(name)
	if err != nil {
		return err
	}
	rep, err := f.s.k.request(ctx, question{method: http.MethodDelete, path: at, token: f.s.token, again: true})
	if err != nil {
		return err
	}
	defer rep.Body.Close()
	_, err = answered[api.None](rep, f.s, io.LimitReader(rep.Body, mostToOutsiders))
	return err
}

// WriteIndex replaces the table of contents.
func (f files) WriteIndex(ctx context.Context, write func(io.Writer) error) error {
	if err := f.s.Whole(); err != nil {
		return err
	}
	out, err := f.s.upload(ctx, api.Index)
	if err != nil {
		return err
	}
	if err := write(out); err != nil {
		return service.Afterwards(err, out.Drop())
	}
	return out.Keep()
}

// upload is a file on its way to the server.
type upload struct {
	s       *session
	in      *io.PipeWriter
	trailer http.Header
	stop    context.CancelFunc
	done    chan struct{}
	err     error // of the answer, once done
}

var errDropped = errors.New("the file is not to be kept")

// upload sends nothing of a file before the server has said that it takes it. ctx is for that alone.
func (s *session) upload(ctx context.Context, at string) (*upload, error) {
	out, in := io.Pipe()
	sending, stop := context.WithCancel(s.alive)
	u := &upload{s: s, in: in, trailer: http.Header{api.Kept: nil}, stop: stop, done: make(chan struct{})}
	goOn := make(chan struct{})
	go func() {
		defer stop()
		defer close(u.done)
		var once sync.Once
		traced := httptrace.WithClientTrace(sending, &httptrace.ClientTrace{Got100Continue: func() { once.Do(func() { close(goOn) }) }})
		rep, err := s.k.request(traced, question{method: http.MethodPut, path: at, token: s.token, stream: out, with: func(r *http.Request) {
			r.Header.Set("Expect", "100-continue")
			r.Trailer = u.trailer
		}})
		if err == nil {
			_, err = answered[api.None](rep, s, io.LimitReader(rep.Body, mostToOutsiders))
			_ = rep.Body.Close()
		}
		u.err = s.ifOver(err)
		_ = out.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	}()
	select {
	case <-goOn:
		return u, nil
	case <-u.done:
		if u.err == nil {
			u.err = service.Refuse(service.CodeServerFailed).Because(errors.New("the server has kept a file before it came"))
		}
		return nil, u.err
	case <-ctx.Done():
		_ = u.Drop()
		return nil, ctx.Err()
	}
}

// ifOver is what has broken off with the session.
func (s *session) ifOver(err error) error {
	if err != nil && s.alive.Err() != nil {
		return service.Refuse(service.CodeSessionEnded).Because(err)
	}
	return err
}

func (u *upload) Write(b []byte) (int, error) {
	n, err := u.in.Write(b)
	if err != nil {
		<-u.done
		if u.err != nil {
			err = u.err
		}
	}
	return n, err
}

// Keep waits until the server has all of it on its disk.
func (u *upload) Keep() error {
	u.trailer.Set(api.Kept, "1")
	_ = u.in.Close()
	<-u.done
	return u.err
}

// Drop breaks the connection off, and the server keeps nothing. After Keep it does nothing.
func (u *upload) Drop() error {
	u.stop()
	_ = u.in.CloseWithError(errDropped)
	<-u.done
	return nil
}

// Open opens a file at the server.
func (f files) Open(ctx context.Context, name string) (store.StoredBlob, error) {
	at, err := path(name)
	if err != nil {
		return nil, err
	}
	if err := f.s.Whole(); err != nil {
		return nil, err
	}
	a, err := f.s.get(ctx, at, 0)
	if err != nil {
		return nil, err
	}
	return &stored{s: f.s, at: at, size: a.ContentLength, streams: []*stream{{body: a.Body}}}, nil
}

// get asks for a file from a place on. ctx is for the beginning of the answer alone.
func (s *session) get(ctx context.Context, at string, from int64) (*reply, error) {
	reading, stop := context.WithCancel(s.alive)
	given := context.AfterFunc(ctx, stop)
	rep, err := s.k.request(reading, question{method: http.MethodGet, path: at, token: s.token, again: true, with: func(r *http.Request) {
		if from > 0 {
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		}
	}})
	if !given() && ctx.Err() != nil { // it was stopped
		if err == nil {
			_ = rep.Body.Close()
		}
		stop()
		return nil, s.ifOver(ctx.Err())
	}
	if err != nil {
		stop()
		return nil, s.ifOver(err)
	}
	rep.Body = stopping{rep.Body, stop}
	if rep.ContentLength >= 0 && (from == 0 && rep.StatusCode == http.StatusOK || from > 0 && rep.StatusCode == http.StatusPartialContent) {
		return rep, nil
	}
	defer rep.Body.Close()
	if _, err = answered[json.RawMessage](rep, s, io.LimitReader(rep.Body, mostToOutsiders)); err == nil {
		err = service.Refuse(service.CodeServerFailed).Because(fmt.Errorf("status %d", rep.StatusCode))
	}
	return nil, s.ifOver(err)
}

type stopping struct {
	io.ReadCloser
	stop context.CancelFunc
}

func (s stopping) Close() error {
	defer s.stop()
	return s.ReadCloser.Close()
}

// stored is a file at the server. It is read in streams, which go on where one stood: most read from beginning to end.
type stored struct {
	s    *session
	at   string
	size int64

	mu      sync.Mutex
	streams []*stream // the one last used comes last
	closed  bool
}

// stream is an answer on its way.
type stream struct {
	body io.ReadCloser
	pos  int64
}

const (
	mostStreams = 3
	readAhead   = 256 << 10 // what is skipped rather than asked for anew
)

func (f *stored) Size() int64 { return f.size }

// ReadAt implements io.ReaderAt.
func (f *stored) ReadAt(b []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return 0, store.ErrBlobsFailed
	case off < 0:
		return 0, fmt.Errorf("%w: a negative offset", store.ErrBlobsFailed)
	case off >= f.size:
		return 0, io.EOF
	}
	want := b[:min(int64(len(b)), f.size-off)]
	var n int
	var err error
	for range 2 { // a stream that stood still for long may be broken by now
		var s *stream
		var fresh bool
		if s, fresh, err = f.streamAt(off); err != nil {
			return 0, err
		}
		if n, err = s.read(want, off); err == nil || fresh {
			break
		}
		f.drop(s)
	}
	if err != nil {
		return 0, f.unread(err)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// unread puts into words that a stream has broken off.
func (f *stored) unread(err error) error {
	return f.s.ifOver(service.Refuse(service.CodeServerUnreachable).Because(err))
}

// streamAt gives one that stands at off or a little before it, or a fresh one.
func (f *stored) streamAt(off int64) (s *stream, fresh bool, err error) {
	i := slices.IndexFunc(f.streams, func(s *stream) bool { return s.pos <= off && off-s.pos <= readAhead })
	if i >= 0 {
		s = f.streams[i]
		f.streams = append(slices.Delete(f.streams, i, i+1), s)
		return s, false, nil
	}
	a, err := f.s.get(f.s.alive, f.at, off)
	if err != nil {
		return nil, false, err
	}
	if a.ContentLength != f.size-off {
		return nil, false, errors.Join(fmt.Errorf("%w: the file is another", store.ErrBlobsFailed), a.Body.Close())
	}
	if len(f.streams) == mostStreams {
		f.drop(f.streams[0])
	}
	s = &stream{a.Body, off}
	f.streams = append(f.streams, s)
	return s, true, nil
}

func (s *stream) read(b []byte, off int64) (int, error) {
	skipped, err := io.CopyN(io.Discard, s.body, off-s.pos)
	s.pos += skipped
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.body, b)
	s.pos += int64(n)
	return n, err
}

func (f *stored) drop(s *stream) {
	_ = s.body.Close()
	f.streams = slices.DeleteFunc(f.streams, func(o *stream) bool { return o == s })
}

// Close lets go of it.
func (f *stored) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for len(f.streams) > 0 {
		f.drop(f.streams[0])
	}
	return nil
}
