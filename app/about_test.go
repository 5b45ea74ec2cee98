package app

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAbout_DetailsNameNobodyAndNoFolder(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	about := &About{w.s}
	v, err := about.Get()
	w.ok(err)
	if v.Version != Version || v.DataFolder != w.s.path() || !strings.Contains(v.System, ", ") {
		t.Errorf("got %+v", v)
	}
	w.ok(about.CopyDetails())
	if lines := strings.Split(w.desk.clip, "\n"); !strings.HasPrefix(lines[0], "Countersign "+Version) || lines[1] != v.System {
		t.Errorf("copied %q", w.desk.clip)
	}
	for _, private := range []string{w.s.path(), "/home", email, "Amara", "Northwind"} {
		if strings.Contains(w.desk.clip, private) {
			t.Errorf("%q is in %q", private, w.desk.clip)
		}
	}
	w.desk.clipErr = errors.New("no clipboard")
	w.refused(about.CopyDetails(), codeClipboardFailed)
}

func TestAbout_OpensTheDataFolder(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	about := &About{w.s}
	w.ok(about.OpenFolder())
	if w.desk.shown != w.s.path() {
		t.Errorf("showed %q", w.desk.shown)
	}
	w.desk.showErr = errors.New("no file manager")
	if e := w.refused(about.OpenFolder(), codeFolderUnseen); e.Args["folder"] != w.s.path() {
		t.Errorf("it does not say where the folder is: %v", e.Args)
	}
}

func TestAbout_TellsOfALaterVersionOnlyIfTheServerDoes(t *testing.T) {
	t.Parallel()
	var newest atomic.Value
	newest.Store("9.9.9")
	_, invitation := servingNewest(t, func() string { return newest.Load().(string) })
	w := newWindow(t)
	about := &About{w.s}
	if v, err := about.Newer(); v != "" || err != nil { // no workspace is open
		t.Errorf("got %q, %v", v, err)
	}
	w.expect("create")
	w.join(invitation.Link().Reveal())
	for told, want := range map[string]string{"99.0.0": "99.0.0", Version: "", "0.0.1": "", "": "", "<b>99</b>.0.0": "", "99.0.0 at example.com": ""} {
		newest.Store(told)
		if v, err := about.Newer(); v != want || err != nil {
			t.Errorf("the server tells %q: got %q, %v", told, v, err)
		}
	}
}

func TestAbout_KnowsOfNoLaterVersionOnThisComputer(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	if v, err := (&About{w.s}).Newer(); v != "" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
}

// What the page contains is checked by a test of the built page.
func TestLicenses_HaveEveryModule(t *testing.T) {
	t.Parallel()
	all, err := (&About{}).Licenses()
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, l := range all {
		versions[l.Name] = l.Version
		if l.License == "" || len(l.Text) < 500 {
			t.Errorf("%s has no license: %q", l.Name, l.Text)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags", "desktop,production,webkit2_41", "-deps", "-json=Module", ".", "./cmd/countersignctl")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			Module *struct {
				Path, Version string
				Main          bool
			}
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		found++
		if version, ok := versions[p.Module.Path]; !ok || version != p.Module.Version {
			t.Errorf("licenses.json has %q of %s, not %s: run make licenses", version, p.Module.Path, p.Module.Version)
		}
	}
	if _, ok := versions["Go"]; !ok || found < 30 {
		t.Errorf("Go itself is in the list: %v; %d packages were looked up", ok, found)
	}
}
