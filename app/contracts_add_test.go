package app

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestAddFolder_AddsWhatIsInItAndNamesTheRest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dir := filepath.Join(t.TempDir(), "Leases")
	d.ok(os.MkdirAll(filepath.Join(dir, "2026", "empty"), 0o700))
	long := strings.Repeat("n", 251) + ".txt"
	for name, text := range map[string]string{"a.txt": "a", "2026/b.pdf": "%PDF-1.7", "2026/" + long: "long", "zero": ""} {
		d.ok(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	want := "a.txt Leases|b.pdf Leases|" + long + " Leases|zero Leases"
	reasons := ""
	if runtime.GOOS != "windows" {
		d.ok(os.Symlink(dir, filepath.Join(dir, "self")))
		d.ok(makePipe(filepath.Join(dir, "pipe")))
		reasons = "pipe special self link"
	}
	d.window.desk.openFolder = dir
	started, err := d.AddFolder(d.in.Token)
	if d.ok(err); !started {
		t.Fatal("not started")
	}
	out := d.done()
	var left []string
	for _, l := range out.LeftOut {
		left = append(left, l.Name+" "+l.Reason)
	}
	if d.names() != want || strings.Join(left, " ") != reasons || len(out.Added) != 4 || out.Error != nil {
		t.Errorf("%s; left out: %v; %+v", d.names(), left, out)
	}
	d.window.desk.openFolder = ""
	if started, err = d.AddFolder(d.in.Token); err != nil || started {
		t.Errorf("a dialog that was dismissed: %v, %v", started, err)
	}
	d.window.desk.openFiles = []string{filepath.Join(dir, "a.txt"), filepath.Join(dir, "gone")}
	_, err = d.AddFiles(d.in.Token)
	d.ok(err)
	if out := d.done(); out.LeftOutCount != 2 || out.LeftOut[0].Reason != "already_there" || out.LeftOut[1].Reason != "unreadable" {
		t.Errorf("%+v", out)
	}
}

func TestAddPasted_TooLargeOrNoDataIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, err := d.AddPasted(d.in.Token, "x", "not base64!")
	d.refused(err, "pasted_failed")
	_, err = d.AddPasted(d.in.Token, "x", string(bytes.Repeat([]byte("A"), 44_739_300)))
	d.refused(err, "pasted_large")
}

func TestAddDropped_DoesNotWaitForWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text := strings.Repeat("0123456789", 300_000)
	files := []DroppedFile{
		{Name: strings.Repeat("x", 300), Size: 3}, {Name: "a", Folder: "Leases", Size: int64(len(text)), Modified: 1_700_000_000_000},
		{Name: "cut", Size: 10}, {Name: "empty"},
	}
	number, err := d.AddDropped(d.in.Token, files)
	if d.ok(err); number == 0 {
		t.Fatal("not started")
	}
	send := func(i int, data string, last bool) bool {
		more, err := d.SendPart(d.in.Token, number, i, base64.StdEncoding.EncodeToString([]byte(data)), last)
		d.ok(err)
		return more
	}
	if send(0, "abc", true) {
		t.Error("what is left out was taken")
	}
	for from := 0; from < len(text); from += 1 << 20 {
		to := min(len(text), from+1<<20)
		if !send(1, text[from:to], to == len(text)) {
			t.Error("a part was not taken")
		}
	}
	send(2, "short", true)
	send(3, "", true)
	if out := d.done(); len(out.Added) != 2 || out.LeftOutCount != 2 || out.LeftOut[1].Reason != "changed" {
		t.Errorf("%+v", out)
	}
	if got := d.names(); got != "a Leases|empty " {
		t.Error(got)
	}
	v, err := d.Preview(d.in.Token, d.id("a"))
	d.ok(err)
	if d.get(v.URL).Body.String() != text {
		t.Error("it reads otherwise than it was sent")
	}
	if send(1, "again", true) || send(1, "", true) {
		t.Error("a file that was whole took another part")
	}
	if send(0, "late", true) {
		t.Error("a part was taken after the end")
	}
	number, err = d.AddDropped(d.in.Token, files[1:2])
	d.ok(err)
	send(0, "begun", false)
	d.auth.Lock(d.in.Token)
	if _, err := d.SendPart(d.in.Token, number, 0, "", true); err == nil {
		t.Error("a part was taken after the lock")
	}
}
