package app

import (
	"context"
	"slices"
	"testing"

	"countersign/backend/service"
)

func TestSupport_IsToldWithoutASession(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.expect("create")
	if v, err := w.auth.Support(); err != nil || v.Contact != "" || len(v.Names) != 0 { // there is no workspace
		t.Errorf("%+v, %v", v, err)
	}
	in := w.create()
	set := &Settings{w.s}
	p, err := set.SetSupport(in.Token, " help@example.com ")
	if w.ok(err); p.Support != "help@example.com" || !p.NamesAdmins {
		t.Errorf("%+v", p)
	}
	w.auth.Lock(in.Token)
	v, err := w.auth.Support()
	if w.ok(err); v.Contact != "help@example.com" || !v.Opens || !slices.Equal(v.Names, []string{"Amara Okafor"}) {
		t.Errorf("%+v", v)
	}
	w.ok(w.auth.OpenSupport())
	if !slices.Equal(w.desk.visited, []string{"mailto:help@example.com"}) {
		t.Errorf("it opened %v", w.desk.visited)
	}
}

// lyingSupport is a server that names an address of its own.
type lyingSupport struct {
	service.Workspace
	address string
}

func (l lyingSupport) Support(context.Context) (service.Support, error) {
	return service.Support{Contact: "help@example.com", Address: l.address}, nil
}

func TestSupport_ServerOpensNoOtherProgram(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	w.create()
	for address, opens := range map[string]bool{
		"mailto:help@example.com": true, "https://example.com/help": true, "HTTP://example.com": true,
		"file:///etc/passwd": false, "smb://example.com/share": false, "ms-msdt:/id": false, "javascript:alert(1)": false, "/usr/bin/true": false, "%zz": false,
	} {
		w.s.opened.workspace.Workspace = lyingSupport{w.s.opened.workspace.Workspace, address}
		w.desk.visited = nil
		v, err := w.auth.Support()
		w.ok(err)
		w.ok(w.auth.OpenSupport())
		if v.Opens != opens || (len(w.desk.visited) > 0) != opens {
			t.Errorf("%s: %t, and it opened %v", address, v.Opens, w.desk.visited)
		}
	}
}

func TestSupport_WordsOpenNothing(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	set := &Settings{w.s}
	_, err := set.SetSupport(in.Token, "Ask at the front desk")
	w.ok(err)
	p, err := set.NameAdmins(in.Token, false)
	if w.ok(err); p.NamesAdmins {
		t.Errorf("%+v", p)
	}
	v, err := w.auth.Support()
	if w.ok(err); v.Contact != "Ask at the front desk" || v.Opens || len(v.Names) != 0 {
		t.Errorf("%+v", v)
	}
	w.ok(w.auth.OpenSupport())
	if len(w.desk.visited) != 0 {
		t.Errorf("it opened %v", w.desk.visited)
	}
	_, err = set.SetSupport(in.Token, "javascript:alert(1)")
	w.refused(err, "support_link")
}

func TestChecklist_GoesWhenItIsPutAwayAndComesBack(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	in := w.create()
	v, err := w.prof.Checklist(in.Token)
	if w.ok(err); v.Away || len(v.Steps) != 6 || v.Steps[0] != (ChecklistStep{"two-factor", false}) {
		t.Errorf("%+v", v)
	}
	v, err = w.prof.PutChecklistAway(in.Token, true)
	if w.ok(err); !v.Away || len(v.Steps) != 6 {
		t.Errorf("%+v", v)
	}
	w.auth.Lock(in.Token)
	again, err := w.auth.SignIn(email, pass)
	w.ok(err)
	if v, err = w.prof.Checklist(again.Session.Token); err != nil || !v.Away {
		t.Errorf("it is back: %+v, %v", v, err)
	}
}
