package app

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"countersign/backend/client"
	"countersign/backend/docx"
	"countersign/backend/picture"
)

// PreviewView is a contract that is open for a look.
type PreviewView struct {
	Token string `json:"token"`
	Kind  string `json:"kind"`
	Size  int64  `json:"size"`
	Type  string `json:"type"`
	URL   string `json:"url"` // its bytes: all, or with ?from=N&length=M some

	Unseen string `json:"unseen,omitempty"` // why it is not shown, and URL gives nothing: large, unreadable, macros
}

// previewing is the one contract that is open, until another is, or a lock.
type previewing struct {
	mu    sync.Mutex
	token string
	open  *openContract
}

// openContract is one, which is let go of once nobody reads it.
type openContract struct {
	*client.OpenDocument
	shown   io.ReaderAt // what the page gets: the document, or what is made of it to be drawn
	size    int64       // of that
	unseen  string      // why its bytes are not given
	readers int         // under previewing.mu, and with what follows
	over    bool
}

// show takes the place of what was shown before.
func (p *previewing) show(o *openContract) string {
	token := newToken()
	p.replace(token, o)
	return token
}

// close ends a preview; any, where token is empty.
func (p *previewing) close(token string) {
	p.mu.Lock()
	mine := token == "" || token == p.token
	p.mu.Unlock()
	if mine {
		p.replace("", nil)
	}
}

func (p *previewing) replace(token string, o *openContract) {
	p.mu.Lock()
	defer p.mu.Unlock()
	former := p.open
	p.token, p.open = token, o
	if former != nil {
		former.over = true
		former.letGo()
	}
}

// letGo is called with previewing.mu held.
func (s *openContract) letGo() {
	if s.over && s.readers == 0 {
		_ = s.Close()
	}
}

// find lends what token stands for until done is called.
func (p *previewing) find(token string) (o *openContract, done func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil || subtle.ConstantTimeCompare([]byte(token), []byte(p.token)) != 1 {
		return nil, nil, false
	}
	o = p.open
	o.readers++
	return o, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		o.readers--
		o.letGo()
	}, true
}

// Preview opens a contract, which the log says. Its bytes are at the address that
// it gives until ClosePreview, the next Preview or a lock, and are kept nowhere.
func (c *Contracts) Preview(session, id string) (PreviewView, error) {
	in, err := c.s.use(session)
	if err != nil {
		return PreviewView{}, err
	}
	o, err := in.session.OpenDocument(c.s.context(), id)
	if err != nil {
		return PreviewView{}, in.after(err)
	}
	shown := &openContract{OpenDocument: o, shown: o, size: o.Size}
	if err := shown.look(); err != nil {
		return PreviewView{}, in.after(errors.Join(err, o.Close()))
	}
	token := in.preview.show(shown)
	if err := in.live(); err != nil { // locked meanwhile
		in.preview.close(token)
		return PreviewView{}, err
	}
	return PreviewView{Token: token, Kind: previewKind(o.Type), Size: shown.size, Type: o.Type, URL: previewPath + token, Unseen: shown.unseen}, nil
}

// look says why a contract is not handed to the web view, which would draw a picture
// whatever it takes: the page's process has the memory that the window needs. Of a
// Word document it hands on what is left once it is bounded and has nothing to run or
// to fetch. Errors: those of reading the document.
func (s *openContract) look() error {
	switch previewKind(s.Type) {
	case "image":
		return s.unseenAs(picture.Check(s.Type, io.NewSectionReader(s, 0, s.Size), s.Size))
	case "docx":
		plain, err := docx.Plain(s, s.Size)
		s.shown, s.size = bytes.NewReader(plain), int64(len(plain))
		return s.unseenAs(err)
	}
	return nil
}

func (s *openContract) unseenAs(err error) error {
	switch {
	case errors.Is(err, picture.ErrLarge), errors.Is(err, docx.ErrLarge):
		s.unseen = "large"
	case errors.Is(err, picture.ErrHeader), errors.Is(err, docx.ErrForm):
		s.unseen = "unreadable"
	case errors.Is(err, docx.ErrMacros):
		s.unseen = "macros"
	default:
		return err
	}
	return nil
}

// ClosePreview ends it.
func (c *Contracts) ClosePreview(session, token string) error {
	in, err := c.s.use(session)
	if err != nil {
		return err
	}
	in.preview.close(token)
	return nil
}

const previewPath = "/contract/"

// serveContract answers the page with the bytes of the open preview. What it gives
// can be drawn as an image or read by the page's own script; as a page it would be
// one without any rights.
func (s *shell) serveContract(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.URL.Path, previewPath)
	if !ok || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	o, done, ok := s.current().preview.find(token)
	if !ok {
		http.NotFound(w, r)
		return
	}
	defer done()
	if o.unseen != "" {
		http.NotFound(w, r)
		return
	}
	from, length, ok := part(r, o.size)
	if !ok {
		http.Error(w, "no such part", http.StatusRequestedRangeNotSatisfiable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", servedType(o.Type))
	h.Set("Content-Length", strconv.FormatInt(length, 10))
	h.Set("Content-Disposition", "attachment")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if _, err := io.Copy(w, io.NewSectionReader(o.shown, from, length)); err != nil {
		s.log().Warn("a preview ended early", "error", err.Error())
	}
}

// part reads ?from=N&length=M, within a document of that size.
func part(r *http.Request, size int64) (from, length int64, ok bool) {
	q := r.URL.Query()
	if !q.Has("from") && !q.Has("length") {
		return 0, size, true
	}
	from, err := strconv.ParseInt(q.Get("from"), 10, 64)
	if err != nil || from < 0 || from > size {
		return 0, 0, false
	}
	length, err = strconv.ParseInt(q.Get("length"), 10, 64)
	if err != nil || length < 0 {
		return 0, 0, false
	}
	return from, min(length, size-from), true
}

// servedType is the type for pictures, which the web view draws, and none else:
// what it could run is bytes.
func servedType(mime string) string {
	if previewKind(mime) == "image" {
		return mime
	}
	return "application/octet-stream"
}
