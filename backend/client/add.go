package client

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"time"

	"countersign/backend/contracts"
	"countersign/backend/service"
	"countersign/backend/store"
	"countersign/backend/vault"
)

// Source is a document to add.
type Source struct {
	Name     string
	Size     int64 // bytes; negative: not known
	Modified time.Time
	Tags     []string
	LeaveOut LeftOutReason // set: only to be told of
	Open     func() (io.ReadCloser, error)
	Same     func() bool // whether it is still as it was; nil: cannot be told
}

// LeftOutReason says why something was not added.
type LeftOutReason string

// Why something was not added.
const (
	LeftUnreadable LeftOutReason = "unreadable"
	LeftLink       LeftOutReason = "link"    // a symbolic link
	LeftSpecial    LeftOutReason = "special" // a device, a socket, a pipe
	LeftChanged    LeftOutReason = "changed" // while it was read
	LeftNameLong   LeftOutReason = "name_long"
	LeftThere      LeftOutReason = "already_there" // the same bytes under the same name
	LeftTooMany    LeftOutReason = "too_many"
	LeftEmpty      LeftOutReason = "empty_folder"
	LeftFull       LeftOutReason = "disk_full"
	LeftFailed     LeftOutReason = "failed"
)

// LeftOut is something that was not added.
type LeftOut struct {
	Name   string
	Reason LeftOutReason
}

// mostLeftOut is how many are told of by name.
const mostLeftOut = 200

// Added is the outcome of adding documents.
type Added struct {
	IDs          []string
	LeftOut      []LeftOut // the first of them
	LeftOutCount int
	Stopped      bool
}

// AddStep is where adding stands: the name of what is being read, how many are
// done, and how many bytes in all.
type AddStep struct {
	Name  string
	Done  int
	Bytes int64
}

// Documents of one commit: few enough that a crash costs little, so many that it
// is the disk and not the log that takes the time.
const (
	batchDocuments = 64
	batchBytes     = 256 << 20
	batchTime      = 2 * time.Second
)

// adding is documents on their way.
type adding struct {
	s       *Session
	keys    vault.Keys
	by      string
	known   map[[32]byte][]string // names, by digest
	pending []contracts.Document
	bytes   int64 // of pending
	since   time.Time
	out     Added
	step    AddStep
	report  func(AddStep)
}

// AddDocuments encrypts what it is given, one after the other. What is added is
// there whole, by the batch; what cannot be added is left out with its reason, and
// the rest goes on. It ends early when ctx or the session does: what was added
// until then stays. Errors: vault_waiting, session_ended; folder.
func (s *Session) AddDocuments(ctx context.Context, sources iter.Seq[Source], report func(AddStep)) (Added, error) {
	working, end, err := s.Work(ctx)
	if err != nil {
		return Added{}, err
	}
	defer end()
	a := &adding{s: s, known: map[[32]byte][]string{}, report: report}
	if err := a.prepare(working); err != nil {
		if working.Err() != nil { // stopped before it began
			return Added{Stopped: true}, nil
		}
		return Added{}, err
	}
	for src := range sources {
		if err = a.add(working, src); err != nil {
			break
		}
	}
	stopped := working.Err() != nil
	if stopped && errors.Is(err, context.Canceled) {
		err = nil
	}
	a.out.Stopped = stopped
	err = errors.Join(err, a.commit(context.WithoutCancel(ctx)))
	if len(a.out.IDs) > 0 {
		s.writeIndex(context.WithoutCancel(ctx))
	}
	return a.out, service.Explain(err)
}

func (a *adding) prepare(ctx context.Context) error {
	there, read, err := a.s.documents(ctx, service.DocumentKept)
	if err != nil {
		return err
	}
	a.keys, a.by = read.keys, read.Name
	for _, d := range there {
		a.known[d.SHA256] = append(a.known[d.SHA256], d.Name)
	}
	return nil
}

func (a *adding) leaveOut(name string, why LeftOutReason) {
	if a.out.LeftOutCount++; len(a.out.LeftOut) < mostLeftOut {
		a.out.LeftOut = append(a.out.LeftOut, LeftOut{name, why})
	}
}

func (a *adding) tell(read int64) {
	if a.report != nil {
		a.report(AddStep{a.step.Name, a.step.Done, a.step.Bytes + read})
	}
}

// add takes one. An error ends the whole; what is wrong with this one alone is
// none.
func (a *adding) add(ctx context.Context, src Source) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	name, ok := contracts.CleanName(src.Name)
	a.step.Name = name
	a.tell(0)
	defer func() { a.step.Done++ }()
	switch {
	case src.LeaveOut != "":
		a.leaveOut(name, src.LeaveOut)
		return nil
	case !ok:
		a.leaveOut(strings.ToValidUTF8(src.Name[:min(len(src.Name), contracts.MaxName)], "?"), LeftNameLong)
		return nil
	}
	tags, err := contracts.CheckTags(src.Tags)
	if err != nil || len(tags) > contracts.MaxTags {
		tags = nil // of a folder's name that cannot be a tag
	}
	modified := src.Modified
	if !store.Fits(modified) {
		modified = time.Time{} // no clock has shown it
	}
	d := contracts.Document{
		Name: name, ModifiedAt: modified, AddedAt: a.s.w.Now(), AddedBy: a.by, Tags: tags, Generation: a.keys.Generation(),
	}
	if d.ID, err = service.NewID(a.s.w.rand); err != nil {
		return err
	}
	why, err := a.write(ctx, &d, src)
	if err != nil || why != "" {
		if why != "" {
			a.leaveOut(name, why)
		}
		return err
	}
	a.step.Bytes += d.Size
	if len(a.pending) == 0 {
		a.since = a.s.w.Now()
	}
	a.pending, a.bytes = append(a.pending, d), a.bytes+d.Size
	a.known[d.SHA256] = append(a.known[d.SHA256], d.Name)
	if len(a.pending) >= batchDocuments || a.bytes >= batchBytes || a.s.w.Now().Sub(a.since) >= batchTime {
		return a.commit(ctx)
	}
	return nil
}

// write encrypts a document to a file that is kept, and not yet spoken of.
func (a *adding) write(ctx context.Context, d *contracts.Document, src Source) (why LeftOutReason, err error) {
	in, err := src.Open()
	if err != nil {
		return LeftUnreadable, nil
	}
	defer in.Close()
	f, err := a.s.Files().Create(ctx, store.BlobName(d.ID, d.Generation))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Drop()) }()
	r := &trackedReader{ctx: ctx, in: in}
	head := bufio.NewReaderSize(r, contracts.SniffSize)
	first, _ := head.Peek(contracts.SniffSize) // what is wrong with reading shows again below
	d.Type = contracts.TypeOf(d.Name, first)
	sum, err := a.keys.Encrypt(f, head, a.tell)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case r.failed:
		return LeftUnreadable, nil
	case err != nil:
		return "", err
	case src.Size >= 0 && sum.Size != src.Size, src.Same != nil && !src.Same():
		return LeftChanged, nil
	}
	d.Size, d.SHA256 = sum.Size, sum.SHA256
	for _, name := range a.known[d.SHA256] {
		if name == d.Name {
			return LeftThere, nil
		}
	}
	return "", f.Keep()
}

// trackedReader notes that reading failed, as against writing, and stops with its
// context.
type trackedReader struct {
	ctx    context.Context
	in     io.Reader
	failed bool
}

func (s *trackedReader) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.in.Read(b)
	if err != nil && err != io.EOF {
		s.failed = true
	}
	return n, err
}

// commit makes the pending documents known, in one transaction. Where that is
// refused, their files go again. Where nobody knows what came of it they stay: the documents may be there.
func (a *adding) commit(ctx context.Context) error {
	if len(a.pending) == 0 {
		return nil
	}
	docs := a.pending
	a.pending, a.bytes = nil, 0
	keys, added := a.keys, false
	err := retryConflicts(func() (err error) {
		rows := make([]service.DocumentRow, len(docs))
		for i, d := range docs {
			if rows[i], err = d.Encrypt(keys); err != nil {
				return err
			}
		}
		if added, err = a.s.Session.AddDocuments(ctx, keys.Generation(), rows); !errors.Is(err, store.ErrConflict) {
			return err
		}
		if keys, err = a.s.vaultKeys(ctx); err != nil { // rotated meanwhile
			return err
		}
		return store.ErrConflict
	})
	if added {
		for _, d := range docs {
			a.out.IDs = append(a.out.IDs, d.ID)
		}
		return err
	}
	if errors.Is(err, store.ErrUnknownOutcome) {
		return err
	}
	for _, d := range docs {
		a.s.leftover(a.s.Files().Remove(context.WithoutCancel(ctx), store.BlobName(d.ID, d.Generation)))
	}
	return err
}
