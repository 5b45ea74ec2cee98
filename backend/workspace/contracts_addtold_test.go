package workspace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/client"
	"countersign/backend/contracts"
	"countersign/backend/local"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

func TestAddDocuments_StoppedBeforeItBeganIsNoError(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	out, err := s.AddDocuments(ctx, slices.Values([]client.Source{paper("a", "1")}), nil)
	if err != nil || !out.Stopped || len(out.IDs) > 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if h.contracts(s) != "" {
		t.Error("something was added")
	}
}

// A disk that fails while somebody stops is told all the same.
func TestAddDocuments_StoppingHidesNoFailure(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.moody().create = store.ErrBlobsFailed
	ctx, stop := context.WithCancel(t.Context())
	src := paper("a", "1")
	open := src.Open
	src.Open = func() (io.ReadCloser, error) { stop(); return open() }
	out, err := s.AddDocuments(ctx, slices.Values([]client.Source{src}), nil)
	h.refused(err, service.CodeFolderFailed)
	if !out.Stopped {
		t.Error("it does not say that it was stopped")
	}
}

// What fails by being stopped, although nobody stops it, is a failure like any other.
func TestAddDocuments_OnlyItsOwnStopIsNoError(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.moody().create = context.Canceled
	out, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("a", "1")}), nil)
	if !errors.Is(err, context.Canceled) || out.Stopped || out.LeftOutCount > 0 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestAddDocuments_AsksForNoMoreOnceItIsStopped(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	ctx, stop := context.WithCancel(t.Context())
	out, err := s.AddDocuments(ctx, func(yield func(client.Source) bool) {
		stop()
		if yield(client.Source{Name: "link", LeaveOut: client.LeftLink}) {
			t.Error("it asks for more")
		}
	}, nil)
	if h.ok(err); !out.Stopped || out.LeftOutCount > 0 {
		t.Errorf("%+v", out)
	}
}

// readBy is a document whose bytes come from a function.
func readBy(read func(b []byte) (int, error)) client.Source {
	return client.Source{Name: "read", Size: -1, Open: func() (io.ReadCloser, error) { return io.NopCloser(readerFunc(read)), nil }}
}

type readerFunc func(b []byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestAddDocuments_ReadsNoMoreOnceItIsStopped(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	ctx, stop := context.WithCancel(t.Context())
	reads := 0
	out, err := s.AddDocuments(ctx, slices.Values([]client.Source{readBy(func(b []byte) (int, error) {
		if reads++; reads > 1 {
			return 0, io.EOF
		}
		stop()
		return copy(b, "a"), nil
	})}), nil)
	if h.ok(err); reads != 1 || !out.Stopped || len(out.IDs) > 0 {
		t.Errorf("%+v after %d reads", out, reads)
	}
}

// Whoever stops is not told of a file that could not be read any more by then.
func TestAddDocuments_StoppingLeavesNothingOut(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	ctx, stop := context.WithCancel(t.Context())
	out, err := s.AddDocuments(ctx, slices.Values([]client.Source{readBy(func([]byte) (int, error) {
		stop()
		return 0, errSpoilt
	})}), nil)
	if h.ok(err); !out.Stopped || out.LeftOutCount > 0 {
		t.Errorf("%+v", out)
	}
}

func TestAddDocuments_NothingAddedWritesNoTableOfContents(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	files := h.moody()
	if h.add(s, client.Source{Name: "link", LeaveOut: client.LeftLink}); files.indexes != 0 {
		t.Errorf("%d tables of contents for nothing", files.indexes)
	}
	if h.add(s, paper("a", "1")); files.indexes != 1 {
		t.Errorf("%d tables of contents", files.indexes)
	}
}

func TestAddDocuments_LetsGoOfEachFileThatItBegan(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	files := h.moody()
	if out := h.add(s, paper("a", "1"), paper("a", "1")); out.LeftOutCount != 1 || files.begun != 0 {
		t.Errorf("%+v, and %d files are held", out, files.begun)
	}
}

func TestAddDocuments_EmptyFileThatGrewHasChanged(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	grew := paper("grew", "x")
	grew.Size = 0
	if out := h.add(s, grew); len(out.LeftOut) != 1 || out.LeftOut[0].Reason != client.LeftChanged {
		t.Errorf("%+v", out)
	}
}

func TestAddDocuments_CommitsSixtyFourAtATime(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	_, err := s.AddDocuments(t.Context(), func(yield func(client.Source) bool) {
		for i := range 64 {
			if !yield(paper(fmt.Sprint(i), fmt.Sprint(i))) {
				return
			}
			all, err := s.Documents(t.Context())
			if h.ok(err); len(all) != 0 && i < 63 || len(all) != 64 && i == 63 {
				t.Errorf("after %d there are %d", i+1, len(all))
			}
		}
	}, nil)
	h.ok(err)
}

// heedless are files of which nothing is kept.
type heedless struct{ store.Blobs }

func (heedless) Create(string) (store.NewBlob, error) { return unkept{io.Discard}, nil }

func (heedless) Open(string) (store.StoredBlob, error) { return nothing{strings.NewReader("")}, nil }

type nothing struct{ *strings.Reader }

func (nothing) Close() error { return nil }

type unkept struct{ io.Writer }

func (unkept) Keep() error { return nil }
func (unkept) Drop() error { return nil }

// Large files are committed sooner, so that a crash costs no more than a few of them.
func TestAddDocuments_CommitsAQuarterOfAGibibyte(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.files.Blobs = heedless{h.files.Blobs}
	large := func(size int64) client.Source {
		p := readBy(func(b []byte) (int, error) { return len(b), nil })
		p.Name = fmt.Sprint(size)
		open := p.Open
		p.Open = func() (io.ReadCloser, error) {
			in, err := open()
			return io.NopCloser(io.LimitReader(in, size)), err
		}
		return p
	}
	_, err := s.AddDocuments(t.Context(), func(yield func(client.Source) bool) {
		if !yield(large(256<<20 - 1)) {
			return
		}
		if got := h.contracts(s); got != "" {
			t.Errorf("a byte before it there are %s", got)
		}
		if !yield(large(1)) {
			return
		}
		if got := h.contracts(s); got != "1|268435455" {
			t.Errorf("there are %q", got)
		}
	}, nil)
	h.ok(err)
}

func TestAddDocuments_NamesTwoHundredThatWereLeftOut(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	var all []client.Source
	for i := range 203 {
		all = append(all, client.Source{Name: fmt.Sprint(i), LeaveOut: client.LeftLink})
	}
	out := h.add(s, all...)
	if len(out.LeftOut) != 200 || out.LeftOutCount != 203 || out.LeftOut[199].Name != "199" {
		t.Errorf("%d of %d are named", len(out.LeftOut), out.LeftOutCount)
	}
}

func TestAddDocuments_TellsHowFarItIs(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	var told []client.AddStep
	_, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{
		paper("a", "12"), {Name: "link", LeaveOut: client.LeftLink}, paper("b", "345"),
	}), func(step client.AddStep) { told = append(told, step) })
	h.ok(err)
	for _, want := range []client.AddStep{{Name: "a"}, {Name: "a", Bytes: 2}, {Name: "link", Done: 1, Bytes: 2}, {Name: "b", Done: 2, Bytes: 2}, {Name: "b", Done: 2, Bytes: 5}} {
		if !slices.Contains(told, want) {
			t.Errorf("%+v is not told: %+v", want, told)
		}
	}
}

func TestAddDocuments_TakesTwentyTagsOfAFolderOrNone(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	tags := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("tag %d", i))
		}
		return all
	}
	tagged := func(name string, tags ...string) client.Source {
		p := paper(name, name)
		p.Tags = tags
		return p
	}
	h.add(s, tagged("twenty", tags(20)...), tagged("more", tags(21)...), tagged("long", "rent", strings.Repeat("x", 41)))
	for name, want := range map[string]int{"twenty": 20, "more": 0, "long": 0} {
		if got := h.find(s, name).Tags; len(got) != want {
			t.Errorf("%s has %q", name, got)
		}
	}
}

func TestTagDocuments_TakesTwentyTags(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	id := h.add(s, paper("a", "1")).IDs[0]
	var tags []string
	for i := range contracts.MaxTags {
		tags = append(tags, fmt.Sprintf("tag %d", i))
	}
	h.ok(s.TagDocuments(t.Context(), []string{id}, tags, nil))
	if got := h.find(s, "a").Tags; len(got) != contracts.MaxTags {
		t.Errorf("%q", got)
	}
}

// A slow disk keeps nobody waiting for more than two seconds' worth of work.
func TestAddDocuments_CommitsAfterTwoSeconds(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	_, err := s.AddDocuments(t.Context(), func(yield func(client.Source) bool) {
		if !yield(paper("1", "a")) {
			return
		}
		h.clock.step(2*time.Second - time.Millisecond)
		if !yield(paper("2", "b")) {
			return
		}
		if got := h.contracts(s); got != "" {
			t.Errorf("before two seconds there are %s", got)
		}
		h.clock.step(time.Millisecond)
		if !yield(paper("3", "c")) {
			return
		}
		if got := h.contracts(s); got != "1|2|3" {
			t.Errorf("after two seconds there are %s", got)
		}
	}, nil)
	h.ok(err)
}

func TestAddDocuments_TakesWhatItsSourceSaysNothingOf(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	unknown, same := paper("of no known size", "1"), paper("still the same", "2")
	unknown.Size = -1
	same.Same = func() bool { return true }
	if out := h.add(s, unknown, same); len(out.IDs) != 2 {
		t.Errorf("%+v", out)
	}
}

// The time of a file is what its disk says, which can be anything.
func TestAddDocuments_KeepsTheTimesThatHaveAForm(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	dated := func(name string, at time.Time) client.Source {
		p := paper(name, name)
		p.Modified = at
		return p
	}
	last := time.Date(9998, 12, 31, 23, 59, 59, 0, time.UTC)
	h.add(s, dated("last", last), dated("later", last.Add(time.Second)))
	if got := h.find(s, "last").ModifiedAt; !got.Equal(last) {
		t.Errorf("the last time there is became %s", got)
	}
	if got := h.find(s, "later").ModifiedAt; !got.IsZero() {
		t.Errorf("a time without a form became %s", got)
	}
}

func TestAddDocuments_WhatIsNotOnTheDiskIsNotListed(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(m *moody){
		"its bytes":  func(m *moody) { m.keep = store.ErrBlobsFailed },
		"its folder": func(m *moody) { m.sync = store.ErrBlobsFailed },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := created(t)
			fail(h.moody())
			out, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("a", "1")}), nil)
			h.refused(err, service.CodeFolderFailed)
			if got := h.contracts(s); got != "" || len(out.IDs) > 0 || len(h.papers()) > 0 {
				t.Errorf("there are %q, %v, %v", got, out.IDs, h.papers())
			}
		})
	}
}

// The commit stands although its answer is an error: so do its files.
func TestAddDocuments_AnchorThatFailsLosesNoFile(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	h.secrets.fail(store.ErrKeychainLocked, nil, nil)
	out, err := s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("a", "1")}), nil)
	h.refused(err, service.CodeKeychainLocked)
	h.secrets.fail(nil, nil, nil)
	if len(out.IDs) != 1 || h.read(s, "a") != "1" {
		t.Errorf("%+v", out)
	}
}

// What nobody could read any more is not added.
func TestAddDocuments_RotationThatEndsMeanwhileRefusesTheOldKey(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	s, a := owner.signIn(), owner.admin()
	proof := owner.proof()
	out, err := s.AddDocuments(t.Context(), func(yield func(client.Source) bool) {
		if !yield(paper("a", "1")) {
			return
		}
		h.ok(a.BeginRotation(t.Context(), proof))
		h.ok(a.Rotate(t.Context(), nil))
	}, nil)
	h.refused(err, service.CodeRotationRunning)
	if got := h.contracts(s); got != "" || len(out.IDs) > 0 || len(h.papers()) > 0 {
		t.Errorf("there are %q, %v, %v", got, out.IDs, h.papers())
	}
}

// A program that has no business with the contracts touches none.
func TestDocuments_WithoutFilesNothingIsAddedOrRead(t *testing.T) {
	t.Parallel()
	h, owner := alone(t)
	id := h.add(owner.signIn(), paper("a", "1")).IDs[0]
	without, err := local.Open(t.Context(), local.Config{Store: h.store, Secrets: h.secrets, Now: h.clock.now, Password: cheap, Recovery: cheapCodes})
	h.ok(err)
	s, _, err := without.SignIn(t.Context(), email, secret.NewText(pass))
	h.ok(err)
	_, err = s.AddDocuments(t.Context(), slices.Values([]client.Source{paper("b", "2")}), nil)
	h.refused(err, service.CodeFolderFailed)
	_, err = s.OpenDocument(t.Context(), id)
	h.refused(err, service.CodeFolderFailed)
}

func TestAddDocuments_ATimeThatNoCalendarReachesIsNotKnown(t *testing.T) {
	t.Parallel()
	h, s := created(t)
	odd := map[string]time.Time{"late": time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), "early": time.Date(-300, 1, 1, 0, 0, 0, 0, time.UTC), "usual": h.clock.now()}
	for name, at := range odd {
		p := paper(name, "text")
		p.Modified = at
		h.add(s, p)
		if got := h.find(s, name).ModifiedAt; name == "usual" && !got.Equal(at) || name != "usual" && !got.IsZero() {
			t.Errorf("%s: %s", name, got)
		}
	}
}
