package app

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"countersign/backend/keychain"
)

// desk is a window with contracts, and what its page was told.
type desk struct {
	*window
	Contracts
	in   SignedIn
	told chan any
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	w := newWindow(t)
	d := &desk{window: w, Contracts: Contracts{w.s}, told: make(chan any, 10_000)}
	w.desk.told = func(_ string, payload any) { d.told <- payload }
	d.in = w.create()
	return d
}

// done waits for the end of adding.
func (d *desk) done() AddProgress {
	d.Helper()
	for {
		select {
		case p := <-d.told:
			if a, ok := p.(AddProgress); ok && a.Phase == "done" {
				return a
			}
		case <-d.Context().Done():
			d.Fatal("the page was not told of the end")
		}
	}
}

func (d *desk) names() string {
	d.Helper()
	v, err := d.List(d.in.Token)
	d.ok(err)
	var names []string
	for _, c := range v.Contracts {
		names = append(names, c.Name+" "+strings.Join(c.Tags, ","))
	}
	slices.Sort(names)
	return strings.Join(names, "|")
}

func (d *desk) id(name string) string {
	d.Helper()
	v, err := d.List(d.in.Token)
	d.ok(err)
	for _, c := range v.Contracts {
		if c.Name == name {
			return c.ID
		}
	}
	d.Fatalf("no %q", name)
	return ""
}

func (d *desk) addText(name, text string) string {
	d.Helper()
	started, err := d.AddPasted(d.in.Token, name, base64.StdEncoding.EncodeToString([]byte(text)))
	if d.ok(err); !started {
		d.Fatal("it was not added")
	}
	if out := d.done(); len(out.Added) != 1 {
		d.Fatalf("%+v", out)
	}
	return d.id(name)
}

func (d *desk) get(path string) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	guardPage(http.HandlerFunc(d.window.s.serveContract)).ServeHTTP(out, httptest.NewRequest(http.MethodGet, path, nil))
	return out
}

func TestAFolderIsAddedWithWhatIsInItAndTheRestIsNamed(t *testing.T) {
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

func TestAPreviewIsThereUntilItIsClosedReplacedOrLocked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text := strings.Repeat("0123456789", 20_000)
	a, b := d.addText("a.txt", text), d.addText("b.png", onePixel)
	v, err := d.Preview(d.in.Token, a)
	d.ok(err)
	if v.Kind != "text" || v.Size != int64(len(text)) {
		t.Errorf("%+v", v)
	}
	if got := d.get(v.URL); got.Code != 200 || got.Body.String() != text || got.Header().Get("Cache-Control") != "no-store" ||
		got.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	for query, want := range map[string]string{"?from=65530&length=12": text[65530:65542], "?from=199999&length=50": "9", "?from=200000&length=1": ""} {
		if got := d.get(v.URL + query); got.Code != 200 || got.Body.String() != want {
			t.Errorf("%s: %d %q", query, got.Code, got.Body.String())
		}
	}
	for _, bad := range []string{v.URL + "?from=-1&length=1", v.URL + "?from=200001&length=1", v.URL + "?from=a", v.URL + "?length=5"} {
		if got := d.get(bad); got.Code != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("%s: %d", bad, got.Code)
		}
	}
	second, err := d.Preview(d.in.Token, b)
	d.ok(err)
	if got := d.get(v.URL); got.Code != http.StatusNotFound {
		t.Errorf("the first one still answers: %d", got.Code)
	}
	if got := d.get(second.URL); got.Header().Get("Content-Type") != "image/png" || !strings.Contains(got.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", got.Header())
	}
	for _, path := range []string{"/contract/", "/contract/guess", "/workspace.db", "/contract/" + second.Token + "/../../x"} {
		if got := d.get(path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	d.ok(d.ClosePreview(d.in.Token, second.Token))
	third, err := d.Preview(d.in.Token, b)
	d.ok(err)
	if d.get(second.URL).Code != http.StatusNotFound || d.get(third.URL).Code != 200 {
		t.Error("closing closed the wrong one")
	}
	d.door.Lock(d.in.Token)
	if got := d.get(third.URL); got.Code != http.StatusNotFound {
		t.Errorf("it answers after the lock: %d", got.Code)
	}
}

func TestCopiesAreSavedWholeForTheirOwnerAloneAndReplaceNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a, b := d.addText("Lease: unit 4/5.txt", "four"), d.addText("CON.txt", "con")
	c := d.addText("lease_ unit 4_5.txt", "other")
	dir := t.TempDir()
	d.window.desk.saveTo = filepath.Join(dir, "copy.txt")
	out, err := d.SaveCopy(d.in.Token, []string{a})
	d.ok(err)
	st, err := os.Stat(filepath.Join(dir, "copy.txt"))
	if d.ok(err); out.Count != 1 || out.Name != "copy.txt" || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("%+v %v", out, st.Mode())
	}
	d.ok(os.WriteFile(filepath.Join(dir, "_CON.txt"), []byte("mine"), 0o600))
	d.window.desk.openFolder = dir
	out, err = d.SaveCopy(d.in.Token, []string{a, b, c})
	d.ok(err)
	for name, want := range map[string]string{
		"Lease_ unit 4_5.txt": "four", "_CON.txt": "mine", "_CON (2).txt": "con", "lease_ unit 4_5 (2).txt": "other",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if out.Count != 3 || out.Folder != dir {
		t.Errorf("%+v", out)
	}
	d.window.desk.saveTo = filepath.Join(dir, "none", "x")
	_, err = d.SaveCopy(d.in.Token, []string{a})
	d.refused(err, "save_failed")
	_, err = d.SaveCopy(d.in.Token, []string{"gone"})
	d.refused(err, "document_gone")
}

func TestSaveCopies_IntoAPlaceThatIsNoFolderIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := []string{d.addText("a.txt", "a"), d.addText("b.txt", "b")}
	file, loop := filepath.Join(t.TempDir(), "file"), filepath.Join(t.TempDir(), "loop")
	d.ok(os.WriteFile(file, nil, 0o600))
	places := []string{file, filepath.Join(t.TempDir(), "gone")}
	if runtime.GOOS != "windows" {
		d.ok(os.Symlink(loop, loop))
		places = append(places, loop)
	}
	for _, place := range places {
		d.window.desk.openFolder = place
		_, err := d.SaveCopy(d.in.Token, ids)
		d.refused(err, "save_failed")
	}
}

func TestSaveCopies_NamesThatAreAllTakenAreRefused(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{"a.txt": true, "a (2).txt": true}
	names := slices.Collect(freeNames("dir", "A.txt", taken))
	if len(names) != mostNames-2 || names[0] != filepath.Join("dir", "A (3).txt") {
		t.Errorf("%d names, the first %q", len(names), names[0])
	}
}

func TestALockWhileADialogStandsOpenSavesAndAddsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.addText("a", "text")
	dir := t.TempDir()
	d.window.desk.saveTo = filepath.Join(dir, "copy")
	d.window.desk.meanwhile = func() { d.door.Lock(d.in.Token) }
	_, err := d.SaveCopy(d.in.Token, []string{a})
	d.refused(err, "session_ended")
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("saved: %v", left)
	}
}

func TestTheKitComesInAndSavesTheContractsOfALostKeychain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.addText("Lease", "text")
	mail := d.page.mailbox()
	kit, err := d.MakeKit(d.in.Token, d.page.proof(pass, "none", ""), mail.PublicKey)
	d.ok(err)
	key := strings.Join(mail.open(holdsKit, kit.Identity), "")
	if kit.QR.Modules == 0 || !strings.HasPrefix(key, "AGE-SECRET-KEY-1") || kit.Workspace != "Northwind Legal" {
		t.Errorf("%+v", kit)
	}
	state, err := d.KitState(d.in.Token)
	if d.ok(err); !state.Current {
		t.Errorf("%+v", state)
	}
	d.door.Lock(d.in.Token)
	in := func(w *window, email string) KitOwner {
		return KitOwner{
			Workspace: "Again", Name: "Hannah Weiß", Email: email, Password: w.page.typed(holdsNewPassword, "kettle drum marzipan 7"), Kit: w.page.typed(holdsKit, key),
		}
	}
	first, err := d.door.UseKit(in(d.window, "hannah@example.com"))
	d.ok(err)
	if first.Session == nil || first.Session.Profile.Role != "owner" {
		t.Errorf("%+v", first)
	}
	d.door.Lock(first.Session.Token)
	d.window.s.end()
	lost := windowOn(t, d.window.s.path, keychain.NewMemory())
	before, err := lost.door.State()
	lost.ok(err)
	if before.Stage != "fault" || before.Fault.Code != "keychain_item_missing" || !before.Kit {
		t.Errorf("%+v", before)
	}
	back, err := lost.door.UseKit(in(lost, "hannah@example.com"))
	lost.ok(err)
	v, err := (&Contracts{lost.s}).List(back.Session.Token)
	lost.ok(err)
	if len(v.Contracts) != 1 || v.Contracts[0].Name != "Lease" || v.Contracts[0].Missing || back.Session.Profile.Workspace != "Again" {
		t.Errorf("%+v", v)
	}
}

// onePixel is a whole PNG.
var onePixel = func() string {
	var b strings.Builder
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.String()
}()

func TestPreview_GivesNoPictureThatFillsTheMemory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	huge := []byte(onePixel)
	binary.BigEndian.PutUint32(huge[16:], 20_000) // the header says so; the rest is not looked at
	binary.BigEndian.PutUint32(huge[20:], 20_000)
	for name, c := range map[string]struct{ text, kind, unseen string }{
		"huge.png":   {string(huge), "image", "large"},
		"cut.png":    {onePixel[:20], "image", "unreadable"},
		"whole.png":  {onePixel, "image", ""},
		"inside.svg": {`<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,` + base64.StdEncoding.EncodeToString(huge) + `"/></svg>`, "text", ""},
	} {
		v, err := d.Preview(d.in.Token, d.addText(name, c.text))
		d.ok(err)
		if v.Kind != c.kind || v.Unseen != c.unseen {
			t.Errorf("%s: %+v", name, v)
		}
		got := d.get(v.URL)
		if c.unseen != "" && (got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "PNG")) {
			t.Errorf("%s is handed to the web view: %d", name, got.Code)
		}
		if c.unseen == "" && (got.Code != 200 || got.Body.String() != c.text) {
			t.Errorf("%s is not handed on: %d", name, got.Code)
		}
		if drawn := strings.HasPrefix(got.Header().Get("Content-Type"), "image/"); drawn != (c.kind == "image" && c.unseen == "") {
			t.Errorf("%s is served as %s", name, got.Header().Get("Content-Type"))
		}
	}
}

func TestWhatIsTooLargeOrNoDataIsNotPasted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, err := d.AddPasted(d.in.Token, "x", "not base64!")
	d.refused(err, "pasted_failed")
	_, err = d.AddPasted(d.in.Token, "x", string(bytes.Repeat([]byte("A"), 44_739_300)))
	d.refused(err, "pasted_large")
}

func TestDroppedFilesComePartByPartAndWhatIsLeftOutIsNotWaitedFor(t *testing.T) {
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
	d.door.Lock(d.in.Token)
	if _, err := d.SendPart(d.in.Token, number, 0, "", true); err == nil {
		t.Error("a part was taken after the lock")
	}
}
