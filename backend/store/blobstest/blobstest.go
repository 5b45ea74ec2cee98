// Package blobstest is the contract of every store.Blobs. Each runs it in its own tests:
//
//	func TestBlobs(t *testing.T) { blobstest.Run(t, open) }
package blobstest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/backend/store"
)

// Open gives two handles on one new and empty place, as two processes would have.
// What it opens is closed when the test ends.
type Open func(t *testing.T) (one, other store.Blobs)

// Run tests a Blobs.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*fixture)
	}{
		{"Settle_MakesADocumentAvailable", settle},
		{"Settle_WhatIsNotThereIsMissing", settleNothing},
		{"Drop_LeavesNothing", drop},
		{"Keep_NeverReplacesADocument", keepReplacesNothing},
		{"Remove_LeavesNothing", remove},
		{"Remove_IsNeverReadAsAnotherDocument", removeWhileOpen},
		{"Names_ThatAreNoneAreRefused", names},
		{"Write_OfAnySizesIsOneDocument", writeSizes},
		{"ReadAt_AnyPlace", readAnyPlace},
		{"ReadAt_SeveralAtOnce", readAtOnce},
		{"List_HasWhatWasKept", list},
		{"List_MayChangeWhatItNames", listAndChange},
		{"List_EndsWithAnError", listEnds},
		{"Other_SeesWhatWasKept", otherSees},
		{"Other_IsNotTidiedAway", tidyLeaves},
		{"Index_IsWholeOrUnchanged", index},
		{"Index_IsNoDocument", indexIsNone},
		{"Many_AtOnce", manyAtOnce},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			one, other := open(t)
			c.test(&fixture{t, one, other})
		})
	}
}

type fixture struct {
	*testing.T
	one, other store.Blobs
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) is(what string, err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Errorf("%s: %v, not %v", what, err, want)
	}
}

// noise is bytes of which no two places look alike, so that a piece in the wrong place shows.
func noise(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
}

func (f *fixture) written(name string, content []byte) store.NewBlob {
	f.Helper()
	n, err := f.one.Create(name)
	f.ok(err)
	_, err = n.Write(content)
	f.ok(err)
	return n
}

func (f *fixture) kept(name string, content []byte) {
	f.Helper()
	n := f.written(name, content)
	f.ok(errors.Join(n.Keep(), n.Drop()))
}

func (f *fixture) settled(name string, content []byte) {
	f.Helper()
	f.kept(name, content)
	f.ok(f.one.Settle(name))
}

// holds expects a document with this content.
func (f *fixture) holds(what string, b store.Blobs, name string, content []byte) {
	f.Helper()
	s, err := b.Open(name)
	f.ok(err)
	got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
	f.ok(errors.Join(err, s.Close()))
	if !bytes.Equal(got, content) {
		f.Errorf("%s: %s has %d bytes that are not the %d it should have", what, name, len(got), len(content))
	}
}

// listed is what List names: "name" or "name waits", sorted.
func (f *fixture) listed(b store.Blobs) (all []string) {
	f.Helper()
	f.ok(b.List(func(name string, settled bool, _ int64) error {
		if !settled {
			name += " waits"
		}
		all = append(all, name)
		return nil
	}))
	slices.Sort(all)
	return all
}

func (f *fixture) lists(what string, want ...string) {
	f.Helper()
	for who, b := range map[string]store.Blobs{"": f.one, " to the other": f.other} {
		if got := f.listed(b); !slices.Equal(got, want) {
			f.Errorf("%s%s, there is %q and not %q", what, who, got, want)
		}
	}
}

func settle(f *fixture) {
	content := noise(100)
	n := f.written("a1.1.age", content)
	f.lists("while it is written")
	_, err := f.one.Open("a1.1.age")
	f.is("while it is written", err, store.ErrBlobMissing)
	f.is("settled too early", f.one.Settle("a1.1.age"), store.ErrBlobMissing)
	f.ok(n.Keep())
	f.lists("when it is kept", "a1.1.age waits")
	f.holds("when it is kept", f.one, "a1.1.age", content)
	for range 2 {
		f.ok(errors.Join(f.one.Settle("a1.1.age"), f.one.Sync(), n.Drop()))
		f.lists("when it is settled", "a1.1.age")
		f.holds("when it is settled", f.one, "a1.1.age", content)
	}
}

func settleNothing(f *fixture) {
	f.is("nothing", f.one.Settle("a1.1.age"), store.ErrBlobMissing)
	f.settled("a1.1.age", nil)
	f.ok(f.one.Remove("a1.1.age"))
	f.is("what was removed", f.one.Settle("a1.1.age"), store.ErrBlobMissing)
}

func drop(f *fixture) {
	n := f.written("a1.1.age", noise(3_000_000))
	for range 2 {
		f.ok(n.Drop())
		f.lists("dropped")
	}
	f.settled("a1.1.age", []byte("the name is free"))
}

func keepReplacesNothing(f *fixture) {
	f.settled("a1.1.age", []byte("first"))
	f.kept("b2.1.age", []byte("first"))
	for _, name := range []string{"a1.1.age", "b2.1.age"} {
		n := f.written(name, []byte("second"))
		f.is(name, n.Keep(), store.ErrBlobsFailed)
		f.ok(n.Drop())
		f.holds("afterwards", f.one, name, []byte("first"))
	}
	f.lists("afterwards", "a1.1.age", "b2.1.age waits")
}

func remove(f *fixture) {
	f.settled("a1.1.age", noise(3_000_000))
	f.kept("b2.1.age", noise(3_000_000))
	f.settled("c3.1.age", []byte("stays"))
	for _, name := range []string{"a1.1.age", "b2.1.age"} {
		for range 2 {
			f.ok(f.one.Remove(name))
			_, err := f.other.Open(name)
			f.is(name, err, store.ErrBlobMissing)
		}
	}
	f.lists("removed", "c3.1.age")
	f.kept("a1.1.age", []byte("another"))
	f.holds("of the same name", f.other, "a1.1.age", []byte("another"))
}

// removeWhileOpen allows what systems differ in: a file that is open may be read to its end.
func removeWhileOpen(f *fixture) {
	content := noise(3_000_000)
	f.settled("a1.1.age", content)
	s, err := f.one.Open("a1.1.age")
	f.ok(err)
	f.ok(f.other.Remove("a1.1.age"))
	f.settled("a1.1.age", bytes.Repeat([]byte{7}, len(content)))
	for off := 0; off < len(content); off += 50_000 {
		b := make([]byte, 50_000)
		n, err := s.ReadAt(b, int64(off))
		if err != nil && !errors.Is(err, store.ErrBlobMissing) {
			f.Errorf("at %d: %v", off, err)
		}
		if !bytes.Equal(b[:n], content[off:off+n]) {
			f.Fatalf("at %d are bytes of another document", off)
		}
	}
	f.ok(s.Close())
}

func names(f *fixture) {
	for _, name := range []string{
		"", ".", "..", "../a", "a/b", `a\b`, "/a", ".a", "a.", "A.age", "ä.age", "a b", "a\x00", "a:b", "contents.age", "a.new", "a.part",
		strings.Repeat("a", 129),
	} {
		_, createErr := f.one.Create(name)
		_, openErr := f.one.Open(name)
		for act, err := range map[string]error{"Create": createErr, "Open": openErr, "Settle": f.one.Settle(name), "Remove": f.one.Remove(name)} {
			f.is(fmt.Sprintf("%s %q", act, name), err, store.ErrBlobsFailed)
		}
	}
	longest := strings.Repeat("a", 128)
	f.settled(longest, nil)
	f.lists("the longest", longest)
}

func writeSizes(f *fixture) {
	content := noise(5_000_000)
	for i, sizes := range [][]int{{len(content)}, {1, 0, 4095, 1<<20 + 1}, {64<<10 + 16}, {512 << 10}, {3}} {
		name, total := fmt.Sprintf("a%d.1.age", i), len(content)
		if slices.Max(sizes) < 10 {
			total = 100_000 // byte by byte it would take its time
		}
		n, err := f.one.Create(name)
		f.ok(err)
		for at, next := 0, 0; at < total; next++ {
			piece := bytes.Clone(content[at:min(total, at+sizes[next%len(sizes)])])
			done, err := n.Write(piece)
			f.ok(err)
			if done != len(piece) {
				f.Fatalf("%d bytes of %d were written", done, len(piece))
			}
			clear(piece) // is the caller's again
			at += done
		}
		f.ok(n.Keep())
		f.holds(fmt.Sprint("in pieces of ", sizes), f.other, name, content[:total])
	}
}

// readAnyPlace compares with bytes.Reader, which keeps the contract of io.ReaderAt.
func readAnyPlace(f *fixture) {
	for _, size := range []int{0, 1, 256 << 10, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3_000_000} {
		content := noise(size)
		name := fmt.Sprintf("a%d.1.age", size)
		f.settled(name, content)
		s, err := f.one.Open(name)
		f.ok(err)
		if s.Size() != int64(size) {
			f.Errorf("it has %d bytes, not %d", s.Size(), size)
		}
		for _, off := range []int{0, 1, size / 2, size - 300_000, size - 1, size, size + 1, 1<<20 - 1, 1 << 20, size + 3<<20} {
			for _, length := range []int{0, 1, 70_000, 300_000, 2 << 20, size + 1} {
				if off < 0 {
					continue
				}
				want, got := make([]byte, length), make([]byte, length)
				wanted, wantErr := bytes.NewReader(content).ReadAt(want, int64(off))
				n, err := s.ReadAt(got, int64(off))
				if length == 0 { // some say io.EOF at the end, others nothing
					err, wantErr = nil, nil
				}
				if n != wanted || (err == io.EOF) != (wantErr == io.EOF) || err != nil && err != io.EOF || !bytes.Equal(got[:n], want[:n]) {
					f.Errorf("%d bytes at %d of %d: %d, %v and not %d, %v", length, off, size, n, err, wanted, wantErr)
				}
			}
		}
		if n, err := s.ReadAt(make([]byte, 1), -1); n > 0 || err == nil || err == io.EOF {
			f.Errorf("before the beginning: %d, %v", n, err)
		}
		f.ok(s.Close())
	}
}

func readAtOnce(f *fixture) {
	content := noise(4_000_000)
	f.settled("a1.1.age", content)
	s, err := f.one.Open("a1.1.age")
	f.ok(err)
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			b := make([]byte, 64<<10)
			for off := i * 100_000; off < len(content); off += 500_000 {
				if n, err := s.ReadAt(b, int64(off)); err != nil && err != io.EOF || !bytes.Equal(b[:n], content[off:off+n]) {
					f.Errorf("at %d: %v, or something else", off, err)
				}
			}
		})
	}
	readers.Wait()
	f.ok(s.Close())
}

func list(f *fixture) {
	f.lists("at first")
	want := map[string]string{}
	for i, size := range []int{0, 10, 2_000_000} {
		name := fmt.Sprintf("a%d.1.age", i)
		f.kept(name, noise(size))
		want[name] = fmt.Sprint(false, size)
		if i == 1 {
			f.ok(f.one.Settle(name))
			want[name] = fmt.Sprint(true, size)
		}
	}
	f.ok(f.one.List(func(name string, settled bool, size int64) error {
		if got := fmt.Sprint(settled, size); got != want[name] {
			f.Errorf("%s: %s, not %s", name, got, want[name])
		}
		delete(want, name)
		return nil
	}))
	if len(want) > 0 {
		f.Errorf("%v are not listed", want)
	}
}

func listAndChange(f *fixture) {
	for i := range 20 {
		f.kept(fmt.Sprintf("a%d.1.age", i), nil)
	}
	seen := 0
	f.ok(f.one.List(func(name string, _ bool, _ int64) error {
		if seen++; seen%2 == 0 {
			return f.one.Remove(name)
		}
		return f.one.Settle(name)
	}))
	if got := f.listed(f.other); seen != 20 || len(got) != 10 || strings.Contains(strings.Join(got, ""), "waits") {
		f.Errorf("after %d, there is %q", seen, got)
	}
}

func listEnds(f *fixture) {
	f.settled("a1.1.age", nil)
	f.settled("a2.1.age", nil)
	own, seen := errors.New("own"), 0
	f.is("an error of one's own", f.one.List(func(string, bool, int64) error { seen++; return own }), own)
	if seen != 1 {
		f.Errorf("it went on, to %d", seen)
	}
}

func otherSees(f *fixture) {
	content := noise(2_000_000)
	f.kept("a1.1.age", content)
	f.holds("kept", f.other, "a1.1.age", content)
	f.ok(f.other.Settle("a1.1.age"))
	f.holds("settled by the other", f.one, "a1.1.age", content)
	f.ok(f.one.WriteIndex(func(w io.Writer) error { _, err := w.Write(content); return err }))
	r, err := f.other.ReadIndex()
	f.ok(err)
	got, err := io.ReadAll(r)
	f.ok(errors.Join(err, r.Close()))
	if !bytes.Equal(got, content) {
		f.Error("the other reads another index")
	}
	f.ok(f.other.Remove("a1.1.age"))
	f.lists("removed by the other")
}

func tidyLeaves(f *fixture) {
	content := noise(2_000_000)
	f.settled("a1.1.age", content)
	f.kept("b2.1.age", content)
	f.ok(f.one.WriteIndex(func(w io.Writer) error { _, err := io.WriteString(w, "index"); return err }))
	f.ok(f.other.Tidy())
	f.lists("tidied", "a1.1.age", "b2.1.age waits")
	f.holds("tidied", f.one, "a1.1.age", content)
	f.holds("tidied", f.one, "b2.1.age", content)
	f.reads("index")
}

func (f *fixture) reads(want string) {
	f.Helper()
	r, err := f.one.ReadIndex()
	f.ok(err)
	got, err := io.ReadAll(r)
	f.ok(errors.Join(err, r.Close()))
	if string(got) != want {
		f.Errorf("the index is %.40q, not %.40q", got, want)
	}
}

func index(f *fixture) {
	_, err := f.one.ReadIndex()
	f.is("none", err, store.ErrBlobMissing)
	write := func(text string, err error) error {
		return f.one.WriteIndex(func(w io.Writer) error {
			_, writeErr := io.WriteString(w, text)
			return errors.Join(writeErr, err)
		})
	}
	own := errors.New("own")
	if err := write("thi", own); !errors.Is(err, own) || errors.Is(err, store.ErrBlobsFailed) {
		f.Errorf("the first fails: %v", err)
	}
	_, err = f.one.ReadIndex()
	f.is("after one that failed", err, store.ErrBlobMissing)
	large := string(noise(3_000_000))
	for _, text := range []string{"first", large, "", "last"} {
		f.ok(write(text, nil))
		f.reads(text)
		if err := write(large, own); !errors.Is(err, own) || errors.Is(err, store.ErrBlobsFailed) {
			f.Errorf("%v", err)
		}
		f.reads(text)
	}
	r, err := f.one.ReadIndex() // begun, and replaced by the other
	f.ok(err)
	f.ok(f.other.WriteIndex(func(w io.Writer) error { _, err := io.WriteString(w, "later"); return err }))
	if got, err := io.ReadAll(r); err == nil && string(got) != "last" || err != nil && !errors.Is(err, store.ErrBlobMissing) {
		f.Errorf("replaced meanwhile, it reads %q, %v", got, err)
	}
	f.ok(r.Close())
	f.reads("later")
}

func indexIsNone(f *fixture) {
	f.ok(f.one.WriteIndex(func(w io.Writer) error {
		f.lists("while it is written")
		_, err := io.WriteString(w, "index")
		return err
	}))
	f.lists("with an index alone")
	f.settled("a1.1.age", nil)
	f.lists("beside it", "a1.1.age")
	f.reads("index")
}

func manyAtOnce(f *fixture) {
	content := noise(600_000)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			b, name, mine := []store.Blobs{f.one, f.other}[i%2], fmt.Sprintf("a%d.1.age", i), content[i:]
			n, err := b.Create(name)
			if err != nil {
				f.Error(err)
				return
			}
			_, err = n.Write(mine)
			if err = errors.Join(err, n.Keep(), b.Settle(name), b.Sync()); err != nil {
				f.Errorf("%s: %v", name, err)
				return
			}
			s, err := b.Open(name)
			if err != nil {
				f.Error(err)
				return
			}
			got, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
			if err = errors.Join(err, s.Close()); err != nil || !bytes.Equal(got, mine) {
				f.Errorf("%s: %v, or somebody else's bytes", name, err)
			}
			if i%3 == 0 {
				if err := b.Remove(name); err != nil {
					f.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := f.listed(f.one); len(got) != 8 {
		f.Errorf("there is %q", got)
	}
}
