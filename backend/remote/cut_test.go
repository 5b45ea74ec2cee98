package remote_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/backend/client"
	"countersign/backend/remote"
	"countersign/backend/secret"
	"countersign/backend/service"
	"countersign/backend/store"
)

// cutter stands between a client and the server, and cuts all connections once so many bytes have gone one way.
type cutter struct {
	net.Listener
	to string

	mu    sync.Mutex
	conns map[net.Conn]bool
	armed [2]bool // to the server, and from it
	left  [2]int  // until the cut
	gone  [2]int  // since it was armed
}

func newCutter(p *place) *cutter {
	p.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	p.ok(err)
	c := &cutter{Listener: l, to: p.ts.Listener.Addr().String(), conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", c.to)
			if err != nil {
				_ = in.Close()
				continue
			}
			c.mu.Lock()
			c.conns[in], c.conns[out] = true, true
			c.mu.Unlock()
			all.Go(func() { c.pass(0, in, out) })
			all.Go(func() { c.pass(1, out, in) })
		}
	})
	p.Cleanup(func() {
		_ = l.Close()
		c.cut()
		all.Wait()
	})
	return c
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}

func (c *cutter) pass(way int, from, to net.Conn) {
	defer func() {
		_, _ = from.Close(), to.Close()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.conns, from)
	}()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		c.mu.Lock()
		c.gone[way] += n
		over := c.armed[way] && n >= c.left[way]
		if over {
			n = c.left[way]
			c.armed[way] = false
		} else {
			c.left[way] -= n
		}
		c.mu.Unlock()
		if _, failed := to.Write(b[:n]); failed != nil || err != nil {
			return
		}
		if over {
			c.cut()
			return
		}
	}
}

// after cuts once n bytes have gone one way from now on.
func (c *cutter) after(way, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed, c.left, c.gone = [2]bool{}, [2]int{}, [2]int{}
	c.armed[way], c.left[way] = n >= 0, n
}

// passed is how many bytes have gone each way, and whether it was cut.
func (c *cutter) passed() (gone [2]int, cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone, !c.armed[0] && !c.armed[1]
}

// toldRightly looks at what is said of an act that was cut: that it was done, that it was not, or that nobody knows.
func (p *place) toldRightly(what string, err error, was, is func() bool) {
	p.Helper()
	switch {
	case err == nil:
		if !is() {
			p.Errorf("%s: it was said to be done, and is not", what)
		}
	case service.IsCode(err, service.CodeServerUnreachable):
		if !was() {
			p.Errorf("%s: it was said that nothing was changed, and something is", what)
		}
	case service.IsCode(err, service.CodeOutcomeUnknown) && errors.Is(err, store.ErrUnknownOutcome):
		if !was() && !is() {
			p.Errorf("%s: it is half done", what)
		}
	default:
		p.Errorf("%s: %v (%v)", what, err, service.Cause(err))
	}
}

func TestCut_SmallActAtEachByte(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCutter(p)
	w := p.computerWith(t, at(c), p.keys)
	s := p.signIn(w, ownerEmail, ownerPass)
	direct := p.signIn(p.owner, ownerEmail, ownerPass)
	name := func() string {
		p.Helper()
		o, err := direct.Overview(p.ctx())
		p.ok(err)
		return o.Profile.Name
	}
	p.ok(s.Rename(p.ctx(), "Name 00000"))
	c.after(0, -1)
	p.ok(s.Rename(p.ctx(), "Name 00000"))
	whole, _ := c.passed()
	told := map[string]int{}
	n := 0
	step := [2]int{1, 5}
	if os.Getenv("COUNTERSIGN_CRASH") == "all" {
		step[1] = 1
	}
	for way := range whole {
		for at := 0; at < whole[way]; at += step[way] {
			was := fmt.Sprintf("Name %05d", n)
			n++
			next := fmt.Sprintf("Name %05d", n)
			c.after(way, at)
			err := s.Rename(p.ctx(), next)
			told[fmt.Sprint(way, err)]++
			p.toldRightly(fmt.Sprint(way, " at ", at), err, func() bool { return name() == was }, func() bool { return name() == next })
			c.after(0, -1)
			p.ok(s.Rename(p.ctx(), next)) // asking again works, and the session goes on
			if got := name(); got != next {
				t.Fatalf("%q, not %q", got, next)
			}
		}
	}
	// Wherever it is cut, asking again says what came of it, and does nothing twice.
	if told["1 <nil>"] == 0 || told["0 <nil>"] == 0 || told["0 outcome_unknown"]+told["1 outcome_unknown"] != 0 {
		t.Errorf("%v", told)
	}
	renamed := map[string]int{}
	page, err := direct.OwnLog(p.ctx(), 0, 500)
	for p.ok(err); ; {
		for _, e := range page.Entries {
			if e.Kind == "profile-renamed" {
				renamed[e.Detail["to"]]++
			}
		}
		if page.Next == 0 {
			break
		}
		page, err = direct.OwnLog(p.ctx(), page.Next, 500)
		p.ok(err)
	}
	if len(renamed) != n+1 {
		t.Errorf("%d names, and not %d", len(renamed), n+1)
	}
	for name, times := range renamed {
		if times != 1 {
			t.Errorf("%s: it was renamed %d times", name, times)
		}
	}
	// What changes nothing can be asked again, wherever it is cut.
	c.after(0, -1)
	_, err = s.Overview(p.ctx())
	p.ok(err)
	whole, _ = c.passed()
	for way := range whole {
		for at := 0; at < whole[way]; at += 7 {
			c.after(way, at)
			if _, err := s.Overview(p.ctx()); err != nil {
				p.wants(fmt.Sprint("a read, ", way, " at ", at), err, service.CodeServerUnreachable)
			}
		}
	}
}

func TestCut_MemberIsAddedOrNot(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCutter(p)
	s := p.signIn(p.computerWith(t, at(c), p.keys), ownerEmail, ownerPass)
	a, err := s.Admin(p.ctx())
	p.ok(err)
	direct, err := p.signIn(p.owner, ownerEmail, ownerPass).Admin(p.ctx())
	p.ok(err)
	there := func(email string) bool {
		p.Helper()
		all, err := direct.Members(p.ctx())
		p.ok(err)
		return slices.ContainsFunc(all, func(m service.Member) bool { return m.Email == email })
	}
	p.ok(a.Prove(p.ctx(), service.MemberActs, client.Proof{Password: secret.NewText(ownerPass)}))
	add := func(i int) error {
		email := fmt.Sprintf("member%03d@example.com", i)
		return second(a.AddMember(p.ctx(), service.NewMember{Name: fmt.Sprintf("Member %03d", i), Email: email, Role: service.RoleMember}, client.Proof{}))
	}
	p.ok(add(0))
	c.after(0, -1)
	p.ok(add(1))
	whole, _ := c.passed()
	i := 1
	for way := range whole {
		for at := 0; at < whole[way]; at += 1 + whole[way]/25 {
			i++
			email := fmt.Sprintf("member%03d@example.com", i)
			c.after(way, at)
			err := add(i)
			p.toldRightly(fmt.Sprint(way, " at ", at), err, func() bool { return !there(email) }, func() bool { return there(email) })
			if service.IsCode(err, service.CodeOutcomeUnknown) {
				t.Errorf("%d at %d: nobody knows what came of it", way, at)
			}
			c.after(0, -1)
			if err := add(i); err != nil && !service.IsCode(err, service.CodeEmailTaken) || !there(email) {
				t.Fatalf("%d, %d: asked again: %v", way, at, err)
			}
		}
	}
	page, err := direct.Log(p.ctx(), service.LogQuery{Group: service.GroupMembers, Limit: 500})
	p.ok(err)
	added := 0
	for _, e := range page.Entries {
		if e.Kind == "member-added" {
			added++
		}
	}
	all, err := direct.Members(p.ctx())
	p.ok(err)
	if added != len(all)-1 {
		t.Errorf("%d were added, and %d are there beside the owner", added, len(all)-1)
	}
}

func TestCut_DocumentIsAddedOrNot(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	c := newCutter(p)
	s := p.signIn(p.computerWith(t, at(c), p.keys), ownerEmail, ownerPass)
	direct := p.signIn(p.owner, ownerEmail, ownerPass)
	text := func(i int) string { return strings.Repeat(fmt.Sprintf("Lease %d of the mill. ", i), 10_000) }
	add := func(i int) error {
		out, err := s.AddDocuments(p.ctx(), slices.Values([]client.Source{{
			Name: fmt.Sprint("lease ", i), Size: int64(len(text(i))), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text(i))), nil },
		}}), nil)
		if err == nil && len(out.IDs) == 0 {
			return fmt.Errorf("it was left out: %+v", out)
		}
		return err
	}
	find := func(i int) string {
		p.Helper()
		all, err := direct.Documents(p.ctx())
		p.ok(err)
		for _, d := range all {
			if d.Name == fmt.Sprint("lease ", i) {
				return d.ID
			}
		}
		return ""
	}
	p.ok(add(0))
	c.after(0, -1)
	p.ok(add(1))
	whole, _ := c.passed()
	i := 1
	for way := range whole {
		for at := 0; at < whole[way]; at += 1 + whole[way]/20 {
			i++
			c.after(way, at)
			err := add(i)
			p.toldRightly(fmt.Sprint(way, " at ", at), err, func() bool { return find(i) == "" }, func() bool { return find(i) != "" })
			c.after(0, -1)
			if find(i) == "" {
				p.ok(add(i))
			}
			var got strings.Builder
			p.ok(direct.CopyDocument(p.ctx(), find(i), &got, nil))
			if got.String() != text(i) {
				t.Fatalf("%d, %d: it is another", way, at)
			}
		}
	}
	// A document that is read goes on where it was cut, and is never another.
	o, err := s.OpenDocument(p.ctx(), find(1))
	p.ok(err)
	b := make([]byte, o.Size)
	p.ok(second(io.ReadFull(io.NewSectionReader(o, 0, o.Size), b)))
	for off := int64(0); off < o.Size; off += o.Size / 20 {
		c.cut()
		p.ok(second(io.ReadFull(io.NewSectionReader(o, off, 1000), b[:1000])))
		if string(b[:1000]) != text(1)[off:off+1000] {
			t.Fatalf("it is another at %d", off)
		}
		if off+1000+o.Size/20 >= o.Size {
			break
		}
	}
	p.ok(o.Close())
}

func at(c *cutter) remote.Config { return remote.Config{Server: c.Addr().String()} }
