package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"countersign/backend/api"
	"countersign/backend/service"
)

// timeToMove is how long a document may stand still on its way, either way.
const timeToMove = time.Minute

// mostIndex is how large the table of contents may be: 10,000 documents with names and tags of full length are 20 MiB.
const mostIndex = 256 << 20

// files are the operations on streams of bytes.
func (s *Server) files() {
	s.mux.HandleFunc("PUT "+api.Files+"/{name}", s.onFile(s.putFile))
	s.mux.HandleFunc("GET "+api.Files+"/{name}", s.onFile(s.getFile))
	s.mux.HandleFunc("DELETE "+api.Files+"/{name}", s.onFile(func(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error {
		return files.Remove(context.WithoutCancel(r.Context()), r.PathValue("name"))
	}))
	s.mux.HandleFunc("PUT "+api.Index, s.onFile(s.putIndex))
}

// onFile answers with what do refuses with, or with nothing where do has written no answer of its own.
func (s *Server) onFile(do func(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(r)
		in := s.wholeOf(c)
		if in == nil {
			s.answer(w, r.Method+" file", c, nil, errSessionEnded)
			return
		}
		err := do(w, r, c, in.Files())
		if errors.Is(err, errAnswered) {
			return
		}
		s.answer(w, r.Method+" file", c, api.None{}, err)
	}
}

var errAnswered = errors.New("it was answered")

// putFile keeps a file of which all has come. A connection that breaks leaves nothing of it.
func (s *Server) putFile(w http.ResponseWriter, r *http.Request, _ *call, files service.Files) error {
	f, err := files.Create(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	_, err = io.Copy(f, moving{w, r.Body})
	if err == nil && r.Trailer.Get(api.Kept) != "1" {
		err = service.ErrMalformed // its sender has dropped it
	}
	if err != nil {
		return service.Afterwards(err, f.Drop())
	}
	if err := f.Keep(); err != nil {
		return service.Afterwards(err, f.Drop())
	}
	return nil
}

// moving reads a body that must not stand still.
type moving struct {
	w    http.ResponseWriter
	body io.Reader
}

func (m moving) Read(b []byte) (int, error) {
	_ = http.NewResponseController(m.w).SetReadDeadline(time.Now().Add(timeToMove))
	return m.body.Read(b)
}

// getFile answers with a file, or with a range of it. A session that ends meanwhile cuts it off.
func (s *Server) getFile(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error {
	f, err := files.Open(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Etag", strconv.Quote(r.PathValue("name"))) // what is there under a name never changes
	whole := &whileWhole{ReadSeeker: io.NewSectionReader(f, 0, f.Size()), s: s, c: c}
	http.ServeContent(taking{w}, r, "", time.Time{}, whole)
	if whole.failed != nil {
		s.errorOf("GET file", whole.failed)
		panic(http.ErrAbortHandler) // what has gone out is not all of it
	}
	return errAnswered
}

// whileWhole reads for as long as the session may.
type whileWhole struct {
	io.ReadSeeker
	s      *Server
	c      *call
	failed error
}

func (r *whileWhole) Read(b []byte) (n int, err error) {
	if in := r.s.wholeOf(r.c); in == nil {
		err = errSessionEnded
	} else if err = in.Whole(); err == nil {
		n, err = r.ReadSeeker.Read(b)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return n, err
}

// taking writes to a client that must not stand still.
type taking struct{ http.ResponseWriter }

func (t taking) Write(b []byte) (int, error) {
	_ = http.NewResponseController(t.ResponseWriter).SetWriteDeadline(time.Now().Add(timeToMove))
	return t.ResponseWriter.Write(b)
}

// putIndex replaces the table of contents, once all of it has come.
func (s *Server) putIndex(w http.ResponseWriter, r *http.Request, _ *call, files service.Files) error {
	return files.WriteIndex(context.WithoutCancel(r.Context()), func(out io.Writer) error {
		_, err := io.Copy(out, moving{w, http.MaxBytesReader(w, r.Body, mostIndex)})
		if err == nil && r.Trailer.Get(api.Kept) != "1" {
			err = service.ErrMalformed
		}
		return err
	})
}
