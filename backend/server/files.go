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

// mostIndex is how large the table of contents may be: 10,000 documents with names and tags of full length are 20 MiB.
const mostIndex = 256 << 20

// files are the operations on streams of bytes.
func (s *Server) files() {
	s.onFile("PUT", api.Files+"/{name}", s.putFile)
	s.onFile("GET", api.Files+"/{name}", s.getFile)
	s.onFile("DELETE", api.Files+"/{name}", func(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error {
		return files.Remove(context.WithoutCancel(r.Context()), r.PathValue("name"))
	})
	s.onFile("PUT", api.Index, s.putIndex)
}

// onFile answers with what do refuses with, or with nothing where do has written an answer of its own.
func (s *Server) onFile(method, path string, do func(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error) {
	s.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		c := s.callOf(w, r, method+" file")
		defer s.letGo(c)
		err := s.admit(w, r, c, api.BySession)
		if err == nil && path != api.Index && !api.IsFile(r.PathValue("name")) {
			err = service.ErrMalformed
		}
		var in service.Session
		if err == nil {
			in, err = s.look(r.Context(), c)
		}
		if err == nil {
			err = do(w, r, c, in.Files())
			c.state = stateOf(service.Value{Session: in})
		}
		if err != nil && r.ContentLength != 0 {
			answerUnread(w)
		}
		if !errors.Is(err, errAnswered) {
			s.answer(w, c, api.None{}, err)
		}
	})
}

var errAnswered = errors.New("it was answered")

// stillIn refuses what a session began that may not go on with it.
func (s *Server) stillIn(ctx context.Context, c *call) error {
	in, err := s.look(ctx, c)
	if err != nil {
		return err
	}
	return in.Whole()
}

// putFile keeps a file of which all has come. A connection that breaks leaves nothing of it, and neither does a session that ends.
func (s *Server) putFile(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error {
	f, err := files.Create(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	if err = s.receive(f, w, r, c, r.Body); err == nil {
		err = f.Keep()
	}
	if err != nil {
		return service.Afterwards(err, f.Drop())
	}
	return nil
}

// putIndex replaces the table of contents, once all of it has come.
func (s *Server) putIndex(w http.ResponseWriter, r *http.Request, c *call, files service.Files) error {
	return files.WriteIndex(context.WithoutCancel(r.Context()), func(out io.Writer) error {
		return s.receive(out, w, r, c, http.MaxBytesReader(w, r.Body, mostIndex))
	})
}

// receive copies all of a body, whose sender has said at its end that it is to be kept.
func (s *Server) receive(out io.Writer, w http.ResponseWriter, r *http.Request, c *call, body io.Reader) error {
	from := s.moving(w, body)
	if err := copyWhile(out, from, func() error { return s.stillIn(r.Context(), c) }); err != nil {
		return err
	}
	from.stop()
	if r.Trailer.Get(api.Kept) != "1" {
		return errors.Join(service.ErrMalformed, errNotKept)
	}
	if err := c.loose.look(r.Context()); err != nil { // it may have ended a moment ago
		return err
	}
	return s.stillIn(r.Context(), c)
}

var errNotKept = errors.New("its sender has not said that it is to be kept")

// copyWhile copies for as long as it may.
func copyWhile(out io.Writer, in io.Reader, may func() error) error {
	buffer := make([]byte, 128<<10)
	for {
		n, err := in.Read(buffer)
		if n > 0 {
			if err := may(); err != nil {
				return err
			}
			if _, err := out.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
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
	whole := &whileWhole{ReadSeeker: io.NewSectionReader(f, 0, f.Size()), ctx: r.Context(), s: s, c: c}
	http.ServeContent(s.taking(w), r, "", time.Time{}, whole)
	if whole.failed != nil {
		c.errorOf(whole.failed)
		panic(http.ErrAbortHandler) // what has gone out is not all of it
	}
	return errAnswered
}

// whileWhole reads for as long as the session may.
type whileWhole struct {
	io.ReadSeeker
	ctx    context.Context
	s      *Server
	c      *call
	failed error
}

func (r *whileWhole) Read(b []byte) (n int, err error) {
	if err = r.s.stillIn(r.ctx, r.c); err == nil {
		n, err = r.ReadSeeker.Read(b)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return n, err
}
