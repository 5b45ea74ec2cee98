package app

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
)

// holding is a desk at which a dropped file is being added, whose bytes have yet to come.
func holding(t *testing.T) (d *desk, number int) {
	t.Helper()
	d = newDesk(t)
	number, err := d.AddDropped(d.in.Token, []DroppedFile{{Name: "first.txt", Size: 5}})
	d.ok(err)
	for d.waiting() > 0 {
		d.heard(func(any) bool { return true })
	}
	return d, number
}

// heard waits until the page is told something that is meant.
func (d *desk) heard(meant func(payload any) bool) {
	d.Helper()
	for {
		select {
		case p := <-d.told:
			if meant(p) {
				return
			}
		case <-d.Context().Done():
			d.Fatal("the page was not told")
		}
	}
}

// choose makes the next dialog answer with new files of these names.
func (d *desk) choose(names ...string) {
	d.Helper()
	dir := d.TempDir()
	d.window.desk.openFiles = nil
	for _, name := range names {
		path := filepath.Join(dir, name)
		d.ok(os.WriteFile(path, []byte(name), 0o600))
		d.window.desk.openFiles = append(d.window.desk.openFiles, path)
	}
}

func (d *desk) addFiles(names ...string) {
	d.Helper()
	d.choose(names...)
	started, err := d.AddFiles(d.in.Token)
	if d.ok(err); !started {
		d.Fatal("nothing was chosen")
	}
}

func (d *desk) send(number int, text string) bool {
	d.Helper()
	wanted, err := d.SendPart(d.in.Token, number, 0, base64.StdEncoding.EncodeToString([]byte(text)), true)
	d.ok(err)
	return wanted
}

func reasons(p AddProgress) (all string) {
	for _, l := range p.LeftOut {
		all += l.Name + " " + l.Reason + "|"
	}
	return all
}

func TestAdding_SecondChoiceWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	d, first := holding(t)
	d.addFiles("a.txt", "b.txt")
	second, err := d.AddDropped(d.in.Token, []DroppedFile{{Name: "last.txt", Size: 4}})
	d.ok(err)
	sent := make(chan bool)
	go func() {
		wanted, _ := d.SendPart(d.in.Token, second, 0, base64.StdEncoding.EncodeToString([]byte("last")), true)
		sent <- wanted
	}()
	if !d.send(first, "first") {
		t.Error("the first file is not wanted any more")
	}
	for _, want := range []struct{ added, waiting int }{{1, 3}, {2, 1}, {1, 0}} {
		if out := d.done(); len(out.Added) != want.added || out.Waiting != want.waiting || out.LeftOutCount != 0 {
			t.Errorf("%+v, want %+v", out, want)
		}
	}
	if !<-sent {
		t.Error("the part of the last file was not taken when its turn came")
	}
	if got := d.names(); got != "a.txt |b.txt |first.txt |last.txt " {
		t.Error(got)
	}
}

func TestAdding_CancelTellsAllThatItLeaves(t *testing.T) {
	t.Parallel()
	d, _ := holding(t)
	d.addFiles("a.txt", "b.txt")
	number, err := d.AddDropped(d.in.Token, []DroppedFile{{Name: "last.txt", Size: 4}})
	d.ok(err)
	d.ok(d.StopAdding(d.in.Token))
	out := d.done()
	if got := reasons(out); got != "first.txt stopped|a.txt stopped|b.txt stopped|last.txt stopped|" || out.LeftOutCount != 4 || !out.Stopped || out.Waiting != 0 {
		t.Errorf("%s %+v", got, out)
	}
	if d.send(number, "last") {
		t.Error("what was given up is still wanted")
	}
	d.addFiles("c.txt") // the next choice is none of what was stopped
	if out := d.done(); len(out.Added) != 1 || out.LeftOutCount != 0 {
		t.Errorf("%+v", out)
	}
	if got := d.names(); got != "c.txt " {
		t.Error(got)
	}
}

func TestAdding_LockEndsTheQueueAndIsToldOnce(t *testing.T) {
	t.Parallel()
	d, number := holding(t)
	d.addFiles("a.txt", "b.txt")
	sent := make(chan bool)
	last, err := d.AddDropped(d.in.Token, []DroppedFile{{Name: "last.txt", Size: 4}})
	d.ok(err)
	go func(token string) {
		wanted, _ := d.SendPart(token, last, 0, base64.StdEncoding.EncodeToString([]byte("last")), true)
		sent <- wanted
	}(d.in.Token)
	d.auth.Lock(d.in.Token)
	if <-sent {
		t.Error("a part was taken after the lock")
	}
	d.window.s.ending.Wait()
	d.heard(func(payload any) bool { return payload == nil }) // the one that was added has ended as well
	back, err := d.auth.SignIn(email, pass)
	d.ok(err)
	d.in = *back.Session
	v, err := d.List(d.in.Token)
	d.ok(err)
	if v.NotAdded != 4 || len(v.Contracts) != 0 {
		t.Errorf("told of %d, with %d contracts", v.NotAdded, len(v.Contracts))
	}
	if v, err = d.List(d.in.Token); err != nil || v.NotAdded != 0 {
		t.Errorf("told again of %d: %v", v.NotAdded, err)
	}
	if d.send(number, "first") {
		t.Error("what a lock has ended is still wanted")
	}
	d.addFiles("c.txt")
	if out := d.done(); len(out.Added) != 1 || out.LeftOutCount != 0 {
		t.Errorf("%+v", out)
	}
}

func TestAdding_QueueIsBounded(t *testing.T) {
	t.Parallel()
	d, first := holding(t)
	for range maxWaiting {
		d.addFiles("a.txt")
	}
	d.window.desk.openFiles = nil
	_, err := d.AddFiles(d.in.Token)
	d.refused(err, codeAddingFull) // before anything is chosen
	_, err = d.AddFolder(d.in.Token)
	d.refused(err, codeAddingFull)
	_, err = d.AddDropped(d.in.Token, []DroppedFile{{Name: "b.txt"}})
	d.refused(err, codeAddingFull)
	d.send(first, "first")
	for range 1 + maxWaiting {
		d.done()
	}
	if d.waiting() != 0 {
		t.Errorf("%d are waiting", d.waiting())
	}
}

func (d *desk) waiting() int {
	in := d.window.s.current()
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.adding.waiting)
}
